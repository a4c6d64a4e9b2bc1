"""A pane to paste elsewhere: a picture of what it shows, with the finding and its caveat below, and the same as text.

Nothing is added about the patient: what the pane does not write, the copy does not hold.
"""

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QWidget

from desktop.ui.widgets.theme import units

_WRAPPED = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


def copy_pane(pane: QWidget, lines: Sequence[str]) -> QMimeData:
    """Return a pane as an image with lines of text below it, and the lines as text."""
    data = QMimeData()
    data.setImageData(draw_copy(pane, lines))
    data.setText("\n".join(lines))
    return data


def draw_copy(pane: QWidget, lines: Sequence[str]) -> QImage:
    """Draw a pane as it is painted, and below it the lines, white on black, broken between words."""
    seen = pane.grab()
    ratio, edge = seen.devicePixelRatio(), units(10)
    text, font = "\n".join(lines), pane.font()
    room = QRect(edge, pane.height() + edge, pane.width() - 2 * edge, 10_000)
    high = QFontMetrics(font).boundingRect(room, int(_WRAPPED), text).height() + 2 * edge
    whole = QImage(seen.width(), seen.height() + round(high * ratio), QImage.Format.Format_RGB32)
    whole.setDevicePixelRatio(ratio)
    whole.fill(Qt.GlobalColor.black)
    painter = QPainter(whole)
    painter.drawPixmap(0, 0, seen)
    painter.setFont(font)
    painter.setPen(QColor(Qt.GlobalColor.white))
    painter.drawText(room, int(_WRAPPED), text)
    painter.end()
    return whole
