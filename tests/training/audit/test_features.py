"""Features of pictures that were made for it."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from training.audit.survey import FEATURES, grey_picture, measure_features, read_jpeg_coding, text_marks
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
