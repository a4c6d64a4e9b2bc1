"""How a row of the list of series is drawn: its headings, then thumbnail, title, counts, shape and notes."""

from dataclasses import replace

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.state.texts.language import tr
from desktop.ui.panels.series_rows import (
    HEADING_ROLE,
    ROW_ROLE,
    SERIES_ROLE,
    SHOWN_ROLE,
    THUMBNAIL_ROLE,
    WANTED_ROLE,
    Index,
)
from desktop.ui.panels.series_tree import Heading, Level, SeriesRow
from desktop.ui.widgets.theme import colours, icon, units

_EDGE = 6


class SeriesDelegate(QStyledItemDelegate):
    """Draws a `SeriesRow` with its thumbnail. The series on screen has a bar at its edge; focus has a ring."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a thumbnail or of four lines of text, below the heading if there is one."""
        line = QFontMetrics(option.font).lineSpacing()
        heading = heading_height(index.data(HEADING_ROLE), line)
        body = max(units(64), line * 4) + units(14) if index.data(SERIES_ROLE) else 0
        return QSize(units(180), body + heading)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        heading: tuple[Heading, ...] = index.data(HEADING_ROLE)
        above = heading_height(heading, QFontMetrics(option.font).lineSpacing())
        rect: QRect = option.rect.adjusted(0, above, 0, 0)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _draw_heading(painter, QRect(option.rect.left(), option.rect.top(), rect.width(), above), heading, option.font)
        if index.data(SERIES_ROLE):
            self._paint_series(painter, option, index, rect)
        elif option.state & QStyle.StateFlag.State_HasFocus:
            _draw_focus(painter, option.rect)
        painter.restore()

    def _paint_series(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, rect: QRect) -> None:
        row, shown, wanted = index.data(ROW_ROLE), bool(index.data(SHOWN_ROLE)), bool(index.data(WANTED_ROLE))
        _draw_ground(painter, rect, shown=shown, wanted=wanted, state=option.state)
        side = rect.height() - units(14)
        box = QRect(rect.left() + units(10), rect.top() + units(7), side, side)
        _draw_thumbnail(painter, box, index.data(THUMBNAIL_ROLE), row.modality)
        left = box.right() + units(10)
        text = QRect(left, box.top(), rect.right() - units(8) - left, box.height())
        row = replace(row, counts=tr("Reading…")) if wanted else row
        _draw_text(painter, text, row, shown=shown or wanted, font=option.font)
        if row.notes:
            mark = units(15)
            left, top = rect.right() - units(8) - mark, rect.bottom() - units(7) - mark
            icon("warning").paint(painter, QRect(left, top, mark, mark))


def heading_height(heading: tuple[Heading, ...], line: int) -> int:
    """Return how high headings of lines so high stand."""
    return line * len(heading) + 2 * units(_EDGE) if heading else 0


def heading_at(heading: tuple[Heading, ...], line: int, y: int) -> Heading | None:
    """Return the heading under a point so far below the top of its row; None for the series below."""
    if not heading or y >= heading_height(heading, line):
        return None
    return heading[min(max((y - units(_EDGE)) // line, 0), len(heading) - 1)]


def _draw_heading(painter: QPainter, rect: QRect, lines: tuple[Heading, ...], font: QFont) -> None:
    """Draw patient and study on a band of their own, the study set in, each elided rather than cut."""
    if not lines:
        return
    painter.fillRect(rect, QColor(colours().window))
    painter.setPen(QColor(colours().text))
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    height = QFontMetrics(font).lineSpacing()
    row = QRect(rect.left() + units(6), rect.top() + units(_EDGE), rect.width() - units(14), height)
    for number, heading in enumerate(lines):
        face = bold if heading.level is Level.PATIENT else font
        place = row.translated(0, number * height).adjusted(units(10) * heading.level, 0, 0, 0)
        _draw_arrow(painter, QRect(place.left(), place.top(), units(12), height), is_folded=heading.is_folded)
        place.adjust(units(16), 0, 0, 0)
        painter.setFont(face)
        elided = QFontMetrics(face).elidedText(heading.text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, elided)


def _draw_arrow(painter: QPainter, box: QRect, *, is_folded: bool) -> None:
    """Draw the arrow of a heading: down for what stands below it, right for what is folded away."""
    middle, reach = QPointF(box.center()), units(4)
    points = ((-0.5, -1), (0.5, 0), (-0.5, 1)) if is_folded else ((-1, -0.5), (0, 0.5), (1, -0.5))
    painter.save()
    painter.setPen(QPen(QColor(colours().quiet), units(2) * 0.75))
    painter.drawPolyline([middle + QPointF(x * reach, y * reach) for x, y in points])
    painter.restore()


def _draw_ground(painter: QPainter, rect: QRect, *, shown: bool, wanted: bool, state: QStyle.StateFlag) -> None:
    if wanted:
        painter.fillRect(rect, QColor(colours().selected))
    elif shown:
        painter.fillRect(rect, QColor(colours().selected))
        painter.fillRect(QRect(rect.left(), rect.top(), units(4), rect.height()), QColor(colours().accent))
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, QColor(colours().raised))
    if state & QStyle.StateFlag.State_HasFocus:
        _draw_focus(painter, rect)


def _draw_focus(painter: QPainter, rect: QRect) -> None:
    painter.setPen(QPen(QColor(colours().accent), units(2)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(2, 2, -2, -2), units(4), units(4))


def _draw_thumbnail(painter: QPainter, box: QRect, thumbnail: QPixmap | None, modality: str) -> None:
    painter.fillRect(box, QColor(colours().image))
    if thumbnail is None:
        painter.setPen(QColor(colours().image_text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, modality or "…")
        return
    size = thumbnail.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
    target = QRect(box.topLeft(), size)
    target.moveCenter(box.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(target, thumbnail)


def _draw_text(painter: QPainter, rect: QRect, row: SeriesRow, *, shown: bool, font: QFont) -> None:
    """Draw title (two lines at most), counts, shape; each line elided rather than cut."""
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    titles = filter(None, break_title(row.numbered_title, QFontMetrics(bold), rect.width()))
    text = colours().text
    colour = text if shown else colours().quiet
    lines = [(title, bold, text) for title in titles] + [
        (row.counts, font, colour),
        (row.shape, font, colour),
    ]
    height = QFontMetrics(font).lineSpacing()
    top = rect.top() + max(0, (rect.height() - height * len(lines)) // 2)
    for number, (line, face, ink) in enumerate(lines):
        width = rect.width() - (units(20) if row.notes and number == len(lines) - 1 else 0)
        painter.setFont(face)
        painter.setPen(QColor(ink))
        # Titles of pictures are file names, and it is their ends that tell them apart.
        mode = Qt.TextElideMode.ElideMiddle if face is bold else Qt.TextElideMode.ElideRight
        elided = QFontMetrics(face).elidedText(line, mode, width)
        row_rect = QRect(rect.left(), top + number * height, width, height)
        painter.drawText(row_rect, Qt.AlignmentFlag.AlignVCenter, elided)


def break_title(text: str, metrics: QFontMetrics, width: int) -> tuple[str, str]:
    """Break a title at a word so that the first line fits; the second may be too long and is elided when drawn."""
    if metrics.horizontalAdvance(text) <= width:
        return text, ""
    first, rest = text, ""
    while " " in first and metrics.horizontalAdvance(first) > width:
        first, _, last = first.rpartition(" ")
        rest = f"{last} {rest}".rstrip()
    return (first, rest) if metrics.horizontalAdvance(first) <= width else (text, "")
