"""Which pixels belong to an area, and how large it is."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.annotations.shapes import (
    POINT_COUNTS,
    Points,
    Shape,
    ShapeType,
    area_in_pixels,
    describe_fault,
    outline_of,
    pixels_of,
)

SIZE = (60, 80)
COORDINATES = st.tuples(st.floats(-5, 65), st.floats(-5, 85))


def test_a_rectangle_holds_the_centres_on_its_edge() -> None:
    mask = pixels_of(ShapeType.RECTANGLE, ((10, 20), (14, 30)), SIZE)
    assert mask[10:15, 20:31].all()
    assert mask.sum() == 5 * 11
    assert area_in_pixels(ShapeType.RECTANGLE, ((10, 20), (14, 30))) == 40
    assert np.array_equal(mask, pixels_of(ShapeType.RECTANGLE, ((14, 30), (10, 20)), SIZE))


def test_an_outline_beside_the_slice_holds_nothing_of_it() -> None:
    assert not pixels_of(ShapeType.RECTANGLE, ((-9, -9), (-1, -1)), SIZE).any()
    assert pixels_of(ShapeType.RECTANGLE, ((-9, -9), (0, 1)), SIZE).sum() == 2


@given(st.lists(st.tuples(st.integers(0, 59), st.integers(0, 79)), min_size=3, max_size=9, unique=True))
def test_a_polygon_holds_what_opencv_fills(points: list[tuple[int, int]]) -> None:
    outline = np.array(points)[:, ::-1].astype(np.int32)
    if len(points) > 3:
        outline = cv2.convexHull(outline)[:, 0]
    corners = tuple((float(row), float(column)) for column, row in outline.tolist())
    mask = pixels_of(ShapeType.FREEHAND, corners, SIZE)
    side = np.array([
        [cv2.pointPolygonTest(outline.astype(np.float32), (column, row), True) for column in range(80)]
        for row in range(60)
    ])  # fmt: skip
    # OpenCV measures in float32: what lies on the edge by its reckoning is either.
    assert mask[side > 1e-3].all()
    assert not mask[side < -1e-3].any()
    assert all(mask[int(row), int(column)] for row, column in corners)


@given(st.lists(COORDINATES, min_size=3, max_size=12))
def test_the_area_of_any_outline_is_that_of_its_pixels_drawn_large(points: list[tuple[float, float]]) -> None:
    large = tuple((row * 4 + 20, column * 4 + 20) for row, column in points)
    inside = float(pixels_of(ShapeType.FREEHAND, large, (300, 380)).sum()) / 16
    around = float(np.linalg.norm(np.diff(np.array([*points, points[0]]), axis=0), axis=1).sum())
    assert abs(area_in_pixels(ShapeType.FREEHAND, tuple(points)) - inside) <= 0.26 * around + 0.1


def test_an_outline_that_crosses_itself_counts_both_parts() -> None:
    crossing = ((0.0, 0.0), (10.0, 10.0), (0.0, 10.0), (10.0, 0.0))
    assert area_in_pixels(ShapeType.FREEHAND, crossing) == pytest.approx(50, rel=1e-3)


@pytest.mark.parametrize("degrees", [0, 30, 45, 77])
def test_a_turned_ellipse_is_as_large_as_it_was(degrees: int) -> None:
    centre, long, short = np.array([30.0, 40.0]), 20.0, 8.0
    along = np.array([math.sin(math.radians(degrees)), math.cos(math.radians(degrees))])
    across = np.array([along[1], -along[0]])
    ends = (centre - along * long, centre + along * long, centre - across * short, centre + across * short)
    points: Points = tuple((float(row), float(column)) for row, column in ends)
    area = area_in_pixels(ShapeType.ELLIPSE, points)
    assert area == pytest.approx(math.pi * long * short)
    assert pixels_of(ShapeType.ELLIPSE, points, SIZE).sum() == pytest.approx(area, rel=0.02)
    away = outline_of(ShapeType.ELLIPSE, points) - centre
    assert np.allclose((away @ along / long) ** 2 + (away @ across / short) ** 2, 1)


@given(st.sampled_from(ShapeType), st.lists(COORDINATES, min_size=0, max_size=6), COORDINATES)
def test_a_shape_is_sound_or_it_is_said_why_not(
    kind: ShapeType, points: list[tuple[float, float]], by: tuple[float, float]
) -> None:
    given_ = tuple(points)
    fault = describe_fault(kind, given_)
    if POINT_COUNTS[kind] and len(given_) not in POINT_COUNTS[kind]:
        assert "point" in fault
    shape = Shape(kind, given_, 3)
    back = shape.moved(*by).moved(-by[0], -by[1])
    assert np.allclose(np.reshape(back.points, (-1, 2)), np.reshape(given_, (-1, 2)), atol=1e-9)
    if points:
        assert shape.with_point(0, by).points == (by, *given_[1:])
