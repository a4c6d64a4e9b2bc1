"""What the training set looks like to the network: the statistics by which a bundle knows unfamiliar slices."""

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from inference.trust import distance

_SHRINKAGE = 0.01


def reference_statistics(
    features: NDArray[np.float32], labels: NDArray[np.int64], classes: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Class means [C, D] and the precision [D, D] of the covariance that the classes share (Lee et al. 2018).

    The covariance is drawn a hundredth of the way toward its diagonal's mean, without which directions that hardly
    vary would count most. (More of it lets more brain MR pass, less of it more fetal MR.)
    """
    wide = features.astype(np.float64)
    mean = np.stack([wide[labels == number].mean(axis=0) for number in range(classes)])
    apart = wide - mean[labels]
    covariance = apart.T @ apart / len(apart)
    level = float(np.trace(covariance)) / len(covariance)
    shrunk = (1 - _SHRINKAGE) * covariance + _SHRINKAGE * max(level, 1e-12) * np.eye(len(covariance))
    return mean.astype(np.float32), np.linalg.inv(shrunk).astype(np.float32)


def distances(
    features: NDArray[np.float32], mean: NDArray[np.float32], precision: NDArray[np.float32]
) -> NDArray[np.float64]:
    """The viewer's own distance of each row of features [N, D] to the nearest class."""
    return np.array([distance(row, mean, precision) for row in features])


def statistics_file(mean: NDArray[np.float32], precision: NDArray[np.float32]) -> bytes:
    """The statistics as a safetensors file, as the bundle holds it."""
    return save({"mean": np.ascontiguousarray(mean), "precision": np.ascontiguousarray(precision)})
