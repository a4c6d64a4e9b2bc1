"""A stranger's model that never ends: the window stays a window, Esc ends it, and closing waits for nothing."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from desktop.jobs.jobs import Lane
from inference.classify.finding import Status
from inference.classify.model_process import process_ids
from tests.hostile.models import looped, looping_bundle, summed
from tests.inference.factory import make_bundle
from tests.journeys.conftest import Launch, Reader

CTRL = Qt.KeyboardModifier.ControlModifier
CLOSING = """
import sys
from PySide6.QtCore import QTimer
from desktop import app, main
from desktop.jobs.jobs import Lane
from imaging.base.errors import Refusal
from inference.classify.model_process import process_ids

begin = app.start

def start(request):
    program = begin(request)
    timer = QTimer(program)

    def look():
        if program.jobs.is_busy(lane) and process_ids():
            timer.stop()
            print(*process_ids(), flush=True)
            program.main_window.close()

    timer.timeout.connect(look)
    timer.start(500)
    return program

lane = Lane[sys.argv.pop(1)]
app.start = start
main.program()
"""


def gone(pid: int) -> bool:
    """Whether a process ends, however busy the machine is."""
    deadline = time.monotonic() + 20
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def begin(reader: Reader, others: set[int]) -> int:
    """Analyse the slice on screen, wait until its model is at it, and return the number of its process."""
    reader.key(Qt.Key.Key_Return, CTRL)
    reader.until(lambda: reader.program.jobs.is_busy(Lane.SCORE))
    reader.qtbot.wait(300)
    assert reader.program.jobs.is_busy(Lane.SCORE)
    (pid,) = process_ids() - others
    return pid


def test_it_is_ended_after_its_time_and_the_next_model_answers(launch: Launch, ct: Path, tmp_path: Path) -> None:
    reader = launch(ct, "--time-limit", "2", "--model", looping_bundle(tmp_path, only_dark=True))
    reader.until_open()
    reader.key(Qt.Key.Key_Return, CTRL)
    assert reader.program.model is not None
    model = reader.program.model
    reader.until(lambda: model.answer)
    assert model.answer is not None
    assert model.answer.analysis.status is Status.MODEL_ERROR
    assert model.answer.analysis.code == "E_MODEL_TIMEOUT"
    assert "2 seconds" in model.answer.analysis.message
    reader.open(make_bundle(tmp_path / "honest"))
    reader.key(Qt.Key.Key_Return, CTRL)
    reader.until(lambda: model.answer is not None and model.answer.analysis.finding)


def test_one_that_hangs_when_it_is_dropped_is_refused(launch: Launch, ct: Path, tmp_path: Path) -> None:
    (tmp_path / "loop.onnx").write_bytes(summed(looped("v2 = Add (v, v)")))
    reader = launch(ct, "--time-limit", "2")
    reader.until_open()
    assert reader.program.model is not None
    reader.open(tmp_path / "loop.onnx")
    said = [label.text() for label in reader.window.model.findChildren(QLabel) if label.isVisible()]
    assert any("longer than 2 seconds" in text for text in said)
    assert reader.program.model.contract is None or reader.program.model.contract.id != "loop"


def test_escape_ends_it_at_once_and_other_slices_are_scored(launch: Launch, ct: Path, tmp_path: Path) -> None:
    others = process_ids()
    reader = launch(ct, "--time-limit", "600", "--model", looping_bundle(tmp_path, only_dark=True))
    reader.until_open()
    hung = begin(reader, others)
    reader.key(Qt.Key.Key_Escape)
    reader.until(lambda: hung not in process_ids())
    assert not reader.program.jobs.is_busy()
    reader.wheel(-120)
    assert begin(reader, others) != hung
    reader.key(Qt.Key.Key_Escape)
    reader.until_ready()


def test_a_slice_that_is_wanted_meanwhile_does_not_wait_for_ever(launch: Launch, ct: Path, tmp_path: Path) -> None:
    others = process_ids()
    reader = launch(ct, "--time-limit", "600", "--model", looping_bundle(tmp_path, only_dark=True))
    reader.until_open()
    hung = begin(reader, others)
    reader.wheel(-120)
    reader.key(Qt.Key.Key_Return, CTRL)
    reader.until(lambda: process_ids() - others - {hung})
    assert gone(hung)
    reader.key(Qt.Key.Key_Escape)
    reader.until_ready()


@pytest.mark.skipif(sys.platform == "win32", reason="its environment is that of POSIX")
@pytest.mark.parametrize(("only_dark", "lane"), [(False, "MODEL"), (True, "SCORE")], ids=["loading", "scoring"])
def test_the_program_ends_with_its_window(root: Path, ct: Path, tmp_path: Path, only_dark: bool, lane: str) -> None:
    """It would have ten minutes: the program that waited for it would not be back in two."""
    bundle = looping_bundle(tmp_path, only_dark=only_dark)
    words = [str(ct), "--model", str(bundle), "--explain", "--time-limit", "600"]
    done = subprocess.run(
        [sys.executable, "-c", CLOSING, lane, *words],
        cwd=root,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    pids = [int(word) for word in done.stdout.split()]
    assert pids
    assert all(gone(pid) for pid in pids)
