"""A plain left drag over a pane that turns what is in it; other buttons and modifiers go on to the pane."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent

from desktop.ui.slice_view.slice_view import SliceView


class TurnPointer(QObject):
    """Watches one pane."""

    turned = Signal(float, float)  # (right, down) in pixels since the last one
    released = Signal()

    def __init__(self, pane: SliceView) -> None:
        super().__init__(pane)
        self._pane = pane
        self._last: QPointF | None = None
        pane.installEventFilter(self)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        """Take what turns; return whether the pane is not to hear of it."""
        if not isinstance(event, QMouseEvent):
            return False
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and self._last is None:
            is_meant = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
            if is_meant:
                self._pane.touched.emit()
                self._last = event.position()
            return is_meant
        if self._last is None:
            return False
        if kind == QEvent.Type.MouseMove:
            moved, self._last = event.position() - self._last, event.position()
            self.turned.emit(moved.x(), moved.y())
        elif kind == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton:
            self._last = None
            self.released.emit()
            return True
        # The pane goes on telling what is under the pointer.
        return kind == QEvent.Type.MouseButtonPress
