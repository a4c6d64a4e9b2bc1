"""The window of a training on own cases: asked for, watched, and how the new model compares with the old one."""

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFileDialog, QPushButton, QSpinBox, QTextBrowser, QWidget

from desktop.state.cases.training_choice import TrainingChoice
from desktop.state.texts.language import said, show_path, tr
from desktop.ui.plots.loss_plot import LossPlot
from desktop.ui.widgets.controls import leave_return_alone, make_column, make_row, set_up_button
from desktop.ui.widgets.labels import SteadyLabel, text_label
from desktop.ui.widgets.theme import resize_within_screen
from imaging.base.english import english

if TYPE_CHECKING:
    from desktop.controllers.cases.training import NewModel
    from desktop.jobs.cases.own_set import WrittenSet
    from desktop.jobs.cases.training_process import Comparison, TrainingCurve
    from desktop.jobs.cases.validation import JudgedTable
    from imaging.base.errors import Refusal

_NOTICE = english("Research use only. Not for diagnosis.")
_LACKING = english(
    "The training program slicelens-train is not on this machine's PATH. It comes with a Python installation of "
    "Slicelens with its training extra, pip install 'slicelens[train]'. Install it there, or choose the program."
)
_ABOUT = english(
    "The labelled cases are copied into the folder with a table of their labels; slicelens-train continues the "
    "model's bundle on them and judges both models on cases that it held back. The bundle itself stays."
)
_FIGURES = {
    "accuracy": english("accuracy"),
    "macro_f1": english("mean F1 of the labels"),
    "auc": english("AUC"),
    "ece": english("calibration error"),
    "precision": english("precision"),
    "recall": english("sensitivity"),
    "f1": english("F1"),
}
"""The figures of a comparison, as `slicelens-train` names them."""
_STYLE = "td, th { padding: 2px 14px 2px 0; text-align: left }"


class TrainingWindow(QDialog):
    """Asks for one training; the new bundle is offered at its end, never put in."""

    start_requested = Signal(object)  # a `TrainingChoice`
    stop_requested = Signal()
    trainer_chosen = Signal(object)  # the `Path` of the training program
    bundle_requested = Signal(str)  # the path of the new bundle, to be used now

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Train on these cases"))
        self._folder: Path | None = None
        self._line = self._command = ""
        self._bundle: Path | None = None
        self._is_running = False
        self.model = QComboBox()
        self.model.setAccessibleName(tr("Model to continue"))
        self.folder = SteadyLabel(1)
        self.choose = set_up_button(QPushButton(tr("Choose a new folder…")), self._ask_for_folder)
        self.identity = QCheckBox(tr("Copies without identity (PS3.15)"))
        self.identity.setChecked(True)
        self.epochs = QSpinBox(minimum=1, maximum=1000, value=10)
        self.epochs.setAccessibleName(tr("Epochs"))
        self.start = set_up_button(QPushButton(tr("Train")), self._start)
        self.stop = set_up_button(QPushButton(tr("Stop")), self.stop_requested)
        self.program = set_up_button(QPushButton(tr("Choose slicelens-train…")), self._ask_for_program)
        self.program.hide()
        self.curve = LossPlot()
        self.said = SteadyLabel(3)
        self.comparison = QTextBrowser()
        self.comparison.setAccessibleName(tr("The old and the new model on held-out cases"))
        self.comparison.document().setDefaultStyleSheet(_STYLE)
        self.use = set_up_button(QPushButton(tr("Use the new model now")), self._use)
        about = text_label(tr(_ABOUT))
        make_column(
            about, make_row(text_label(tr("Model"), wrap=False), (self.model, 1), spacing=8),
            make_row((self.folder, 1), self.choose, spacing=8),
            make_row(self.identity, text_label(tr("Epochs"), wrap=False), self.epochs, 1, spacing=8),
            make_row(self.start, self.stop, self.program, 1, spacing=8),
            self.said, self.curve, (self.comparison, 1), make_row(self.use, 1), text_label(tr(_NOTICE), role="small"),
            holder=self, margins=(12,), spacing=8,
        )  # fmt: skip
        leave_return_alone(self)
        resize_within_screen(self, 760, 640)
        self._show_state()

    # --- facts ---

    def ask_for(self, judged: "JudgedTable") -> None:
        """Ask for a training of one of the models of a judgement, or show the one that runs."""
        if not self._is_running:
            self.model.clear()
            self.model.addItems([one.cases.model.model for one in judged.validations])
        self.show()
        self.raise_()
        self.activateWindow()

    def set_private(self, private: bool) -> None:
        """Leave the folder out of everything that is said, or say it again."""
        self._say(self._line)
        self._show_command()
        self._show_state()

    def show_running(self) -> None:
        """Show that it has begun."""
        self._is_running, self._bundle, self._command = True, None, ""
        self.comparison.clear()
        self.program.hide()
        self._say(tr("The cases are being copied…"))
        self._show_state()

    def show_set(self, written: "WrittenSet") -> None:
        """Say what was copied."""
        said = tr("%n case(s) in the training set.", "", written.cases)
        lost = tr("%n file(s) could not be copied.", "", len(written.skipped)) if written.skipped else ""
        self._say(f"{said} {lost}".rstrip())

    def show_line(self, line: str) -> None:
        """Show what the training program says."""
        self._say(line)

    def show_curve(self, curve: "TrainingCurve") -> None:
        """Draw the losses so far."""
        self.curve.show_losses(curve.training, curve.validation)

    def show_lacking(self, command: str) -> None:
        """Say that the training program is not here, and the command to type on a machine that has it."""
        self._is_running = False
        self.program.show()
        self._say(tr(_LACKING))
        self._command = command
        self._show_command()
        self._show_state()

    def show_stopped(self, last: str) -> None:
        """Say that it came to no end."""
        self._is_running = False
        self._say(f"{tr('Stopped. The training set and whole epochs are kept.')} {last}".rstrip())
        self._show_state()

    def show_end(self, new: "NewModel") -> None:
        """Show how both models compare, and offer the new one."""
        self._is_running, self._bundle = False, new.bundle
        self._say(tr("Done. The new bundle lies in the folder; nothing was installed."))
        self.comparison.setHtml("".join(map(_table_of, new.comparison)))
        self._show_state()

    def show_problem(self, refusal: "Refusal | None") -> None:
        """Say what went wrong."""
        if refusal is not None:
            self._is_running = False
            self._say(f"{tr(refusal.message)} ({refusal.code.value})")
            self._show_state()

    # --- requests ---

    def _ask_for_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("A new folder for the training"))
        if name:
            self._folder = Path(name)
            self._show_state()

    def _ask_for_program(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Choose slicelens-train…"), "")
        if name:
            self.trainer_chosen.emit(Path(name))
            self.program.hide()

    def _start(self) -> None:
        if self._folder is not None:
            self.start_requested.emit(
                TrainingChoice(
                    model=self.model.currentIndex(),
                    folder=self._folder,
                    without_identity=self.identity.isChecked(),
                    epochs=self.epochs.value(),
                )
            )

    def _use(self) -> None:
        if self._bundle is not None:
            self.bundle_requested.emit(str(self._bundle))

    def _show_state(self) -> None:
        for control in (self.model, self.choose, self.identity, self.epochs):
            control.setEnabled(not self._is_running)
        self.start.setEnabled(not self._is_running and self._folder is not None)
        self.stop.setEnabled(self._is_running)
        self.use.setEnabled(self._bundle is not None)
        self.folder.set_text(tr("No folder is chosen yet") if self._folder is None else show_path(self._folder))

    def _say(self, line: str) -> None:
        self._line = line
        self.said.set_text(self._without_folder(line))

    def _show_command(self) -> None:
        if self._command:
            told = tr("The training set is written. This trains on it:")
            self.comparison.setPlainText(f"{told}\n\n{self._without_folder(self._command)}")

    def _without_folder(self, text: str) -> str:
        return text if self._folder is None else text.replace(str(self._folder), show_path(self._folder))


def _table_of(one: "Comparison") -> str:
    worth = {True: tr("a real difference"), False: tr("within what chance gives")}
    rows = [
        (said(row.of), tr(_FIGURES.get(row.figure, row.figure)), f"{row.old:.3f}", f"{row.new:.3f}",
         f"{row.new - row.old:+.3f} ({row.low:+.3f} … {row.high:+.3f})", worth[row.is_real])
        for row in one.figures
    ]  # fmt: skip
    head = ("", "", tr("old model"), tr("new model"), tr("new less old"), "")
    lines = [head, *rows]
    table = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in line)}</tr>" for line in lines)
    title = escape(tr("{name}: n = {n}", name=one.name, n=one.n))
    return f"<p><b>{title}</b></p>" + f"<table>{table}</table>"
