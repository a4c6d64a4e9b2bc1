"""The rows of the list of series, worked out for those that are painted: a folder may hold thousands."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QPixmap, QStandardItemModel

from desktop.state.texts.language import tr
from desktop.ui.panels.series_tree import (
    Heading,
    Key,
    Level,
    SeriesRow,
    TreeRow,
    count_twins,
    keys_of,
    make_series_row,
    plan_tree,
    text_to_search,
)
from desktop.ui.slice_view.slice_view import make_image
from desktop.ui.widgets.drops import SERIES_FORMAT
from desktop.ui.widgets.labels import plain_tooltip

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from imaging.volume.series import Series

ROW_ROLE = Qt.ItemDataRole.UserRole
THUMBNAIL_ROLE = Qt.ItemDataRole.UserRole + 1
SHOWN_ROLE = Qt.ItemDataRole.UserRole + 2
WANTED_ROLE = Qt.ItemDataRole.UserRole + 3
HEADING_ROLE = Qt.ItemDataRole.UserRole + 4
SERIES_ROLE = Qt.ItemDataRole.UserRole + 5
"""Whether a row shows its series, or only headings that are folded."""

Index = QModelIndex | QPersistentModelIndex


class SeriesRows(QStandardItemModel):
    """Series in their order, with thumbnails as they come, and the mark of the one on screen.

    The rows hold no items. A list asks for the number of rows twice for each of them, which Qt answers without Python.
    """

    thumbnails_wanted = Signal(tuple)  # ids of series in sight that have no thumbnail yet, in the order of the list

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(0, 1, parent)
        self.series: tuple[Series, ...] = ()
        """All that are open, also those that a fold or the filter leaves out."""
        self._ids: set[str] = set()
        self._nth: tuple[int, ...] = ()
        self._keys: tuple[Key, ...] = ()
        self._tree: tuple[TreeRow, ...] = ()
        self._folded: set[tuple[Level, str]] = set()
        self._words_sought: tuple[str, ...] = ()
        self._texts: dict[str, str] = {}
        self._row_of: dict[str, int] = {}
        self._rows: dict[str, SeriesRow] = {}
        self._thumbnails: dict[str, QPixmap] = {}
        self._shown: str | None = None
        self._wanted: str | None = None
        self._missing: set[int] = set()
        # Rows are painted one by one; they are asked for together, and not in the midst of painting.
        self._asking = QTimer(self, singleShot=True, interval=0)
        self._asking.timeout.connect(self._ask)

    def set_series(self, series: "tuple[Series, ...]") -> None:
        """Show these; thumbnails, folds and the mark stay with their ids."""
        self._ids = ids = {one.id for one in series}
        self.series, self._nth, self._keys = series, tuple(count_twins(series)), keys_of(series)
        self._rows.clear()
        self._texts.clear()
        self._thumbnails = {name: kept for name, kept in self._thumbnails.items() if name in ids}
        self._folded = {fold for fold in self._folded if fold[1] in ids}
        self._shown = self._shown if self._shown in ids else None
        self._plan()

    def set_filter(self, text: str) -> None:
        """Show the series in whose texts each of these words stands; folds do not hide what was found."""
        words = tuple(text.casefold().split())
        if words != self._words_sought:
            self._words_sought = words
            self._plan()

    def fold(self, heading: Heading, folded: bool) -> None:
        """Fold what stands below a heading away, or show it again."""
        folds = {(heading.level, name) for name in heading.ids}
        self._folded = self._folded | folds if folded else self._folded - folds
        self._plan()

    @property
    def found(self) -> int:
        """How many series the filter leaves."""
        return len(self._kept())

    def _kept(self) -> "Sequence[int]":
        if not self._words_sought:
            return range(len(self.series))
        return [number for number in range(len(self.series)) if self._holds(number)]

    def _holds(self, number: int) -> bool:
        series = self.series[number]
        if series.id not in self._texts:
            self._texts[series.id] = text_to_search(series, self._row(number))
        return all(word in self._texts[series.id] for word in self._words_sought)

    def _plan(self) -> None:
        self.setRowCount(0)
        folded = set() if self._words_sought else self._folded
        self._tree = tuple(plan_tree(self.series, self._keys, self._kept(), folded))
        self._row_of = {self.series[row.number].id: place for place, row in enumerate(self._tree) if row.has_series}
        self._missing.clear()
        self.setRowCount(len(self._tree))

    def set_thumbnail(self, series_id: str, pixels: "NDArray[np.uint8]") -> None:
        """Keep the thumbnail of a series: grey [h, w] or RGB [h, w, 3]. One for a series that is gone is dropped."""
        if series_id in self._ids:
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
        """Return what can be done with a row: a series can be dragged onto a pane."""
        is_series = index.isValid() and self._tree[index.row()].has_series
        return super().flags(index) | (Qt.ItemFlag.ItemIsDragEnabled if is_series else Qt.ItemFlag.NoItemFlags)

    def series_at(self, index: Index) -> "Series":
        """Return the series of a row; of a folded one, the first that is folded."""
        return self.series[self._tree[index.row()].number]

    def study_of(self, index: Index) -> tuple[str, ...]:
        """Return the series of the study that a row belongs to, or of the patient who is folded away there.

        A file without patient data is a study of its own.
        """
        row = self._tree[index.row()]
        if not row.has_series and row.headings[-1].level is Level.PATIENT:
            return row.headings[-1].ids
        from imaging.volume.series import find_study  # there by now: somebody has series

        return tuple(one.id for one in find_study(self.series, self.series[row.number]))

    def mimeTypes(self) -> list[str]:
        """Return what a dragged row is."""
        return [SERIES_FORMAT]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return a dragged row: its series' id."""
        data = QMimeData()
        data.setData(SERIES_FORMAT, QByteArray(self.series_at(indexes[0]).id.encode()))
        return data

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the `SeriesRow`, the thumbnail (None: not there yet, wanted from now on), marks, headings or words."""
        if not index.isValid():
            return None
        planned = self._tree[index.row()]
        series_id = self.series[planned.number].id
        if role == ROW_ROLE:
            return self._row(planned.number)
        if role == THUMBNAIL_ROLE:
            if series_id not in self._thumbnails:
                self._missing.add(planned.number)
                self._asking.start()
            return self._thumbnails.get(series_id)
        if role == SHOWN_ROLE:
            return series_id == self._shown
        if role == WANTED_ROLE:
            return series_id == self._wanted
        if role == HEADING_ROLE:
            return planned.headings
        if role == SERIES_ROLE:
            return planned.has_series
        return self._words(planned, role)

    def _words(self, planned: TreeRow, role: int) -> str | None:
        row = self._row(planned.number)
        above = tuple(tr("{text}, folded", text=one.text) if one.is_folded else one.text for one in planned.headings)
        if not planned.has_series:
            return ". ".join(above) if role == Qt.ItemDataRole.AccessibleTextRole else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            state = tr("on screen") if row.id == self._shown else tr("being read") if row.id == self._wanted else ""
            parts = (*above, row.numbered_title, row.counts, state, *row.notes)
            return ". ".join(filter(None, parts))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip("\n".join((row.numbered_title, row.counts, *row.notes)))
        return None

    def _row(self, number: int) -> SeriesRow:
        series = self.series[number]
        if series.id not in self._rows:
            self._rows[series.id] = make_series_row(series, self._nth[number])
        return self._rows[series.id]

    def _tell(self, series_id: str | None, *roles: int) -> None:
        if series_id is not None and series_id in self._row_of:
            index = self.index(self._row_of[series_id], 0)
            self.dataChanged.emit(index, index, list(roles))

    def _ask(self) -> None:
        wanted = tuple(self.series[number].id for number in sorted(self._missing))
        self._missing.clear()
        self.thumbnails_wanted.emit(wanted)
