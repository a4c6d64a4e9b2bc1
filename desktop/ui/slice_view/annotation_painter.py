"""Paints what a person drew over the slice: thin lines with a shadow at every zoom, handles, and text beside them.

A series may hold thousands of shapes, dozens on a slice: what is made of one for Qt is kept as long as it is drawn.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
    QTransform,
)

from desktop.state.picture import HEAD_ANGLE, MOST_WITH_TEXT, SHAPE_COLOUR, DrawnShape
from desktop.state.pointer import place_on_pane
from desktop.state.texts.language import said
from desktop.state.view import Viewport
from desktop.ui.widgets.theme import units

_SELECTED, _SHADOW, _INK = "#ffffff", "#000000", "#f2f2f2"
_SELECTED_WIDTH = 2.0
# With more shapes than these on a slice their lines are not smoothed.
_FEW = 8
_KEPT, _KEPT_TEXTS = 1024, 4096


Pen = tuple[str, bool]
"""A colour (empty: the usual one), and whether what is drawn is selected."""


@dataclass(frozen=True)
class _Placed:
    """The shapes of a slice on the pane, for one font and one way of looking at the slice."""

    key: tuple[object, ...]
    paths: tuple[tuple[Pen, QPainterPath], ...]
    """All lines of each pen in one path: drawn one by one they would take many times as long."""
    texts: tuple[tuple[QPointF, QPixmap], ...]
    """The words beside each shape as they are painted: drawn letter by letter they would take five times as long."""


@dataclass
class _Layer:
    """The shapes of a slice as Qt wants them, in the slice's coordinates (column, row)."""

    shapes: tuple[DrawnShape, ...]
    """Kept, since the layer is found by their identity."""
    outlines: dict[Pen, QPainterPath]
    marked: tuple[DrawnShape, ...]
    """Shapes with a head, a cross or handles."""
    texts: tuple[tuple[DrawnShape, QPolygonF], ...]
    """Shapes with text, and the points that it stands beside."""
    placed: _Placed | None = None
    """As it was painted last."""


class AnnotationPainter:
    """Keeps what it has prepared of slices from one painting to the next."""

    def __init__(self) -> None:
        self._layers: dict[tuple[int, ...], _Layer] = {}

    def paint(
        self, painter: QPainter, drawn: tuple[DrawnShape, ...], viewport: Viewport, font: QFont, *, area: QRectF
    ) -> None:
        """Paint shapes over the slice; what is written stays within `area`."""
        layer = self._find_layer(drawn)
        described, ratio = font.toString(), painter.device().devicePixelRatio()
        key = (viewport, area.getRect(), described, units(8), ratio)
        if layer.placed is None or layer.placed.key != key:
            a, b, c, d, e, f = viewport.matrix()
            to_pane = QTransform(a, c, b, d, e, f)
            texts = _place_texts(layer, to_pane, described, area, ratio=ratio)
            layer.placed = _Placed(key, _place_paths(layer, to_pane), texts)
        placed = layer.placed
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(drawn) <= _FEW)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # The shadow of all first, so that no line lies under another one's.
        painter.setPen(_pen_of(_SHADOW, is_selected=False))
        painter.translate(1, 1)
        for _, path in placed.paths:
            painter.drawPath(path)
        painter.translate(-1, -1)
        for (colour, is_selected), path in placed.paths:
            painter.setPen(_pen_of(colour or SHAPE_COLOUR, is_selected=is_selected))
            painter.drawPath(path)
        for shape in layer.marked:
            if shape.is_selected:
                _paint_handles(painter, shape, viewport)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for at, words in placed.texts:
            painter.drawPixmap(at, words)

    def _find_layer(self, drawn: tuple[DrawnShape, ...]) -> _Layer:
        key = tuple(map(id, drawn))
        found = self._layers.get(key)
        if found is None:
            if len(self._layers) >= _KEPT:
                self._layers.clear()
            self._layers[key] = found = _make_layer(drawn)
        return found


def _make_layer(drawn: tuple[DrawnShape, ...]) -> _Layer:
    outlines: dict[Pen, QPainterPath] = {}
    texts = []
    for shape in drawn:
        path = outlines.setdefault((shape.colour, shape.is_selected), QPainterPath())
        for points in shape.paths:
            if len(points) > 1:
                path.addPolygon(_polygon_of(points))
        if shape.lines and (shape.is_selected or len(drawn) <= MOST_WITH_TEXT):
            texts.append((shape, _polygon_of([point for points in shape.paths for point in points])))
    marked = tuple(one for one in drawn if one.is_selected or one.has_head or len(one.paths[0]) == 1)
    return _Layer(drawn, outlines, marked, tuple(texts))


def _polygon_of(points: Sequence[tuple[float, float]]) -> QPolygonF:
    return QPolygonF([QPointF(column, row) for row, column in points])


@lru_cache(maxsize=64)
def _pen_of(colour: str, *, is_selected: bool) -> QPen:
    """Return a pen in the pane's own units: as broad on a screen of twice the pixels."""
    return QPen(QColor(_SELECTED if is_selected else colour), _SELECTED_WIDTH if is_selected else 1.0)


def _place_paths(layer: _Layer, to_pane: QTransform) -> tuple[tuple[Pen, QPainterPath], ...]:
    """Bring the lines of a slice to the pane, with the heads of arrows and the crosses of points."""
    paths = {pen: to_pane.map(outline) for pen, outline in layer.outlines.items()}
    for shape in layer.marked:
        points = [to_pane.map(QPointF(column, row)) for row, column in shape.paths[0][:2]]
        lines = _cross_at(points[0]) if len(points) == 1 else _head_of(points) if shape.has_head else ()
        path = paths[shape.colour, shape.is_selected]
        for line in lines:
            path.moveTo(line.p1())
            path.lineTo(line.p2())
    return tuple(paths.items())


def _paint_handles(painter: QPainter, shape: DrawnShape, viewport: Viewport) -> None:
    """Paint the handles of a selected shape."""
    side = float(units(7))
    painter.setPen(_pen_of(_SHADOW, is_selected=False))
    painter.setBrush(QBrush(QColor(_SELECTED)))
    for handle in shape.handles:
        x, y = place_on_pane(viewport, handle)
        painter.drawRect(QRectF(x - side / 2, y - side / 2, side, side))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _cross_at(at: QPointF) -> list[QLineF]:
    """Return a small cross that leaves the pixel itself open."""
    inner, outer = float(units(2)), float(units(7))
    ways = (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1))
    return [QLineF(at + way * inner, at + way * outer) for way in ways]


def _head_of(path: Sequence[QPointF]) -> list[QLineF]:
    """Return the two barbs of an arrow at the first point of its path."""
    tip, end = path[0], path[1]
    angle, length = math.atan2(end.y() - tip.y(), end.x() - tip.x()), float(units(12))
    ends = (QPointF(math.cos(angle + turn), math.sin(angle + turn)) for turn in (HEAD_ANGLE, -HEAD_ANGLE))
    return [QLineF(tip, tip + end * length) for end in ends]


def _place_texts(
    layer: _Layer, to_pane: QTransform, described: str, area: QRectF, *, ratio: float
) -> tuple[tuple[QPointF, QPixmap], ...]:
    """Return the words with their places, to the right of their shapes, or as near to that as there is room."""
    placed = []
    for shape, places in layer.texts:
        words = _draw_words(tuple(map(said, shape.lines)), described, ratio)
        around, size = to_pane.map(places).boundingRect(), words.deviceIndependentSize()
        x = min(max(around.right() + units(8), area.left()), area.right() - size.width())
        y = min(max(around.center().y() - size.height() / 2, area.top()), area.bottom() - size.height())
        placed.append((QPointF(round(x), round(y)), words))
    return tuple(placed)


@lru_cache(maxsize=_KEPT_TEXTS)
def _draw_words(lines: tuple[str, ...], described: str, ratio: float) -> QPixmap:
    """Return lines of text with their shadow, on nothing; `ratio` is how many pixels of the screen one of ours has."""
    font = _font_of(described)
    metrics = QFontMetricsF(font)
    width = math.ceil(max(metrics.horizontalAdvance(line) for line in lines)) + 2
    height = metrics.height()
    words = QPixmap(math.ceil(width * ratio), math.ceil((height * len(lines) + 1) * ratio))
    words.setDevicePixelRatio(ratio)
    words.fill(Qt.GlobalColor.transparent)
    painter = QPainter(words)
    painter.setFont(font)
    for shift, colour in ((1, _SHADOW), (0, _INK)):
        painter.setPen(QColor(colour))
        for number, line in enumerate(lines):
            painter.drawText(QPointF(shift, shift + round(number * height + metrics.ascent())), line)
    painter.end()
    return words


@lru_cache(maxsize=8)
def _font_of(described: str) -> QFont:
    font = QFont()
    font.fromString(described)
    return font


def clear_text_cache() -> None:
    """Forget prepared words: they may not outlive the application."""
    _draw_words.cache_clear()
    _pen_of.cache_clear()
    _font_of.cache_clear()
