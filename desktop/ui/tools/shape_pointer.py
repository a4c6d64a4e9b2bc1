"""Mouse and keys over a pane, as far as they mean shapes; the rest goes on to the pane: window, pan, zoom, wheel."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent, QMouseEvent

from desktop.state.pointer import Hit, Pointer, find_hit
from desktop.ui.slice_view.slice_view import CLICK_TRAVEL, SliceView
from desktop.ui.widgets.theme import units

_REACH = 7
"""How near the pointer must come to a line or a handle, in our units."""
_NUDGES = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}


class ShapePointer(QObject):
    """Watches one pane. Signals are requests; whether a tool is in hand is told by `set_tool`."""

    pressed = Signal(object)  # a `Pointer`
    moved = Signal(object)
    released = Signal(object)
    left_alone = Signal()  # a press beside every shape, without a tool: nothing is selected any more
    nudged = Signal(float, float)  # (right, down) on the screen, in pixels of the slice
    label_requested = Signal()  # a double click on a shape

    def __init__(self, pane: SliceView) -> None:
        super().__init__(pane)
        self._pane = pane
        self._has_tool = False
        self._is_down = False
        self._is_drag = False
        self._began = QPointF()
        pane.installEventFilter(self)

    def set_tool(self, in_hand: bool) -> None:
        """Take presses of the left button for a tool from now on, or only those on shapes."""
        self._has_tool = in_hand
        self._show_cursor(None)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        """Take what means shapes; return whether the pane is not to hear of it."""
        kind = event.type()
        if isinstance(event, QMouseEvent):
            if kind == QEvent.Type.MouseButtonPress:
                return self._press(event)
            if kind == QEvent.Type.MouseMove:
                return self._move(event)
            if kind == QEvent.Type.MouseButtonRelease:
                return self._release(event)
            if kind == QEvent.Type.MouseButtonDblClick:
                return self._press_twice(event)
        elif isinstance(event, QKeyEvent) and event.key() in _NUDGES and self._has_selection:
            return self._nudge(event)
        return False

    def _press(self, event: QMouseEvent) -> bool:
        if event.button() != Qt.MouseButton.LeftButton or self._is_down:
            return self._is_down
        hit = self._hit(event)
        is_plain = not event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if not self._has_tool and (hit is None or not is_plain):
            if self._has_selection and is_plain:
                self.left_alone.emit()
            return False
        self._is_down, self._is_drag, self._began = True, False, event.position()
        return self._tell(self.pressed, event, hit)

    def _move(self, event: QMouseEvent) -> bool:
        if self._is_down:
            travel = (event.position() - self._began).manhattanLength()
            self._is_drag = self._is_drag or travel > CLICK_TRAVEL
        elif event.buttons() == Qt.MouseButton.NoButton:
            self._show_cursor(self._hit(event))
        if self._is_down or self._has_tool:
            self._tell(self.moved, event, None)
        # The pane goes on telling what is under the pointer.
        return False

    def _release(self, event: QMouseEvent) -> bool:
        if not self._is_down or event.button() != Qt.MouseButton.LeftButton:
            return False
        self._is_down = False
        return self._tell(self.released, event, None)

    def _press_twice(self, event: QMouseEvent) -> bool:
        if self._has_tool or event.button() != Qt.MouseButton.LeftButton:
            return self._press(event)
        if self._hit(event) is None:
            return False
        self.label_requested.emit()
        return True

    def _nudge(self, event: QKeyEvent) -> bool:
        """Take an arrow key before the window's shortcuts do."""
        if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ControlModifier):
            return False
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            down, right = _NUDGES[Qt.Key(event.key())]
            far = 10.0 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1.0
            self.nudged.emit(right * far, down * far)
        return True

    def _tell(self, signal: SignalInstance, event: QMouseEvent, hit: Hit | None) -> bool:
        viewport = self._pane.viewport
        if viewport is None:
            return False
        point = viewport.to_slice(event.position().x(), event.position().y())
        keeps = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        told = Pointer(point, units(_REACH) / viewport.zoom, self._is_down, self._is_drag, keeps, hit)
        signal.emit(told)
        return True

    def _hit(self, event: QMouseEvent) -> Hit | None:
        picture, viewport = self._pane.picture, self._pane.viewport
        if picture is None or viewport is None or not picture.annotations:
            return None
        at = event.position().x(), event.position().y()
        return find_hit(picture.annotations, viewport, at, float(units(_REACH)))

    @property
    def _has_selection(self) -> bool:
        picture = self._pane.picture
        return picture is not None and any(shape.is_selected and shape.uid for shape in picture.annotations)

    def _show_cursor(self, hit: Hit | None) -> None:
        if self._has_tool:
            self._pane.setCursor(Qt.CursorShape.CrossCursor)
        elif hit is None:
            self._pane.unsetCursor()
        else:
            is_whole = hit.handle is None
            self._pane.setCursor(Qt.CursorShape.SizeAllCursor if is_whole else Qt.CursorShape.PointingHandCursor)
