"""Kappas against statsmodels, which has them too; intervals against seeded draws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as reference_fleiss

from inference.statistics.agreement import cohen_kappa, count_pairs, drawn_cohen_kappa, fleiss_kappa
from inference.statistics.bootstrap import draw_group_weights


@settings(max_examples=40)
@given(st.integers(2, 5), st.integers(8, 200), st.integers(0, 10_000))
def test_cohens_kappa_and_its_interval_are_those_of_statsmodels(categories: int, cases: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    first = generator.integers(0, categories, cases)
    second = np.where(generator.random(cases) < 0.6, first, generator.integers(0, categories, cases))
    table = count_pairs(first, second, categories)
    wanted = cohens_kappa(table)
    found = cohen_kappa(table)
    assert found.value == pytest.approx(wanted.kappa, abs=1e-9)
    assert found.value == pytest.approx(cohen_kappa_score(first, second), abs=1e-9)
    assert found.low == pytest.approx(wanted.kappa_low, abs=1e-9)
    assert found.high == pytest.approx(wanted.kappa_upp, abs=1e-9)
    (alone,) = drawn_cohen_kappa(first, second, categories, np.ones((1, cases)))
    assert alone == pytest.approx(wanted.kappa, abs=1e-9)


def test_kappa_in_draws_is_that_of_the_drawn_cases() -> None:
    generator = np.random.default_rng(1)
    first, second = generator.integers(0, 3, 40), generator.integers(0, 3, 40)
    draws = draw_group_weights(list(range(40)), seed=5, draws=20)
    found = drawn_cohen_kappa(first, second, 3, draws.weights)
    for weights, value in zip(draws.weights.astype(int), found, strict=True):
        repeated = np.repeat(np.arange(40), weights)
        assert value == pytest.approx(cohen_kappa_score(first[repeated], second[repeated]), abs=1e-9)


@settings(max_examples=40)
@given(st.integers(2, 4), st.integers(2, 6), st.integers(2, 60), st.integers(0, 10_000))
def test_fleiss_kappa_is_that_of_statsmodels(categories: int, readers: int, cases: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    answers = generator.integers(0, categories, (cases, readers))
    counts = aggregate_raters(answers, n_cat=categories)[0].astype(float)
    if (counts.sum(axis=0) > 0).sum() > 1:
        assert fleiss_kappa(counts)[0] == pytest.approx(reference_fleiss(counts), abs=1e-9)
        weights = np.zeros((1, cases))
        weights[0, :2] = 3
        twice = np.repeat(counts[:2], 3, axis=0)
        if (twice.sum(axis=0) > 0).sum() > 1:
            assert fleiss_kappa(counts, weights)[0] == pytest.approx(reference_fleiss(twice), abs=1e-9)


def test_one_answer_throughout_has_no_kappa() -> None:
    assert np.isnan(cohen_kappa(np.array([[9.0, 0], [0, 0]])).value)
    assert np.isnan(fleiss_kappa(np.array([[3.0, 0], [3, 0]]))[0])
