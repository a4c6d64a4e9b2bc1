"""The same cases in other qualities: what is changed, by how much, and how it is counted."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from imaging.volume.series import Polarity
from inference.classify.preprocess import prepare
from inference.contract.contract import Argmax, EightBit, Label, QualityName, Task
from inference.contract.phantoms import slice_from_array
from inference.statistics.bootstrap import draw_group_weights
from training.evaluate.ood_statistics import Familiarity
from training.evaluate.operating_point import ChosenDecision, OperatingPoint
from training.evaluate.predictions import ScoredCases, join_cases
from training.evaluate.qualities import CHANGES, TURNED, degrade_for_judging, judge_qualities, save_anew
from training.recipe.recipe_files import read_recipe, recipe_path

SIZE = (64, 64)


def picture(rows: int = 120, columns: int = 100) -> np.ndarray:
    """A smooth grey field from 40 to 200 with a bright dot at a quarter of its height and width, on black."""
    grey = np.zeros((rows, columns), dtype=np.uint8)
    grey[10:-10, 10:-10] = np.linspace(40, 200, columns - 20).astype(np.uint8)
    cv2.circle(grey, (columns // 4, rows // 4), 3, 255, -1)
    return grey


def changed(stored: np.ndarray, quality: QualityName) -> np.ndarray:
    found = degrade_for_judging(slice_from_array(stored), quality, SIZE)
    assert found is not None
    assert found.stored.dtype == stored.dtype
    return found.stored


def dot_of(grey: np.ndarray) -> np.ndarray:
    """Row and column of the middle of what is brighter than the field."""
    return np.argwhere(grey > 225).mean(axis=0)


def test_a_jpeg_is_that_of_the_file_at_its_own_size() -> None:
    coded = cv2.imencode(".jpg", picture(), [cv2.IMWRITE_JPEG_QUALITY, 20])[1]
    np.testing.assert_array_equal(changed(picture(), "jpeg_20"), cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE))


def test_noise_has_its_deviation_and_is_the_same_every_time() -> None:
    even = np.full((200, 200), 128, dtype=np.uint8)
    noisy = changed(even, "noise_5")
    assert noisy.std() == pytest.approx(5, abs=0.2)
    assert noisy.mean() == pytest.approx(128, abs=0.2)
    np.testing.assert_array_equal(noisy, changed(even, "noise_5"))


def test_turns_and_zoom_move_a_dot_as_far_as_they_say() -> None:
    grey = picture()
    middle = (np.array(grey.shape) - 1) / 2
    row, column = dot_of(grey) - middle
    cosine, sine = np.cos(np.radians(5)), np.sin(np.radians(5))
    # Counter-clockwise on screen: what lies at the upper left moves down and to the left.
    wanted: dict[QualityName, tuple[float, float]] = {
        "turn_plus_5": (row * cosine - column * sine, row * sine + column * cosine),
        "turn_minus_5": (row * cosine + column * sine, column * cosine - row * sine),
        "zoom_0_9": (0.9 * row, 0.9 * column),
    }
    for quality, there in wanted.items():
        np.testing.assert_allclose(dot_of(changed(grey, quality)) - middle, there, atol=0.5)


def test_washed_out_keeps_half_of_the_range() -> None:
    found = changed(picture(), "washed_out").astype(float)
    assert np.ptp(found) == pytest.approx(np.ptp(picture()) / 2, abs=1)


@pytest.mark.parametrize("quality", CHANGES)
def test_sixteen_bits_and_the_other_polarity_are_changed_alike(quality: QualityName) -> None:
    """A slice of 12 bits whose black is its greatest value, as radiographs come: the same picture in the end."""
    plain = picture().astype(np.int16) * 16
    there = degrade_for_judging(slice_from_array(plain), quality, SIZE)
    inverted = slice_from_array(plain.max() - plain, polarity=Polarity.MONOCHROME1)
    other = degrade_for_judging(inverted, quality, SIZE)
    assert there is not None
    assert other is not None
    assert not np.array_equal(there.stored, plain)
    # The noise is another one: it follows from the stored values.
    within = 900 if quality == "noise_5" else 1
    np.testing.assert_allclose(plain.max() - other.stored.astype(int), there.stored, atol=within)


def test_grey_stored_as_colour_stays_grey() -> None:
    colour = np.repeat(picture()[:, :, None], 3, axis=2)
    for quality in CHANGES:
        found = changed(colour, quality)
        np.testing.assert_array_equal(found[:, :, 0], found[:, :, 2])
        if quality != "noise_5":
            np.testing.assert_array_equal(found[:, :, 0], changed(picture(), quality))


def test_only_a_file_with_more_pixels_than_the_input_has_an_original_resolution() -> None:
    assert degrade_for_judging(slice_from_array(picture(64, 64)), "original_resolution", SIZE) is None
    assert degrade_for_judging(slice_from_array(picture(40, 100)), "original_resolution", SIZE) is None
    large = degrade_for_judging(slice_from_array(picture(256, 128)), "original_resolution", SIZE)
    assert large is not None
    # Shrunk until the shorter side is that of the input.
    assert large.stored.shape == (128, 64)


TASK = Task(kind="multiclass", labels=(Label(name="well", display="Well"), Label(name="ill", display="Ill")))


def answered(ill: list[float], distance: list[float], names: str) -> ScoredCases:
    logits = np.array([[-value, value] for value in ill], dtype=np.float32)
    targets = np.tile(np.array([[0, 1]], dtype=np.float32), (len(ill), 1))
    features = np.array(distance, dtype=np.float32)[:, None]
    return ScoredCases("test", tuple(names), tuple(names), ("ill",) * len(ill), targets, logits, features)


def test_figures_of_qualities_by_hand() -> None:
    choice = OperatingPoint(TASK, 1.0, "", ChosenDecision(Argmax(rule="argmax"), ""), None, None)
    rule = Familiarity(np.zeros((1, 1), np.float32), np.eye(1, dtype=np.float32), 1.5)
    given = answered([1, 1, -1, -1], [0, 0, 0, 2], "abcd")
    shown = {
        # One of four is decided otherwise, and by that rightly; two are far.
        "jpeg_20": answered([1, 1, 1, -1], [0, 2, 2, 0], "abcd"),
        # Of the two large ones, "d" is decided otherwise once it is shrunk; accuracy and distance are of the originals.
        "original_resolution": answered([1, 1], [0, 0], "ad"),
        "noise_5": answered([], [], ""),
    }
    found = judge_qualities(given, shown, choice, rule, draw_group_weights(given.groups, seed=0))
    values = {
        name: (one.n, one.accuracy.value, one.flipped and one.flipped.value, one.refused and one.refused.value)
        for name, one in found.items()
    }
    assert values == {
        "as_given": (4, 0.5, None, 0.25),
        "jpeg_20": (4, 0.75, 0.25, 0.5),
        "original_resolution": (2, 0.5, 0.5, 0.5),
    }


def test_a_case_in_several_qualities_stays_in_one_group() -> None:
    given = answered([1, -1], [0, 0], "ab")
    every = join_cases([given, replace(given, logits=-given.logits), given.at(np.array([1]))])
    draws = draw_group_weights(every.groups, seed=0)
    assert draws.count() == 2
    np.testing.assert_array_equal(draws.weights[:, 0], draws.weights[:, 2])
    np.testing.assert_array_equal(draws.weights[:, 1], draws.weights[:, 4])


@pytest.mark.parametrize(
    ("copy", "expected"),
    [
        ("a quarter turn to the left", lambda grey: np.rot90(grey, 1)),
        ("a quarter turn to the right", lambda grey: np.rot90(grey, 3)),
        ("a half turn", lambda grey: np.rot90(grey, 2)),
        ("upside down", lambda grey: grey[::-1]),
        ("inverted", lambda grey: 1 - grey),
    ],
)
@pytest.mark.parametrize("colour", [False, True])
def test_turned_copies_are_those_of_the_network_input(
    copy: str, expected: Callable[[np.ndarray], np.ndarray], colour: bool
) -> None:
    stored = picture(100, 100)
    spec = read_recipe(recipe_path("pneumonia_lite0")).input.model_copy(
        update={"intensity": EightBit(method="eight_bit")}
    )
    slice_ = slice_from_array(np.stack([stored] * 3, axis=2) if colour else stored)
    upright, turned = (prepare(one, spec).tensor[0, 0] / 2 + 0.5 for one in (slice_, TURNED[copy](slice_)))
    np.testing.assert_allclose(turned, expected(upright), atol=1e-5)


def test_a_picture_saved_anew_is_another_one_and_the_same_every_time() -> None:
    one, again = (save_anew(picture() / np.float32(255), None, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(one, again)
    assert one.shape == picture().shape
    assert 0.01 < np.abs(one - picture() / 255).mean() < 0.3
