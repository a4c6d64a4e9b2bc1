"""A report on a finding or a validation as PDF: set by Qt as PDF/A-1b, with the program's own font embedded.

Whether a validator agrees that it is PDF/A is not tested here: none runs on the machines that this was made on.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QFont,
    QFontDatabase,
    QGuiApplication,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPdfWriter,
    QTextDocument,
    QTextOption,
)

import resources
from desktop.jobs.cases.validation import Pictures
from desktop.state.report_options import Paper
from desktop.ui.plots.text_pictures import add_pictures
from desktop.ui.slice_view.slice_view import make_image
from imaging.base.errors import Code, Refusal
from inference.classify.finding import FindingColour
from inference.classify.finding_words import COLOUR_WORDS
from inference.contract.contract import NOTICE
from inference.report.content import SECTIONS, ReportContent, ReportField
from inference.report.validation_page import write_validation_body

_FONTS = Path(resources.__file__).parent / "fonts"
_PAPER_SIZES = {"A4": QPageSize.PageSizeId.A4, "Letter": QPageSize.PageSizeId.Letter}
_DOTS_PER_INCH = 150
_PIXELS_PER_INCH = 96
"""Of the lengths in rich text."""
_MARGIN_MM = 15.0
_POINTS = 8.5
_PICTURE_SHARE, _PLOT_SHARE = 0.3, 0.47
_VALIDATION_STYLE = (
    "td, th { padding: 1px 8px 1px 0; text-align: left } h1 { font-size: 13pt } caption { font-weight: bold }"
)
_COLOURS = {
    FindingColour.GREEN: "#1d7a3a",
    FindingColour.RED: "#b3261e",
    FindingColour.YELLOW: "#8a6d00",
    FindingColour.GREY: "#555555",
}


def write_pdf(content: ReportContent, paper: Paper = "A4") -> bytes:
    """Return the content of `report.pdf`. It needs a QGuiApplication. Raises `Refusal` (DAMAGED) without the font."""
    return print_to_pdf("Slicelens report", lambda writer: print_report(content, writer), paper)


def print_to_pdf(title: str, print_on: Callable[[QPagedPaintDevice], None], paper: Paper = "A4") -> bytes:
    """Return a PDF/A-1b of what is printed on its writer; the title names nobody."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPdfVersion(QPagedPaintDevice.PdfVersion.PdfVersion_A1b)
    writer.setResolution(_DOTS_PER_INCH)
    writer.setPageLayout(make_page(paper))
    writer.setTitle(title)
    writer.setCreator("Slicelens")
    print_on(writer)
    buffer.close()
    return bytes(buffer.data().data())


def make_page(paper: Paper) -> QPageLayout:
    """Return the page of a report."""
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    size = QPageSize(_PAPER_SIZES[paper])
    return QPageLayout(size, QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter)


def print_report(content: ReportContent, device: QPagedPaintDevice) -> None:
    """Print the report on a printer, a preview or a writer. Raises `Refusal` (DAMAGED) without the font."""
    _set_document(content, device).print_(device)


def write_pdf_without_window(content: ReportContent, paper: Paper = "A4") -> bytes:
    """Do as `write_pdf` in a process that has no application of Qt's, nor a display. Raises `Refusal` (DAMAGED)."""
    with application_of_qt():
        return write_pdf(content, paper)


@contextmanager
def application_of_qt() -> Iterator[None]:
    """Have an application of Qt's meanwhile: that which runs, or one without a display."""
    running = QGuiApplication.instance() or QGuiApplication(["slicelens", "-platform", "offscreen"])
    yield
    del running


def write_validation_pdf(document: Mapping[str, Any], pictures: Pictures) -> bytes:
    """Return the content of `validation.pdf`. It needs a QGuiApplication. Raises `Refusal` (DAMAGED)."""
    return print_to_pdf("Slicelens validation", lambda page: _set_validation(document, pictures, page).print_(page))


def write_validation_pdf_without_window(document: Mapping[str, Any], pictures: Pictures) -> bytes:
    """Do as `write_validation_pdf` in a process that has no application of Qt's. Raises `Refusal` (DAMAGED)."""
    with application_of_qt():
        return write_validation_pdf(document, pictures)


def _set_validation(document: Mapping[str, Any], pictures: Pictures, device: QPagedPaintDevice) -> QTextDocument:
    """Return the page that the window shows, as Qt's rich text; two plots stand side by side."""
    text = new_document(device)
    text.setDefaultStyleSheet(_VALIDATION_STYLE)
    width = int(device.width() * _PLOT_SHARE * _PIXELS_PER_INCH / device.logicalDpiX())
    text.setHtml(write_validation_body(document, add_pictures(text, pictures, width)))
    return text


def _set_document(content: ReportContent, device: QPagedPaintDevice) -> QTextDocument:
    """Return the report as Qt's rich text, wide as a page of the device."""
    document = new_document(device)
    for picture in content.pictures:
        document.addResource(
            QTextDocument.ResourceType.ImageResource.value, _address(picture.name), make_image(picture.pixels)
        )
    document.setHtml("".join(_page(content, device)))
    return document


def new_document(device: QPagedPaintDevice) -> QTextDocument:
    """Return an empty text in the program's font, wide as a page of the device. Raises `Refusal` (DAMAGED)."""
    document = QTextDocument()
    document.documentLayout().setPaintDevice(device)
    document.setDefaultFont(_font())
    option = QTextOption(Qt.AlignmentFlag.AlignLeft)
    # Hashes and UIDs have no place to break.
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(option)
    document.setPageSize(QSizeF(device.width(), device.height()))
    return document


@cache
def _font() -> QFont:
    """Return the program's own font; one of the system may not be embedded, or may not have the signs."""
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        if QFontDatabase.addApplicationFont(str(_FONTS / name)) < 0:
            raise Refusal(Code.DAMAGED, "The font for PDF files is missing from this installation. Install it again.")
    font = QFont("DejaVu Sans")
    font.setPointSizeF(_POINTS)
    # Who searches or copies "file" is to find it.
    font.setFeature(QFont.Tag("liga"), 0)
    return font


def _page(content: ReportContent, device: QPagedPaintDevice) -> Iterator[str]:
    colour, word = _COLOURS[content.colour], COLOUR_WORDS[content.colour]
    sign = f" ({escape(word)})" if word else ""
    yield f'<p style="color:#8a1f11"><b>{escape(NOTICE)}</b></p>'
    yield f'<p style="color:{colour}; font-size:16pt"><b>{escape(content.headline)}</b>{sign}</p>'
    yield f"<p>{escape(content.standing)}</p>"
    if content.pictures:
        yield '<table width="100%" cellpadding="4"><tr>'
        for picture in content.pictures:
            across = int(device.width() * _PICTURE_SHARE * _PIXELS_PER_INCH / device.logicalDpiX())
            high = int(across * picture.pixels.shape[0] / picture.pixels.shape[1])
            shown = f'<img src="{_address(picture.name).toString()}" width="{across}" height="{high}">'
            yield f"<td>{shown}<br>{escape(picture.caption)}</td>"
        yield "</tr></table>"
    for name, fields in groupby(content.fields, key=lambda field: field.path[0]):
        yield f"<p><b>{escape(SECTIONS[name])}</b></p>"
        yield f'<table width="100%" cellpadding="2">{"".join(map(_row, fields))}</table>'


def _row(field: ReportField) -> str:
    text = escape(field.text).replace("\n", "<br>")
    return f'<tr><td width="36%" style="color:#444444">{escape(field.words)}</td><td>{text}</td></tr>'


def _address(name: str) -> QUrl:
    return QUrl(f"report:{name}")
