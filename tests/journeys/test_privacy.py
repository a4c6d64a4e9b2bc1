"""D hides patient data everywhere: no widget, list, menu, tooltip or picture shows it until Shift+D."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QFileDialog, QLabel, QLineEdit, QWidget

from desktop.render.privacy import HIDDEN
from desktop.state.picture import Corners
from desktop.ui.dialogs.batch_dialog import BatchDialog
from desktop.ui.dialogs.save_report import ReportDialog
from desktop.ui.dialogs.shape_label import ShapeLabelDialog
from desktop.ui.plots.training_window import TrainingWindow
from tests.imaging.phantoms import l_values, write_series
from tests.journeys.conftest import Launch, Reader

MARK = "ZZQX"
"""Stands in every text that could name somebody."""
ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)


def write_patient(folder: Path, number: int) -> None:
    write_series(
        folder, values=l_values(slices=2), PatientName=f"{MARK}^{number}", PatientID=f"{MARK}-{number}",
        StudyDescription=f"{MARK} study {number}", SeriesDescription=f"{MARK} series", StudyDate="19850317",
        PatientBirthDate="19330421", InstitutionName=f"{MARK} clinic", SeriesNumber=4,
        StudyInstanceUID=f"1.2.3.{number}", SeriesInstanceUID=f"1.2.3.{number}.1",
        FrameOfReferenceUID=f"1.2.3.{number}.2",
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two patients with the same pixels, a picture and a file that is none, all of them with names."""
    made = tmp_path / f"{MARK} folder"
    for number in (1, 2):
        write_patient(made / f"{MARK}{number}", number)
    Image.fromarray(np.arange(2400, dtype=np.uint8).reshape(40, 60)).save(made / f"{MARK}.png")
    (made / f"{MARK}.txt").write_text("nothing")
    return made


def texts(widget: QWidget) -> Iterator[str]:
    """Everything that a widget and all below it tell an eye, a hand or a screen reader."""
    for one in (widget, *widget.findChildren(QWidget)):
        yield from (one.toolTip(), one.accessibleName(), one.accessibleDescription(), one.windowTitle())
        if isinstance(one, QLabel):
            yield one.text()
        text = getattr(one, "displayText" if isinstance(one, QLineEdit) else "text", None)
        if callable(text) and not isinstance(one, QLabel):
            yield str(text()) if one.metaObject().indexOfProperty("text") >= 0 else ""
        if isinstance(one, QComboBox):
            yield from (one.itemText(row) for row in range(one.count()))
        if isinstance(one, QAbstractItemView) and one.model() is not None:
            model = one.model()
            for row in range(model.rowCount()):
                # Qt keeps the number of columns of a list to itself.
                columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount()
                for column in range(columns):
                    yield from (str(model.data(model.index(row, column, QModelIndex()), role)) for role in ROLES)
    yield from (action.text() for action in widget.findChildren(QAction))


def named(reader: Reader) -> list[str]:
    return [text for text in texts(reader.window) if MARK in text or "1985" in text or "1933" in text]


def test_every_text_is_hidden_and_comes_back(launch: Launch, folder: Path) -> None:
    reader = launch(folder, "--size", "1280x800")
    reader.until_open()
    reader.window.show_ledger()
    reader.until_ready()
    assert named(reader)
    assert MARK in reader.corner
    shown = reader.pane.grab().toImage()
    reader.key(Qt.Key.Key_D)
    assert named(reader) == []
    assert HIDDEN in set(texts(reader.window.strip))
    assert reader.pane.grab().toImage() != shown, "within one frame"
    reader.window.menus.actions["next_series"].trigger()
    reader.until_ready()
    assert named(reader) == [], "nor does it come with another series"
    reader.window.menus.actions["previous_series"].trigger()
    reader.until_ready()
    reader.window.ledger.window().close()
    reader.window.activateWindow()
    reader.key(Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
    reader.until_ready()
    assert named(reader)


def test_what_names_nobody_stays_in_the_corners() -> None:
    corners = Corners((f"{MARK}^1",), (f"{MARK} study",), ("Slice 1/2", "W 400  C 40"), ("24 × 16", MARK), MARK)
    assert corners.without_patient(HIDDEN) == Corners((HIDDEN,), (), ("Slice 1/2", "W 400  C 40"), ("24 × 16",))


def test_two_patients_look_alike_while_hidden(launch: Launch, folder: Path) -> None:
    reader = launch("--private", folder)
    reader.until_open()
    assert reader.program.document is not None
    first, second = (one for one in reader.program.document.series if one.slices == 2)
    seen = []
    for one in (first, second):
        reader.program.document.show_series(one.id)
        reader.until_ready()
        reader.until(lambda one=one: reader.program.panes.active.series is one)  # type: ignore[misc]
        seen.append(reader.pane.grab().toImage())
    assert seen[0] == seen[1]


def test_the_list_still_tells_patients_apart(launch: Launch, folder: Path) -> None:
    reader = launch("--private", folder)
    reader.until_open()
    words = " ".join(texts(reader.window.series))
    assert "Patient 1" in words
    assert "Patient 2" in words
    assert MARK not in words


def test_dialogs_leave_out_the_folders_that_were_chosen(
    launch: Launch, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    reader = launch()
    reader.until_ready()
    reader.window.menus.actions["batch"].trigger()
    batch = reader.until_asked(BatchDialog)
    batch.add_folder.click()
    batch.out.setText(str(folder / "r.csv"))
    training = reader.window.findChild(TrainingWindow)
    training.choose.click()
    training.show_lacking(f"slicelens-train continue BUNDLE --run {folder / 'run'}")
    shown = named(reader)
    assert len(shown) == 4, "a path to score, the table, the folder of a training; its command is a page"
    assert MARK in training.comparison.toPlainText()
    reader.window.menus.actions["hide_patient"].trigger()
    assert named(reader) == []
    assert training.comparison.toPlainText().endswith(str(Path("--run …") / "run"))
    assert batch.choice().paths == (folder,), "they are hidden, not forgotten"
    reader.window.menus.actions["show_patient"].trigger()
    assert named(reader) == shown


def test_the_key_works_in_dialogs_and_hides_what_they_name(launch: Launch, folder: Path, tiny_model: str) -> None:
    reader = launch(folder, "--model", tiny_model)
    reader.until_open()
    reader.until(lambda: reader.window.menus.actions["report"].isEnabled())
    for command in ("batch", "report", "list_shapes", "ledger"):
        reader.window.menus.actions[command].trigger()
    reader.until_ready()
    batch, report = reader.until_asked(BatchDialog), reader.until_asked(ReportDialog)
    assert named(reader)
    batch.activateWindow()
    reader.until(batch.isActiveWindow)
    reader.qtbot.keyClick(batch.paths, Qt.Key.Key_D)
    assert named(reader) == []
    batch.out.setText("table.csv")
    assert batch.choice().paths == (folder,)
    assert report.options().private
    assert not report.private.isEnabled()
    reader.qtbot.keyClick(batch.paths, Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
    assert str(folder) in list(texts(batch))
    assert report.private.isEnabled()
    for dialog in (batch, report, reader.window.ledger.window()):
        dialog.close()


def test_a_label_beside_a_measurement_is_hidden(launch: Launch, folder: Path) -> None:
    reader = launch(folder, "--size", "1280x800")
    reader.until_open()
    reader.pane.setFocus()
    reader.key(Qt.Key.Key_L)
    reader.drag(Qt.MouseButton.LeftButton, 40, 30)
    reader.key(Qt.Key.Key_F2)
    question = reader.until_asked(ShapeLabelDialog)
    reader.qtbot.keyClicks(question.findChild(QLineEdit), MARK)
    question.accept()

    def said() -> str:
        assert reader.pane.picture is not None
        return " ".join(line for shape in reader.pane.picture.annotations for line in shape.lines)

    assert MARK in said()
    reader.key(Qt.Key.Key_D)
    assert said()
    assert MARK not in said()
    reader.key(Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
    assert MARK in said()
