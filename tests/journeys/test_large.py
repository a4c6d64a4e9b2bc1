"""A packed file that becomes large is dropped: the window asks with the numbers, and opens it after a yes."""

from pathlib import Path

import numpy as np
import pytest
from nibabel.nifti1 import Nifti1Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from desktop.state.launch_request import LaunchRequest
from desktop.ui.dialogs.prompts import UnpackDialog, format_size
from imaging.base.policy import ReadingPolicy
from tests.journeys.conftest import Launch, Reader

SHAPE = (64, 64, 80)
MIB = 2**20


@pytest.fixture(autouse=True)
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit of half a MiB."""

    monkeypatch.setattr(LaunchRequest, "policy", lambda _: ReadingPolicy(unpacked_bytes=MIB // 2))


def packed(folder: Path, name: str = "head.nii.gz", slices: int = 80) -> Path:
    values = np.zeros((64, 64, slices), np.int32)
    values[8:-8, 8:-8] = np.arange(slices) + 1
    Nifti1Image(values, np.eye(4)).to_filename(folder / name)
    return folder / name


def question_of(reader: Reader) -> UnpackDialog:
    return reader.until_asked(UnpackDialog)


def text_of(question: UnpackDialog) -> str:
    return " ".join(label.text() for label in question.findChildren(QLabel))


def answer(reader: Reader, question: UnpackDialog, *, yes: bool) -> None:
    QTest.mouseClick(question.yes if yes else question.no, Qt.MouseButton.LeftButton)
    reader.qtbot.wait(1)
    reader.until_ready()


def codes(reader: Reader) -> list[str]:
    assert reader.program.document is not None
    return [row.code.value for row in reader.program.document.ledger.skipped]


def test_it_is_opened_after_a_yes(launch: Launch, tmp_path: Path) -> None:
    reader = launch(packed(tmp_path))
    question = question_of(reader)
    text = text_of(question)
    assert "head.nii.gz becomes 1\u00a0MiB" in text
    assert "of memory are free" in text
    assert codes(reader) == ["E_TOO_LARGE"]
    assert not question.isModal()
    assert "unpacks to" in reader.window.strip.message.text_whole
    QTest.mouseClick(question.yes, Qt.MouseButton.LeftButton)
    assert "unpacks to" not in reader.window.strip.message.text_whole
    reader.until_open()
    assert reader.program.document is not None
    assert [one.slices for one in reader.program.document.series] == [80]
    assert codes(reader) == []
    assert reader.dialog(UnpackDialog) is None


def test_the_question_hides_names_by_the_key_of_patient_data(launch: Launch, tmp_path: Path) -> None:
    reader = launch(packed(tmp_path))
    question = question_of(reader)
    question.activateWindow()
    reader.until(question.isActiveWindow)
    QTest.keyClick(question.no, Qt.Key.Key_D)
    assert "head.nii.gz" not in text_of(question)
    QTest.keyClick(question.no, Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
    assert "head.nii.gz" in text_of(question)
    answer(reader, question, yes=False)


def test_after_a_no_the_row_stays_and_nobody_asks_again(launch: Launch, tmp_path: Path) -> None:
    reader = launch(packed(tmp_path))
    answer(reader, question_of(reader), yes=False)
    assert codes(reader) == ["E_TOO_LARGE"]
    assert reader.program.document is not None
    reader.program.document.ledger_changed.emit(reader.program.document.ledger)
    assert reader.dialog(UnpackDialog) is None
    # Who drops it again is asked again.
    reader.open(tmp_path / "head.nii.gz")
    answer(reader, question_of(reader), yes=True)
    reader.until_open()


def test_the_rest_is_open_while_the_question_waits(launch: Launch, tmp_path: Path, ct: Path) -> None:
    packed(ct)
    reader = launch(ct)
    question = question_of(reader)
    reader.until_open()
    before = reader.place
    reader.wheel(-120)
    assert reader.place != before
    answer(reader, question, yes=True)
    reader.until(lambda: len(reader.program.document.series) == 2)  # type: ignore[union-attr]
    reader.until_ready()
    assert reader.program.view is not None
    assert reader.program.view.series is not None
    assert reader.program.view.series.description == "head.nii.gz"


def test_only_the_chosen_ones_are_unpacked(launch: Launch, tmp_path: Path) -> None:
    packed(tmp_path, "a.nii.gz")
    packed(tmp_path, "b.nii.gz", 70)
    reader = launch(tmp_path)
    question = question_of(reader)
    assert [question.list.item(row).text() for row in range(2)] == ["a.nii.gz   1\u00a0MiB", "b.nii.gz   1\u00a0MiB"]
    question.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    answer(reader, question, yes=True)
    reader.until_open()
    assert reader.program.document is not None
    assert [one.slices for one in reader.program.document.series] == [70]
    assert codes(reader) == ["E_TOO_LARGE"]
    assert reader.dialog(UnpackDialog) is None


def test_a_yes_holds_for_its_file_alone(launch: Launch, tmp_path: Path) -> None:
    reader = launch(packed(tmp_path))
    answer(reader, question_of(reader), yes=True)
    reader.until_open()
    other = packed(tmp_path, "other.nii.gz")
    reader.open(other)
    assert question_of(reader) is not None
    assert codes(reader) == ["E_TOO_LARGE"]
    answer(reader, question_of(reader), yes=False)


@pytest.mark.parametrize(("count", "text"), [(700 * MIB, "700\u00a0MiB"), (8 * 1024 * MIB, "8.0\u00a0GiB")])
def test_sizes_are_said_in_units_that_people_read(count: int, text: str) -> None:
    assert format_size(count) == text


def test_the_question_names_no_file_while_names_are_hidden(launch: Launch, tmp_path: Path) -> None:
    for name in ("Roe_Jane.nii.gz", "Doe_John.nii.gz"):
        packed(tmp_path, name)
    reader = launch("--private", tmp_path)
    question = question_of(reader)
    said = [question.list.item(row).text() for row in range(question.list.count())]
    assert len(said) == 2
    assert not any("Roe" in text or "Doe" in text for text in (*said, text_of(question)))
    question.set_private(False)
    assert "Roe" in question.list.item(0).text() + question.list.item(1).text()
    question.reject()
