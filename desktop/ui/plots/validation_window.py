"""The window of a validation: how good models are on the cases of a table, beside their cards, with plots."""

from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QPushButton, QTabWidget, QTextBrowser, QWidget

from desktop.state.texts.language import tr
from desktop.ui.plots.threshold_panel import ThresholdPanel
from desktop.ui.widgets.controls import make_column, make_row, set_up_button
from desktop.ui.widgets.labels import SteadyLabel
from desktop.ui.widgets.theme import resize_within_screen, units

if TYPE_CHECKING:
    from desktop.jobs.cases.validation import JudgedTable
    from imaging.base.errors import Refusal

_PLOT_WIDTH = 380
_STYLE = "td, th { padding: 2px 14px 2px 0; text-align: left } h1 { font-size: large } caption { font-weight: bold }"


class ValidationWindow(QDialog):
    """Shows one validation; can be left open beside the table."""

    save_requested = Signal(object)  # the `Path` of the folder for the report
    training_requested = Signal(object)  # to train on the cases of this `JudgedTable`

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("How good is it here"))
        self.page = QTextBrowser()
        self.page.setAccessibleName(tr("Figures of the models on these cases"))
        self.page.setOpenLinks(False)
        self.page.document().setDefaultStyleSheet(_STYLE)
        self.thresholds = ThresholdPanel()
        self.tabs = QTabWidget()
        self.tabs.addTab(self.page, tr("Figures"))
        self.tabs.addTab(self.thresholds, tr("Threshold and cases"))
        self.said = SteadyLabel(1, role="small")
        self.save = set_up_button(QPushButton(tr("Save a report in a folder…")), self._ask_for_folder)
        self.save.setEnabled(False)
        self.train = set_up_button(QPushButton(tr("Train on these…")), self._ask_for_training)
        self.train.setEnabled(False)
        self._judged: JudgedTable | None = None
        below = make_row(self.save, self.train, 1, spacing=8)
        make_column((self.tabs, 1), self.said, below, holder=self, margins=(12,), spacing=8)
        resize_within_screen(self, 1060, 680)

    def show_judged(self, judged: "JudgedTable") -> None:
        """Show what was found out."""
        # Loaded with what judges.
        from desktop.render.plot_picture import draw_plot
        from desktop.ui.plots.text_pictures import add_pictures
        from inference.report.validation_page import write_validation_body

        drawn = {
            model: {name: draw_plot(plot, tr) for name, plot in plots.items()} for model, plots in judged.plots.items()
        }
        named = add_pictures(self.page.document(), drawn, units(_PLOT_WIDTH))
        self.page.setHtml(write_validation_body(judged.document, named, tr))
        self.thresholds.show_judged(judged)
        self._judged = judged
        self.save.setEnabled(True)
        self.train.setEnabled(True)
        left_out = len(judged.unknown)
        self.said.set_text(
            tr("{left_out} lines of the truth name no row of the table.", left_out=left_out) if left_out else ""
        )

    def set_private(self, private: bool) -> None:
        """Take a sentence away that may name a folder: patient data is hidden."""
        if private:
            self.said.set_text("")

    def show_saved(self, folder: str) -> None:
        """Name the folder of the report."""
        self.said.set_text(tr("The report is in the folder {folder}.", folder=PurePath(folder)))

    def show_problem(self, refusal: "Refusal | None") -> None:
        """Say what went wrong."""
        if refusal is not None:
            self.said.set_text(f"{tr(refusal.message)} ({refusal.code.value})")

    def _ask_for_training(self) -> None:
        if self._judged is not None:
            self.training_requested.emit(self._judged)

    def _ask_for_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Save the report in"))
        if folder:
            self.save_requested.emit(Path(folder))
