"""The operating point, chosen on the validation part alone: temperature, decision, Youden's thresholds, q-hats."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Refusal
from inference.contract.contract import Band, Bands, Conformal, Decision, Task, Thresholds, TwoStep
from inference.contract.storage import Bundle
from inference.statistics.calibration import calibration_error, find_temperature, negative_log_likelihood
from inference.statistics.conformal import calibrate_conformal
from inference.statistics.judged_cases import JudgedCases
from inference.statistics.operating_point import (
    threshold_for_sensitivity,
    threshold_for_specificity,
    youden_thresholds,
)
from training.evaluate.metrics import Metrics
from training.evaluate.predictions import ScoredCases, decided, decisions, probabilities
from training.recipe.recipe import (
    DecisionRule,
    LeastSensitivity,
    LeastSpecificity,
    OneThreshold,
    Recipe,
    TrainingCode,
    Youden,
)

_FOLDS = 5


@dataclass(frozen=True)
class ChosenDecision:
    """A decision for the bundle, a sentence on how it came about, and the threshold if there is just one."""

    decision: Decision
    sentence: str
    threshold: float | None = None


@dataclass(frozen=True)
class OperatingPoint:
    """All choices of an evaluation, to be put to other cases."""

    task: Task
    temperature: float
    temperature_rule: str
    """How the temperature came about."""
    rule: ChosenDecision
    label: str | None
    """The label whose threshold was chosen, if the decision hangs on one."""
    conformal: Conformal | None
    youden: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def restored(cls, metrics: Metrics, recipe: Recipe) -> "OperatingPoint":
        """Return the choice of an earlier evaluation."""
        return cls(
            task=recipe.task,
            temperature=metrics.calibration.temperature,
            temperature_rule=metrics.temperature_rule,
            rule=ChosenDecision(metrics.decision, metrics.threshold_rule, metrics.threshold),
            label=_label(recipe),
            conformal=metrics.conformal,
            youden={label: one.threshold for label, one in metrics.youden.items()},
        )

    @classmethod
    def of_bundle(cls, bundle: Bundle, task: Task) -> "OperatingPoint":
        """Return the operating point that a bundle's contract states."""
        contract = bundle.contract
        return cls(
            task=task,
            temperature=1.0 if contract.calibration is None else contract.calibration.temperature,
            temperature_rule="the bundle's own temperature",
            rule=ChosenDecision(contract.decision, "the bundle's own rule"),
            label=None,
            conformal=contract.conformal,
        )

    @property
    def marked_thresholds(self) -> dict[str, float]:
        """The thresholds to mark on curves, by label: that of the decision if there is one, else Youden's."""
        if self.rule.threshold is not None and self.label is not None:
            return {self.label: self.rule.threshold}
        return dict(self.youden)

    def probabilities(self, scored: ScoredCases) -> NDArray[np.float32]:
        """Return calibrated probabilities [N, labels]."""
        return probabilities(scored.logits, self.task, self.temperature)

    def decisions(self, scored: ScoredCases) -> tuple[str, ...]:
        """Return the decision for each case."""
        return decisions(self.probabilities(scored), self.rule.decision, self.task)

    def judge(self, scored: ScoredCases) -> tuple[JudgedCases, JudgedCases]:
        """Return the cases with calibrated and with plain probabilities; decided is by the calibrated in both."""
        calibrated = self.probabilities(scored)
        said = decided(decisions(calibrated, self.rule.decision, self.task), self.task)
        plain = probabilities(scored.logits, self.task)
        return (
            JudgedCases(self.task, scored.targets, calibrated, said),
            JudgedCases(self.task, scored.targets, plain, said),
        )


def choose_operating_point(
    validation: ScoredCases, recipe: Recipe, *, temperature: tuple[float, str] | None = None
) -> OperatingPoint:
    """Choose everything from the validation part alone, or with a given temperature and its sentence.

    Raises `Refusal` (CASES).
    """
    task = recipe.task
    value, how = choose_temperature(validation, task) if temperature is None else temperature
    calibrated = probabilities(validation.logits, task, value)
    cases = JudgedCases(task, validation.targets, calibrated, np.zeros(calibrated.shape, dtype=np.bool_))
    return OperatingPoint(
        task=task,
        temperature=value,
        temperature_rule=how,
        rule=choose_decision(recipe.decision, cases),
        label=_label(recipe),
        conformal=calibrate_conformal(cases, recipe.judging.conformal_alphas),
        youden=youden_thresholds(cases),
    )


def choose_temperature(validation: ScoredCases, task: Task) -> tuple[float, str]:
    """Return the temperature and a sentence on it; 1 unless it helps cases that it was not found on.

    Cross-validated over groups: it is applied if it lowers the negative log-likelihood and does not raise the expected
    calibration error of the cases left out, all folds together.
    """
    numbers = {name: position % _FOLDS for position, name in enumerate(dict.fromkeys(validation.groups))}
    fold_of = np.array([numbers[name] for name in validation.groups])
    scaled = validation.logits.astype(np.float32).copy()
    for fold in range(_FOLDS):
        left, out = fold_of != fold, fold_of == fold
        if left.any() and out.any():
            scaled[out] /= np.float32(find_temperature(validation.logits[left], validation.targets[left], task))
    once = np.ones((1, len(scaled)))
    loss, error = [], []
    for logits in (validation.logits, scaled):
        shares = probabilities(logits, task)
        cases = JudgedCases(task, validation.targets, shares, np.zeros(shares.shape, dtype=np.bool_))
        loss.append(negative_log_likelihood(logits, validation.targets, task, 1.0))
        error.append(float(calibration_error(cases, once)[0]))
    found = find_temperature(validation.logits, validation.targets, task)
    tried = (
        f"calibration error {error[0]:.2f} without and {error[1]:.2f} with, "
        f"log-likelihood -{loss[0]:.2f} and -{loss[1]:.2f}, cross-validated over groups"
    )
    if loss[1] < loss[0] and error[1] <= error[0]:
        return found, f"the likeliest on the validation part ({tried})"
    return 1.0, f"not applied: the likeliest, {found:.2f}, does not help cases that it was not found on ({tried})"


def _label(recipe: Recipe) -> str | None:
    return recipe.decision.label if isinstance(recipe.decision, OneThreshold) else None


def choose_decision(rule: DecisionRule, cases: JudgedCases) -> ChosenDecision:
    """Return the decision of a recipe's rule for the calibrated validation cases. Raises `Refusal` (CASES)."""
    if isinstance(rule, LeastSpecificity | LeastSensitivity):
        return _choose_bands(rule, cases)
    if isinstance(rule, Youden):
        found = youden_thresholds(cases)
        if lacking := [name for name in cases.task.names if name not in found]:
            raise Refusal(
                TrainingCode.CASES,
                f"Youden's threshold needs cases with and without {lacking[0]} in the validation part.",
            )
        sentence = "for each label that with the greatest sensitivity + specificity - 1 on the validation part"
        return ChosenDecision(Thresholds(rule="thresholds", values=found), sentence)
    if isinstance(rule, TwoStep):
        return ChosenDecision(rule, "gate and thresholds as published")
    if isinstance(rule, Bands):
        return ChosenDecision(rule, "bands as published")
    return ChosenDecision(rule, "the most probable label wins")


def _choose_bands(rule: LeastSpecificity | LeastSensitivity, cases: JudgedCases) -> ChosenDecision:
    number = cases.task.names.index(rule.label)
    asked = ~np.isnan(cases.targets[:, number])
    positive, scores = cases.targets[asked, number] == 1, cases.probabilities[asked, number]
    lacking = "without" if isinstance(rule, LeastSpecificity) else "with"
    if (positive if lacking == "without" else ~positive).all():
        raise Refusal(TrainingCode.CASES, f"The validation part has no case {lacking} {rule.label}.")
    if isinstance(rule, LeastSpecificity):
        threshold = threshold_for_specificity(positive, scores, rule.least_specificity)
        sentence = f"the lowest with specificity {rule.least_specificity:g} or more on the validation part"
    else:
        threshold = threshold_for_sensitivity(positive, scores, rule.least_sensitivity)
        sentence = f"the highest with sensitivity {rule.least_sensitivity:g} or more on the validation part"
    negative = next(name for name in cases.task.names if name != rule.label)
    return ChosenDecision(bands(rule, threshold, negative), sentence, threshold)


def bands(rule: OneThreshold, threshold: float, negative: str) -> Bands:
    """Return one threshold's decision with an "uncertain" zone on both sides; `negative` is decided below it."""
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
