"""Figures beside others: of one's own cases against those of the bundle's card, and of two models on the same cases."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inference.cases.results import CaseRow
from inference.cases.validation import Figure, ValidatedCases, Validation
from inference.contract.contract import Contract, Evaluation, Interval
from inference.statistics.judged_cases import is_one_of_two
from inference.statistics.metrics import bootstrap_figures
from inference.statistics.paired import (
    PairedDifference,
    bootstrap_difference,
    delong_difference,
    is_real_difference,
)

_COMPARED = ("auc", "accuracy", "macro_f1", "ece")


@dataclass(frozen=True)
class CardFigure:
    """A figure beside that of the card; `is_real` is None if the cases are too few to say."""

    mine: Figure
    card: Interval
    is_real: bool | None


@dataclass(frozen=True)
class AgainstCard:
    """Figures of the card for one split, and one's own figures beside it."""

    split: str
    n: int
    figures: dict[str, CardFigure]


@dataclass(frozen=True, eq=False)
class PairedModels:
    """Two models on the cases that both answered: differences of figures, and the cases they decide otherwise."""

    first: str
    second: str
    n: int
    differences: dict[str, PairedDifference]
    method: dict[str, str]
    """How each difference was judged: `delong` or `bootstrap`."""
    disagreements: tuple[tuple[CaseRow, CaseRow], ...]
    is_enough: bool


def compare_with_card(validation: Validation, contract: Contract) -> AgainstCard | None:
    """Return the figures of the last split that the card states, beside one's own; None if it states none."""
    if not contract.evaluation:
        return None
    stated = contract.evaluation[-1]
    pairs: dict[str, tuple[Figure | None, Interval | None]] = {
        "auc": (validation.metrics.get("auc"), stated.auc),
        "accuracy": (validation.metrics.get("accuracy"), stated.accuracy),
        "macro_f1": (validation.metrics.get("macro_f1"), stated.macro_f1),
    }
    if is_one_of_two(contract.task):
        pairs["sensitivity"] = _recall(validation, stated, contract.task.names[1])
        pairs["specificity"] = _recall(validation, stated, contract.task.names[0])
    figures = {}
    for name, (mine, card) in pairs.items():
        if mine is not None and card is not None:
            is_real = is_real_difference(mine.ends, (card.value, card.low, card.high))
            figures[name] = CardFigure(mine, card, is_real if validation.is_enough else None)
    return AgainstCard(stated.split, stated.n, figures)


def compare_models(first: Validation, second: Validation) -> PairedModels | None:
    """Return two models on the cases that both answered; None if their labels differ, or they have no case in common.

    Cases are drawn once for both, so that what is hard for either is drawn for either.
    """
    if first.cases.task.names != second.cases.task.names:
        return None
    a, b = _in_common(first.cases, second.cases)
    if not a.rows:
        return None
    figures = [bootstrap_figures(one.judged, a.draws) for one in (a, b)]
    differences, method = {}, {}
    for name in _COMPARED:
        if all(name in one.values for one in figures):
            drawn = figures[0].drawn[name], figures[1].drawn[name]
            differences[name] = bootstrap_difference(figures[0].values[name], figures[1].values[name], drawn)
            method[name] = "bootstrap"
    are_independent = len(set(a.groups)) == len(a.groups)
    positive = a.judged.targets[:, -1] == 1
    if "auc" in differences and is_one_of_two(a.task) and are_independent:
        scores = [one.judged.probabilities[:, 1] for one in (a, b)]
        differences["auc"], method["auc"] = delong_difference(positive, *scores), "delong"
    apart = (a.judged.decided != b.judged.decided).any(axis=1)
    disagreements = tuple((a.rows[one], b.rows[one]) for one in np.flatnonzero(apart))
    names = first.cases.model.model, second.cases.model.model
    is_enough = first.is_enough and second.is_enough
    return PairedModels(*names, len(a.rows), differences, method, disagreements, is_enough)


def _in_common(first: ValidatedCases, second: ValidatedCases) -> Sequence[ValidatedCases]:
    """Return the cases of both that are the same slices, in the same order."""
    place = {row.place: number for number, row in enumerate(second.rows)}
    pairs = [(number, place[row.place]) for number, row in enumerate(first.rows) if row.place in place]
    chosen = np.array(pairs, dtype=np.intp).reshape(-1, 2)
    return first.at(chosen[:, 0]), second.at(chosen[:, 1])


def _recall(validation: Validation, stated: Evaluation, label: str) -> tuple[Figure | None, Interval | None]:
    mine = validation.by_label.get(label, {}).get("recall")
    card = stated.labels.get(label)
    return mine if isinstance(mine, Figure) else None, None if card is None else card.recall
