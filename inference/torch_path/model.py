"""The network of a bundle in torch: what its contract names, with its own weights."""

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import nn

from imaging.base.errors import Refusal
from inference.bundle.bundle import WEIGHTS_FILE
from inference.contract.contract import Contract
from inference.contract.model_codes import ModelCode
from inference.contract.storage import Bundle
from inference.torch_path.networks import build_network
from inference.torch_path.proof import weights_faults


def build(contract: Contract) -> nn.Module:
    """The network of the contract with random weights. Raises `Refusal` (NO_TORCH) where nobody knows it."""
    if contract.torch is None:
        raise Refusal(ModelCode.NO_TORCH, "This bundle has no weights for the torch path.")
    return build_network(
        contract.torch, outputs=contract.task.logits, channels=contract.input.channels, size=contract.input.size
    )


def load(bundle: Bundle) -> nn.Module:
    """The network with the bundle's weights, every tensor accounted for, ready to answer (eval, without gradients).

    The hash says only that the weights are those that someone packed, so the network is asked for the golden pairs too.
    Raises `Refusal` (NO_TORCH, HASH, MISSING_FILE, GOLDEN).
    """
    model = build(bundle.contract)
    try:
        weights: dict[str, torch.Tensor] = safetensors.torch.load(bundle.read(WEIGHTS_FILE))
        model.load_state_dict(weights, strict=True)
    except (SafetensorError, RuntimeError, KeyError):
        raise Refusal(ModelCode.NO_TORCH, "The weights of this bundle do not belong to its architecture.") from None
    model.eval().requires_grad_(False)
    if faults := weights_faults(model, bundle):
        raise Refusal(faults[0].code, faults[0].sentence)
    return model
