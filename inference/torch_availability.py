"""Availability of the torch path, found out without importing torch."""

from dataclasses import dataclass
from importlib.util import find_spec

from imaging.base.english import english

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
    reason = english(
        "Not installed: {packages}. Heatmaps of the model's own layer work without.", packages=", ".join(lacking)
    )
    return Availability(False, reason)
