"""The bootstrap over whole groups, and the interval that comes of it, as a value and as text.

A draw is a row of weights: how often each case was drawn. A figure that is made of weighted sums over cases is then
computed for a thousand draws by a few matrix products; the figure itself is that of the draw with every weight 1.
"""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from inference.contract.contract import Interval

DRAWS = 1000
_PERCENTILES = (2.5, 97.5)

Weights = NDArray[np.float64]
"""[draws, cases]."""


def draw_group_weights(groups: Sequence[Hashable], *, seed: int, draws: int = DRAWS) -> Weights:
    """Return how often each case is drawn if groups are drawn with replacement, as many as there are, each whole.

    Cases of one person are not independent, so they are drawn together.
    """
    number = {name: position for position, name in enumerate(dict.fromkeys(groups))}
    group_of = np.array([number[name] for name in groups], dtype=np.intp)
    generator = np.random.default_rng(seed)
    weights = np.empty((draws, len(groups)))
    for row in weights:
        row[:] = np.bincount(generator.integers(len(number), size=len(number)), minlength=len(number))[group_of]
    return weights


def percentile_interval(value: float, drawn: NDArray[np.float64]) -> Interval:
    """Return a figure with the 2.5th and 97.5th percentile of its bootstrap values; NaN among these is left out."""
    known = drawn[np.isfinite(drawn)]
    low, high = np.percentile(known, _PERCENTILES) if len(known) else (value, value)
    return Interval(value=round(value, 5), low=round(float(low), 5), high=round(float(high), 5))


def mean_interval(values: NDArray[np.float64], draws: Weights) -> Interval:
    """Return the mean of values [N] with its interval."""
    return percentile_interval(float(values.mean()), draws @ values / draws.sum(axis=1))


def interval_text(interval: Interval | None, form: str = ".3f") -> str:
    """Return a figure with its interval, "0.944 (0.931 to 0.956)"; a dash for None."""
    if interval is None:
        return "–"
    return f"{interval.value:{form}} ({interval.low:{form}} to {interval.high:{form}})"
