"""The cases that a fit shows, their order, and the inputs made of them.

Everything is drawn from (seed, epoch) alone, so that every process draws the same. Cases are named by their rows in
`Prepared`.
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
from training.network.network import expand_channels
from training.recipe.recipe import Fit, Recipe

_PARTS = ("train", "validation")


def limit_cases(split: Split, limit: int, seed: int) -> frozenset[str]:
    """Return the names of at most `limit` cases (one of each part and label at least) to learn from and judge by.

    Parts and labels keep their proportions, groups stay whole if that fits, and the test part is not counted.
    """
    strata: Counter[tuple[str, str]] = Counter((case.part, case.label) for case in split.cases if case.part in _PARTS)
    if limit >= strata.total():
        return frozenset(case.name for case in split.cases if case.part in _PARTS)
    left = _allot(strata, limit)
    groups: defaultdict[str, list[Assigned]] = defaultdict(list)
    for case in split.cases:
        if case.part in _PARTS:
            groups[case.group].append(case)
    names = sorted(groups)
    order = [groups[names[number]] for number in np.random.default_rng(seed % 2**64).permutation(len(names))]
    taken = {case.name for group in order if _take_group(group, left) for case in group}
    # What whole groups could not fill, single members do.
    for case in (case for group in order for case in group):
        stratum = (case.part, case.label)
        if case.name not in taken and left[stratum] > 0:
            left[stratum] -= 1
            taken.add(case.name)
    return frozenset(taken)


def _allot(strata: Mapping[tuple[str, str], int], limit: int) -> dict[tuple[str, str], int]:
    """Return how many cases of each part and label are taken: by largest remainders, one at least."""
    total = sum(strata.values())
    exact = {stratum: limit * count / total for stratum, count in sorted(strata.items())}
    shares = {stratum: max(1, int(share)) for stratum, share in exact.items()}
    for stratum in sorted(exact, key=lambda one: int(exact[one]) - exact[one])[: max(0, limit - sum(shares.values()))]:
        shares[stratum] = min(shares[stratum] + 1, strata[stratum])
    while sum(shares.values()) > limit and max(shares.values()) > 1:
        shares[max(shares, key=lambda one: shares[one])] -= 1
    return shares


def _take_group(group: Sequence[Assigned], left: dict[tuple[str, str], int]) -> bool:
    """Take the group off what is left if the whole of it fits; return whether it did."""
    wanted = Counter((case.part, case.label) for case in group)
    if any(left[stratum] < count for stratum, count in wanted.items()):
        return False
    for stratum, count in wanted.items():
        left[stratum] -= count
    return True


@dataclass(frozen=True, eq=False)
class PartCases:
    """The cases of one part of the split."""

    rows: NDArray[np.int64]
    numbers: NDArray[np.int64]
    """[N]: each case's number in the split, by which its augmentation is drawn whatever else is prepared."""
    groups: NDArray[np.int64]
    """[N]: number of each case's group."""
    kinds: NDArray[np.int64]
    """[N]: number of each case's class, or for several labels of its combination of answers."""


@dataclass(frozen=True, eq=False)
class Batch:
    """One step's cases of all processes together, and the seed of each case's augmentation."""

    rows: NDArray[np.int64]
    seeds: NDArray[np.int64]


def number_kinds(targets: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return numbers [N] that are equal for equal rows of targets [N, L], unanswered ones included."""
    _, kinds = np.unique(np.nan_to_num(targets, nan=-1.0), axis=0, return_inverse=True)
    return kinds.astype(np.int64).reshape(len(targets))


def count_steps(part: PartCases, rule: Fit) -> int:
    """Return how many batches an epoch has."""
    shown = len(np.unique(part.groups)) if rule.one_of_each_group else len(part.rows)
    return math.ceil(shown / rule.batch)


def draw_batches(part: PartCases, rule: Fit, epoch: int) -> tuple[Batch, ...]:
    """Return the batches of an epoch (from 0). Their sizes differ by one at most, so that the last is no tiny one."""
    drawn = seeded_generator(rule.seed, epoch, "order")
    shown = np.arange(len(part.rows))
    if rule.one_of_each_group:
        shuffled = drawn.permutation(len(shown))
        shown = shuffled[np.unique(part.groups[shuffled], return_index=True)[1]]
    if rule.balance == "sampling":
        shown = _balance_kinds(shown, part.kinds, drawn)
    order = drawn.permutation(shown)
    seeds = case_seeds(rule.seed, epoch, _number_showings(part.numbers[order]))
    steps = count_steps(part, rule)
    return tuple(map(Batch, np.array_split(part.rows[order], steps), np.array_split(seeds, steps)))


def seeded_generator(seed: int, epoch: int, use: Literal["order", "mix", "network"], *key: int) -> np.random.Generator:
    """Return a generator of its own for each use in an epoch; the seed may be negative, as in a recipe."""
    number = ("order", "mix", "network").index(use)
    return np.random.default_rng([seed % 2**64, epoch, number, *key])


def _balance_kinds(shown: NDArray[np.int64], kinds: NDArray[np.int64], drawn: np.random.Generator) -> NDArray[np.int64]:
    """Return as many positions with every kind equally often; of a kind, none again before all had their turn."""
    present = np.unique(kinds[shown])
    wanted = np.array_split(np.arange(len(shown)), len(present))
    chosen: list[np.int64] = []
    for kind, amount in zip(drawn.permutation(present), map(len, wanted), strict=True):
        members = shown[kinds[shown] == kind]
        turns = [drawn.permutation(members) for _ in range(math.ceil(amount / len(members)))]
        chosen.extend(np.concatenate(turns)[:amount] if turns else members[:0])
    return np.array(chosen, dtype=np.int64)


def _number_showings(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a number for each showing of a case: its own at first, and numbers that no case has for the repeats."""
    order = np.argsort(numbers, kind="stable")
    _, starts, counts = np.unique(numbers[order], return_index=True, return_counts=True)
    repeats = np.empty(len(numbers), dtype=np.int64)
    repeats[order] = np.arange(len(numbers)) - np.repeat(starts, counts)
    return numbers + repeats * 2**32


@dataclass(frozen=True, eq=False)
class StepInputs:
    """A process's inputs [n, channels, rows, columns] and targets [n, L], and targets [N, L] of the whole batch."""

    inputs: Tensor
    targets: Tensor
    batch_targets: Tensor
    unmixed: Tensor
    """The targets [n, L] of the cases that are the greater part of their mixtures."""


class InputMaker:
    """Makes a process's share of a batch into inputs: augmented, mixed, normalised."""

    def __init__(self, prepared: Prepared, recipe: Recipe, processes: Processes) -> None:
        self._tensors = prepared.tensors
        self._targets = prepared.targets
        self._recipe = recipe
        self._processes = processes
        channels = prepared.tensors.shape[1]
        shape, device = (1, -1, 1, 1), processes.device
        self._mean = torch.tensor(recipe.input.mean[:channels], device=device).view(shape)
        self._std = torch.tensor(recipe.input.std[:channels], device=device).view(shape)

    def make_inputs(self, batch: Batch, *, epoch: int, step: int) -> StepInputs:
        """Return this process's share of a batch; epoch and step count from 0 and decide about mixing."""
        share = self._processes.own_share(len(batch.rows))
        own = np.arange(len(batch.rows))[share]
        unmixed = targets = torch.from_numpy(self._targets[batch.rows])
        kept = self._draw_mixup(epoch, step)
        if kept < 1:
            partners = _pair_neighbours(len(batch.rows))
            made, position = np.unique(np.concatenate([own, partners[own]]), return_inverse=True)
            augmented = self._augment(batch, made)
            first, second = augmented[position[: len(own)]], augmented[position[len(own) :]]
            inputs = first.lerp(second, 1 - kept)
            targets = targets.lerp(targets[partners], 1 - kept)
        else:
            inputs = self._augment(batch, own)
        inputs = expand_channels((inputs - self._mean) / self._std, self._recipe.input)
        return StepInputs(
            inputs=inputs.contiguous(memory_format=torch.channels_last),
            targets=targets[share].to(inputs.device),
            batch_targets=targets,
            unmixed=unmixed[share].to(inputs.device),
        )

    def _augment(self, batch: Batch, positions: NDArray[np.int64]) -> Tensor:
        tensors = torch.from_numpy(self._tensors[batch.rows[positions]]).to(self._processes.device)
        return augment(tensors * self._std + self._mean, self._recipe.augmentation, batch.seeds[positions])

    def _draw_mixup(self, epoch: int, step: int) -> float:
        """Return how much of itself each case keeps (mixup, Zhang 2018): 1/2…1, drawn from Beta(mixup, mixup)."""
        rule = self._recipe.augmentation
        if rule.mixup <= 0:
            return 1.0
        drawn = seeded_generator(self._recipe.fit.seed, epoch, "mix", step)
        if drawn.random() >= rule.mixup_chance:
            return 1.0
        share = float(drawn.beta(rule.mixup, rule.mixup))
        return max(share, 1 - share)


def _pair_neighbours(count: int) -> NDArray[np.int64]:
    """Return the position each case is mixed with: its neighbour's, so that any cut parts one pair at most."""
    partners = np.arange(count) ^ 1
    return np.where(partners < count, partners, np.arange(count))
