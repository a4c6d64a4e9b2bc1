"""What is shown, as frozen values: the view of one series, and every change that a person can make to it. No Qt here.

A change is a method that returns a new state. Nothing in this module reads pixels.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from imaging.volume.geometry import Plane

if TYPE_CHECKING:
    # At run time this would bring OpenCV on the way to the window.
    from imaging.volume.series import Series
    from imaging.volume.windowing import VoiTable, Window

LEAST_ZOOM = 0.02
MOST_ZOOM = 64.0


@dataclass(frozen=True)
class Turn:
    """How a slice stands on the screen: mirrored left-right first, then turned clockwise by quarters (0…3)."""

    mirrored: bool = False
    quarters: int = 0

    def rotated(self, quarters: int) -> "Turn":
        """Turned further, clockwise as seen on the screen (negative: anticlockwise)."""
        return replace(self, quarters=(self.quarters + quarters) % 4)

    def flipped_horizontally(self) -> "Turn":
        """Left and right of the screen exchanged, whatever the turn is."""
        return Turn(not self.mirrored, -self.quarters % 4)

    def flipped_vertically(self) -> "Turn":
        """Top and bottom of the screen exchanged."""
        return Turn(not self.mirrored, (2 - self.quarters) % 4)

    @property
    def swaps_axes(self) -> bool:
        """True where rows of the slice run down the screen's width."""
        return self.quarters % 2 == 1

    def matrix(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """((a, b), (c, d)) with x' = a·x + b·y and y' = c·x + d·y, from slice (x right, y down) to screen."""
        sign = -1 if self.mirrored else 1
        cosine, sine = ((1, 0), (0, 1), (-1, 0), (0, -1))[self.quarters]
        return (cosine * sign, -sine), (sine * sign, cosine)


@dataclass(frozen=True)
class Camera:
    """Which part of a slice the pane shows. `zoom` is screen pixels for a column's width, None to fit the pane.

    `row` and `column` are the place of the slice, in pixels from the slice's middle, that lies in the pane's middle.
    """

    zoom: float | None = None
    row: float = 0.0
    column: float = 0.0


FIT = Camera()


@dataclass(frozen=True)
class Heat:
    """How the heatmap is laid over the slice. `label` None is the label that the decision speaks of."""

    visible: bool = False
    label: str | None = None
    opacity: float = 0.5
    cut: float = 0.25
    layer: str | None = None
    """A layer's name for the torch path; None is the map that comes with the score."""


@dataclass(frozen=True, eq=False)
class ViewState:
    """How one series is looked at. `voi` is None for colour, which has no window."""

    plane: Plane = Plane.ACQUIRED
    index: int = 0
    phase: int = 0
    voi: "Window | VoiTable | None" = None
    inverted: bool = False
    turn: Turn = Turn()
    camera: Camera = FIT
    heat: Heat = field(default_factory=Heat)
    graphics: bool = True
    """Whether the file's own drawings (60xx overlays) are shown."""

    def at(self, index: int, *, count: int) -> "ViewState":
        """At another slice, held within the series."""
        return replace(self, index=min(max(index, 0), count - 1))

    def at_phase(self, phase: int, *, phases: int) -> "ViewState":
        """At another phase, held within the series."""
        return replace(self, phase=min(max(phase, 0), phases - 1))

    def is_as(self, other: "ViewState") -> bool:
        """True where both look alike at the same slice, whatever heatmap lies over it."""
        own, others = (
            (one.plane, one.index, one.phase, one.voi, one.inverted, one.turn, one.camera, one.graphics)
            for one in (self, other)
        )
        return own == others

    def with_home(self, home: "ViewState") -> "ViewState":
        """Window, turn, camera and drawings as they were at the beginning; the slice and the heatmap stay."""
        return replace(home, plane=self.plane, index=self.index, phase=self.phase, heat=self.heat)


@dataclass(frozen=True)
class ShownView:
    """What the controls of the window show of a view: compared with the next one, so that only differences are told.

    The defaults are how the controls are made.
    """

    counts: tuple[int, int] = (0, 0)
    """Slices and phases of the series."""
    position: tuple[int, int] = (0, 0)
    """Slice and phase on screen."""
    drawings: bool = False
    heat: Heat = Heat()


def resolve_view(state: ViewState, series: "Series | None") -> ShownView:
    """Return what the controls show of a view of a series."""
    counts = (1, 1) if series is None else (series.slices, series.phases)
    return ShownView(counts, (state.index, state.phase), state.graphics, state.heat)


def drag_window(window: "Window", *, right: float, up: float, span: float) -> "Window":
    """The window after a drag by (right, up) pixels: right is wider, up is brighter (a lower centre).

    `span` is how much of the modality scale the slice uses; a drag of 500 pixels covers it once.
    """
    step = max(span, 1e-6) / 500.0
    # Width 1 is the least that LINEAR allows (PS3.3 C.11.2.1.2); pictures whose whole span is small need less.
    least = 1.0 if window.function.value == "LINEAR" else max(span, 1e-6) / 1000.0
    width = max(window.width + right * step, least)
    return replace(window, centre=window.centre - up * step, width=width, explanation="")
