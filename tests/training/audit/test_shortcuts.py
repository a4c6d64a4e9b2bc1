"""How well a feature tells the class."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.statistics.metrics import auc
from training.audit.shortcuts import auc_of_draws, combine_features, deal_folds, judge_feature


def _cases(count: int = 300, classes: int = 3):  # type: ignore[no-untyped-def]
    labels = np.arange(count) % classes
    found = deal_folds(labels, list(range(count)), [f"c{number}" for number in range(classes)])
    assert found is not None
    return labels, found


class TestShortcuts:
    def test_what_has_nothing_to_do_with_the_class_is_not_flagged(self) -> None:
        _, cases = _cases(600)
        chance = np.random.default_rng(0)
        for values in (chance.normal(size=600).tolist(), [str(one) for one in chance.integers(0, 5, 600)]):
            found = judge_feature("x", values, cases)
            assert found is not None
            assert found.strength == "none"
            assert abs(found.balanced_accuracy.value - 1 / 3) < 0.08
            assert abs(found.auc.value - 0.5) < 0.08

    @pytest.mark.parametrize("kind", ["number", "text", "missing"])
    def test_what_gives_a_class_away_is_flagged_with_that_class(self, kind: str) -> None:
        labels, cases = _cases()
        chance = np.random.default_rng(1).normal(size=300)
        values: list[float | str] = {
            "number": [float(noise + 9 * (label == 1)) for noise, label in zip(chance, labels, strict=True)],
            "text": ["jpg" if label == 1 else "png" for label in labels],
            "missing": [
                float("nan") if label == 1 else float(noise) for noise, label in zip(chance, labels, strict=True)
            ],
        }[kind]  # type: ignore[assignment]
        found = judge_feature("x", values, cases)
        assert found is not None
        assert (found.strength, found.best_label) == ("clear", "c1")
        assert found.best_auc.value > 0.99
        # c1 is found always, the other two are told apart by chance.
        assert 0.5 < found.balanced_accuracy.value < 0.85

    def test_groups_do_not_help_to_remember(self) -> None:
        """Each group has a value of its own: whoever tears groups apart learns them by heart."""
        labels = np.repeat(np.arange(60) % 2, 10)
        groups = np.repeat(np.arange(60), 10)
        values = [str(group) for group in groups]
        honest = deal_folds(labels, groups.tolist(), ["a", "b"])
        torn = deal_folds(labels, list(range(600)), ["a", "b"])
        assert honest is not None
        assert torn is not None
        remembered, judged_fairly = judge_feature("x", values, torn), judge_feature("x", values, honest)
        assert remembered is not None
        assert judged_fairly is not None
        assert remembered.best_auc.value > 0.99
        assert judged_fairly.strength == "none"
        for group in range(60):
            assert len(set(honest.folds[groups == group].tolist())) == 1

    def test_two_weak_features_are_stronger_together(self) -> None:
        labels, cases = _cases(600, 2)
        chance = np.random.default_rng(2)
        features = {name: (chance.normal(size=600) + 0.8 * labels).tolist() for name in ("x", "y", "z")}
        alone = [judge_feature(name, values, cases) for name, values in features.items()]
        both = combine_features(features, cases)
        assert all(one is not None and one.best_auc.value < both.best_auc.value for one in alone)

    @given(st.lists(st.tuples(st.floats(-5, 5), st.booleans()), min_size=20, max_size=60))
    def test_the_area_is_the_mann_whitney_statistic(self, drawn: list[tuple[float, bool]]) -> None:
        scores = np.array([value for value, _ in drawn])
        positive = np.array([flag for _, flag in drawn])
        if positive.any() and not positive.all():
            area = auc_of_draws(scores, positive, np.arange(len(drawn)), np.ones((1, len(drawn))))[0]
            assert area == pytest.approx(auc(positive, scores), abs=1e-6)

    def test_a_constant_says_nothing_and_a_tiny_class_is_not_judged(self) -> None:
        _, cases = _cases()
        assert judge_feature("x", [1.0] * 300, cases) is None
        assert judge_feature("x", [float("nan")] * 300, cases) is None
        assert deal_folds(np.array([0] * 20 + [1] * 4), list(range(24)), ["a", "b"]) is None
        assert deal_folds(np.zeros(24, dtype=np.int64), list(range(24)), ["a"]) is None
