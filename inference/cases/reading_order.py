"""The order in which a reader gets cases: seeded by who reads, so that it is the same again and another for another."""

from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from inference.cases.case_store import CasePlace
from inference.cases.results import ModelResults
from inference.contract.contract import Task

_SEED_BYTES = 8


class CaseOrder(StrEnum):
    """An order of cases."""

    DOUBT = "doubt"
    """The cases of which the model is least sure first."""
    RANDOM = "random"
    DISAGREEMENT = "disagreement"
    """The cases about which models decide otherwise first."""
    LISTED = "listed"
    """As the table has them."""


def order_cases(results: Sequence[ModelResults], order: CaseOrder, *, seed: str) -> list[CasePlace]:
    """Return the cases of tables of models, each once; equal ones come at random, seeded by who reads."""
    places = list(dict.fromkeys(row.place for one in results for row in one.rows))
    if order is CaseOrder.LISTED:
        return places
    shuffled = [places[number] for number in seeded_generator(seed).permutation(len(places))]
    if order is CaseOrder.RANDOM:
        return shuffled
    rank = _doubts(results) if order is CaseOrder.DOUBT else _disagreements(results)
    return sorted(shuffled, key=lambda place: -rank[place])


def seeded_generator(seed: str) -> np.random.Generator:
    """Return a generator of random numbers that is the same for the same words."""
    return np.random.default_rng(int.from_bytes(blake2b(seed.encode(), digest_size=_SEED_BYTES).digest(), "big"))


def doubt_of(probabilities: NDArray[np.float32], task: Task) -> NDArray[np.float64]:
    """Return how unsure answers [cases, labels] are, from 0 (sure) to 1.

    Of labels that exclude each other: 1 less the margin between the two most probable ones; else by the label whose
    probability is nearest to one half (Settles 2009, *Active Learning Literature Survey*, margin sampling).
    """
    shares = probabilities.astype(np.float64)
    if task.kind == "multiclass" and shares.shape[1] > 1:
        ranked = np.sort(shares, axis=1)
        return np.asarray(1 - (ranked[:, -1] - ranked[:, -2]))
    return np.asarray(1 - np.abs(2 * shares - 1).min(axis=1))


def _doubts(results: Sequence[ModelResults]) -> dict[CasePlace, float]:
    """Return the greatest doubt of any model about each case."""
    found: dict[CasePlace, float] = defaultdict(float)
    for one in results:
        for row, doubt in zip(one.rows, doubt_of(one.probabilities, one.guess_task()), strict=True):
            found[row.place] = max(found[row.place], float(doubt))
    return found


def _disagreements(results: Sequence[ModelResults]) -> dict[CasePlace, float]:
    """Return 1 for the cases about which models decide otherwise, 0 for others."""
    decided: dict[CasePlace, set[str]] = defaultdict(set)
    for one in results:
        for row in one.rows:
            decided[row.place].add(row.cells["decision"])
    return {place: float(len(said) > 1) for place, said in decided.items()}
