"""Agreement beyond chance: Cohen's kappa of two readers (or of a model and the truth), Fleiss' kappa of several."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.statistics.bootstrap import Weights

_NORMAL_97_5 = 1.959963984540054


@dataclass(frozen=True)
class Kappa:
    """An agreement with its 95 % interval."""

    value: float
    low: float
    high: float


def count_pairs(first: NDArray[np.intp], second: NDArray[np.intp], categories: int) -> NDArray[np.float64]:
    """Return how often each pair of answers [N], [N] was given, as [category of the first, category of the second]."""
    counted = np.bincount(first * categories + second, minlength=categories**2)
    return counted.reshape(categories, categories).astype(np.float64)


def cohen_kappa(table: NDArray[np.float64]) -> Kappa:
    """Return Cohen's kappa of a table of pairs [K, K], with its interval from the large-sample standard error.

    The error is that of Fleiss, Cohen and Everitt 1969, equation 13, for a kappa that need not be zero; NaN if both
    gave one and the same answer throughout.
    """
    share = table / table.sum()
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    agreed, by_chance = float(np.trace(share)), float(rows @ columns)
    left = 1 - by_chance
    with np.errstate(invalid="ignore", divide="ignore"):
        kappa = float(np.divide(agreed - by_chance, left))
        lost = 1 - kappa
        margins = rows[:, np.newaxis] + columns[np.newaxis, :]
        diagonal = np.diag(share) @ (1 - (rows + columns) * lost) ** 2
        beside = lost**2 * float((share * (margins.T**2)).sum() - np.diag(share) @ np.diag(margins) ** 2)
        variance = (diagonal + beside - (kappa - by_chance * lost) ** 2) / (left**2 * table.sum())
        reach = _NORMAL_97_5 * float(np.sqrt(np.maximum(variance, 0)))
    return Kappa(kappa, kappa - reach, kappa + reach)


def drawn_cohen_kappa(
    first: NDArray[np.intp], second: NDArray[np.intp], categories: int, weights: Weights
) -> NDArray[np.float64]:
    """Return Cohen's kappa of answers [N], [N] in each draw; NaN if all answers of a draw are one and the same."""
    pairs = np.zeros((len(first), categories**2))
    pairs[np.arange(len(first)), first * categories + second] = 1
    tables = (weights @ pairs).reshape(-1, categories, categories)
    share = tables / np.maximum(tables.sum(axis=(1, 2), keepdims=True), 1e-12)
    by_chance = (share.sum(axis=2) * share.sum(axis=1)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((np.trace(share, axis1=1, axis2=2) - by_chance) / (1 - by_chance))


def fleiss_kappa(counts: NDArray[np.float64], weights: Weights | None = None) -> NDArray[np.float64]:
    """Return Fleiss' kappa (1971) in each draw, of counts [N, K]: how many readers gave case i the answer k.

    Every case has been answered by the same number of readers. Without weights it is one draw, all cases once.
    """
    weights = np.ones((1, len(counts))) if weights is None else weights
    readers = counts[0].sum()
    agreed_in_case = (counts * (counts - 1)).sum(axis=1) / (readers * (readers - 1))
    cases = weights.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        agreed = weights @ agreed_in_case / cases
        by_chance = (((weights @ counts) / (cases * readers)[:, np.newaxis]) ** 2).sum(axis=1)
        return np.asarray((agreed - by_chance) / (1 - by_chance))
