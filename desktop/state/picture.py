"""What the slice view is given to paint: one frozen value, complete in itself. No Qt here, nothing heavy to import."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desktop.state.view import FIT, Camera, Turn

if TYPE_CHECKING:
    # At run time this would bring OpenCV on the way to the window.
    from desktop.render.text import Corners, Letters


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
    """What the file itself draws over the slice."""
    corners: "Corners | None" = None
    letters: "Letters | None" = None
    message: str = ""
    """Said in the middle of the pane, for example why there is no picture."""
