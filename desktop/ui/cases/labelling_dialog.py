"""The dialog before labelling: who reads what, in which order, and whether it is a reader study."""

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFormLayout, QLineEdit, QPushButton, QWidget

from desktop.state.cases.labelling import LabellingChoice, LabellingPurpose, Question, find_fault, read_labels
from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import make_column, make_row, set_up_button
from desktop.ui.widgets.labels import SteadyLabel, text_label
from desktop.ui.widgets.theme import set_margins, units
from imaging.base.english import english
from inference.cases.reader_study import ReaderStudy
from inference.cases.reading_order import CaseOrder

if TYPE_CHECKING:
    from imaging.base.errors import Refusal
    from inference.cases.case_store import CasePlace

_SAYS = english(
    "Labels are kept in the program's own folder by salted hashes of the files' paths, with the reader's name, the "
    "time and what was said before. Ending and going on another day loses nothing."
)
_PURPOSES = (
    (LabellingPurpose.LABEL, english("Label cases")),
    (LabellingPurpose.ADJUDICATE, english("Adjudicate: a third answer where readers disagree")),
    (LabellingPurpose.STUDY, english("Reader study: each case without, then with the model")),
)
_ORDERS = (
    (CaseOrder.RANDOM, english("At random, another order for each reader")),
    (CaseOrder.DOUBT, english("Those first of which the model is least sure")),
    (CaseOrder.DISAGREEMENT, english("Those first about which models disagree")),
    (CaseOrder.LISTED, english("As the table has them")),
)


class LabellingDialog(QDialog):
    """Asks for a `LabellingChoice`."""

    start_requested = Signal(object)  # a `LabellingChoice`
    readers_requested = Signal(object, object)  # the `Path` of a table and a `Question`: how far readers agree on it

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Label cases"))
        self._table: Path | None = None
        self._only: frozenset[CasePlace] | None = None
        self._open_cases = 0
        self.said = SteadyLabel(2, role="small")
        self.reader = QLineEdit(placeholderText=tr("Initials or a name"))
        self.purpose, self.question, self.order = QComboBox(), QComboBox(), QComboBox()
        self.labels = QLineEdit(placeholderText=tr("normal, pneumonia"))
        self.hides_model = QCheckBox(tr("Show the model's answer only once I have given mine"))
        self.hides_model.setChecked(True)
        self.study = QLineEdit(placeholderText=tr("A name, the same for all its readers"))
        self.study_label = QComboBox()
        self.start = set_up_button(QPushButton(tr("Start")), self._start, role="primary")
        self.readers = set_up_button(QPushButton(tr("Readers and truth…")), self._ask_for_readers)
        self.readers.setToolTip(
            tr("How far readers agree; the truth as a file, in and out; the table of a reader study")
        )
        for control, choices in ((self.purpose, _PURPOSES), (self.order, _ORDERS)):
            for value, title in choices:
                control.addItem(tr(title), value)
        self._form = QFormLayout()
        self._lay_out()
        self.readers.setAutoDefault(False)
        self.start.setDefault(True)
        for changed in (self.reader.textChanged, self.labels.textChanged, self.study.textChanged):
            changed.connect(self._settle)
        for control in (self.purpose, self.question, self.study_label):
            control.currentIndexChanged.connect(self._settle)
        self.setMinimumWidth(units(520))

    # --- facts ---

    def ask_about_table(
        self, table: Path, questions: Sequence[Question], only: "frozenset[CasePlace] | None" = None
    ) -> None:
        """Ask what is labelled of a table, of which `only` these cases are wanted."""
        self._table, self._only = table, only
        self._offer(questions)
        self.order.setCurrentIndex(0)

    def ask_about_open(self, cases: int, labels: Sequence[str]) -> None:
        """Ask what is labelled of the series that are open; `labels` are those of the model in use."""
        self._table, self._only, self._open_cases = None, None, cases
        self.labels.setText(", ".join(labels))
        self._offer(())
        self.order.setCurrentIndex(1)

    def show_problem(self, refusal: "Refusal") -> None:
        """Say why it cannot begin."""
        self.said.set_text(tr(refusal.message))

    def _offer(self, questions: Sequence[Question]) -> None:
        self.question.clear()
        for one in questions:
            self.question.addItem(one.title, one)
        self._settle()

    # --- requests ---

    def choice(self) -> LabellingChoice:
        """Return what was chosen."""
        question = read_labels(self.labels.text()) if self._table is None else self.question.currentData()
        purpose = LabellingPurpose(self.purpose.currentData())
        is_study = purpose is LabellingPurpose.STUDY
        return LabellingChoice(
            reader=self.reader.text().strip(),
            question=question or Question((), are_exclusive=True),
            purpose=purpose,
            table=self._table,
            only=self._only,
            order=CaseOrder(self.order.currentData()),
            hides_model=self.hides_model.isChecked(),
            study=ReaderStudy(self.study.text().strip(), self.study_label.currentText()) if is_study else None,
        )

    def _start(self) -> None:
        self.start_requested.emit(self.choice())

    def _ask_for_readers(self) -> None:
        if self._table is not None:
            self.readers_requested.emit(self._table, self.choice().question)

    def set_private(self, private: bool) -> None:
        """Leave the name of the table out, or say it again."""
        self._settle()

    def _settle(self) -> None:
        is_table = self._table is not None
        is_study = self.purpose.currentData() == LabellingPurpose.STUDY
        self._form.setRowVisible(self.question, is_table)
        self._form.setRowVisible(self.labels, not is_table)
        self._form.setRowVisible(self.order, is_table and not is_study)
        self._form.setRowVisible(self.study, is_study)
        self._form.setRowVisible(self.study_label, is_study)
        self._form.setRowVisible(self.hides_model, is_table and not is_study)
        self.readers.setEnabled(is_table)
        question = self.choice().question
        shown = tuple(self.study_label.itemText(row) for row in range(self.study_label.count()))
        if shown != question.labels:
            self.study_label.clear()
            self.study_label.addItems(list(question.labels))
            self.study_label.setCurrentIndex(len(question.labels) - 1)
        fault = find_fault(self.choice())
        self.start.setEnabled(not fault)
        self.start.setToolTip(fault)
        count = len(self._only) if self._only is not None else question.cases if is_table else self._open_cases
        where = (
            tr("of {name}", name=PurePath(self._table.name))
            if self._table is not None
            else tr("of the series that are open")
        )
        self.said.set_text(tr("{count} cases {where}. {fault}", count=count, where=where, fault=fault))

    def _lay_out(self) -> None:
        form = self._form
        set_margins(form, 0, spacing=8)
        rows = {
            tr("Reader"): self.reader,
            tr("Purpose"): self.purpose,
            tr("Labels"): self.labels,
            tr("Labels of"): self.question,
            tr("Order"): self.order,
            tr("Study"): self.study,
            tr("How sure that there is"): self.study_label,
        }
        for title, control in rows.items():
            control.setAccessibleName(title)
            form.addRow(title, control)
        form.addRow("", self.hides_model)
        make_column(
            form, text_label(tr(_SAYS), role="quiet"), self.said, 1, make_row(self.readers, 1, self.start, spacing=8),
            holder=self, margins=(14,), spacing=10,
        )  # fmt: skip
