"""The pane of a slice: paints a `Picture` and reports the mouse. It keeps no state of what is shown.

A plain widget with a painter (docs/decisions/0015).
"""

from enum import Enum
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QFontMetricsF,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.state.key_bindings import GestureBindings
from desktop.state.picture import Picture
from desktop.state.texts.language import said, tr
from desktop.state.view import Viewport
from desktop.ui.slice_view.annotation_painter import AnnotationPainter
from desktop.ui.slice_view.layer_images import LayerImages
from desktop.ui.slice_view.magnifier import draw_magnifier
from desktop.ui.slice_view.model_overlay import draw_input_frame, draw_warning
from desktop.ui.slice_view.pane_text import PaneText
from desktop.ui.slice_view.text_painter import draw_centred, fit_lines
from desktop.ui.widgets.theme import units
from imaging.base.english import english

# Beyond this many screen pixels a pixel is drawn as the square it is.
_SQUARES_FROM = 12.0
_EMPTY = english("Empty: choose a series in the list, or drag one here")
# The outline of the active pane: a colour of the picture, which no theme changes.
_ACTIVE = QColor("#e8963c")
_OUTLINE = 2


class SliceView(QWidget):
    """Shows one picture. Signals are requests; `show_picture` never emits one."""

    stepped = Signal(int)  # slices to go on (negative: back)
    camera_requested = Signal(object)  # a `Camera`
    drag_began = Signal()
    window_dragged = Signal(float, float)  # (right, up) in pixels since the drag began
    drag_ended = Signal()
    hovered = Signal(object)  # the pixel (row, column) under the cursor, or None
    menu_requested = Signal(object)  # a right click, at a global position
    clicked = Signal(object)  # a left click that did not travel, at a (row, column) of the slice, between pixels too
    touched = Signal()  # a hand or a key came to this pane
    alone_requested = Signal()  # a double click: this pane alone, or all of them

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, mouseTracking=True, focusPolicy=Qt.FocusPolicy.StrongFocus, accessibleName=tr("Slice"))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 120)
        self.picture: Picture | None = None
        self.writing = PaneText()
        self._magnified = 1
        self._images = LayerImages()
        self._annotations = AnnotationPainter()
        self.gestures = GestureBindings()
        """What the mouse does here."""
        self._drag: Drag | None = None
        self._button: Qt.MouseButton | None = None
        self._cursor: QPointF | None = None
        self._pressed = QPointF()
        self._last = QPointF()
        self._travelled = False
        self._wheel = WheelSteps()
        self._dragged_slices = WheelSum(PIXELS_A_DRAGGED_SLICE)
        self._is_active = False
        self._empty_text = ""

    # --- setters ---

    def show_picture(self, picture: Picture | None) -> None:
        """Paint this from now on."""
        self.picture = picture
        if picture is None:
            self._images = LayerImages()
            self._annotations = AnnotationPainter()
        if picture is not None and picture.corners is not None:
            self.setAccessibleDescription(", ".join(map(said, picture.corners.bottom_left)))
        self.update()

    def set_probe(self, text: str) -> None:
        """Show the text about the pixel under the cursor."""
        if text != self.writing.probe:
            self.writing.probe = text
            self.update()

    def set_link_mark(self, text: str) -> None:
        """Write how this pane stands to the one that it is linked with; empty: nothing."""
        self.writing.link = text
        self.update()

    def set_text_level(self, level: str) -> None:
        """Set how much is written in the corners: all, some, none."""
        self.writing.level = level
        self.update()

    def set_private(self, private: bool) -> None:
        """Write nothing in the corners that names a patient, or write it again."""
        self.writing.is_private = private
        self.update()

    def set_scale_bar(self, shown: bool) -> None:
        """Draw the scale bar, or leave it out."""
        self.writing.has_scale_bar = shown
        self.update()

    def set_magnified(self, times: int) -> None:
        """Enlarge what is under the cursor so many times; 1 for not at all."""
        self._magnified = times
        self.update()

    def set_place(self, name: str, *, active: bool, is_one_of_several: bool) -> None:
        """Name this pane for a screen reader, and show whether keys and menus speak of it.

        Without a picture, one of several says what to do.
        """
        self._is_active = active
        self._empty_text = tr(_EMPTY) if is_one_of_several else ""
        self.setAccessibleName(name)
        self.update()

    @property
    def viewport(self) -> Viewport | None:
        """The slice's pixels mapped onto this pane; None without a picture."""
        picture = self.picture
        if picture is None:
            return None
        rows, columns = picture.size or picture.frame.shape[:2]
        size = (max(1.0, float(self.width())), max(1.0, float(self.height())))
        return Viewport(rows, columns, picture.pixel_aspect, picture.turn, picture.camera, *size)

    @property
    def pixel_under_cursor(self) -> tuple[int, int] | None:
        """The pixel (row, column) that the cursor stands on; None if it stands beside the slice."""
        viewport = self.viewport
        if viewport is None or self._cursor is None:
            return None
        # Kept as a place on the screen: the pane may have moved beneath it.
        at = self.mapFromGlobal(self._cursor)
        return viewport.pixel_at(at.x(), at.y()) if QRectF(self.rect()).contains(at) else None

    # --- painting ---

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the frame, the heatmap over it, the file's own drawings, those of a person, then letters and text."""
        painter = QPainter(self)
        viewport, picture = self.viewport, self.picture
        self._paint_ground(painter, None if picture is None or picture.message else viewport)
        if viewport is not None and picture is not None:
            if picture.message:
                draw_centred(painter, picture.message, self.font(), x=self.width() / 2, y=self.height() / 2)
            else:
                self._paint_layers(painter, picture, viewport)
                if picture.input_frame:
                    draw_input_frame(painter, viewport, picture.input_frame)
                if picture.annotations:
                    edge = float(units(8))
                    area = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
                    self._annotations.paint(painter, picture.annotations, viewport, self.font(), area=area)
            if not picture.message:
                self._paint_magnifier(painter, picture, viewport)
            self.writing.draw(painter, picture, viewport, self.font())
            if picture.overlay is not None and picture.overlay.warning:
                draw_warning(painter, picture.overlay.warning, self.font(), x=self.width() / 2, y=units(32))
        else:
            self._paint_empty(painter)
        if self._is_active:
            painter.setPen(QPen(_ACTIVE, 2 * _OUTLINE))
            painter.drawRect(self.rect())
        painter.end()

    def _paint_ground(self, painter: QPainter, viewport: Viewport | None) -> None:
        """Paint black what no slice will cover."""
        if viewport is not None:
            covered = _transform_of(viewport).mapRect(_area_of(viewport)).adjusted(1, 1, -1, -1)
            painter.setClipRegion(QRegion(self.rect()).subtracted(QRegion(covered.toRect())))
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        painter.setClipping(False)

    def _paint_empty(self, painter: QPainter) -> None:
        lines = fit_lines((self._empty_text,), self.font().toString(), self.width() - units(16), 8)
        top = self.height() / 2 - QFontMetricsF(self.font()).height() * (len(lines) - 1) / 2
        for number, line in enumerate(lines):
            y = top + number * QFontMetricsF(self.font()).height()
            draw_centred(painter, line, self.font(), x=self.width() / 2, y=y)

    def _paint_magnifier(self, painter: QPainter, picture: Picture, viewport: Viewport) -> None:
        if self._magnified == 1 or self.pixel_under_cursor is None or self._cursor is None:
            return
        at, draw = self.mapFromGlobal(self._cursor), partial(self._paint_layers, painter, picture, kept_as="magnified ")
        draw_magnifier(painter, at, self._magnified, viewport, self.font(), draw)

    def _paint_layers(self, painter: QPainter, picture: Picture, viewport: Viewport, kept_as: str = "") -> None:
        """Paint frame, heatmap and drawings; images of another size are kept under a name of their own."""
        zoom = min(viewport.zoom, viewport.zoom * viewport.pixel_aspect) * self.devicePixelRatioF()
        is_smooth = picture.smooth and zoom < _SQUARES_FROM
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth)
        target = _area_of(viewport)
        painter.setWorldTransform(_transform_of(viewport))
        # Screen pixels for a pixel of the frame, which may be a reduced one.
        of_frame = zoom * viewport.columns / picture.frame.shape[1]
        name, shrink = f"{kept_as}frame", max(1, int(1 / of_frame))
        if picture.overlay is None:
            image = self._images.find(name, picture.frame, shrink)
        else:
            image = self._images.find_with_heat(name, picture.frame, shrink, picture.overlay)
        painter.drawImage(target, image)
        if picture.graphics is not None:
            drawn = picture.graphics
            # Never averaged: a line one pixel wide would vanish.
            painter.drawImage(target, self._images.find(f"{kept_as}graphics", drawn.levels, 1, drawn.table))
        painter.resetTransform()

    # --- mouse ---

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step one slice a notch, or zoom at the cursor."""
        event.accept()
        self.touched.emit()
        meant = find_gesture(self.gestures, event.modifiers())
        if meant == Drag.ZOOM.value:
            delta = event.angleDelta().y() or event.angleDelta().x()
            self._zoom(ZOOM_A_NOTCH ** (delta / NOTCH), event.position())
        elif meant == Drag.SLICES.value and (steps := self._wheel.add(event)):
            self.stepped.emit(steps)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a drag."""
        self.touched.emit()
        if self._button is not None:
            return
        self._button = event.button()
        meant = find_gesture(self.gestures, event.modifiers(), self._button)
        self._drag = next((drag for drag in Drag if drag.value == meant), None)
        self._dragged_slices.reset()
        self._pressed = self._last = event.position()
        self._travelled = False
        if self._drag is Drag.WINDOW:
            self.drag_began.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag, or tell what is under the cursor."""
        self._hover(event.globalPosition())
        cursor, viewport = event.position(), self.viewport
        if self._button is None or viewport is None:
            return
        whole, moved = cursor - self._pressed, cursor - self._last
        self._travelled = self._travelled or whole.manhattanLength() > CLICK_TRAVEL
        if not self._travelled:
            return
        if self._drag is Drag.WINDOW:
            self.window_dragged.emit(whole.x(), -whole.y())
        elif self._drag is Drag.PAN:
            self.camera_requested.emit(viewport.panned(moved.x(), moved.y()))
        elif self._drag is Drag.ZOOM:
            self._zoom(ZOOM_A_PIXEL ** -moved.y(), self._pressed)
        elif self._drag is Drag.SLICES and (steps := self._dragged_slices.add(-moved.y())):
            self.stepped.emit(steps)
        self._last = cursor

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag; a right click that did not travel asks for the menu."""
        if event.button() != self._button:
            return
        viewport, is_click = self.viewport, not self._travelled
        if self._drag is Drag.WINDOW:
            self.drag_ended.emit()
        self._drag = self._button = None
        if is_click and event.button() == Qt.MouseButton.RightButton:
            self.menu_requested.emit(event.globalPosition().toPoint())
        elif is_click and event.button() == Qt.MouseButton.LeftButton and viewport is not None:
            self.clicked.emit(viewport.to_slice(event.position().x(), event.position().y()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for this pane alone, or all of them."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.alone_requested.emit()
        else:
            self.mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that the keys come here now."""
        super().focusInEvent(event)
        self.touched.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu by its key; the mouse asks when its button is released, since a right drag zooms."""
        if event.reason() != QContextMenuEvent.Reason.Mouse:
            self.menu_requested.emit(event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing is under the cursor."""
        self._hover(None)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Tell what is under the cursor."""
        self._hover(event.globalPosition())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell what is under the cursor now."""
        super().resizeEvent(event)
        self._hover(self._cursor)

    def _hover(self, cursor: QPointF | None) -> None:
        self._cursor = cursor
        self.hovered.emit(self.pixel_under_cursor)
        if self._magnified > 1:
            self.update()

    def _zoom(self, factor: float, at: QPointF) -> None:
        if self.viewport is not None:
            self.camera_requested.emit(self.viewport.zoomed(factor, at.x(), at.y()))


def _area_of(viewport: Viewport) -> QRectF:
    """Return the area of a slice's pixels in (column, row)."""
    return QRectF(-0.5, -0.5, viewport.columns, viewport.rows)


def _transform_of(viewport: Viewport) -> QTransform:
    """Return what maps (column, row) of a slice onto the pane."""
    a, b, c, d, e, f = viewport.matrix()
    # Qt's matrix is written for row vectors: its second index is ours turned.
    return QTransform(a, c, b, d, e, f)


def make_image(frame: NDArray[np.uint8]) -> QImage:
    """Return a frame, grey [row, column] or RGB [row, column, 3], as a QImage of its own bytes."""
    rows, columns = frame.shape[:2]
    packed = np.ascontiguousarray(frame)
    layout = QImage.Format.Format_Grayscale8 if frame.ndim == 2 else QImage.Format.Format_RGB888
    # The painter's fast paths are for 32 bits: converting once is cheaper than at every pixel that is sampled.
    return QImage(packed.data, columns, rows, packed.strides[0], layout).convertToFormat(QImage.Format.Format_RGB32)


NOTCH = 120
"""What Qt reports for one notch of a wheel, in eighths of a degree."""
PIXELS_A_SLICE = 30
"""How far two fingers travel on a trackpad for one slice, where the system reports pixels and no angle."""
PIXELS_A_DRAGGED_SLICE = 8
"""How far a drag goes for one slice, where a drag goes through slices."""
CLICK_TRAVEL = 4
"""Pixels that a click may travel and still be a click."""
ZOOM_A_NOTCH = 1.2
ZOOM_A_PIXEL = 1.01


class Drag(Enum):
    """The meanings of a drag, by the ids of gestures."""

    WINDOW = "window"
    PAN = "pan"
    ZOOM = "zoom"
    SLICES = "slices"


_PARTS = {
    Qt.MouseButton.LeftButton: "Left",
    Qt.MouseButton.MiddleButton: "Middle",
    Qt.MouseButton.RightButton: "Right",
}
_MODIFIERS = {
    Qt.KeyboardModifier.ShiftModifier: "Shift",
    Qt.KeyboardModifier.ControlModifier: "Ctrl",
    Qt.KeyboardModifier.AltModifier: "Alt",
}


def find_gesture(
    gestures: GestureBindings, modifiers: Qt.KeyboardModifier, button: Qt.MouseButton | None = None
) -> str | None:
    """Return the id of the gesture of a button, or, without one, of the wheel."""
    part = "Wheel" if button is None else _PARTS.get(button)
    return part and gestures.find(part, [name for flag, name in _MODIFIERS.items() if modifiers & flag])


class WheelSum:
    """The sum of what a wheel or a trackpad reports, taken in whole steps: exactly one a notch."""

    def __init__(self, whole: float = NOTCH) -> None:
        self._whole = whole
        self._rest = 0.0

    def reset(self) -> None:
        """Forget what was left over."""
        self._rest = 0.0

    def add(self, delta: float) -> int:
        """Return whole steps, positive toward the person (the next slice). Turning back forgets what was left over."""
        if delta * self._rest < 0:
            self._rest = 0.0
        self._rest += delta
        steps = int(self._rest / self._whole)
        self._rest -= steps * self._whole
        return -steps


class WheelSteps:
    """The events of a wheel or a trackpad as whole steps."""

    def __init__(self) -> None:
        self._wheel = WheelSum()
        self._trackpad = WheelSum(PIXELS_A_SLICE)

    def add(self, event: QWheelEvent) -> int:
        """Return the steps that an event completes, positive toward the person (the next slice)."""
        angle = event.angleDelta()
        # Alt turns the wheel sideways on some systems.
        delta = angle.y() or angle.x()
        return self._wheel.add(delta) if delta else self._trackpad.add(event.pixelDelta().y())
