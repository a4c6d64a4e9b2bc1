"""Lengths, angles, areas and values on slices of known geometry, through every turn and plane."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.annotations.calibration import calibrate, calibrate_whole
from imaging.annotations.measurement import Measurement, is_inside, measure_shape
from imaging.annotations.shapes import Points, Shape, ShapeType, pixels_of
from imaging.volume.geometry import Plane, Vector, reorientation_to
from imaging.volume.reslice import Resampler, choose_directions, plan_plane
from imaging.volume.series import LengthRegion, Rescale, SpacingSource
from imaging.volume.volume import Slice
from imaging.volume.windowing import PaddingRange
from tests.imaging.annotations.slices import make_slice, make_volume

GREY = np.arange(48 * 64, dtype=np.int16).reshape(48, 64) % 997
FLAT = {"affine": None, "spacing": None}


def measure(kind: ShapeType, points: Points, slice_: Slice) -> Measurement:
    return measure_shape(Shape(kind, points, slice_.index, slice_.plane), slice_)


def test_a_length_is_in_millimetres_of_the_spacing() -> None:
    found = measure(ShapeType.LENGTH, ((10, 10), (13, 14)), make_slice(GREY, spacing=(2.0, 0.5)))
    assert (found.value, found.unit) == (pytest.approx(math.hypot(6, 2)), "mm")
    assert found.calibration.source is SpacingSource.PIXEL_SPACING


@pytest.mark.parametrize("source", [SpacingSource.DETECTOR, SpacingSource.CALIBRATED])
def test_the_source_of_the_millimetres_is_named(source: SpacingSource) -> None:
    found = measure(ShapeType.LENGTH, ((0, 0), (0, 5)), make_slice(GREY, spacing=(0.2, 0.2), source=source))
    assert (found.value, found.calibration.source) == (pytest.approx(1.0), source)


def test_without_spacing_lengths_are_in_widths_of_a_pixel() -> None:
    square = measure(ShapeType.LENGTH, ((10, 10), (13, 14)), make_slice(GREY))
    assert (square.value, square.unit, square.calibration.source) == (5.0, "px", None)
    tall = make_slice(GREY, pixel_aspect=2.0)
    assert measure(ShapeType.LENGTH, ((0, 0), (3, 0)), tall).value == 6.0
    assert measure(ShapeType.ANGLE, ((0, 10), (0, 0), (5, 10)), tall).value == pytest.approx(45)


def test_angles() -> None:
    slice_ = make_slice(GREY, spacing=(2.0, 1.0))
    assert measure(ShapeType.ANGLE, ((0, 5), (0, 0), (-5, -10)), slice_).value == pytest.approx(135)
    assert measure(ShapeType.COBB, ((0, 0), (0, 9), (10, 0), (15, 10)), slice_).value == pytest.approx(45)
    # The other way round along a line is the same line.
    assert measure(ShapeType.COBB, ((0, 9), (0, 0), (10, 0), (15, 10)), slice_).value == pytest.approx(45)


@pytest.mark.parametrize(
    ("kind", "points", "area"),
    [
        (ShapeType.RECTANGLE, ((5, 5), (25, 35)), 600.0),
        (ShapeType.ELLIPSE, ((4, 10), (44, 50)), math.pi * 400),
        (ShapeType.FREEHAND, ((5, 5), (5, 45), (35, 5)), 600.0),
    ],
)
def test_an_area_and_its_statistics_are_numpys(kind: ShapeType, points: Points, area: float) -> None:
    slice_ = make_slice(GREY, spacing=(0.5, 2.0))
    found = measure(kind, points, slice_)
    assert found.area == pytest.approx(area)
    assert found.area_unit == "mm²"
    inside = slice_.values[pixels_of(kind, points, (48, 64))].astype(np.float64)
    values = found.statistics
    assert values is not None
    assert (values.pixels, found.pixels) == (inside.size, inside.size)
    assert (values.mean, values.sd) == (inside.mean(), inside.std())
    assert (values.least, values.greatest) == (inside.min(), inside.max())
    counts, edges = np.histogram(inside, 256)
    assert np.array_equal(values.counts, counts)
    assert np.allclose(values.edges, edges)
    share = counts[counts > 0] / inside.size
    assert values.entropy == pytest.approx(-(share * np.log2(share)).sum())
    assert values.skewness == pytest.approx((((inside - inside.mean()) / inside.std()) ** 3).mean())


def test_equal_values_have_neither_spread_nor_entropy() -> None:
    found = measure(ShapeType.RECTANGLE, ((1, 1), (9, 9)), make_slice(np.full((48, 64), 7, np.int16))).statistics
    assert found is not None
    assert (found.sd, found.skewness, found.entropy, found.counts.sum()) == (0, 0, 0, 81)


def test_padding_is_no_part_of_an_area() -> None:
    values = GREY.copy()
    values[10, 10:20] = -2000
    found = measure(ShapeType.RECTANGLE, ((10, 10), (11, 19)), make_slice(values, padding=PaddingRange(-2000, -2000)))
    assert (found.pixels, found.padding) == (10, 10)
    assert found.statistics is not None
    assert found.statistics.least >= 0


def test_colour_has_an_area_and_no_statistics() -> None:
    slice_ = make_slice(np.zeros((48, 64, 3), np.uint8))
    found = measure(ShapeType.RECTANGLE, ((1, 1), (2, 2)), slice_)
    assert (found.area, found.pixels, found.statistics) == (1.0, 4, None)
    point = measure(ShapeType.POINT, ((1, 1),), slice_).point
    assert point is not None
    assert (point.stored, point.modality) == ((0.0, 0.0, 0.0), None)


def test_a_point_tells_its_values_and_where_it_is() -> None:
    affine = np.array([[0, 0, 0.5, -10], [0, 2.0, 0, -20], [3.0, 0, 0, 30], [0, 0, 0, 1]])
    volume = make_volume(GREY[np.newaxis], affine=affine, units="HU")
    slice_ = volume.slice_at(Plane.ACQUIRED, 0)
    object.__setattr__(slice_, "modality", Rescale(2.0, -100.0))
    found = measure(ShapeType.POINT, ((4.4, 10.2),), slice_)
    assert found.point is not None
    assert (found.point.pixel, found.point.stored) == ((4, 10), float(GREY[4, 10]))
    assert (found.value, found.unit) == (2.0 * GREY[4, 10] - 100, "HU")
    assert found.point.position == (-5.0, -12.0, 30.0)


# --- ultrasound ---

LEFT = LengthRegion((0, 0), (47, 29), (0.5, 0.5))
RIGHT = LengthRegion((0, 34), (47, 63), (0.25, 0.25))


def test_lengths_hold_in_one_region_and_across_none() -> None:
    slice_ = make_slice(GREY, regions=(LEFT, RIGHT))

    def length(first: float, last: float) -> tuple[float | None, str | None, object]:
        found = measure(ShapeType.LENGTH, ((5, first), (5, last)), slice_)
        return found.value, found.unit, found.calibration.source

    assert length(5, 15) == (5.0, "mm", SpacingSource.REGION)
    assert length(40, 50) == (2.5, "mm", SpacingSource.REGION)
    assert length(20, 40) == (20.0, "px", None)
    assert length(31, 33) == (2.0, "px", None)


def test_another_scale_over_the_region_takes_the_millimetres_away() -> None:
    spectrum = LengthRegion((20, 5), (30, 25), None)
    slice_ = make_slice(GREY, regions=(LEFT, spectrum))
    assert measure(ShapeType.LENGTH, ((5, 5), (5, 15)), slice_).unit == "mm"
    assert measure(ShapeType.LENGTH, ((25, 6), (25, 15)), slice_).unit == "px"
    # A line that begins and ends beside it, and runs across it.
    assert measure(ShapeType.LENGTH, ((10, 10), (40, 10)), slice_).unit == "px"
    behind = LengthRegion((20, 5), (30, 25), None, is_behind=True)
    assert measure(ShapeType.LENGTH, ((10, 10), (40, 10)), make_slice(GREY, regions=(LEFT, behind))).unit == "mm"
    assert "region" in measure(ShapeType.LENGTH, ((25, 6), (25, 15)), slice_).calibration.note


# --- planes ---

STEPS = st.floats(0.3, 4.0)


@given(
    st.tuples(STEPS, STEPS, STEPS),
    st.sampled_from([Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL]),
    st.tuples(st.integers(0, 5), st.integers(0, 6), st.integers(0, 7)),
    st.tuples(st.integers(0, 5), st.integers(0, 6), st.integers(0, 7)),
)
def test_a_length_is_the_distance_in_the_patient_in_every_plane(
    steps: Vector, plane: Plane, one: tuple[int, int, int], other: tuple[int, int, int]
) -> None:
    depth, down, across = steps
    affine = np.array([[0, 0, across, -3], [0, down, 0, 5], [depth, 0, 0, 7], [0, 0, 0, 1]], dtype=np.float64)
    volume = make_volume(np.arange(6 * 7 * 8, dtype=np.int16).reshape(6, 7, 8), affine=affine)
    turn = reorientation_to(affine, plane)
    shape = volume.stored.shape[1:]

    def turned(voxel: tuple[int, int, int]) -> list[int]:
        moved = [voxel[axis] for axis in turn.axes]
        sizes = [shape[axis] for axis in turn.axes]
        return [size - 1 - at if back else at for at, size, back in zip(moved, sizes, turn.reversed_, strict=True)]

    first, last = turned(one), turned(other)
    slice_ = volume.slice_at(plane, first[0])
    # The length between the first point and the last one as seen in the first one's slice.
    length = measure(ShapeType.LENGTH, (tuple(first[1:]), tuple(last[1:])), slice_)  # type: ignore[arg-type]
    inverse = reorientation_to(affine, plane).of_affine(affine, shape)
    begin, end = (inverse @ (first[0], *at[1:], 1.0) for at in (first, last))
    assert length.value == pytest.approx(np.linalg.norm((end - begin)[:3]), abs=1e-6)
    point = measure(ShapeType.POINT, (tuple(first[1:]),), slice_).point  # type: ignore[arg-type]
    assert point is not None
    assert point.modality == float(volume.stored[(0, *one)])
    assert point.position == pytest.approx(tuple((affine @ (*one, 1.0))[:3]))
    assert not length.is_interpolated


def test_a_cut_through_a_leaning_stack_is_interpolated_and_its_lengths_are_right() -> None:
    affine = np.array([[0, 0, 1.0, 0], [0.7, 1.0, 0, 0], [2.0, 0, 0, 0], [0, 0, 0, 1]])
    volume = make_volume(np.ones((5, 12, 8), np.int16), affine=affine, tilted=True, regular=False)
    slice_ = volume.slice_at(Plane.SAGITTAL, 3)
    assert slice_.is_interpolated
    found = measure(ShapeType.LENGTH, ((0, 2), (3, 2)), slice_)
    assert (found.value, found.is_interpolated) == (pytest.approx(6.0), True)


def test_an_oblique_plane_and_a_slab_are_marked() -> None:
    affine = np.array([[0, 0, 0.5, 0], [0, 0.5, 0, 0], [2.0, 0, 0, 0], [0, 0, 0, 1]])
    volume = make_volume(np.full((9, 30, 30), 7, np.int16), affine=affine)
    plane = plan_plane(affine, (9, 30, 30), choose_directions((0.0, 1.0, 1.0)))
    slice_ = Resampler(volume, 0).cut(plane)
    found = measure(ShapeType.RECTANGLE, ((1, 1), (7, 5)), slice_)
    assert slice_.affine is not None
    edges = np.linalg.norm(slice_.affine[:3, 1]) * 6, np.linalg.norm(slice_.affine[:3, 2]) * 4
    assert (found.area, found.is_interpolated) == (pytest.approx(edges[0] * edges[1]), True)


def test_axes_that_lean_against_each_other_are_measured_as_they_lie() -> None:
    affine = np.array([[0, 0, 1.0, 0], [0, 1.0, 0, 0], [1.0, 0.5, 0, 0], [0, 0, 0, 1]])
    volume = make_volume(np.ones((4, 6, 8), np.int16), affine=affine)
    slice_ = volume.slice_at(Plane.SAGITTAL, 3)
    assert slice_.affine is not None
    points = ((1.0, 1.0), (3.0, 4.0))
    begin, end = (slice_.affine @ (0.0, *point, 1.0) for point in points)
    assert measure(ShapeType.LENGTH, points, slice_).value == pytest.approx(np.linalg.norm(end - begin))
    area = measure(ShapeType.RECTANGLE, points, slice_).area
    right, down = slice_.affine[:3, 2], slice_.affine[:3, 1]
    assert area == pytest.approx(6 * np.linalg.norm(np.cross(right, down)))


def test_what_lies_on_the_picture() -> None:
    on = [-0.5, 0, 47.4]
    assert all(is_inside(((row, column),), (48, 48)) for row, column in product(on, on))
    assert not is_inside(((47.5, 0),), (48, 48))
    assert not is_inside(((0, -0.6),), (48, 48))
    assert calibrate(make_slice(GREY), ((0, 0),)).pixel_area == 1


def test_a_whole_picture_has_a_scale_if_its_regions_share_one() -> None:
    spectrum = LengthRegion((20, 5), (30, 25), None)
    shared = calibrate_whole(make_slice(GREY, regions=(LEFT, spectrum)))
    assert (shared.source, shared.spacing) == (SpacingSource.REGION, (0.5, 0.5))
    several = calibrate_whole(make_slice(GREY, regions=(LEFT, RIGHT)))
    assert (several.source, several.unit) == (None, "px")
    assert "regions" in several.note
    assert calibrate_whole(make_slice(GREY, spacing=(2.0, 0.5))).spacing == (2.0, 0.5)
