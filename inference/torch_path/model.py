"""The network of a bundle in torch: the timm architecture that its contract names, with its own weights."""

from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import nn

from imaging.refusal import Refusal
from inference.bundle_files import Bundle
from inference.contract import Contract
from inference.model_codes import ModelCode
from inference.torch_path import timm

WEIGHTS_FILE = "weights.safetensors"


def build(contract: Contract) -> nn.Module:
    """The network of the contract with random weights. Raises `Refusal` (NO_TORCH) where timm does not know it."""
    if contract.torch is None:
        raise Refusal(ModelCode.NO_TORCH, "This bundle has no weights for the torch path.")
    if not timm.is_model(contract.torch.architecture):
        raise Refusal(ModelCode.NO_TORCH, f"timm knows no architecture `{contract.torch.architecture}`.")
    arguments: dict[str, Any] = dict(contract.torch.kwargs)
    try:
        model: nn.Module = timm.create_model(
            contract.torch.architecture,
            pretrained=False,
            num_classes=contract.task.logits,
            in_chans=contract.input.channels,
            # Said here so that a bundle which says them too is refused: timm would open, or fetch, what they name.
            checkpoint_path="",
            cache_dir=None,
            pretrained_cfg=None,
            pretrained_cfg_overlay=None,
            **arguments,
        )
    except (TypeError, ValueError, RuntimeError, AssertionError):
        raise Refusal(ModelCode.NO_TORCH, "timm cannot build the network with the arguments of this bundle.") from None
    return model


def load(bundle: Bundle) -> nn.Module:
    """The network with the bundle's weights, every tensor accounted for, ready to answer (eval, without gradients).

    Raises `Refusal` (NO_TORCH, HASH, MISSING_FILE).
    """
    model = build(bundle.contract)
    try:
        weights: dict[str, torch.Tensor] = safetensors.torch.load(bundle.read(WEIGHTS_FILE))
        model.load_state_dict(weights, strict=True)
    except (SafetensorError, RuntimeError, KeyError):
        raise Refusal(ModelCode.NO_TORCH, "The weights of this bundle do not belong to its architecture.") from None
    return model.eval().requires_grad_(False)
