"""The magnifier of a pane: a round glass under the cursor, in which the slice's own pixels are drawn larger."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen

from desktop.state.view import Viewport
from desktop.ui.slice_view.text_painter import draw_centred
from desktop.ui.widgets.theme import units

_RADIUS = 96
_RIM = QColor("#f2f2f2")


def draw_magnifier(
    painter: QPainter, at: QPointF, times: int, viewport: Viewport, font: QFont, draw: Callable[[Viewport], object]
) -> None:
    """Draw what lies under a point of the pane, so many times as large, in a glass around it.

    `draw` paints the layers of the picture through another viewport: from the slice's pixels, not from the screen's.
    """
    radius = float(units(_RADIUS))
    glass = QPainterPath()
    glass.addEllipse(at, radius, radius)
    painter.save()
    painter.setClipPath(glass)
    painter.fillPath(glass, Qt.GlobalColor.black)
    draw(enlarge(viewport, times, at.x(), at.y()))
    painter.restore()
    painter.setPen(QPen(_RIM, 2.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(at, radius, radius)
    draw_centred(painter, f"{times} ×", font, x=at.x(), y=at.y() + radius - units(12))


def enlarge(viewport: Viewport, times: int, x: float, y: float) -> Viewport:
    """Return a viewport in which the point under (x, y) stays there and everything is so many times as large.

    Unlike a camera of the person's own it knows no limit.
    """
    row, column = viewport.to_slice(x, y)
    closer = replace(viewport, camera=replace(viewport.camera, zoom=viewport.zoom * times))
    there = closer.to_slice(x, y)
    camera = closer.camera
    moved = replace(camera, row=camera.row + row - there[0], column=camera.column + column - there[1])
    return replace(closer, camera=moved)
