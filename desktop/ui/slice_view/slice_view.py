"""The pane of a slice: paints a `Picture` and reports the mouse. It keeps no state of what is shown.

A plain widget with a painter (docs/decisions/0015). A line of text that was painted before is kept as a small picture.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetricsF,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.state.picture import Letters, Picture
from desktop.state.view import Viewport
from desktop.ui.widgets.theme import units

_LEAST_WIDTH_FOR_TEXT = 320
_LEAST_HEIGHT_FOR_TEXT = 240
# Beyond this many screen pixels a pixel is drawn as the square it is.
_SQUARES_FROM = 12.0


@dataclass
class _KeptImage:
    """An image for Qt, what it was made of, and the colours of its levels."""

    pixels: NDArray[np.uint8]
    shrink: int
    image: QImage
    table: NDArray[np.uint8] | None = None


class SliceView(QWidget):
    """Shows one picture. Signals are requests; `show_picture` never emits one."""

    stepped = Signal(int)  # slices to go on (negative: back)
    camera_requested = Signal(object)  # a `Camera`
    drag_began = Signal()
    window_dragged = Signal(float, float)  # (right, up) in pixels since the drag began
    hovered = Signal(object)  # the pixel (row, column) under the cursor, or None
    menu_requested = Signal(object)  # a right click, at a global position

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, mouseTracking=True, focusPolicy=Qt.FocusPolicy.StrongFocus, accessibleName="Slice")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 120)
        self.picture: Picture | None = None
        self.text_level = "all"
        self._probe = ""
        self._images: dict[str, _KeptImage] = {}
        self._drag: Drag | None = None
        self._pressed = QPointF()
        self._last = QPointF()
        self._travelled = False
        self._wheel = WheelSum()
        self._trackpad = WheelSum(PIXELS_A_SLICE)

    # --- setters ---

    def show_picture(self, picture: Picture | None) -> None:
        """Paint this from now on."""
        self.picture = picture
        if picture is not None and picture.corners is not None:
            self.setAccessibleDescription(", ".join(picture.corners.bottom_left))
        self.update()

    def set_probe(self, text: str) -> None:
        """Show the text about the pixel under the cursor."""
        if text != self._probe:
            self._probe = text
            self.update()

    def set_text_level(self, level: str) -> None:
        """Set how much is written in the corners: all, some, none."""
        self.text_level = level
        self.update()

    @property
    def viewport(self) -> Viewport | None:
        """The slice's pixels mapped onto this pane; None without a picture."""
        picture = self.picture
        if picture is None:
            return None
        rows, columns = picture.frame.shape[:2]
        size = (max(1.0, float(self.width())), max(1.0, float(self.height())))
        return Viewport(rows, columns, picture.pixel_aspect, picture.turn, picture.camera, *size)

    # --- painting ---

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the frame, the heatmap over it, the file's own drawings, then letters and text."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        viewport, picture = self.viewport, self.picture
        if viewport is not None and picture is not None:
            if picture.message:
                draw_centred(painter, picture.message, self.font(), x=self.width() / 2, y=self.height() / 2)
            else:
                self._paint_layers(painter, picture, viewport)
            self._paint_text(painter, picture, viewport)
        painter.end()

    def _paint_layers(self, painter: QPainter, picture: Picture, viewport: Viewport) -> None:
        zoom = min(viewport.zoom, viewport.zoom * viewport.pixel_aspect) * self.devicePixelRatioF()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, zoom < _SQUARES_FROM)
        shrink = max(1, int(1 / zoom))
        target = QRectF(-0.5, -0.5, viewport.columns, viewport.rows)
        a, b, c, d, e, f = viewport.matrix()
        # Qt's matrix is written for row vectors: its second index is ours turned.
        painter.setWorldTransform(QTransform(a, c, b, d, e, f))
        painter.drawImage(target, self._image("frame", picture.frame, shrink))
        if picture.overlay is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(target, self._image("heat", picture.overlay.levels, shrink, picture.overlay.table))
        if picture.graphics is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, zoom < _SQUARES_FROM)
            # Never averaged: a line one pixel wide would vanish.
            painter.drawImage(target, self._image("graphics", picture.graphics.levels, 1, picture.graphics.table))
        painter.resetTransform()

    def _image(
        self, name: str, pixels: NDArray[np.uint8], shrink: int, table: NDArray[np.uint8] | None = None
    ) -> QImage:
        """Return pixels, or levels coloured by `table`, for Qt, averaged down by `shrink`; kept until they change."""
        kept = self._images.get(name)
        if kept is None or kept.pixels is not pixels or kept.shrink != shrink:
            # OpenCV is loaded by the time there is a frame; importing it with this module would delay the start.
            from desktop.render.frame import shrink_frame

            shrunk = shrink_frame(pixels, shrink)
            kept = _KeptImage(pixels, shrink, make_image(shrunk) if table is None else _indexed_image(shrunk))
            self._images[name] = kept
        if table is not None and kept.table is not table:
            kept.image.setColorTable(_colour_table(table))
            kept.table = table
        return kept.image

    def _paint_text(self, painter: QPainter, picture: Picture, viewport: Viewport) -> None:
        # Which side is which is said at every size; the rest needs room.
        if picture.letters is not None:
            self._paint_letters(painter, picture.letters)
        if self.width() < _LEAST_WIDTH_FOR_TEXT or self.height() < _LEAST_HEIGHT_FOR_TEXT:
            return
        corners = picture.corners
        if corners is None or self.text_level == "none":
            return
        font, edge = self.font(), units(8)
        # Each corner keeps to its own half, less the letter in the middle of the edge.
        width = self.width() / 2 - edge - units(18)
        left = QRectF(edge, edge, width, self.height() - 2 * edge)
        right = QRectF(self.width() - edge - width, edge, width, self.height() - 2 * edge)
        position = tuple(line for line in (self._probe, *corners.bottom_left, f"Zoom {viewport.zoom:.0%}") if line)
        draw_block(painter, position, font, area=left, bottom=True)
        if self.text_level == "all":
            draw_block(painter, corners.top_left, font, area=left)
            draw_block(painter, corners.top_right, font, area=right, right=True)
            draw_block(painter, corners.bottom_right, font, area=right, right=True, bottom=True)

    def _paint_letters(self, painter: QPainter, letters: Letters) -> None:
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.25)
        middle_x, middle_y, edge = self.width() / 2, self.height() / 2, units(16)
        draw_centred(painter, letters.left, font, x=edge, y=middle_y)
        draw_centred(painter, letters.right, font, x=self.width() - edge, y=middle_y)
        draw_centred(painter, letters.top, font, x=middle_x, y=edge)
        draw_centred(painter, letters.bottom, font, x=middle_x, y=self.height() - edge)

    # --- mouse ---

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step one slice a notch; with Ctrl, zoom at the cursor."""
        event.accept()
        angle, pixels = event.angleDelta(), event.pixelDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom(ZOOM_A_NOTCH ** (angle.y() / NOTCH), event.position())
            return
        # Alt turns the wheel sideways on some systems.
        delta = angle.y() or angle.x()
        steps = self._wheel.add(delta) if delta else self._trackpad.add(pixels.y())
        if steps:
            self.stepped.emit(steps)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a drag."""
        if self._drag is not None:
            return
        self._drag = drag_for(event.button(), event.modifiers())
        self._pressed = self._last = event.position()
        self._travelled = False
        if self._drag is Drag.WINDOW:
            self.drag_began.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag, or tell what is under the cursor."""
        cursor, viewport = event.position(), self.viewport
        if viewport is not None:
            self.hovered.emit(viewport.pixel_at(cursor.x(), cursor.y()))
        if self._drag is None or viewport is None:
            return
        whole, moved = cursor - self._pressed, cursor - self._last
        self._travelled = self._travelled or whole.manhattanLength() > CLICK_TRAVEL
        if not self._travelled:
            return
        if self._drag is Drag.WINDOW:
            self.window_dragged.emit(whole.x(), -whole.y())
        elif self._drag is Drag.PAN:
            self.camera_requested.emit(viewport.panned(moved.x(), moved.y()))
        else:
            self._zoom(ZOOM_A_PIXEL ** -moved.y(), self._pressed)
        self._last = cursor

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag; a right click that did not travel asks for the menu."""
        is_click = self._drag is Drag.ZOOM and not self._travelled
        self._drag = None
        if is_click and event.button() == Qt.MouseButton.RightButton:
            self.menu_requested.emit(event.globalPosition().toPoint())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu by its key; the mouse asks when its button is released, since a right drag zooms."""
        if event.reason() != QContextMenuEvent.Reason.Mouse:
            self.menu_requested.emit(event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing is under the cursor."""
        self.hovered.emit(None)

    def _zoom(self, factor: float, at: QPointF) -> None:
        if self.viewport is not None:
            self.camera_requested.emit(self.viewport.zoomed(factor, at.x(), at.y()))


def make_image(frame: NDArray[np.uint8]) -> QImage:
    """Return a frame, grey [row, column] or RGB [row, column, 3], as a QImage of its own bytes."""
    rows, columns = frame.shape[:2]
    packed = np.ascontiguousarray(frame)
    layout = QImage.Format.Format_Grayscale8 if frame.ndim == 2 else QImage.Format.Format_RGB888
    # The painter's fast paths are for 32 bits: converting once is cheaper than at every pixel that is sampled.
    return QImage(packed.data, columns, rows, packed.strides[0], layout).convertToFormat(QImage.Format.Format_RGB32)


def _indexed_image(levels: NDArray[np.uint8]) -> QImage:
    rows, columns = levels.shape
    packed = np.ascontiguousarray(levels)
    return QImage(packed.data, columns, rows, columns, QImage.Format.Format_Indexed8).copy()


def _colour_table(table: NDArray[np.uint8]) -> list[int]:
    """Return RGBA [256, 4] as Qt's 0xAARRGGBB."""
    colours: list[int] = np.ascontiguousarray(table[:, [2, 1, 0, 3]]).view("<u4")[:, 0].tolist()
    return colours


NOTCH = 120
"""What Qt reports for one notch of a wheel, in eighths of a degree."""
PIXELS_A_SLICE = 30
"""How far two fingers travel on a trackpad for one slice, where the system reports pixels and no angle."""
CLICK_TRAVEL = 4
"""Pixels that a click may travel and still be a click."""
ZOOM_A_NOTCH = 1.2
ZOOM_A_PIXEL = 1.01


class Drag(Enum):
    """The meanings of a drag."""

    WINDOW = auto()
    PAN = auto()
    ZOOM = auto()


def drag_for(button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> Drag | None:
    """Return the drag of a button: left for the window, with Shift pan; middle pan; right zoom."""
    if button == Qt.MouseButton.LeftButton:
        return Drag.PAN if modifiers & Qt.KeyboardModifier.ShiftModifier else Drag.WINDOW
    return {Qt.MouseButton.MiddleButton: Drag.PAN, Qt.MouseButton.RightButton: Drag.ZOOM}.get(button)


class WheelSum:
    """The sum of what a wheel or a trackpad reports, taken in whole steps: exactly one a notch."""

    def __init__(self, whole: float = NOTCH) -> None:
        self._whole = whole
        self._rest = 0.0

    def add(self, delta: float) -> int:
        """Return whole steps, positive toward the person (the next slice). Turning back forgets what was left over."""
        if delta * self._rest < 0:
            self._rest = 0.0
        self._rest += delta
        steps = int(self._rest / self._whole)
        self._rest -= steps * self._whole
        return -steps


_INK = QColor("#f2f2f2")
_RIM = QColor(0, 0, 0, 190)
# The dark rim is the text itself painted around its place: fifteen times faster than stroking its outline, and the
# first slice has twenty lines to paint at once.
_RIM_STEPS = ((-1.3, 0), (1.3, 0), (0, -1.3), (0, 1.3), (-0.9, -0.9), (0.9, -0.9), (-0.9, 0.9), (0.9, 0.9))
_MARGIN = 3
_KEPT_LINES = 400


def draw_line(painter: QPainter, text: str, font: QFont, *, x: float, y: float, align_right: bool = False) -> None:
    """Draw a line with its left (or right) end at x and its top at y."""
    drawn = _paint_line(text, font.toString(), painter.device().devicePixelRatioF())
    width = drawn.width() / drawn.devicePixelRatio()
    painter.drawPixmap(QPointF(x - width + _MARGIN if align_right else x - _MARGIN, y), drawn)


def draw_block(
    painter: QPainter, lines: tuple[str, ...], font: QFont, *, area: QRectF, right: bool = False, bottom: bool = False
) -> None:
    """Draw lines in a corner of the area; those longer than it is wide are broken between words."""
    metrics = QFontMetricsF(font)
    step = metrics.height()
    fitted = fit_lines(lines, font.toString(), area.width(), int(area.height() / 2 / step))
    y = area.bottom() - step * len(fitted) if bottom else area.top()
    for line in fitted:
        draw_line(painter, line, font, x=area.right() if right else area.left(), y=y, align_right=right)
        y += step


@lru_cache(maxsize=_KEPT_LINES)
def fit_lines(lines: tuple[str, ...], described: str, width: float, most: int) -> tuple[str, ...]:
    """Return the lines as they fit: broken between words, or elided if they would become more than `most`."""
    font = QFont()
    font.fromString(described)
    metrics = QFontMetricsF(font)
    broken = [piece for line in lines for piece in _break_line(line, metrics, width)]
    if len(broken) > most:
        broken = list(lines)
    return tuple(metrics.elidedText(line, Qt.TextElideMode.ElideRight, width) for line in broken)


def _break_line(line: str, metrics: QFontMetricsF, width: float) -> list[str]:
    """Return a line as several, broken between facts (two spaces part them) or, if that is not enough, words."""
    if metrics.horizontalAdvance(line) <= width:
        return [line]
    facts = re.split(r" {2,}", line)
    if len(facts) > 1:
        return [piece for fact in facts for piece in _break_line(fact, metrics, width)]
    pieces = [""]
    for word in line.split():
        longer = f"{pieces[-1]} {word}".lstrip()
        if metrics.horizontalAdvance(longer) <= width:
            pieces[-1] = longer
        else:
            pieces.append(word)
    return [piece for piece in pieces if piece]


def draw_centred(painter: QPainter, text: str, font: QFont, *, x: float, y: float) -> None:
    """Draw a line with its middle at (x, y)."""
    metrics = QFontMetricsF(font)
    draw_line(painter, text, font, x=x - metrics.horizontalAdvance(text) / 2, y=y - metrics.height() / 2)


@lru_cache(maxsize=_KEPT_LINES)
def _paint_line(text: str, described: str, ratio: float) -> QPixmap:
    font = QFont()
    font.fromString(described)
    metrics = QFontMetricsF(font)
    width = int(metrics.horizontalAdvance(text)) + 2 * _MARGIN + 2
    pixmap = QPixmap(round(width * ratio), round((metrics.height() + 1) * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setFont(font)
    painter.setPen(_RIM)
    for right, down in _RIM_STEPS:
        painter.drawText(QPointF(_MARGIN + right, metrics.ascent() + down), text)
    painter.setPen(_INK)
    painter.drawText(QPointF(_MARGIN, metrics.ascent()), text)
    painter.end()
    return pixmap


def clear_line_cache() -> None:
    """Forget painted lines: they may not outlive the application."""
    _paint_line.cache_clear()
    fit_lines.cache_clear()
