"""Calibration: whether a probability of 0.8 is right in 8 of 10 cases, and the temperature that brings it there."""

import math

import numpy as np
from numpy.typing import NDArray

from inference.contract.contract import Task
from inference.statistics.bootstrap import Weights
from inference.statistics.judged_cases import JudgedCases, competing_labels, find_asked

BINS = 15
_GOLDEN = (math.sqrt(5) - 1) / 2


def find_temperature(logits: NDArray[np.float32], targets: NDArray[np.float32], task: Task) -> float:
    """Return the temperature in 0.05…20 of the least negative log-likelihood (Guo 2017), by golden-section search."""
    low, high = math.log(0.05), math.log(20.0)

    def loss(logarithm: float) -> float:
        return negative_log_likelihood(logits, targets, task, math.exp(logarithm))

    for _ in range(60):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return round(math.exp((low + high) / 2), 6)


def negative_log_likelihood(
    logits: NDArray[np.float32], targets: NDArray[np.float32], task: Task, temperature: float
) -> float:
    """Return the mean negative log-likelihood of the right answers at a temperature, over all questions asked.

    Logits are [N, outputs], targets [N, labels] with NaN for what was not asked.
    """
    scaled = logits.astype(np.float64) / temperature
    losses = [_losses(scaled, targets, columns) for columns in competing_labels(task)]
    return float(np.concatenate(losses).mean()) if sum(map(len, losses)) else 0.0


def _losses(scaled: NDArray[np.float64], targets: NDArray[np.float32], columns: tuple[int, ...]) -> NDArray[np.float64]:
    """Return -log of the right answer's probability, for the cases that were asked the question of these labels."""
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


def top_confidences(cases: JudgedCases) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.intp]]:
    """Return for every question asked the probability of its most probable answer, if that is right, and the case."""
    confidence, right, case = [], [], []
    for columns in competing_labels(cases.task):
        chances, answers, rows = find_asked(columns, cases.targets, cases.probabilities)
        confidence.append(chances.max(axis=1))
        right.append(chances.argmax(axis=1) == answers)
        case.append(rows)
    return np.concatenate(confidence), np.concatenate(right), np.concatenate(case)


def calibration_error(cases: JudgedCases, weights: Weights) -> NDArray[np.float64]:
    """Return the expected calibration error (Guo 2017) of each draw, over 15 equal bins of the top confidence."""
    confidence, right, case = top_confidences(cases)
    gaps = np.zeros((cases.targets.shape[0], BINS))
    np.add.at(gaps, (case, _bin_of(confidence, BINS)), right - confidence)
    counts = np.bincount(case, minlength=cases.targets.shape[0]).astype(np.float64)
    return np.asarray(np.abs(weights @ gaps).sum(axis=1) / np.maximum(weights @ counts, 1e-12))


def reliability_curve(cases: JudgedCases, bins: int) -> tuple[list[float], list[float]]:
    """Return the mean confidence and the share that was right of each bin that holds a question."""
    confidence, right, _ = top_confidences(cases)
    bin_ = _bin_of(confidence, bins)
    used = [bin_ == number for number in range(bins) if (bin_ == number).any()]
    return [float(confidence[one].mean()) for one in used], [float(right[one].mean()) for one in used]


def _bin_of(confidence: NDArray[np.float64], bins: int) -> NDArray[np.int64]:
    return np.minimum((confidence * bins).astype(np.int64), bins - 1)
