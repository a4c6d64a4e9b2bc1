"""Out-of-distribution score: the distance of a slice's features to those of the training set."""

from dataclasses import dataclass

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from imaging.base.errors import Refusal
from inference.classify.finding import OutOfDistributionScore
from inference.contract.codes import ModelCode
from inference.contract.contract import Contract
from inference.contract.storage import Bundle


@dataclass(frozen=True, eq=False)
class OodReference:
    """Statistics of a model's features on its training set: class means [C, D] and one precision matrix [D, D]."""

    mean: NDArray[np.float32]
    precision: NDArray[np.float32]


def read_ood_reference(bundle: Bundle) -> OodReference | None:
    """Read the reference statistics of a bundle, None if it has none. Raises `Refusal` (GRAPH) if they do not fit."""
    rule = bundle.contract.out_of_distribution
    if rule is None:
        return None
    try:
        arrays = safetensors.numpy.load(bundle.read(rule.statistics))
        mean, precision = arrays["mean"], arrays["precision"]
    except (SafetensorError, KeyError, ValueError, TypeError):
        mean, precision = np.zeros(0), np.zeros(0)
    if mean.ndim != 2 or precision.shape != (mean.shape[1], mean.shape[1]) or not np.isfinite(precision).all():
        raise Refusal(ModelCode.GRAPH, "The out-of-distribution statistics are not those of this model.")
    return OodReference(mean.astype(np.float32), precision.astype(np.float32))


def mahalanobis_distance(
    features: NDArray[np.float32], mean: NDArray[np.float32], precision: NDArray[np.float32]
) -> float:
    """Compute the distance of features [D] to the nearest class (Lee et al. 2018, equation 2, its square root)."""
    apart = features.astype(np.float64) - mean
    squared = np.einsum("cd,de,ce->c", apart, precision.astype(np.float64), apart)
    return float(np.sqrt(max(float(squared.min()), 0.0)))


def score_out_of_distribution(
    features: NDArray[np.float32] | None, contract: Contract, reference: OodReference | None
) -> OutOfDistributionScore | None:
    """Score how far a slice's features lie from the training classes; None if the bundle cannot tell.

    Raises `Refusal` (MODEL_ERROR) for features of another length than the statistics.
    """
    rule = contract.out_of_distribution
    if rule is None or reference is None or features is None:
        return None
    if len(features) != reference.mean.shape[1]:
        raise Refusal(ModelCode.MODEL_ERROR, "The model's features do not fit its out-of-distribution statistics.")
    score = mahalanobis_distance(features, reference.mean, reference.precision)
    return OutOfDistributionScore(score, refused=score > rule.cut_off)
