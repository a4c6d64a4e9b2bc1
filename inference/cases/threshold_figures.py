"""The figures of one label at every threshold, found once, so that a slider only looks them up.

A case reaches a threshold as in `inference.classify.decision`: in single precision, equality included.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.cases.validation import Figure, ValidatedCases
from inference.statistics.bootstrap import Ends, exact_ends, percentile_ends

_STEPS = 100


@dataclass(frozen=True, eq=False)
class ThresholdFigures:
    """Figures of a label against the rest, at thresholds from 0 to 1."""

    label: str
    thresholds: NDArray[np.float64]
    """[T], ascending."""
    counts: NDArray[np.intp]
    """[T, 2, 2]: cases without and with the label, below the threshold and reaching it."""
    figures: tuple[dict[str, Figure], ...]
    """Of each threshold, by the names of `Validation.metrics`; what no case allows is left out."""

    def nearest(self, threshold: float) -> int:
        """Return the number of the threshold that is nearest."""
        return int(np.abs(self.thresholds - threshold).argmin())

    def rates(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return 1 - specificity and sensitivity at each threshold, for a mark on the ROC curve; 0 without a case."""
        reached = self.counts[:, :, 1] / np.maximum(self.counts.sum(axis=2), 1)
        return reached[:, 0], reached[:, 1]


def judge_thresholds(cases: ValidatedCases, label: str, extra: Iterable[float] = ()) -> ThresholdFigures:
    """Return the figures of a label at 0, 0.01 … 1 and at extra thresholds, with the intervals of `validate_cases`.

    Takes a matrix product of draws, cases and thresholds: a second for 10,000 cases, so it is work for the background.
    """
    number = cases.task.names.index(label)
    targets = cases.judged.targets[:, number]
    asked = ~np.isnan(targets)
    positive, draws = targets[asked] == 1, cases.draws.of(asked)
    thresholds = np.unique(np.r_[np.arange(_STEPS + 1) / _STEPS, [float(one) for one in extra]])
    reached = cases.judged.probabilities[asked, number][:, None] >= thresholds.astype(np.float32)
    sides = np.stack([~positive, positive])
    counts = np.stack([sides.astype(np.intp) @ (~reached), sides.astype(np.intp) @ reached], axis=2).transpose(1, 0, 2)
    drawn = [(draws.weights[:, side] @ reached[side].astype(np.float64)) for side in sides]
    of_side = [draws.weights[:, side].sum(axis=1)[:, None] for side in sides]
    values = _figures_of(
        *(counts[:, side, 1].astype(float)[None] for side in (1, 0)), *(float(one.sum()) for one in sides[::-1])
    )
    of_draws = _figures_of(drawn[1], drawn[0], of_side[1], of_side[0])
    figures = []
    for step in range(len(thresholds)):
        found: dict[str, Figure] = {}
        for name, value in values.items():
            if np.isfinite(point := float(value[0, step])):
                among = _told_by(name, positive, reached[:, step])
                exact = _exact_ends(name, point, draws.count(among))
                found[name] = Figure(point, *percentile_ends(point, of_draws[name][:, step], exact, is_share=True))
        figures.append(found)
    return ThresholdFigures(label, thresholds, counts, tuple(figures))


def _figures_of(
    hits: NDArray[np.float64],
    alarms: NDArray[np.float64],
    with_label: NDArray[np.float64] | float,
    without: NDArray[np.float64] | float,
) -> dict[str, NDArray[np.float64]]:
    """Return figures [draws, T] of how many cases with the label, and how many without it, reach each threshold."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "sensitivity": hits / with_label,
            "specificity": 1 - alarms / without,
            "ppv": hits / (hits + alarms),
            "npv": (without - alarms) / (without - alarms + with_label - hits),
            "accuracy": (hits + without - alarms) / (with_label + without),
            "f1": 2 * hits / (hits + alarms + with_label),
        }


def _told_by(name: str, positive: NDArray[np.bool_], reached: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which cases tell a figure."""
    told = {
        "sensitivity": positive,
        "specificity": ~positive,
        "ppv": reached,
        "npv": ~reached,
        "f1": positive | reached,
    }
    return told.get(name, np.ones_like(positive))


def _exact_ends(name: str, value: float, groups: int) -> Ends:
    """Return the exact ends of a share; F1 = 2J / (1 + J) of the share J of hits among both (`metrics`)."""
    if name != "f1":
        return exact_ends(value, groups)
    low, high = exact_ends(value / (2 - value), groups)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def lines_at_threshold(
    cases: ValidatedCases, label: str, threshold: float, *, with_label: bool, reaches: bool
) -> tuple[int, ...]:
    """Return the lines of the table of the cases with or without a label that reach a threshold, or stay below it."""
    number = cases.task.names.index(label)
    reached = cases.judged.probabilities[:, number] >= np.float32(threshold)
    chosen = (cases.judged.targets[:, number] == float(with_label)) & (reached == reaches)
    return tuple(cases.rows[one].line for one in np.flatnonzero(chosen))
