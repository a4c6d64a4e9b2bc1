"""The view of one series as frozen values, every change that a person can make to it, and its map onto the pane.

A change is a method that returns a new state. Nothing in this module reads pixels, and no Qt is here. Points of a slice
are (row, column) at pixel centres: the first pixel covers -0.5…0.5. Points of the pane are (x, y) from its top left
corner, in device-independent pixels.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from desktop.state.colour_tables import GREY
from desktop.state.settings import HEAT_CUT, HEAT_OPACITY
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
        """Return it turned further, clockwise as seen on the screen (negative: anticlockwise)."""
        return replace(self, quarters=(self.quarters + quarters) % 4)

    def flipped_horizontally(self) -> "Turn":
        """Return it with left and right of the screen exchanged."""
        return Turn(not self.mirrored, -self.quarters % 4)

    def flipped_vertically(self) -> "Turn":
        """Return it with top and bottom of the screen exchanged."""
        return Turn(not self.mirrored, (2 - self.quarters) % 4)

    def matrix(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return ((a, b), (c, d)) of x' = a·x + b·y, y' = c·x + d·y, from slice (x right, y down) to screen."""
        sign = -1 if self.mirrored else 1
        cosine, sine = ((1, 0), (0, 1), (-1, 0), (0, -1))[self.quarters]
        return (cosine * sign, -sine), (sine * sign, cosine)


@dataclass(frozen=True)
class Camera:
    """The part of a slice that the pane shows. `zoom` is screen pixels for a column's width, None to fit the pane.

    `row` and `column` are the point in the pane's middle, in pixels from the slice's middle.
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
    opacity: float = HEAT_OPACITY.default
    cut: float = HEAT_CUT.default
    method: str | None = None
    """One of `inference.explain.methods.METHODS`; None is the model's own."""
    layer: str | None = None
    """A layer's name for the torch path; None is where the graph's class maps come from."""


@dataclass(frozen=True)
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
    colours: str = GREY
    """One of `COLOUR_TABLES`; pictures in colour have none."""
    smooth: bool = True
    """Whether pixels are interpolated on the screen; else each is drawn as the square that it is."""

    def at(self, index: int, *, count: int) -> "ViewState":
        """Return the state at another slice, held within the series."""
        return replace(self, index=min(max(index, 0), count - 1))

    def at_phase(self, phase: int, *, phases: int) -> "ViewState":
        """Return the state at another phase, held within the series."""
        return replace(self, phase=min(max(phase, 0), phases - 1))

    def is_as(self, other: "ViewState") -> bool:
        """Return true if both look alike at the same slice, whatever heatmap lies over it."""
        return replace(self, heat=other.heat) == other

    def with_home(self, home: "ViewState") -> "ViewState":
        """Return window, colours, turn, camera and drawings of the beginning; the slice and the heatmap stay."""
        return replace(home, plane=self.plane, index=self.index, phase=self.phase, heat=self.heat, smooth=self.smooth)


@dataclass(frozen=True)
class Viewport:
    """A slice of `rows` × `columns` of pixels `pixel_aspect` times as high as wide, in a pane `width` × `height`."""

    rows: int
    columns: int
    pixel_aspect: float
    turn: Turn
    camera: Camera
    width: float
    height: float

    @property
    def fit_zoom(self) -> float:
        """The zoom at which the whole slice just fits the pane."""
        across, down = float(self.columns), self.rows * self.pixel_aspect
        if self.turn.quarters % 2:
            across, down = down, across
        return max(min(self.width / across, self.height / down), 1e-6)

    @property
    def zoom(self) -> float:
        """Screen pixels for the width of a column."""
        return self.fit_zoom if self.camera.zoom is None else self.camera.zoom

    def matrix(self) -> tuple[float, float, float, float, float, float]:
        """Return (a, b, c, d, e, f) of x = a·column + b·row + e and y = c·column + d·row + f."""
        (a, b), (c, d) = self.turn.matrix()
        zoom, tall = self.zoom, self.zoom * self.pixel_aspect
        middle_row = (self.rows - 1) / 2 + self.camera.row
        middle_column = (self.columns - 1) / 2 + self.camera.column
        x = self.width / 2 - zoom * a * middle_column - tall * b * middle_row
        y = self.height / 2 - zoom * c * middle_column - tall * d * middle_row
        return zoom * a, tall * b, zoom * c, tall * d, x, y

    def to_slice(self, x: float, y: float) -> tuple[float, float]:
        """Return the point (row, column) of the slice under a point of the pane; it may fall outside the slice."""
        a, b, c, d, e, f = self.matrix()
        determinant = a * d - b * c
        column = (d * (x - e) - b * (y - f)) / determinant
        row = (-c * (x - e) + a * (y - f)) / determinant
        return row, column

    def pixel_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Return the pixel (row, column) under a point of the pane, None outside the slice."""
        row, column = self.to_slice(x, y)
        # Pixel n covers n - 0.5 (included) to n + 0.5.
        pixel = int((row + 0.5) // 1), int((column + 0.5) // 1)
        return pixel if 0 <= pixel[0] < self.rows and 0 <= pixel[1] < self.columns else None

    def panned(self, right: float, down: float) -> Camera:
        """Return the camera after the slice was dragged by so many pixels."""
        row, column = self.to_slice(self.width / 2 - right, self.height / 2 - down)
        return Camera(self.zoom, row - (self.rows - 1) / 2, column - (self.columns - 1) / 2)

    def zoomed(self, factor: float, x: float, y: float) -> Camera:
        """Return the camera after zooming by a factor, with the point under (x, y) staying there."""
        zoom = min(max(self.zoom * factor, LEAST_ZOOM), MOST_ZOOM)
        before = self.to_slice(x, y)
        closer = replace(self, camera=replace(self.camera, zoom=zoom))
        after = closer.to_slice(x, y)
        return Camera(zoom, self.camera.row + before[0] - after[0], self.camera.column + before[1] - after[1])


@dataclass(frozen=True)
class ShownView:
    """The part of a view that the main window's controls show, by which differences are found; they begin like this."""

    counts: tuple[int, int] = (0, 0)
    """Slices and phases of the series."""
    phase_names: tuple[str, ...] = ()
    """Each phase in words, if it is known what they are."""
    position: tuple[int, int] = (0, 0)
    """Slice and phase on screen."""
    drawings: bool = False
    heat: Heat = Heat()


def resolve_view(state: ViewState, series: "Series | None", count: int) -> ShownView:
    """Return the part of a view that the controls show; `count` says how many slices there are to go through."""
    counts, names = ((1, 1), ()) if series is None else ((count, series.phases), series.phase_names)
    return ShownView(counts, names, (state.index, state.phase), state.graphics, state.heat)


def drag_window(window: "Window", *, right: float, up: float, span: float) -> "Window":
    """Return the window after a drag by (right, up) pixels: right is wider, up is brighter (a lower centre).

    `span` is how much of the modality scale the slice uses; a drag of 500 pixels covers it once.
    """
    step = max(span, 1e-6) / 500.0
    # Width 1 is the least that LINEAR allows (PS3.3 C.11.2.1.2); pictures whose whole span is small need less.
    least = 1.0 if window.function.value == "LINEAR" else max(span, 1e-6) / 1000.0
    width = max(window.width + right * step, least)
    return replace(window, centre=window.centre - up * step, width=width, explanation="")
