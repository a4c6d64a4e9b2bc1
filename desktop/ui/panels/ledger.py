"""The ledger on screen: how many files were opened, and for each that was not, why and what to do about it."""

from PySide6.QtCore import QAbstractTableModel, QItemSelection, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.ui.widgets.controls import make_column, make_row, set_up_button, settle_key_focus, style_as_panel
from desktop.ui.widgets.labels import ADVICE, plain_tooltip, text_label
from desktop.ui.widgets.theme import units
from imaging.base.errors import Ledger, Skipped

COLUMNS = ("File", "Why it was skipped", "What you can do", "Code")
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class LedgerPanel(QWidget):
    """The counts, a table of what was skipped, and the selected row in full. Rows are copied as tab-separated text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        style_as_panel(self)
        self._rows = SkippedRows()
        self._summary = text_label(role="heading")
        self._detail = text_label(role="quiet")
        self._detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table = _table(self._rows)
        self.table.selectionModel().selectionChanged.connect(self._show_detail)
        copy = self.table.addAction("Copy the selected rows", QKeySequence.StandardKey.Copy, self.copy_selected)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        name = "Copy the whole list of skipped files"
        self.copy_button = set_up_button(QPushButton("Copy all"), self.copy_all, name=name)
        head = make_row((self._summary, 1), self.copy_button)
        make_column(head, (self.table, 1), self._detail, 0, holder=self, margins=(10,), spacing=8)
        settle_key_focus(self)
        self.set_ledger(Ledger())

    def set_ledger(self, ledger: Ledger) -> None:
        """Show a ledger in place of the one before."""
        self._rows.set_rows(ledger.skipped)
        sentence = f"{ledger.sentence()}." if ledger.seen else "Nothing was opened yet."
        if ledger.seen and not ledger.skipped:
            sentence += " Nothing was skipped."
        self._summary.setText(sentence)
        for part in (self.table, self.copy_button, self._detail):
            part.setVisible(bool(ledger.skipped))
        self._detail.setText("Select a row to read it in full. Ctrl+C copies it.")

    def copy_selected(self) -> None:
        """Put the selected rows on the clipboard."""
        chosen = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        if chosen:
            QGuiApplication.clipboard().setText(self._rows.text(chosen))

    def copy_all(self) -> None:
        """Put every row on the clipboard."""
        QGuiApplication.clipboard().setText(self._rows.text(list(range(self._rows.rowCount()))))

    def _show_detail(self, chosen: QItemSelection) -> None:
        if chosen.indexes():
            path, why, advice, code = self._rows.cells(chosen.indexes()[0].row())
            self._detail.setText("\n".join(part for part in (path, f"{why} ({code})", advice) if part))


class SkippedRows(QAbstractTableModel):
    """Rows of the ledger for a table; any number of them costs the same to show."""

    def __init__(self) -> None:
        super().__init__()
        self._skipped: tuple[Skipped, ...] = ()

    def set_rows(self, skipped: tuple[Skipped, ...]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._skipped = skipped
        self.endResetModel()

    def cells(self, row: int) -> tuple[str, str, str, str]:
        """Return path, sentence, what to do, code."""
        one = self._skipped[row]
        return one.path, one.message, ADVICE.get(one.code, ""), one.code.value

    def text(self, rows: list[int]) -> str:
        """Return rows as tab-separated text with a header."""
        lines = ["\t".join(COLUMNS), *("\t".join(self.cells(row)) for row in rows)]
        return "\n".join(lines) + "\n"

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return how many files were skipped."""
        return 0 if parent.isValid() else len(self._skipped)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the text of a cell, which is its tooltip too."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cells(index.row())[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self.cells(index.row())[index.column()])
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a column's name."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None


class PathDelegate(QStyledItemDelegate):
    """A path that does not fit loses its middle: its end tells files apart."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802
        """Elide in the middle."""
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideMiddle


def _table(rows: SkippedRows) -> QTableView:
    table = QTableView(showGrid=False)
    table.setModel(rows)
    table.setAccessibleName("Skipped files")
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
    table.setItemDelegateForColumn(0, PathDelegate(table))
    table.setTabKeyNavigation(False)
    table.setAlternatingRowColors(True)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(2 * table.fontMetrics().lineSpacing() + units(9))
    head = table.horizontalHeader()
    head.setHighlightSections(False)
    head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for section in range(3):
        head.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
    head.setSectionResizeMode(3, QHeaderView.ResizeMode.ResizeToContents)
    return table
