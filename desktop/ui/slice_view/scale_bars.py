"""The scale bar and the colour bar of a pane: white with a dark rim, as its text is."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from desktop.state.picture import ColourKey, Picture
from desktop.state.texts.language import tr
from desktop.state.view import Viewport
from desktop.ui.slice_view.text_painter import draw_line
from desktop.ui.widgets.theme import units

_INK, _RIM = QColor("#f2f2f2"), QColor(0, 0, 0, 190)
_SHARE, _LONGEST = 0.25, 180
_COLOUR_SHARE = 0.36


def draw_scale_bar(
    painter: QPainter, picture: Picture, viewport: Viewport, font: QFont, *, x: float, y: float, right: float
) -> None:
    """Draw a bar of a round length with its left end at x and its lower edge at y, and beside it what it measures.

    That they are the pixel spacing's, as everybody expects, is left out if it would pass `right`.
    Nothing is drawn if a picture has no scale.
    """
    if picture.scale is None:
        return
    # With what draws slices, which is loaded by the time there is a picture.
    from desktop.render.scale_bar import describe_bar, round_down
    from imaging.volume.series import SpacingSource

    down, across = picture.scale.spacing
    # A picture on its side has its rows across the screen.
    is_aside = bool(picture.turn.quarters % 2)
    a_unit = viewport.zoom * viewport.pixel_aspect / down if is_aside else viewport.zoom / across
    length = round_down(min(_SHARE * viewport.width, units(_LONGEST)) / a_unit)
    end, tick = x + length * a_unit, units(6)
    for colour, width in ((_RIM, 4.0), (_INK, 2.0)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(QPointF(x, y - tick / 2), QPointF(end, y - tick / 2))
        for at in (x, end):
            painter.drawLine(QPointF(at, y - tick), QPointF(at, y))
    metrics, left = QFontMetricsF(font), end + units(8)
    words = tr(describe_bar(length, picture.scale))
    if picture.scale.source is SpacingSource.PIXEL_SPACING and left + metrics.horizontalAdvance(words) > right:
        words = tr(describe_bar(length, picture.scale, with_source=False))
    draw_line(painter, words, font, x=left, y=y - tick / 2 - metrics.height() / 2)


def draw_colour_bar(painter: QPainter, bar: ColourKey, font: QFont, *, area: QRectF) -> None:
    """Draw the colours at the right edge of an area, the highest value on top, and the values of both ends."""
    width, height = units(10), _COLOUR_SHARE * area.height()
    place = QRectF(area.right() - width, area.center().y() - height / 2, width, height)
    column = np.ascontiguousarray(bar.colours[::-1])
    painter.drawImage(place, QImage(column.data, 1, len(column), 3, QImage.Format.Format_RGB888))
    painter.setPen(QPen(_INK, 1.0))
    painter.drawRect(place)
    high = QFontMetricsF(font).height()
    left = place.left() - units(6)
    draw_line(painter, bar.high, font, x=left, y=place.top(), align_right=True)
    draw_line(painter, bar.low, font, x=left, y=place.bottom() - high, align_right=True)
