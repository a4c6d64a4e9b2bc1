"""Ctrl+C: the pane as a picture with its finding and its caveat, and no patient where the pane hides him."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrinter, QPrintPreviewWidget
from PySide6.QtWidgets import QApplication

from desktop.ui.layout_print import LayoutPreview, print_layout
from desktop.ui.print_preview import make_printer
from inference.bundle.catalog import user_models_folder
from tests.imaging.phantoms import l_values, write_series
from tests.inference.factory import make_bundle
from tests.journeys.conftest import Launch, Reader

CTRL = Qt.KeyboardModifier.ControlModifier
CHILDREN = {"population": {"age_years": [1.0, 5.0], "description": "children"}}


@pytest.fixture
def reader(launch: Launch, tmp_path: Path) -> Reader:
    """An adult's CT before a model for children."""
    use = {"use": "Tests.", "not_for": "Anything else.", "limits": [], **CHILDREN, "notice": "Research use only."}
    make_bundle(user_models_folder(), intended_use={**use, "notice": "Research use only. Not for diagnosis."})
    write_series(tmp_path / "ct", values=l_values(), PatientName="Kestrel^Ann", PatientAge="064Y")
    reader = launch(tmp_path / "ct", "--model", "tiny", "--size", "1280x800")
    reader.until_open()
    return reader


def copied(reader: Reader) -> tuple[QImage, str]:
    QApplication.clipboard().clear()
    reader.key(Qt.Key.Key_C, CTRL)
    return QApplication.clipboard().image(), QApplication.clipboard().text()


def analyse(reader: Reader) -> None:
    reader.key(Qt.Key.Key_Return, CTRL)
    reader.until(lambda: reader.program.model and reader.program.model.answer)
    reader.until_ready()


def test_before_a_finding_the_picture_and_the_notice(reader: Reader) -> None:
    image, text = copied(reader)
    assert text == "Research use only. Not for diagnosis."
    seen = reader.pane.grab().toImage()
    assert image.width() == seen.width()
    assert image.height() > seen.height()
    at = seen.width() // 2, seen.height() // 2
    assert image.pixelColor(*at) == seen.pixelColor(*at)


def test_the_finding_its_worth_and_the_caveat_of_the_map_are_below(reader: Reader) -> None:
    analyse(reader)
    reader.qtbot.mouseClick(reader.window.model.finding.reveal, Qt.MouseButton.LeftButton)
    reader.key(Qt.Key.Key_E)
    reader.until(lambda: reader.pane.picture and reader.pane.picture.overlay)
    reader.until_ready()
    image, text = copied(reader)
    lines = text.splitlines()
    assert lines[0] == "Tiny 1.0"
    assert lines[1] == "Not scored: age 64 years, made for 1 to 5"
    assert any("%" in line for line in lines), "it was asked for"
    assert any(line.startswith("Heatmap: Grad-CAM") for line in lines)
    assert "Where the model looked, not the outline of a lesion." in lines
    assert lines[-1] == "Research use only. Not for diagnosis."
    below = image.copy(0, reader.pane.height(), image.width(), image.height() - reader.pane.height())
    shades = {below.pixelColor(x, y).lightness() for x in range(below.width()) for y in range(0, below.height(), 2)}
    assert {0, 255} <= shades, "white words on black"


@pytest.mark.parametrize("hide", [Qt.Key.Key_D, Qt.Key.Key_T])
def test_what_the_pane_hides_of_the_patient_the_copy_does_not_say(reader: Reader, hide: Qt.Key) -> None:
    analyse(reader)
    if hide == Qt.Key.Key_D:
        reader.key(hide)
    while hide == Qt.Key.Key_T and reader.window.panes.text_level != "some":
        reader.key(hide)
    _, text = copied(reader)
    assert "Not scored: age" in text.splitlines()
    assert "64" not in text
    assert "Kestrel" not in text


@pytest.fixture
def two_panes(reader: Reader) -> Reader:
    """The same series in two panes beside each other."""
    reader.window.menus.actions["layout_1x2"].trigger()
    assert reader.program.document is not None
    assert reader.program.panes is not None
    other = reader.program.panes.arrangement.shown[1]
    reader.program.document.show_series(reader.program.document.series[0].id, other)
    reader.until(lambda: all(view.picture is not None for view in reader.window.panes.shown))
    reader.until(lambda: reader.window.menus.actions["copy_layout"].isEnabled())
    return reader


def test_all_panes_are_copied_as_they_stand(two_panes: Reader) -> None:
    QApplication.clipboard().clear()
    two_panes.window.menus.actions["copy_layout"].trigger()
    image, text = QApplication.clipboard().image(), QApplication.clipboard().text()
    seen = two_panes.window.panes.grab().toImage()
    assert text == "Research use only. Not for diagnosis."
    assert image.width() == seen.width()
    assert image.height() > seen.height()
    for view in two_panes.window.panes.shown:
        at = view.mapTo(two_panes.window.panes, view.rect().center())
        assert image.pixelColor(at) == seen.pixelColor(at)
    two_panes.key(Qt.Key.Key_D)
    two_panes.window.menus.actions["copy_layout"].trigger()
    assert "Kestrel" not in QApplication.clipboard().text()
    assert QApplication.clipboard().image() != image, "the corners say nothing of the patient any more"


def test_all_panes_are_printed_on_one_page(two_panes: Reader, tmp_path: Path) -> None:
    two_panes.window.menus.actions["print_layout"].trigger()
    preview = two_panes.until_asked(LayoutPreview)
    pages = preview.findChild(QPrintPreviewWidget)
    two_panes.until(lambda: pages.pageCount() == 1)
    printer = make_printer("A4")
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "page.pdf"))
    print_layout(two_panes.window.panes, ("Research use only.",), printer)
    content = (tmp_path / "page.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert b"Kestrel" not in content, "text of the panes is drawn, and the document has no title of its own"
    preview.reject()
