"""Thresholds against their definition, and sensitivity and specificity against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from inference.contract.contract import Label, Task
from inference.statistics.bootstrap import draw_group_weights
from inference.statistics.judged_cases import JudgedCases
from inference.statistics.operating_point import (
    sensitivity_specificity,
    threshold_for_sensitivity,
    threshold_for_specificity,
    youden_threshold,
    youden_thresholds,
)

WELL_ILL = Task(kind="multiclass", labels=(Label(name="well", display="Well"), Label(name="ill", display="Ill")))


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 999)), min_size=1, max_size=60),
    st.sampled_from([0.5, 0.9, 0.97, 1.0]),
)
def test_the_threshold_is_the_lowest_that_keeps_the_specificity(rows: list[tuple[bool, int]], wanted: float) -> None:
    positive = np.array([ill for ill, _ in rows])
    scores = np.array([score / 1000 for _, score in rows], dtype=np.float32)
    if positive.all():
        with pytest.raises(ValueError, match="negative case"):
            threshold_for_specificity(positive, scores, wanted)
        return
    threshold = threshold_for_specificity(positive, scores, wanted)
    assert 0.02 <= threshold <= 0.98
    if threshold < 0.98:
        assert (scores[~positive] < np.float32(threshold)).mean() >= wanted - 1e-9
    lower = [score for score in scores.tolist() if score < threshold]
    if lower and threshold > 0.02:
        # Just at the next lower score, one case more would be called ill.
        below = np.float32(max(lower))
        assert (scores[~positive] < below).mean() < wanted or not (~positive & (scores == below)).any()


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 999)), min_size=1, max_size=60),
    st.sampled_from([0.5, 0.9, 0.97, 1.0]),
)
def test_the_threshold_is_the_highest_that_keeps_the_sensitivity(rows: list[tuple[bool, int]], wanted: float) -> None:
    positive = np.array([ill for ill, _ in rows])
    scores = np.array([score / 1000 for _, score in rows], dtype=np.float32)
    if not positive.any():
        with pytest.raises(ValueError, match="positive case"):
            threshold_for_sensitivity(positive, scores, wanted)
        return
    threshold = threshold_for_sensitivity(positive, scores, wanted)
    assert 0.02 <= threshold <= 0.98
    if threshold > 0.02:
        assert (scores[positive] >= np.float32(threshold)).mean() >= wanted - 1e-9
    higher = [score for score in scores[positive].tolist() if score > threshold]
    if higher and threshold < 0.98:
        # Above the next higher score of one that is ill, one of them more would be missed.
        assert (scores[positive] > np.float32(min(higher))).mean() < wanted


def test_youden_by_hand() -> None:
    scores = np.array([0.1, 0.2, 0.3, 0.4, 0.8, 0.9], dtype=np.float32)
    # From 0.8 up, midway to 0.4, all six are right.
    assert youden_threshold(np.array([0, 0, 0, 0, 1, 1]) == 1, scores) == pytest.approx(0.6)
    # From 0.2 both ill and one of two well are right, from 0.9 one of two ill and both well: the wider gap decides.
    mixed = np.array([0.1, 0.2, 0.3, 0.9], dtype=np.float32)
    assert youden_threshold(np.array([False, True, False, True]), mixed) == pytest.approx(0.6)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 99)), min_size=2, max_size=40))
def test_no_threshold_beats_youdens(rows: list[tuple[bool, int]]) -> None:
    positive = np.array([ill for ill, _ in rows])
    scores = np.array([score / 100 for _, score in rows], dtype=np.float32)
    if positive.all() or not positive.any():
        return

    def gain(threshold: float) -> float:
        reached = scores >= np.float32(threshold)
        return float(reached[positive].mean() - reached[~positive].mean())

    assert gain(youden_threshold(positive, scores)) >= max(gain(one) for one in np.linspace(0, 1, 203)) - 1e-9


def test_sensitivity_and_specificity_agree_with_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 2, 90)
    ill = np.clip(labels * 0.3 + generator.uniform(0, 0.7, 90), 0, 1).astype(np.float32)
    targets = np.eye(2, dtype=np.float32)[labels]
    cases = JudgedCases(WELL_ILL, targets, np.stack([1 - ill, ill], axis=1), np.zeros((90, 2), dtype=bool))
    draws = draw_group_weights(range(90), seed=0, draws=200)
    threshold = youden_thresholds(cases)["ill"]
    sensitivity, specificity = sensitivity_specificity(cases, "ill", threshold, draws)
    assert sensitivity is not None
    assert specificity is not None
    reached = ill >= np.float32(threshold)
    assert sensitivity.value == pytest.approx(reference.recall_score(labels, reached), abs=1e-5)
    assert specificity.value == pytest.approx(reference.recall_score(labels, reached, pos_label=0), abs=1e-5)
    assert sensitivity.low <= sensitivity.value <= sensitivity.high
    alone = JudgedCases(WELL_ILL, targets[labels == 1], cases.probabilities[labels == 1], cases.decided[labels == 1])
    assert sensitivity_specificity(alone, "ill", threshold, draws.of(labels == 1))[1] is None
    assert youden_thresholds(alone) == {}
