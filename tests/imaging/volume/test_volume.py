"""Slices in every plane: real scans against nibabel's own reorientation, and mappings that differ between frames."""

from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.formats.nifti import reader as nifti
from imaging.volume.geometry import SCREEN_AXES, Plane, axes_of, lps_from_ras
from imaging.volume.series import Format, ModalityTable, Polarity, Rescale, Series, Source, StoredFrame
from imaging.volume.volume import Volume, modality_values
from imaging.volume.windowing import PaddingRange, Window
from tests.reading import POLICY, read_volume

SCANS = Path(__file__).parents[3] / "../shared/data/nifti"
REAL = [SCANS / name for name in ("CT_pitch.nii.gz", "pcasl.nii.gz", "spmMotor.nii.gz")]
REAL += [Path(nibabel.__file__).parent / "tests/data" / name for name in ("functional.nii", "example4d.nii.gz")]
SOURCE = Source(Path("nowhere.dcm"))


def _expected(canonical: NDArray[Any], plane: Plane, index: int) -> NDArray[Any]:
    """A screen slice, radiological, of values in RAS order."""
    if plane is Plane.AXIAL:
        return canonical[::-1, ::-1, index].T
    if plane is Plane.CORONAL:
        return canonical[::-1, canonical.shape[1] - 1 - index, ::-1].T
    return canonical[index, ::-1, ::-1].T


def _corner(shape: tuple[int, ...], plane: Plane, index: int) -> list[int]:
    """The RAS voxel that stands in the upper left corner of that slice."""
    right, front, top = (length - 1 for length in shape[:3])
    if plane is Plane.AXIAL:
        return [right, front, index]
    return [right, front - index, top] if plane is Plane.CORONAL else [index, front, top]


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
@pytest.mark.parametrize("plane", [Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL])
def test_planes_of_real_scans_agree_with_nibabel(path: Path, plane: Plane) -> None:
    if not path.exists():
        pytest.skip(f"{path.name} is not on this machine (../shared/data/nifti)")
    (series,) = nifti.group([nifti.read_header(Source(path), POLICY)])
    volume = read_volume(series)
    picture: Any = nibabel.as_closest_canonical(nibabel.load(path))
    assert nibabel.aff2axcodes(picture.affine) == ("R", "A", "S")
    values = np.asarray(picture.dataobj, dtype=np.float64)
    values = values.reshape(*values.shape[:3], -1)
    count = volume.count(plane)
    for index in {0, count // 3, count - 1}:
        for phase in {0, series.phases - 1}:
            found = volume.slice_at(plane, index, phase)
            np.testing.assert_allclose(found.values, _expected(values[..., phase], plane, index), rtol=1e-5, atol=1e-5)
        assert found.affine is not None
        assert axes_of(found.affine) == SCREEN_AXES[plane]
        place = (lps_from_ras(picture.affine) @ [*_corner(values.shape, plane, index), 1])[:3]
        np.testing.assert_allclose((found.affine @ [0, 0, 0, 1])[:3], place, atol=1e-3)
        assert found.count == count
        assert found.spacing == pytest.approx(np.linalg.norm(found.affine[:3, 1:3], axis=0))
        assert found.spacing is not None
        assert found.pixel_aspect == pytest.approx(found.spacing[0] / found.spacing[1])


AXIAL = np.array([[0, 0, 1.0, -9], [0, 2.0, 0, -8], [5.0, 0, 0, -7], [0, 0, 0, 1]])


def _volume(frames: list[StoredFrame], stored: NDArray[Any] | None = None, **facts: Any) -> Volume:
    """Three axial slices of 4 rows and 5 columns, every stored value another."""
    given: dict[str, Any] = {"affine": AXIAL, "slices": 3, "rows": 4, "columns": 5, "dtype": "int16"} | facts
    series = Series(id="x", format=Format.DICOM, frames=tuple(frames), **given)
    pixels = np.arange(60, dtype=np.int16).reshape(1, 3, 4, 5) if stored is None else stored
    return Volume(series=series, stored=pixels, loaded=np.ones(pixels.shape[:2], np.bool_))


def _frames(*mappings: Rescale | ModalityTable) -> list[StoredFrame]:
    return [StoredFrame(SOURCE, index, mapping) for index, mapping in enumerate(mappings)]


SLOPES = _frames(Rescale(1, 0), Rescale(2, 5), Rescale(0.5, -1))
FLIPPED = np.diag([1.0, 1, 1, 1]) @ AXIAL @ np.diag([-1.0, 1, 1, 1])


@pytest.mark.parametrize("affine", [AXIAL, FLIPPED], ids=["upward", "downward"])
@pytest.mark.parametrize("plane", [Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL])
def test_every_frame_keeps_its_own_slope_in_every_plane(affine: NDArray[Any], plane: Plane) -> None:
    volume = _volume(SLOPES, affine=affine)
    slopes, intercepts = np.array([1, 2, 0.5]), np.array([0, 5, -1])
    truth = volume.stored[0] * slopes[:, None, None] + intercepts[:, None, None]
    inverse = np.linalg.inv(affine)
    for index in range(volume.count(plane)):
        found = volume.slice_at(plane, index)
        assert found.affine is not None
        for row, column in np.ndindex(found.values.shape):
            voxel = np.rint(inverse @ found.affine @ [0, row, column, 1])[:3].astype(int)
            assert found.values[row, column] == truth[tuple(voxel)]


def test_tables_of_frames_survive_a_reformat() -> None:
    table = ModalityTable(0, np.arange(60, dtype=np.float32) * 10)
    volume = _volume(_frames(table, Rescale(1, 0), table))
    np.testing.assert_array_equal(volume.slice_at(Plane.CORONAL, 0).values[::-1, 0], [0, 20, 400])


def test_a_cut_along_the_slices_is_a_view_with_its_frame() -> None:
    volume = _volume(SLOPES, affine=FLIPPED)
    found = volume.slice_at(Plane.AXIAL, 0)
    assert np.shares_memory(found.stored, volume.stored)
    assert found.frame is volume.series.frames[2]
    assert found.modality == Rescale(0.5, -1)
    assert volume.slice_at(Plane.SAGITTAL, 0).frame is None


def test_acquired_slices_know_their_place() -> None:
    frames = [StoredFrame(SOURCE, index, position=(-9.0, -8.0, 100.0 + index)) for index in range(3)]
    found = _volume(frames, regular=False).slice_at(Plane.ACQUIRED, 2)
    assert found.affine is not None
    np.testing.assert_array_equal(found.affine[:3, 3], [-9, -8, 102])
    without = _volume(_frames(*[Rescale()] * 3)).slice_at(Plane.ACQUIRED, 2)
    assert without.affine is not None
    np.testing.assert_array_equal(without.affine[:3, 3], [-9, -8, 3])
    assert without.spacing == (2, 1)


@pytest.mark.parametrize(("index", "phase"), [(-1, 0), (3, 0), (0, 1), (0, -1)])
def test_slices_that_do_not_exist(index: int, phase: int) -> None:
    with pytest.raises(Refusal) as caught:
        _volume(SLOPES).slice_at(Plane.ACQUIRED, index, phase)
    assert caught.value.code is Code.OUT_OF_RANGE


@pytest.mark.parametrize("facts", [{"affine": None}, {"regular": False}])
def test_planes_that_cannot_be_cut(facts: dict[str, Any]) -> None:
    volume = _volume(SLOPES, **facts)
    assert volume.count(Plane.ACQUIRED) == 3
    with pytest.raises(Refusal) as caught:
        volume.count(Plane.SAGITTAL)
    assert caught.value.code is Code.NO_GEOMETRY


def test_colour_is_as_stored_and_has_no_padding() -> None:
    pixels = np.arange(180, dtype=np.uint8).reshape(1, 3, 4, 5, 3)
    facts: dict[str, Any] = {"polarity": Polarity.COLOUR, "channels": 3, "padding": PaddingRange(0, 9)}
    volume = _volume(_frames(*[Rescale()] * 3), pixels, **facts)
    found = volume.slice_at(Plane.SAGITTAL, 4)
    assert found.is_colour
    assert found.padding is None
    assert found.values.shape == (3, 4, 3)
    np.testing.assert_array_equal(found.values[::-1], pixels[0, :, :, 0])


def test_padding_is_told_by_stored_values() -> None:
    found = _volume(SLOPES, padding=PaddingRange(21, 23)).slice_at(Plane.ACQUIRED, 1)
    assert found.padding is not None
    assert np.argwhere(found.padding).tolist() == [[0, 1], [0, 2], [0, 3]]
    assert _volume(SLOPES).slice_at(Plane.ACQUIRED, 1).padding is None


@pytest.mark.parametrize(
    ("stored", "mapping", "values"),
    [
        (np.array([1, 2, 1000], np.int16), Rescale(0.001, 0), [0.001, 0.002, 1.0]),
        (np.array([-1024, 0, 3071], np.int16), Rescale(1, -1024), [-2048, -1024, 2047]),
        (np.array([2**31 - 1, 2**31 - 2], np.int32), Rescale(1, -(2**31)), [-1, -2]),
        (np.array([2**40 + 1, 2**40 + 3], np.int64), Rescale(1, -(2.0**40)), [1, 3]),
        (np.array([0.5, np.nan], np.float32), Rescale(), [0.5, np.nan]),
        (np.array([-5, 0, 1, 99], np.int16), ModalityTable(0, np.array([7, 8.5], np.float32)), [7, 7, 8.5, 8.5]),
        (np.array([-2, -1, 0], np.int16), ModalityTable(-2, np.array([1, 2, 3], np.float32)), [1, 2, 3]),
    ],
)
def test_modality_values(stored: NDArray[Any], mapping: Rescale | ModalityTable, values: list[float]) -> None:
    found = modality_values(stored, mapping)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, values, rtol=1e-6)


def test_the_file_window_is_that_of_the_middle_slice() -> None:
    frames = [StoredFrame(SOURCE, index, windows=(Window(index, 10),)) for index in range(3)]
    assert _volume(frames).series.file_windows == (Window(1, 10),)


def test_a_volume_is_complete_when_every_slice_is_there() -> None:
    volume = _volume(SLOPES)
    assert volume.is_complete
    volume.loaded[0, 1] = False
    assert not volume.is_complete
