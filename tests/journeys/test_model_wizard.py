"""A model without a contract is asked about in the window: preview, names, saving, using, giving up."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel

from desktop.ui.dialogs.model_wizard_dialog import ModelWizardDialog
from inference.bundle.bundle import check_bundle, load_bundle
from inference.bundle.catalog import user_models_folder
from tests.hostile import graphs
from tests.inference.factory import make_contract, tiny_model
from tests.journeys.conftest import Launch, Reader


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "foreign net.onnx"
    path.write_bytes(tiny_model(make_contract(), maps=False))
    return path


@pytest.fixture
def reader(launch: Launch, ct: Path) -> Reader:
    reader = launch(ct)
    reader.until_open()
    reader.window.resize(1024, 700)
    return reader


def drop(reader: Reader, path: Path) -> ModelWizardDialog:
    """Drop a file on the window, and wait for the questions and the first answers."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    at = reader.window.rect().center().toPointF()
    for kind, where in ((QDragEnterEvent, at.toPoint()), (QDragMoveEvent, at.toPoint()), (QDropEvent, at)):
        hands = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(reader.window, kind(where, Qt.DropAction.CopyAction, data, *hands))
    dialog = reader.until_asked(ModelWizardDialog)
    until_tried(reader, dialog)
    return dialog


def until_tried(reader: Reader, dialog: ModelWizardDialog) -> None:
    # A change is tried a moment after it.
    reader.qtbot.wait(300)
    reader.until(lambda: dialog.preview.table.rowCount() > 0)
    reader.until_ready()


def answers_shown(dialog: ModelWizardDialog) -> list[list[str]]:
    """The preview's rows: the decisions, then the probabilities of each label."""
    table = dialog.preview.table
    cells = [[table.item(row, column) for column in range(table.columnCount())] for row in range(table.rowCount())]
    return [[cell.text() if cell is not None else "" for cell in row] for row in cells]


def write_names(dialog: ModelWizardDialog, names: str) -> None:
    dialog.labels.setFocus()
    dialog.labels.selectAll()
    QTest.keyClicks(dialog.labels, names)


def save_as(reader: Reader, dialog: ModelWizardDialog, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    QTest.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    reader.until_ready()


def test_a_dropped_file_is_asked_about_and_saved(
    reader: Reader, net: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = drop(reader, net)
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert any(text.startswith("Size: 32 × 32") for text in texts)
    assert any(text.startswith("Scale: 0…1 (the graph does not say") for text in texts)
    assert sum(text[:2] in ("1.", "2.", "3.", "4.", "5.", "6.", "7.") for text in texts) == 6
    headers = dialog.preview.table
    assert headers.horizontalHeaderItem(0).text() == "Slice"
    before = answers_shown(dialog)
    assert len(before) == 3
    assert len(before[0]) == 4
    write_names(dialog, "normal, Bright spot")
    assert dialog.normal.currentText() == "normal"
    dialog.scale.setFocus()
    QTest.keyClick(dialog.scale, Qt.Key.Key_Down)
    assert dialog.scale.currentData() == "0..255"
    until_tried(reader, dialog)
    after = answers_shown(dialog)
    assert headers.verticalHeaderItem(2).text() == "Bright spot"
    assert after != before
    path = tmp_path / "made" / "spots"
    path.parent.mkdir()
    save_as(reader, dialog, path, monkeypatch)
    saved = path.with_suffix(".slb")
    assert check_bundle(saved) == []
    contract = load_bundle(saved).contract
    assert [label.display for label in contract.task.labels] == ["normal", "Bright spot"]
    assert contract.input.std == (1 / 255,)
    assert contract.name == "foreign net"
    assert reader.dialog(ModelWizardDialog) is None
    assert reader.program.model is not None
    assert reader.program.model.contract == contract
    assert reader.program.model.classifier is not None
    assert reader.program.model.classifier.bundle.assumed == ()
    assert "spots.slb" in reader.window.strip.message.text_whole


def test_the_preview_follows_the_slice(reader: Reader, net: Path) -> None:
    dialog = drop(reader, net)
    before = answers_shown(dialog)
    reader.wheel(-120)
    until_tried(reader, dialog)
    after = answers_shown(dialog)
    assert [row[1:] for row in after] == [row[1:] for row in before]
    assert dialog.isVisible()


def test_giving_up_leaves_no_trace(reader: Reader, net: Path) -> None:
    folders = {folder: sorted(folder.rglob("*")) for folder in (net.parent, user_models_folder())}
    dialog = drop(reader, net)
    write_names(dialog, "a, b")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    reader.until(lambda: reader.dialog(ModelWizardDialog) is None)
    reader.until_ready()
    assert reader.program.model is not None
    assert reader.program.model.classifier is None
    assert {folder: sorted(folder.rglob("*")) for folder in folders} == folders


def test_used_without_being_saved(reader: Reader, net: Path) -> None:
    dialog = drop(reader, net)
    write_names(dialog, "normal, bright")
    QTest.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    reader.until(lambda: reader.dialog(ModelWizardDialog) is None)
    reader.until_ready()
    assert reader.program.model is not None
    assert reader.program.model.classifier is not None
    assert reader.program.model.classifier.contract.task.names == ("normal", "bright")
    assert len(reader.program.model.classifier.bundle.assumptions) == 1
    reader.window.activateWindow()
    reader.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    reader.until(lambda: reader.program.model is not None and reader.program.model.answer is not None)


def test_names_from_a_file_and_a_number_of_them_that_does_not_fit(
    reader: Reader, net: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = tmp_path / "names.txt"
    names.write_text("1: healthy\n2: bright\n")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(net), ""))
    reader.key(Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    dialog = reader.until_asked(ModelWizardDialog)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(names), ""))
    QTest.mouseClick(dialog.names_file, Qt.MouseButton.LeftButton)
    reader.until(lambda: dialog.labels.toPlainText() == "healthy\nbright")
    assert dialog.normal.currentText() == "healthy"
    write_names(dialog, "one, two, three")
    until_tried(reader, dialog)
    assert "Give 2 names" in dialog.preview.said.text_whole
    save_as(reader, dialog, tmp_path / "out.slb", monkeypatch)
    assert "Give 2 names" in dialog.said.text_whole
    assert dialog.isVisible()
    assert not (tmp_path / "out.slb").exists()
    write_names(dialog, "one,,")
    QTest.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert "no name of a class" in dialog.said.text_whole
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_something_else_at_the_path_is_said(
    reader: Reader, net: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = drop(reader, net)
    other = tmp_path / "other.slb"
    other.write_text("mine")
    save_as(reader, dialog, other, monkeypatch)
    assert "something else" in dialog.said.text_whole
    assert other.read_text() == "mine"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_another_one_takes_its_place(reader: Reader, net: Path, tmp_path: Path) -> None:
    drop(reader, net)
    (tmp_path / "other.onnx").write_bytes(net.read_bytes())
    reader.open(tmp_path / "other.onnx")
    reader.until(lambda: reader.until_asked(ModelWizardDialog).name.text() == "other")
    reader.qtbot.wait(50)
    shown = [one for one in reader.window.findChildren(ModelWizardDialog) if one.isVisible()]
    assert len(shown) == 1
    dialog = shown[0]
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_without_a_slice_phantoms_are_tried(launch: Launch, net: Path) -> None:
    reader = launch()
    reader.until_ready()
    dialog = drop(reader, net)
    assert dialog.preview.table.columnCount() == 3
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_what_is_no_classifier_is_refused_in_the_panel(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "none.onnx").write_bytes(b"\xff" * 40)
    reader.open(tmp_path / "none.onnx")
    assert reader.dialog(ModelWizardDialog) is None
    assert any("damaged" in label.text() for label in reader.window.model.findChildren(QLabel) if label.isVisible())


def test_tab_reaches_everything(reader: Reader, net: Path) -> None:
    dialog = drop(reader, net)
    wanted = {
        dialog.labels, dialog.names_file, dialog.normal, dialog.activation, dialog.threshold, dialog.scale,
        dialog.range, dialog.fit, dialog.modality, dialog.name, dialog.use, dialog.save,
    }  # fmt: skip
    reached = set()
    dialog.activateWindow()
    dialog.labels.setFocus()
    for _ in range(40):
        focus = dialog.focusWidget()
        reached.add(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert wanted <= reached
    assert dialog.width() <= 1024
    assert dialog.height() <= 700
    assert all(control.accessibleName() or control in (dialog.use, dialog.save) for control in wanted)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_a_model_that_is_slow_does_not_hold_up_the_window(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(graphs.small_model().SerializeToString())
    dialog = drop(reader, tmp_path / "m.onnx")
    for _ in range(5):
        QTest.keyClick(dialog.scale, Qt.Key.Key_Down)
        reader.wheel(-120)
    until_tried(reader, dialog)
    assert reader.place == (9, 0)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
