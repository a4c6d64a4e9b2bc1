"""Under the pointer: shapes and their handles by distance on the screen. No Qt."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from desktop.state.picture import DrawnShape
from desktop.state.view import Viewport

Place = tuple[float, float]


@dataclass(frozen=True)
class Hit:
    """The shape under the pointer, and the number of its handle; None if it is another part of it."""

    uid: str
    handle: int | None = None


@dataclass(frozen=True)
class Pointer:
    """One press, move or release over the slice."""

    point: Place
    """(row, column) of the slice, between pixels too."""
    reach: float
    """How far a point may be to be meant, in widths of a pixel."""
    is_down: bool = False
    is_drag: bool = False
    """Whether it has travelled since the button went down."""
    keeps_direction: bool = False
    """Whether Shift is down."""
    hit: Hit | None = None


def place_on_pane(viewport: Viewport, point: Place) -> Place:
    """Return the place on the pane of a point (row, column) of the slice, as (x, y)."""
    a, b, c, d, e, f = viewport.matrix()
    return a * point[1] + b * point[0] + e, c * point[1] + d * point[0] + f


def find_hit(drawn: Sequence[DrawnShape], viewport: Viewport, at: Place, reach: float) -> Hit | None:
    """Return what lies under (x, y) within `reach` pixels of the screen: a handle before a line, the topmost first."""
    for shape in reversed(drawn):
        for number, handle in enumerate(shape.handles):
            if shape.uid and math.dist(place_on_pane(viewport, handle), at) <= reach:
                return Hit(shape.uid, number)
    for shape in reversed(drawn):
        for path in shape.paths:
            places = [place_on_pane(viewport, point) for point in path]
            if shape.uid and any(_away(at, one, other) <= reach for one, other in pairwise(places)):
                return Hit(shape.uid)
    return None


def _away(at: Place, one: Place, other: Place) -> float:
    """Return the distance of a place from a line between two others."""
    along = other[0] - one[0], other[1] - one[1]
    length = along[0] ** 2 + along[1] ** 2
    share = 0.0 if length == 0 else ((at[0] - one[0]) * along[0] + (at[1] - one[1]) * along[1]) / length
    share = min(max(share, 0.0), 1.0)
    return math.dist(at, (one[0] + share * along[0], one[1] + share * along[1]))
