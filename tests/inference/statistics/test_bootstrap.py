"""Draws of whole groups, and intervals as values and as text."""

import numpy as np
import pytest

from inference.contract.contract import Interval, Label, Task
from inference.statistics.bootstrap import draw_group_weights, interval_text, mean_interval, percentile_interval
from inference.statistics.judged_cases import JudgedCases
from inference.statistics.metrics import compute_intervals


def test_draws_keep_groups_whole() -> None:
    groups = ["a", "b", "a", "c", "b", "a"]
    for row in draw_group_weights(groups, seed=0, draws=50):
        assert row[0] == row[2] == row[5]
        assert row[1] == row[4]
        assert row[0] + row[1] + row[3] == 3


def test_intervals_enclose_their_value_and_shrink_with_more_groups() -> None:
    generator, one_of = np.random.default_rng(0), np.eye(2, dtype=np.float32)
    task = Task(kind="multiclass", labels=(Label(name="well", display="Well"), Label(name="ill", display="Ill")))

    def width(count: int) -> float:
        labels = generator.integers(0, 2, count)
        positive = np.clip(labels * 0.4 + generator.uniform(0, 0.6, count), 0, 1).astype(np.float32)
        shares = np.stack([1 - positive, positive], axis=1)
        cases = JudgedCases(task, one_of[labels], shares, one_of[shares.argmax(axis=1)] > 0)
        found = compute_intervals(cases, draw_group_weights(range(count), seed=1, draws=200))
        assert all(one.low <= one.value <= one.high for name, one in found.items() if name != "ece")
        return found["auc"].high - found["auc"].low

    assert width(1000) < width(60)


def test_the_interval_of_a_mean_is_that_of_the_draws() -> None:
    values = np.random.default_rng(0).normal(3, 1, 40)
    drawn = np.random.default_rng(5).integers(40, size=(1000, 40))
    found = mean_interval(values, draw_group_weights(range(40), seed=5))
    low, high = np.percentile(values[drawn].mean(axis=1), (2.5, 97.5))
    assert (found.value, found.low, found.high) == pytest.approx((values.mean(), low, high), abs=1.1e-5)


def test_draws_without_a_figure_do_not_count() -> None:
    drawn = np.array([np.nan, 0.2, 0.4, np.nan])
    assert percentile_interval(0.3, drawn) == percentile_interval(0.3, drawn[1:3])
    assert percentile_interval(0.3, drawn[:1]) == Interval(value=0.3, low=0.3, high=0.3)


def test_an_interval_has_one_text() -> None:
    found = Interval(value=0.94416, low=0.93149, high=0.956)
    assert interval_text(found) == "0.944 (0.931 to 0.956)"
    assert interval_text(found, ".1%") == "94.4% (93.1% to 95.6%)"
    assert interval_text(None) == "–"
