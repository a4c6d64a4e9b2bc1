"""The lines of the crosshair in a plane: as the other two planes cut it, in their colours and with their names."""

import numpy as np
from numpy.typing import NDArray

from desktop.state.multiplanar.mpr import MPR_PLANES, PLANE_COLOURS, MprState
from desktop.state.picture import DrawnShape
from imaging.base.english import Text
from imaging.volume.geometry import Plane
from imaging.volume.reslice import CutPlane

Place = tuple[float, float]

# Shares of the way from the crosshair to the edge: lines begin at the first, and are taken by the second to turn them.
_GAP, _HANDLE = 0.08, 0.75


def draw_crosshair(state: MprState, own: Plane, pixels: CutPlane) -> tuple[DrawnShape, ...]:
    """Return the two lines that cross in a plane's picture; the uid of one is the name of the plane it stands for."""
    drawn: list[DrawnShape] = []
    centre = np.array(pixels.pixel_of(state.point))
    for other in (plane for plane in MPR_PLANES if plane is not own):
        along = np.cross(state.normal(own), state.normal(other))
        step = np.array(pixels.pixel_of(np.array(state.point) + along)) - centre
        ends = [centre + step * _reach(centre, sign * step, pixels) * sign for sign in (-1, 1)]
        colour = PLANE_COLOURS[other]
        paths = tuple((_place(centre + (end - centre) * _GAP), _place(end)) for end in ends)
        handles = tuple(_place(centre + (end - centre) * _HANDLE) for end in ends)
        drawn.append(DrawnShape(other.value, paths, handles, colour=colour))
        # Colour alone says nothing to many: each line has its name at one of the points that turn it.
        # At the left or the lower end, where no letter of the edge follows in the line.
        named = min(handles, key=lambda place: (round(place[1]), -place[0]))
        drawn.append(DrawnShape("", ((named,),), lines=(Text(other.value),), colour=colour))
        drawn.append(DrawnShape("", tuple((place,) for place in handles if place != named), colour=colour))
    return tuple(drawn)


def _reach(centre: NDArray[np.float64], step: NDArray[np.float64], pixels: CutPlane) -> float:
    """Return how many steps lie between the crosshair and the edge of the picture."""
    reach = [np.inf]
    for axis, length in enumerate((pixels.rows, pixels.columns)):
        if abs(step[axis]) > 1e-9:
            edge = length - 0.5 if step[axis] > 0 else -0.5
            reach.append(max((edge - centre[axis]) / step[axis], 0.0))
    found = float(min(reach))
    return found if np.isfinite(found) else 0.0


def _place(point: NDArray[np.float64]) -> Place:
    return float(point[0]), float(point[1])
