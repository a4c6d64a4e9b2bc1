"""How fast learning goes at each step, as pure functions: whoever knows the history knows the rate."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from training.recipe.recipe_parts import Cosine, Plateau, Stage


@dataclass(frozen=True)
class Rate:
    """What a learning rate is multiplied by, and what it never falls below unless it began there."""

    scale: float
    least: float = 0.0

    def of(self, begun: float) -> float:
        """The learning rate that began as `begun`."""
        return max(begun * self.scale, min(begun, self.least))


def rate_at(stage: Stage, *, epoch: int, step: int, steps: int, losses: Sequence[float]) -> Rate:
    """The rate at `step` of `steps` of the stage's epoch (both from 0); `losses` are the stage's validation losses."""
    rule = stage.rate
    if isinstance(rule, Cosine):
        return Rate(_cosine(epoch * steps + step, steps, rule, stage.epochs))
    if isinstance(rule, Plateau):
        return Rate(_plateau(losses, rule), rule.least)
    return Rate(1.0)


def _cosine(step: int, steps: int, rule: Cosine, epochs: int) -> float:
    """A linear start, then half a cosine down to `final`."""
    warm = max(1, round(rule.warmup_epochs * steps))
    if step < warm:
        return (step + 1) / warm
    along = (step - warm) / max(1, epochs * steps - warm)
    return rule.final + (1 - rule.final) * 0.5 * (1 + math.cos(math.pi * along))


def _plateau(losses: Sequence[float], rule: Plateau) -> float:
    """Multiplied by the factor each time that `patience` epochs in a row brought no lower loss than the lowest."""
    scale, lowest, waited = 1.0, math.inf, 0
    for loss in losses:
        if loss < lowest - rule.least_gain:
            lowest, waited = loss, 0
            continue
        waited += 1
        if waited >= rule.patience:
            scale, waited = scale * rule.factor, 0
    return scale
