"""Printing a report: its pages to look at first, then Qt's dialog of the printers. Loaded when a person prints."""

import tempfile
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo, QPrintPreviewDialog
from PySide6.QtWidgets import QWidget

from desktop.state.report_options import Paper
from desktop.state.texts.language import tr
from desktop.ui.report_pdf import make_page, print_report
from desktop.ui.widgets.theme import resize_within_screen
from imaging.base.atomic_write import write_whole
from imaging.base.errors import Code, Refusal
from inference.report.content import ReportContent

_DOTS_PER_INCH = 300


class ReportPreview(QPrintPreviewDialog):
    """The pages of one report as they will be printed; its printer button opens the dialog of the printers."""

    def __init__(self, content: ReportContent, paper: Paper, parent: QWidget | None = None) -> None:
        printer = make_printer(paper)
        super().__init__(printer, parent)
        self._printer = printer
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Print the report"))
        self.paintRequested.connect(partial(print_report, content))
        resize_within_screen(self, 760, 640)
        self._is_private = content.subject.is_private

    def set_private(self, private: bool) -> None:
        """Close if the pages name the patient while that is hidden."""
        if private and not self._is_private:
            self.close()


def make_printer(paper: Paper) -> QPrinter:
    """Return the system's printer, set to a paper; if there is none, one that prints into a PDF file."""
    printer = QPrinter()
    if not QPrinterInfo.availablePrinterNames():
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setResolution(_DOTS_PER_INCH)
    printer.setPageLayout(make_page(paper))
    # What a queue shows of a document that waits: it could name somebody.
    printer.setDocName(tr("Slicelens report"))
    printer.setCreator("Slicelens")
    return printer


def print_into_file(content: ReportContent, paper: Paper, path: Path) -> None:
    """Print a report into a PDF file as a printer of the system would get it. Raises `Refusal` (WRITE)."""
    printer = make_printer(paper)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    with tempfile.TemporaryDirectory() as folder:
        printed = Path(folder) / "printed.pdf"
        printer.setOutputFileName(str(printed))
        print_report(content, printer)
        try:
            pages = printed.read_bytes()
        except OSError:
            raise Refusal(Code.WRITE, "The report could not be printed into a file (is the disk full?).") from None
    write_whole(path, pages)
