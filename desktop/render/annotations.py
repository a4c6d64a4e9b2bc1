"""From shapes on a slice to what the pane paints: lines, handles and the measured values beside them. No Qt."""

from dataclasses import replace

from desktop.render.frame import Voi, draw_frame, fit_window
from desktop.render.measurement_text import describe_measurement
from desktop.state.picture import DrawnShape
from imaging.annotations.measurement import Measurement
from imaging.annotations.shapes import AREAS, Points, Shape, ShapeType, outline_of
from imaging.volume.volume import Slice

_MOST_HANDLES = 12
"""Outlines of more points are moved as a whole."""


def draw_shape(
    shape: Shape,
    measured: Measurement | None,
    units: str | None,
    *,
    is_selected: bool = False,
    presentation: int | list[int] | None = None,
) -> DrawnShape:
    """Return a shape as the pane paints it; `units` are those of modality values, `presentation` is a point's grey."""
    texts = () if measured is None else describe_measurement(shape.type, measured, units, presentation=presentation)
    return DrawnShape(
        uid=shape.uid,
        paths=_paths_of(shape.type, shape.points),
        handles=shape.points if len(shape.points) <= _MOST_HANDLES else (),
        lines=(*((shape.label,) if shape.label else ()), *texts),
        colour=shape.colour,
        is_selected=is_selected,
        has_head=shape.type is ShapeType.ARROW,
    )


def find_presentation(
    found: Measurement, slice_: Slice, voi: Voi | None, *, inverted: bool = False
) -> int | list[int] | None:
    """Return the grey, 0 to 255, that a point is shown with, or R, G and B; None for what is no point."""
    if found.point is None:
        return None
    row, column = found.point.pixel
    pixel = replace(slice_, stored=slice_.stored[row : row + 1, column : column + 1])
    wanted = fit_window(slice_) if voi is None and not slice_.is_colour else voi
    shown: int | list[int] = draw_frame(pixel, wanted, inverted=inverted)[0, 0].tolist()
    return shown


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
