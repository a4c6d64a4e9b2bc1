"""Thresholds: how they are chosen on validation cases, and their sensitivity and specificity on others."""

import math

import numpy as np
from numpy.typing import NDArray

from inference.contract.contract import Interval
from inference.statistics.bootstrap import GroupDraws, share_interval
from inference.statistics.judged_cases import JudgedCases


def threshold_for_specificity(positive: NDArray[np.bool_], scores: NDArray[np.float32], specificity: float) -> float:
    """Return the lowest threshold that at least this share of the negative cases stays below.

    Placed midway to the next higher score, so that it does not hang on the last digit of one case, and kept in
    0.02…0.98. Raises ValueError without a negative case.
    """
    negative = np.sort(scores[~positive].astype(np.float64))[::-1]
    if not len(negative):
        raise ValueError("a specificity needs a negative case")
    may_reach = math.floor(len(negative) * (1 - specificity) + 1e-9)
    edge = negative[may_reach] if may_reach < len(negative) else 0.0
    above = scores[scores > edge]
    between = (edge + float(above.min())) / 2 if len(above) else 1.0
    return round(float(np.clip(between, 0.02, 0.98)), 4)


def threshold_for_sensitivity(positive: NDArray[np.bool_], scores: NDArray[np.float32], sensitivity: float) -> float:
    """Return the highest threshold that at least this share of the positive cases reaches, placed as its mirror is.

    Raises ValueError without a positive case.
    """
    if not positive.any():
        raise ValueError("a sensitivity needs a positive case")
    return round(1 - threshold_for_specificity(~positive, 1 - scores, sensitivity), 4)


def youden_threshold(positive: NDArray[np.bool_], scores: NDArray[np.float32]) -> float:
    """Return the threshold of the greatest sensitivity + specificity - 1 (Youden 1950), midway between two scores.

    Of several that are equally good, the one in the widest gap between scores. Kept in 0.0001…0.9999 and rounded to
    four digits; needs cases on both sides.
    """
    values = np.unique(scores.astype(np.float64))
    below = np.r_[0.0, values[:-1]]
    gain = _share_reaching(scores[positive], values) - _share_reaching(scores[~positive], values)
    best = np.flatnonzero(gain >= gain.max() - 1e-12)
    chosen = best[np.argmax(values[best] - below[best])]
    return round(float(np.clip((values[chosen] + below[chosen]) / 2, 1e-4, 1 - 1e-4)), 4)


def _share_reaching(scores: NDArray[np.float32], thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
    ordered = np.sort(scores.astype(np.float64))
    return 1 - np.searchsorted(ordered, thresholds, side="left") / len(ordered)


def youden_thresholds(cases: JudgedCases) -> dict[str, float]:
    """Return Youden's threshold of each label that has cases with and without it."""
    found = {}
    for number, name in enumerate(cases.task.names):
        asked = ~np.isnan(cases.targets[:, number])
        positive = cases.targets[asked, number] == 1
        if positive.any() and not positive.all():
            found[name] = youden_threshold(positive, cases.probabilities[asked, number])
    return found


def sensitivity_specificity(
    cases: JudgedCases, label: str, threshold: float, draws: GroupDraws
) -> tuple[Interval | None, Interval | None]:
    """Return sensitivity and specificity of a label at a threshold; None if no case allows one."""
    number = cases.task.names.index(label)
    targets = cases.targets[:, number]
    reached = cases.probabilities[:, number] >= np.float32(threshold)
    return share_of(reached, targets == 1, draws), share_of(~reached, targets == 0, draws)


def share_of(holds: NDArray[np.bool_], chosen: NDArray[np.bool_], draws: GroupDraws) -> Interval | None:
    """Return the share of chosen cases of which something holds; None if none is chosen."""
    return share_interval(holds[chosen], draws.of(chosen)) if chosen.any() else None
