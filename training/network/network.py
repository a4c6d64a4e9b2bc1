"""The network of a recipe, which of its parameters learn in a stage and how fast, and what it answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from imaging.base.errors import Refusal
from inference.contract.contract import InputSpec, Torch
from inference.torch_path.networks import Headed, build_network, run_network
from training.network.starting_weights import find_weights, load_weights
from training.recipe.recipe import Fit, Network, Recipe, Stage, TrainingCode

_AT_ONCE = 64
_PARAMETER_FREE_LAYERS = (nn.Identity, nn.Dropout, nn.Dropout2d)


@dataclass(frozen=True, eq=False)
class StartedNetwork:
    """A network with its starting weights, and the sentence and licence of those for the provenance."""

    model: nn.Module
    sentence: str
    licence: str


def torch_section(network: Network) -> Torch:
    """Return a contract's section on how the torch path rebuilds the recipe's network."""
    return Torch(architecture=network.architecture, kwargs=dict(network.arguments), head=network.head)


def start_network(recipe: Recipe, *, weights: str | None = None) -> StartedNetwork:
    """Build the network with the recipe's starting weights, or `weights`. Raises `Refusal` (WEIGHTS, NO_TORCH)."""
    rule = recipe.network
    rates = {"drop_rate": rule.drop_rate, "drop_path_rate": rule.drop_path_rate}
    # Not every architecture takes these, so they are given only if they do something.
    spec = torch_section(rule).model_copy(
        update={"kwargs": {**rule.arguments, **{name: rate for name, rate in rates.items() if rate > 0}}}
    )
    model = build_network(spec, outputs=recipe.task.logits, channels=recipe.input.channels, size=recipe.input.size)
    source = find_weights(weights or rule.weights, rule.architecture)
    random = load_weights(model, source)
    sentence = source.sentence
    if source.tensors and random:
        sentence += f"; random at the start: {', '.join(random)}"
    return StartedNetwork(model, sentence, source.licence)


def build_recipe_network(recipe: Recipe, *, weights: str | None = None) -> nn.Module:
    """Return the network of `start_network`. With `weights="none"` this reads no file."""
    return start_network(recipe, weights=weights).model


def free_parameters(model: nn.Module, stage: Stage) -> tuple[str, ...]:
    """Let the parameters of the stage learn and no others; return their names.

    Free are the head and, of the backbone, nothing, everything, or all from the first of the last N layers or blocks
    on. With frozen batch norm, its scales and offsets rest. Raises `Refusal` (RECIPE) if there are not so many.
    """
    free = {id(parameter) for parameter in _head(model).parameters()}
    free |= {id(parameter) for parameter in _free_in_backbone(model, stage.free)}
    if stage.frozen_batch_norm:
        for norm in _batch_norms(model):
            free -= {id(parameter) for parameter in norm.parameters()}
    names = []
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(id(parameter) in free)
        if id(parameter) in free:
            names.append(name)
    return tuple(names)


def rest_batch_norms(model: nn.Module) -> None:
    """Let the backbone's batch norms keep their statistics; to be said again after every `train()`."""
    for norm in _batch_norms(model):
        norm.eval()


def _batch_norms(model: nn.Module) -> list[nn.Module]:
    return [module for module in backbone_of(model).modules() if isinstance(module, _BatchNorm)]


def backbone_of(model: nn.Module) -> nn.Module:
    """Return the part that gives maps; of a timm network with its own head, the network itself."""
    return model.backbone if isinstance(model, Headed) else model


def _head(model: nn.Module) -> nn.Module:
    head: nn.Module = model.head if isinstance(model, Headed) else model.get_classifier()  # type: ignore[operator]
    return head


def _free_in_backbone(model: nn.Module, free: str) -> list[nn.Parameter]:
    if free == "head":
        return []
    backbone = backbone_of(model)
    if free == "all":
        return list(backbone.parameters())
    kind, _, number = free.partition(":")
    starts = layers_of(model) if kind == "layers" else blocks_of(model)
    if int(number) > len(starts):
        raise Refusal(
            TrainingCode.RECIPE, f"free = {free}: the network has {len(starts)} {kind} only; `all` frees every one."
        )
    first = starts[-int(number)]
    modules = list(backbone.modules())
    position = next(number for number, module in enumerate(modules) if module is first)
    return [parameter for module in modules[position:] for parameter in module.parameters()]


def layers_of(model: nn.Module) -> list[nn.Module]:
    """Return the backbone's layers as Keras counts them; an activation behind a convolution belongs to it.

    Additions and paddings are no modules here, and dropout and the pooling of a timm network's own head do not count.
    """
    head = set(_head(model).modules()) | set(getattr(backbone_of(model), "global_pool", nn.Identity()).modules())
    found: list[nn.Module] = []
    weighted: nn.Module | None = None
    for module in backbone_of(model).modules():
        is_own = any(True for _ in module.parameters(recurse=False))
        is_leaf = not any(True for _ in module.children())
        if module in head or isinstance(module, _PARAMETER_FREE_LAYERS) or not (is_own or is_leaf):
            continue
        if module is backbone_of(model):
            # A transformer's class token and positions stand before its first layer.
            continue
        is_activation = type(module).__module__.rpartition(".")[2].startswith("activation")
        is_activation_of_convolution = not is_own and is_activation and isinstance(weighted, nn.Conv2d)
        weighted = module
        if not is_activation_of_convolution:
            found.append(module)
    return found


def blocks_of(model: nn.Module) -> list[nn.Module]:
    """Return the backbone's blocks in order: members of its containers (`layer4`, `blocks`) that have parameters."""
    containers = (nn.Sequential, nn.ModuleList)
    return [
        block
        for child in backbone_of(model).children()
        if isinstance(child, containers) and child is not _head(model)
        for block in child.children()
        if any(True for _ in block.parameters())
    ]


def group_parameters(model: nn.Module, stage: Stage, rule: Fit) -> list[dict[str, Any]]:
    """Return what learns as optimiser groups; `scale` is their learning rate, norms and biases have no weight decay."""
    head = {id(parameter) for parameter in _head(model).parameters()}
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for parameter in model.parameters():
        if parameter.requires_grad:
            groups.setdefault((id(parameter) in head, parameter.ndim > 1), []).append(parameter)
    return [
        {
            "params": members,
            "lr": 0.0,
            "scale": stage.head_learning_rate if in_head else stage.backbone_learning_rate,
            "weight_decay": rule.weight_decay if decays else 0.0,
        }
        for (in_head, decays), members in groups.items()
    ]


@dataclass(frozen=True, eq=False)
class Predictions:
    """A network's answers to cases: logits [N, outputs] and features for the familiarity check [N, D], float32."""

    logits: NDArray[np.float32]
    features: NDArray[np.float32]


@torch.no_grad()
def predict(model: nn.Module, tensors: NDArray[np.float32], recipe: Recipe) -> Predictions:
    """Return logits and features of prepared tensors [N, channels, rows, columns]. Raises `Refusal` (UNKNOWN_LAYER)."""
    logits, features = [], []
    for inputs in _inputs(model, tensors, recipe.input, np.arange(len(tensors))):
        said = run_network(
            model,
            inputs,
            target_layer=recipe.network.target_layer,
            familiarity_layers=recipe.network.familiarity_layers,
        )
        logits.append(said.logits.float().cpu().numpy())
        features.append(said.features.float().cpu().numpy())
    return Predictions(np.concatenate(logits), np.concatenate(features))


@torch.no_grad()
def predict_logits(
    model: nn.Module, tensors: NDArray[np.float32], recipe: Recipe, rows: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return the logits alone of these rows of the tensors, [N, outputs]; of no rows, none."""
    found = [model(inputs).float().cpu().numpy() for inputs in _inputs(model, tensors, recipe.input, rows)]
    return np.concatenate([np.empty((0, recipe.task.logits), dtype=np.float32), *found])


def _inputs(
    model: nn.Module, tensors: NDArray[np.float32], spec: InputSpec, rows: NDArray[np.int64]
) -> Iterator[Tensor]:
    """Yield the inputs in pieces, on the network's device; the network is put into the state for predicting."""
    model.eval()
    device = next(model.parameters()).device
    for start in range(0, len(rows), _AT_ONCE):
        # Rows make a copy, so nothing is ever written into a file that is mapped into memory.
        inputs = torch.from_numpy(tensors[rows[start : start + _AT_ONCE]]).to(device)
        yield expand_channels(inputs, spec).contiguous(memory_format=torch.channels_last)


def expand_channels(tensors: Tensor, spec: InputSpec) -> Tensor:
    """Return three equal channels again if one was kept."""
    return tensors.expand(-1, spec.channels, -1, -1) if tensors.shape[1] != spec.channels else tensors
