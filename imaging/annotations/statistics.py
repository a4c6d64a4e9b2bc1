"""Statistics of the modality values in an area, as NumPy defines them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 256


@dataclass(frozen=True, eq=False)
class RegionStatistics:
    """Statistics over the pixels of an area: mean, population SD, extremes, skewness, entropy in bits, histogram.

    `counts` are of 256 bins of equal width between least and greatest value; their `edges` are one more. The entropy is
    that of these counts (Shannon); skewness is the third standardised moment, 0 of equal values.
    """

    pixels: int
    mean: float
    sd: float
    least: float
    greatest: float
    skewness: float
    entropy: float
    counts: NDArray[np.int64]
    edges: NDArray[np.float64]


def measure_values(values: NDArray[np.float32]) -> RegionStatistics | None:
    """Return the statistics of values in any shape, computed in float64; None if none of them is finite."""
    kept = np.asarray(values, dtype=np.float64).ravel()
    kept = kept[np.isfinite(kept)]
    if kept.size == 0:
        return None
    mean, sd = float(kept.mean()), float(kept.std())
    low, high = float(kept.min()), float(kept.max())
    counts, edges = np.histogram(kept, BINS, (low, high) if high > low else (low - 0.5, low + 0.5))
    share = counts[counts > 0] / kept.size
    return RegionStatistics(
        pixels=int(kept.size),
        mean=mean,
        sd=sd,
        least=low,
        greatest=high,
        skewness=float((((kept - mean) / sd) ** 3).mean()) if high > low and sd > 0 else 0.0,
        entropy=max(0.0, float(-(share * np.log2(share)).sum())),
        counts=counts,
        edges=edges,
    )
