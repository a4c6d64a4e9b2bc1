"""The window (contrast) of the series on screen: automatic, the file's own, presets, drags, inversion, drawings.

Loaded after the window is shown, since it needs what draws slices.
"""

from dataclasses import dataclass, replace

from desktop.controllers.view import Viewing
from desktop.render.frame import automatic_window, file_windows, next_window, span_of
from desktop.state.view import dragged_window
from imaging.volume.windowing import VoiTable, Window


@dataclass(frozen=True)
class _Drag:
    window: Window
    span: float


class Contrast:
    """Every public method is something that a person can ask for; the answer is a new state of the view."""

    def __init__(self, viewing: Viewing) -> None:
        self._viewing = viewing
        self._drag: _Drag | None = None

    def window_automatically(self) -> None:
        """A window that spans the slice on screen."""
        if self._viewing.slice is not None and not self._viewing.slice.is_colour:
            self._viewing.change(replace(self._viewing.state, voi=automatic_window(self._viewing.slice)))

    def window_of_file(self) -> None:
        """The file's own window, or its next one; where it has none, the window at the beginning."""
        if self._viewing.slice is not None and not self._viewing.slice.is_colour:
            offered = file_windows(self._viewing.slice) or self._viewing.slice.series.file_windows
            self._viewing.change(
                replace(
                    self._viewing.state, voi=next_window(offered, self._viewing.state.voi) or self._viewing.home.voi
                )
            )

    def window_preset(self, centre_and_width: tuple[float, float]) -> None:
        """A CT window; only where the values are Hounsfield units."""
        if self._viewing.slice is not None and self._viewing.slice.series.units == "HU":
            self._viewing.change(replace(self._viewing.state, voi=Window(*centre_and_width)))

    def begin_drag(self) -> None:
        """The left button went down: drags are counted from the window as it is now."""
        voi = self._viewing.state.voi
        if self._viewing.slice is None or voi is None:
            self._drag = None
            return
        window = voi if isinstance(voi, Window) else _as_window(voi)
        self._drag = _Drag(window, span_of(self._viewing.slice))

    def drag_window(self, right: float, up: float) -> None:
        """The pointer is so many pixels from where the drag began."""
        if self._drag is not None:
            window = dragged_window(self._drag.window, right=right, up=up, span=self._drag.span)
            self._viewing.change(replace(self._viewing.state, voi=window))

    def set_drawings(self, shown: bool) -> None:
        """Show what the file draws over its picture (60xx overlays), or leave it out."""
        self._viewing.change(replace(self._viewing.state, graphics=shown))

    def invert(self) -> None:
        """Exchange bright and dark."""
        self._viewing.change(replace(self._viewing.state, inverted=not self._viewing.state.inverted))


def _as_window(table: VoiTable) -> Window:
    """A window over the values that a table covers, to drag from."""
    return Window(table.first + len(table.entries) / 2, max(float(len(table.entries)), 1.0))
