"""Two models on the same cases: DeLong against its definition over all pairs, draws against doing it by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from inference.statistics.paired import bootstrap_difference, delong_difference, is_real_difference


def delong_by_pairs(positive: NDArray[np.bool_], scores: list[NDArray[np.float64]]) -> tuple[float, float]:
    """Difference and variance by equations 3 to 6 of DeLong 1988, over every pair of a positive and a negative case."""
    kernels = []
    for one in scores:
        ill, well = one[positive][:, None], one[~positive][None, :]
        kernels.append((ill > well) + 0.5 * (ill == well))
    v10 = np.stack([kernel.mean(axis=1) for kernel in kernels])
    v01 = np.stack([kernel.mean(axis=0) for kernel in kernels])
    covariance = np.cov(v10) / v10.shape[1] + np.cov(v01) / v01.shape[1]
    contrast = np.array([-1.0, 1.0])
    return float(v10.mean(axis=1) @ contrast), float(contrast @ covariance @ contrast)


@settings(max_examples=40)
@given(st.integers(2, 40), st.integers(2, 40), st.integers(0, 10_000))
def test_delong_is_that_of_all_pairs(ill: int, well: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    positive = np.r_[np.ones(ill, bool), np.zeros(well, bool)]
    scores = [np.round(generator.random(ill + well) + positive * 0.4, 1) for _ in range(2)]
    found = delong_difference(positive, *scores)
    difference, variance = delong_by_pairs(positive, scores)
    assert found.first == pytest.approx(roc_auc_score(positive, scores[0]), abs=1e-9)
    assert found.second == pytest.approx(roc_auc_score(positive, scores[1]), abs=1e-9)
    assert found.difference == pytest.approx(difference, abs=1e-9)
    assert (found.high - found.low) / 2 == pytest.approx(1.959963984540054 * variance**0.5, abs=1e-9)


def test_draws_of_both_are_taken_together() -> None:
    first = np.array([0.5, 0.6, 0.7, np.nan])
    found = bootstrap_difference(0.6, 0.7, (first, first + 0.1))
    assert (found.difference, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))
    assert found.is_real
    assert not bootstrap_difference(0.6, 0.6, (first, first)).is_real


@pytest.mark.parametrize(
    ("mine", "stated", "real"),
    [
        ((0.70, 0.65, 0.75), (0.90, 0.88, 0.92), True),
        ((0.85, 0.75, 0.92), (0.90, 0.88, 0.92), False),
        ((0.99, 0.98, 1.00), (0.90, 0.88, 0.92), True),
        ((0.90, 0.80, 0.95), (0.90, 0.88, 0.92), False),
    ],
)
def test_figures_of_other_cases_differ_if_their_intervals_allow(
    mine: tuple[float, float, float], stated: tuple[float, float, float], real: bool
) -> None:
    assert is_real_difference(mine, stated) is real
    assert is_real_difference(stated, mine) is real
