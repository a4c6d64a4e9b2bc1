"""Two models on the same cases: the difference of a figure, with what it could be by chance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_NORMAL_97_5 = 1.959963984540054
_PERCENTILES = (2.5, 97.5)


@dataclass(frozen=True)
class PairedDifference:
    """The second model's figure less the first one's, with its 95 % interval."""

    first: float
    second: float
    difference: float
    low: float
    high: float

    @property
    def is_real(self) -> bool:
        """Return whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


def bootstrap_difference(
    first: float, second: float, drawn: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> PairedDifference:
    """Return the difference of a figure, given both models' values in the same draws; draws with a NaN are left out."""
    apart = drawn[1] - drawn[0]
    known = apart[np.isfinite(apart)]
    low, high = map(float, np.percentile(known, _PERCENTILES)) if len(known) else (np.nan, np.nan)
    return PairedDifference(first, second, second - first, low, high)


def delong_difference(
    positive: NDArray[np.bool_], first: NDArray[np.floating], second: NDArray[np.floating]
) -> PairedDifference:
    """Return the difference of two areas under the ROC curve, for independent cases (DeLong et al. 1988).

    Scores are [N] of the same cases; there is at least one on either side. Midranks give the structural components
    (Sun and Xu 2014).
    """
    placed = [_structural_components(positive, scores) for scores in (first, second)]
    areas = [float(of_positive.mean()) for of_positive, _ in placed]
    variance = 0.0
    for side in (0, 1):
        apart = placed[1][side] - placed[0][side]
        variance += float(apart.var(ddof=1)) / len(apart) if len(apart) > 1 else 0.0
    difference, reach = areas[1] - areas[0], _NORMAL_97_5 * float(np.sqrt(variance))
    return PairedDifference(areas[0], areas[1], difference, difference - reach, difference + reach)


def _structural_components(
    positive: NDArray[np.bool_], scores: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return for each positive case the share of negative ones below it, and for each negative the share above it."""
    ill, well = scores[positive].astype(np.float64), scores[~positive].astype(np.float64)
    return _share_below(ill, well), 1 - _share_below(well, ill)


def _share_below(values: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return which share of the others lies below each value; equal ones count half."""
    ordered = np.sort(others)
    below, up_to = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    return np.asarray((below + up_to) / 2 / len(others))


def is_real_difference(mine: tuple[float, float, float], stated: tuple[float, float, float]) -> bool:
    """Return whether two figures of different cases, each (value, low, high), differ by more than chance.

    A 95 % interval reaches 1.96 standard errors to either side; errors of independent figures add in squares. The side
    of each interval that faces the other figure counts.
    """
    upper, lower = (mine, stated) if mine[0] >= stated[0] else (stated, mine)
    reach = float(np.hypot(upper[0] - upper[1], lower[2] - lower[0]))
    return upper[0] - lower[0] > reach
