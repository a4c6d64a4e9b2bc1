"""Shapes of structured reports, ours and other tools': items with coordinates on an image become shapes on its slice.

A report's points are (column, row) from the corner of the first pixel (PS3.3 C.18.6.1.2), ours (row, column) from its
centre; or they are LPS millimetres in a frame of reference (C.18.9), and belong on whatever slice they lie in. Groups
follow TID 1500; of other templates the coordinates are drawn all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any
from uuid import UUID, uuid5

import numpy as np

from imaging.annotations.shapes import Point, Points, Shape, ShapeType, describe_fault
from imaging.volume.structured_report import ReferencedInstance, ReportItem, StructuredReport

TRACKING = "slicelens:"
"""The beginning of tracking identifiers of ours; the type of the shape follows."""
_OURS = UUID("d0c1f1c4-33f6-4b7e-8c0d-7e1a2f0f9b55")
_LONGEST_LABEL = 200
_STRAIGHT = 1e-3
_ELLIPSE_POINTS, _CIRCLE_POINTS = 4, 2


@dataclass(frozen=True)
class ReportedOutline:
    """A shape of a report, whose slice is that of an image; its own slice number says nothing yet."""

    shape: Shape
    image: ReferencedInstance


@dataclass(frozen=True)
class SpatialOutline:
    """Coordinates of a report in space, which become a shape on the slice in whose plane they lie."""

    kind: str
    points: tuple[tuple[float, float, float], ...]
    frame_of_reference_uid: str
    facts: "GroupFacts"

    def on_slice(self, points: Points, index: int) -> Shape | None:
        """Return the shape by its points (row, column) on a slice; None if it is none that can be drawn."""
        made = _make_shape(self.kind, points, self.facts)
        return None if made is None else made.on_slice(index)


@dataclass(frozen=True)
class GroupFacts:
    """All that a measurement group says of its coordinates: whose they are, and in which words."""

    tracked: str
    own: ShapeType | None
    """The type of a shape of ours."""
    label: str
    stated: str
    """The number that the coordinates belong to, as the report has it."""
    uid: str


def report_graphic(shape: Shape) -> tuple[str, list[tuple[float, float]]]:
    """Return the graphic type of a shape (PS3.3 C.18.6.1.1), and its points (column, row) from the corner."""
    points = shape.points
    kind = "POINT" if len(points) == 1 else "POLYLINE"
    if shape.type is ShapeType.ELLIPSE:
        kind, points = "ELLIPSE", _axis_ends(points)
    elif shape.type is ShapeType.RECTANGLE:
        if len(points) == 2:
            (top, left), (bottom, right) = points
            points = (points[0], (top, right), points[1], (bottom, left))
        points = (*points, points[0])
    elif shape.type is ShapeType.FREEHAND:
        points = (*points, points[0])
    return kind, [(column + 0.5, row + 0.5) for row, column in points]


def read_outlines(report: StructuredReport) -> tuple[tuple[ReportedOutline | SpatialOutline, ...], int]:
    """Return the shapes of a report, and how many of its coordinates are none that can be drawn."""
    found: dict[str, ReportedOutline | SpatialOutline] = {}
    of_group: dict[str, list[ReportedOutline | SpatialOutline]] = {}
    lost = 0
    for number, item in enumerate(report.items):
        if item.shape is None:
            continue
        facts = _facts_of(item, _Group(report.items, number), report.instance_uid)
        outline = _spatial_outline(item, facts) or _outline_of(item, facts)
        if outline is None:
            lost += 1
            continue
        uid = facts.uid
        alike = of_group.setdefault(uid, [])
        # Several numbers of one group may name the same coordinates.
        if not any(_is_same(outline, one) for one in alike):
            alike.append(outline)
            # Several outlines of one thing: on other slices, or the two axes of a diameter.
            uid = str(uuid5(_OURS, f"{uid}/{number}")) if uid in found else uid
            found[uid] = _with_uid(outline, uid)
    return tuple(found.values()), lost


def count_unplaced(report: StructuredReport) -> int:
    """Return how many numbers stand in measurement groups without coordinates, such as those of whole segments."""
    count, items = 0, report.items
    for first, group in enumerate(items):
        if (group.kind, group.concept) != ("CONTAINER", "Measurement Group"):
            continue
        inside = list(takewhile(lambda one, depth=group.depth: one.depth > depth, items[first + 1 :]))  # type: ignore[misc]
        if all(one.shape is None for one in inside):
            count += sum(one.kind == "NUM" and one.number is not None for one in inside)
    return count


class _Group:
    """The surroundings of an item with coordinates: the item above it, and those of its measurement group."""

    def __init__(self, items: Sequence[ReportItem], number: int) -> None:
        depth, self.parent = items[number].depth, None
        first = number
        while first > 0:
            first -= 1
            if items[first].depth < depth:
                depth = items[first].depth
                self.parent = items[first] if self.parent is None else self.parent
                if items[first].kind == "CONTAINER":
                    break
        end = first + 1
        while end < len(items) and items[end].depth > items[first].depth:
            end += 1
        self.inside = [one for one in items[first + 1 : end] if one.depth == items[first].depth + 1]

    def text_of(self, *concepts: str) -> str:
        """Return the value of the first item of the group that has one of these concepts."""
        return next((one.value for one in self.inside if one.concept in concepts and one.value), "")

    @property
    def stated(self) -> str:
        """The number that the coordinates belong to, as the report has it."""
        is_number = self.parent is not None and self.parent.kind == "NUM" and self.parent.number is not None
        return f"{self.parent.concept} {self.parent.text}" if self.parent is not None and is_number else ""


def _facts_of(item: ReportItem, group: _Group, report_uid: str) -> GroupFacts:
    tracked = group.text_of("Tracking Identifier")
    own = next((one for one in ShapeType if tracked == f"{TRACKING}{one.value}"), None)
    comment = group.text_of("Comment")
    if own is None:
        named = (group.text_of("Finding"), comment, group.stated)
        label = ", ".join(dict.fromkeys(filter(None, named))) or tracked or "report"
    else:
        is_unnamed = comment == own.value and group.parent is not None and group.parent.kind == "TEXT"
        label = "" if is_unnamed else comment
    points: tuple[Any, ...] = () if item.shape is None else item.shape.points
    if all(len(point) == 2 for point in points):
        points = tuple((row - 0.5, column - 0.5) for column, row in points)
    uid = _tracking_uid(group.text_of("Tracking Unique Identifier"), f"{report_uid}/{points}")
    return GroupFacts(tracked, own, label[:_LONGEST_LABEL], group.stated, uid)


def _spatial_outline(item: ReportItem, facts: GroupFacts) -> SpatialOutline | None:
    shape = item.shape
    if shape is None or not shape.frame_of_reference_uid or any(len(point) != 3 for point in shape.points):
        return None
    points = tuple((float(x), float(y), float(z)) for x, y, z in shape.points)
    is_known = shape.kind in ("POINT", "MULTIPOINT", "POLYLINE", "POLYGON", "ELLIPSE")
    return SpatialOutline(shape.kind, points, shape.frame_of_reference_uid, facts) if is_known else None


def _outline_of(item: ReportItem, facts: GroupFacts) -> ReportedOutline | None:
    shape, images = item.shape, item.references
    if shape is None or shape.frame_of_reference_uid or not images or any(len(point) != 2 for point in shape.points):
        return None
    points: Points = tuple((row - 0.5, column - 0.5) for column, row in shape.points)
    made = _make_shape(shape.kind, points, facts)
    return None if made is None else ReportedOutline(made, images[0])


def _make_shape(kind: str, points: Points, facts: GroupFacts) -> Shape | None:
    type_, points = _type_of(kind, points, facts)
    if type_ is None or describe_fault(type_, points):
        return None
    return Shape(type_, points, 0, label=facts.label, uid=facts.uid)


def _type_of(kind: str, points: Points, facts: GroupFacts) -> tuple[ShapeType | None, Points]:
    """Return the type of a graphic and the points as we have them; None for one that is not drawn."""
    own, tracked = facts.own, facts.tracked
    if kind == "ELLIPSE" and len(points) == _ELLIPSE_POINTS:
        return ShapeType.ELLIPSE, _box_corners(points)
    if kind == "CIRCLE" and len(points) == _CIRCLE_POINTS:
        return ShapeType.ELLIPSE, _circle_box(*points)
    if kind not in ("POINT", "MULTIPOINT", "POLYLINE", "POLYGON"):
        return None, points
    is_closed = len(points) > 3 and np.allclose(points[0], points[-1], rtol=0, atol=_STRAIGHT)
    points = points[:-1] if is_closed else points
    if own is not None:
        return own, _rectangle_corners(points) if own is ShapeType.RECTANGLE else points
    if len(points) == 1:
        return ShapeType.POINT, points
    if "angle" in facts.stated.lower() and "rectangle" not in tracked.lower():
        # Some tools name the vertex twice.
        points = tuple(dict.fromkeys(points))
        return {3: ShapeType.ANGLE, 4: ShapeType.COBB}.get(len(points)), points
    if len(points) == 2:
        return ShapeType.LENGTH, points
    if is_closed and len(points) == 4 and "rectangle" in tracked.lower():
        return ShapeType.RECTANGLE, _rectangle_corners(points)
    return ShapeType.FREEHAND, points


def _axis_ends(points: Points) -> Points:
    """Return the ends of an ellipse's longer axis, then of the shorter one."""
    if len(points) == 2:
        (top, left), (bottom, right) = points
        row, column = (top + bottom) / 2, (left + right) / 2
        points = ((top, column), (bottom, column), (row, left), (row, right))
    lengths = [float(np.linalg.norm(np.subtract(points[one], points[one + 1]))) for one in (0, 2)]
    return points if lengths[0] >= lengths[1] else (*points[2:], *points[:2])


def _box_corners(points: Points) -> Points:
    """Return opposite corners of the box of an ellipse whose axes lie along rows and columns; else its four ends."""
    for first, second in ((points[:2], points[2:]), (points[2:], points[:2])):
        is_upright = abs(first[0][1] - first[1][1]) < _STRAIGHT and abs(second[0][0] - second[1][0]) < _STRAIGHT
        if is_upright:
            return (first[0][0], second[0][1]), (first[1][0], second[1][1])
    return points


def _circle_box(centre: Point, edge: Point) -> Points:
    radius = float(np.hypot(edge[0] - centre[0], edge[1] - centre[1]))
    return (centre[0] - radius, centre[1] - radius), (centre[0] + radius, centre[1] + radius)


def _rectangle_corners(points: Points) -> Points:
    """Return two opposite corners of a rectangle along rows and columns; all four of another one."""
    if len(points) != 4:
        return points
    one, other = points[0], points[2]
    upright = ((one[0], other[1]), (other[0], one[1]))
    is_upright = any(
        np.allclose((points[1], points[3]), pair, rtol=0, atol=_STRAIGHT) for pair in (upright, upright[::-1])
    )
    return (one, other) if is_upright else points


def _tracking_uid(stated: str, otherwise: str) -> str:
    """Return the UUID that a tracking UID was made of, else one that always stands for it."""
    number = stated.removeprefix("2.25.")
    if number != stated and number.isdigit() and int(number) < 2**128:
        return str(UUID(int=int(number)))
    return str(uuid5(_OURS, stated or otherwise))


def _with_uid(outline: ReportedOutline | SpatialOutline, uid: str) -> ReportedOutline | SpatialOutline:
    if isinstance(outline, SpatialOutline):
        return replace(outline, facts=replace(outline.facts, uid=uid))
    return replace(outline, shape=replace(outline.shape, uid=uid))


def _is_same(one: ReportedOutline | SpatialOutline, other: ReportedOutline | SpatialOutline) -> bool:
    if isinstance(one, SpatialOutline) and isinstance(other, SpatialOutline):
        return (one.points, one.frame_of_reference_uid) == (other.points, other.frame_of_reference_uid)
    if isinstance(one, SpatialOutline) or isinstance(other, SpatialOutline):
        return False
    return one.image == other.image and one.shape.points == other.shape.points and one.shape.type is other.shape.type
