"""The ring in the window: folder, batch, truth, figures, training, comparison, and the new bundle on screen."""

import csv
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from desktop.ui.cases.labelling_dialog import LabellingDialog
from desktop.ui.cases.readers_window import ReadersWindow
from desktop.ui.dialogs.batch_dialog import BatchDialog
from desktop.ui.dialogs.result_table import ResultTableDialog
from desktop.ui.plots.training_window import TrainingWindow
from desktop.ui.plots.validation_window import ValidationWindow
from inference.bundle.catalog import user_models_folder
from inference.cases.results import read_results
from inference.cases.training_set import TABLE
from inference.cases.truth import join_truth, read_truth
from inference.torch_availability import torch_available
from tests.inference.cases.table_files import write_table
from tests.journeys.conftest import Launch, Reader
from tests.journeys.labelling_steps import begin, end, until_seen

LEFT = Qt.MouseButton.LeftButton
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """What file dialogs answer."""
    given: dict[str, Path] = {}
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(given["open"]), ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(given["save"]), ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(given["folder"]))
    return given


def make_table(reader: Reader, cases: Path, model: str, answers: dict[str, Path], out: Path) -> ResultTableDialog:
    """From a folder to a table on screen."""
    QTest.keyClick(reader.window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    batch = reader.until_asked(BatchDialog)
    assert [batch.paths.item(0).text()] == [str(cases)]
    answers.update(save=out)
    for row in range(batch.models.count()):
        item = batch.models.item(row)
        item.setCheckState(Qt.CheckState.Checked if item.text() == model else Qt.CheckState.Unchecked)
    # Numbered pictures of one size are one stack.
    batch.slices.setCurrentIndex(batch.slices.findData("all"))
    QTest.mouseClick(batch.choose_out, LEFT)
    QTest.mouseClick(batch.start, LEFT)
    reader.until(lambda: batch.said.text_whole.startswith("Done"))
    QTest.mouseClick(batch.show_table, LEFT)
    table = reader.until_asked(ResultTableDialog)
    reader.until(lambda: table.rows.rowCount() == 30)
    return table


def label_by_eye(reader: Reader, table: ResultTableDialog, answers: dict[str, Path], out: Path) -> None:
    """Give every case its label by one key, as it looks, then save the truth."""
    QTest.mouseClick(table.label, LEFT)
    window = begin(reader, reader.until_asked(LabellingDialog), "AB")
    for done in range(30):
        # The last key counted, and the case after it is on screen.
        reader.until(lambda done=done: f"\n{done} done by AB" in window.progress.text_whole)
        until_seen(reader, window)
        seen = window.pane.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
        grey = np.frombuffer(seen.constBits(), np.uint8).reshape(seen.height(), seen.bytesPerLine())
        # Without the words in the corners.
        middle = grey[seen.height() // 5 : -seen.height() // 5, : seen.width()]
        left, right = np.array_split(middle > 220, 2, axis=1)
        QTest.keyClick(window.pane, Qt.Key.Key_2 if right.sum() > left.sum() else Qt.Key.Key_1)
    end(reader, window)
    QTest.mouseClick(table.label, LEFT)
    QTest.mouseClick(reader.until_asked(LabellingDialog).readers, LEFT)
    readers = reader.until_asked(ReadersWindow)
    reader.until(lambda: "30 cases have a truth" in readers.summary.text())
    answers.update(save=out)
    QTest.mouseClick(readers.export, LEFT)
    reader.until(lambda: "holds the truth of 30 cases" in readers.said.text_whole)
    readers.close()


def ask_for_training(
    reader: Reader, table: ResultTableDialog, answers: dict[str, Path], truth: Path, folder: Path
) -> TrainingWindow:
    """Import the truth, look at the figures, and choose a folder."""
    answers.update(open=truth, folder=folder)
    QTest.mouseClick(table.judge, LEFT)
    reader.until(lambda: reader.dialog(ValidationWindow) is not None or "E_" in table.said.text_whole)
    judging = reader.until_asked(ValidationWindow)
    assert "Area under the ROC curve" in judging.page.toPlainText()
    QTest.mouseClick(judging.train, LEFT)
    window = reader.until_asked(TrainingWindow)
    assert not window.start.isEnabled()
    QTest.mouseClick(window.choose, LEFT)
    return window


@pytest.fixture
def cases(tmp_path: Path) -> tuple[Path, Path]:
    """A folder of 30 pictures of as many persons, half of them with a bright spot, and their truth."""
    folder = tmp_path / "cases"
    folder.mkdir()
    generator = np.random.default_rng(5)
    rows = []
    for number in range(30):
        picture = cv2.GaussianBlur(generator.uniform(0, 160, (48, 48)).astype("float32"), (7, 7), 0)
        is_ill, place = number % 2 == 1, int(generator.integers(12, 36))
        if is_ill:
            cv2.rectangle(picture, (28, place - 5), (42, place + 5), 230.0, -1)
        else:
            cv2.circle(picture, (14, place), 6, 230.0, -1)
        name = f"picture-{number:02d}.png"
        cv2.imwrite(str(folder / name), picture.astype("uint8"))
        rows.append({"path": name, "label": ("normal", "pneumonia")[is_ill]})
    return folder, write_table(tmp_path / "truth.csv", rows)


def test_without_the_training_program_the_set_is_written_and_said_how(
    launch: Launch,
    tiny_model: str,
    cases: tuple[Path, Path],
    tmp_path: Path,
    answers: dict[str, Path],
) -> None:
    text = cases[1].read_text(encoding="utf-8").replace("pneumonia", "bright")
    cases[1].write_text(text, encoding="utf-8")
    # The person chose a program that is gone since.
    kept = {"trainer": str(tmp_path / "slicelens-train")}
    reader = launch(cases[0], "--model", tiny_model, kept=kept)
    reader.until_open()
    table = make_table(reader, cases[0], "Tiny", answers, tmp_path / "r.csv")
    window = ask_for_training(reader, table, answers, cases[1], tmp_path / "training")
    QTest.mouseClick(window.start, LEFT)
    reader.until(lambda: "slicelens[train]" in window.said.text_whole)
    assert "slicelens-train continue" in window.comparison.toPlainText()
    assert window.program.isVisible()
    with open(tmp_path / "training" / "data" / TABLE, encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert sorted(row["label"] for row in rows) == ["bright"] * 15 + ["normal"] * 15
    for row in rows:
        assert (tmp_path / "training" / "data" / row["path"]).is_file()
        assert "picture-" not in row["path"]
    # The same folder again is no new one.
    QTest.mouseClick(window.start, LEFT)
    reader.until(lambda: "not empty" in window.said.text_whole)


@pytest.fixture
def trainer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """`slicelens-train` of this checkout, on the PATH."""
    program = tmp_path / "bin" / "slicelens-train"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\ncd "{ROOT}" && exec "{sys.executable}" -m training.cli.main "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return program


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not torch_available(), reason="training needs torch")
@pytest.mark.skipif(sys.platform == "win32", reason="the program on the PATH is a shell script here")
@pytest.mark.usefixtures("trainer")
def test_from_a_folder_to_a_better_model(
    launch: Launch, cases: tuple[Path, Path], tmp_path: Path, answers: dict[str, Path]
) -> None:
    from tests.training.small_run import make_small_bundle  # needs torch

    old = make_small_bundle(tmp_path / "small", user_models_folder() / "old")
    before = (old / "bundle.json").read_bytes()
    reader = launch(cases[0])
    reader.until_open()
    table = make_table(reader, cases[0], "Small", answers, tmp_path / "r.csv")
    label_by_eye(reader, table, answers, tmp_path / "labelled.csv")
    given, made = read_truth(tmp_path / "labelled.csv"), read_results(tmp_path / "r.csv")[0]
    kept = join_truth(given, made, made.guess_task()).targets
    assert (kept == join_truth(read_truth(cases[1]), made, made.guess_task()).targets).all()
    window = ask_for_training(reader, table, answers, tmp_path / "labelled.csv", tmp_path / "training")
    window.epochs.setValue(2)
    QTest.mouseClick(window.start, LEFT)
    reader.qtbot.waitUntil(lambda: not window.stop.isEnabled(), timeout=600_000)
    assert "nothing was installed" in window.said.text_whole
    assert "epoch" not in window.said.text_whole
    assert window.curve.accessibleDescription().startswith("training ")
    told = window.comparison.toPlainText()
    assert "held-out new cases" in told
    assert "new less old" in told
    assert (old / "bundle.json").read_bytes() == before
    QTest.mouseClick(window.use, LEFT)
    model = reader.program.model
    assert model is not None
    # It is loaded in the background.
    reader.until(lambda: model.classifier is not None and model.classifier.bundle.path.name == "bundle")
    assert model.classifier is not None
    assert model.classifier.bundle.path == tmp_path / "training" / "bundle"
    reader.window.model.analyse_requested.emit()
    reader.until(lambda: model.answer is not None)
