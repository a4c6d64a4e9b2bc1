"""The header of the file that the slice on screen comes from: a tree that is searched, copied and compared.

Patients' names stand in it, since a person asked for it: nothing of it goes into titles, settings or logs.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QItemSelection, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QShowEvent
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton, QTableView, QWidget

from desktop.render.privacy import HIDDEN
from desktop.state.texts.language import said, tr
from desktop.ui.widgets.controls import make_column, make_row, set_up_button, set_up_table, settle_key_focus
from desktop.ui.widgets.labels import SteadyLabel, text_label
from desktop.ui.widgets.text_rows import TextRows, copy_all_rows, copy_selected_rows
from desktop.ui.widgets.theme import units
from desktop.ui.widgets.watched_panel import WatchedPanel
from imaging.base.english import english
from imaging.base.errors import Refusal, error_line
from imaging.volume.header_rows import HeaderDifference, HeaderListing, HeaderRow, find_rows, fold_rows

COLUMNS = (english("Number"), english("Name"), english("Kind"), english("Value"))
DIFFERENCE_COLUMNS = (english("Number"), english("Name"), english("This file"), english("The other file"))
FOLDED_FROM = 100
"""A sequence with so many rows inside it begins folded."""
Cells = tuple[str, str, str, str]
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_INDENT, _OPEN, _FOLDED = "    ", "▾ ", "▸ "


class TagBrowserPanel(WatchedPanel):
    """A search above the rows; Left and Right fold what is inside a row, Ctrl+C copies the selected ones."""

    compare_requested = Signal(object)  # the `Path` of another file; None: the header alone again

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = text_label(role="heading")
        self.search = QLineEdit(clearButtonEnabled=True)
        self.search.setPlaceholderText(tr("Name, keyword, number such as 0010,0010, or value"))
        self.search.setAccessibleName(tr("Search in the header"))
        self.rows = TagRows()
        self.table = _table(self.rows)
        self.detail = SteadyLabel(3)
        self.copy_button = set_up_button(QPushButton(tr("Copy all")), self.copy_all, name=tr("Copy all shown rows"))
        self.compare = set_up_button(QPushButton(tr("Compare with a file…")), self._ask_for_other)
        self.back = set_up_button(QPushButton(tr("Back to the header")), lambda: self.compare_requested.emit(None))
        self.search.textChanged.connect(self._search)
        self.table.selectionModel().selectionChanged.connect(self._show_detail)
        self.table.doubleClicked.connect(lambda index: self.rows.fold(index.row()))
        for title, keys, do in (
            (tr("Copy the selected rows"), (QKeySequence(QKeySequence.StandardKey.Copy),), self.copy_selected),
            (tr("Fold"), (QKeySequence("Left"),), lambda: self._fold(True)),
            (tr("Unfold"), (QKeySequence("Right"),), lambda: self._fold(False)),
        ):
            action = self.table.addAction(title)
            action.setShortcuts(list(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(do)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        head = make_row((self._heading, 1), self.compare, self.back, self.copy_button, spacing=8)
        make_column(head, self.search, (self.table, 1), self.detail, holder=self, margins=(10,), spacing=8)
        settle_key_focus(self)
        self.back.hide()
        self._is_private = False
        self._show_again: Callable[[], None]
        self.show_listing(tr("Open a series first."), None)

    def set_private(self, private: bool) -> None:
        """Show no row while patient data is hidden, or show them again."""
        self._is_private = private
        self._show_again()

    def show_listing(self, heading: str, listing: HeaderListing | None) -> None:
        """Show all rows of a header; None: there is none."""
        self._show_again = partial(self.show_listing, heading, listing)
        if self._is_private:
            self._hide()
            return
        omitted = (
            tr("; {omitted} more rows are not listed", omitted=listing.omitted)
            if listing is not None and listing.omitted
            else ""
        )
        self._show(f"{heading}{omitted}", is_compared=False)
        self.rows.set_rows(() if listing is None else listing.rows)
        self._search(self.search.text())

    def show_differences(self, heading: str, differences: Sequence[HeaderDifference]) -> None:
        """Show how the header differs from another one."""
        self._show_again = partial(self.show_differences, heading, differences)
        if self._is_private:
            self._hide()
            return
        self._show(
            tr("{heading}: {differences} differences", heading=heading, differences=len(differences)), is_compared=True
        )
        self.rows.set_differences(differences)
        self._search(self.search.text())

    def show_refusal(self, refusal: Refusal) -> None:
        """Say why there is no header to be shown."""
        self._show_again = partial(self.show_refusal, refusal)
        self._show(error_line(tr(refusal.message), refusal.code), is_compared=False)
        self.rows.set_rows(())

    def copy_selected(self) -> None:
        """Put the selected rows on the clipboard, as tab-separated text; of one cell alone its text."""
        copy_selected_rows(self.table, self.rows)

    def copy_all(self) -> None:
        """Put every shown row on the clipboard."""
        copy_all_rows(self.rows)

    def showEvent(self, event: QShowEvent) -> None:
        """Put the keys into the search field."""
        super().showEvent(event)
        self.search.setFocus()

    def _hide(self) -> None:
        self._show(tr("{hidden}: a header is patient data.", hidden=tr(HIDDEN)), is_compared=self.rows.is_compared)
        self.rows.set_rows(())
        self._search("")

    def _show(self, heading: str, *, is_compared: bool) -> None:
        self._heading.setText(heading)
        self.back.setVisible(is_compared)
        self.detail.set_text("")

    def _search(self, text: str) -> None:
        self.rows.search(text)
        self.copy_button.setEnabled(self.rows.rowCount() > 0)

    def _ask_for_other(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Compare with the header of"))
        if name:
            self.compare_requested.emit(Path(name))

    def _fold(self, folded: bool) -> None:
        for index in self.table.selectionModel().selectedRows():
            self.rows.fold(index.row(), folded)

    def _show_detail(self, chosen: QItemSelection) -> None:
        if chosen.indexes():
            number, name, third, fourth = self.rows.cells(chosen.indexes()[0].row())
            said = f"{third} → {fourth}" if self.rows.is_compared else fourth
            self.detail.set_text(f"{number} {name.strip().lstrip(_OPEN + _FOLDED)}: {said}")


class TagRows(TextRows):
    """Rows of a header (or differences) for a table; any number of them costs the same to show."""

    def __init__(self) -> None:
        super().__init__()
        self.is_compared = False
        self._rows: tuple[HeaderRow, ...] = ()
        self._cells: list[Cells] = []
        self._texts: list[str] = []
        self._inside: list[int] = []
        self._folded: set[int] = set()
        self._wanted = ""
        self._shown: tuple[int, ...] = ()

    def set_rows(self, rows: Sequence[HeaderRow]) -> None:
        """Replace all rows by those of a header."""
        self.is_compared = False
        self._rows = tuple(
            replace(row, name=said(row.name), kind=said(row.kind), value=said(row.value)) for row in rows
        )
        self._texts = fold_rows(self._rows)
        self._cells = [(row.number, row.name, row.kind, row.value) for row in self._rows]
        self._inside = _count_inside(self._rows)
        self._folded = {number for number, count in enumerate(self._inside) if count >= FOLDED_FROM}
        self._list()

    def set_differences(self, differences: Sequence[HeaderDifference]) -> None:
        """Replace all rows by differences."""
        self.is_compared = True
        self._cells = [
            (said(one.path), said(one.name), said(one.first or ""), said(one.second or "")) for one in differences
        ]
        self._rows = tuple(HeaderRow(0, said(one.path), said(one.name)) for one in differences)
        self._texts = ["\n".join(cells).casefold() for cells in self._cells]
        self._inside, self._folded = [0] * len(self._cells), set()
        self._list()

    def search(self, text: str) -> None:
        """Show what holds a text, and what that stands in; everything for an empty one."""
        if text.strip() != self._wanted:
            self._wanted = text.strip()
            self._list()

    def fold(self, row: int, folded: bool | None = None) -> None:
        """Fold what is inside a row, or unfold it (None: the other way round). A search shows all that it finds."""
        number = self._shown[row]
        if not self._inside[number] or self._wanted or folded == (number in self._folded):
            return
        self._folded ^= {number}
        self._list()

    def cells(self, row: int) -> Cells:
        """Return the texts of a row, its name further in the deeper it lies."""
        number = self._shown[row]
        first, name, third, fourth = self._cells[number]
        mark = "" if not self._inside[number] else _FOLDED if number in self._folded and not self._wanted else _OPEN
        return first, f"{_INDENT * self._rows[number].depth}{mark}{name}", third, fourth

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(map(tr, DIFFERENCE_COLUMNS if self.is_compared else COLUMNS))

    def count(self) -> int:
        """Return how many rows there are."""
        return len(self._shown)

    def _list(self) -> None:
        self.beginResetModel()
        found = find_rows(self._rows, self._wanted, self._texts)
        self._shown = found if self._wanted or not self._folded else tuple(self._without_folded())
        self.endResetModel()

    def _without_folded(self) -> Sequence[int]:
        shown, number = [], 0
        while number < len(self._rows):
            shown.append(number)
            number += 1 + (self._inside[number] if number in self._folded else 0)
        return shown


def _count_inside(rows: Sequence[HeaderRow]) -> list[int]:
    """Return how many rows stand inside each row, at any depth."""
    counts, above = [0] * len(rows), list[int]()
    for number, row in enumerate(rows):
        del above[row.depth :]
        for one in above:
            counts[one] += 1
        above.append(number)
    return counts


def _table(model: TagRows) -> QTableView:
    table = set_up_table(QTableView(), tr("Header"), row_height=units(24))
    table.setModel(model)
    table.setWordWrap(False)
    for column, width in enumerate((110, 300, 60)):
        table.setColumnWidth(column, units(width))
    table.horizontalHeader().setStretchLastSection(True)
    return table
