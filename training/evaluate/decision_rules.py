"""The decision of a bundle by its recipe's rule. What is chosen is chosen on the validation part, and only there."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Refusal
from inference.contract.contract import Band, Bands, Decision, Task, Thresholds, TwoStep
from training.recipe.recipe_parts import DecisionRule, LeastSpecificity
from training.recipe.recipe_parts import Youden as YoudenRule
from training.recipe.training_codes import TrainingCode


@dataclass(frozen=True)
class Chosen:
    """A decision for the bundle, a sentence that says how it came about, and the threshold where there is just one."""

    decision: Decision
    sentence: str
    threshold: float | None = None


def choose(rule: DecisionRule, shares: NDArray[np.float32], targets: NDArray[np.float32], task: Task) -> Chosen:
    """The decision for calibrated probabilities [N, labels] and targets [N, labels] of the validation part.

    Raises `Refusal` (CASES) where the validation part does not hold what the rule needs.
    """
    if isinstance(rule, LeastSpecificity):
        number = task.names.index(rule.label)
        asked = ~np.isnan(targets[:, number])
        threshold = lowest_threshold(targets[asked, number] == 1, shares[asked, number], rule.least_specificity)
        negative = next(name for name in task.names if name != rule.label)
        sentence = f"the lowest with specificity {rule.least_specificity:g} or more on the validation part"
        return Chosen(bands(rule, threshold, negative), sentence, threshold)
    if isinstance(rule, YoudenRule):
        found = youden_thresholds(shares, targets, task)
        if lacking := [name for name in task.names if name not in found]:
            raise Refusal(
                TrainingCode.CASES,
                f"Youden's threshold needs cases with and without {lacking[0]} in the validation part.",
            )
        sentence = "for each label that with the greatest sensitivity + specificity - 1 on the validation part"
        return Chosen(Thresholds(rule="thresholds", values=found), sentence)
    if isinstance(rule, TwoStep):
        return Chosen(rule, "gate and thresholds as published")
    if isinstance(rule, Bands):
        return Chosen(rule, "bands as published")
    return Chosen(rule, "the most probable label wins")


def lowest_threshold(positive: NDArray[np.bool_], scores: NDArray[np.float32], specificity: float) -> float:
    """The lowest threshold that at least this share of the negative cases stays below.

    Placed midway to the next higher score, so that it does not hang on the last digit of one case, and kept in
    0.02…0.98. Raises `Refusal` (CASES) without a negative case.
    """
    well = np.sort(scores[~positive].astype(np.float64))[::-1]
    if not len(well):
        raise Refusal(TrainingCode.CASES, "The validation part has no case without the label of the threshold.")
    may_reach = math.floor(len(well) * (1 - specificity) + 1e-9)
    edge = well[may_reach] if may_reach < len(well) else 0.0
    above = scores[scores > edge]
    between = (edge + float(above.min())) / 2 if len(above) else 1.0
    return round(float(np.clip(between, 0.02, 0.98)), 4)


def youden_thresholds(shares: NDArray[np.float32], targets: NDArray[np.float32], task: Task) -> dict[str, float]:
    """Youden's threshold of each label that has cases with and without it."""
    found = {}
    for number, name in enumerate(task.names):
        asked = ~np.isnan(targets[:, number])
        positive = targets[asked, number] == 1
        if positive.any() and not positive.all():
            found[name] = youden_threshold(positive, shares[asked, number])
    return found


def youden_threshold(positive: NDArray[np.bool_], scores: NDArray[np.float32]) -> float:
    """The threshold with the greatest sensitivity + specificity - 1 (Youden 1950), midway between two scores.

    Of several that are equally good, the one in the widest gap between scores. Kept in 0.0001…0.9999 and rounded to
    four digits; needs cases on both sides.
    """
    values = np.unique(scores.astype(np.float64))
    below = np.r_[0.0, values[:-1]]
    gain = _reaching(scores[positive], values) - _reaching(scores[~positive], values)
    best = np.flatnonzero(gain >= gain.max() - 1e-12)
    place = best[np.argmax(values[best] - below[best])]
    return round(float(np.clip((values[place] + below[place]) / 2, 1e-4, 1 - 1e-4)), 4)


def _reaching(scores: NDArray[np.float32], thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of scores that reach each threshold."""
    ordered = np.sort(scores.astype(np.float64))
    return 1 - np.searchsorted(ordered, thresholds, side="left") / len(ordered)


def bands(rule: LeastSpecificity, threshold: float, negative: str) -> Bands:
    """The decision for the bundle: one threshold, and on both sides of it a zone whose sentence says "uncertain".

    `negative` is the label that is decided below the threshold.
    """
    odds = math.log(threshold / (1 - threshold))
    lower = round(1 / (1 + math.exp(rule.doubt - odds)), 4)
    upper = round(1 / (1 + math.exp(-rule.doubt - odds)), 4)
    return Bands(
        rule="bands",
        label=rule.label,
        bands=(
            Band(low=0.0, decision=negative, sentence=rule.below),
            Band(low=lower, decision=negative, sentence=rule.doubtful_below),
            Band(low=threshold, decision=rule.label, sentence=rule.doubtful_above),
            Band(low=upper, decision=rule.label, sentence=rule.above),
        ),
    )
