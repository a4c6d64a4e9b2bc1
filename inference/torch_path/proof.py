"""The network of a bundle in torch, with the proof that its weights are those of the graph: the golden pairs hold."""

from collections.abc import Callable

import numpy as np
import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import nn

from imaging.base.errors import Refusal
from inference.bundle.bundle import WEIGHTS_FILE
from inference.bundle.goldens import verify_goldens
from inference.classify.classifier import activate_logits, maps_of_labels, probabilities_of
from inference.classify.finding import RawOutput
from inference.classify.preprocess import ModelInput
from inference.contract.codes import Fault, ModelCode
from inference.contract.contract import Contract
from inference.contract.storage import Bundle
from inference.contract.tensor_file import check_header_length
from inference.torch_path.gradcam import compute_cams
from inference.torch_path.networks import build_network

# Bundles whose weights held in this run of the program, by the hash that stands for all their files.
_proved: set[str] = set()


def build_bundle_network(contract: Contract) -> nn.Module:
    """Build the network of a contract with random weights. Raises `Refusal` (NO_TORCH) if it cannot be built."""
    if contract.torch is None:
        raise Refusal(ModelCode.NO_TORCH, "This bundle has no weights for the torch path.")
    return build_network(
        contract.torch, outputs=contract.task.logits, channels=contract.input.channels, size=contract.input.size
    )


def load_bundle_network(bundle: Bundle) -> nn.Module:
    """Build a bundle's network with its weights, every tensor accounted for, ready to run (eval, without gradients).

    The hash says only that the weights are those that someone packed, so the network is asked for the golden pairs too.
    Raises `Refusal` (NO_TORCH, HASH, MISSING_FILE, GOLDEN).
    """
    model = build_bundle_network(bundle.contract)
    try:
        content = bundle.read(WEIGHTS_FILE)
        check_header_length(content)
        weights: dict[str, torch.Tensor] = safetensors.torch.load(content)
        model.load_state_dict(weights, strict=True)
    except (SafetensorError, RuntimeError, KeyError, ValueError):
        raise Refusal(ModelCode.NO_TORCH, "The weights of this bundle do not belong to its architecture.") from None
    model.eval().requires_grad_(False)
    if faults := find_weight_faults(model, bundle):
        raise Refusal(faults[0].code, faults[0].sentence)
    return model


def find_weight_faults(model: nn.Module, bundle: Bundle) -> list[Fault]:
    """Find where the network with the bundle's weights differs from the golden pairs; empty if it agrees."""
    if bundle.sha256 in _proved:
        return []
    faults = verify_goldens(bundle, make_network_runner(model, bundle.contract))
    if not faults:
        _proved.add(bundle.sha256)
        return []
    if faults[0].code is not ModelCode.GOLDEN:
        return faults[:1]
    sentence = "The weights for the torch path are not those of the graph: with them the golden pairs do not hold."
    return [Fault(ModelCode.GOLDEN, WEIGHTS_FILE, sentence)]


def make_network_runner(model: nn.Module, contract: Contract) -> Callable[[ModelInput], RawOutput]:
    """Return a function that runs the network like the graph, with maps at the contract's layer if it names one."""
    layer = contract.explanation.target_layer if contract.explanation.method == "grad_cam" else None

    def run(input_: ModelInput) -> RawOutput:
        tensor = input_.tensor if contract.input.layout == "NCHW" else input_.tensor.transpose(0, 3, 1, 2)
        with torch.no_grad():
            logits = model(torch.from_numpy(np.ascontiguousarray(tensor)))[0].numpy()
        if contract.output.activation == "none":
            # The graph ends with the activation, the network does not.
            activation = "softmax" if contract.task.kind in ("multiclass", "several_outputs") else "sigmoid"
            logits = activate_logits(logits, task=contract.task, activation=activation)[-contract.task.logits :]
        return RawOutput(
            logits=logits,
            probabilities=probabilities_of(logits, contract),
            cams=None if layer is None else maps_of_labels(compute_cams(model, layer, tensor), contract.task),
            features=None,
        )

    return run
