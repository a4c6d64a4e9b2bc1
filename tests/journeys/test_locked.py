"""An encrypted archive is dropped: the window asks, and opens it with what was typed."""

import subprocess
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QLineEdit

from desktop.ui.dialogs.prompts import PasswordDialog
from tests.imaging.encrypted_zip import WORD, locked, zips
from tests.imaging.phantoms import write_series
from tests.journeys.conftest import Launch, Reader


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    write_series(tmp_path / "in" / "ct")
    return locked(tmp_path, tmp_path / "in")


def question_of(reader: Reader) -> PasswordDialog:
    return reader.until_asked(PasswordDialog)


def answer(reader: Reader, question: PasswordDialog, word: str) -> None:
    question.field.setText(word)
    box = question.findChild(QDialogButtonBox)
    assert box is not None
    QTest.mouseClick(box.button(QDialogButtonBox.StandardButton.Open), Qt.MouseButton.LeftButton)
    reader.qtbot.wait(1)


@zips
def test_the_window_asks_until_the_password_fits(launch: Launch, archive: Path) -> None:
    reader = launch(archive)
    question = question_of(reader)
    assert question.field.echoMode() == QLineEdit.EchoMode.Password
    assert reader.program.document is not None
    answer(reader, question, "wrong")
    reader.until(lambda: reader.dialog(PasswordDialog) not in (None, question))
    answer(reader, question_of(reader), WORD)
    reader.until_open()
    assert [one.slices for one in reader.program.document.series] == [10]
    assert reader.program.document.ledger.skipped == ()
    assert reader.program.document.reading.policy.passwords == (WORD, "wrong")


@zips
def test_who_cancels_is_not_asked_again(launch: Launch, archive: Path) -> None:
    reader = launch(archive)
    question_of(reader).reject()
    reader.until_ready()
    document = reader.program.document
    assert document is not None
    document.ledger_changed.emit(document.ledger)
    assert reader.dialog(PasswordDialog) is None
    assert {row.code.value for row in document.ledger.skipped} == {"E_ENCRYPTED"}


@zips
def test_the_command_line_takes_the_password_from_standard_input(archive: Path) -> None:
    import json
    import sys

    command = [sys.executable, "-m", "desktop.main", "inspect", str(archive), "--json", "--password-stdin"]
    done = subprocess.run(
        command, input=f"{WORD}\n", encoding="utf-8", capture_output=True, timeout=120, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [one["slices"] for one in found["series"]] == [10]
    assert WORD not in done.stdout + done.stderr
