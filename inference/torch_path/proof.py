"""The proof that a bundle's torch weights are those of its graph: the golden pairs, asked of the network."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from inference.bundle.bundle import WEIGHTS_FILE
from inference.bundle.goldens import verify_goldens
from inference.classify.classifier import activated, probabilities_of
from inference.classify.finding import RawOutput
from inference.classify.preprocess import ModelInput
from inference.contract.contract import Contract
from inference.contract.model_codes import Fault, ModelCode
from inference.contract.storage import Bundle
from inference.torch_path.gradcam import cams_at, label_maps

# Bundles whose weights held in this run of the program, by the hash that stands for all their files.
_proved: set[str] = set()


def weights_faults(model: nn.Module, bundle: Bundle) -> list[Fault]:
    """Where the network with the bundle's weights answers otherwise than the golden pairs; empty where it agrees."""
    if bundle.sha256 in _proved:
        return []
    faults = verify_goldens(bundle, network_run(model, bundle.contract))
    if not faults:
        _proved.add(bundle.sha256)
        return []
    if faults[0].code is not ModelCode.GOLDEN:
        return faults[:1]
    sentence = "The weights for the torch path are not those of the graph: with them the golden pairs do not hold."
    return [Fault(ModelCode.GOLDEN, WEIGHTS_FILE, sentence)]


def network_run(model: nn.Module, contract: Contract) -> Callable[[ModelInput], RawOutput]:
    """The network, asked like the graph; its maps are taken at the contract's layer, where that names one."""
    layer = contract.explanation.target_layer if contract.explanation.method == "grad_cam" else None

    def run(input_: ModelInput) -> RawOutput:
        tensor = input_.tensor if contract.input.layout == "NCHW" else input_.tensor.transpose(0, 3, 1, 2)
        with torch.no_grad():
            logits = model(torch.from_numpy(np.ascontiguousarray(tensor)))[0].numpy()
        if contract.output.activation == "none":
            # The graph ends with the activation, the network does not.
            activation = "softmax" if contract.task.kind in ("multiclass", "several_outputs") else "sigmoid"
            logits = activated(logits, task=contract.task, activation=activation)[-contract.task.logits :]
        return RawOutput(
            logits=logits,
            probabilities=probabilities_of(logits, contract),
            cams=None if layer is None else label_maps(cams_at(model, layer, tensor), contract),
            features=None,
        )

    return run
