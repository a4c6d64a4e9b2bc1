"""A small picture in which boxes are drawn with the mouse, in pixels of the slice that it shows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from desktop.state.texts.language import tr
from desktop.ui.widgets.pixmaps import pixmap_of
from desktop.ui.widgets.theme import units

Box = tuple[int, int, int, int]
"""Top, left, bottom, right."""

_SIDE = 300
_SMALLEST = 2


class BoxPicture(QWidget):
    """Shows a slice as it is stored, and the boxes that a person has drawn over it."""

    boxes_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.boxes: list[Box] = []
        self._pixmap = QPixmap()
        self._shape = (1, 1)
        self._drag: tuple[QPoint, QPoint] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("The slice, to draw boxes on with the mouse"))
        self.setCursor(Qt.CursorShape.CrossCursor)

    def set_picture(self, picture: NDArray[np.uint8], shape: tuple[int, int]) -> None:
        """Show pixels that stand for a slice of so many rows and columns."""
        self._pixmap, self._shape = pixmap_of(picture, units(_SIDE)), shape
        self.setFixedSize(self._pixmap.size())
        self.update()

    def add_boxes(self, boxes: Sequence[Box]) -> None:
        """Add boxes that are not there yet."""
        self.boxes += [box for box in boxes if box not in self.boxes]
        self._tell()

    def clear_boxes(self) -> None:
        """Take all boxes away."""
        self.boxes.clear()
        self._tell()

    def sizeHint(self) -> QSize:
        """Return the size of the picture."""
        return self._pixmap.size()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a box."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._drag = event.position().toPoint(), event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw it larger."""
        if self._drag is not None:
            self._drag = self._drag[0], event.position().toPoint()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End it; one that is a click is none."""
        if self._drag is None:
            return
        drawn = QRect(self._drag[0], event.position().toPoint()).normalized() & self.rect()
        self._drag = None
        if min(drawn.width(), drawn.height()) > _SMALLEST:
            self.boxes.append(self._in_pixels(drawn))
        self._tell()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the slice, black boxes over it, and a rim around them."""
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._pixmap)
        painter.setPen(QPen(QColor("#ffd54a"), 1))
        painter.setBrush(QColor(0, 0, 0))
        drawn = [self._on_screen(box) for box in self.boxes]
        if self._drag is not None:
            drawn.append(QRect(*self._drag).normalized())
        for rectangle in drawn:
            painter.drawRect(rectangle.adjusted(0, 0, -1, -1))
        painter.end()

    def _tell(self) -> None:
        self.update()
        self.boxes_changed.emit()

    def _in_pixels(self, drawn: QRect) -> Box:
        down, across = self._shape[0] / self.height(), self._shape[1] / self.width()
        return (
            int(drawn.top() * down),
            int(drawn.left() * across),
            min(self._shape[0], -int(-(drawn.bottom() + 1) * down // 1)),
            min(self._shape[1], -int(-(drawn.right() + 1) * across // 1)),
        )

    def _on_screen(self, box: Box) -> QRect:
        down, across = self.height() / self._shape[0], self.width() / self._shape[1]
        top, left, bottom, right = box
        return QRect(
            round(left * across), round(top * down), round((right - left) * across), round((bottom - top) * down)
        )
