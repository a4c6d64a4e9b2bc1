"""A network with the class maps of all classes beside its logits, in one pass forward: Grad-CAM in closed form.

Grad-CAM (Selvaraju et al. 2017) weighs the channels of the maps A [K, h, w] at the target layer with

    alpha[c, k] = (1 / (h·w)) · sum over pixels of d logit c / d A[k]

Each head's module gives those sums in closed form. What is exported is then held against automatic differentiation
(`training.network.onnx_export`), whatever the algebra says.
"""

from dataclasses import dataclass
from itertools import dropwhile, pairwise

import torch
from torch import Tensor, nn

from imaging.base.errors import Refusal
from inference.torch_path.networks import DenseHead, Headed, run_network
from training.recipe.codes import TrainingCode

_CLOSE = 1e-4
_SEED = 20261121


class DenseGradient(nn.Module):
    """Sums over places of the gradients of the logits at the head's input."""

    first: Tensor
    """The layer that reads the maps: [units, K] (summed over places where the head flattens)."""

    def __init__(self, head: DenseHead, *, maps: tuple[int, int, int]) -> None:
        super().__init__()
        self.head = head
        self.maps = maps
        layers = [module for module in (*head.hidden, head.classifier) if isinstance(module, nn.Linear)]
        weight = layers[0].weight.detach()
        self.register_buffer("first", weight.clone() if head.pooled else weight.unflatten(1, maps).sum(dim=(2, 3)))

    def forward(self, maps: Tensor, mask: Tensor | None) -> Tensor:
        """[N or 1, C, K] for the head's maps [N, K, h', w']; `mask` [N, K, h', w'] says where gradients pass on."""
        above = self._gradient_above_first(maps)
        if mask is None or self.head.pooled:
            sums = above @ self.first
            return sums if mask is None else sums * mask.mean(dim=(2, 3))[:, None]
        weight = next(module for module in (*self.head.hidden, self.head.classifier) if isinstance(module, nn.Linear))
        places = (above @ weight.weight).unflatten(2, self.maps)
        return (places * mask[:, None]).sum(dim=(3, 4))

    def _gradient_above_first(self, maps: Tensor) -> Tensor:
        """[N or 1, C, units]: the gradient of the logits at the output of the layer that reads the maps."""
        passed = list(self.head.hidden)
        if not passed:
            return torch.eye(self.head.classifier.out_features)[None]
        values = maps.mean(dim=(2, 3)) if self.head.pooled else maps.flatten(1)
        inputs = []
        for module in passed:
            inputs.append(values)
            values = module(values)
        gradient = self.head.classifier.weight[None]
        for module, before in zip(reversed(passed[1:]), reversed(inputs[1:]), strict=True):
            gradient = _through(module, gradient, before)
        return gradient


def _through(module: nn.Module, gradient: Tensor, before: Tensor) -> Tensor:
    """The gradient [N or 1, C, units] at the input `before` [N, units] of a module, for that at its output."""
    if isinstance(module, nn.Linear):
        return gradient @ module.weight
    if isinstance(module, nn.ReLU):
        return gradient * (before > 0).to(gradient.dtype)[:, None]
    if isinstance(module, nn.BatchNorm1d):
        assert module.running_var is not None
        return gradient * (module.weight / torch.sqrt(module.running_var + module.eps))
    return gradient  # dropout, which rests


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


class Explained(nn.Module):
    """Answers with logits [N, C], signed class maps [N, C, h, w] before ReLU, and features [N, D]."""

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
            said = run_network(model, sample, target_layer=target_layer)
            if said.maps.ndim != 4:
                raise Refusal(TrainingCode.PARITY, f"The layer `{target_layer}` has no maps for a heatmap.")
            if isinstance(model, Headed):
                self.behind, self.gradient = _dense(model, target_layer, sample, said.maps)
            else:
                self.behind = Behind((), masks=False, scale=None)
                self.gradient = pooled_head(model, maps=said.maps, features=said.features)

    gradient: DenseGradient | PooledHead

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Run inputs [N, channels, rows, columns]."""
        said = run_network(
            self.model, inputs, target_layer=self.target_layer, familiarity_layers=self.familiarity_layers
        )
        at_head = self.behind.carried(said.maps)
        mask = (at_head > 0).to(at_head.dtype) if self.behind.masks else None
        sums = self.behind.sums_at_target(self.gradient(at_head, mask))
        rows, columns = said.maps.shape[2:]
        cams = (sums @ said.maps.flatten(2)).unflatten(2, (rows, columns)) / (rows * columns)
        return said.logits, cams, said.features


def _dense(model: Headed, layer: str, sample: Tensor, maps: Tensor) -> tuple[Behind, DenseGradient]:
    """A head of ours, and what lies between the target layer and it: looked up, then tried."""
    between = behind(model, layer)
    at_head = model.forward_features(sample)
    carried = between.carried(maps)
    if carried.shape != at_head.shape or not torch.allclose(carried, at_head, rtol=_CLOSE, atol=_CLOSE):
        sentence = f"The heatmap at `{layer}` cannot be put into the graph: it is too far from the head."
        raise Refusal(TrainingCode.PARITY, f"{sentence} Name a later target layer.")
    channels, rows, columns = at_head.shape[1:]
    return between, DenseGradient(model.head, maps=(channels, rows, columns))


_CLOSE = 1e-4


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


_NOTHING = (nn.Dropout, nn.Dropout2d, nn.Identity)


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
