"""The list of series at the left: thumbnail, description, modality, counts, and a mark where a series has notes."""

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPixmap, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QListView, QVBoxLayout, QWidget

from desktop.panels.own_keys import keep_keys
from desktop.panels.series_delegate import ENTRY, SHOWN, THUMBNAIL, Entry, SeriesDelegate
from desktop.panels.words import tooltip, words
from desktop.theme import pad, units

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from imaging.series import Series


class SeriesPanel(QWidget):
    """The series that are open. A click, Enter or Space asks for one; the arrows only move the focus."""

    series_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._rows = QStandardItemModel(self)
        self._heading = words("Series", role="section", wrap=False)
        self._empty = words("Nothing is open yet. What you open or drop appears here.", role="quiet")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.list = SeriesList()
        self.list.setModel(self._rows)
        self.list.setItemDelegate(SeriesDelegate(self.list))
        self.list.asked.connect(self._ask)
        self._heading.setBuddy(self.list)
        column = QVBoxLayout(self)
        pad(column, 0, 8, 0, 0, spacing=6)
        head = QVBoxLayout()
        pad(head, 10, 0, 10, 0, spacing=6)
        head.addWidget(self._heading)
        head.addWidget(self._empty)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addStretch()
        keep_keys(self)
        self.set_series(())

    def sizeHint(self) -> QSize:
        """Wide enough for a thumbnail and a usual description."""
        return QSize(units(260), units(420))

    def set_series(self, series: "tuple[Series, ...]") -> None:
        """Show these series, in this order; thumbnails and the mark of the shown one stay with their ids."""
        kept = {item.data(ENTRY).id: item for item in map(self._rows.item, range(self._rows.rowCount()))}
        thumbnails = {name: item.data(THUMBNAIL) for name, item in kept.items()}
        shown = next((name for name, item in kept.items() if item.data(SHOWN)), None)
        self._rows.clear()
        for entry in entries(series):
            self._rows.appendRow(_item(entry, thumbnails.get(entry.id)))
        self._heading.setText(f"Series ({len(series)})" if series else "Series")
        self._empty.setVisible(not series)
        self.list.setVisible(bool(series))
        self.set_current(shown)

    def set_thumbnail(self, series_id: str, pixels: "NDArray[np.uint8]") -> None:
        """Show the thumbnail of a series: grey [h, w] or RGB [h, w, 3]. One for a series that is gone is dropped."""
        item = self._find(series_id)
        if item is not None:
            item.setData(_pixmap(pixels), THUMBNAIL)

    def set_current(self, series_id: str | None) -> None:
        """Mark the series that is on screen (None: none)."""
        for row in range(self._rows.rowCount()):
            item = self._rows.item(row)
            is_shown = item.data(ENTRY).id == series_id
            item.setData(is_shown, SHOWN)
            item.setData(_spoken(item.data(ENTRY), shown=is_shown), Qt.ItemDataRole.AccessibleTextRole)
            if is_shown:
                self.list.selectionModel().setCurrentIndex(item.index(), QItemSelectionModel.SelectionFlag.NoUpdate)
                self.list.scrollTo(item.index())

    def _find(self, series_id: str) -> QStandardItem | None:
        items = map(self._rows.item, range(self._rows.rowCount()))
        return next((item for item in items if item.data(ENTRY).id == series_id), None)

    def _ask(self, index: QModelIndex) -> None:
        self.series_requested.emit(index.data(ENTRY).id)


class SeriesList(QListView):
    """A list in which a click, Enter or Space asks for a row, and the focus may rest on any."""

    asked = Signal(QModelIndex)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Series")
        self.setAccessibleDescription("Arrow keys move, Enter opens")
        self.setMouseTracking(True)
        # By Tab only: after a click, the arrows still belong to the slice.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.clicked.connect(self.asked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space ask for the focused row; the rest is the list's own."""
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if event.key() in keys and self.currentIndex().isValid():
            self.asked.emit(self.currentIndex())
            return
        super().keyPressEvent(event)


def entries(series: "tuple[Series, ...]") -> list[Entry]:
    """What the list says of each series; a second series under the same number and description is marked `#2`."""
    seen: Counter[tuple[object, ...]] = Counter()
    result = []
    for one in series:
        title = one.description.strip() or (f"Series {one.number}" if one.number is not None else "No description")
        key = (one.patient.id, one.patient.study_id, one.number, one.modality, one.description)
        seen[key] += 1
        # Before the counts, where it is never elided: the titles of such a pair are the same.
        part = f"#{seen[key]} · " if seen[key] > 1 else ""
        result.append(Entry(one.id, title, part + counts(one), _shape(one), one.modality, one.notes))
    return result


def counts(series: "Series") -> str:
    """`MR · 60 slices`, or `MR · 24 × 2 phases`."""
    slices = "1 slice" if series.slices == 1 else f"{series.slices} slices"
    if series.phases > 1:
        slices = f"{series.slices} × {series.phases} phases"
    return " · ".join(part for part in (series.modality, slices) if part)


def _shape(series: "Series") -> str:
    parts = (f"{series.columns} × {series.rows}", series.orientation or "")
    return " · ".join(part for part in parts if part)


def _item(entry: Entry, thumbnail: QPixmap | None) -> QStandardItem:
    item = QStandardItem()
    item.setData(entry, ENTRY)
    item.setData(thumbnail, THUMBNAIL)
    item.setData(_spoken(entry, shown=False), Qt.ItemDataRole.AccessibleTextRole)
    item.setToolTip(tooltip("\n".join((entry.title, entry.counts, *entry.notes))))
    return item


def _spoken(entry: Entry, *, shown: bool) -> str:
    parts = (entry.title, entry.counts, "on screen" if shown else "", *entry.notes)
    return ". ".join(part for part in parts if part)


def _pixmap(pixels: "NDArray[np.uint8]") -> QPixmap:
    rows, columns = pixels.shape[:2]
    grey = pixels.ndim == 2
    layout = QImage.Format.Format_Grayscale8 if grey else QImage.Format.Format_RGB888
    return QPixmap.fromImage(QImage(pixels.tobytes(), columns, rows, columns * (1 if grey else 3), layout).copy())
