"""A finding is saved as a report from the window: the dialog's choices, the files, what goes wrong."""

import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtPrintSupport import QPrintPreviewWidget
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QFileDialog

from desktop.state.report_options import DICOM_FORMATS, REPORT_FORMATS
from desktop.ui.dialogs.save_report import ReportDialog
from desktop.ui.print_preview import ReportPreview
from inference.bundle.catalog import user_models_folder
from tests.imaging.phantoms import l_values, write_series
from tests.inference.factory import make_bundle
from tests.journeys.conftest import Launch, Reader


@pytest.fixture
def reader(launch: Launch, tmp_path: Path) -> Reader:
    """The window with a CT and the tiny model of the tests."""
    make_bundle(user_models_folder(), id="tiny")
    write_series(tmp_path / "ct", values=l_values(), PatientName="Kestrel^Ann", PatientID="K-1")
    reader = launch(tmp_path / "ct", "--model", "tiny")
    reader.until_open()
    return reader


def tick(box: QCheckBox) -> None:
    """Click the square of a box."""
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))


def save_into(folder: Path, dialog: ReportDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    QTest.mouseClick(dialog.save, Qt.MouseButton.LeftButton)


def test_all_formats_of_the_slice_on_screen(reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    QTest.keyClick(reader.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    dialog = reader.until_asked(ReportDialog)
    dialog.prevalence.setValue(10.0)
    QTest.keyClicks(dialog.label, "mine")
    QTest.keyClicks(dialog.remark, "a remark")
    out = tmp_path / "out"
    out.mkdir()
    save_into(out, dialog, monkeypatch)
    reader.until(lambda: len(list(out.iterdir())) == len(REPORT_FORMATS))
    reader.until_ready()
    assert "folder out" in reader.window.strip.message.text_whole
    document = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert document["slice"]["index"] == reader.place[0]
    assert document["patient"]["name"] == "Kestrel, Ann"
    assert document["reader"] == {"label": "mine", "remark": "a remark"}
    assert document["model"]["id"] == "tiny"
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF-1.4")
    assert reader.dialog(ReportDialog) is None


def test_private_and_one_format(reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader.window.menus.actions["report"].trigger()
    dialog = reader.until_asked(ReportDialog)
    for name in REPORT_FORMATS:
        if name != "json":
            tick(dialog.formats[name])
    tick(dialog.private)
    assert dialog.private.isChecked()
    assert not dialog.paper.isEnabled()
    assert not dialog.name.isEnabled()
    out = tmp_path / "out"
    out.mkdir()
    save_into(out, dialog, monkeypatch)
    reader.until(lambda: list(out.iterdir()))
    reader.until_ready()
    assert [one.name for one in out.iterdir()] == ["report.json"]
    assert "Kestrel" not in (out / "report.json").read_text(encoding="utf-8")


def test_dicom_objects_are_chosen_by_their_boxes(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.window.menus.actions["report"].trigger()
    dialog = reader.until_asked(ReportDialog)
    for box in dialog.formats.values():
        tick(box)
    assert {name for name, box in dialog.formats.items() if box.isChecked()} == set(DICOM_FORMATS)
    tick(dialog.formats["pm"])
    out = tmp_path / "out"
    out.mkdir()
    save_into(out, dialog, monkeypatch)
    reader.until(lambda: list(out.glob("*.dcm")))
    reader.until_ready()
    assert {one.name for one in out.iterdir()} == {"finding.sr.dcm", "pane.sc.dcm", "outline.gsps.dcm"}
    assert str(pydicom.dcmread(out / "finding.sr.dcm").PatientName) == "Kestrel^Ann"


def test_a_format_that_is_refused_is_named_beside_the_folder(
    launch: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_bundle(user_models_folder(), id="tiny")
    Image.fromarray(np.arange(4096, dtype=np.uint8).reshape(64, 64)).save(tmp_path / "one.png")
    reader = launch(tmp_path / "one.png", "--model", "tiny")
    reader.until_open()
    reader.window.menus.actions["report"].trigger()
    dialog = reader.until_asked(ReportDialog)
    for name in ("html", "csv", "pdf", "pm"):
        tick(dialog.formats[name])
    out = tmp_path / "out"
    out.mkdir()
    save_into(out, dialog, monkeypatch)
    reader.until(lambda: "pm was not written" in reader.window.strip.message.text_whole)
    assert [one.name for one in out.iterdir()] == ["report.json"]


@pytest.mark.parametrize("is_scored", [True, False], ids=["series", "slice"])
def test_the_curve_of_a_series_that_was_scored_stands_in_it(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_scored: bool
) -> None:
    if is_scored:
        reader.window.menus.actions["analyse_series"].trigger()
        reader.until_ready()
    reader.window.menus.actions["report"].trigger()
    dialog = reader.until_asked(ReportDialog)
    for name in ("html", "csv", "pdf"):
        tick(dialog.formats[name])
    out = tmp_path / "out"
    out.mkdir()
    save_into(out, dialog, monkeypatch)
    reader.until(lambda: (out / "report.json").is_file())
    reader.until_ready()
    document = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert ("curve" in document) is is_scored
    if is_scored:
        assert document["curve"]["slices"] == document["slice"]["count"]


def test_without_a_format_there_is_nothing_to_save(reader: Reader) -> None:
    reader.window.menus.actions["report"].trigger()
    dialog = reader.until_asked(ReportDialog)
    for name in REPORT_FORMATS:
        tick(dialog.formats[name])
    assert not dialog.save.isEnabled()


def test_a_folder_that_cannot_be_written_is_said(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.window.menus.actions["report"].trigger()
    dialog = reader.until_asked(ReportDialog)
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("no folder")
    save_into(in_the_way, dialog, monkeypatch)
    reader.until(lambda: "E_WRITE" in reader.window.strip.message.text_whole)
    assert in_the_way.read_text() == "no folder"
    assert reader.pane.picture is not None


def test_a_report_is_looked_at_as_it_will_be_printed(reader: Reader) -> None:
    QTest.keyClick(reader.window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    dialog = reader.until_asked(ReportDialog)
    assert not any(box.isVisible() for box in dialog.formats.values())
    tick(dialog.private)
    QTest.keyClicks(dialog.remark, "a remark")
    QTest.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    preview = reader.until_asked(ReportPreview)
    pages = preview.findChild(QPrintPreviewWidget)
    assert pages is not None
    reader.until(lambda: pages.pageCount() >= 1)
    reader.until_ready()
    # The paper is white, and something is printed on it.
    seen = pages.grab().toImage()
    shades = {seen.pixelColor(x, y).lightness() for x in range(0, seen.width(), 2) for y in range(0, seen.height(), 2)}
    assert 255 in shades
    assert min(shades) < 100
    preview.close()
    reader.wheel(-120)
    assert reader.pane.picture is not None


def test_the_report_has_the_heatmap_on_screen(reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader.key(Qt.Key.Key_E)
    heat = reader.window.model.heat
    reader.until(lambda: heat.toggle.isChecked() and reader.window.model.finding.decision.text_whole)
    reader.until_ready()
    for choice, wanted in ((heat.label, "bright"), (heat.method, "occlusion")):
        choice.setFocus()
        reader.until(choice.isEnabled)
        for _ in range(choice.findData(wanted) - choice.currentIndex()):
            reader.qtbot.keyClick(choice, Qt.Key.Key_Down)
        reader.until_ready()
    reader.until(lambda: heat.how.text_whole.startswith("Occlusion"))
    reader.until_ready()
    said = heat.how.text_whole
    reader.window.menus.actions["report"].trigger()
    out = tmp_path / "out"
    out.mkdir()
    save_into(out, reader.until_asked(ReportDialog), monkeypatch)
    reader.until(lambda: (out / "report.json").exists())
    reader.until_ready()
    told = json.loads((out / "report.json").read_text(encoding="utf-8"))["map"]
    assert (told["label"], told["method"], told["parameters"]) == ("bright", "occlusion", said)
    assert set(told["check"]) == {"weak", "stability", "deletion", "centre_deletion"}
