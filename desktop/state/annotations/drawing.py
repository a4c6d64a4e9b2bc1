"""How shapes are drawn: the tools as rows, a shape on its way, what points snap to, and what can be undone. No Qt."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from imaging.annotations.shapes import AREAS, MOST_POINTS, POINT_COUNTS, Point, Points, Shape, ShapeType, describe_fault
from imaging.volume.geometry import Plane

_LEAST_STEP = 0.5
MOST_STEPS = 100
"""How many changes of a series' shapes can be undone."""


@dataclass(frozen=True)
class Tool:
    """One tool: the shape that it draws, its title in the menu, its key, and what to do with it."""

    type: ShapeType
    title: str
    hint: str
    key: str = ""


TOOLS = (
    Tool(ShapeType.LENGTH, "Length", "Drag from end to end; Shift keeps to 45°.", "L"),
    Tool(ShapeType.ANGLE, "Angle", "Click the end of one arm, the vertex, the end of the other.", "A"),
    Tool(ShapeType.COBB, "Cobb angle", "Drag along one end plate, then along the other."),
    Tool(ShapeType.RECTANGLE, "Rectangle", "Drag from corner to corner; Shift makes a square.", "O"),
    Tool(ShapeType.ELLIPSE, "Ellipse", "Drag from corner to corner of its box; Shift makes a circle.", "O"),
    Tool(ShapeType.FREEHAND, "Freehand area", "Drag around the area.", "O"),
    Tool(ShapeType.POINT, "Probe", "Click a pixel.", "P"),
    Tool(ShapeType.ARROW, "Arrow", "Drag from the tip."),
    Tool(ShapeType.TEXT, "Text", "Click where it is to stand."),
)
"""The tools in the order of their menu. Those of one key follow each other as it is pressed again."""


def find_tool(type_: ShapeType) -> Tool:
    """Return the tool that draws a kind of shape."""
    return next(tool for tool in TOOLS if tool.type is type_)


def next_of_key(key: str, current: ShapeType | None) -> ShapeType:
    """Return the tool of a key: its first, or the one after the current one."""
    types = [tool.type for tool in TOOLS if tool.key == key]
    return types[(types.index(current) + 1) % len(types)] if current in types else types[0]


@dataclass(frozen=True)
class Draft:
    """A shape on its way: points that are set, and one that follows the pointer."""

    type: ShapeType
    fixed: Points
    floating: Point | None = None

    @property
    def points(self) -> Points:
        """Return its points as they stand now."""
        return self.fixed if self.floating is None else (*self.fixed, self.floating)

    @property
    def is_complete(self) -> bool:
        """Return whether it needs no further point."""
        if self.type is ShapeType.FREEHAND:
            return self.floating is None
        return len(self.fixed) >= POINT_COUNTS[self.type][0]

    @property
    def has_anchor(self) -> bool:
        """Return whether a line from the last point that is set leads to the next one."""
        return bool(self.fixed) and not (self.type is ShapeType.COBB and len(self.fixed) == 2)

    @property
    def is_sound(self) -> bool:
        """Return whether it is a shape that can be measured."""
        return not describe_fault(self.type, self.points)

    def pressed(self, point: Point) -> "Draft":
        """Return it after a button went down: a point is set."""
        fixed = (*self.fixed, point)
        return replace(self, fixed=fixed, floating=point)._settled()

    def moved(self, point: Point, *, is_down: bool) -> "Draft":
        """Return it after the pointer moved; a freehand line grows while the button is down."""
        if self.type is ShapeType.FREEHAND and is_down:
            is_near = math.dist(point, self.fixed[-1]) < _LEAST_STEP or len(self.fixed) >= MOST_POINTS
            return self if is_near else replace(self, fixed=(*self.fixed, point), floating=point)
        return replace(self, floating=point)

    def released(self, point: Point, *, is_drag: bool) -> "Draft":
        """Return it after the button came up: the end of a drag is a point too."""
        if self.type is ShapeType.FREEHAND:
            return replace(self, floating=None)
        if not is_drag or self.is_complete:
            return self
        return replace(self, fixed=(*self.fixed, point), floating=point)._settled()

    def _settled(self) -> "Draft":
        """Return it without a point that follows the pointer, if it is complete; a last point that makes it no shape
        still follows.
        """
        if not self.is_complete or self.type is ShapeType.FREEHAND:
            return self
        settled = replace(self, floating=None)
        return settled if settled.is_sound else replace(self, fixed=self.fixed[:-1], floating=self.fixed[-1])


def begin_draft(type_: ShapeType, point: Point) -> Draft:
    """Return a shape of which one point is set."""
    return Draft(type_, ()).pressed(point)


def snap_direction(type_: ShapeType, anchor: Point, point: Point, pixel_aspect: float) -> Point:
    """Return a point moved so that a line from `anchor` keeps to multiples of 45°, and a box to a square.

    Angles are those of the screen: a row is `pixel_aspect` times as high as a column is wide.
    """
    down, right = (point[0] - anchor[0]) * pixel_aspect, point[1] - anchor[1]
    if type_ in AREAS:
        side = max(abs(down), abs(right))
        return anchor[0] + math.copysign(side, down) / pixel_aspect, anchor[1] + math.copysign(side, right)
    turn = round(math.atan2(down, right) / (math.pi / 4)) * math.pi / 4
    length = right * math.cos(turn) + down * math.sin(turn)
    return anchor[0] + length * math.sin(turn) / pixel_aspect, anchor[1] + length * math.cos(turn)


def snap_to_points(point: Point, others: Iterable[Point], reach: float, pixel_aspect: float) -> Point:
    """Return the nearest of other points within `reach` widths of a pixel, or the point itself."""

    def away(other: Point) -> float:
        return math.hypot((other[0] - point[0]) * pixel_aspect, other[1] - point[1])

    nearest = min(others, key=away, default=point)
    return nearest if away(nearest) <= reach else point


def clamp_point(point: Point, size: tuple[int, int]) -> Point:
    """Return a point held on the picture of `size` (rows, columns)."""
    row, column = (min(max(part, -0.5), length - 0.501) for part, length in zip(point, size, strict=True))
    return row, column


def clamp_shift(points: Points, shift: Point, size: tuple[int, int]) -> Point:
    """Return a move by (rows, columns) shortened so that every point stays on the picture."""
    held = []
    for axis in (0, 1):
        parts = [point[axis] for point in points]
        low, high = min(-0.5 - min(parts), 0.0), max(size[axis] - 0.501 - max(parts), 0.0)
        held.append(min(max(shift[axis], low), high))
    return held[0], held[1]


@dataclass(frozen=True)
class ShapeHistory:
    """The shapes of a series as they are, and as they were before and after the changes that can be undone."""

    shapes: tuple[Shape, ...] = ()
    past: tuple[tuple[Shape, ...], ...] = ()
    future: tuple[tuple[Shape, ...], ...] = ()

    def changed(self, shapes: tuple[Shape, ...]) -> "ShapeHistory":
        """Return the history after a change."""
        if shapes == self.shapes:
            return self
        return ShapeHistory(shapes, (*self.past, self.shapes)[-MOST_STEPS:])

    def undone(self) -> "ShapeHistory":
        """Return the history with the last change taken back."""
        if not self.past:
            return self
        return ShapeHistory(self.past[-1], self.past[:-1], (self.shapes, *self.future))

    def redone(self) -> "ShapeHistory":
        """Return the history with the last one that was taken back made again."""
        if not self.future:
            return self
        return ShapeHistory(self.future[0], (*self.past, self.shapes), self.future[1:])

    def joined(self, kept: Iterable[Shape]) -> "ShapeHistory":
        """Return the history with shapes that were there all the time, though nobody had read them yet."""

        def join(shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
            return (*found, *shapes)

        known = {shape.uid for shapes in (self.shapes, *self.past, *self.future) for shape in shapes}
        found = tuple(shape for shape in kept if shape.uid not in known)
        return ShapeHistory(join(self.shapes), tuple(map(join, self.past)), tuple(map(join, self.future)))

    @cached_property
    def _of_slice(self) -> dict[tuple[Plane, int, int], list[Shape]]:
        found: dict[tuple[Plane, int, int], list[Shape]] = {}
        for shape in self.shapes:
            found.setdefault(_slice_key(shape.plane, shape.phase, shape.slice), []).append(shape)
        return found

    def near(self, plane: Plane, phase: int, index: int) -> list[Shape]:
        """Return the shapes that may lie on a slice: those of its number, or of every oblique plane."""
        return self._of_slice.get(_slice_key(plane, phase, index), [])

    def find(self, uid: str) -> Shape | None:
        """Return the shape of a tracking identifier."""
        return next((shape for shape in self.shapes if shape.uid == uid), None)

    def with_shape(self, shape: Shape) -> tuple[Shape, ...]:
        """Return the shapes with one in place of that of its uid, or as a new one."""
        if self.find(shape.uid) is None:
            return *self.shapes, shape
        return tuple(shape if one.uid == shape.uid else one for one in self.shapes)


def _slice_key(plane: Plane, phase: int, index: int) -> tuple[Plane, int, int]:
    # The number of an oblique plane says nothing without its direction.
    return plane, phase, 0 if plane is Plane.OBLIQUE else index


def list_changes(before: tuple[Shape, ...], after: tuple[Shape, ...]) -> dict[str, Shape | None]:
    """Return what to save: shapes that are new or other ones by uid, None for those that are gone."""
    old, new = {shape.uid: shape for shape in before}, {shape.uid: shape for shape in after}
    gone: dict[str, Shape | None] = dict.fromkeys(old.keys() - new.keys())
    # Most are the very same: told by identity, thousands of them cost nothing.
    return gone | {uid: shape for uid, shape in new.items() if old.get(uid) is not shape and old.get(uid) != shape}
