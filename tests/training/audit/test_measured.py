"""What is measured of a picture, on pictures made for it, and what a feature says about the class."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from inference.statistics.metrics import auc
from training.audit.features import FEATURES, grey_picture, measure_features, read_jpeg_coding, text_marks
from training.audit.shortcuts import auc_of_draws, combine_features, deal_folds, judge_feature
from training.data.dataset import read_slice


def _soft(seed: int = 0, rows: int = 200, columns: int = 240) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).uniform(0, 1, (rows, columns)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 12)
    return np.asarray((soft - soft.min()) / (soft.max() - soft.min()), dtype=np.float32)


def _unit(levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    return levels.astype(np.float32) / np.float32(255)


class TestJpeg:
    @pytest.mark.parametrize("quality", [1, 10, 50, 75, 90, 95, 100])
    def test_the_quality_is_the_one_it_was_saved_with(self, quality: int) -> None:
        _, coded = cv2.imencode(".jpg", (_soft() * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])
        coding = read_jpeg_coding(coded.tobytes())
        assert coding is not None
        assert coding.quality == quality
        assert not coding.progressive

    def test_how_colour_is_sampled_and_coded(self) -> None:
        picture = np.dstack([(_soft(seed) * 255).astype(np.uint8) for seed in range(3)])
        _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])
        coding = read_jpeg_coding(coded.tobytes())
        assert coding is not None
        assert coding.progressive
        assert coding.sampling == "2x2 1x1 1x1"

    @given(st.binary(max_size=200), st.integers(0, 1000))
    def test_no_bytes_are_too_damaged(self, noise: bytes, cut: int) -> None:
        _, coded = cv2.imencode(".jpg", (_soft() * 255).astype(np.uint8))
        whole = coded.tobytes()
        read_jpeg_coding(b"\xff\xd8" + noise)
        read_jpeg_coding(whole[:cut] + noise)
        assert read_jpeg_coding(noise.lstrip(b"\xff")) is None


class TestFeatures:
    def _of(self, tmp_path, picture: NDArray[np.float32], name: str = "x.png") -> dict[str, float | str]:  # type: ignore[no-untyped-def]
        path = tmp_path / name
        cv2.imwrite(str(path), np.rint(picture * 255).astype(np.uint8))
        slice_ = read_slice(path)
        return measure_features(path, slice_, grey_picture(slice_))

    def test_every_feature_has_its_name(self, tmp_path) -> None:  # type: ignore[no-untyped-def]
        found = self._of(tmp_path, _soft())
        assert list(found) == list(FEATURES)
        assert (found["rows"], found["columns"], found["size"], found["aspect"]) == (200, 240, "200×240", 1.2)
        assert found["file_bytes"] == (tmp_path / "x.png").stat().st_size
        assert found["coding"] == "png, grey, uint8"
        assert found["jpeg_tables"] == ""
        assert self._of(tmp_path, _soft(), "x.jpg")["jpeg_quality"] == 95

    def test_dark_margins_are_measured_on_their_side(self, tmp_path) -> None:  # type: ignore[no-untyped-def]
        picture = 0.3 + 0.7 * _soft()
        picture[:40] = 0
        picture[:, 180:] = 0
        found = self._of(tmp_path, picture)
        assert found["margin_top"] == pytest.approx(0.2)
        assert found["margin_right"] == pytest.approx(0.25)
        assert (found["margin_bottom"], found["margin_left"]) == (0, 0)
        assert float(found["black"]) == pytest.approx(0.4, abs=0.01)

    def test_letters_in_a_corner_are_seen_and_those_in_the_middle_are_not(self) -> None:
        plain = np.rint(127 * _soft(1, 400, 400)).astype(np.uint8)
        assert text_marks(_unit(plain)) == []
        corner, middle = plain.copy(), plain.copy()
        cv2.putText(corner, "LT 07", (12, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 1)
        cv2.putText(middle, "LT 07", (170, 200), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 1)
        marks = text_marks(_unit(corner))
        assert len(marks) >= 3
        assert all(10 <= top <= 30 and left < 90 for top, left, _, _ in marks)
        assert text_marks(_unit(middle)) == []

    def test_a_picture_of_one_value_is_measured_too(self, tmp_path) -> None:  # type: ignore[no-untyped-def]
        found = self._of(tmp_path, np.full((3, 2), 0.5, np.float32))
        assert found["contrast"] == 0
        assert found["margin_top"] == 1


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
