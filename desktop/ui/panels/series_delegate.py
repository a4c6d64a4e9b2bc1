"""A row of the list of series, painted: thumbnail, description, counts, and a mark if there are notes."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.ui.widgets.theme import COLOURS, icon, units

ROW_ROLE = Qt.ItemDataRole.UserRole
THUMBNAIL_ROLE = Qt.ItemDataRole.UserRole + 1
SHOWN_ROLE = Qt.ItemDataRole.UserRole + 2

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class SeriesRow:
    """One series as the list shows it."""

    id: str
    title: str
    counts: str
    shape: str
    modality: str
    notes: tuple[str, ...]


class SeriesDelegate(QStyledItemDelegate):
    """Draws a `SeriesRow` with its thumbnail. The series on screen has a bar at its edge; focus has a ring."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a thumbnail or of four lines of text."""
        lines = QFontMetrics(option.font).lineSpacing() * 4
        return QSize(units(180), max(units(64), lines) + units(14))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        row, shown = index.data(ROW_ROLE), bool(index.data(SHOWN_ROLE))
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        font: QFont = option.font
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _draw_ground(painter, rect, shown=shown, state=state)
        side = rect.height() - units(14)
        box = QRect(rect.left() + units(10), rect.top() + units(7), side, side)
        _draw_thumbnail(painter, box, index.data(THUMBNAIL_ROLE), row.modality)
        left = box.right() + units(10)
        text = QRect(left, box.top(), rect.right() - units(8) - left, box.height())
        _draw_text(painter, text, row, shown=shown, font=font)
        if row.notes:
            mark = units(15)
            corner = QRect(rect.right() - units(8) - mark, rect.bottom() - units(7) - mark, mark, mark)
            icon("warning").paint(painter, corner)
        painter.restore()


def _draw_ground(painter: QPainter, rect: QRect, *, shown: bool, state: QStyle.StateFlag) -> None:
    if shown:
        painter.fillRect(rect, QColor(COLOURS.selected))
        painter.fillRect(QRect(rect.left(), rect.top(), units(4), rect.height()), QColor(COLOURS.accent))
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, QColor(COLOURS.raised))
    if state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(QPen(QColor(COLOURS.accent), units(2)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(2, 2, -2, -2), units(4), units(4))


def _draw_thumbnail(painter: QPainter, box: QRect, thumbnail: QPixmap | None, modality: str) -> None:
    painter.fillRect(box, QColor(COLOURS.image))
    if thumbnail is None:
        painter.setPen(QColor(COLOURS.disabled))
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
    heavy, light = QFontMetrics(bold), QFontMetrics(font)
    first, second = break_title(row.title, heavy, rect.width())
    lines = [(first, bold, COLOURS.text)] + ([(second, bold, COLOURS.text)] if second else [])
    lines += [(row.counts, font, COLOURS.text if shown else COLOURS.quiet)]
    lines += [(row.shape, font, COLOURS.text if shown else COLOURS.quiet)]
    height = light.lineSpacing()
    top = rect.top() + max(0, (rect.height() - height * len(lines)) // 2)
    for number, (line, face, colour) in enumerate(lines):
        width = rect.width() - (units(20) if row.notes and number == len(lines) - 1 else 0)
        painter.setFont(face)
        painter.setPen(QColor(colour))
        # Titles of pictures are file names, and it is their ends that tell them apart.
        elided = (
            heavy.elidedText(line, Qt.TextElideMode.ElideMiddle, width)
            if face is bold
            else light.elidedText(line, Qt.TextElideMode.ElideRight, width)
        )
        painter.drawText(
            QRect(rect.left(), top + number * height, width, height), Qt.AlignmentFlag.AlignVCenter, elided
        )


def break_title(text: str, metrics: QFontMetrics, width: int) -> tuple[str, str]:
    """Break a title at a word so that the first line fits; the second may be too long and is elided when drawn."""
    if metrics.horizontalAdvance(text) <= width:
        return text, ""
    parts = text.split(" ")
    for count in range(len(parts) - 1, 0, -1):
        first = " ".join(parts[:count])
        if metrics.horizontalAdvance(first) <= width:
            return first, " ".join(parts[count:])
    return text, ""
