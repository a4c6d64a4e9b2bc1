"""What files do to pictures: each operation does what it says, and what is drawn follows from the seed alone."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from training.data.augment import (
    INTERPOLATIONS,
    add_border,
    add_noise,
    augment,
    bend_tone,
    burn_in,
    cover_corners,
    degrade,
    resample,
    save_as_jpeg,
)  # fmt: skip
from training.recipe.augmentation import Augmentation, Quality

ALL = Quality(resolution=1, jpeg=1, noise=0.04, tone=1, border=1, corners=1, letters=1)


@pytest.fixture
def grey() -> NDArray[np.float32]:
    """A smooth picture with a sharp edge, 120×100."""
    rows, columns = np.mgrid[0:120, 0:100].astype(np.float32)
    picture = 0.5 + 0.3 * np.sin(rows / 9) * np.cos(columns / 7)
    picture[40:80, 30:60] = 0.9
    return picture.astype(np.float32)


@pytest.mark.parametrize("name", INTERPOLATIONS)
def test_fewer_pixels_lose_detail_and_keep_the_rest(grey: NDArray[np.float32], name: str) -> None:
    kept = resample(grey, 30, down=name, up="bilinear")
    assert kept.shape == grey.shape
    assert abs(float(kept.mean() - grey.mean())) < 0.02
    assert np.abs(np.diff(kept, axis=0)).max() < np.abs(np.diff(grey, axis=0)).max()


def test_as_many_pixels_change_nothing(grey: NDArray[np.float32]) -> None:
    np.testing.assert_allclose(resample(grey, 120, down="area", up="lanczos"), grey, atol=1e-6)


@pytest.mark.parametrize("colour", [False, True])
def test_a_jpeg_is_the_worse_the_lower_its_quality(grey: NDArray[np.float32], colour: bool) -> None:
    off = [float(np.abs(save_as_jpeg(grey, quality, colour=colour) - grey).mean()) for quality in (95, 50, 20)]
    assert off == sorted(off)
    assert off[0] < 0.005 < off[-1]


def test_a_jpeg_is_what_opencv_writes(grey: NDArray[np.float32]) -> None:
    stored = np.rint(grey * 255).astype(np.uint8)
    coded = cv2.imencode(".jpg", stored, [cv2.IMWRITE_JPEG_QUALITY, 35])[1]
    np.testing.assert_array_equal(np.rint(save_as_jpeg(grey, 35) * 255), cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE))


def test_noise_has_the_deviation_that_was_asked_for() -> None:
    flat = np.full((200, 200), 0.5, np.float32)
    assert float(add_noise(flat, 0.02, np.random.default_rng(0)).std()) == pytest.approx(0.02, rel=0.02)


def test_tone_is_monotonous_and_spans_what_it_says() -> None:
    ramp = np.linspace(0, 1, 101, dtype=np.float32)[None]
    washed, hard = bend_tone(ramp, -1)[0], bend_tone(ramp, 1)[0]
    assert np.all(np.diff(washed) >= 0)
    assert np.all(np.diff(hard) >= 0)
    assert washed[-1] - washed[0] == pytest.approx(0.5, abs=0.01)
    assert hard[[0, 50, 100]] == pytest.approx([0, 0.5, 1], abs=1e-6)
    assert hard[25] < 0.15 < 0.85 < hard[75]
    np.testing.assert_array_equal(bend_tone(ramp, 0), ramp)


def test_borders_corners_and_letters_are_where_they_were_put(grey: NDArray[np.float32]) -> None:
    framed = add_border(grey, (0.1, 0, 0, 0.05), 1.0)
    assert (framed[:12] == 1).all()
    assert (framed[:, 95:] == 1).all()
    np.testing.assert_array_equal(framed[12:, :95], grey[12:, :95])
    cut = cover_corners(grey, 0.2)
    assert cut[0, 0] == cut[-1, 0] == cut[0, -1] == cut[-1, -1] == 0
    np.testing.assert_array_equal(cut[40:80], grey[40:80])
    marked = burn_in(grey, "L", row=0.95, column=0.05, height=0.1, level=1.0) - grey
    assert np.abs(marked[100:, :20]).max() > 0.3
    assert not marked[:90].any()


def test_what_is_drawn_follows_from_the_seed(grey: NDArray[np.float32]) -> None:
    drawn = [degrade(grey, ALL, seed) for seed in range(20)]
    assert len({one.tobytes() for one in drawn}) == 20
    for seed, one in enumerate(drawn):
        np.testing.assert_array_equal(degrade(grey, ALL, seed), one)
        assert one.shape == grey.shape
        assert one.dtype == np.float32
        assert 0 <= one.min() <= one.max() <= 1


def test_a_rule_without_chances_changes_nothing(grey: NDArray[np.float32]) -> None:
    np.testing.assert_array_equal(degrade(grey, Quality(), 3), grey)


def test_a_batch_is_degraded_slice_by_slice(grey: NDArray[np.float32]) -> None:
    import torch

    batch = torch.from_numpy(np.stack([grey, grey])[:, None])
    changed = augment(batch, Augmentation(quality=ALL), np.array([4, 5]))
    np.testing.assert_array_equal(changed[1, 0], degrade(grey, ALL, 5))
    rgb = augment(batch.repeat(1, 3, 1, 1), Augmentation(quality=ALL), np.array([4, 5]))
    assert torch.equal(rgb[:, 0], rgb[:, 2])


def test_names_of_interpolations_are_opencvs() -> None:
    flags: dict[str, Callable[..., object] | int] = dict(INTERPOLATIONS)
    assert len(set(flags.values())) == 4
