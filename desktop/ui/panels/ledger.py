"""The ledger on screen: every file, as what it was opened, or why it was not and what to do about that."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QItemSelection, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import (
    make_column,
    make_row,
    set_up_button,
    set_up_table,
    settle_key_focus,
    style_as_panel,
)
from desktop.ui.widgets.labels import ADVICE, plain_tooltip, text_label
from desktop.ui.widgets.text_rows import TextRows, copy_all_rows, copy_selected_rows
from desktop.ui.widgets.theme import units
from imaging.base.english import english
from imaging.base.errors import Ledger, Skipped

COLUMNS = (english("File"), english("What became of it"), english("What you can do"), english("Code"))
_HOW_TO_READ = english("Select a row to read it in full. Ctrl+C copies it.")
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class LedgerPanel(QWidget):
    """The counts, a table of all files, skipped ones first, and the selected row in full. Rows are copied as text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        style_as_panel(self)
        self._rows = LedgerRows()
        self._ledger = Ledger()
        self._list_opened: Callable[[], Sequence[tuple[str, str]]] = tuple
        self._summary = text_label(role="heading")
        self._detail = text_label(role="quiet")
        self._detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table = _table(self._rows)
        self.table.selectionModel().selectionChanged.connect(self._show_detail)
        copy = self.table.addAction(tr("Copy the selected rows"), QKeySequence.StandardKey.Copy, self.copy_selected)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        name = tr("Copy the whole list of files")
        self.copy_button = set_up_button(QPushButton(tr("Copy all")), self.copy_all, name=name)
        head = make_row((self._summary, 1), self.copy_button)
        make_column(head, (self.table, 1), self._detail, 0, holder=self, margins=(10,), spacing=8)
        settle_key_focus(self)
        self.set_ledger(Ledger())

    def set_ledger(self, ledger: Ledger) -> None:
        """Show a ledger in place of the one before."""
        self._ledger = ledger
        sentence = f"{tr(ledger.sentence())}." if ledger.seen else tr("Nothing was opened yet.")
        if ledger.seen and not ledger.skipped:
            sentence += tr(" Nothing was skipped.")
        self._summary.setText(sentence)
        self._detail.setText(tr(_HOW_TO_READ))
        self._fill()

    def set_opened(self, list_opened: Callable[[], Sequence[tuple[str, str]]]) -> None:
        """Show (path, what it was opened as) of these files too; they are only listed once somebody looks."""
        self._list_opened = list_opened
        self._fill()

    def set_private(self, private: bool) -> None:
        """Number the files instead of naming them, or name them again."""
        self._rows.set_private(private)
        self._detail.setText(tr(_HOW_TO_READ))

    def showEvent(self, event: QShowEvent) -> None:
        """List the files."""
        super().showEvent(event)
        self._fill()

    def _fill(self) -> None:
        self._rows.set_rows(self._ledger.skipped, self._list_opened() if self.isVisible() else ())
        for part in (self.table, self.copy_button, self._detail):
            part.setVisible(self._rows.rowCount() > 0)

    def copy_selected(self) -> None:
        """Put the selected rows on the clipboard."""
        copy_selected_rows(self.table, self._rows)

    def copy_all(self) -> None:
        """Put every row on the clipboard."""
        copy_all_rows(self._rows)

    def _show_detail(self, chosen: QItemSelection) -> None:
        if chosen.indexes():
            path, why, advice, code = self._rows.cells(chosen.indexes()[0].row())
            what = f"{why} ({code})" if code else why
            self._detail.setText("\n".join(part for part in (path, what, advice) if part))


class LedgerRows(TextRows):
    """Rows of the ledger for a table; any number of them costs the same to show."""

    def __init__(self) -> None:
        super().__init__()
        self._skipped: tuple[Skipped, ...] = ()
        self._opened: Sequence[tuple[str, str]] = ()
        self._is_private = False

    def set_private(self, private: bool) -> None:
        """Number the files instead of naming them, or name them again."""
        self.beginResetModel()
        self._is_private = private
        self.endResetModel()

    def set_rows(self, skipped: tuple[Skipped, ...], opened: Sequence[tuple[str, str]] = ()) -> None:
        """Replace all rows."""
        if (skipped, opened) == (self._skipped, self._opened):
            return
        self.beginResetModel()
        self._skipped, self._opened = skipped, opened
        self.endResetModel()

    def cells(self, row: int) -> tuple[str, str, str, str]:
        """Return path, sentence, what to do, code."""
        if row >= len(self._skipped):
            path, what = self._opened[row - len(self._skipped)]
            cells = path, what, "", ""
        else:
            one = self._skipped[row]
            cells = one.path, tr(one.message), tr(ADVICE.get(one.code, "")), one.code.value
        return (tr("File {row}", row=row + 1), *cells[1:]) if self._is_private else cells

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(map(tr, COLUMNS))

    def count(self) -> int:
        """Return how many rows there are."""
        return len(self._skipped) + len(self._opened)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the text of a cell, which is its tooltip too."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cells(index.row())[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self.cells(index.row())[index.column()])
        return None


class PathDelegate(QStyledItemDelegate):
    """A path that does not fit loses its middle: its end tells files apart."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802
        """Elide in the middle."""
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideMiddle


def _table(rows: LedgerRows) -> QTableView:
    table = QTableView()
    height = 2 * table.fontMetrics().lineSpacing() + units(9)
    set_up_table(table, tr("Files"), row_height=height, is_list=True).setModel(rows)
    table.setItemDelegateForColumn(0, PathDelegate(table))
    head = table.horizontalHeader()
    for section in range(3):
        head.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
    head.setSectionResizeMode(3, QHeaderView.ResizeMode.ResizeToContents)
    return table
