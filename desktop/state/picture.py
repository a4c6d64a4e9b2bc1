"""The `Picture` that the slice view paints: one frozen value, complete in itself. No Qt here."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop.state.view import FIT, Camera, Turn


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


@dataclass(frozen=True, eq=False)
class Overlay:
    """A layer (heatmap, drawings) as levels uint8 [row, column] of the slice, and the RGBA uint8 [256, 4] of each."""

    levels: NDArray[np.uint8]
    table: NDArray[np.uint8]


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
    corners: Corners | None = None
    letters: Letters | None = None
    message: str = ""
    """Said in the middle of the pane, for example why there is no picture."""
