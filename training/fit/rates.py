"""The learning rate range test (Smith 2017): the rate is raised step by step, and where the loss falls one may learn.

The head's rate goes from `LEAST` to `MOST`; the backbone's keeps the proportion that the recipe's first stage has.
"""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
import torch

from imaging.base.errors import Refusal
from imaging.base.progress import Job, Progress
from training.data.dataset import list_cases, prepare_cases
from training.fit.batches import Batch, PartCases, draw_batches, number_kinds, seeded_generator
from training.fit.loop import FitLoop
from training.fit.processes import Processes
from training.network.network import build_recipe_network
from training.recipe.recipe import Fit, Recipe, TrainingCode

LEAST, MOST = 1e-6, 1.0
_MOST_CASES = 1024
_FEWEST_STEPS, _MOST_STEPS = 60, 300
_TIMED_STEPS = 3
_SMOOTHED = 0.9
_BLOWN_UP, _LEAST_FALL = 4.0, 0.02


@dataclass(frozen=True)
class RateSearch:
    """The loss at every rate that was tried."""

    rates: tuple[float, ...]
    """Of the head, rising."""
    losses: tuple[float, ...]
    """Of one batch each."""
    backbone_share: float
    """The backbone's rate over the head's."""

    @property
    def smoothed(self) -> tuple[float, ...]:
        """The exponential average of the losses, without its bias to 0 at the start (Kingma 2015)."""
        mean, found = 0.0, []
        for number, loss in enumerate(self.losses, start=1):
            mean = _SMOOTHED * mean + (1 - _SMOOTHED) * loss
            found.append(mean / (1 - _SMOOTHED**number))
        return tuple(found)

    @property
    def lowest(self) -> float:
        """The rate at which the smoothed loss is lowest, the first steps left out."""
        return self.rates[self._range[1]]

    @property
    def steepest(self) -> float | None:
        """The rate at which the smoothed loss falls most over the rate's logarithm; None if it hardly falls at all."""
        start, end = self._range
        smoothed = np.array(self.smoothed[start : end + 1])
        if len(smoothed) < 2 or smoothed[-1] > (1 - _LEAST_FALL) * smoothed[0]:
            return None
        slopes = np.gradient(smoothed, np.log(self.rates[start : end + 1]))
        return self.rates[start + int(np.argmin(slopes))]

    @property
    def _range(self) -> tuple[int, int]:
        """From where the average is one of more than a few batches, to the step at which it is lowest."""
        start = len(self.rates) // 10
        return start, start + int(np.argmin(self.smoothed[start:]))

    @property
    def suggestion(self) -> float | None:
        """The rate of the steepest fall, or a tenth of that of the lowest loss if this is less; two digits."""
        return None if self.steepest is None else float(f"{min(self.steepest, self.lowest / 10):.1e}")


def find_rates(folder: Path, recipe: Recipe, processes: Processes, *, minutes: float) -> Job[RateSearch]:
    """Raise the rate over as many steps as the minutes allow. Raises `Refusal` (RUN) for more than one process."""
    if processes.count > 1:
        raise Refusal(TrainingCode.RUN, "Learning rates are looked for in one process.")
    rule = recipe.fit.model_copy(update={"one_of_each_group": False, "ema_decay": 0.0})
    recipe = recipe.model_copy(update={"fit": rule})
    cases = list_cases(folder, recipe)
    chosen = np.random.default_rng(rule.seed % 2**64).permutation(len(cases))[:_MOST_CASES]
    prepared = yield from prepare_cases([cases[number] for number in sorted(chosen.tolist())], recipe)
    rows = np.arange(len(prepared.cases))
    part = PartCases(rows, rows, rows, number_kinds(prepared.targets))
    torch.manual_seed(int(seeded_generator(rule.seed, 0, "network").integers(2**63)))
    loop = FitLoop(build_recipe_network(recipe), recipe, prepared, train=part, validation=part, processes=processes)
    stage = rule.stages[0]
    loop.begin_stage(stage, weights=None)
    batches = _endless(part, rule)
    began = time.monotonic()
    for step in range(_TIMED_STEPS):
        loop.learn_once(next(batches), LEAST / stage.head_learning_rate, step=step)
    seconds = max(1e-3, (time.monotonic() - began) / _TIMED_STEPS)
    steps = int(np.clip(60 * minutes / seconds, _FEWEST_STEPS, _MOST_STEPS))
    rates, losses = [], []
    for step, rate in enumerate(np.geomspace(LEAST, MOST, steps).tolist()):
        loss = loop.learn_once(next(batches), rate / stage.head_learning_rate, step=step)
        if not math.isfinite(loss):
            break
        rates.append(rate)
        losses.append(loss)
        smoothed = RateSearch(tuple(rates), tuple(losses), 1.0).smoothed
        # A single batch may be hard; it is the average that tells that the rate is too high.
        if step > steps // 2 and smoothed[-1] > _BLOWN_UP * min(smoothed):
            break
        yield Progress("Trying learning rates", step + 1, steps)
    return RateSearch(tuple(rates), tuple(losses), stage.backbone_learning_rate / stage.head_learning_rate)


def _endless(part: PartCases, rule: Fit) -> Iterator[Batch]:
    for epoch in count():
        yield from draw_batches(part, rule, epoch)
