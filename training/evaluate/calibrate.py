"""Temperature scaling: one number, chosen on the validation part, that makes probabilities mean what they say."""

import math

import numpy as np
from numpy.typing import NDArray

from inference.contract.contract import Task
from training.evaluate.answers import questions

_GOLDEN = (math.sqrt(5) - 1) / 2


def negative_log_likelihood(
    logits: NDArray[np.float32], targets: NDArray[np.float32], task: Task, temperature: float
) -> float:
    """Mean negative log-likelihood of the right answers at a temperature, over all questions that were asked.

    Logits are [N, outputs], targets [N, labels] with NaN where it was not asked.
    """
    scaled = logits.astype(np.float64) / temperature
    losses = [_losses(scaled, targets, columns) for columns in questions(task)]
    return float(np.concatenate(losses).mean()) if sum(map(len, losses)) else 0.0


def _losses(scaled: NDArray[np.float64], targets: NDArray[np.float32], columns: tuple[int, ...]) -> NDArray[np.float64]:
    """-log of the right answer's probability, for the cases that were asked the question of these labels."""
    wanted = targets[:, columns]
    asked = ~np.isnan(wanted).any(axis=1)
    wanted = wanted[asked].astype(np.float64)
    if len(columns) == 1 or scaled.shape[1] < targets.shape[1]:
        # One logit for two labels (binary) speaks for the last of them; a question of one label is a sigmoid too.
        logit = scaled[asked, columns[0] if scaled.shape[1] == targets.shape[1] else 0]
        return np.asarray(np.logaddexp(0.0, logit) - wanted[:, -1] * logit)
    of_question = scaled[asked][:, columns]
    highest = of_question.max(axis=1, initial=-np.inf)
    total = highest + np.log(np.exp(of_question - highest[:, None]).sum(axis=1))
    return np.asarray(total - (wanted * of_question).sum(axis=1))


def find_temperature(logits: NDArray[np.float32], targets: NDArray[np.float32], task: Task) -> float:
    """The temperature in 0.05…20 with the least negative log-likelihood (Guo 2017), by golden-section search."""
    low, high = math.log(0.05), math.log(20.0)

    def loss(place: float) -> float:
        return negative_log_likelihood(logits, targets, task, math.exp(place))

    for _ in range(60):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return round(math.exp((low + high) / 2), 6)
