"""Letters at the edges, and what the corners say."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from desktop.render.text import (
    choose_home_turn,
    describe_corners,
    describe_pixel,
    describe_side,
    describe_window,
    find_edge_letters,
)
from desktop.state.view import Turn, ViewState
from imaging.volume.geometry import Affine, Plane
from imaging.volume.series import (
    IDENTITY,
    Acquisition,
    Format,
    PaddingRange,
    Patient,
    Polarity,
    Series,
    Source,
    SpacingSource,
    StoredFrame,
)
from imaging.volume.volume import Slice, Volume
from imaging.volume.windowing import VoiTable, Window

UNIT = {"L": (1, 0, 0), "R": (-1, 0, 0), "P": (0, 1, 0), "A": (0, -1, 0), "S": (0, 0, 1), "I": (0, 0, -1)}
OPPOSITE = dict(zip("LRPASI", "RLAPIS", strict=True))


def affine_of(axes: str, spacing: tuple[float, float, float] = (3.0, 1.0, 0.5)) -> Affine:
    """The affine of a stack whose (slice, row, column) grow toward these letters."""
    affine = np.eye(4)
    for column, (letter, step) in enumerate(zip(axes, spacing, strict=True)):
        affine[:3, column] = np.array(UNIT[letter]) * step
    return affine


ALL_48 = [
    "".join(axes)
    for axes in itertools.product("LRPASI", repeat=3)
    if len({frozenset((letter, OPPOSITE[letter])) for letter in axes}) == 3
]


def test_there_are_48() -> None:
    assert len(ALL_48) == 48


@pytest.mark.parametrize("axes", ALL_48)
def test_every_orientation_comes_home_to_the_way_its_plane_is_read(axes: str) -> None:
    affine = affine_of(axes)
    letters = find_edge_letters(affine, choose_home_turn(affine))
    assert letters is not None
    plane = {"S": "RLAP", "I": "RLAP", "L": "APSI", "R": "APSI", "A": "RLSI", "P": "RLSI"}[axes[0]]
    assert letters.left + letters.right + letters.top + letters.bottom == plane


@pytest.mark.parametrize("axes", ["SPL", "IAR", "PIL", "ASR"])
def test_the_other_side_is_left_on_the_left(axes: str) -> None:
    affine = affine_of(axes)
    letters = find_edge_letters(affine, choose_home_turn(affine, radiological=False))
    assert letters is not None
    assert letters.left == "L"
    assert describe_side(letters).startswith("Neurological")


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        (Turn(), "RALP"),
        (Turn(quarters=1), "PRAL"),
        (Turn(quarters=2), "LPRA"),
        (Turn(quarters=3), "ALPR"),
        (Turn(mirrored=True), "LARP"),
        (Turn(mirrored=True, quarters=1), "PLAR"),
        (Turn(mirrored=True, quarters=2), "RPLA"),
        (Turn(mirrored=True, quarters=3), "ARPL"),
    ],
)
def test_letters_follow_rotations_and_flips(turn: Turn, expected: str) -> None:
    letters = find_edge_letters(affine_of("SPL"), turn)
    assert letters is not None
    assert letters.left + letters.top + letters.right + letters.bottom == expected


def test_an_oblique_has_two_letters() -> None:
    affine = affine_of("SPL", (1, 1, 1))
    tilt = np.deg2rad(20)
    affine[:3, 1] = (0, np.cos(tilt), -np.sin(tilt))
    letters = find_edge_letters(affine, Turn())
    assert letters is not None
    assert (letters.top, letters.bottom) == ("AS", "PI")


def test_unknown_is_said_and_has_no_letters() -> None:
    assert find_edge_letters(None, Turn()) is None
    assert choose_home_turn(None) == Turn()
    assert "unknown" in describe_side(None)


def slice_of(**facts: object) -> Slice:
    windows = facts.pop("windows", ())
    stored = facts.pop("stored", np.arange(24, dtype=np.int16).reshape(2, 3, 4))
    assert isinstance(stored, np.ndarray)
    frames = tuple(StoredFrame(Source(Path("a")), n, windows=windows) for n in range(2))  # type: ignore[arg-type]
    series = Series("1", Format.DICOM, frames, 2, 3, 4, stored.dtype.name, **facts)  # type: ignore[arg-type]
    return Volume(series, stored[np.newaxis], np.ones((1, 2), dtype=bool)).slice_at(Plane.ACQUIRED, 1)


def test_what_the_corners_say() -> None:
    slice_ = slice_of(
        modality="CT",
        description="Abdomen",
        number=3,
        affine=affine_of("SPL"),
        patient=Patient(name="Roe^Jane", id="17", sex="F", birth_date="19700102", study_date="20260131"),
        acquisition=Acquisition(is_lossy=True, lossy_ratio=10, burned_in=True),
    )
    corners = describe_corners(slice_, ViewState(voi=Window(40, 400, explanation="SOFT"), inverted=True))
    assert corners.top_left[1:] == ("17", "F  1970-01-02")
    assert corners.top_right == ("2026-01-31",)
    assert corners.bottom_left == ("Slice 2/2", "W 400  C 40   SOFT   inverted")
    assert corners.bottom_right == (
        "Lossy compression 10:1",
        "Text burned into the pixels",
        "CT  Series 3",
        "Abdomen",
        "4 × 3   0.5 × 1 mm",
        "Radiological: patient's right on the left",
    )


def test_a_spacing_at_the_detector_is_said_so() -> None:
    slice_ = slice_of(pixel_spacing=(0.2, 0.2), acquisition=Acquisition(spacing_source=SpacingSource.DETECTOR))
    assert "4 × 3   0.2 mm at detector" in describe_corners(slice_, ViewState()).bottom_right
    assert "4 × 3   pixel size unknown" in describe_corners(slice_of(), ViewState()).bottom_right


def test_the_files_window_of_another_slice_is_mentioned() -> None:
    slice_ = slice_of(windows=(Window(40, 400),))
    middle = replace(slice_.series.frames[1], windows=(Window(50, 350),))
    frames = (slice_.series.frames[0], middle)
    slice_ = replace(slice_, series=replace(slice_.series, frames=frames))
    said = describe_corners(slice_, ViewState(voi=Window(50, 350))).bottom_left
    assert "File's window here: W 400  C 40" in said


def test_the_probe() -> None:
    slice_ = slice_of(units="HU", affine=affine_of("SPL"))
    assert describe_pixel(slice_, 1, 2) == "18 HU   row 1, column 2   L 1.0  P 1.0  S 3.0 mm"
    assert describe_pixel(slice_of(), 0, 0) == "12   row 0, column 0"
    assert describe_pixel(slice_of(padding=PaddingRange(12, 13)), 0, 1).startswith("padding")
    values = np.array([[1.5, np.nan]], np.float32)
    between = replace(slice_, stored=values, modality=IDENTITY, is_interpolated=True)
    assert describe_pixel(between, 0, 0).startswith("1.5 HU (interpolated)   row 0")
    assert describe_pixel(between, 0, 1).startswith("outside the volume   row 0")


def test_the_probe_of_colour_is_red_green_blue() -> None:
    stored = np.zeros((2, 3, 4, 3), dtype=np.uint8)
    stored[1, 2, 3] = (1, 2, 3)
    slice_ = slice_of(stored=stored, channels=3, polarity=Polarity.COLOUR)
    assert describe_pixel(slice_, 2, 3).startswith("R 1 G 2 B 3")


def test_windows_in_words() -> None:
    assert describe_window(Window(-600, 1500)) == "W 1500  C −600"
    assert describe_window(VoiTable(0, 8, np.zeros(2, dtype=np.uint16), "BONE")) == "Table BONE"
    assert describe_window(None) == ""
