"""The training program as a process: its lines come as they are said, and it is stopped."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.jobs.cases.training_process import TrainingProcess, find_trainer, read_comparison, read_curve
from imaging.base.errors import Refusal

SAYS = "import time; print('epoch 1', flush=True); time.sleep({})"


@pytest.fixture
def process(qapp: QObject) -> Iterator[TrainingProcess]:
    made = TrainingProcess(qapp)
    yield made
    made.close()
    made.setParent(None)
    made.deleteLater()


def test_lines_come_and_then_the_end(process: TrainingProcess, qtbot: QtBot) -> None:
    lines: list[str] = []
    process.said.connect(lines.append)
    with qtbot.waitSignal(process.ended, timeout=60_000) as ended:
        process.start(sys.executable, ["-c", SAYS.format(0)])
    assert ended.args == [0, "epoch 1"]
    assert lines == ["epoch 1"]
    assert not process.is_running


def test_it_is_stopped(process: TrainingProcess, qtbot: QtBot) -> None:
    with qtbot.waitSignal(process.said, timeout=60_000):
        process.start(sys.executable, ["-c", SAYS.format(3600)])
    with qtbot.waitSignal(process.ended, timeout=60_000) as ended:
        process.stop()
    assert ended.args is not None
    assert ended.args[0] == -1


def test_it_ends_with_the_program(process: TrainingProcess, qtbot: QtBot) -> None:
    with qtbot.waitSignal(process.said, timeout=60_000):
        process.start(sys.executable, ["-c", SAYS.format(3600)])
    process.close()
    assert not process.is_running


def test_a_program_that_cannot_be_started_is_said(process: TrainingProcess, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(process.ended, timeout=60_000) as ended:
        process.start(str(tmp_path / "none"), [])
    assert ended.args == [-1, "The training program could not be started."]
    assert find_trainer(str(tmp_path / "none")) is None


def test_what_a_run_lacks_is_empty_or_refused(tmp_path: Path) -> None:
    assert read_curve(tmp_path).training == ()
    (tmp_path / "history.csv").write_text("epoch,train_loss,loss\n1,0.9,1.1\n2,0.7,nan\n")
    assert read_curve(tmp_path).training == (0.9, 0.7)
    (tmp_path / "comparison.json").write_text("{}")
    with pytest.raises(Refusal):
        read_comparison(tmp_path)
