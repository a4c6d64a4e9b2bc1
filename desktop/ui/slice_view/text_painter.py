"""Text over the picture, white with a dark rim. A line that was painted before is kept as a small picture."""

import re
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap

_INK = QColor("#f2f2f2")
_RIM = QColor(0, 0, 0, 190)
# The dark rim is the text itself painted around its place: fifteen times faster than stroking its outline, and the
# first slice has twenty lines to paint at once.
_RIM_STEPS = ((-1.3, 0), (1.3, 0), (0, -1.3), (0, 1.3), (-0.9, -0.9), (0.9, -0.9), (-0.9, 0.9), (0.9, 0.9))
_MARGIN = 3
_KEPT_LINES = 400
_GAPS = (r"( {3,})", r"( {2,})", r"( )")
"""Between facts, between parts of one, between words: where a line is broken first, next, and last."""


def draw_line(painter: QPainter, text: str, font: QFont, *, x: float, y: float, align_right: bool = False) -> None:
    """Draw a line with its left (or right) end at x and its top at y."""
    _put_line(painter, _paint_line(text, font.toString(), painter.device().devicePixelRatioF()), x, y, align_right)


def draw_block(
    painter: QPainter, lines: tuple[str, ...], font: QFont, *, area: QRectF, right: bool = False, bottom: bool = False
) -> float:
    """Draw lines in a corner of the area; those longer than it is wide are broken between words.

    Return the upper edge of the first line.
    """
    step, described, ratio = QFontMetricsF(font).height(), font.toString(), painter.device().devicePixelRatioF()
    fitted = fit_lines(lines, described, area.width(), int(area.height() / 2 / step))
    x = area.right() if right else area.left()
    top = area.bottom() - step * len(fitted) if bottom else area.top()
    for number, line in enumerate(fitted):
        _put_line(painter, _paint_line(line, described, ratio), x, top + number * step, right)
    return top


def _put_line(painter: QPainter, line: QPixmap, x: float, y: float, align_right: bool) -> None:
    width = line.width() / line.devicePixelRatio()
    painter.drawPixmap(QPointF(x - width + _MARGIN if align_right else x - _MARGIN, y), line)


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
    """Return a line as several, broken between facts or, if that is not enough, within them."""
    pieces = [line]
    for gap in _GAPS:
        pieces = [part for piece in pieces for part in _fill_lines(re.split(gap, piece), metrics, width)]
    return pieces


def _fill_lines(parts: list[str], metrics: QFontMetricsF, width: float) -> list[str]:
    """Return parts, with what stands between them, as lines that each hold as many as fit."""
    lines = parts[:1]
    for gap, part in zip(parts[1::2], parts[2::2], strict=True):
        longer = f"{lines[-1]}{gap}{part}"
        if metrics.horizontalAdvance(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return [line for line in lines if line]


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
