"""NIfTI whose axes are not at right angles: every pixel of a reformat is what lies at its place in the patient."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nibabel.nifti1 import Nifti1Image
from numpy.typing import NDArray

from imaging.formats.nifti import reader as nifti
from imaging.volume.geometry import SCREEN_AXES, Plane, reorientation_to
from imaging.volume.series import Series, Source
from imaging.volume.volume import Slice, Volume
from tests.reading import POLICY, allocate, read_volume, with_memory

SHAPE = (14, 12, 9)
RNG = np.random.default_rng(7)
VALUES = RNG.integers(-500, 500, SHAPE).astype(np.int16)
LEAN = st.floats(-0.4, 0.4)


def sheared(lean: tuple[float, float, float], zooms: tuple[float, float, float], turn: float = 0.0) -> NDArray[Any]:
    """RAS: k leans toward i and j (a gantry's tilt is the second), j toward i, and all of it is turned about S."""
    shear = np.array([[1, lean[2], lean[0]], [0, 1, lean[1]], [0, 0, 1.0]])
    about = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1.0]])
    affine = np.eye(4)
    affine[:3, :3] = about @ shear @ np.diag(zooms)
    affine[:3, 3] = (-20, 11, 5)
    return affine


def opened(path: Path, affine: NDArray[Any], *, codes: tuple[int, int] = (1, 0), values: Any = VALUES) -> Series:
    picture = Nifti1Image(values, None)
    picture.set_sform(affine, code=codes[0])
    upright = np.diag([*np.linalg.norm(affine[:3, :3], axis=0), 1.0])
    upright[:3, 3] = affine[:3, 3]
    picture.set_qform(upright, code=codes[1])
    picture.header.set_xyzt_units("mm")
    picture.to_filename(path)
    (series,) = nifti.group([nifti.read_header(Source(path), POLICY)])
    return series


def sampled(volume: Volume, slice_: Slice) -> NDArray[np.float64]:
    """What lies at each pixel's place in the patient, straight from the stored values; NaN outside of the grid.

    A reformat steps from stored slice to stored slice, so that only rows and columns are in between.
    """
    series = volume.series
    assert series.affine is not None
    assert slice_.affine is not None
    rows, columns = slice_.stored.shape
    row, column = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    places = np.stack([np.zeros_like(row), row, column, np.ones_like(row)], axis=-1) @ slice_.affine.T
    at = np.round((places @ np.linalg.inv(series.affine).T)[..., :3], 5)
    assert np.abs(at[..., 0] - np.rint(at[..., 0])).max() < 1e-4
    last = np.array([series.rows - 1, series.columns - 1])
    inside = ((at[..., 1:] >= 0) & (at[..., 1:] <= last)).all(axis=-1)
    index = np.clip(np.rint(at[..., 0]).astype(int), 0, series.slices - 1)
    low = np.clip(np.floor(at[..., 1:]).astype(int), 0, last)
    high = np.minimum(low + 1, last)
    share = at[..., 1:] - low
    stored = volume.stored[0].astype(np.float64)
    found = np.zeros((rows, columns))
    for y, part in ((low[..., 0], 1 - share[..., 0]), (high[..., 0], share[..., 0])):
        for x, piece in ((low[..., 1], 1 - share[..., 1]), (high[..., 1], share[..., 1])):
            found += part * piece * stored[index, y, x]
    return np.where(inside, found, np.nan)


def agrees(volume: Volume, plane: Plane, index: int) -> None:
    slice_ = volume.slice_at(plane, index)
    assert slice_.affine is not None
    steps = slice_.affine[:3, :3] / np.linalg.norm(slice_.affine[:3, :3], axis=0)
    np.testing.assert_allclose(steps.T @ steps, np.eye(3), atol=1e-6)
    expected = sampled(volume, slice_)
    # At the very edge rounding says whether a pixel is inside.
    both = ~np.isnan(expected) & ~np.isnan(slice_.values)
    assert (np.isnan(expected) != np.isnan(slice_.values)).mean() < 0.05
    np.testing.assert_allclose(slice_.values[both], expected[both], atol=0.05)


@settings(max_examples=20)
@given(
    lean=st.tuples(LEAN, LEAN, LEAN),
    zooms=st.tuples(st.floats(0.6, 1.4), st.floats(0.6, 1.4), st.floats(2.5, 4.0)),
    turn=st.floats(-0.3, 0.3),
    share=st.floats(0, 1),
)
def test_a_reformat_shows_what_lies_there(
    tmp_path: Path, lean: tuple[float, float, float], zooms: tuple[float, float, float], turn: float, share: float
) -> None:
    series = opened(tmp_path / "a.nii", sheared(lean, zooms, turn))
    volume = read_volume(series)
    if not series.tilted:
        return
    for plane in SCREEN_AXES:
        if reorientation_to(series.affine, plane).axes[0] != 0:  # type: ignore[arg-type]
            agrees(volume, plane, round(share * (volume.count(plane) - 1)))


@pytest.mark.parametrize("lean", [(0.0, 0.3, 0.0), (0.2, 0.0, 0.0), (0.0, 0.0, 0.3), (-0.2, 0.3, -0.1)])
def test_each_kind_of_lean(tmp_path: Path, lean: tuple[float, float, float]) -> None:
    series = opened(tmp_path / "a.nii", sheared(lean, (1.0, 1.2, 3.0)))
    assert series.tilted
    assert not series.regular
    assert any("right angles" in note for note in series.notes)
    volume = read_volume(series)
    shown = 0
    for plane in (Plane.SAGITTAL, Plane.CORONAL):
        for index in range(volume.count(plane)):
            agrees(volume, plane, index)
            shown += int(np.isfinite(volume.slice_at(plane, index).values).sum())
    # Nothing is lost on the way.
    assert shown > VALUES.size


def test_a_ball_stays_round(tmp_path: Path) -> None:
    """The trap's own words: a sphere stays round in sagittal."""
    affine = sheared((0.0, 0.5, 0.0), (1.0, 1.0, 2.0))
    i, j, k = np.indices((60, 90, 30))
    places = np.stack([i, j, k, np.ones_like(i)], axis=-1) @ affine.T
    centre = affine @ [30, 45, 15, 1]
    ball = (np.linalg.norm((places - centre)[..., :3], axis=-1) < 18).astype(np.int16) * 1000
    volume = read_volume(opened(tmp_path / "a.nii", affine, values=ball))
    cut = volume.slice_at(Plane.SAGITTAL, 30)
    row, column = np.nonzero(np.nan_to_num(cut.values) > 500)
    assert cut.spacing is not None
    height, width = (np.ptp(row) + 1) * cut.spacing[0], (np.ptp(column) + 1) * cut.spacing[1]
    assert height == pytest.approx(36, abs=3)
    assert width == pytest.approx(36, abs=3)


@pytest.mark.parametrize(
    ("codes", "tilted", "disagree"), [((1, 0), True, False), ((2, 1), True, True), ((0, 1), False, False)]
)
def test_the_form_that_is_chosen_decides(tmp_path: Path, codes: tuple[int, int], tilted: bool, disagree: bool) -> None:
    series = opened(tmp_path / "a.nii", sheared((0.0, 0.4, 0.0), (1.0, 1.0, 3.0)), codes=codes)
    assert series.tilted == tilted
    assert series.regular != tilted
    assert any("disagree" in note for note in series.notes) == disagree
    assert any("right angles" in note for note in series.notes) == tilted


def test_a_lean_of_less_than_half_a_pixel_is_rounding(tmp_path: Path) -> None:
    assert not opened(tmp_path / "a.nii", sheared((1e-4, 1e-3, 1e-3), (1.0, 1.0, 3.0))).tilted


@pytest.mark.parametrize("ending", ["nii", "nii.gz"])
def test_a_paged_one_shows_the_same(tmp_path: Path, ending: str) -> None:
    series = opened(tmp_path / f"a.{ending}", sheared((0.1, 0.3, 0.2), (1.0, 1.0, 3.0)))
    whole = read_volume(series)
    paged = allocate(series, with_memory(3 * series.rows * series.columns * 2))
    assert paged.resident_slices == 3
    for plane in (Plane.SAGITTAL, Plane.CORONAL):
        middle = whole.count(plane) // 2
        np.testing.assert_array_equal(paged.slice_at(plane, middle).values, whole.slice_at(plane, middle).values)
