"""Grad-CAM at any layer of a torch model (Selvaraju et al. 2017, equations 1 and 2).

The maps are signed and not normalised, like those of a bundle's graph: `inference.explain.normalise_cam` does the rest
for both. The tokens of a transformer are maps too, laid out as their patches lie in the slice.
"""

from contextlib import ExitStack
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from imaging.base.english import english
from imaging.base.errors import Refusal
from imaging.volume.volume import Slice
from inference.classify.classifier import maps_of_labels
from inference.classify.finding import Analysis
from inference.classify.preprocess import ModelInput, prepare
from inference.contract.codes import ModelCode
from inference.contract.contract import Contract
from inference.torch_path.networks import as_grid, keep_outputs


def compute_cams(model: nn.Module, layer: str, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
    """Compute signed class maps [logits, h, w] of one input [1, channels, rows, columns] at a layer, before ReLU.

    Raises `Refusal` (UNKNOWN_LAYER) for a layer without feature maps, or that the answer does not depend on.
    """
    with keep_outputs(model, (layer,), cut=True) as kept, torch.enable_grad():
        logits = model(torch.from_numpy(np.ascontiguousarray(tensor)))
        output = kept.get(layer)
        if output is None or _maps_of(model, output) is None:
            raise Refusal(ModelCode.UNKNOWN_LAYER, english("The layer `{layer}` has no feature maps.", layer=layer))
        maps = [_sum_weighted_maps(logits[0, index], output, model) for index in range(logits.shape[1])]
    return torch.stack(maps).numpy()


def _sum_weighted_maps(logit: torch.Tensor, kept: torch.Tensor, model: nn.Module) -> torch.Tensor:
    """Sum the channels of the maps, each weighted by the mean of its gradient: [h, w]."""
    (gradient,) = torch.autograd.grad(logit, kept, retain_graph=True, allow_unused=True)
    if gradient is None:
        raise Refusal(ModelCode.UNKNOWN_LAYER, "The answer does not depend on this layer.")
    weights, maps = _maps_of(model, gradient), _maps_of(model, kept.detach())
    assert weights is not None
    assert maps is not None
    return (weights.mean(dim=(2, 3), keepdim=True) * maps).sum(dim=1)[0]


def _maps_of(model: nn.Module, output: torch.Tensor) -> torch.Tensor | None:
    """Return a layer's output as maps [N, K, h, w], or None if it is neither maps nor tokens of all patches."""
    if output.ndim == 3:
        try:
            output = as_grid(model, output)
        except RuntimeError:
            return None
        return output if output.ndim == 4 else None
    return as_grid(model, output) if output.ndim == 4 else None


def list_layers(model: nn.Module, contract: Contract) -> tuple[str, ...]:
    """List the layers with feature maps, which Grad-CAM can look at, in the order in which the input passes them.

    Layers that return the very tensor of another one (identities, dropout, the end of a container) are left out.
    """
    passed: list[tuple[str, torch.Tensor]] = []

    def note(name: str, _module: nn.Module, _inputs: object, output: object) -> None:
        if isinstance(output, torch.Tensor):
            passed.append((name, output))

    with ExitStack() as hooks, torch.no_grad():
        for name, module in model.named_modules():
            if name:
                hooks.enter_context(module.register_forward_hook(partial(note, name)))
        model(torch.zeros(1, contract.input.channels, *contract.input.size))
    kept: dict[int, str] = {}
    for name, output in passed:
        maps = _maps_of(model, output)
        if maps is not None and maps.shape[2] > 1 and maps.shape[3] > 1:
            # Of the modules that return this very tensor the outermost says most: `blocks.6`, not `blocks.6.0.bn3`.
            kept[id(output)] = name
    return tuple(kept.values())


def compute_label_cams(input_: ModelInput, *, model: nn.Module, contract: Contract, layer: str) -> NDArray[np.float32]:
    """Compute signed class maps of the labels [labels, h, w] at a layer. Raises `Refusal` (UNKNOWN_LAYER)."""
    tensor = input_.tensor if contract.input.layout == "NCHW" else input_.tensor.transpose(0, 3, 1, 2)
    return maps_of_labels(compute_cams(model, layer, tensor), contract.task)


def explain_at_layer(
    analysis: Analysis, slice_: Slice, *, model: nn.Module, contract: Contract, layer: str
) -> Analysis:
    """Return the analysis with the class maps of another layer; `heat_in_slice` then works as for any other.

    Raises `Refusal` (NO_HEATMAP, UNKNOWN_LAYER).
    """
    if analysis.raw is None:
        raise Refusal(ModelCode.NO_HEATMAP, "The model gave no answer for this slice, so there is no heatmap.")
    maps = compute_label_cams(prepare(slice_, contract.input), model=model, contract=contract, layer=layer)
    return analysis.with_cams(maps)
