"""The window of readers: how far they agree, on which cases they do not, and the truth as a file, in and out."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from desktop.state.cases.reader_words import (
    DISPUTED_COLUMNS,
    NAMING_COLUMNS,
    PAIR_COLUMNS,
    describe_readers,
    list_disputed,
    list_pairs,
)
from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import leave_return_alone, make_column, make_row, set_up_button, set_up_table
from desktop.ui.widgets.labels import SteadyLabel, text_label
from desktop.ui.widgets.theme import resize_within_screen
from imaging.base.english import english

if TYPE_CHECKING:
    from desktop.jobs.cases.labelled_cases import ReaderTable
    from imaging.base.errors import Refusal

_TRUTHS = english("Truth files (*.csv);;All files (*)")
_IMPORTED = english("imported")


class ReadersWindow(QDialog):
    """Shows the readers of one table; sends what is wanted of them."""

    import_requested = Signal(object, str)  # the `Path` of a truth file, and the reader whose labels these are
    export_requested = Signal(object)  # the `Path` of the truth file to write
    study_requested = Signal(object, object)  # a `ReaderStudy`, and the `Path` of the folder for its tables
    adjudicate_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Readers and truth"))
        self.summary = text_label()
        self.pairs = _make_table(PAIR_COLUMNS, tr("Agreement of pairs of readers"))
        self.disputed = _make_table(DISPUTED_COLUMNS, tr("Cases on which readers disagree"))
        self.said = SteadyLabel(2, role="small")
        self.adjudicate = set_up_button(QPushButton(tr("Adjudicate…")), self.adjudicate_requested)
        self.adjudicate.setToolTip(
            tr("A third answer for each case on which readers disagree; it is kept as the truth")
        )
        self.export = set_up_button(QPushButton(tr("Save the truth…")), self._ask_for_export)
        self.export.setToolTip(tr("A CSV that `slicelens validate` reads; paths stand in it"))
        self.reader = QLineEdit(tr(_IMPORTED))
        self.reader.setAccessibleName(tr("Reader whose labels a truth file holds"))
        self.bring = set_up_button(QPushButton(tr("Take a truth file in…")), self._ask_for_import)
        self.study = QComboBox()
        self.study.setAccessibleName(tr("Reader study"))
        self.save_study = set_up_button(QPushButton(tr("Save its tables for R…")), self._ask_for_study)
        importing = make_row(self.bring, text_label(tr("as labels of"), wrap=False), (self.reader, 1), spacing=8)
        study = make_row(text_label(tr("Reader study"), wrap=False), (self.study, 1), self.save_study, spacing=8)
        make_column(
            self.summary, text_label(tr("Pairs"), role="heading"), (self.pairs, 1),
            text_label(tr("Disputed cases"), role="heading"), (self.disputed, 2), self.said,
            make_row(self.adjudicate, self.export, 1, spacing=8), importing, study,
            holder=self, margins=(14,), spacing=8,
        )  # fmt: skip
        leave_return_alone(self)
        resize_within_screen(self, 760, 600)

    def show_readers(self, readers: "ReaderTable") -> None:
        """Show what readers said of the cases of a table."""
        agreement = readers.agreement
        self.summary.setText(describe_readers(agreement))
        _fill(self.pairs, list_pairs(agreement))
        _fill(self.disputed, list_disputed(agreement.disputed))
        self.adjudicate.setEnabled(bool(agreement.disputed))
        self.export.setEnabled(bool(readers.answers))
        self.study.clear()
        for study, ratings in readers.studies:
            named = f"{study.name}: {study.label}"
            self.study.addItem(tr("{name} ({ratings} ratings)", name=named, ratings=ratings), study)
        self.save_study.setEnabled(bool(readers.studies))

    def set_private(self, private: bool) -> None:
        """Hide the names of files and what readers wrote, or show both again."""
        if private:
            self.said.set_text("")
        for column in (DISPUTED_COLUMNS.index(name) for name in NAMING_COLUMNS):
            self.disputed.setColumnHidden(column, private)

    def say(self, text: str) -> None:
        """Say what was done."""
        self.said.set_text(text)

    def show_problem(self, refusal: "Refusal") -> None:
        """Say what went wrong."""
        self.said.set_text(f"{tr(refusal.message)} ({refusal.code.value})")

    def _ask_for_import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Take a truth file in"), "", tr(_TRUTHS))
        if name:
            self.import_requested.emit(Path(name), self.reader.text().strip() or tr(_IMPORTED))

    def _ask_for_export(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, tr("Save the truth"), "truth.csv", tr(_TRUTHS))
        if name:
            self.export_requested.emit(Path(name))

    def _ask_for_study(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Save the tables of the study in"))
        if folder:
            self.study_requested.emit(self.study.currentData(), Path(folder))


def _make_table(columns: Sequence[str], name: str) -> QTableWidget:
    table = set_up_table(QTableWidget(0, len(columns)), name)
    table.setHorizontalHeaderLabels([tr(one) for one in columns])
    table.setWordWrap(False)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.horizontalHeader().setStretchLastSection(True)
    return table


def _fill(table: QTableWidget, rows: Sequence[Sequence[str]]) -> None:
    table.setRowCount(len(rows))
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            table.setItem(row, column, QTableWidgetItem(text))
