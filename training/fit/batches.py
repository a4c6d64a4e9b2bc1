"""Which cases a fit shows, in what order, and the inputs that it makes of them.

Everything is drawn from (seed, epoch) alone, so that every process draws the same.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.data.augment import augment, case_seeds
from training.data.dataset import Prepared
from training.data.split import Assigned, Split
from training.fit.processes import Processes
from training.network.network import expand
from training.recipe.recipe import Fit, Recipe

_PARTS = ("train", "validation")


def limited(split: Split, limit: int, seed: int) -> frozenset[str]:
    """Names of at most `limit` cases (at least one of each part and label) out of those to learn from and judge by.

    The test part is not counted and stays whole. Same split, limit and seed: same cases.
    """
    strata: Counter[tuple[str, str]] = Counter((case.part, case.label) for case in split.cases if case.part in _PARTS)
    if limit >= strata.total():
        return frozenset(case.name for case in split.cases if case.part in _PARTS)
    left = _shares(strata, limit)
    groups: defaultdict[str, list[Assigned]] = defaultdict(list)
    for case in split.cases:
        if case.part in _PARTS:
            groups[case.group].append(case)
    names = sorted(groups)
    order = [groups[names[number]] for number in np.random.default_rng(seed % 2**64).permutation(len(names))]
    chosen = [case.name for group in order if _fits(group, left) for case in group]
    # What whole groups could not fill, single members do.
    taken = set(chosen)
    for case in (case for group in order for case in group):
        stratum = (case.part, case.label)
        if case.name not in taken and left[stratum] > 0:
            left[stratum] -= 1
            taken.add(case.name)
    return frozenset(taken)


def _shares(strata: Mapping[tuple[str, str], int], limit: int) -> dict[tuple[str, str], int]:
    """How many of each part and label: by largest remainders, one at least."""
    total = sum(strata.values())
    exact = {stratum: limit * count / total for stratum, count in sorted(strata.items())}
    shares = {stratum: max(1, int(share)) for stratum, share in exact.items()}
    for stratum in sorted(exact, key=lambda one: int(exact[one]) - exact[one])[: max(0, limit - sum(shares.values()))]:
        shares[stratum] = min(shares[stratum] + 1, strata[stratum])
    while sum(shares.values()) > limit and max(shares.values()) > 1:
        shares[max(shares, key=lambda one: shares[one])] -= 1
    return shares


def _fits(group: Sequence[Assigned], left: dict[tuple[str, str], int]) -> bool:
    """Whether the whole group is still wanted; then it is taken off what is left."""
    wanted = Counter((case.part, case.label) for case in group)
    if any(left[stratum] < count for stratum, count in wanted.items()):
        return False
    for stratum, count in wanted.items():
        left[stratum] -= count
    return True


@dataclass(frozen=True, eq=False)
class PartCases:
    """The cases of one part of the split, by their places in `Prepared`."""

    places: NDArray[np.int64]
    numbers: NDArray[np.int64]
    """[N]: what each case's augmentation is drawn by: its number in the split, whatever else is prepared."""
    groups: NDArray[np.int64]
    """[N]: number of each case's group."""
    kinds: NDArray[np.int64]
    """[N]: number of what each case shows: its class, or for several labels its combination of answers."""


@dataclass(frozen=True, eq=False)
class Batch:
    """One step's cases of all processes together, by their places in `Prepared`, and the seed of each one's changes."""

    places: NDArray[np.int64]
    seeds: NDArray[np.int64]


def kinds_of(targets: NDArray[np.float32]) -> NDArray[np.int64]:
    """Numbers [N] that are equal where the rows of targets [N, L] are (unanswered ones included)."""
    _, kinds = np.unique(np.nan_to_num(targets, nan=-1.0), axis=0, return_inverse=True)
    return kinds.astype(np.int64).reshape(len(targets))


def steps_of(part: PartCases, rule: Fit) -> int:
    """How many batches an epoch has."""
    shown = len(np.unique(part.groups)) if rule.one_of_each_group else len(part.places)
    return math.ceil(shown / rule.batch)


def batches(part: PartCases, rule: Fit, epoch: int) -> tuple[Batch, ...]:
    """The batches of an epoch (from 0). Their sizes differ by one at most, so that no last batch is a tiny one."""
    drawn = generator(rule.seed, epoch, "order")
    shown = _one_of_each(part.groups, drawn) if rule.one_of_each_group else np.arange(len(part.places))
    if rule.balance == "sampling":
        shown = _balanced(shown, part.kinds, drawn)
    order = drawn.permutation(shown)
    seeds = case_seeds(rule.seed, epoch, _told_apart(part.numbers[order]))
    steps = steps_of(part, rule)
    return tuple(map(Batch, np.array_split(part.places[order], steps), np.array_split(seeds, steps)))


def generator(seed: int, epoch: int, use: Literal["order", "mix", "network"], *key: int) -> np.random.Generator:
    """A generator of its own for each use in an epoch; the seed may be negative, as in a recipe."""
    number = ("order", "mix", "network").index(use)
    return np.random.default_rng([seed % 2**64, epoch, number, *key])


def _one_of_each(groups: NDArray[np.int64], drawn: np.random.Generator) -> NDArray[np.int64]:
    """Positions of one member of each group."""
    order = drawn.permutation(len(groups))
    _, first = np.unique(groups[order], return_index=True)
    return order[first]


def _balanced(shown: NDArray[np.int64], kinds: NDArray[np.int64], drawn: np.random.Generator) -> NDArray[np.int64]:
    """As many positions as were shown, every kind equally often; of a kind, none again before all had their turn."""
    present = np.unique(kinds[shown])
    wanted = np.array_split(np.arange(len(shown)), len(present))
    chosen: list[np.int64] = []
    for kind, amount in zip(drawn.permutation(present), map(len, wanted), strict=True):
        members = shown[kinds[shown] == kind]
        turns = [drawn.permutation(members) for _ in range(math.ceil(amount / len(members)))]
        chosen.extend(np.concatenate(turns)[:amount] if turns else members[:0])
    return np.array(chosen, dtype=np.int64)


def _told_apart(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number for each showing of a case: its own for the first, and numbers that no case has for the repeats."""
    order = np.argsort(numbers, kind="stable")
    _, starts, counts = np.unique(numbers[order], return_index=True, return_counts=True)
    repeats = np.empty(len(numbers), dtype=np.int64)
    repeats[order] = np.arange(len(numbers)) - np.repeat(starts, counts)
    return numbers + repeats * 2**32


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
