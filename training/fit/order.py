"""Which cases an epoch shows, and in what order: drawn from (seed, epoch) alone, so every process draws the same."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training.data.augment import case_seeds
from training.recipe.recipe_parts import Fit


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
