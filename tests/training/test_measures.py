import numpy as np
import pytest
from sklearn import metrics as reference

from training.measures import binary_auc, calibration_error, confusion, macro_f1, precision_recall_f1, roc_auc
from training.resample import group_draws, with_intervals


@pytest.mark.parametrize("seed", range(5))
def test_figures_agree_with_scikit_learn(seed: int) -> None:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 3, 200)
    # Rounding makes ties, which must count half.
    scores = np.round(generator.dirichlet(np.ones(3), 200), 1).astype(np.float32)
    decided = scores.argmax(axis=1)
    table = confusion(labels, decided, 3)
    assert np.array_equal(table, reference.confusion_matrix(labels, decided))
    wanted = reference.precision_recall_fscore_support(labels, decided, zero_division=0.0)[:3]
    np.testing.assert_allclose(precision_recall_f1(table), wanted, atol=1e-12)
    assert macro_f1(labels, decided, 3) == pytest.approx(reference.f1_score(labels, decided, average="macro"))
    for number in range(3):
        wanted_auc = reference.roc_auc_score(labels == number, scores[:, number])
        assert binary_auc(labels == number, scores[:, number]) == pytest.approx(wanted_auc)


def test_two_classes_have_one_area() -> None:
    labels = np.array([0, 0, 1, 1])
    scores = np.array([[0.9, 0.1], [0.4, 0.6], [0.5, 0.5], [0.2, 0.8]], dtype=np.float32)
    assert roc_auc(labels, scores) == pytest.approx(0.75)
    assert np.isnan(roc_auc(np.ones(4, dtype=np.int64), scores))


def test_calibration_error_by_hand() -> None:
    shares = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.4, 0.6]], dtype=np.float32)
    # Two cases at 0.9 of which one is right, two at 0.6 that both are: (2 × 0.4 + 2 × 0.4) / 4.
    assert calibration_error(np.array([0, 1, 1, 1]), shares) == pytest.approx(0.4, abs=1e-6)


def test_draws_keep_groups_whole() -> None:
    groups = ["a", "b", "a", "c", "b", "a"]
    for draw in group_draws(groups, seed=0, draws=50):
        counts = np.bincount(draw, minlength=6)
        assert counts[0] == counts[2] == counts[5]
        assert counts[1] == counts[4]
        assert counts[0] + counts[1] + counts[3] == 3


def test_intervals_enclose_their_value_and_shrink_with_more_groups() -> None:
    generator = np.random.default_rng(0)

    def width(count: int) -> float:
        labels = generator.integers(0, 2, count)
        positive = np.clip(labels * 0.4 + generator.uniform(0, 0.6, count), 0, 1).astype(np.float32)
        shares = np.stack([1 - positive, positive], axis=1)
        draws = group_draws([str(number) for number in range(count)], seed=1, draws=200)
        figures = with_intervals(labels, shares.argmax(axis=1), shares, draws)
        assert all(one.low <= one.value <= one.high for name, one in figures.items() if name != "ece")
        return figures["auc"].high - figures["auc"].low

    assert width(1000) < width(60)
