"""Any finding against the normal answer, and what an answer is worth where fewer or more are ill than in a test part.

A test part is half or three quarters ill; a ward or a screening is not. By Bayes' rule the predictive values follow
from sensitivity, specificity and prevalence. Their intervals come from the same draws of whole groups.
"""

import numpy as np
from numpy.typing import NDArray

from inference.contract.contract import ContractPart, Interval
from inference.statistics.bootstrap import GroupDraws, exact_ends, percentile_interval, share_interval
from inference.statistics.judged_cases import JudgedCases, competing_labels

PREVALENCES = (0.01, 0.1)


class PredictiveValues(ContractPart):
    """How often either answer is right where this share of all cases has a finding; None if it is never given."""

    prevalence: float
    positive: Interval | None
    negative: Interval | None


class AnyFinding(ContractPart):
    """Any label but the normal one against it. A case that is left open counts as wrong, whatever it shows."""

    normal: str
    n: int
    with_finding: int
    sensitivity: Interval
    specificity: Interval
    predictive: tuple[PredictiveValues, ...]
    """At `PREVALENCES`, and last at that of these cases."""


def judge_any_finding(cases: JudgedCases, draws: GroupDraws) -> AnyFinding | None:
    """Return the figures of any finding; None if no label is the normal one, or cases of one side are lacking."""
    task = cases.task
    if task.normal is None:
        return None
    number = task.names.index(task.normal)
    competing = next(columns for columns in competing_labels(task) if number in columns)
    others = [one for one in (competing if len(competing) > 1 else range(len(task.names))) if one != number]
    asked = ~np.isnan(cases.targets[:, number])
    ill, well = cases.targets[:, number] == 0, cases.targets[:, number] == 1
    if not ill.any() or not well.any():
        return None
    said_well, said_ill = cases.decided[:, number], cases.decided[:, others].any(axis=1)
    right = np.where(ill, said_ill & ~said_well, said_well & ~said_ill)
    sides = [(right[side], draws.of(side)) for side in (ill, well)]
    sensitivity, specificity = (_share_with_draws(*side) for side in sides)
    predictive = []
    for prevalence in (*PREVALENCES, float(ill.sum() / asked.sum())):
        # Both values rise with both shares, so their ends come of the shares' ends.
        positive, negative = map(_interval_of, predictive_values(sensitivity, specificity, prevalence))
        predictive.append(PredictiveValues(prevalence=round(prevalence, 5), positive=positive, negative=negative))
    return AnyFinding(
        normal=task.normal,
        n=int(asked.sum()),
        with_finding=int(ill.sum()),
        sensitivity=share_interval(*sides[0]),
        specificity=share_interval(*sides[1]),
        predictive=tuple(predictive),
    )


def predictive_values(
    sensitivity: NDArray[np.float64], specificity: NDArray[np.float64], prevalence: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the positive and the negative predictive value (Bayes); NaN for an answer that is never given."""
    found, alarms = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
    cleared, missed = specificity * (1 - prevalence), (1 - sensitivity) * prevalence
    with np.errstate(invalid="ignore"):
        return found / (found + alarms), cleared / (cleared + missed)


def _share_with_draws(holds: NDArray[np.bool_], draws: GroupDraws) -> NDArray[np.float64]:
    """Return a share, its exact ends, and its value in each draw (NaN in one without a case)."""
    share = float(holds.mean())
    with np.errstate(invalid="ignore"):
        drawn = draws.weights @ holds.astype(np.float64) / draws.weights.sum(axis=1)
    return np.concatenate([[share, *exact_ends(share, draws.count())], drawn])


def _interval_of(values: NDArray[np.float64]) -> Interval | None:
    value, low, high = map(float, values[:3])
    return percentile_interval(value, values[3:], (low, high), is_share=True) if np.isfinite(value) else None
