"""A panel that tells when it comes on screen and when it leaves it: what it shows is looked up only meanwhile."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.ui.widgets.controls import style_as_panel


class WatchedPanel(QWidget):
    """The base of such panels."""

    watched = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        style_as_panel(self)

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that somebody looks."""
        super().showEvent(event)
        self.watched.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that nobody looks any longer."""
        super().hideEvent(event)
        self.watched.emit(False)
