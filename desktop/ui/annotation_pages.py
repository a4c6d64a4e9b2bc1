"""Dialogs about what was drawn: the list, the text beside a shape, and the files to write and to read."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from desktop.state.texts.language import tr
from desktop.ui.dialogs.shape_label import ShapeLabelDialog
from desktop.ui.panels.annotation_list import AnnotationsPanel
from desktop.ui.widgets.controls import make_column
from desktop.ui.widgets.theme import resize_within_screen
from imaging.base.english import english

_FILES = {
    english("JSON, without patient data (*.json)"): ".json",
    english("CSV, a table without patient data (*.csv)"): ".csv",
    english("DICOM report, in the patient's study and with the name (*.dcm)"): ".dcm",
}
"""What can be written: the words of the dialog, and the ending."""
_READ = english("Measurements (*.json *.csv *.dcm);;All files (*)")


class AnnotationPages(QObject):
    """Shows the dialogs over the main window, and tells what a person answers."""

    export_requested = Signal(object)  # a `Path`
    import_requested = Signal(object)
    label_given = Signal(str)
    label_withdrawn = Signal()

    def __init__(self, main_window: QWidget) -> None:
        super().__init__(main_window)
        self._main_window = main_window
        self.panel = AnnotationsPanel()
        self._list = QDialog(main_window)
        self._list.setWindowTitle(tr("Measurements"))
        make_column(self.panel, holder=self._list, spacing=0)
        self.panel.export_requested.connect(self.ask_for_export)
        self.panel.import_requested.connect(self.ask_for_import)

    def show_list(self) -> None:
        """Show the list; the second time, hide it."""
        if self._list.isVisible():
            self._list.hide()
            return
        resize_within_screen(self._list, 880, 420)
        self._list.show()
        self._list.raise_()

    def ask_for_label(self, text: str) -> None:
        """Ask for the text beside a shape, which is `text` now."""
        question = ShapeLabelDialog(text, self._main_window)
        question.given.connect(self.label_given)
        question.rejected.connect(self.label_withdrawn)
        question.finished.connect(question.deleteLater)
        question.open()

    def ask_for_export(self) -> None:
        """Ask for the file of the measurements of the series, and as what."""
        endings = {tr(words): ending for words, ending in _FILES.items()}
        offered = ";;".join(endings)
        name, chosen = QFileDialog.getSaveFileName(
            self._main_window, tr("Export measurements"), "measurements", offered
        )
        if name:
            is_named = Path(name).suffix.lower() in _FILES.values()
            self.export_requested.emit(Path(name if is_named else f"{name}{endings.get(chosen, '.json')}"))

    def ask_for_import(self) -> None:
        """Ask which measurements to read."""
        name, _ = QFileDialog.getOpenFileName(self._main_window, tr("Import measurements"), "", tr(_READ))
        if name:
            self.import_requested.emit(Path(name))
