"""In which numbers a network computes while it learns. Whatever is judged or exported computes in float32."""

from contextlib import AbstractContextManager

import torch

from training.recipe.recipe_parts import Fit


class Precision:
    """Float32, or mixed: bfloat16 where the device knows it, else float16 with a scaled loss (Micikevicius 2018)."""

    def __init__(self, rule: Fit, device: torch.device) -> None:
        self._device = device.type
        self._mixed = _mixed(rule, device)
        self.scaler = torch.amp.GradScaler(device.type, enabled=self._mixed is torch.float16)
        """Does nothing unless the numbers are float16."""

    @property
    def name(self) -> str:
        """What the run says it computed in."""
        return "float32" if self._mixed is None else f"mixed with {str(self._mixed).removeprefix('torch.')}"

    def mixed(self) -> AbstractContextManager[object]:
        """The context of the network's forward pass."""
        return torch.autocast(self._device, dtype=self._mixed or torch.bfloat16, enabled=self._mixed is not None)


def _mixed(rule: Fit, device: torch.device) -> torch.dtype | None:
    if rule.precision == "float32" or (rule.precision == "auto" and device.type != "cuda"):
        return None
    if device.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.float16
    return torch.bfloat16
