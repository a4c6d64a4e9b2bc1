"""Rows of text for a table, of any number at the same cost, and how they are copied as tab-separated text."""

from collections.abc import Iterable

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QTableView

from desktop.ui.widgets.labels import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class TextRows(QAbstractTableModel):
    """A model of text cells: whoever derives from it says the columns, how many rows there are, and a row's cells."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        raise NotImplementedError

    def count(self) -> int:
        """Return how many rows there are."""
        raise NotImplementedError

    def cells(self, row: int) -> tuple[str, ...]:
        """Return the texts of a row."""
        raise NotImplementedError

    def text(self, rows: Iterable[int]) -> str:
        """Return rows as tab-separated text with a header."""
        lines = ["\t".join(self.columns), *("\t".join(self.cells(row)) for row in rows)]
        return "\n".join(lines) + "\n"

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return how many rows there are."""
        return 0 if parent.isValid() else self.count()

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the text of a cell on one line, and the whole of it as its tooltip."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cells(index.row())[index.column()].replace("\n", " ")
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self.cells(index.row())[index.column()].strip())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a column's name."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self.columns[section]
        return None


def copy_selected_rows(table: QTableView, rows: TextRows) -> None:
    """Put the selected rows of a table on the clipboard; none leaves it alone."""
    chosen = sorted({index.row() for index in table.selectionModel().selectedRows()})
    if chosen:
        QGuiApplication.clipboard().setText(rows.text(chosen))


def copy_all_rows(rows: TextRows) -> None:
    """Put every row on the clipboard."""
    QGuiApplication.clipboard().setText(rows.text(range(rows.count())))
