"""The strip under the image: one column for each slice of the series, and above them the curves of its analysis.

It is a slider that paints itself, so that screen readers know it; it keeps no state but what it shows.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy

from desktop.state.slice_coverage import SliceCoverage, reduce_to_columns
from desktop.ui.slice_view.slice_view import WheelSteps
from desktop.ui.widgets.theme import colours, units

if TYPE_CHECKING:
    from desktop.state.probability_curve import ProbabilityCurve

_TRACK, _CURVE, _EDGE = 14, 46, 5
_SIGNS = "AB"
Floats = NDArray[np.float32]


class SliceStrip(QAbstractSlider):
    """A click jumps, a drag scrubs, the wheel goes one slice as it does over the image. Setters emit nothing."""

    stepped = Signal(int)  # slices to go on (negative: back)

    def __init__(self) -> None:
        super().__init__(None)
        self.setOrientation(Qt.Orientation.Horizontal)
        # Arrows, Home and End belong to the slices whatever was touched last.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._wheel = WheelSteps()
        self._coverage: SliceCoverage | None = None
        self._kept: dict[str, tuple[object, QPixmap]] = {}
        """Slices and diamonds as they were drawn last, and of what."""
        self._curves: tuple[ProbabilityCurve, ...] = ()

    # --- setters ---

    def set_coverage(self, coverage: SliceCoverage | None) -> None:
        """Show which slices are loaded, which were looked at, and which hold a measurement."""
        self._coverage = coverage
        self.setAccessibleDescription("" if coverage is None else coverage.describe())
        self.update()

    def set_curves(self, curves: "Sequence[ProbabilityCurve]") -> None:
        """Draw these curves above the slices; the room for them comes with the first."""
        is_resized = bool(curves) != bool(self._curves)
        self._curves = tuple(curves)
        if is_resized:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the slices, and for curves if there are any."""
        return QSize(units(120), units(_TRACK + (_CURVE if self._curves else 0)))

    def minimumSizeHint(self) -> QSize:
        """Allow it to be narrow, and never lower."""
        return QSize(units(60), self.sizeHint().height())

    # --- mouse ---

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ask for whole steps."""
        event.accept()
        if steps := self._wheel.add(event):
            self.stepped.emit(steps)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to the slice under the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setValue(self._slice_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.setValue(self._slice_at(event.position().x()))

    def _slice_at(self, x: float) -> int:
        track = self._track()
        return int((x - track.left()) / track.width() * self._count)

    # --- painting ---

    @property
    def _count(self) -> int:
        return self.maximum() + 1

    def _track(self) -> QRectF:
        """Return the area of the slices; the edges leave room for the handle at either end."""
        height, edge = units(_TRACK), units(_EDGE)
        return QRectF(edge, self.height() - height, max(1, self.width() - 2 * edge), height)

    def _x_of(self, index: float) -> float:
        track = self._track()
        return track.left() + (index + 0.5) / self._count * track.width()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw slices, marks and curves, then where we are."""
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._keep("track", self._draw_track, self._coverage))
        if self._curves:
            self._draw_curves(painter)
        if self._count > 1:
            self._draw_handle(painter)
        painter.end()

    def _keep(self, name: str, draw: Callable[[QPainter], None], of: object) -> QPixmap:
        """Return what `draw` paints `of` something; drawn anew only if that is another, or the strip has changed."""
        ratio = self.devicePixelRatioF()
        key = of, self._count, self.size().toTuple(), ratio, colours()
        if name not in self._kept or self._kept[name][0] != key:
            drawn = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
            drawn.setDevicePixelRatio(ratio)
            drawn.fill(Qt.GlobalColor.transparent)
            painter = QPainter(drawn)
            draw(painter)
            painter.end()
            self._kept[name] = key, drawn
        return self._kept[name][1]

    def _draw_track(self, painter: QPainter) -> None:
        """Draw a thin line where slices are loaded, a broad one where they were looked at, diamonds over it."""
        track, coverage = self._track(), self._coverage
        middle = QRectF(track.left(), track.top() + units(3), track.width(), track.height() - units(6))
        painter.fillRect(middle, QColor(colours().field))
        if coverage is None:
            return
        if len(coverage.seen) == self._count:
            columns = min(self._count, max(1, int(track.width())))
            loaded, seen = (reduce_to_columns(flags, columns) for flags in (coverage.loaded, coverage.seen))
            thin = middle.adjusted(0, units(3), 0, -units(3))
            for area, flags, colour in ((thin, loaded, colours().hover), (middle, seen, colours().bar)):
                painter.drawImage(area, _line_of(flags, colour))
        if coverage.marked:
            # Kept by themselves: while a series is looked through for the first time, the lines change at each slice.
            painter.drawPixmap(0, 0, self._keep("diamonds", self._draw_diamonds, coverage.marked))

    def _draw_diamonds(self, painter: QPainter) -> None:
        """Draw a small diamond at each slice that holds a measurement."""
        size, y = units(4), self._track().center().y()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours().panel))
        painter.setBrush(QColor(colours().warning))
        for index in self._coverage.marked if self._coverage is not None else ():
            x = self._x_of(index)
            corners = [QPointF(x - size, y), QPointF(x, y - size), QPointF(x + size, y), QPointF(x, y + size)]
            painter.drawPolygon(QPolygonF(corners))

    def _draw_handle(self, painter: QPainter) -> None:
        x, half = self._x_of(self.value()), units(3)
        area = QRectF(x - half, self._track().top(), 2 * half, self._track().height())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours().panel))
        painter.setBrush(QColor(colours().accent if self.isEnabled() else colours().disabled))
        painter.drawRoundedRect(area, 2, 2)
        if self._curves:
            painter.fillRect(QRectF(x - 0.5, 0, 1, area.top()), QColor(colours().accent))

    def _draw_curves(self, painter: QPainter) -> None:
        area = QRectF(self._track().left(), units(3), self._track().width(), units(_CURVE - 5))
        painter.fillRect(area, QColor(colours().field))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, curve in enumerate(self._curves):
            if len(curve.values) != self._count:
                continue
            if number == 0:
                self._draw_gaps(painter, area, curve)
            self._draw_threshold(painter, area, curve)
            self._draw_curve(painter, area, curve, number)

    def _draw_gaps(self, painter: QPainter, area: QRectF, curve: "ProbabilityCurve") -> None:
        """Hatch where slices were scored and have no number to show."""
        gaps = (curve.states != 0) & np.isnan(curve.values)
        ends = np.flatnonzero(np.diff(np.concatenate([[False], gaps, [False]]).astype(np.int8))).reshape(-1, 2)
        for start, end in ends:
            left, right = self._x_of(start - 0.5), self._x_of(end - 0.5)
            hatched = QRectF(left, area.top(), right - left, area.height())
            painter.fillRect(hatched, QBrush(QColor(colours().border), Qt.BrushStyle.BDiagPattern))

    def _draw_threshold(self, painter: QPainter, area: QRectF, curve: "ProbabilityCurve") -> None:
        if curve.threshold is not None:
            y = area.bottom() - curve.threshold * area.height()
            painter.setPen(QPen(QColor(colours().quiet), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))

    def _draw_curve(self, painter: QPainter, area: QRectF, curve: "ProbabilityCurve", number: int) -> None:
        """Draw one curve: the first whole, the second dotted; doubtful numbers in grey, a triangle over each peak."""
        colour = QColor(colours().bar if curve.is_doubtful else (colours().accent, colours().warning)[number])
        style = (Qt.PenStyle.SolidLine, Qt.PenStyle.DotLine)[number]
        painter.setPen(QPen(colour, units(2), style, Qt.PenCapStyle.RoundCap))

        def point(index: float, value: float) -> QPointF:
            return QPointF(self._x_of(index), area.bottom() - value * area.height())

        at, values = thin_out(curve.values, max(1, int(area.width())))
        known = ~np.isnan(values)
        ends = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8))).reshape(-1, 2)
        for start, end in ends:
            points = list(map(point, at[start:end].tolist(), values[start:end].tolist()))
            painter.drawPolyline(points) if len(points) > 1 else painter.drawPoint(points[0])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for peak in curve.peaks:
            top, size = point(peak, float(curve.values[peak])), units(4)
            tip = QPointF(top.x(), max(top.y() - units(3), area.top() + size))
            painter.drawPolygon(QPolygonF([tip, tip + QPointF(-size, -size), tip + QPointF(size, -size)]))
        if len(self._curves) > 1 and ends.size:
            painter.setPen(colour)
            where = QPointF(area.right() - units(12), area.top() + units(12) * (number + 1))
            painter.drawText(where, _SIGNS[number])


def thin_out(values: Floats, columns: int) -> tuple[Floats, Floats]:
    """Return where, in slices, and how high a curve is to be drawn: of many slices in a column the least and the most.

    NaN is a gap; a column has one only if all of its slices have.
    """
    count = len(values)
    if count <= 2 * columns:
        return np.arange(count, dtype=np.float32), values
    starts = np.arange(columns) * count // columns
    both = np.stack([np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)], axis=1)
    return np.repeat(starts, 2).astype(np.float32), both.reshape(-1)


def _line_of(flags: NDArray[np.bool_], colour: str) -> QImage:
    """Return one row of pixels, a column for each flag: the colour if it is true, else nothing."""
    pixels = np.where(flags, np.uint32(QColor(colour).rgba()), np.uint32(0))
    return QImage(pixels.data, len(flags), 1, 4 * len(flags), QImage.Format.Format_ARGB32).copy()
