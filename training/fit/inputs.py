"""The inputs of a step: changed, mixed, normalised; each process makes those of its own share of the batch."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.data.augment import augment
from training.data.dataset import Prepared
from training.fit.order import Batch, generator
from training.fit.prediction import expand
from training.fit.processes import Processes
from training.recipe.recipe import Recipe


@dataclass(frozen=True, eq=False)
class Step:
    """What a process needs for one step: inputs [n, channels, rows, columns] and targets [n, L] of its share, and the
    targets [N, L] of the whole batch, which the loss is normalised by.
    """

    inputs: Tensor
    targets: Tensor
    of_all: Tensor


class Inputs:
    """Makes the inputs of steps."""

    def __init__(self, prepared: Prepared, recipe: Recipe, processes: Processes) -> None:
        self._tensors = prepared.tensors
        self._targets = prepared.targets
        self._recipe = recipe
        self._processes = processes
        channels = prepared.tensors.shape[1]
        shape, device = (1, -1, 1, 1), processes.device
        self._mean = torch.tensor(recipe.input.mean[:channels], device=device).view(shape)
        self._std = torch.tensor(recipe.input.std[:channels], device=device).view(shape)

    def of(self, batch: Batch, *, epoch: int, step: int) -> Step:
        """This process's share of a batch; epoch and step count from 0 and decide about mixing."""
        share = self._processes.share(len(batch.places))
        own = np.arange(len(batch.places))[share]
        targets = torch.from_numpy(self._targets[batch.places])
        keeps = self._keeps(epoch, step)
        if keeps < 1:
            partners = _partners(len(batch.places))
            made, position = np.unique(np.concatenate([own, partners[own]]), return_inverse=True)
            changed = self._changed(batch, made)
            first, second = changed[position[: len(own)]], changed[position[len(own) :]]
            inputs = first.lerp(second, 1 - keeps)
            targets = targets.lerp(targets[partners], 1 - keeps)
        else:
            inputs = self._changed(batch, own)
        inputs = expand((inputs - self._mean) / self._std, self._recipe.input)
        return Step(
            inputs=inputs.contiguous(memory_format=torch.channels_last),
            targets=targets[share].to(inputs.device),
            of_all=targets,
        )

    def _changed(self, batch: Batch, positions: NDArray[np.int64]) -> Tensor:
        """The slices at these positions of the batch after augmentation, as grey in 0…1."""
        tensors = torch.from_numpy(self._tensors[batch.places[positions]]).to(self._processes.device)
        return augment(tensors * self._std + self._mean, self._recipe.augmentation, batch.seeds[positions])

    def _keeps(self, epoch: int, step: int) -> float:
        """Mixup (Zhang 2018): how much of itself each case of the batch keeps, 1/2…1, drawn from Beta(mixup, mixup)."""
        rule = self._recipe.augmentation
        if rule.mixup <= 0:
            return 1.0
        drawn = generator(self._recipe.fit.seed, epoch, "mix", step)
        if drawn.random() >= rule.mixup_chance:
            return 1.0
        share = float(drawn.beta(rule.mixup, rule.mixup))
        return max(share, 1 - share)


def _partners(count: int) -> NDArray[np.int64]:
    """With whom each place of a batch is mixed: neighbours in pairs (the order is drawn anyway), a last odd one alone.

    Any cut through a batch parts one pair at most, so several processes make few slices twice.
    """
    partners = np.arange(count) ^ 1
    return np.where(partners < count, partners, np.arange(count))
