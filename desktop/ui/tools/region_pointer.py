"""A rectangle drawn over a pane: by the gesture for it (at first Ctrl+left drag), or once it was asked for."""

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QRubberBand

from desktop.state.texts.language import tr
from desktop.ui.slice_view.slice_view import CLICK_TRAVEL, SliceView, find_gesture


class RegionPointer(QObject):
    """Watches one pane, behind those who watch for shapes: what they take, is not for a region."""

    region_dragged = Signal(object, object)  # two corners, each a (row, column) of the slice

    def __init__(self, pane: SliceView) -> None:
        super().__init__(pane)
        self._pane = pane
        self._is_waiting = False
        self._began: QPointF | None = None
        self._button = Qt.MouseButton.LeftButton
        self._band = QRubberBand(QRubberBand.Shape.Rectangle, pane)
        self._band.setAccessibleName(tr("Region"))
        pane.installEventFilter(self)

    def set_waiting(self, waiting: bool) -> None:
        """Take the next drag of the left button, or only those by the gesture for it."""
        self._is_waiting = waiting
        if waiting:
            self._pane.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self._pane.unsetCursor()

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        """Take what means a region; return whether the pane is not to hear of it."""
        if not isinstance(event, QMouseEvent):
            return False
        if event.type() == QEvent.Type.MouseButtonPress:
            return self._press(event)
        if event.type() == QEvent.Type.MouseMove:
            return self._move(event)
        if event.type() == QEvent.Type.MouseButtonRelease and event.button() == self._button:
            return self._release(event)
        return False

    def _press(self, event: QMouseEvent) -> bool:
        if self._began is not None:
            return True
        is_asked = self._is_waiting and event.button() == Qt.MouseButton.LeftButton
        is_meant = is_asked or find_gesture(self._pane.gestures, event.modifiers(), event.button()) == "region"
        if not is_meant or self._pane.viewport is None:
            return False
        self._button = event.button()
        self._pane.touched.emit()
        self._began = event.position()
        return True

    def _move(self, event: QMouseEvent) -> bool:
        if self._is_waiting:
            self._pane.setCursor(Qt.CursorShape.CrossCursor)
        if self._began is not None:
            self._band.setGeometry(QRect(self._began.toPoint(), event.position().toPoint()).normalized())
            self._band.show()
        # The pane goes on telling what is under the pointer.
        return False

    def _release(self, event: QMouseEvent) -> bool:
        if self._began is None:
            return False
        began, self._began = self._began, None
        self._band.hide()
        viewport, end = self._pane.viewport, event.position()
        if viewport is not None and (end - began).manhattanLength() > CLICK_TRAVEL:
            corners = (viewport.to_slice(at.x(), at.y()) for at in (began, end))
            self.region_dragged.emit(*corners)
        return True
