"""The figures on weights against scikit-learn, and against what can be counted by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics as reference

from inference.contract.contract import Label, Task
from training.evaluate.metric_arrays import Answered, auc_of, figures, group_weights, with_intervals


def task(kind: str, count: int, heads: tuple[tuple[str, ...], ...] = ()) -> Task:
    labels = tuple(Label(name=f"l{number}", display=f"L{number}") for number in range(count))
    return Task(kind=kind, labels=labels, heads=heads)  # type: ignore[arg-type]


def one_of(labels: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    return np.eye(count, dtype=np.float32)[labels]


@given(st.integers(0, 10_000), st.integers(2, 5), st.integers(5, 80))
@settings(max_examples=60, deadline=None)
def test_multiclass_figures_agree_with_scikit_learn(seed: int, classes: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, count)
    # Rounding makes ties, which must count half.
    shares = np.round(generator.dirichlet(np.ones(classes), count), 1).astype(np.float32)
    said = shares.argmax(axis=1)
    cases = Answered(task("multiclass", classes), one_of(labels, classes), shares, one_of(said, classes) > 0)
    found = {name: value[0] for name, value in figures(cases, np.ones((1, count))).items()}
    assert found["accuracy"] == pytest.approx((labels == said).mean())
    assert found["macro_f1"] == pytest.approx(reference.f1_score(labels, said, average="macro", zero_division=0.0))
    for number in range(classes):
        wanted, decided = labels == number, said == number
        if wanted.any():
            assert found[f"recall.{number}"] == pytest.approx(reference.recall_score(wanted, decided))
            precision = reference.precision_score(wanted, decided, zero_division=0.0)
            assert found[f"precision.{number}"] == pytest.approx(precision)
        if 0 < wanted.sum() < count:
            assert found[f"auc.{number}"] == pytest.approx(reference.roc_auc_score(wanted, shares[:, number]))
        else:
            assert np.isnan(found[f"auc.{number}"])


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_a_draw_is_what_the_cases_repeated_give(seed: int) -> None:
    generator = np.random.default_rng(seed)
    labels, weights = generator.integers(0, 2, 30), generator.integers(0, 4, 30)
    scores = np.round(generator.uniform(size=30), 1).astype(np.float32)
    found = auc_of(labels == 1, scores, weights[None].astype(np.float64))[0]
    repeated = np.repeat(labels, weights), np.repeat(scores, weights)
    if len(set(repeated[0].tolist())) == 2:
        assert found == pytest.approx(reference.roc_auc_score(*repeated))
    else:
        assert np.isnan(found)


def test_multilabel_figures_agree_with_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    targets = generator.integers(0, 2, (60, 3)).astype(np.float32)
    shares = generator.uniform(size=(60, 3)).astype(np.float32)
    cases = Answered(task("multilabel", 3), targets, shares, shares >= 0.5)
    found = {name: value[0] for name, value in figures(cases, np.ones((1, 60))).items()}
    assert found["macro_f1"] == pytest.approx(reference.f1_score(targets, shares >= 0.5, average="macro"))
    assert found["accuracy"] == pytest.approx((targets == (shares >= 0.5)).mean())
    assert found["auc"] == pytest.approx(reference.roc_auc_score(targets, shares))


def test_what_was_not_asked_is_not_judged() -> None:
    """Two heads; the second is asked of two cases only, and what is answered for the others changes nothing."""
    two = task("several_outputs", 4, (("l0", "l1"), ("l2", "l3")))
    nan = np.nan
    targets = np.array([[1, 0, nan, nan], [0, 1, 1, 0], [0, 1, 0, 1], [1, 0, nan, nan]], dtype=np.float32)
    shares = np.array([[0.9, 0.1, 0.8, 0.2], [0.2, 0.8, 0.7, 0.3], [0.6, 0.4, 0.4, 0.6], [0.8, 0.2, 0.1, 0.9]])
    said = one_of(shares[:, :2].argmax(axis=1), 2), one_of(shares[:, 2:].argmax(axis=1), 2)
    decided = np.hstack(said) > 0
    cases = Answered(two, targets, shares.astype(np.float32), decided)
    found = {name: value[0] for name, value in figures(cases, np.ones((1, 4))).items()}
    # Five of the six questions that were asked are answered rightly.
    assert found["accuracy"] == pytest.approx(5 / 6)
    assert found["recall.1"] == pytest.approx(0.5)
    assert found["precision.2"] == found["recall.3"] == pytest.approx(1.0)
    other = shares.copy()
    other[[0, 3], 2:] = other[[3, 0], 2:]
    changed = decided.copy()
    changed[[0, 3], 2:] = changed[[3, 0], 2:]
    again = figures(Answered(two, targets, other.astype(np.float32), changed), np.ones((1, 4)))
    np.testing.assert_equal({name: value[0] for name, value in again.items()}, found)


def test_calibration_error_by_hand() -> None:
    shares = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.4, 0.6]], dtype=np.float32)
    cases = Answered(task("multiclass", 2), one_of(np.array([0, 1, 1, 1]), 2), shares, shares > 0.5)
    # Two cases at 0.9 of which one is right, two at 0.6 that both are: (2 × 0.4 + 2 × 0.4) / 4.
    assert figures(cases, np.ones((1, 4)))["ece"][0] == pytest.approx(0.4, abs=1e-6)
    # Of yes and no, 0.1 is a probability of 0.9 for no.
    single = Answered(
        task("multilabel", 1),
        np.array([[0], [1], [1], [1]], dtype=np.float32),
        np.array([[0.1], [0.1], [0.6], [0.6]], dtype=np.float32),
        np.zeros((4, 1), dtype=bool),
    )
    assert figures(single, np.ones((1, 4)))["ece"][0] == pytest.approx(0.4, abs=1e-6)


def test_an_undecided_case_is_wrong_and_belongs_to_no_label() -> None:
    decided = np.array([[True, False], [False, False]])
    cases = Answered(task("multiclass", 2), np.eye(2, dtype=np.float32), np.full((2, 2), 0.5, np.float32), decided)
    found = {name: value[0] for name, value in figures(cases, np.ones((1, 2))).items()}
    assert found["accuracy"] == 0.5
    assert found["recall.1"] == found["precision.1"] == 0.0


def test_draws_keep_groups_whole() -> None:
    groups = ["a", "b", "a", "c", "b", "a"]
    for row in group_weights(groups, seed=0, draws=50):
        assert row[0] == row[2] == row[5]
        assert row[1] == row[4]
        assert row[0] + row[1] + row[3] == 3


def test_intervals_enclose_their_value_and_shrink_with_more_groups() -> None:
    generator = np.random.default_rng(0)

    def width(count: int) -> float:
        labels = generator.integers(0, 2, count)
        positive = np.clip(labels * 0.4 + generator.uniform(0, 0.6, count), 0, 1).astype(np.float32)
        shares = np.stack([1 - positive, positive], axis=1)
        cases = Answered(task("multiclass", 2), one_of(labels, 2), shares, one_of(shares.argmax(axis=1), 2) > 0)
        found = with_intervals(cases, group_weights([str(number) for number in range(count)], seed=1, draws=200))
        assert all(one.low <= one.value <= one.high for name, one in found.items() if name != "ece")
        return found["auc"].high - found["auc"].low

    assert width(1000) < width(60)
