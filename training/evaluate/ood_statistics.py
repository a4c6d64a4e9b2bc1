"""The statistics of the training set by which a bundle knows unfamiliar slices.

Looked at are the pooled features and, beside them, the spatial means of the layers that the recipe names in
`familiarity_layers`. A layer in the middle sees how a picture is made (its edges, grain, geometry), which the last one
has learnt to overlook: it knows of a photograph that it is no tumour, and no more. A middle layer alone would also
refuse a radiograph of the same kind that was saved anew; the last layer's features, which vary much more, keep it from
that, since both share one floor of variance.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from imaging.base.errors import Refusal
from inference.contract.contract import OutOfDistribution
from training.recipe.codes import TrainingCode

STATISTICS = "familiarity.safetensors"
FAMILIAR_SHARE = 0.95
"""So much of the validation part is called familiar: that sets the cut-off."""

_SHRINKAGE = 0.01
_FEWEST_OF_A_KIND = 10
_MOST_KINDS = 16


def kinds_of(targets: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the kind [N] of each case: those with equal targets [N, labels] are of one kind.

    All are of one kind if there are too many kinds, or too few cases of one, to say what each looks like.
    """
    _, kinds, counts = np.unique(np.nan_to_num(targets, nan=-1.0), axis=0, return_inverse=True, return_counts=True)
    if len(counts) > _MOST_KINDS or counts.min() < _FEWEST_OF_A_KIND:
        return np.zeros(len(targets), dtype=np.int64)
    return kinds.reshape(-1).astype(np.int64)


def reference_statistics(
    features: NDArray[np.float32], kinds: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the mean of each kind [C, D] and the precision [D, D] of the covariance that they share (Lee et al. 2018).

    The covariance is drawn a hundredth of the way toward its diagonal's mean, without which directions that hardly
    vary would count most.
    """
    wide = features.astype(np.float64)
    mean = np.stack([wide[kinds == number].mean(axis=0) for number in range(int(kinds.max()) + 1)])
    offset = wide - mean[kinds]
    covariance = offset.T @ offset / len(offset)
    level = float(np.trace(covariance)) / len(covariance)
    shrunk = (1 - _SHRINKAGE) * covariance + _SHRINKAGE * max(level, 1e-12) * np.eye(len(covariance))
    return mean.astype(np.float32), np.linalg.inv(shrunk).astype(np.float32)


def distances(
    features: NDArray[np.float32], mean: NDArray[np.float32], precision: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the distance of each row of features [N, D] to the nearest kind, as `applicability.distance` for one."""
    wide, matrix = features.astype(np.float64), precision.astype(np.float64)
    squared = []
    for centre in mean.astype(np.float64):
        offset = wide - centre
        squared.append(((offset @ matrix) * offset).sum(axis=1))
    return np.asarray(np.sqrt(np.maximum(np.min(squared, axis=0), 0.0)))


def statistics_file(mean: NDArray[np.float32], precision: NDArray[np.float32]) -> bytes:
    """Return the statistics as a safetensors file, as the bundle holds it."""
    return save({"mean": np.ascontiguousarray(mean), "precision": np.ascontiguousarray(precision)})


class Familiarity:
    """The out-of-distribution rule of a run: fitted on training features, its cut-off set on those of validation."""

    def __init__(self, mean: NDArray[np.float32], precision: NDArray[np.float32], cut_off: float) -> None:
        self.mean, self.precision, self.cut_off = mean, precision, cut_off

    @classmethod
    def fitted(
        cls, train: NDArray[np.float32], targets: NDArray[np.float32], validation: NDArray[np.float32]
    ) -> "Familiarity":
        """Fit to training features [N, D] with their targets [N, labels], and validation features [M, D]."""
        mean, precision = reference_statistics(train, kinds_of(targets))
        cut_off = float(np.quantile(distances(validation, mean, precision), FAMILIAR_SHARE))
        return cls(mean, precision, round(cut_off, 4))

    @classmethod
    def restored(cls, run: Path, rule: OutOfDistribution) -> "Familiarity":
        """Return the rule of a run that was evaluated before. Raises `Refusal` (RUN) if its statistics are missing."""
        try:
            arrays = load((run / rule.statistics).read_bytes())
            return cls(arrays["mean"], arrays["precision"], rule.cut_off)
        except (OSError, SafetensorError, KeyError):
            raise Refusal(TrainingCode.RUN, f"{run}: the reference statistics are missing; evaluate again.") from None

    def distances(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the distance of each row of features [N, D]."""
        return distances(features, self.mean, self.precision)

    def refused(self, features: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return which rows of features [N, D] are unfamiliar."""
        return self.distances(features) > self.cut_off

    def rule(self, test: NDArray[np.float32]) -> OutOfDistribution:
        """Return the rule for the contract, with the share of the test part that it refuses."""
        return OutOfDistribution(
            method="mahalanobis",
            statistics=STATISTICS,
            cut_off=self.cut_off,
            in_distribution_refused=round(float(self.refused(test).mean()), 5),
        )
