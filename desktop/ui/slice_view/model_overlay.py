"""Marks of a model on a pane, beside its heatmap: the words on a weak map, the frame of what it saw."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from desktop.state.view import Viewport
from desktop.ui.widgets.theme import colours, icon, units


def draw_warning(painter: QPainter, text: str, font: QFont, *, x: float, y: float) -> None:
    """Draw a warning sign and a word on a plate with the middle of its upper edge at (x, y)."""
    bold = QFont(font)
    bold.setBold(True)
    metrics, sign, edge = QFontMetricsF(bold), units(15), units(6)
    wide, high = metrics.horizontalAdvance(text) + sign + 3 * edge, max(metrics.height(), sign) + edge
    plate = QRectF(x - wide / 2, y, wide, high)
    painter.fillRect(plate, QColor(colours().warning_surface))
    painter.setPen(QColor(colours().warning))
    painter.drawRect(plate)
    at = QPointF(plate.left() + edge, plate.center().y() - sign / 2)
    icon("warning").paint(painter, QRectF(at.x(), at.y(), sign, sign).toAlignedRect())
    painter.setFont(bold)
    words = plate.adjusted(2 * edge + sign, 0, 0, 0)
    painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


def draw_input_frame(painter: QPainter, viewport: Viewport, corners: tuple[tuple[float, float], ...]) -> None:
    """Draw the frame of what a model saw, from its corners (row, column) on the slice; a square is at its top left."""
    a, b, c, d, e, f = viewport.matrix()
    points = [QPointF(a * column + b * row + e, c * column + d * row + f) for row, column in corners]
    shape = QPolygonF(points)
    # A dark edge beneath: the frame must show on white and on black.
    for colour, width in ((QColor(0, 0, 0, 160), 4.0), (QColor(colours().accent), 2.0)):
        painter.setPen(QPen(colour, width, Qt.PenStyle.DashLine if width < 3 else Qt.PenStyle.SolidLine))
        painter.drawPolygon(shape)
    side = units(8)
    towards = (points[2] - points[0]) / max(1.0, (points[2] - points[0]).manhattanLength())
    middle = points[0] + towards * side
    square = QRectF(middle.x() - side / 2, middle.y() - side / 2, side, side)
    painter.fillRect(square, QColor(colours().accent))
