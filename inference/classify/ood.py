"""Whether a slice is like the training set: the distance of its features, and a check of orientation and polarity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Refusal
from inference.classify.finding import OutOfDistributionScore
from inference.contract.codes import ModelCode
from inference.contract.contract import Contract
from inference.contract.storage import Bundle
from inference.contract.tensor_file import read_tensors


@dataclass(frozen=True, eq=False)
class OodReference:
    """Statistics of a model's features on its training set: class means [C, D] and one precision matrix [D, D].

    `orientation` [D + 1] holds weights and an offset: features times weights plus offset is great for slices that look
    turned or inverted; None if the bundle does not check that.
    """

    mean: NDArray[np.float32]
    precision: NDArray[np.float32]
    orientation: NDArray[np.float32] | None = None


def read_ood_reference(bundle: Bundle) -> OodReference | None:
    """Read the reference statistics of a bundle, None if it has none. Raises `Refusal` (GRAPH) if they do not fit."""
    rule = bundle.contract.out_of_distribution
    if rule is None:
        return None
    try:
        arrays = read_tensors(bundle.read(rule.statistics))
        mean, precision = arrays["mean"], arrays["precision"]
        turned = None if rule.orientation is None else arrays["orientation"].astype(np.float32)
    except (KeyError, ValueError, TypeError):
        mean, precision, turned = np.zeros(0), np.zeros(0), None
    is_fitting = mean.ndim == 2 and precision.shape == (mean.shape[1], mean.shape[1]) and np.isfinite(precision).all()
    if is_fitting and turned is not None:
        is_fitting = turned.shape == (mean.shape[1] + 1,) and bool(np.isfinite(turned).all())
    if not is_fitting:
        raise Refusal(ModelCode.GRAPH, "The out-of-distribution statistics are not those of this model.")
    return OodReference(mean.astype(np.float32), precision.astype(np.float32), turned)


def mahalanobis_distance(
    features: NDArray[np.float32], mean: NDArray[np.float32], precision: NDArray[np.float32]
) -> float:
    """Compute the distance of features [D] to the nearest class (Lee et al. 2018, equation 2, its square root)."""
    apart = features.astype(np.float64) - mean
    squared = np.einsum("cd,de,ce->c", apart, precision.astype(np.float64), apart)
    return float(np.sqrt(max(float(squared.min()), 0.0)))


def orientation_scores(features: NDArray[np.float32], orientation: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return for rows of features [N, D] how much they look turned or inverted, by weights and offset [D + 1]."""
    wide = orientation.astype(np.float64)
    return np.asarray(features.astype(np.float64) @ wide[:-1] + wide[-1])


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
    turned = False
    if rule.orientation is not None and reference.orientation is not None:
        turned = bool(orientation_scores(features[np.newaxis], reference.orientation)[0] > rule.orientation.cut_off)
    return OutOfDistributionScore(score, refused=turned or score > rule.cut_off, turned=turned, limit=rule.cut_off)
