import numpy as np
import pytest
from sklearn import metrics as reference

from training.evaluate.measures import binary_auc, confusion, macro_f1, precision_recall_f1, roc_auc


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


def test_classes_that_no_case_has_count_for_nothing() -> None:
    """A stand-in may lack classes; what is left is judged as if there were no others, as the report does."""
    labels = np.array([0, 0, 2, 2])
    scores = np.array(
        [[0.7, 0.1, 0.1, 0.1], [0.2, 0.1, 0.6, 0.1], [0.1, 0.1, 0.7, 0.1], [0.2, 0.1, 0.6, 0.1]], dtype=np.float32
    )
    decided = scores.argmax(axis=1)
    assert macro_f1(labels, decided, 4) == pytest.approx(reference.f1_score(labels, decided, average="macro"))
    wanted = [reference.roc_auc_score(labels == number, scores[:, number]) for number in (0, 2)]
    assert roc_auc(labels, scores) == pytest.approx(np.mean(wanted))
    assert np.isnan(macro_f1(labels[:0], decided[:0], 4))
