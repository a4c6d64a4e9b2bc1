"""The slice of a shape in a series that has more slices, or fewer, than when it was drawn."""

from dataclasses import replace

import numpy as np
import pytest

from imaging.annotations.placement import find_slice, is_on_slice, origin_of, plane_of, steps_of
from imaging.annotations.shapes import Shape, ShapeType
from imaging.volume.geometry import Plane
from imaging.volume.reslice import Resampler, choose_directions, plan_plane
from tests.imaging.annotations.slices import make_volume

VALUES = np.zeros((6, 7, 8), np.int16)


def affine_from(first: int) -> np.ndarray:
    return np.array([[0, 0, 0.5, 1], [0, 0.7, 0, 2], [2.5, 0, 0, 10 + 2.5 * first], [0, 0, 0, 1]])


@pytest.mark.parametrize("plane", [plane for plane in Plane if plane is not Plane.OBLIQUE])
@pytest.mark.parametrize("index", [0, 3, 5])
def test_a_slice_is_found_by_where_it_is(plane: Plane, index: int) -> None:
    volume = make_volume(VALUES, affine=affine_from(0))
    slice_ = volume.slice_at(plane, index)
    shape = Shape(ShapeType.POINT, ((0, 0),), 99, plane, origin=origin_of(slice_))
    assert find_slice(shape, volume.series) == index


@pytest.mark.parametrize(("first", "found"), [(-2, 5), (1, 2), (3, 0), (4, None)])
def test_a_series_that_begins_elsewhere(first: int, found: int | None) -> None:
    origin = origin_of(make_volume(VALUES, affine=affine_from(0)).slice_at(Plane.ACQUIRED, 3))
    shape = Shape(ShapeType.POINT, ((0, 0),), 3, origin=origin)
    assert find_slice(shape, make_volume(VALUES[:6], affine=affine_from(first)).series) == found


def test_without_points_of_the_patient_the_number_counts() -> None:
    series = make_volume(VALUES).series
    assert find_slice(Shape(ShapeType.POINT, ((0, 0),), 5), series) == 5
    assert find_slice(Shape(ShapeType.POINT, ((0, 0),), 6), series) is None
    assert find_slice(Shape(ShapeType.POINT, ((0, 0),), 0, phase=1), series) is None


def test_a_plane_between_voxels_is_known_by_where_it_lies() -> None:
    affine = affine_from(0)
    volume = make_volume(VALUES, affine=affine)
    plane = plan_plane(affine, (6, 7, 8), choose_directions((0.0, 0.6, 0.8)), at=3)
    drawn_on = Resampler(volume, 0).cut(plane)
    shape = Shape(
        ShapeType.POINT, ((1.0, 1.0),), 3, plane_of(drawn_on), origin=origin_of(drawn_on), steps=steps_of(drawn_on)
    )
    assert is_on_slice(shape, drawn_on)
    assert find_slice(shape, volume.series) == 3
    normal = plane.affine[:3, 0]
    for share, is_there in ((0.3, True), (-0.3, True), (1.0, False)):
        moved = plane.affine.copy()
        moved[:3, 3] += share * normal
        assert is_on_slice(shape, Resampler(volume, 0).cut(replace(plane, affine=moved))) is is_there
    turned = plan_plane(affine, (6, 7, 8), choose_directions((0.0, 0.7, 0.8)), at=3)
    assert not is_on_slice(shape, Resampler(volume, 0).cut(turned))
    assert not is_on_slice(shape, volume.slice_at(Plane.ACQUIRED, 3))
