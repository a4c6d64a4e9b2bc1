"""Calibration and the operating point: both chosen on the validation part, never on anything else."""

import math

import numpy as np
from numpy.typing import NDArray

from imaging.refusal import Refusal
from inference.contract import Band, Bands
from training.recipe import OperatingPoint
from training.training_codes import TrainingCode

_GOLDEN = (math.sqrt(5) - 1) / 2


def probabilities(logits: NDArray[np.float32], temperature: float = 1.0) -> NDArray[np.float32]:
    """Softmax of logits [N, C] divided by the temperature, computed in double precision."""
    scaled = logits.astype(np.float64) / temperature
    raised = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def negative_log_likelihood(logits: NDArray[np.float32], labels: NDArray[np.int64], temperature: float) -> float:
    """Mean negative log-likelihood of the labels [N] at a temperature."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    log_share = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
    return float(-log_share[np.arange(len(labels)), labels].mean())


def find_temperature(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """The temperature in 0.05…20 with the least negative log-likelihood (Guo 2017), by golden-section search."""
    low, high = math.log(0.05), math.log(20.0)
    for _ in range(60):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if negative_log_likelihood(logits, labels, math.exp(left)) < negative_log_likelihood(
            logits, labels, math.exp(right)
        ):
            high = right
        else:
            low = left
    return round(math.exp((low + high) / 2), 6)


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


def bands(rule: OperatingPoint, threshold: float, negative: str) -> Bands:
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
