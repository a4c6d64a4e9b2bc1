"""Interpolation of pixels on the screen, on or off in every pane at once; the choice is kept for the next start."""

from PySide6.QtCore import QObject

from desktop.controllers.panes import PanesController
from desktop.controllers.view import ViewController
from desktop.state.settings import SMOOTH, Settings


class InterpolationController(QObject):
    """Turns interpolation on and off."""

    def __init__(self, panes: PanesController, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panes = panes
        self._settings = settings
        for view in panes.all:
            self._begin(view)
        panes.opened.connect(self._begin)

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate between pixels, or draw each as the square that it is."""
        self._settings.set(SMOOTH, smooth)
        for view in self._panes.all:
            view.change(smooth=smooth)

    def _begin(self, view: ViewController) -> None:
        view.change(smooth=self._settings.get(SMOOTH))
