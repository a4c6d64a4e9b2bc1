"""A network with the class maps of all classes beside its logits, in one pass forward: Grad-CAM in closed form.

Grad-CAM (Selvaraju et al. 2017) weighs the channels of the maps A [K, h, w] at the target layer with

    alpha[c, k] = (1 / (h·w)) · sum over pixels of d logit c / d A[k]

Each head's module gives those sums for the maps that it reads, and `TailLayers` those at the target layer before them.
What is exported is then held against automatic differentiation (`onnx_export`), whatever the algebra says.
"""

from dataclasses import dataclass
from itertools import dropwhile, pairwise

import torch
from torch import Tensor, nn

from imaging.base.errors import Refusal
from inference.torch_path.networks import DenseHead, Headed, run_network
from training.recipe.recipe import TrainingCode

_CLOSE, _SEED = 1e-4, 20261121
_WITHOUT_EFFECT = (nn.Dropout, nn.Dropout2d, nn.Identity)
_NORM, _RELU, _POOL = range(3)


class DenseGradient(nn.Module):
    """Sums over pixels of the gradients of the logits at the input of a head of ours.

    Given which hidden units are above 0, the head is linear. With hidden layers h1 = relu(W1 v + b1), h2 = relu(W2 h1 +
    b2) and logits W3 h2 + b3, the gradient of logit c at the head's input is

        W3[c] · [h2 > 0] · W2 · [h1 > 0] · W1        (each batch norm multiplies by weight / sqrt(variance + eps))

    After pooling v [K], this is the sum over pixels (each gets its h'·w'-th part). After flattening v [K·h'·w'], the
    sum replaces W1 by its sums over the pixels of each channel [units, K], known once and for all.
    """

    first: Tensor
    """The layer that reads the maps: [units, K] (summed over pixels if the head flattens)."""

    def __init__(self, head: DenseHead, *, maps: tuple[int, int, int]) -> None:
        super().__init__()
        self.head = head
        self.maps = maps
        weight = self._first_linear().weight.detach()
        self.register_buffer("first", weight.clone() if head.pooled else weight.unflatten(1, maps).sum(dim=(2, 3)))

    def _first_linear(self) -> nn.Linear:
        return next(module for module in (*self.head.hidden, self.head.classifier) if isinstance(module, nn.Linear))

    def forward(self, maps: Tensor, mask: Tensor | None) -> Tensor:
        """Return [N or 1, C, K] for the head's maps [N, K, h', w']; gradients pass in the mask [N, K, h', w'] only."""
        above = self._gradient_above_first(maps)
        if mask is None or self.head.pooled:
            sums = above @ self.first
            return sums if mask is None else sums * mask.mean(dim=(2, 3))[:, None]
        pixels = (above @ self._first_linear().weight).unflatten(2, self.maps)
        return (pixels * mask[:, None]).sum(dim=(3, 4))

    def _gradient_above_first(self, maps: Tensor) -> Tensor:
        """Return [N or 1, C, units]: the gradient of the logits at the output of the layer that reads the maps."""
        hidden = list(self.head.hidden)
        if not hidden:
            return torch.eye(self.head.classifier.out_features)[None]
        values = maps.mean(dim=(2, 3)) if self.head.pooled else maps.flatten(1)
        inputs = []
        for module in hidden:
            inputs.append(values)
            values = module(values)
        gradient = self.head.classifier.weight[None]
        for module, before in zip(reversed(hidden[1:]), reversed(inputs[1:]), strict=True):
            gradient = _pass_back(module, gradient, before)
        return gradient


def _pass_back(module: nn.Module, gradient: Tensor, before: Tensor) -> Tensor:
    """Return the gradient [N or 1, C, units] at the input `before` [N, units] of a module, for that at its output."""
    if isinstance(module, nn.Linear):
        return gradient @ module.weight
    if isinstance(module, nn.ReLU):
        return gradient * (before > 0).to(gradient.dtype)[:, None]
    if isinstance(module, nn.BatchNorm1d):
        assert module.running_var is not None
        return gradient * (module.weight / torch.sqrt(module.running_var + module.eps))
    return gradient  # dropout, which rests


class PooledGradient(nn.Module):
    """Sums over pixels of the gradients of the logits at the input of the heads that timm's networks have.

    Those are global average pooling, a layer norm or none, and one linear layer. With pooled p [K] and logits W p + b,
    the gradient of logit c at each of the h'·w' pixels is W[c] / (h'·w'), so the sum is W[c] (Zhou et al. 2016, CAM).
    Transformers whose tokens are averaged, and ConvNeXt, norm the pooled values first: y = weight · x + bias with
    x = (p - mean p) / s, s = sqrt(var p + eps). With v = W[c] · weight,

        d logit c / d p = (v - mean v - x · mean(v · x)) / s          (Ba et al. 2016; the Jacobian of a layer norm)
    """

    weight: Tensor

    def __init__(self, classifier: nn.Linear, norm: nn.LayerNorm | None) -> None:
        super().__init__()
        self.norm = norm
        scaled = classifier.weight if norm is None or norm.weight is None else classifier.weight * norm.weight
        # [1, C, K]
        self.register_buffer("weight", scaled.detach()[None].clone())

    def forward(self, maps: Tensor, mask: Tensor | None) -> Tensor:
        """Return [N or 1, C, K] for the head's maps [N, K, h', w']; gradients pass in the mask [N, K, h', w'] only."""
        sums = self.weight if self.norm is None else self._pass_norm(self.weight, maps.mean(dim=(2, 3)))
        return sums if mask is None else sums * mask.mean(dim=(2, 3))[:, None]

    def _pass_norm(self, weight: Tensor, pooled: Tensor) -> Tensor:
        assert self.norm is not None
        centred = pooled - pooled.mean(dim=1, keepdim=True)
        spread = torch.sqrt(centred.square().mean(dim=1, keepdim=True) + self.norm.eps)
        unit = (centred / spread)[:, None]
        along = (weight * unit).mean(dim=2, keepdim=True)
        return (weight - weight.mean(dim=2, keepdim=True) - unit * along) / spread[:, None]


@dataclass(frozen=True, eq=False)
class TailLayers:
    """The layers between the target layer and the head: none, or batch norm, ReLU and max-pooling, in this order.

    Grad-CAM needs the gradient at the target layer A, the heads give g at their own input M. Per channel:

    - Max-pooling hands each g to exactly one pixel (the greatest), and overlaps add, so the sum stays the same:
      sum dA = sum g. Padding is never the greatest, as torch pads with minus infinity.
    - A ReLU before it lets g through if the greatest pixel is above 0, which is if M is: sum dA = sum g · [M > 0].
    - Batch norm before both multiplies each channel by weight / sqrt(variance + eps).

    Another order does not commute like this and is refused.
    """

    modules: tuple[nn.Module, ...] = ()
    masks: bool = False
    """Whether a ReLU is among them."""
    scale: Tensor | None = None
    """[K]: the factor of gradients in batch norm."""

    def carry(self, maps: Tensor) -> Tensor:
        """Return the maps at the head [N, K, h', w'] for those at the target layer [N, K, h, w]."""
        for module in self.modules:
            # An activation that works in place would otherwise change the maps of the target layer.
            maps = module(maps.clone())
        return maps

    def sums_at_target(self, sums: Tensor) -> Tensor:
        """Return sums [N, C, K] of gradients at the head's input as sums at the target layer."""
        return sums if self.scale is None else sums * self.scale


class ClassMapNetwork(nn.Module):
    """A network that answers with logits [N, C], signed class maps [N, C, h, w] before ReLU, and features [N, D]."""

    gradient: DenseGradient | PooledGradient

    def __init__(
        self, model: nn.Module, *, shape: tuple[int, int, int], target_layer: str, familiarity_layers: tuple[str, ...]
    ) -> None:
        """Look at the network with inputs [channels, rows, columns]. Raises `Refusal` (PARITY, UNKNOWN_LAYER)."""
        super().__init__()
        self.model = model.eval()
        self.target_layer = target_layer
        self.familiarity_layers = familiarity_layers
        with torch.no_grad():
            sample = torch.randn(2, *shape, generator=torch.Generator().manual_seed(_SEED))
            output = run_network(model, sample, target_layer=target_layer)
            if output.maps.ndim != 4:
                raise Refusal(TrainingCode.PARITY, f"The layer `{target_layer}` has no maps for a heatmap.")
            if isinstance(model, Headed):
                self.tail, self.gradient = _match_dense_head(model, target_layer, sample, output.maps)
            else:
                self.tail = TailLayers()
                self.gradient = _match_pooled_head(model, maps=output.maps, features=output.features)

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Run inputs [N, channels, rows, columns]."""
        output = run_network(
            self.model, inputs, target_layer=self.target_layer, familiarity_layers=self.familiarity_layers
        )
        at_head = self.tail.carry(output.maps)
        mask = (at_head > 0).to(at_head.dtype) if self.tail.masks else None
        sums = self.tail.sums_at_target(self.gradient(at_head, mask))
        rows, columns = output.maps.shape[2:]
        cams = (sums @ output.maps.flatten(2)).unflatten(2, (rows, columns)) / (rows * columns)
        return output.logits, cams, output.features


def _match_dense_head(model: Headed, layer: str, sample: Tensor, maps: Tensor) -> tuple[TailLayers, DenseGradient]:
    """Return the gradient of a head of ours, and the layers before it: looked up, then tried."""
    tail = find_tail_layers(model, layer)
    at_head = model.forward_features(sample)
    carried = tail.carry(maps)
    if carried.shape != at_head.shape or not torch.allclose(carried, at_head, rtol=_CLOSE, atol=_CLOSE):
        sentence = f"The heatmap at `{layer}` cannot be put into the graph: it is too far from the head."
        raise Refusal(TrainingCode.PARITY, f"{sentence} Name a later target layer.")
    channels, rows, columns = at_head.shape[1:]
    return tail, DenseGradient(model.head, maps=(channels, rows, columns))


def _match_pooled_head(model: nn.Module, *, maps: Tensor, features: Tensor) -> PooledGradient:
    """Return the gradient of a timm head, known by the features [N, D] it makes. Raises `Refusal` (PARITY)."""
    classifier = model.get_classifier()  # type: ignore[operator]
    if isinstance(classifier, nn.Linear) and maps.ndim == 4:
        pooled = maps.mean(dim=(2, 3))
        if _is_same(pooled, features):
            return PooledGradient(classifier, None)
        norms = [module for module in model.modules() if isinstance(module, nn.LayerNorm)]
        for norm in reversed(norms):
            if tuple(norm.normalized_shape) != (pooled.shape[1],):
                continue
            normed = nn.functional.layer_norm(pooled, norm.normalized_shape, norm.weight, norm.bias, norm.eps)
            if _is_same(normed, features):
                return PooledGradient(classifier, norm)
    raise Refusal(
        TrainingCode.PARITY,
        "The heatmap cannot be put into the graph: the network's own head is not the average of the target layer's "
        "maps, a layer norm or none, and one linear layer. Name the last layer, or give the recipe a head of its own.",
    )


def _is_same(first: Tensor, second: Tensor) -> bool:
    if first.shape != second.shape:
        return False
    return bool((first - second).abs().max() <= _CLOSE * second.abs().max().clamp(min=1e-6))


def find_tail_layers(model: nn.Module, layer: str) -> TailLayers:
    """Return the layers after a layer in its sequence. Raises `Refusal` (PARITY) for another order."""
    parent, _, name = layer.rpartition(".")
    outer = model.get_submodule(parent)
    if not isinstance(outer, nn.Sequential):
        return TailLayers()
    names = dropwhile(lambda pair: pair[0] != name, outer.named_children())
    modules = tuple(module for child, module in names if child != name and not isinstance(module, _WITHOUT_EFFECT))
    ranks = [_rank(module, layer) for module in modules]
    # A second norm or ReLU, or one of them after the other or after the pooling, does not commute.
    if any(later < earlier or later == earlier < _POOL for earlier, later in pairwise(ranks)):
        raise _order_refusal(layer)
    norms = [_norm_scale(module) for module in modules if isinstance(module, nn.BatchNorm2d)]
    return TailLayers(modules, masks=_RELU in ranks, scale=norms[0] if norms else None)


def _rank(module: nn.Module, layer: str) -> int:
    # A norm of timm's that carries its own activation is another type and is refused here.
    if type(module) is nn.BatchNorm2d:
        return _NORM
    if isinstance(module, nn.ReLU):
        return _RELU
    if isinstance(module, nn.MaxPool2d) and not module.return_indices:
        return _POOL
    raise _order_refusal(layer)


def _norm_scale(norm: nn.BatchNorm2d) -> Tensor:
    assert norm.running_var is not None
    weight = norm.weight if norm.affine else torch.ones_like(norm.running_var)
    return (weight / torch.sqrt(norm.running_var + norm.eps)).detach()


def _order_refusal(layer: str) -> Refusal:
    return Refusal(
        TrainingCode.PARITY,
        f"The heatmap at `{layer}` cannot be put into the graph: behind it stands more than batch norm, ReLU and "
        "max-pooling, in this order. Name a later target layer.",
    )
