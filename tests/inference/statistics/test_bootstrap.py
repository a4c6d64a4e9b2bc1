"""Draws of whole groups, and intervals as values and as text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.contract.contract import Interval, Label, Task
from inference.statistics.bootstrap import (
    draw_group_weights,
    exact_ends,
    interval_text,
    mean_interval,
    percentile_interval,
    share_interval,
)
from inference.statistics.judged_cases import JudgedCases
from inference.statistics.metrics import compute_intervals


def test_draws_keep_groups_whole() -> None:
    groups = ["a", "b", "a", "c", "b", "a"]
    for row in draw_group_weights(groups, seed=0, draws=50).weights:
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
    found = mean_interval(values, draw_group_weights(range(40), seed=5), (0.0, 10.0))
    low, high = np.percentile(values[drawn].mean(axis=1), (2.5, 97.5))
    assert (found.value, found.low, found.high) == pytest.approx((values.mean(), low, high), abs=1.1e-5)


def test_draws_without_a_figure_do_not_count() -> None:
    drawn, exact = np.array([np.nan, 0.2, 0.4, np.nan]), (0.0, 1.0)
    assert percentile_interval(0.3, drawn, exact) == percentile_interval(0.3, drawn[1:3], exact)
    assert percentile_interval(0.3, drawn[:1], exact) == Interval(value=0.3, low=0.0, high=1.0)


# Clopper-Pearson's low end of n of n, as scipy.stats.binomtest gives it.
EXACT = {1: 0.025, 2: 0.158114, 7: 0.590384, 30: 0.884297, 134: 0.972846, 3000: 0.998771}


@pytest.mark.parametrize("groups", EXACT)
@pytest.mark.parametrize("each", [1, 3])
@pytest.mark.parametrize("right", [True, False])
def test_all_or_none_is_an_exact_interval_over_groups(groups: int, each: int, right: bool) -> None:
    """However many cases a group has: sixty slices of one person are one."""
    of_group = np.repeat(np.arange(groups), each).tolist()
    found = share_interval(np.full(groups * each, right), draw_group_weights(of_group, seed=0, draws=20))
    wanted = (EXACT[groups], 1.0) if right else (0.0, 1 - EXACT[groups])
    assert (found.value, found.low, found.high) == pytest.approx((float(right), *wanted), abs=6e-6)


def test_134_of_134_and_60_slices_of_one_person() -> None:
    assert interval_text(share_interval(np.ones(134, bool), draw_group_weights(range(134), seed=0))) == (
        "1.00 (0.97 to 1.00)"
    )
    of_one = share_interval(np.ones(60, bool), draw_group_weights(["CT"] * 60, seed=0))
    assert (of_one.low, of_one.high) == (0.025, 1.0)


def test_one_wrong_is_not_told_more_surely_than_none() -> None:
    """Draws alone would put 133 of 134 above 0.977, and 134 of 134 above 0.973."""
    wrong = np.arange(134) == 0
    draws = draw_group_weights(range(134), seed=0)
    assert share_interval(~wrong, draws).low < share_interval(~wrong | wrong, draws).low
    assert share_interval(wrong, draws).high > share_interval(wrong & ~wrong, draws).high


@pytest.mark.parametrize("count", [1, 5])
def test_groups_that_agree_on_something_else_have_an_interval_too(count: int) -> None:
    """Half of each group right, and sets that all hold one of four answers."""
    halves = np.tile([True, False], count)
    found = share_interval(halves, draw_group_weights(np.repeat(range(count), 2).tolist(), seed=0))
    assert (found.low, found.high) == pytest.approx(
        (0.5 * 0.025 ** (1 / count), 1 - 0.5 * 0.025 ** (1 / count)), abs=1e-5
    )
    sizes = mean_interval(np.ones(count), draw_group_weights(range(count), seed=0), (0.0, 4.0))
    assert sizes.low < sizes.value == 1.0 < sizes.high < 4.0


@given(st.integers(1, 40), st.floats(0, 1))
def test_exact_ends_keep_their_promise(groups: int, agreeing: float) -> None:
    """If so few of all groups agree that the interval misses the truth, that n of n do has a chance of 2.5 %."""
    low, high = exact_ends(1.0, groups)
    if agreeing < low:
        assert agreeing**groups <= 0.025 + 1e-12
    assert high == 1.0


TWO = Task(kind="multiclass", labels=(Label(name="well", display="Well"), Label(name="ill", display="Ill")))


def figures_of(labels: np.ndarray, said: np.ndarray, groups: list[int]) -> dict[str, Interval]:
    one_of = np.eye(2, dtype=np.float32)
    cases = JudgedCases(TWO, one_of[labels], one_of[said], one_of[said] > 0)
    return compute_intervals(cases, draw_group_weights(groups, seed=0, draws=100))


def test_no_figure_of_a_perfect_or_hopeless_model_is_sure() -> None:
    """Twelve well and eight ill cases of as many persons."""
    labels = np.array([0] * 12 + [1] * 8)
    perfect, hopeless = (figures_of(labels, said, list(range(20))) for said in (labels, 1 - labels))
    assert all(one.low < one.high for found in (perfect, hopeless) for one in found.values())
    bound = {count: 0.025 ** (1 / count) for count in (8, 12, 20)}
    wanted = {
        "accuracy": bound[20],
        "precision.0": bound[12],
        "recall.1": bound[8],
        "f1.1": 2 * bound[8] / (1 + bound[8]),
        # Eight pairs of a well and an ill person, all in their right order.
        "auc": bound[8],
        "auc.0": bound[8],
    }
    for name, low in wanted.items():
        assert (perfect[name].value, perfect[name].low, perfect[name].high) == pytest.approx((1, low, 1), abs=1e-5)
        assert hopeless[name].value == hopeless[name].low == 0
    assert hopeless["recall.1"].high == pytest.approx(1 - bound[8], abs=1e-5)
    # All of the hopeless model's answers for a label are among the cases of the other one: 20 groups of neither.
    assert hopeless["f1.1"].high == pytest.approx(2 * (1 - bound[20]) / (2 - bound[20]), abs=1e-5)
    both = [2 * bound[count] / (1 + bound[count]) for count in (12, 8)]
    assert perfect["macro_f1"].low == pytest.approx(np.mean(both), abs=1e-5)
    assert (perfect["ece"].value, perfect["ece"].high) == pytest.approx((0, 1 - bound[20]), abs=1e-5)


def test_cases_of_the_same_groups_tell_no_more() -> None:
    labels = np.array([0] * 12 + [1] * 8)
    once = figures_of(labels, labels, list(range(20)))
    assert figures_of(np.repeat(labels, 5), np.repeat(labels, 5), np.repeat(range(20), 5).tolist()) == once


def test_an_interval_has_one_text() -> None:
    found = Interval(value=0.94416, low=0.93149, high=0.956)
    assert interval_text(found) == "0.94 (0.93 to 0.96)"
    assert interval_text(Interval(value=-0.001, low=-0.02, high=0.004)) == "0.00 (-0.02 to 0.00)"
    assert interval_text(None) == "–"


def test_two_decimals_hide_no_width() -> None:
    assert interval_text(Interval(value=0.9974, low=0.9961, high=0.9986)) == "1.00 (0.99 to 1.00)"
    assert interval_text(Interval(value=0.0031, low=0.0012, high=0.0042)) == "0.00 (0.00 to 0.01)"
