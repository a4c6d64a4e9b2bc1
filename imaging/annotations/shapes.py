"""Shapes that a person draws on a slice, as frozen values; their outlines, and which pixels belong to them.

Points are (row, column) at pixel centres: the first pixel covers −0.5 to 0.5. A pixel belongs to an area if its centre
lies inside the outline or on it.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import Text, english
from imaging.volume.geometry import Plane, Vector

Point = tuple[float, float]
Points = tuple[Point, ...]


class ShapeType(StrEnum):
    """The kinds of shapes; the names stand in files."""

    LENGTH = "length"
    ANGLE = "angle"
    COBB = "cobb"
    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"
    FREEHAND = "freehand"
    POINT = "point"
    ARROW = "arrow"
    TEXT = "text"


MOST_POINTS = 10_000
"""The most points of one outline."""

POINT_COUNTS: dict[ShapeType, tuple[int, ...]] = {
    ShapeType.LENGTH: (2,),
    ShapeType.ANGLE: (3,),
    ShapeType.COBB: (4,),
    ShapeType.RECTANGLE: (2, 4),
    ShapeType.ELLIPSE: (2, 4),
    ShapeType.FREEHAND: (),
    ShapeType.POINT: (1,),
    ShapeType.ARROW: (2,),
    ShapeType.TEXT: (1,),
}
"""How many points a shape may have; a freehand outline has three or more.

An angle has its vertex in the middle, a Cobb angle two lines one after the other. A rectangle has two opposite corners
or four in turn, an ellipse two opposite corners of its box or the ends of its axes, one axis after the other. An
arrow points at its first.
"""

AREAS = frozenset({ShapeType.RECTANGLE, ShapeType.ELLIPSE, ShapeType.FREEHAND})
_CIRCLE_POINTS = 96
_ON_EDGE = 1e-6
# Rows at which an outline's widths are summed, to see whether it crosses itself, and if it does.
_LINES_TO_CHECK, _LINES_TO_SUM = 512, 8192
_SIMPLE = 2e-3
_BLOCK = 2**20


@dataclass(frozen=True)
class Shape:
    """One shape on one slice, and how it is shown. `uid` is its tracking identifier, a UUID as text."""

    type: ShapeType
    points: Points
    slice: int
    plane: Plane = Plane.ACQUIRED
    phase: int = 0
    label: str = ""
    colour: str = ""
    """`#rrggbb`, empty for the usual one."""
    is_visible: bool = True
    uid: str = ""
    origin: Vector | None = None
    """LPS millimetres of the slice's first pixel, by which its slice is found again in a series that has grown."""
    steps: tuple[float, ...] | None = None
    """LPS millimetres from row to row, then from column to column, on an oblique plane; six numbers."""

    def moved(self, rows: float, columns: float) -> "Shape":
        """Return it moved within its slice."""
        return replace(self, points=tuple((row + rows, column + columns) for row, column in self.points))

    def on_slice(self, index: int) -> "Shape":
        """Return it on another slice."""
        return replace(self, slice=index)

    def with_point(self, number: int, point: Point) -> "Shape":
        """Return it with one of its points elsewhere."""
        return replace(self, points=(*self.points[:number], point, *self.points[number + 1 :]))


def new_uid() -> str:
    """Return a new tracking identifier."""
    return str(uuid4())


def describe_fault(type_: ShapeType, points: Points) -> Text | None:
    """Return what is wrong with the points of a shape, in words that continue `Shape 3: `; None if nothing is."""
    allowed = POINT_COUNTS[type_]
    if allowed and len(points) not in allowed:
        wanted = " / ".join(map(str, allowed))
        count = len(points)
        return english(
            "a {type} has {wanted} point(s), not {count}", "", allowed[-1], type=type_.value, wanted=wanted, count=count
        )
    if type_ is ShapeType.FREEHAND and not 3 <= len(points) <= MOST_POINTS:
        return english("a freehand outline has 3 to {most} points, not {count}", most=MOST_POINTS, count=len(points))
    if not np.isfinite(points).all():
        return english("a point is not finite")
    lines = {ShapeType.LENGTH: (0, 1), ShapeType.ANGLE: (0, 1, 1, 2), ShapeType.COBB: (0, 1, 2, 3)}.get(type_, ())
    if any(points[one] == points[other] for one, other in zip(lines[::2], lines[1::2], strict=True)):
        return english("two points that span a line are the same")
    if type_ in AREAS and not area_in_pixels(type_, points) > 0:
        return english("the outline encloses nothing")
    return None


def outline_of(type_: ShapeType, points: Points) -> NDArray[np.float64]:
    """Return the closed outline of an area as (row, column) [point, 2], its first point not repeated."""
    corners = np.asarray(points, dtype=np.float64)
    if type_ is ShapeType.ELLIPSE:
        centre, one, other = _half_axes(corners)
        angle = np.linspace(0.0, 2 * np.pi, _CIRCLE_POINTS, endpoint=False)[:, np.newaxis]
        return np.asarray(centre + np.cos(angle) * one + np.sin(angle) * other)
    if type_ is ShapeType.RECTANGLE and len(points) == 2:
        (top, left), (bottom, right) = corners
        return np.array([(top, left), (top, right), (bottom, right), (bottom, left)])
    return corners


def _half_axes(corners: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the centre of an ellipse and the vectors from it to the ends of its axes."""
    if len(corners) == 2:
        (rows, columns) = (corners[1] - corners[0]) / 2
        return corners.mean(axis=0), np.array([rows, 0.0]), np.array([0.0, columns])
    return corners.mean(axis=0), (corners[1] - corners[0]) / 2, (corners[3] - corners[2]) / 2


def area_in_pixels(type_: ShapeType, points: Points) -> float:
    """Return the area within an outline, in pixels; of one that crosses itself, of the parts that are inside."""
    if type_ is ShapeType.ELLIPSE:
        _, one, other = _half_axes(np.asarray(points, dtype=np.float64))
        return float(np.pi * abs(one[0] * other[1] - one[1] * other[0]))
    outline = outline_of(type_, points)
    following = np.roll(outline, -1, axis=0)
    shoelace = abs(float((outline[:, 1] * following[:, 0] - following[:, 1] * outline[:, 0]).sum())) / 2
    if len(outline) < 4 or (type_ is ShapeType.RECTANGLE and len(points) == 2):
        return shoelace
    summed = _sum_scanlines(outline, _LINES_TO_CHECK)
    return shoelace if abs(summed - shoelace) <= _SIMPLE * shoelace else _sum_scanlines(outline, _LINES_TO_SUM)


def _sum_scanlines(outline: NDArray[np.float64], count: int) -> float:
    """Return the area inside an outline by the even-odd rule, from its widths at so many rows."""
    begin, end = outline, np.roll(outline, -1, axis=0)
    low, step = float(outline[:, 0].min()), float(np.ptp(outline[:, 0])) / count
    total = 0.0
    block = max(1, _BLOCK // len(outline))
    for first in range(0, count, block):
        rows = low + (np.arange(first, min(first + block, count))[:, np.newaxis] + 0.5) * step
        cuts = (begin[:, 0] <= rows) != (end[:, 0] <= rows)
        height = np.where(cuts, end[:, 0] - begin[:, 0], 1.0)
        columns = begin[:, 1] + (rows - begin[:, 0]) / height * (end[:, 1] - begin[:, 1])
        crossed = np.sort(np.where(cuts, columns, np.inf), axis=1)
        crossed[~np.isfinite(crossed)] = 0.0
        total += float(crossed[:, 1::2].sum() - crossed[:, : len(outline) // 2 * 2 : 2].sum())
    return total * step


def _crossings(outline: NDArray[np.float64], row: float) -> NDArray[np.float64]:
    """Return the columns at which an outline crosses a line between pixels or along them, sorted; an even number."""
    begin, end = outline, np.roll(outline, -1, axis=0)
    # An edge holds its lower end and not its upper one, so that a vertex counts once.
    cuts = (begin[:, 0] <= row) != (end[:, 0] <= row)
    first, last = begin[cuts], end[cuts]
    share = (row - first[:, 0]) / (last[:, 0] - first[:, 0])
    return np.sort(first[:, 1] + share * (last[:, 1] - first[:, 1]))


def pixels_of(type_: ShapeType, points: Points, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return the mask [row, column] of the pixels of a slice of `size` whose centres lie in an area or on its edge."""
    mask = np.zeros(size, dtype=np.bool_)
    box, inside = pixels_in_box(type_, points, size)
    mask[box] = inside
    return mask


def box_of(type_: ShapeType, points: Points, size: tuple[int, int]) -> tuple[slice, slice]:
    """Return the rows and columns of a slice of `size` in which every pixel of an area lies."""
    outline = outline_of(type_, points)
    low = np.maximum(np.ceil(outline.min(axis=0) - _ON_EDGE), 0).astype(int)
    high = np.minimum(np.floor(outline.max(axis=0) + _ON_EDGE), np.asarray(size) - 1).astype(int)
    first, last = low.tolist(), np.maximum(high + 1, low).tolist()
    return slice(first[0], last[0]), slice(first[1], last[1])


def pixels_in_box(
    type_: ShapeType, points: Points, size: tuple[int, int]
) -> tuple[tuple[slice, slice], NDArray[np.bool_]]:
    """Return the box of an area, and the mask [row, column] in it of the pixels that belong to the area."""
    box = box_of(type_, points, size)
    rows, columns = (np.arange(part.start, part.stop) for part in box)
    outline = outline_of(type_, points)
    if type_ is ShapeType.ELLIPSE:
        inside = _inside_ellipse(np.asarray(points, dtype=np.float64), rows, columns)
    elif type_ is ShapeType.RECTANGLE and len(points) == 2:
        inside = np.ones((len(rows), len(columns)), dtype=np.bool_)
    else:
        inside = _inside_polygon(outline, rows, columns)
    return box, inside


def _inside_ellipse(
    corners: NDArray[np.float64], rows: NDArray[np.int_], columns: NDArray[np.int_]
) -> NDArray[np.bool_]:
    centre, one, other = _half_axes(corners)
    inverse = np.linalg.inv(np.stack([one, other], axis=1))
    down, right = (rows - centre[0])[:, np.newaxis], (columns - centre[1])[np.newaxis]
    first = inverse[0, 0] * down + inverse[0, 1] * right
    second = inverse[1, 0] * down + inverse[1, 1] * right
    return np.asarray(first**2 + second**2 <= 1 + _ON_EDGE)


def _inside_polygon(
    outline: NDArray[np.float64], rows: NDArray[np.int_], columns: NDArray[np.int_]
) -> NDArray[np.bool_]:
    """Return which pixels an outline encloses by the even-odd rule, or passes through the centre of."""
    inside = np.zeros((len(rows), len(columns)), dtype=np.bool_)
    begin, end = outline, np.roll(outline, -1, axis=0)
    for number, row in enumerate(rows):
        crossed = _crossings(outline, float(row))
        inside[number] = np.searchsorted(crossed, columns, side="left") % 2 == 1
        on_edge = (np.minimum(begin[:, 0], end[:, 0]) <= row + _ON_EDGE) & (
            np.maximum(begin[:, 0], end[:, 0]) >= row - _ON_EDGE
        )
        for first, last in zip(begin[on_edge], end[on_edge], strict=True):
            inside[number] |= _on_segment(first, last, float(row), columns)
    return inside


def _on_segment(
    first: NDArray[np.float64], last: NDArray[np.float64], row: float, columns: NDArray[np.int_]
) -> NDArray[np.bool_]:
    """Return which columns of a row an edge passes through."""
    if abs(last[0] - first[0]) <= _ON_EDGE:
        low, high = sorted((first[1], last[1]))
        return np.asarray((columns >= low - _ON_EDGE) & (columns <= high + _ON_EDGE))
    share = np.clip((row - first[0]) / (last[0] - first[0]), 0.0, 1.0)
    return np.asarray(np.abs(columns - (first[1] + share * (last[1] - first[1]))) <= _ON_EDGE)
