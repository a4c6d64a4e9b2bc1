"""The window of a region: the next drag draws a rectangle, and the pane takes the window of what lies in it."""

from PySide6.QtCore import QObject, Signal

from desktop.controllers.view import ViewController
from desktop.render.gestures.region_window import Place, fit_region
from desktop.state.texts.language import tr
from imaging.base.english import english

HINT = english("Window of a region: drag a rectangle over it (Ctrl+drag does it at any time)")
_NOTHING = english("There are no grey values in this region, so there is no window of it.")


class RegionChoice(QObject):
    """Waits for one rectangle, and windows a pane by it."""

    waiting_changed = Signal(bool)  # whether the next drag of the left button is a rectangle
    said = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_waiting = False

    def wait(self, waiting: bool) -> None:
        """Let the next drag be a rectangle, or no longer."""
        if waiting != self.is_waiting:
            self.is_waiting = waiting
            self.waiting_changed.emit(waiting)

    def take(self, view: ViewController, one: Place, other: Place) -> None:
        """Give a pane the window of the region between two corners."""
        self.wait(False)
        if view.slice is None:
            return
        found = fit_region(view.slice, one, other)
        if found is not None:
            view.change(voi=found.window)
        self.said.emit(tr(_NOTHING) if found is None else found.describe())
