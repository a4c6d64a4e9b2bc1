"""The list of series at the left, worked out for the rows that are painted: a folder may hold thousands."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QByteArray,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPen, QPixmap, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.state.dates import format_date
from desktop.ui.slice_view.slice_view import make_image
from desktop.ui.widgets.controls import make_column, settle_key_focus, style_as_panel
from desktop.ui.widgets.drops import SERIES_FORMAT
from desktop.ui.widgets.labels import plain_tooltip, text_label
from desktop.ui.widgets.theme import colours, icon, units

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from imaging.volume.series import Patient, Series

ROW_ROLE = Qt.ItemDataRole.UserRole
THUMBNAIL_ROLE = Qt.ItemDataRole.UserRole + 1
SHOWN_ROLE = Qt.ItemDataRole.UserRole + 2
WANTED_ROLE = Qt.ItemDataRole.UserRole + 3
HEADING_ROLE = Qt.ItemDataRole.UserRole + 4

Index = QModelIndex | QPersistentModelIndex
_LAID_OUT_AT_ONCE = 300
"""Rows have heights of their own, and a folder may hold thousands."""


@dataclass(frozen=True)
class SeriesRow:
    """One series as the list shows it."""

    id: str
    title: str
    counts: str
    shape: str
    modality: str
    notes: tuple[str, ...]
    number: int | None = None

    @property
    def numbered_title(self) -> str:
        """The title behind the series number, which radiologists go by."""
        named = self.title != _title_by(self.number)
        return f"{self.number} · {self.title}" if self.number is not None and named else self.title


class SeriesPanel(QWidget):
    """The series that are open. A click, Enter or Space asks for one; the arrows only move the focus."""

    series_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        style_as_panel(self)
        self.rows = SeriesRows(self)
        self._heading = text_label("Series", role="section", wrap=False)
        self._empty = text_label("Nothing is open yet. What you open or drop appears here.", role="quiet")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.list = SeriesList()
        self.list.setModel(self.rows)
        self.list.setItemDelegate(SeriesDelegate(self.list))
        self.list.asked.connect(lambda index: self.series_requested.emit(index.data(ROW_ROLE).id))
        self._heading.setBuddy(self.list)
        head = make_column(self._heading, self._empty, margins=(10, 0, 10, 0), spacing=6)
        make_column(head, (self.list, 1), 0, holder=self, margins=(0, 8, 0, 0), spacing=6)
        settle_key_focus(self)
        self.set_series(())

    def set_series(self, series: "tuple[Series, ...]") -> None:
        """Show these series, in this order; thumbnails and the mark of the shown one stay with their ids."""
        self.rows.set_series(series)
        self._heading.setText(f"Series ({len(series)})" if series else "Series")
        self._empty.setVisible(not series)
        self.list.setVisible(bool(series))
        self._go_to_shown()

    def set_current(self, series_id: str | None) -> None:
        """Mark the series that is on screen (None: none)."""
        self.rows.set_shown(series_id)
        self._go_to_shown()

    def set_wanted(self, series_id: str | None) -> None:
        """Mark the series that was asked for and is still read (None: none)."""
        self.rows.set_wanted(series_id)

    def _go_to_shown(self) -> None:
        index = self.rows.shown
        if index.isValid():
            self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.list.scrollTo(index)


class SeriesList(QListView):
    """A list in which a click, Enter or Space asks for a row, and the focus may rest on any."""

    asked = Signal(QModelIndex)

    def __init__(self) -> None:
        super().__init__(resizeMode=QListView.ResizeMode.Adjust)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(_LAID_OUT_AT_ONCE)
        self.setAccessibleName("Series")
        self.setAccessibleDescription("Arrow keys move, Enter opens")
        self.setMouseTracking(True)
        # By Tab only: after a click, the arrows still belong to the slice.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        # What is dragged must be selected; that is not shown, the marks of rows are their own.
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self.asked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask for the focused row on Enter and Space."""
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if event.key() in keys and self.currentIndex().isValid():
            self.asked.emit(self.currentIndex())
            return
        super().keyPressEvent(event)


class SeriesRows(QStandardItemModel):
    """Series in their order, with thumbnails as they come, and the mark of the one on screen.

    The rows hold no items. A list asks for the number of rows twice for each of them, which Qt answers without Python.
    """

    thumbnails_wanted = Signal(tuple)  # ids of series in sight that have no thumbnail yet, in the order of the list

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(0, 1, parent)
        self.series: tuple[Series, ...] = ()
        self._nth: tuple[int, ...] = ()
        self._row_of: dict[str, int] = {}
        self._rows: dict[str, SeriesRow] = {}
        self._thumbnails: dict[str, QPixmap] = {}
        self._shown: str | None = None
        self._wanted: str | None = None
        self._headings: tuple[tuple[str, ...], ...] = ()
        self._missing: set[int] = set()
        # Rows are painted one by one; they are asked for together, and not in the midst of painting.
        self._asking = QTimer(self, singleShot=True, interval=0)
        self._asking.timeout.connect(self._ask)

    def set_series(self, series: "tuple[Series, ...]") -> None:
        """Show these; thumbnails and the mark stay with their ids."""
        self.setRowCount(0)
        self.series, self._nth = series, tuple(_count_twins(series))
        self._headings = tuple(_find_headings(series))
        self._row_of = {one.id: row for row, one in enumerate(series)}
        self._rows.clear()
        self._thumbnails = {name: kept for name, kept in self._thumbnails.items() if name in self._row_of}
        self._shown = self._shown if self._shown in self._row_of else None
        self._missing.clear()
        self.setRowCount(len(series))

    def set_thumbnail(self, series_id: str, pixels: "NDArray[np.uint8]") -> None:
        """Keep the thumbnail of a series: grey [h, w] or RGB [h, w, 3]. One for a series that is gone is dropped."""
        if series_id in self._row_of:
            self._thumbnails[series_id] = QPixmap.fromImage(make_image(pixels))
            self._tell(series_id, THUMBNAIL_ROLE)

    def set_shown(self, series_id: str | None) -> None:
        """Mark the series that is on screen (None: none)."""
        before, self._shown = self._shown, series_id
        for changed in {before, series_id} - {None}:
            self._tell(changed, SHOWN_ROLE, Qt.ItemDataRole.AccessibleTextRole)

    def set_wanted(self, series_id: str | None) -> None:
        """Mark the series that is still read (None: none)."""
        before, self._wanted = self._wanted, series_id
        for changed in {before, series_id} - {None}:
            self._tell(changed, WANTED_ROLE, Qt.ItemDataRole.AccessibleTextRole)

    @property
    def shown(self) -> QModelIndex:
        """The index of the marked series; invalid if none is."""
        return self.index(self._row_of[self._shown], 0) if self._shown in self._row_of else QModelIndex()

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return what can be done with a row: it can be dragged onto a pane."""
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def mimeTypes(self) -> list[str]:
        """Return what a dragged row is."""
        return [SERIES_FORMAT]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return a dragged row: its series' id."""
        data = QMimeData()
        data.setData(SERIES_FORMAT, QByteArray(self.series[indexes[0].row()].id.encode()))
        return data

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the `SeriesRow`, the thumbnail (None: not there yet, wanted from now on), the mark, or words."""
        if not index.isValid():
            return None
        series_id = self.series[index.row()].id
        if role == ROW_ROLE:
            return self._row(index.row())
        if role == THUMBNAIL_ROLE:
            if series_id not in self._thumbnails:
                self._missing.add(index.row())
                self._asking.start()
            return self._thumbnails.get(series_id)
        if role == SHOWN_ROLE:
            return series_id == self._shown
        if role == WANTED_ROLE:
            return series_id == self._wanted
        if role == HEADING_ROLE:
            return self._headings[index.row()]
        return self._words(index.row(), role)

    def _words(self, number: int, role: int) -> str | None:
        row = self._row(number)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            state = "on screen" if row.id == self._shown else "being read" if row.id == self._wanted else ""
            parts = (*self._headings[number], row.numbered_title, row.counts, state, *row.notes)
            return ". ".join(filter(None, parts))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip("\n".join((row.numbered_title, row.counts, *row.notes)))
        return None

    def _row(self, row: int) -> SeriesRow:
        series = self.series[row]
        if series.id not in self._rows:
            self._rows[series.id] = make_series_row(series, self._nth[row])
        return self._rows[series.id]

    def _tell(self, series_id: str | None, *roles: int) -> None:
        if series_id is not None and series_id in self._row_of:
            index = self.index(self._row_of[series_id], 0)
            self.dataChanged.emit(index, index, list(roles))

    def _ask(self) -> None:
        wanted = tuple(self.series[row].id for row in sorted(self._missing))
        self._missing.clear()
        self.thumbnails_wanted.emit(wanted)


def _count_twins(series: "tuple[Series, ...]") -> Iterator[int]:
    """Yield for each series how many before it, and itself, have its number and description."""
    seen: Counter[tuple[object, ...]] = Counter()
    for one in series:
        key = (one.patient.id, one.patient.study_id, one.number, one.modality, one.description)
        seen[key] += 1
        yield seen[key]


def _find_headings(series: "tuple[Series, ...]") -> Iterator[tuple[str, ...]]:
    """Yield for each series the lines above it: its patient and study, if those are others than of the one before.

    Files without patient data have no heading of their own, but must not seem to belong to the patient above.
    """
    before: tuple[object, ...] = ()
    for one in series:
        who = one.patient
        key = who.study
        lines = describe_study(who) if key != before else ()
        yield lines or (("Without patient data",) if key != before and any(before) else ())
        before = key


def describe_study(patient: "Patient") -> tuple[str, ...]:
    """Return a patient and a study in up to two lines; none if the file tells neither."""
    name = patient.name.replace("^", " ").replace("=", " ").strip()
    who = "  ".join(filter(None, (name, patient.id)))
    study = "  ".join(filter(None, (format_date(patient.study_date), patient.study_description)))
    return tuple(filter(None, (who, study)))


def make_series_row(series: "Series", nth: int = 1) -> SeriesRow:
    """Return a series as the list shows it; the second of one number and description is marked `#2`."""
    # Before the counts, where it is never elided: the titles of such a pair are the same.
    part = f"#{nth} · " if nth > 1 else ""
    title = series.description.strip() or _title_by(series.number)
    shape = " · ".join(filter(None, (f"{series.columns} × {series.rows}", series.orientation)))
    return SeriesRow(series.id, title, part + counts_text(series), shape, series.modality, series.notes, series.number)


def _title_by(number: int | None) -> str:
    return f"Series {number}" if number is not None else "No description"


def counts_text(series: "Series") -> str:
    """Return `MR · 60 slices`, or `MR · 24 × 2 phases`."""
    slices = "1 slice" if series.slices == 1 else f"{series.slices} slices"
    if series.phases > 1:
        slices = f"{series.slices} × {series.phases} phases"
    return " · ".join(filter(None, (series.modality, slices)))


class SeriesDelegate(QStyledItemDelegate):
    """Draws a `SeriesRow` with its thumbnail. The series on screen has a bar at its edge; focus has a ring."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a thumbnail or of four lines of text, below the heading if there is one."""
        line = QFontMetrics(option.font).lineSpacing()
        heading = _heading_height(index.data(HEADING_ROLE), line)
        return QSize(units(180), max(units(64), line * 4) + units(14) + heading)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        row, shown, wanted = index.data(ROW_ROLE), bool(index.data(SHOWN_ROLE)), bool(index.data(WANTED_ROLE))
        heading: tuple[str, ...] = index.data(HEADING_ROLE)
        above = _heading_height(heading, QFontMetrics(option.font).lineSpacing())
        rect: QRect = option.rect.adjusted(0, above, 0, 0)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _draw_heading(painter, QRect(option.rect.topLeft(), rect.topRight()), heading, option.font)
        _draw_ground(painter, rect, shown=shown, wanted=wanted, state=option.state)
        side = rect.height() - units(14)
        box = QRect(rect.left() + units(10), rect.top() + units(7), side, side)
        _draw_thumbnail(painter, box, index.data(THUMBNAIL_ROLE), row.modality)
        left = box.right() + units(10)
        text = QRect(left, box.top(), rect.right() - units(8) - left, box.height())
        row = replace(row, counts="Reading…") if wanted else row
        _draw_text(painter, text, row, shown=shown or wanted, font=option.font)
        if row.notes:
            mark = units(15)
            left, top = rect.right() - units(8) - mark, rect.bottom() - units(7) - mark
            icon("warning").paint(painter, QRect(left, top, mark, mark))
        painter.restore()


def _heading_height(heading: tuple[str, ...], line: int) -> int:
    return line * len(heading) + units(12) if heading else 0


def _draw_heading(painter: QPainter, rect: QRect, lines: tuple[str, ...], font: QFont) -> None:
    """Draw patient and study on a band of their own, each line elided rather than cut."""
    if not lines:
        return
    painter.fillRect(rect, QColor(colours().window))
    painter.setPen(QColor(colours().text))
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    height = QFontMetrics(font).lineSpacing()
    row = QRect(rect.left() + units(10), rect.top() + units(6), rect.width() - units(18), height)
    for number, (text, face) in enumerate(zip(lines, (bold, font), strict=False)):
        painter.setFont(face)
        elided = QFontMetrics(face).elidedText(text, Qt.TextElideMode.ElideRight, row.width())
        painter.drawText(row.translated(0, number * height), Qt.AlignmentFlag.AlignVCenter, elided)


def _draw_ground(painter: QPainter, rect: QRect, *, shown: bool, wanted: bool, state: QStyle.StateFlag) -> None:
    if wanted:
        painter.fillRect(rect, QColor(colours().selected))
    elif shown:
        painter.fillRect(rect, QColor(colours().selected))
        painter.fillRect(QRect(rect.left(), rect.top(), units(4), rect.height()), QColor(colours().accent))
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, QColor(colours().raised))
    if state & QStyle.StateFlag.State_HasFocus:
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
