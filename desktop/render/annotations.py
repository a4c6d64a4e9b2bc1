"""From shapes on a slice to what the pane paints: lines, handles and the measured values beside them. No Qt."""

from desktop.render.measurement_text import describe_measurement
from desktop.state.picture import DrawnShape
from imaging.annotations.measurement import Measurement
from imaging.annotations.shapes import AREAS, Points, Shape, ShapeType, outline_of

_MOST_HANDLES = 12
"""Outlines of more points are moved as a whole."""


def draw_shape(
    shape: Shape, measured: Measurement | None, units: str | None, *, is_selected: bool = False
) -> DrawnShape:
    """Return a shape as the pane paints it; `units` are those of modality values."""
    texts = () if measured is None else describe_measurement(shape.type, measured, units)
    return DrawnShape(
        uid=shape.uid,
        paths=_paths_of(shape.type, shape.points),
        handles=shape.points if len(shape.points) <= _MOST_HANDLES else (),
        lines=(*((shape.label,) if shape.label else ()), *texts),
        colour=shape.colour,
        is_selected=is_selected,
        has_head=shape.type is ShapeType.ARROW,
    )


def draw_draft(type_: ShapeType, points: Points, lines: tuple[str, ...]) -> DrawnShape:
    """Return a shape that is being drawn, of which some points may be missing."""
    return DrawnShape(
        uid="",
        paths=_paths_of(type_, points),
        handles=points if len(points) <= _MOST_HANDLES else (),
        lines=lines,
        is_selected=True,
        has_head=type_ is ShapeType.ARROW,
    )


def _paths_of(type_: ShapeType, points: Points) -> tuple[Points, ...]:
    if type_ is ShapeType.COBB:
        return points[:2], points[2:]
    if type_ in AREAS and len(points) > 1:
        outline: Points = tuple((float(row), float(column)) for row, column in outline_of(type_, points))
        return ((*outline, outline[0]),)
    return (points,)
