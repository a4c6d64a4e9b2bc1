"""How far readers agree beyond chance, and the cases on which they do not, for a third answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from inference.cases.case_store import CANNOT_TELL, CaseAnswer, CasePlace, Occasion
from inference.cases.labelled_truth import SettledBy, settle_case
from inference.statistics.agreement import Kappa, cohen_kappa, count_pairs, fleiss_kappa
from inference.statistics.bootstrap import draw_group_weights, exact_ends, percentile_ends

SEED = 20261128
LEAST_IN_COMMON = 10
"""The fewest cases in common from which an agreement is told."""


@dataclass(frozen=True)
class PairAgreement:
    """Two readers on the cases that both labelled."""

    first: str
    second: str
    n: int
    agreed: int
    kappa: Kappa | None
    """Cohen's; None if there are too few cases, or both gave one and the same answer throughout."""


@dataclass(frozen=True)
class DisputedCase:
    """A case on which readers disagree, with what each said."""

    place: CasePlace
    said: tuple[tuple[str, str], ...]
    """Reader and answer."""
    adjudicated: str | None
    """The answer that stands; None while there is none."""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReaderAgreement:
    """All that is said of several readers of the same cases."""

    readers: tuple[tuple[str, int], ...]
    """Each reader, with how many cases are labelled."""
    pairs: tuple[PairAgreement, ...]
    fleiss: Kappa | None
    """Of the cases that all readers labelled; None for fewer than three readers or too few cases."""
    in_common: int
    """How many cases all readers labelled."""
    disputed: tuple[DisputedCase, ...]
    settled: int
    """How many cases have a truth."""


def compare_readers(answers: Mapping[CasePlace, Sequence[CaseAnswer]]) -> ReaderAgreement:
    """Return how far readers agree on cases. "Cannot tell" is an answer like others."""
    said: dict[str, dict[CasePlace, str]] = {}
    for place, given in answers.items():
        for one in given:
            if one.given.occasion is Occasion.LABELLING:
                said.setdefault(one.given.reader, {})[place] = _spelled(one.given.answer)
    readers = sorted(said)
    categories = sorted({answer for by_place in said.values() for answer in by_place.values()})
    common = set.intersection(*(set(by_place) for by_place in said.values())) if said else set()
    return ReaderAgreement(
        tuple((reader, len(said[reader])) for reader in readers),
        tuple(_compare_pair(one, other, said, categories) for one, other in combinations(readers, 2)),
        _judge_all([said[reader] for reader in readers], sorted(common), categories),
        len(common),
        tuple(_list_disputed(answers)),
        sum(bool((settled := settle_case(given)) and settled.label) for given in answers.values()),
    )


def _compare_pair(
    first: str, second: str, said: Mapping[str, Mapping[CasePlace, str]], categories: Sequence[str]
) -> PairAgreement:
    common = sorted(said[first].keys() & said[second].keys())
    one, other = (_numbers([said[reader][place] for place in common], categories) for reader in (first, second))
    kappa = cohen_kappa(count_pairs(one, other, len(categories))) if len(common) >= LEAST_IN_COMMON else None
    told = kappa if kappa is not None and np.isfinite(kappa.value) else None
    return PairAgreement(first, second, len(common), int((one == other).sum()), told)


def _judge_all(
    said: Sequence[Mapping[CasePlace, str]], common: Sequence[CasePlace], categories: Sequence[str]
) -> Kappa | None:
    """Return Fleiss' kappa with the interval of the bootstrap over cases."""
    if len(said) < 3 or len(common) < LEAST_IN_COMMON:
        return None
    counts = np.zeros((len(common), len(categories)))
    for by_place in said:
        counts[np.arange(len(common)), _numbers([by_place[place] for place in common], categories)] += 1
    value = float(fleiss_kappa(counts)[0])
    if not np.isfinite(value):
        return None
    draws = draw_group_weights(common, seed=SEED)
    ends = percentile_ends(value, fleiss_kappa(counts, draws.weights), exact_ends(value, len(common), (-1.0, 1.0)))
    return Kappa(value, *ends)


def _list_disputed(answers: Mapping[CasePlace, Sequence[CaseAnswer]]) -> list[DisputedCase]:
    found = []
    for place, given in answers.items():
        labelled = [one for one in given if one.given.occasion is Occasion.LABELLING]
        settled = settle_case(labelled)
        if settled is None or settled.by is not SettledBy.DISAGREEMENT:
            continue
        whole = settle_case(given)
        assert whole is not None
        is_open = whole.by is SettledBy.DISAGREEMENT
        said = tuple(sorted((one.given.reader, one.given.answer or CANNOT_TELL) for one in labelled))
        remarks = tuple(one.given.remark for one in given if one.given.remark)
        found.append(DisputedCase(place, said, None if is_open else whole.label, remarks))
    return found


def _numbers(answers: Sequence[str], categories: Sequence[str]) -> NDArray[np.intp]:
    return np.array([categories.index(one) for one in answers], dtype=np.intp)


def _spelled(answer: str | None) -> str:
    return "+".join(sorted((answer or CANNOT_TELL).split("+")))
