"""Global average pooling, at most a layer norm, and one linear layer: the heads that timm's networks have of their own.

With pooled p [K] and logits W p + b, the gradient of logit c at each of the h'·w' places is W[c] / (h'·w'), so the sum
over places is W[c] (Zhou et al. 2016, CAM). Transformers whose tokens are averaged, and ConvNeXt, norm the pooled
values first: y = weight · x + bias with x = (p - mean p) / s, s = sqrt(var p + eps). With v = W[c] · weight,

    d logit c / d p = (v - mean v - x · mean(v · x)) / s          (Ba et al. 2016; the Jacobian of a layer norm)
"""

import torch
from torch import Tensor, nn

from imaging.base.errors import Refusal
from training.recipe.training_codes import TrainingCode

_CLOSE = 1e-4


class PooledHead(nn.Module):
    """Sums over places of the gradients of the logits at the head's input, for pooling, a norm or none, one layer."""

    weight: Tensor

    def __init__(self, classifier: nn.Linear, norm: nn.LayerNorm | None) -> None:
        super().__init__()
        self.norm = norm
        scaled = classifier.weight if norm is None or norm.weight is None else classifier.weight * norm.weight
        # [1, C, K]
        self.register_buffer("weight", scaled.detach()[None].clone())

    def forward(self, maps: Tensor, mask: Tensor | None) -> Tensor:
        """[N or 1, C, K] for the head's maps [N, K, h', w']; `mask` [N, K, h', w'] says where gradients pass on."""
        sums = self.weight if self.norm is None else self._through_norm(self.weight, maps.mean(dim=(2, 3)))
        return sums if mask is None else sums * mask.mean(dim=(2, 3))[:, None]

    def _through_norm(self, weight: Tensor, pooled: Tensor) -> Tensor:
        assert self.norm is not None
        centred = pooled - pooled.mean(dim=1, keepdim=True)
        spread = torch.sqrt(centred.square().mean(dim=1, keepdim=True) + self.norm.eps)
        unit = (centred / spread)[:, None]
        along = (weight * unit).mean(dim=2, keepdim=True)
        return (weight - weight.mean(dim=2, keepdim=True) - unit * along) / spread[:, None]


def pooled_head(model: nn.Module, *, maps: Tensor, features: Tensor) -> PooledHead:
    """The head of a timm network, recognised by what it does: `features` [N, D] is what its last layer reads of `maps`.

    Raises `Refusal` (PARITY) for a head of another form.
    """
    classifier = model.get_classifier()  # type: ignore[operator]
    if isinstance(classifier, nn.Linear) and maps.ndim == 4:
        pooled = maps.mean(dim=(2, 3))
        if _same(pooled, features):
            return PooledHead(classifier, None)
        for norm in _norms(model, width=pooled.shape[1]):
            normed = nn.functional.layer_norm(pooled, norm.normalized_shape, norm.weight, norm.bias, norm.eps)
            if _same(normed, features):
                return PooledHead(classifier, norm)
    raise Refusal(
        TrainingCode.PARITY,
        "The heatmap cannot be put into the graph: the network's own head is not the average of the target layer's "
        "maps, a layer norm or none, and one linear layer. Name the last layer, or give the recipe a head of its own.",
    )


def _norms(model: nn.Module, *, width: int) -> list[nn.LayerNorm]:
    found = [module for module in model.modules() if isinstance(module, nn.LayerNorm)]
    return [norm for norm in reversed(found) if tuple(norm.normalized_shape) == (width,)]


def _same(first: Tensor, second: Tensor) -> bool:
    if first.shape != second.shape:
        return False
    return bool((first - second).abs().max() <= _CLOSE * second.abs().max().clamp(min=1e-6))
