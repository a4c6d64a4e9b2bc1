"""A matrix of truth and decision whose cells open their cases."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSizePolicy, QTableWidget, QTableWidgetItem

from desktop.state.texts.language import tr


class CaseMatrix(QTableWidget):
    """Counts of cases; a click or Enter on one that is not 0 asks for them."""

    cell_requested = Signal(int, int)  # row and column

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.clicked.connect(self._ask)
        self.activated.connect(self._ask)

    def set_names(self, rows: Sequence[str], columns: Sequence[str]) -> None:
        """Set what rows and columns stand for."""
        self.setRowCount(len(rows))
        self.setColumnCount(len(columns))
        self.setVerticalHeaderLabels(list(rows))
        self.setHorizontalHeaderLabels(list(columns))
        for row in range(len(rows)):
            for column in range(len(columns)):
                item = QTableWidgetItem()
                item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                item.setToolTip(tr("Show these cases in the table"))
                self.setItem(row, column, item)
        self.updateGeometry()

    def set_counts(self, counts: Sequence[Sequence[int]]) -> None:
        """Show counts [row][column]."""
        for row, cells in enumerate(counts):
            for column, count in enumerate(cells):
                self.model().setData(self.model().index(row, column), str(count))

    def row_name(self, row: int) -> str:
        """Return what a row stands for."""
        return str(self.model().headerData(row, Qt.Orientation.Vertical))

    def column_name(self, column: int) -> str:
        """Return what a column stands for."""
        return str(self.model().headerData(column, Qt.Orientation.Horizontal))

    def sizeHint(self) -> QSize:
        """Return what holds all cells, up to a screen's share; beyond that it scrolls."""
        across = self.verticalHeader().sizeHint().width() + self.horizontalHeader().length()
        down = self.horizontalHeader().sizeHint().height() + self.verticalHeader().length()
        rim = 2 * self.frameWidth() + 2
        return QSize(across + rim, min(down + rim, 320))

    def minimumSizeHint(self) -> QSize:
        """Return the height of all cells, so that few of them need no scroll bar."""
        return QSize(0, self.sizeHint().height())

    def _ask(self, index: QModelIndex) -> None:
        if index.data() not in (None, "", "0"):
            self.cell_requested.emit(index.row(), index.column())
