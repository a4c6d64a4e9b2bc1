"""The `Picture` that the slice view paints: one frozen value, complete in itself. No Qt here."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desktop.state.view import FIT, Camera, Turn

if TYPE_CHECKING:
    # At run time this would bring the reading of files on the way to the window.
    from imaging.annotations.calibration import LengthScale

Points = tuple[tuple[float, float], ...]

SHAPE_COLOUR = "#ffd24a"
"""The usual colour of a shape, on screen as in files."""
MOST_WITH_TEXT = 24
"""With more shapes than these on a slice only the selected one has text."""
HEAD_ANGLE = math.radians(25)
"""The angle between an arrow and each of its barbs."""


@dataclass(frozen=True)
class Letters:
    """The directions toward the four edges of the screen: `L`, or `LA` for an oblique."""

    left: str
    right: str
    top: str
    bottom: str


@dataclass(frozen=True)
class Corners:
    """Lines of text for each corner: patient, study, position and window, series."""

    top_left: tuple[str, ...] = ()
    top_right: tuple[str, ...] = ()
    bottom_left: tuple[str, ...] = ()
    bottom_right: tuple[str, ...] = ()
    description: str = ""
    """The line of the last corner that may name a patient or a file."""
    side: str = ""
    """The line of the last corner that says in words what the letters at the edges say."""

    def without_patient(self, mark: str) -> "Corners":
        """Return what may be shown of them while patient data is hidden, with a mark that says so."""
        kept = tuple(line for line in self.bottom_right if line != self.description)
        return Corners((mark,), (), self.bottom_left, kept, side=self.side)


@dataclass(frozen=True, eq=False)
class Overlay:
    """A layer (heatmap, drawings) as levels uint8 [row, column] of the slice, and the RGBA uint8 [256, 4] of each."""

    levels: NDArray[np.uint8]
    table: NDArray[np.uint8]
    warning: str = ""
    """Written on the picture while the layer shows."""


@dataclass(frozen=True, eq=False)
class ColourKey:
    """The colours of a picture from its lowest to its highest value, RGB uint8 [256, 3], and both values in words."""

    colours: NDArray[np.uint8]
    low: str
    high: str


@dataclass(frozen=True)
class DrawnShape:
    """A shape that a person drew, as the pane paints it; points are (row, column) of the slice."""

    uid: str
    """Empty while it is being drawn."""
    paths: tuple[Points, ...]
    """Lines through points; one whose last point is its first is closed."""
    handles: Points = ()
    """Points that can be taken hold of, in the order of the shape's own."""
    lines: tuple[str, ...] = ()
    """The text beside it."""
    colour: str = ""
    is_selected: bool = False
    has_head: bool = False
    """Whether the first path is an arrow that points at its first point."""


@dataclass(frozen=True, eq=False)
class SliceLayers:
    """Layers of a slice in a file: shapes as they are painted, the levels of a heatmap, and its caveat in lines."""

    drawn: tuple[DrawnShape, ...] = ()
    levels: NDArray[np.uint8] | None = None
    """uint8 [row, column] of the slice, 0…255 for 0…1."""
    caption: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModelMarks:
    """Marks of a model on a slice beside its heatmap: that it is weak, and the corners of what the model saw."""

    is_weak: bool = False
    frame: Points = ()
    """(row, column) of the slice: top left, top right, bottom right, bottom left of the model's input."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A frame (uint8 [row, column] or [row, column, 3]) with how it stands, and what is written around it."""

    frame: NDArray[np.uint8]
    pixel_aspect: float
    turn: Turn
    camera: Camera = FIT
    overlay: Overlay | None = None
    graphics: Overlay | None = None
    """The file's own drawings over the slice."""
    input_frame: Points = ()
    """The corners of what a model saw, as in `ModelMarks`."""
    annotations: tuple[DrawnShape, ...] = ()
    """What a person drew on the slice, above everything else."""
    corners: Corners | None = None
    letters: Letters | None = None
    size: tuple[int, int] | None = None
    """Rows and columns of the slice, if the frame is a smaller one of it (while a large slice is being windowed)."""
    smooth: bool = True
    """Whether pixels are interpolated on the screen."""
    scale: "LengthScale | None" = None
    """How steps of the slice become lengths, for a scale bar."""
    colour_bar: ColourKey | None = None
    """What the colours of a picture with a colour table stand for."""
    message: str = ""
    """Said in the middle of the pane, for example why there is no picture."""
