"""How long the window is deaf at most: the longest stretches in which the GUI thread could not have answered a hand.

A timer in the GUI thread beats every millisecond; a gap between two beats, less that millisecond, is how long a key
would have waited. Every pass is a process of its own, since libraries come in only once. A gap counts whatever caused
it: our own events, a library that keeps Python to itself, or another program that wants the same processor.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from desktop.app import Program, start
from desktop.state.launch_request import LaunchRequest
from desktop.state.settings import Settings
from tests.benchmarks.harness import Row, Timing
from tests.benchmarks.screen import SHARED_CT, spin_until, wait_until, write_body

REACH_MS = 16.0
PHASES = ("start", "bundle", "open", "live")
MODEL = "pneumonia-cxr"
ROOT = Path(__file__).resolve().parents[2]


def run(rounds: int = 5) -> list[Row]:
    """A row for each phase: the median over the passes of the longest gap; beside it the 99th percentile of all."""
    with tempfile.TemporaryDirectory() as folder:
        series = SHARED_CT if SHARED_CT.is_dir() else write_body(Path(folder) / "ct", 512, 60)
        passes = [_measured(series) for _ in range(rounds)]
    what = {
        "start": "from the first paint until slices and models can be opened",
        "bundle": f"opening {MODEL}: contract, hashes, golden pairs",
        "open": "opening a CT of 60 slices, reading it whole",
        "live": "live mode with heatmap, 59 notches of the wheel",
    }
    return [_row(phase, what[phase], [one[phase] for one in passes]) for phase in PHASES]


def _row(phase: str, what: str, passes: list[list[float]]) -> Row:
    longest = Timing(tuple(max(gaps) for gaps in passes))
    every = Timing(tuple(gap for gaps in passes for gap in gaps))
    return Row(
        name=f"gap: {phase}",
        what=f"the GUI thread's longest silence while {what}",
        ours=longest.median,
        peer=None,
        ratio=None,
        spread=f"{longest.spread}, p99 {every.percentile(99):.3g} ms",
        reach=f"≤ {REACH_MS:g} ms",
        ok=longest.median <= REACH_MS,
    )


def _measured(series: Path) -> dict[str, list[float]]:
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    command = [sys.executable, "-m", "tests.benchmarks.bench_gap", str(series)]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    gaps: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return gaps


class Beat(QObject):
    """Collects the gaps between beats, in milliseconds, under the name of the present phase."""

    def __init__(self) -> None:
        super().__init__()
        self.phase = PHASES[0]
        self.gaps: dict[str, list[float]] = defaultdict(list)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(1)
        self._last = time.perf_counter()

    def stop(self) -> None:
        """No more beats."""
        self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps[self.phase].append(max(0.0, (now - self._last) * 1000 - 1))
        self._last = now


def _pass(series: Path) -> dict[str, list[float]]:
    """One life of the program through all phases."""
    program = start(LaunchRequest(paths=(), size=(1280, 800)), Settings({}))
    beat = Beat()
    wait_until(lambda: program.model is not None and bool(program.model.offers.models))
    model = program.model
    assert model is not None
    beat.phase = "bundle"
    model.choose(MODEL)
    _until_idle(program)
    if model.contract is None or model.contract.id != MODEL:
        raise SystemExit(f"There is no model {MODEL} to measure.")
    beat.phase = "open"
    program.main_window.paths_requested.emit([series])
    _until_idle(program)
    beat.phase = "live"
    model.explanation.set_heat_visible(True)
    _until_idle(program)
    # A CT is none of the radiograph model's business: a person asks to see its map all the same.
    model.set_revealed(True)
    model.set_live(True)
    _until_idle(program)
    _scroll_live(program)
    beat.stop()
    program.shut_down()
    program.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return beat.gaps


def _until_idle(program: Program) -> None:
    """Wait until nothing has run for a while, and what came in was painted."""
    quiet_since = time.monotonic()

    def is_idle() -> bool:
        nonlocal quiet_since
        if program.jobs.is_busy():
            quiet_since = time.monotonic()
        return time.monotonic() - quiet_since > 0.1

    spin_until(is_idle, rest=True)


def _scroll_live(program: Program) -> None:
    """A hand at the wheel: 40 notches a second, whether or not the answers keep up."""
    assert program.view is not None
    program.view.go(0)
    for _ in range(59):
        program.view.step(1)
        ends = time.monotonic() + 0.025
        spin_until(lambda ends=ends: time.monotonic() > ends, rest=True)  # type: ignore[misc]
    _until_idle(program)


if __name__ == "__main__":
    print(json.dumps(_pass(Path(sys.argv[1]))))
