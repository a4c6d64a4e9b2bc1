"""Files become series: order, splitting, phases, gaps, tilt, spacing (display-traps rows 12 to 18)."""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from imaging.base.errors import Code, Refusal
from imaging.formats.dicom import reader as dicom
from imaging.volume.facts import Topic
from imaging.volume.geometry import Plane, stack_geometry
from imaging.volume.series import Series, Source
from tests.imaging.phantoms import (
    AXIAL,
    CORONAL,
    NUMBER_BASE,
    OBLIQUE,
    SAGITTAL,
    dataset,
    enhanced,
    l_values,
    save,
    write_series,
)
from tests.reading import POLICY, read_volume, reasons

ORIENTATIONS = {
    "axial": AXIAL,
    "sagittal": SAGITTAL,
    "coronal": CORONAL,
    "oblique": OBLIQUE,
    "axial, feet up": (1.0, 0.0, 0.0, 0.0, -1.0, 0.0),
}


def series_of(paths: Sequence[Path]) -> list[Series]:
    return dicom.group([dicom.read_header(Source(path), POLICY) for path in paths])


def numbers_of(series: Series) -> list[int]:
    """The slice numbers that the phantom's voxels hold, in the order of the frames."""
    volume = read_volume(series).stored
    return [int(value) - NUMBER_BASE for value in volume[:, :, -1, 0].ravel()]


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_order_is_by_position_whatever_files_are_called(tmp_path: Path, name: str) -> None:
    names = [f"{number:03d}.dcm" for number in range(10)]
    random.Random(3).shuffle(names)

    def scramble(made: Dataset, number: int) -> None:
        made.InstanceNumber = (number * 7) % 10 + 1

    paths = write_series(tmp_path, orientation=ORIENTATIONS[name], names=names, edit=scramble)
    random.Random(4).shuffle(paths)
    (series,) = series_of(paths)
    assert numbers_of(series) == list(range(10))
    assert series.regular
    assert series.notes == ()
    assert series.affine is not None
    for number, frame in enumerate(series.frames):
        np.testing.assert_allclose((series.affine @ (number, 0, 0, 1))[:3], frame.position, atol=1e-4)
    # One voxel along a row and along a column, by the definition of Image Orientation (Patient).
    cosines = np.asarray(ORIENTATIONS[name])
    np.testing.assert_allclose(series.affine[:3, 2], cosines[:3], atol=1e-6)
    np.testing.assert_allclose(series.affine[:3, 1], cosines[3:], atol=1e-6)


def test_without_positions_the_instance_number_orders(tmp_path: Path) -> None:
    names = [f"{9 - number:03d}.dcm" for number in range(10)]
    paths = write_series(tmp_path, names=names, ImagePositionPatient=None)
    (series,) = series_of(sorted(paths))
    assert numbers_of(series) == list(range(10))
    assert series.affine is None
    assert not series.regular


def test_a_missing_slice_is_named_and_forbids_other_planes(tmp_path: Path) -> None:
    def drop(made: Dataset, number: int) -> None:
        if number == 7:
            raise LookupError

    (series,) = series_of(write_series(tmp_path, values=l_values(20), edit=drop))
    assert series.slices == 19
    assert not series.regular
    assert series.notes == ("gap after slice 6 (between IM0006.dcm and IM0008.dcm): about 1 slice missing",)
    assert series.spacing == pytest.approx((2.5, 1.0, 1.0)), "the gap does not change the usual distance"


def test_uneven_distances_are_noted(tmp_path: Path) -> None:
    def nudge(made: Dataset, number: int) -> None:
        made.ImagePositionPatient[2] = made.ImagePositionPatient[2] + (0.4 if number == 4 else 0.0)

    (series,) = series_of(write_series(tmp_path, edit=nudge))
    assert not series.regular
    assert any("uneven distances" in note for note in series.notes)


def test_a_slice_pushed_sideways_is_noted(tmp_path: Path) -> None:
    def push(made: Dataset, number: int) -> None:
        made.ImagePositionPatient[0] = made.ImagePositionPatient[0] + (3.0 if number == 4 else 0.0)

    (series,) = series_of(write_series(tmp_path, edit=push))
    assert not series.regular
    assert "slices are shifted against each other" in series.notes


def test_spacing_comes_from_positions_not_from_thickness(tmp_path: Path) -> None:
    (series,) = series_of(write_series(tmp_path, step=2.5, SliceThickness=5))
    assert series.spacing == pytest.approx((2.5, 1.0, 1.0))
    assert series.regular
    assert series.notes == ("slices are 5 mm thick and 2.5 mm apart",)


def test_gantry_tilt_comes_from_positions(tmp_path: Path) -> None:
    (series,) = series_of(write_series(tmp_path, step=2.5, tilt=0.5, GantryDetectorTilt=45))
    assert series.affine is not None
    np.testing.assert_allclose(series.affine[:3, 0], (0.0, 0.5, 2.5), atol=1e-6)
    assert series.notes == ("gantry tilt of 11.3°",)
    assert not series.regular
    np.testing.assert_allclose((series.affine @ (9, 0, 0, 1))[:3], series.frames[9].position, atol=1e-4)


def test_rounded_positions_are_no_tilt(tmp_path: Path) -> None:
    def rounded(made: Dataset, number: int) -> None:
        made.ImagePositionPatient = [round(float(value), 2) for value in made.ImagePositionPatient]

    (series,) = series_of(write_series(tmp_path, orientation=OBLIQUE, step=0.9, edit=rounded))
    assert (series.regular, series.notes) == (True, ())


@pytest.mark.parametrize(
    ("thickness", "depth", "notes"),
    [(4.0, 4.0, ()), (None, 1.0, ("one slice of unknown thickness",))],
)
def test_one_slice(tmp_path: Path, thickness: float | None, depth: float, notes: tuple[str, ...]) -> None:
    (series,) = series_of(write_series(tmp_path, values=l_values(1), SliceThickness=thickness))
    assert series.spacing == (depth, 1.0, 1.0)
    assert series.notes == notes
    assert series.axes == ("S", "P", "L")
    assert series.depth_known is (thickness is not None)
    assert read_volume(series).slice_at(Plane.AXIAL, 0).spacing == (1.0, 1.0)
    if thickness is None:
        with pytest.raises(Refusal, match="thick") as caught:
            read_volume(series).count(Plane.CORONAL)
        assert caught.value.code is Code.NO_GEOMETRY


def test_repeated_positions_are_phases(tmp_path: Path) -> None:
    """Two passes over ten positions, stored slice by slice in one and backwards in the other."""
    first = write_series(tmp_path / "a", AcquisitionTime="100000")

    def second(made: Dataset, number: int) -> None:
        made.InstanceNumber = 30 - number
        made.PixelData = (np.frombuffer(made.PixelData, np.int16) + 100).tobytes()

    later = write_series(tmp_path / "b", AcquisitionTime="100500.5", edit=second)
    (series,) = series_of(later + first)
    assert (series.phases, series.slices) == (2, 10)
    assert numbers_of(series) == [*range(10), *range(100, 110)]


def test_phases_follow_the_temporal_position_before_the_clock(tmp_path: Path) -> None:
    late = write_series(tmp_path / "a", TemporalPositionIdentifier=2, AcquisitionTime="090000")
    early = write_series(tmp_path / "b", TemporalPositionIdentifier=1, AcquisitionTime="100000")
    (series,) = series_of(late + early)
    assert series.frame(0, 0).source.path.parent.name == "b"


def test_a_surplus_slice_is_a_series_of_its_own(tmp_path: Path) -> None:
    paths = write_series(tmp_path / "a")
    again = write_series(tmp_path / "b", InstanceNumber=99)
    main, rest = series_of([*paths, again[4]])
    assert (main.slices, main.phases, rest.slices) == (10, 1, 1)
    assert rest.id == f"{main.id}#2"
    assert any("surplus" in note for note in main.notes)


def test_copies_of_the_same_file_count_once(tmp_path: Path) -> None:
    paths = write_series(tmp_path / "a")
    copy = tmp_path / "copy.dcm"
    copy.write_bytes(paths[3].read_bytes())
    (series,) = series_of([*paths, copy])
    assert (series.slices, series.phases) == (10, 1)
    assert series.notes == ("1 copy of the same slices left out",)


def test_equal_instance_uids_at_different_places_are_not_copies(tmp_path: Path) -> None:
    (series,) = series_of(write_series(tmp_path, SOPInstanceUID="1.2.3"))
    assert series.slices == 10


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("SeriesInstanceUID", "1.2.3.4"),
        ("ImageType", ["ORIGINAL", "PRIMARY", "LOCALIZER"]),
        ("EchoTime", 80.0),
        ("EchoNumbers", 2),
        ("ConvolutionKernel", "B70f"),
        ("PhotometricInterpretation", "MONOCHROME1"),
        ("PixelSpacing", [2.0, 2.0]),
        ("ImageOrientationPatient", [0.996195, 0.0871557, 0.0, -0.0871557, 0.996195, 0.0]),
    ],
)
def test_what_splits_a_series(tmp_path: Path, keyword: str, value: object) -> None:
    one = write_series(tmp_path / "a", values=l_values(4))
    other = write_series(tmp_path / "b", values=l_values(3), **{keyword: value})
    series = series_of(one + other)
    assert sorted(each.slices for each in series) == [3, 4]
    assert len({each.id for each in series}) == 2


def test_a_scout_and_two_sizes_in_one_folder(tmp_path: Path) -> None:
    stack = write_series(tmp_path / "a")
    scout = write_series(tmp_path / "b", values=l_values(2), orientation=CORONAL, SeriesNumber=0)
    wide = write_series(tmp_path / "c", values=l_values(3, 24, 20))
    series = series_of(stack + scout + wide)
    assert [each.slices for each in series] == [2, 10, 3]
    assert [each.orientation for each in series] == ["coronal", "axial", "axial"]


def test_grouping_does_not_depend_on_the_order_of_headers(tmp_path: Path) -> None:
    paths = write_series(tmp_path / "a") + write_series(tmp_path / "b", SeriesInstanceUID="1.9", SeriesNumber=2)
    headers = [dicom.read_header(Source(path), POLICY) for path in paths]
    expected = [(one.id, one.frames) for one in dicom.group(headers)]
    random.Random(5).shuffle(headers)
    assert [(one.id, one.frames) for one in dicom.group(headers)] == expected


def test_rescale_of_each_slice(tmp_path: Path) -> None:
    def own_slope(made: Dataset, number: int) -> None:
        made.RescaleSlope = number + 1

    (series,) = series_of(write_series(tmp_path, Modality="PT", Units="BQML", edit=own_slope))
    assert [frame.modality.slope for frame in series.frames] == list(range(1, 11))  # type: ignore[union-attr]
    assert series.units == "BQML"


@pytest.mark.parametrize(("decay", "notes"), [("NONE", 1), ("START", 0), ("ADMIN", 0), (None, 0)])
def test_pet_that_is_not_corrected_for_decay_says_so(tmp_path: Path, decay: str | None, notes: int) -> None:
    (series,) = series_of(write_series(tmp_path, Modality="PT", Units="BQML", DecayCorrection=decay))
    assert sum("decay" in note for note in series.notes) == notes


def test_ultrasound_has_lengths_in_its_regions_only(tmp_path: Path) -> None:
    made = dataset(l_values(1)[0].astype(np.uint8), Modality="US", PixelSpacing=[1.0, 1.0])
    made.SequenceOfUltrasoundRegions = [Dataset(), Dataset()]
    for region, unit in zip(made.SequenceOfUltrasoundRegions, (3, 4), strict=True):
        region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = unit
        region.PhysicalDeltaX, region.PhysicalDeltaY = 0.05, -0.025
    (series,) = series_of([save(made, tmp_path / "us.dcm")])
    assert series.pixel_spacing is None
    assert series.notes == ("lengths are known inside the regions of the ultrasound picture only",)
    found = {reason.topic: reason for reason in reasons(series, index=0)}[Topic.PIXEL_SPACING]
    assert "region 1: 0.25 mm between rows, 0.5 mm between columns" in found.value
    assert "region 2" not in found.value


def test_a_96_frame_angiogram_is_a_loop_of_96(tmp_path: Path) -> None:
    frames = np.arange(96 * 12, dtype=np.uint16).reshape(96, 3, 4)
    made = dataset(frames, Modality="XA", ImagerPixelSpacing=[0.3, 0.3], FrameTime=66.0)
    (series,) = series_of([save(made, tmp_path / "xa.dcm")])
    assert (series.slices, series.phases, series.affine) == (96, 1, None)
    assert series.acquisition.spacing_label == "mm at detector"
    np.testing.assert_array_equal(read_volume(series).stored[0], frames)


def test_a_multi_angle_localizer_is_a_series_for_each_plane(tmp_path: Path) -> None:
    paths = [
        path
        for name, orientation in (("a", AXIAL), ("b", SAGITTAL), ("c", CORONAL))
        for path in write_series(tmp_path / name, values=l_values(3), orientation=orientation)
    ]
    series = series_of(paths)
    assert sorted(str(one.orientation) for one in series) == ["axial", "coronal", "sagittal"]
    assert [one.slices for one in series] == [3, 3, 3]


def test_enhanced_frames_have_their_own_place_slope_and_window(tmp_path: Path) -> None:
    values = l_values(4).astype(np.uint16)
    positions = [(0.0, 0.0, 3.0 * place) for place in (2, 0, 3, 1)]
    made = enhanced(
        values, positions=positions, slopes=[3.0, 1.0, 4.0, 2.0], windows=[(10.0 * n, 5.0) for n in (3, 1, 4, 2)]
    )
    (series,) = series_of([save(made, tmp_path / "e.dcm")])
    assert (series.slices, series.phases, series.regular) == (4, 1, True)
    assert series.spacing == pytest.approx((3.0, 1.0, 1.0))
    assert [frame.index for frame in series.frames] == [1, 3, 0, 2]
    assert [frame.modality.slope for frame in series.frames] == [1.0, 2.0, 3.0, 4.0]  # type: ignore[union-attr]
    assert [frame.windows[0].centre for frame in series.frames] == [10.0, 20.0, 30.0, 40.0]  # type: ignore[union-attr]
    assert numbers_of(series) == [1, 3, 0, 2]


def test_a_loop_without_positions_keeps_its_order(tmp_path: Path) -> None:
    loop = dataset(l_values(5).astype(np.uint8), Modality="US", PixelSpacing=[1, 1], InstanceNumber=1)
    other = dataset(l_values(3).astype(np.uint8), Modality="US", PixelSpacing=[1, 1], InstanceNumber=2)
    series = series_of([save(loop, tmp_path / "a.dcm"), save(other, tmp_path / "b.dcm")])
    assert sorted(each.slices for each in series) == [3, 5]
    assert all([frame.index for frame in each.frames] == list(range(each.slices)) for each in series)
    assert all(each.affine is None and each.pixel_spacing is None for each in series)


@given(
    count=st.integers(2, 40),
    step=st.floats(0.3, 10.0),
    shear=st.floats(-2.0, 2.0),
    turn=st.floats(-np.pi, np.pi),
    lean=st.floats(-1.2, 1.2),
)
def test_the_affine_meets_every_position_of_an_even_stack(
    count: int, step: float, shear: float, turn: float, lean: float
) -> None:
    row = np.array([np.cos(turn), np.sin(turn), 0.0])
    column = np.array([-np.sin(turn) * np.cos(lean), np.cos(turn) * np.cos(lean), np.sin(lean)])
    along = step * np.cross(row, column) + shear * column
    positions = [tuple(np.array([5.0, -7.0, 11.0]) + number * along) for number in range(count)]
    geometry = stack_geometry(
        positions, (*row, *column), spacing=(0.8, 0.6), thickness=None, names=[str(number) for number in range(count)]
    )
    assert geometry.affine is not None
    for number, position in enumerate(positions):
        np.testing.assert_allclose((geometry.affine @ (number, 0, 0, 1))[:3], position, atol=1e-6)
    # Half a pixel over the whole stack is where a shear begins to show.
    sideways = abs(shear) * (count - 1)
    if sideways < 0.29:
        assert geometry.regular
    elif sideways > 0.31 and abs(shear) > 0.01 * step:
        assert not geometry.regular
