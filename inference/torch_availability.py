"""Availability of the torch path, found out without importing torch."""

from dataclasses import dataclass
from importlib.util import find_spec

_NEEDED = {"torch": "PyTorch", "timm": "timm", "torchvision": "torchvision"}


@dataclass(frozen=True)
class Availability:
    """Whether the torch path can be used (true in a condition), and the reason that the menu gives if not."""

    available: bool
    reason: str

    def __bool__(self) -> bool:
        """Return whether it can be used."""
        return self.available


def torch_available() -> Availability:
    """Return whether everything that `inference.torch_path` imports is installed."""
    lacking = [name for module, name in _NEEDED.items() if find_spec(module) is None]
    if not lacking:
        return Availability(True, "")
    return Availability(False, f"Not installed: {', '.join(lacking)}. Heatmaps of the model's own layer work without.")
