"""The list of what was drawn on a series, as its panel shows it. No Qt."""

from dataclasses import dataclass

from desktop.state.annotations.drawing import find_tool
from desktop.state.texts.language import tr
from imaging.annotations.shapes import Shape
from imaging.base.english import english
from imaging.volume.geometry import Plane


@dataclass(frozen=True)
class ValueSpread:
    """How the values of an area are spread: counts of bins of equal width from the least value to the greatest, with
    both as texts, and what else they come to in words.
    """

    counts: tuple[int, ...]
    least: str
    greatest: str
    words: str


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
    spread: ValueSpread | None = None
    """Of the values of an area, once they are known."""


COLOURS = (
    (english("Yellow"), ""),
    (english("Orange"), "#ff8c42"),
    (english("Green"), "#6fd36f"),
    (english("Cyan"), "#5fd3e8"),
    (english("Blue"), "#7aa8ff"),
    (english("Magenta"), "#f07ae0"),
)
"""The colours that are offered, by their names."""


def make_row(shape: Shape, value: str, *, is_selected: bool, spread: ValueSpread | None = None) -> AnnotationRow:
    """Return the row of a shape."""
    plane = "" if shape.plane is Plane.ACQUIRED else f", {tr(shape.plane.value)}"
    phase = tr(", phase {phase}", phase=shape.phase + 1) if shape.phase else ""
    number = "" if shape.plane is Plane.OBLIQUE else f" {shape.slice + 1}"
    where = tr("Slice{number}{plane}{phase}", number=number, plane=plane, phase=phase)
    title = tr(find_tool(shape.type).title)
    return AnnotationRow(
        shape.uid, title, where, shape.label, value, shape.colour, shape.is_visible, is_selected, spread
    )
