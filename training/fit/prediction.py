"""What a network says of prepared slices, in float32 as in the bundle."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.contract.contract import InputSpec
from inference.torch_path.networks import run_network
from training.recipe.recipe import Recipe

_AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a network says of cases: logits [N, outputs] and features for the familiarity check [N, D], float32."""

    logits: NDArray[np.float32]
    features: NDArray[np.float32]


@torch.no_grad()
def predict(model: nn.Module, tensors: NDArray[np.float32], recipe: Recipe) -> Predictions:
    """Logits and features of prepared tensors [N, channels, rows, columns]. Raises `Refusal` (UNKNOWN_LAYER)."""
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
def logits_of(
    model: nn.Module, tensors: NDArray[np.float32], recipe: Recipe, places: NDArray[np.int64]
) -> NDArray[np.float32]:
    """The logits alone of the tensors at these places, [N, outputs]; of no places, none."""
    found = [model(inputs).float().cpu().numpy() for inputs in _inputs(model, tensors, recipe.input, places)]
    return np.concatenate([np.empty((0, recipe.task.logits), dtype=np.float32), *found])


def _inputs(
    model: nn.Module, tensors: NDArray[np.float32], spec: InputSpec, places: NDArray[np.int64]
) -> Iterator[Tensor]:
    """The inputs in pieces, on the network's device; the network is put into the state for predicting."""
    model.eval()
    device = next(model.parameters()).device
    for start in range(0, len(places), _AT_ONCE):
        # Places make a copy, so nothing is ever written into a file that is mapped into memory.
        inputs = torch.from_numpy(tensors[places[start : start + _AT_ONCE]]).to(device)
        yield expand(inputs, spec).contiguous(memory_format=torch.channels_last)


def expand(tensors: Tensor, spec: InputSpec) -> Tensor:
    """Three equal channels again, where one was kept."""
    return tensors.expand(-1, spec.channels, -1, -1) if tensors.shape[1] != spec.channels else tensors
