"""Networks, built and run: timm's architectures, ours, and the heads behind them.

`run_network` is the one door through which training, judging and export look at a network.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from imaging.base.english import english
from imaging.base.errors import Refusal
from inference.contract.codes import ModelCode
from inference.contract.contract import Head, HeadLayer, Torch
from inference.torch_path import timm


class Headed(nn.Module):
    """A backbone that gives maps, and a dense head behind them. It speaks timm's protocol."""

    def __init__(self, backbone: nn.Module, head: "DenseHead") -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head

    def forward_features(self, inputs: Tensor) -> Tensor:
        """Return the last maps [N, K, h, w] of inputs [N, channels, rows, columns]."""
        return as_grid(self.backbone, self.backbone.forward_features(inputs))  # type: ignore[operator]

    def get_classifier(self) -> nn.Linear:
        """Return the last linear layer."""
        return self.head.classifier

    def forward(self, inputs: Tensor) -> Tensor:
        """Return logits [N, C]."""
        logits: Tensor = self.head(self.forward_features(inputs))
        return logits


class DenseHead(nn.Module):
    """Pooling or flattening, dropout, hidden layers, and one linear layer: maps [N, K, h, w] -> logits [N, C]."""

    def __init__(self, head: Head, *, maps: tuple[int, int, int], outputs: int) -> None:
        super().__init__()
        self.pooled = head.input == "pooled"
        self.dropout = nn.Dropout(head.dropout)
        channels, rows, columns = maps
        width = channels if self.pooled else channels * rows * columns
        layers: list[nn.Module] = []
        for layer in head.layers:
            layers.extend(_build_hidden_layer(layer, width))
            width = layer.units
        self.hidden = nn.Sequential(*layers)
        self.classifier = nn.Linear(width, outputs)

    def forward(self, maps: Tensor) -> Tensor:
        """Return logits [N, C]."""
        flat = maps.mean(dim=(2, 3)) if self.pooled else maps.flatten(1)
        logits: Tensor = self.classifier(self.hidden(self.dropout(flat)))
        return logits


def _build_hidden_layer(layer: HeadLayer, width: int) -> list[nn.Module]:
    """Build dense, ReLU, batch norm, dropout, in the order of Keras projects."""
    modules: list[nn.Module] = [nn.Linear(width, layer.units), nn.ReLU()]
    if layer.batch_norm:
        modules.append(nn.BatchNorm1d(layer.units))
    if layer.dropout > 0:
        modules.append(nn.Dropout(layer.dropout))
    return modules


class PlainCnn(nn.Module):
    """Blocks of a 3×3 convolution (padding 1), batch norm if asked, ReLU and 2×2 max-pooling, under `features`."""

    def __init__(self, channels: int, widths: Sequence[int], *, batch_norm: bool) -> None:
        super().__init__()
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        for number, width in enumerate(widths, start=1):
            layers[f"conv{number}"] = nn.Conv2d(channels, width, kernel_size=3, padding=1)
            if batch_norm:
                layers[f"norm{number}"] = nn.BatchNorm2d(width)
            layers[f"relu{number}"] = nn.ReLU()
            layers[f"pool{number}"] = nn.MaxPool2d(2)
            channels = width
        self.features = nn.Sequential(layers)

    def forward_features(self, inputs: Tensor) -> Tensor:
        """Return the last maps [N, K, h, w]; each block halves rows and columns."""
        maps: Tensor = self.features(inputs)
        return maps


@dataclass(frozen=True)
class _OwnNetwork:
    """One of our own architectures: the widths of its blocks, and the head that it has unless another is named."""

    widths: tuple[int, ...]
    batch_norm: bool
    head: Head


_DENSE = (HeadLayer(units=128),)
_OWN_NETWORKS = {
    "slicelens_cnn": _OwnNetwork((16, 32, 64), False, Head(input="flattened", dropout=0.2, layers=_DENSE)),
    "slicelens_cnn_modified": _OwnNetwork((16, 32, 64, 128), True, Head(input="pooled", dropout=0.2, layers=_DENSE)),
}


def build_network(spec: Torch, *, outputs: int, channels: int, size: tuple[int, int]) -> nn.Module:
    """Build a network with random weights: logits [N, outputs] of inputs [N, channels, *size].

    With the head `own`, a timm model itself, so that state-dict keys are timm's; else `Headed`. Raises `Refusal`
    (NO_TORCH) for an unknown architecture or unknown arguments.
    """
    if own := _OWN_NETWORKS.get(spec.architecture):
        if spec.kwargs:
            raise Refusal(
                ModelCode.NO_TORCH,
                english("The architecture `{architecture}` takes no arguments.", architecture=spec.architecture),
            )
        backbone: nn.Module = PlainCnn(channels, own.widths, batch_norm=own.batch_norm)
        head = own.head if spec.head.input == "own" else spec.head
        return _join_head(backbone, head, outputs=outputs, channels=channels, size=size)
    if spec.head.input == "own":
        return _build_timm_network(spec, num_classes=outputs, in_chans=channels)
    # VGG's two large dense layers are dropped anyway: so narrow, they are not worth their half a gigabyte for a moment.
    narrow: dict[str, Any] = {"mlp_ratio": 1 / 4096} if spec.architecture.startswith("vgg") else {}
    backbone = _build_timm_network(spec, num_classes=0, in_chans=channels, **narrow)
    return _join_head(backbone, spec.head, outputs=outputs, channels=channels, size=size)


def _build_timm_network(spec: Torch, **shape: Any) -> nn.Module:
    if not timm.is_model(spec.architecture):
        raise Refusal(
            ModelCode.NO_TORCH, english("timm knows no architecture `{architecture}`.", architecture=spec.architecture)
        )
    arguments: dict[str, Any] = dict(spec.kwargs)
    try:
        model: nn.Module = timm.create_model(
            spec.architecture,
            pretrained=False,
            # Said here so that a bundle which says them too is refused: timm would open, or fetch, what they name.
            checkpoint_path="",
            cache_dir=None,
            pretrained_cfg=None,
            pretrained_cfg_overlay=None,
            **shape,
            **arguments,
        )
    except (TypeError, ValueError, RuntimeError, AssertionError):
        raise Refusal(
            ModelCode.NO_TORCH,
            english(
                "timm cannot build `{architecture}` with the arguments that are given.", architecture=spec.architecture
            ),
        ) from None
    return model


def _join_head(backbone: nn.Module, head: Head, *, outputs: int, channels: int, size: tuple[int, int]) -> Headed:
    """Join the backbone, without what its maps do not need, and the head that fits these maps."""
    used: set[int] = set()
    backbone.eval()
    try:
        with ExitStack() as hooks, torch.no_grad():
            for child in backbone.children():
                hooks.enter_context(child.register_forward_hook(lambda module, *_: used.add(id(module))))
            maps = as_grid(backbone, backbone.forward_features(torch.zeros(1, channels, *size)))  # type: ignore[operator]
    except (RuntimeError, AssertionError, ValueError, AttributeError, NotImplementedError):
        raise Refusal(
            ModelCode.NO_TORCH,
            english("This architecture takes no input of {size}×{size_2}.", size=size[0], size_2=size[1]),
        ) from None
    finally:
        backbone.train()
    if maps.ndim != 4:
        raise Refusal(ModelCode.NO_TORCH, "This architecture gives no maps, so only its own head fits it.")
    for name, child in list(backbone.named_children()):
        if id(child) not in used:
            setattr(backbone, name, nn.Identity())
    _, depth, rows, columns = maps.shape
    return Headed(backbone, DenseHead(head, maps=(depth, rows, columns), outputs=outputs))


def as_grid(model: nn.Module, output: Tensor) -> Tensor:
    """Return a layer's output as maps [N, K, h, w].

    A transformer's tokens [N, T, K] come without class and register tokens, laid out as the patches lie; channels-last
    maps are turned; anything else stays as it is.
    """
    model = model.backbone if isinstance(model, Headed) else model
    if output.ndim == 4 and getattr(model, "output_fmt", "NCHW") == "NHWC":
        return output.permute(0, 3, 1, 2)
    patches = getattr(model, "patch_embed", None)
    if output.ndim != 3 or patches is None:
        return output
    rows, columns = patches.grid_size
    tokens = output[:, getattr(model, "num_prefix_tokens", 0) :]
    return tokens.transpose(1, 2).unflatten(2, (rows, columns))


@dataclass(frozen=True, eq=False)
class NetworkOutput:
    """The answer of a network for N inputs."""

    logits: Tensor
    """[N, C], before any activation."""
    maps: Tensor
    """[N, K, h, w] at the target layer; if gradients are on and the layer gives maps, the logits depend on it."""
    features: Tensor
    """[N, D] for the familiarity check: means of its layers if some are named, else pooled before the dense layers."""


def run_network(
    model: nn.Module, inputs: Tensor, *, target_layer: str, familiarity_layers: Sequence[str] = ()
) -> NetworkOutput:
    """Compute logits, maps and features of inputs [N, channels, rows, columns] in one pass.

    Features are the spatial means of `familiarity_layers`; without any, what the last linear layer reads in a timm
    network (of a transformer: its pooled tokens) and the spatial means of the last maps under a head of ours. Raises
    `Refusal` (UNKNOWN_LAYER).
    """
    reads = _find_layer(model, "head") if isinstance(model, Headed) else _find_classifier(model)
    pooled: list[Tensor] = []
    reading = reads.register_forward_pre_hook(lambda _module, given: pooled.append(_pool(given[0])))
    with reading, keep_outputs(model, (target_layer, *familiarity_layers)) as kept:
        logits = model(inputs)
    means = [_pool(as_grid(model, _require_output(layer, kept))) for layer in familiarity_layers]
    maps = as_grid(model, _require_output(target_layer, kept))
    return NetworkOutput(logits=logits, maps=maps, features=torch.cat(means or pooled, dim=1))


@contextmanager
def keep_outputs(model: nn.Module, layers: Sequence[str], *, cut: bool = False) -> Iterator[dict[str, Tensor]]:
    """Keep the outputs of layers by their names while inside; with `cut`, gradients begin and end there.

    Raises `Refusal` (UNKNOWN_LAYER).
    """
    kept: dict[str, Tensor] = {}

    def keep(name: str, _module: nn.Module, _inputs: object, output: object) -> object:
        if not isinstance(output, Tensor):
            return output
        kept[name] = output.detach().requires_grad_(True) if cut else output
        # A copy goes on: an activation that works in place would otherwise change what was kept.
        return kept[name].clone()

    with ExitStack() as hooks:
        for name in layers:
            hooks.enter_context(_find_layer(model, name).register_forward_hook(partial(keep, name)))
        yield kept


def _require_output(layer: str, kept: dict[str, Tensor]) -> Tensor:
    if layer not in kept:
        raise Refusal(
            ModelCode.UNKNOWN_LAYER,
            english("The layer `{layer}` gives no tensor on the way to the answer.", layer=layer),
        )
    return kept[layer]


def _find_layer(model: nn.Module, name: str) -> nn.Module:
    try:
        return model.get_submodule(name)
    except AttributeError:
        raise Refusal(ModelCode.UNKNOWN_LAYER, english("The network has no layer `{name}`.", name=name)) from None


def _find_classifier(model: nn.Module) -> nn.Module:
    """Return the module of a timm network that turns pooled features into logits."""
    classifier = model.get_classifier()  # type: ignore[operator]
    if not isinstance(classifier, nn.Module):
        raise Refusal(ModelCode.NO_TORCH, "This architecture has more than one classifier; it cannot be used here.")
    return classifier


def _pool(values: Tensor) -> Tensor:
    """Average maps [N, K, h, w] or tokens [N, T, K] over their positions to [N, K]; pooled values stay."""
    if values.ndim == 4:
        return values.mean(dim=(2, 3))
    return values.mean(dim=1) if values.ndim == 3 else values
