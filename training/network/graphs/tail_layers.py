"""What lies between the target layer and the head: nothing, or batch norm, ReLU and max-pooling, in this order.

Grad-CAM needs the gradient at the target layer A, the heads give it at their own input M. Per channel, with g the
gradient at M, and sums over places:

- Max-pooling hands each g to exactly one place of its window (the greatest), and windows that overlap add. Whichever
  place that is, the sum over places stays the same: sum dA = sum g. Padding is never the greatest, as torch pads with
  minus infinity. Only the mean differs, since A has more places than M.
- A ReLU in front of the max-pooling lets g through where the greatest of the window is above 0, which is where M is:
  sum dA = sum g · [M > 0]. Nothing else about the places has to be known.
- Batch norm in front of both multiplies each channel by weight / sqrt(variance + eps).

Another order does not commute like this and is refused.
"""

from dataclasses import dataclass
from itertools import dropwhile, pairwise

import torch
from torch import Tensor, nn

from imaging.base.errors import Refusal
from training.recipe.training_codes import TrainingCode

_NOTHING = (nn.Dropout, nn.Dropout2d, nn.Identity)


@dataclass(frozen=True, eq=False)
class Behind:
    """The modules from the target layer to the head."""

    modules: tuple[nn.Module, ...]
    masks: bool
    """Whether a ReLU is among them."""
    scale: Tensor | None
    """[K]: what batch norm multiplies gradients by."""

    def carried(self, maps: Tensor) -> Tensor:
        """The maps at the head [N, K, h', w'] for those at the target layer [N, K, h, w]."""
        for module in self.modules:
            # An activation that works in place would otherwise change the maps of the target layer.
            maps = module(maps.clone())
        return maps

    def sums_at_target(self, sums: Tensor) -> Tensor:
        """Sums [N, C, K] of gradients at the batch norm's output, or the head's input, as sums at the target layer."""
        return sums if self.scale is None else sums * self.scale


def behind(model: nn.Module, layer: str) -> Behind:
    """What lies behind a layer in the sequence that it stands in. Raises `Refusal` (PARITY) for another order."""
    parent, _, name = layer.rpartition(".")
    outer = model.get_submodule(parent)
    if not isinstance(outer, nn.Sequential):
        return Behind((), masks=False, scale=None)
    names = dropwhile(lambda pair: pair[0] != name, outer.named_children())
    modules = tuple(module for child, module in names if child != name and not isinstance(module, _NOTHING))
    ranks = [_rank(module, layer) for module in modules]
    # A second norm or ReLU, or one of them behind the other or behind the pooling, does not commute.
    if any(later < earlier or later == earlier < _POOL for earlier, later in pairwise(ranks)):
        raise _refused(layer)
    norms = [_scale(module) for module in modules if isinstance(module, nn.BatchNorm2d)]
    return Behind(modules, masks=_RELU in ranks, scale=norms[0] if norms else None)


_NORM, _RELU, _POOL = range(3)


def _rank(module: nn.Module, layer: str) -> int:
    # A norm of timm's that carries its own activation is another type and is refused here.
    if type(module) is nn.BatchNorm2d:
        return _NORM
    if isinstance(module, nn.ReLU):
        return _RELU
    if isinstance(module, nn.MaxPool2d) and not module.return_indices:
        return _POOL
    raise _refused(layer)


def _scale(norm: nn.BatchNorm2d) -> Tensor:
    assert norm.running_var is not None
    weight = norm.weight if norm.affine else torch.ones_like(norm.running_var)
    return (weight / torch.sqrt(norm.running_var + norm.eps)).detach()


def _refused(layer: str) -> Refusal:
    return Refusal(
        TrainingCode.PARITY,
        f"The heatmap at `{layer}` cannot be put into the graph: behind it stands more than batch norm, ReLU and "
        "max-pooling, in this order. Name a later target layer.",
    )
