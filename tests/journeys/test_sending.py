"""What is open leaves the program from the window: exported as pictures and grids, copied without identity."""

from pathlib import Path

import cv2
import nibabel
import numpy as np
import pydicom
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog

from desktop.cli import run
from desktop.ui.dialogs.deidentify import DeidentifyDialog
from desktop.ui.dialogs.export_dialog import ExportDialog
from inference.bundle.catalog import user_models_folder
from tests.imaging.phantoms import l_values, write_series
from tests.inference.factory import make_bundle
from tests.journeys.conftest import Launch, Reader
from tests.reading import POOL

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def reader(launch: Launch, tmp_path: Path) -> Reader:
    """The window with a CT of Mrs Kestrel."""
    write_series(tmp_path / "ct", values=l_values(rows=64, columns=64), PatientName="Kestrel^Ann", PatientID="K-1")
    reader = launch(tmp_path / "ct")
    reader.until_open()
    reader.until(lambda: reader.window.menus.actions["export"].isEnabled())
    return reader


def choose(dialog: ExportDialog, title: str) -> None:
    pick(dialog.format, title)


def pick(box: QComboBox, title: str) -> None:
    steps = box.findText(title) - box.currentIndex()
    box.showPopup()
    for _ in range(abs(steps)):
        QTest.keyClick(box.view(), Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)
    QTest.keyClick(box.view(), Qt.Key.Key_Return)


def check(reader: Reader, box: QCheckBox) -> None:
    box.window().activateWindow()
    box.setFocus()
    reader.until(box.hasFocus)
    QTest.keyClick(box, Qt.Key.Key_Space)


def message(reader: Reader) -> str:
    return reader.window.strip.message.text_whole


def test_the_slice_on_screen_as_a_picture(reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader.key(Qt.Key.Key_E, CONTROL)
    dialog = reader.until_asked(ExportDialog)
    assert "without any text" in dialog.says.text()
    assert not dialog.picture.pixmap().isNull()
    out = tmp_path / "a.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    QTest.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    reader.until(lambda: "is written" in message(reader))
    picture = cv2.imread(str(out), cv2.IMREAD_UNCHANGED)
    assert picture.ndim == 2
    assert len(np.unique(picture)) > 1


def test_the_colours_of_the_pane_leave_with_it(reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader.window.menus.actions["colours_hot-iron"].trigger()
    assert reader.pane.picture is not None
    shown = reader.pane.picture.frame
    reader.window.menus.actions["export"].trigger()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "a.png"), ""))
    QTest.mouseClick(reader.until_asked(ExportDialog).export, Qt.MouseButton.LeftButton)
    reader.until(lambda: "is written" in message(reader))
    written = cv2.imread(str(tmp_path / "a.png"), cv2.IMREAD_COLOR_RGB)
    assert np.array_equal(np.unique(written.reshape(-1, 3), axis=0), np.unique(shown.reshape(-1, 3), axis=0))


def test_texts_are_in_it_if_asked_and_the_dialog_says_so(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.window.menus.actions["export"].trigger()
    dialog = reader.until_asked(ExportDialog)
    plain = dialog.picture.pixmap().toImage()
    check(reader, dialog.with_text)
    assert "name, identifier" in dialog.says.text()
    assert dialog.says.heightForWidth(dialog.says.width()) <= dialog.says.height()
    assert dialog.picture.pixmap().toImage() != plain
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "b"), ""))
    QTest.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    reader.until(lambda: "patient's name" in message(reader))
    assert (tmp_path / "b.png").exists()


def test_what_is_hidden_does_not_leave_and_the_picture_stands_as_on_screen(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "a.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    for turned in (False, True):
        if turned:
            reader.window.menus.actions["right"].trigger()
        reader.window.menus.actions["export"].trigger()
        QTest.mouseClick(reader.until_asked(ExportDialog).export, Qt.MouseButton.LeftButton)
        name = "b.png" if turned else "a.png"
        reader.until(lambda name=name: f"{name} is written" in message(reader))
        out = tmp_path / "b.png"
    plain, rotated = (cv2.imread(str(tmp_path / name), cv2.IMREAD_UNCHANGED) for name in ("a.png", "b.png"))
    assert np.array_equal(np.rot90(plain, -1), rotated)
    reader.window.menus.actions["hide_patient"].trigger()
    reader.window.menus.actions["export"].trigger()
    dialog = reader.until_asked(ExportDialog)
    choose(dialog, "DICOM Secondary Capture")
    check(reader, dialog.with_text)
    assert "nothing of the patient" in dialog.says.text()
    out = tmp_path / "c.dcm"
    QTest.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    # The file's name may be the patient's.
    reader.until(lambda: "… is written" in message(reader))
    assert "Kestrel" not in str(pydicom.dcmread(tmp_path / "c.dcm").PatientName)


def draw_a_line(reader: Reader) -> None:
    """Draw a length over the middle of the slice on screen."""
    reader.key(Qt.Key.Key_L)
    middle = reader.pane.rect().center()
    QTest.mousePress(reader.pane, Qt.MouseButton.LeftButton, pos=middle - QPoint(60, 0))
    QTest.mouseMove(reader.pane, middle + QPoint(60, 0))
    QTest.mouseRelease(reader.pane, Qt.MouseButton.LeftButton, pos=middle + QPoint(60, 0))
    reader.until(lambda: reader.pane.picture and reader.pane.picture.annotations)


def is_coloured(path: Path) -> bool:
    picture = cv2.imread(str(path)).astype(int)
    return bool((picture.max(axis=2) - picture.min(axis=2) > 60).any())


@pytest.mark.parametrize("title", ["Pictures (PNG)", "Figure for publication, 300 dpi"])
def test_measurements_are_in_it_if_asked(
    title: str, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    draw_a_line(reader)
    reader.window.menus.actions["export"].trigger()
    dialog = reader.until_asked(ExportDialog)
    assert not dialog.with_map.isEnabled() or dialog.with_map.isVisible()
    choose(dialog, title)
    plain = dialog.picture.pixmap().toImage()
    check(reader, dialog.with_marks)
    assert "the measurements with their values" in dialog.says.text()
    assert "Not in it: measurements" not in dialog.says.text()
    assert dialog.picture.pixmap().toImage() != plain
    out = tmp_path / "a.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    QTest.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    reader.until(lambda: "is written" in message(reader))
    assert is_coloured(out)
    if title.startswith("Figure"):
        words = ["export", tmp_path / "ct", "--figure", out.with_suffix(".json"), "--out", tmp_path / "again.png"]
        assert run([str(word) for word in words], POOL) == 0, capfd.readouterr().err
        assert (tmp_path / "again.png").read_bytes() == out.read_bytes()


def test_a_heatmap_is_in_it_if_asked(launch: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decision = {"rule": "bands", "label": "bright", "bands": [{"low": 0.0, "decision": "bright", "sentence": "Yes."}]}
    make_bundle(user_models_folder(), schema_version=2, task={"normal": "normal"}, decision=decision)
    values = np.full((4, 64, 64), 100, np.int16)
    values[:, 8:17, 44:53] = 2000
    write_series(tmp_path / "spot", values=values)
    reader = launch(tmp_path / "spot", "--model", "tiny")
    reader.until_open()
    reader.until(lambda: reader.program.model and reader.program.model.classifier)
    reader.until(lambda: reader.window.menus.actions["export"].isEnabled())
    reader.window.menus.actions["export"].trigger()
    dialog = reader.until_asked(ExportDialog)
    choose(dialog, "Film (WebP, without loss)")
    check(reader, dialog.with_map)
    assert "its score and its caveat" in dialog.says.text()
    out = tmp_path / "film.webp"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    QTest.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    reader.until(lambda: "4 slices" in message(reader))
    with Image.open(out) as film:
        picture = np.asarray(film.convert("RGB")).astype(int)
    zoom = 768 // 64
    assert np.ptp(picture[12 * zoom, 48 * zoom]) > 30, "over the spot"
    assert picture.shape[0] > 768, "and words below"


@pytest.mark.parametrize("is_private", [False, True])
def test_measurements_and_window_as_a_presentation_state(
    is_private: bool, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_a_line(reader)
    if is_private:
        reader.key(Qt.Key.Key_D)
    reader.window.menus.actions["export"].trigger()
    dialog = reader.until_asked(ExportDialog)
    choose(dialog, "DICOM presentation state (measurements, window)")
    assert "No picture" in dialog.says.text()
    assert ("names nobody" if is_private else "names the patient") in dialog.says.text()
    assert not dialog.with_text.isEnabled()
    pick(dialog.slices, "Every slice, in one file")
    out = tmp_path / "state.dcm"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    QTest.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    reader.until(lambda: "10 slices" in message(reader))
    state = pydicom.dcmread(out)
    assert len(state.GraphicAnnotationSequence[0].GraphicObjectSequence) == 1
    assert len(state.ReferencedSeriesSequence[0].ReferencedImageSequence) == 10
    assert ("Kestrel" in str(state.PatientName)) is not is_private


def test_a_grid(reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader.window.menus.actions["export"].trigger()
    dialog = reader.until_asked(ExportDialog)
    choose(dialog, "NIfTI (.nii.gz)")
    assert not dialog.with_text.isEnabled()
    assert not dialog.slices.isEnabled()
    out = tmp_path / "a.nii.gz"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    QTest.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    reader.until(lambda: "10 slices" in message(reader))
    assert nibabel.load(out).shape == (64, 64, 10)


def test_a_figure_and_its_recipe_which_makes_the_same_bytes_without_the_window(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    reader.window.menus.actions["export"].trigger()
    dialog = reader.until_asked(ExportDialog)
    choose(dialog, "Figure for publication, 600 dpi")
    assert "recipe" in dialog.says.text()
    assert not dialog.with_text.isEnabled()
    out = tmp_path / "figure.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    QTest.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    reader.until(lambda: "recipe is figure.json" in message(reader))
    words = ["export", tmp_path / "ct", "--figure", out.with_suffix(".json"), "--out", tmp_path / "again.png"]
    assert run([str(word) for word in words], POOL) == 0, capfd.readouterr().err
    assert (tmp_path / "again.png").read_bytes() == out.read_bytes()


@pytest.mark.parametrize("key", ["mpr", "mip"])
def test_a_plane_or_a_projection_is_not_written_as_a_slice_of_its_number(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    reader.window.menus.actions[key].trigger()
    reader.until(lambda: len(reader.window.panes.shown) > 1 and reader.pane.picture is not None)
    reader.until_ready()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "a.png"), ""))
    reader.window.menus.actions["export"].trigger()
    QTest.mouseClick(reader.until_asked(ExportDialog).export, Qt.MouseButton.LeftButton)
    reader.until(lambda: "are not exported" in message(reader))
    assert not (tmp_path / "a.png").exists()


def test_what_cannot_be_written_is_said(reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader.window.menus.actions["export"].trigger()
    dialog = reader.until_asked(ExportDialog)
    (tmp_path / "a.png").mkdir()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "a.png"), ""))
    QTest.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    reader.until(lambda: "E_WRITE" in message(reader))


def test_copies_without_identity_with_a_box(reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader.key(Qt.Key.Key_E, CONTROL | SHIFT)
    dialog = reader.until_asked(DeidentifyDialog)
    picture = dialog.picture
    QTest.mousePress(picture, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    QTest.mouseMove(picture, QPoint(picture.width() // 2, 40))
    QTest.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=QPoint(picture.width() // 2, 40))
    assert len(picture.boxes) == 1
    assert "1 box will be black" in dialog.count.text()
    check(reader, dialog.kept["dates"])
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(out))
    QTest.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    reader.until(lambda: "Of 10 files 10 were copied" in message(reader))
    written = [pydicom.dcmread(path) for path in out.rglob("*.dcm")]
    assert len(written) == 10
    assert not any("Kestrel" in str(one.PatientName) for one in written)
    top, left, bottom, right = 2, 2, 8, 32
    assert all(len(np.unique(one.pixel_array[top + 1 : bottom - 1, left + 1 : right - 1])) == 1 for one in written)


def test_boxes_are_taken_away(reader: Reader) -> None:
    reader.window.menus.actions["deidentify"].trigger()
    dialog = reader.until_asked(DeidentifyDialog)
    dialog.set_suggested([(1, 2, 20, 30)])
    QTest.mouseClick(dialog.suggest, Qt.MouseButton.LeftButton)
    assert dialog.options().boxes == ((1, 2, 20, 30),)
    QTest.mouseClick(dialog.clear, Qt.MouseButton.LeftButton)
    assert dialog.options().boxes == ()
    dialog.reject()
