"""The bootstrap over whole groups, and the interval that comes of it, as a value and as text.

A draw is a row of weights: how often each case was drawn. A figure that is made of weighted sums over cases is then
computed for a thousand draws by a few matrix products; the figure itself is that of the draw with every weight 1.

Where all groups agree, every draw gives the same figure, and the draws say nothing of what was not seen. The ends are
then exact (`exact_ends`), and the interval of a share is nowhere narrower than these.
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import Text, english
from inference.contract.contract import Interval

DRAWS = 1000
_PERCENTILES = (2.5, 97.5)
_ONE_SIDE = _PERCENTILES[0] / 100

Weights = NDArray[np.float64]
"""[draws, cases]."""
Ends = tuple[float, float]
"""The low and the high end of an interval, or the least and the greatest value of a figure."""
SHARE: Ends = (0.0, 1.0)


@dataclass(frozen=True, eq=False)
class GroupDraws:
    """Draws of whole groups with replacement, as many as there are: cases of one person are not independent."""

    weights: Weights
    groups: NDArray[np.intp]
    """[cases]: the number of each one's group."""

    def of(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> "GroupDraws":
        """Return the draws of some of the cases, told by a mask or by their positions."""
        return GroupDraws(self.weights[:, chosen], self.groups[chosen])

    def count(self, chosen: NDArray[np.bool_] | slice = slice(None)) -> int:
        """Return how many groups there are, or how many have a chosen case."""
        return len(np.unique(self.groups[chosen]))


def draw_group_weights(groups: Sequence[Hashable], *, seed: int, draws: int = DRAWS) -> GroupDraws:
    """Return how often each case is drawn, given the group of each."""
    number = {name: position for position, name in enumerate(dict.fromkeys(groups))}
    group_of = np.array([number[name] for name in groups], dtype=np.intp)
    generator = np.random.default_rng(seed)
    weights = np.empty((draws, len(groups)))
    for row in weights:
        row[:] = np.bincount(generator.integers(len(number), size=len(number)), minlength=len(number))[group_of]
    return GroupDraws(weights, group_of)


def exact_ends(value: float, groups: int, bounds: Ends = SHARE) -> Ends:
    """Return the exact 95 % interval of a mean that is the same in each of so many independent groups.

    If n of n groups agree, at least a share 0.025^(1/n) of all groups does (Clopper and Pearson 1934, k = n: 134 of
    134 right is 0.973 to 1); the others may lie anywhere within the bounds. One group: Markov's inequality.
    """
    agree = _ONE_SIDE ** (1 / groups) if groups else 0.0
    least, most = bounds
    return least + (value - least) * agree, most - (most - value) * agree


def percentile_ends(value: float, drawn: NDArray[np.float64], exact: Ends, *, is_share: bool = False) -> Ends:
    """Return the 2.5th and 97.5th percentile of a figure's bootstrap values; NaN among these is left out.

    The exact ends hold if all draws agree. A share never has a narrower interval than these, so that 133 of 134 are
    not told more surely than 134 of 134.
    """
    known = drawn[np.isfinite(drawn)]
    low, high = map(float, np.percentile(known, _PERCENTILES)) if len(known) else (value, value)
    if is_share or math.isclose(low, high, rel_tol=0, abs_tol=1e-9):
        low, high = min(low, exact[0]), max(high, exact[1])
    return low, high


def percentile_interval(value: float, drawn: NDArray[np.float64], exact: Ends, *, is_share: bool = False) -> Interval:
    """Return a figure with its `percentile_ends`, to five digits as a contract holds it."""
    low, high = percentile_ends(value, drawn, exact, is_share=is_share)
    return Interval(value=round(value, 5), low=round(low, 5), high=round(high, 5))


def mean_interval(values: NDArray[np.float64], draws: GroupDraws, bounds: Ends) -> Interval:
    """Return the mean of values [N], which lie within bounds, with its interval."""
    mean = float(values.mean())
    return percentile_interval(mean, _draw_means(values, draws), exact_ends(mean, draws.count(), bounds))


def share_interval(holds: NDArray[np.bool_], draws: GroupDraws) -> Interval:
    """Return the share of cases [N] of which something holds, with its interval; each group counts once."""
    share = float(holds.mean())
    exact = exact_ends(share, draws.count())
    return percentile_interval(share, _draw_means(holds.astype(np.float64), draws), exact, is_share=True)


def _draw_means(values: NDArray[np.float64], draws: GroupDraws) -> NDArray[np.float64]:
    """Return the mean of values [N] in each draw that holds any of their cases."""
    drawn = draws.weights[draws.weights.any(axis=1)]
    return np.asarray(drawn @ values / drawn.sum(axis=1))


def interval_text(interval: Interval | None) -> Text:
    """Return a figure with its interval, "0.94 (0.93 to 0.96)"; a dash for None.

    Two decimals are as much as our sets can tell. Where these would hide that the ends differ, they are rounded
    outwards.
    """
    if interval is None:
        return Text("–")
    low, high = interval.low, interval.high
    if f"{low:.2f}" == f"{high:.2f}":
        low, high = math.floor(low * 100) / 100, math.ceil(high * 100) / 100
    # No minus before a zero.
    value, low, high = (round(one, 2) + 0.0 for one in (interval.value, low, high))
    return english("{value:.2f} ({low:.2f} to {high:.2f})", value=value, low=low, high=high)
