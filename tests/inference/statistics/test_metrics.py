"""The figures on weights against scikit-learn, and against what can be counted by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics as reference

from inference.contract.contract import Label, Task
from inference.statistics.judged_cases import JudgedCases
from inference.statistics.metrics import (
    auc,
    compute_figures,
    count_confusion,
    macro_f1,
    mean_auc,
    precision_recall_f1,
    roc_curve,
    weighted_auc,
)


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
    cases = JudgedCases(task("multiclass", classes), one_of(labels, classes), shares, one_of(said, classes) > 0)
    found = {name: value[0] for name, value in compute_figures(cases, np.ones((1, count))).items()}
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
    found = weighted_auc(labels == 1, scores, weights[None].astype(np.float64))[0]
    repeated = np.repeat(labels, weights), np.repeat(scores, weights)
    if len(set(repeated[0].tolist())) == 2:
        assert found == pytest.approx(reference.roc_auc_score(*repeated))
    else:
        assert np.isnan(found)


def test_multilabel_figures_agree_with_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    targets = generator.integers(0, 2, (60, 3)).astype(np.float32)
    shares = generator.uniform(size=(60, 3)).astype(np.float32)
    cases = JudgedCases(task("multilabel", 3), targets, shares, shares >= 0.5)
    found = {name: value[0] for name, value in compute_figures(cases, np.ones((1, 60))).items()}
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
    cases = JudgedCases(two, targets, shares.astype(np.float32), decided)
    found = {name: value[0] for name, value in compute_figures(cases, np.ones((1, 4))).items()}
    # Five of the six questions that were asked are answered rightly.
    assert found["accuracy"] == pytest.approx(5 / 6)
    assert found["recall.1"] == pytest.approx(0.5)
    assert found["precision.2"] == found["recall.3"] == pytest.approx(1.0)
    other = shares.copy()
    other[[0, 3], 2:] = other[[3, 0], 2:]
    changed = decided.copy()
    changed[[0, 3], 2:] = changed[[3, 0], 2:]
    again = compute_figures(JudgedCases(two, targets, other.astype(np.float32), changed), np.ones((1, 4)))
    np.testing.assert_equal({name: value[0] for name, value in again.items()}, found)


def test_an_undecided_case_is_wrong_and_belongs_to_no_label() -> None:
    decided = np.array([[True, False], [False, False]])
    cases = JudgedCases(task("multiclass", 2), np.eye(2, dtype=np.float32), np.full((2, 2), 0.5, np.float32), decided)
    found = {name: value[0] for name, value in compute_figures(cases, np.ones((1, 2))).items()}
    assert found["accuracy"] == 0.5
    assert found["recall.1"] == found["precision.1"] == 0.0


@pytest.mark.parametrize("seed", range(5))
def test_figures_agree_with_scikit_learn(seed: int) -> None:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 3, 200)
    # Rounding makes ties, which must count half.
    scores = np.round(generator.dirichlet(np.ones(3), 200), 1).astype(np.float32)
    decided = scores.argmax(axis=1)
    table = count_confusion(labels, decided, (3, 3))
    assert np.array_equal(table, reference.confusion_matrix(labels, decided))
    wanted = reference.precision_recall_fscore_support(labels, decided, zero_division=0.0)[:3]
    np.testing.assert_allclose(precision_recall_f1(table), wanted, atol=1e-12)
    assert macro_f1(labels, decided, 3) == pytest.approx(reference.f1_score(labels, decided, average="macro"))
    for number in range(3):
        wanted_auc = reference.roc_auc_score(labels == number, scores[:, number])
        assert auc(labels == number, scores[:, number]) == pytest.approx(wanted_auc)


def test_two_classes_have_one_area() -> None:
    labels = np.array([0, 0, 1, 1])
    scores = np.array([[0.9, 0.1], [0.4, 0.6], [0.5, 0.5], [0.2, 0.8]], dtype=np.float32)
    assert mean_auc(labels, scores) == pytest.approx(0.75)
    assert np.isnan(mean_auc(np.ones(4, dtype=np.int64), scores))


def test_classes_that_no_case_has_count_for_nothing() -> None:
    """A stand-in may lack classes; what is left is judged as if there were no others, as the report does."""
    labels = np.array([0, 0, 2, 2])
    scores = np.array(
        [[0.7, 0.1, 0.1, 0.1], [0.2, 0.1, 0.6, 0.1], [0.1, 0.1, 0.7, 0.1], [0.2, 0.1, 0.6, 0.1]], dtype=np.float32
    )
    decided = scores.argmax(axis=1)
    assert macro_f1(labels, decided, 4) == pytest.approx(reference.f1_score(labels, decided, average="macro"))
    wanted = [reference.roc_auc_score(labels == number, scores[:, number]) for number in (0, 2)]
    assert mean_auc(labels, scores) == pytest.approx(np.mean(wanted))
    assert np.isnan(macro_f1(labels[:0], decided[:0], 4))


@pytest.mark.parametrize("seed", range(3))
def test_the_curve_and_its_area_agree_with_scikit_learn(seed: int) -> None:
    generator = np.random.default_rng(seed)
    positive = generator.random(60) < 0.4
    scores = np.round(generator.uniform(size=60), 1).astype(np.float32)
    falsely, rightly, _ = reference.roc_curve(positive, scores, drop_intermediate=False)
    found = roc_curve(positive, scores)
    np.testing.assert_allclose(found, [falsely, rightly], atol=1e-12)
    assert auc(positive, scores) == pytest.approx(reference.auc(*found))
