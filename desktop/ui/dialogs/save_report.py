"""The dialog of a report: what stands in it, and which files are saved where; or that it is printed."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QGridLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from desktop.state.report_options import REPORT_FORMATS, ReportOptions
from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import make_column
from desktop.ui.widgets.forms import make_form
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.theme import set_margins, units
from imaging.base.english import english

_SAYS = english(
    "About the slice on screen and its finding. Names, dates, identifiers and descriptions of the file stand in it "
    "unless you leave them out; text that is burned into the pixels always does."
)
_DICOM_WORDS = {
    "sr": english("DICOM structured report"),
    "sc": english("DICOM secondary capture"),
    "pm": english("Heatmap as parametric map"),
    "gsps": english("Outline of the heatmap (GSPS)"),
}
_DICOM_ROWS = (("sr", "sc"), ("pm", "gsps"))
_NONE_CHOSEN = english("Choose at least one format.")


class ReportDialog(QDialog):
    """Asks once for everything; the main window goes on meanwhile."""

    save_requested = Signal(object)  # `ReportOptions`
    print_requested = Signal(object)  # the same, of no file

    def __init__(self, parent: QWidget | None = None, *, is_printed: bool = False, private: bool = False) -> None:
        """Ask for a report that is saved, or printed, while patient data is shown, or hidden (`private`)."""
        super().__init__(parent)
        self.setWindowTitle(tr("Print a report") if is_printed else tr("Save a report"))
        self._is_printed = is_printed
        self.formats = {name: QCheckBox(name.upper()) for name in REPORT_FORMATS}
        self.formats |= {name: QCheckBox(tr(_DICOM_WORDS[name])) for names in _DICOM_ROWS for name in names}
        self.paper = QComboBox()
        self.paper.addItems(["A4", tr("Letter")])
        self.private = QCheckBox(tr("Leave out whatever could name the patient"))
        self.name = QLineEdit()
        self.date = QLineEdit()
        self.prevalence = QDoubleSpinBox(suffix=" %", maximum=100.0, singleStep=1.0, decimals=1)
        self.prevalence.setSpecialValueText(tr("not given"))
        self.label = QLineEdit()
        self.remark = QLineEdit()
        buttons = QDialogButtonBox()
        title = tr("Preview…") if is_printed else tr("Save in a folder…")
        self.save: QPushButton = buttons.addButton(title, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._print if is_printed else self._ask_for_folder)
        buttons.rejected.connect(self.reject)
        self._lay_out(buttons)
        for name, box in self.formats.items():
            box.setChecked(name in REPORT_FORMATS)
            box.toggled.connect(self._settle)
        self.private.toggled.connect(self._settle)
        self.setMinimumWidth(units(460))
        self.set_private(private)

    def set_private(self, private: bool) -> None:
        """Leave out whatever could name the patient while that is hidden; otherwise a person may choose."""
        if private:
            self.private.setChecked(True)
        self.private.setEnabled(not private)

    def options(self, folder: Path | None = None) -> ReportOptions:
        """Return what was chosen, to be saved in a folder if there is one."""
        typed = self.name.text().strip(), self.date.text().strip()
        share = self.prevalence.value() / 100
        return ReportOptions(
            folder=folder or Path(),
            formats=tuple(name for name, box in self.formats.items() if box.isChecked() and folder is not None),
            paper="A4" if self.paper.currentIndex() == 0 else "Letter",
            private=self.private.isChecked(),
            name=typed[0] if any(typed) else None,
            date=typed[1] if any(typed) else None,
            prevalence=share or None,
            label=self.label.text().strip(),
            remark=self.remark.text().strip(),
        )

    def _ask_for_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Save the report in"))
        if folder:
            self.save_requested.emit(self.options(Path(folder)))
            self.accept()

    def _print(self) -> None:
        self.print_requested.emit(self.options())
        self.accept()

    def _settle(self) -> None:
        is_any = self._is_printed or any(box.isChecked() for box in self.formats.values())
        self.save.setEnabled(is_any)
        self.save.setToolTip("" if is_any else tr(_NONE_CHOSEN))
        self.paper.setEnabled(self._is_printed or self.formats["pdf"].isChecked())
        for field in (self.name, self.date):
            field.setEnabled(not self.private.isChecked())

    def _lay_out(self, buttons: QDialogButtonBox) -> None:
        rows = {
            tr("Paper") if self._is_printed else tr("Paper of the PDF"): self.paper,
            tr("Name of the patient, instead of the file's"): self.name,
            tr("Date of the scan, instead of the file's"): self.date,
            tr("Share of your patients with a finding"): self.prevalence,
            tr("Your own answer"): self.label,
            tr("Your remark"): self.remark,
        }
        grid = make_form(rows)
        grid.setHorizontalSpacing(units(16))
        rows_of_files = () if self._is_printed else (REPORT_FORMATS, *_DICOM_ROWS)
        files = QGridLayout()
        set_margins(files, 0, spacing=10)
        for row, names in enumerate(rows_of_files):
            across = len(REPORT_FORMATS) // len(names)
            for place, name in enumerate(names):
                files.addWidget(self.formats[name], row, place * across, 1, across)
        says = text_label(tr(_SAYS), role="quiet")
        make_column(says, files, self.private, grid, buttons, holder=self, margins=(14,), spacing=10)
