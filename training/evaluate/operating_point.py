"""What is chosen on the validation part: temperature, decision, Youden's thresholds, q-hats; put to other cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from inference.contract.contract import Conformal, Task
from training.evaluate.answers import decided, decisions, probabilities
from training.evaluate.calibrate import find_temperature
from training.evaluate.conformal import calibrated
from training.evaluate.decision_rules import Chosen, choose, youden_thresholds
from training.evaluate.metric_arrays import Answered
from training.evaluate.metrics import Metrics
from training.evaluate.predictions import ScoredCases
from training.recipe.recipe import Recipe
from training.recipe.recipe_parts import LeastSpecificity


@dataclass(frozen=True)
class OperatingPoint:
    """All that was chosen."""

    task: Task
    temperature: float
    rule: Chosen
    label: str | None
    """The label whose threshold was chosen, where the decision hangs on one."""
    conformal: Conformal | None
    youden: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def restored(cls, metrics: Metrics, recipe: Recipe) -> "OperatingPoint":
        """What an earlier evaluation chose."""
        return cls(
            task=recipe.task,
            temperature=metrics.calibration.temperature,
            rule=Chosen(metrics.decision, metrics.threshold_rule, metrics.threshold),
            label=_label(recipe),
            conformal=metrics.conformal,
            youden={label: one.threshold for label, one in metrics.youden.items()},
        )

    def shares(self, scored: ScoredCases) -> NDArray[np.float32]:
        """Calibrated probabilities [N, labels]."""
        return probabilities(scored.logits, self.task, self.temperature)

    def words(self, scored: ScoredCases) -> tuple[str, ...]:
        """The decision for each case."""
        return decisions(self.shares(scored), self.rule.decision, self.task)

    def answered(self, scored: ScoredCases) -> tuple[Answered, Answered]:
        """The cases with calibrated and with plain probabilities; decided is by the calibrated ones in both."""
        shares = self.shares(scored)
        said = decided(decisions(shares, self.rule.decision, self.task), self.task)
        plain = probabilities(scored.logits, self.task)
        return Answered(self.task, scored.targets, shares, said), Answered(self.task, scored.targets, plain, said)


def chosen_on(validation: ScoredCases, recipe: Recipe) -> OperatingPoint:
    """Everything that is chosen, from the validation part alone. Raises `Refusal` (CASES)."""
    task = recipe.task
    temperature = find_temperature(validation.logits, validation.targets, task)
    shares = probabilities(validation.logits, task, temperature)
    rule = choose(recipe.decision, shares, validation.targets, task)
    nothing = np.zeros(shares.shape, dtype=np.bool_)
    return OperatingPoint(
        task=task,
        temperature=temperature,
        rule=rule,
        label=_label(recipe),
        conformal=calibrated(Answered(task, validation.targets, shares, nothing), recipe.judging.conformal_alphas),
        youden=youden_thresholds(shares, validation.targets, task),
    )


def _label(recipe: Recipe) -> str | None:
    return recipe.decision.label if isinstance(recipe.decision, LeastSpecificity) else None
