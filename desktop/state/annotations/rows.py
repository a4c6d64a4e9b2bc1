"""The list of what was drawn on a series, as its panel shows it. No Qt."""

from dataclasses import dataclass

from desktop.state.annotations.drawing import find_tool
from imaging.annotations.shapes import Shape
from imaging.volume.geometry import Plane


@dataclass(frozen=True)
class AnnotationRow:
    """One shape in the list."""

    uid: str
    what: str
    where: str
    label: str
    value: str
    """What it measures, empty as long as its slice was not shown."""
    colour: str
    is_visible: bool
    is_selected: bool


COLOURS = (
    ("Yellow", ""),
    ("Orange", "#ff8c42"),
    ("Green", "#6fd36f"),
    ("Cyan", "#5fd3e8"),
    ("Blue", "#7aa8ff"),
    ("Magenta", "#f07ae0"),
)
"""The colours that are offered, by their names."""


def make_row(shape: Shape, value: str, *, is_selected: bool) -> AnnotationRow:
    """Return the row of a shape."""
    plane = "" if shape.plane is Plane.ACQUIRED else f", {shape.plane.value}"
    phase = f", phase {shape.phase + 1}" if shape.phase else ""
    number = "" if shape.plane is Plane.OBLIQUE else f" {shape.slice + 1}"
    where = f"Slice{number}{plane}{phase}"
    title = find_tool(shape.type).title
    return AnnotationRow(shape.uid, title, where, shape.label, value, shape.colour, shape.is_visible, is_selected)
