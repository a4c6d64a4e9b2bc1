"""The window of a table of results: rows that can be sorted, found and opened, and how their scores are spread."""

from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QTableView,
    QWidget,
)

from desktop.state.cases.result_rows import RowArrangement, shown_cell
from desktop.state.texts.language import tr
from desktop.ui.plots.score_histogram import ScoreHistogram
from desktop.ui.slice_view.slice_view import make_image
from desktop.ui.widgets.controls import leave_return_alone, make_column, make_row, set_up_button, set_up_table
from desktop.ui.widgets.labels import SteadyLabel, plain_tooltip, text_label
from desktop.ui.widgets.theme import resize_within_screen, units
from imaging.base.english import english

if TYPE_CHECKING:
    from desktop.state.cases.result_rows import ResultTable, SpreadScores
    from imaging.base.errors import Refusal

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_TYPING_MS = 200
_LOOKING_MS = 120
"""Rows that pass by faster want no picture."""
_ROWS_LOOKED_AT, _MOST_PICTURES, _PICTURE = 60, 2000, 30
_TRUTHS = english("Truth files (*.csv);;All files (*)")
_NOTICE = english("Research use only. Not for diagnosis.")
_MOST_WIDTH = 220
_MEASURED_ROWS = 200
"""By how many rows the width of a column is chosen."""
# They are for programs; finding looks into them all the same.
_HIDDEN = frozenset({"patient_key", "study_key", "series_key", "sop_key", "model_sha256"})
_NAMING = frozenset({"path", "error"})
"""Columns that may name a file, and so a patient."""


class ResultRows(QAbstractTableModel):
    """The rows of a table in the order that they are wanted in."""

    pictures_wanted = Signal(list)  # numbers of rows in the file, which are on screen and have no picture yet

    def __init__(self) -> None:
        super().__init__()
        self.table: ResultTable | None = None
        self._pictures: dict[int, QPixmap | None] = {}
        """By the number of the row in the file; None is wanted and did not come yet."""
        self._asked: list[int] = []
        self._asking = QTimer(self, singleShot=True, interval=_LOOKING_MS)
        self._asking.timeout.connect(self._ask)
        self.order: NDArray[np.intp] = np.zeros(0, dtype=np.intp)

    def show_table(self, table: "ResultTable") -> None:
        """Show another table, all of it."""
        self.beginResetModel()
        self._pictures.clear()
        self._asked.clear()
        self.table, self.order = table, np.arange(len(table.rows))
        self.endResetModel()

    def show_rows(self, order: NDArray[np.intp]) -> None:
        """Show some of the rows, in this order."""
        self.beginResetModel()
        self.order = order
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return how many rows are shown."""
        return 0 if parent.isValid() else len(self.order)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Return how many columns the table has."""
        return 0 if parent.isValid() or self.table is None else len(self.table.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell: shortened to be read, whole under the pointer."""
        if self.table is None or not index.isValid():
            return None
        column, text = self.table.columns[index.column()], self.table.rows[self.order[index.row()]][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return shown_cell(text, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(text)
        if role == Qt.ItemDataRole.DecorationRole and column == "path":
            return self._picture_of(int(self.order[index.row()]))
        return None

    def set_picture(self, row: int, pixels: NDArray[np.uint8]) -> None:
        """Show the picture of a row of the file."""
        while len(self._pictures) >= _MOST_PICTURES:
            self._pictures.pop(next(iter(self._pictures)))
        side = units(_PICTURE)
        keep = Qt.AspectRatioMode.KeepAspectRatio
        smooth = Qt.TransformationMode.SmoothTransformation
        self._pictures[row] = QPixmap.fromImage(make_image(pixels).scaled(side, side, keep, smooth))
        shown = np.flatnonzero(self.order == row)
        if len(shown) and self.table is not None:
            at = self.index(int(shown[0]), self.table.columns.index("path"))
            self.dataChanged.emit(at, at, [Qt.ItemDataRole.DecorationRole])

    def _picture_of(self, row: int) -> QPixmap | None:
        if row not in self._pictures:
            self._pictures[row] = None
            self._asked.append(row)
            self._asking.start()
        return self._pictures[row]

    def _ask(self) -> None:
        asked, self._asked = self._asked, []
        for row in asked[:-_ROWS_LOOKED_AT]:
            # It was scrolled past; it may ask again.
            self._pictures.pop(row, None)
        self.pictures_wanted.emit(asked[-_ROWS_LOOKED_AT:])

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the name of a column, or the number of a row in the file."""
        if role != Qt.ItemDataRole.DisplayRole or self.table is None:
            return None
        if orientation == Qt.Orientation.Horizontal:
            return self.table.columns[section].replace("_", " ")
        return str(self.order[section] + 1)


def _make_view(rows: ResultRows) -> QTableView:
    """Return the view of the rows."""
    view = set_up_table(QTableView(), tr("Rows of the table"), row_height=units(_PICTURE + 4))
    view.setModel(rows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setWordWrap(False)
    view.verticalHeader().show()
    view.setIconSize(QSize(units(_PICTURE), units(_PICTURE)))
    view.horizontalHeader().setSortIndicatorShown(True)
    view.horizontalHeader().setSectionsClickable(True)
    view.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    return view


class ResultTableDialog(QDialog):
    """Shows one table; sends what is wanted of it."""

    arrange_requested = Signal(object)  # an `RowArrangement`
    spread_requested = Signal(str)  # a column of probabilities
    slice_requested = Signal(int)  # the number of a row in the file
    label_requested = Signal(object, object)  # the `ResultTable`, and the numbers of the rows that are shown
    judge_requested = Signal(object, str)  # the `Path` of a truth file, and whether cases are drawn by case or patient

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Results"))
        self.rows = ResultRows()
        self.view = _make_view(self.rows)
        self.view.horizontalHeader().sortIndicatorChanged.connect(self._sort)
        self.view.activated.connect(self._open)
        self.text = QLineEdit(placeholderText=tr("Find in all columns"), clearButtonEnabled=True)
        self.text.setAccessibleName(tr("Find in all columns"))
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._typing.timeout.connect(self._arrange)
        self.text.textChanged.connect(lambda _: self._typing.start())
        self.score = QComboBox()
        self.score.setAccessibleName(tr("Score that is spread"))
        self.score.currentTextChanged.connect(self._spread)
        self.reaching = QCheckBox(tr("Only rows that reach the line"))
        self.reaching.toggled.connect(self._arrange)
        self.histogram = ScoreHistogram()
        self.histogram.threshold_changed.connect(self._tell_threshold)
        self._numbers: NDArray[np.float64] = np.zeros(0)
        self.said = SteadyLabel(1, role="small")
        self.threshold_said = SteadyLabel(1, role="small")
        self.only = set_up_button(QPushButton(), self._show_all_lines, role="flat")
        self.only.setToolTip(tr("Show all rows again"))
        self.only.hide()
        self._lines: frozenset[int] | None = None
        self._is_private = False
        top = make_row(
            (self.text, 1), self.only, text_label(tr("Score"), wrap=False), self.score, self.reaching, spacing=10
        )
        self.judge = set_up_button(QPushButton(tr("Compare with the truth…")), self._ask_for_truth)
        self.judge.setToolTip(tr("A CSV with `path` (and `slice`) or a key of the table, and `label`"))
        self.label = set_up_button(QPushButton(tr("Label these…")), self._ask_for_labels)
        self.label.setToolTip(tr("Say what is true of the cases that are shown: one key a label; and compare readers"))
        self.by = QComboBox()
        self.by.setAccessibleName(tr("What is drawn for the intervals"))
        self.by.addItem(tr("each case for itself"), "case")
        self.by.addItem(tr("all cases of a person together"), "patient")
        hint = text_label(
            tr("Enter or a double click shows the slice of a row. {notice}", notice=tr(_NOTICE)), role="small"
        )
        below = make_row(self.label, self.judge, text_label(tr("Intervals by"), wrap=False), self.by, 1, spacing=10)
        make_column(
            top, self.histogram, self.threshold_said, (self.view, 1), self.said, below, hint,
            holder=self, margins=(12,), spacing=8,
        )  # fmt: skip
        # In the rows Return shows a slice, in the text it finds.
        leave_return_alone(self)
        resize_within_screen(self, 980, 640)

    # --- facts ---

    def show_table(self, table: "ResultTable") -> None:
        """Show a table from its beginning."""
        self.rows.show_table(table)
        self.view.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self._hide_columns()
        self._arrange_columns(table)
        self._lines = None
        self.only.hide()
        self.score.blockSignals(True)
        self.score.clear()
        self.score.addItems(list(table.scores))
        self.score.setCurrentIndex(len(table.scores) - 1)
        self.score.blockSignals(False)
        self._spread(self.score.currentText())
        self._tell_rows()

    def set_private(self, private: bool) -> None:
        """Hide the names of files, or show them again; rows keep their numbers."""
        self._is_private = private
        self._hide_columns()
        self._tell_rows()

    def _hide_columns(self) -> None:
        hidden = _HIDDEN | _NAMING if self._is_private else _HIDDEN
        for number, name in enumerate(self.rows.table.columns if self.rows.table is not None else ()):
            self.view.setColumnHidden(number, name in hidden)

    def _arrange_columns(self, table: "ResultTable") -> None:
        """Put what is looked for first, and make each column as wide as its texts, within reason."""
        header = self.view.horizontalHeader()
        first = [name for name in ("path", "decision", *table.scores, "standing") if name in table.columns]
        others = [name for name in table.columns if name not in first]
        for place, name in enumerate((*first, *others)):
            header.moveSection(header.visualIndex(table.columns.index(name)), place)
        header.setResizeContentsPrecision(_MEASURED_ROWS)
        self.view.resizeColumnsToContents()
        for number in range(len(table.columns)):
            self.view.setColumnWidth(number, min(self.view.columnWidth(number), units(_MOST_WIDTH)))

    def show_rows(self, order: NDArray[np.intp]) -> None:
        """Show the rows that were wanted."""
        self.rows.show_rows(order)
        self._tell_rows()

    def show_spread(self, spread: "SpreadScores") -> None:
        """Draw how the scores of a column are spread, if it is still the chosen one, from the model's own threshold on.

        Without one the line begins in the middle.
        """
        if spread.column == self.score.currentText():
            self._numbers = spread.scores
            self.histogram.set_threshold(0.5 if spread.threshold is None else spread.threshold)
            self.histogram.show_counts(spread.counts)
            self._tell_threshold(self.histogram.threshold)
            if self.reaching.isChecked():
                self._arrange()

    def show_problem(self, refusal: "Refusal | None") -> None:
        """Say what went wrong."""
        if refusal is None:
            self._tell_rows()
        else:
            self.said.set_text(f"{tr(refusal.message)} ({refusal.code.value})")

    def show_lines(self, lines: frozenset[int] | None, words: str = "") -> None:
        """Show the rows of these lines of the file alone, which have something in common; None shows all again."""
        self._lines = lines
        self.only.setText(tr("Only {words}  ✕", words=words))
        self.only.setAccessibleName(tr("Only {words}. Show all rows again", words=words))
        self.only.setVisible(lines is not None)
        self._arrange()

    # --- requests ---

    def _show_all_lines(self) -> None:
        self.show_lines(None)

    def _ask_for_truth(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Open a truth file"), "", tr(_TRUTHS))
        if name:
            self.said.set_text(tr("The models are being judged…"))
            self.judge_requested.emit(Path(name), self.by.currentData())

    def _ask_for_labels(self) -> None:
        if self.rows.table is not None:
            self.label_requested.emit(self.rows.table, self.rows.order)

    def _sort(self, _: int, __: Qt.SortOrder) -> None:
        self._arrange()

    def _arrange(self) -> None:
        table, header = self.rows.table, self.view.horizontalHeader()
        if table is None:
            return
        section = header.sortIndicatorSection()
        wanted = RowArrangement(
            column=table.columns[section] if 0 <= section < len(table.columns) else None,
            descending=header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder,
            text=self.text.text(),
            score=self.score.currentText() or None,
            threshold=self.histogram.threshold if self.reaching.isChecked() else None,
            lines=self._lines,
        )
        self.arrange_requested.emit(wanted)

    def _spread(self, column: str) -> None:
        if column:
            self.spread_requested.emit(column)
            if self.reaching.isChecked():
                self._arrange()

    def _tell_threshold(self, threshold: float) -> None:
        known = np.isfinite(self._numbers)
        reached = int((self._numbers[known] >= threshold).sum())
        name = self.score.currentText().removeprefix("p_")
        self.threshold_said.set_text(
            tr(
                "{reached} of {known} rows reach {threshold:.2f} for {name}.",
                reached=reached,
                known=int(known.sum()),
                threshold=threshold,
                name=name,
            )
        )
        if self.reaching.isChecked():
            self._typing.start()

    def _tell_rows(self) -> None:
        table = self.rows.table
        if table is not None:
            self.said.set_text(
                tr(
                    "{shown} of {rows} rows of {name}",
                    shown=self.rows.rowCount(),
                    rows=len(table.rows),
                    name=PurePath(table.path.name),
                )
            )

    def _open(self, index: QModelIndex) -> None:
        self.slice_requested.emit(int(self.rows.order[index.row()]))
