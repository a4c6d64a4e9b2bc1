import numpy as np
import pytest

from inference.contract.contract import Label, Task
from training.audit.label_noise import rank_labels


def task_of(kind: str, names: str, heads: tuple[tuple[str, ...], ...] = ()) -> Task:
    return Task(kind=kind, labels=tuple(Label(name=name, display=name) for name in names), heads=heads)  # type: ignore[arg-type]


def test_the_ranking_and_the_table_by_hand() -> None:
    targets = np.eye(3, dtype=np.float32)[[0, 0, 0, 1, 1, 2]]
    chances = np.array(
        [[0.9, 0.1, 0.0], [0.8, 0.1, 0.1], [0.1, 0.9, 0.0], [0.2, 0.8, 0.0], [0.4, 0.6, 0.0], [0.1, 0.2, 0.7]],
        dtype=np.float32,
    )
    found = rank_labels(targets, chances, task_of("multiclass", "abc"))
    (table,) = found.tables
    # Means over the cases that carry each label: a (0.9 + 0.8 + 0.1) / 3, b (0.8 + 0.6) / 2, c 0.7.
    np.testing.assert_allclose(table.thresholds, [0.6, 0.7, 0.7], atol=1e-6)
    # Case 2, called a, reaches b's threshold. Case 4 reaches none and is left out; its row is scaled to two cases.
    np.testing.assert_allclose(table.joint, [[2, 1, 0], [0, 2, 0], [0, 0, 1]])
    assert table.wrong == pytest.approx(1)
    first = found.ranked[0]
    assert (first.row, first.given, first.likely, first.is_confident) == (2, "a", "b", True)
    assert first.self_confidence == pytest.approx(0.1)
    # p(a) - t(a) - (p(b) - t(b)) = 0.1 - 0.6 - (0.9 - 0.7)
    assert first.margin == pytest.approx(-0.7)
    assert sum(one.is_confident for one in found.ranked) == 1
    assert [one.row for one in found.ranked] == sorted(
        range(6), key=lambda row: {one.row: one.margin for one in found.ranked}[row]
    )


@pytest.mark.parametrize(
    ("kind", "heads"),
    [("multiclass", ()), ("multilabel", ()), ("several_outputs", (("a", "b"), ("c",)))],
)
def test_labels_that_were_turned_come_first(kind: str, heads: tuple[tuple[str, ...], ...]) -> None:
    """300 cases whose network is mostly right; fifteen labels are turned, and the first sixteen hold nearly all."""
    generator = np.random.default_rng(5)
    task = task_of(kind, "abc", heads)
    if kind == "multiclass":
        true = np.eye(3)[generator.integers(3, size=300)]
    elif kind == "multilabel":
        true = generator.integers(2, size=(300, 3))
    else:
        first = generator.integers(2, size=300)
        true = np.stack([first, 1 - first, generator.integers(2, size=300)], axis=1)
    chances = np.clip(true * 0.8 + 0.1 + generator.normal(0, 0.08, true.shape), 0.01, 0.99).astype(np.float32)
    turned = generator.choice(300, 15, replace=False)
    targets = true.astype(np.float32)
    if kind == "multiclass":
        targets[turned] = np.roll(targets[turned], 1, axis=1)
    elif kind == "multilabel":
        targets[turned, 1] = 1 - targets[turned, 1]
    else:
        targets[turned, :2] = targets[turned, 1::-1]
    found = rank_labels(targets, chances, task)
    assert len({one.row for one in found.ranked[:16]} & set(turned.tolist())) >= 14
    # Half of the cases reach a mean, and these stand for all of them.
    assert 9 < sum(table.wrong for table in found.tables) < 21


def test_what_was_not_asked_is_not_ranked_and_an_unseen_label_suspects_nobody() -> None:
    targets = np.array([[1, 0], [np.nan, 1], [1, 1]], dtype=np.float32)
    found = rank_labels(targets, np.full((3, 2), 0.5, np.float32), task_of("multilabel", "ab"))
    assert sorted((one.row, one.given) for one in found.ranked) == [
        (0, "a"),
        (0, "no b"),
        (1, "b"),
        (2, "a"),
        (2, "b"),
    ]
    only_a = np.array([[1, 0], [1, 0]], dtype=np.float32)
    ranked = rank_labels(only_a, np.array([[0.9, 0.1], [0.2, 0.8]], np.float32), task_of("multiclass", "ab")).ranked
    assert {one.likely for one in ranked} == {"a"}
