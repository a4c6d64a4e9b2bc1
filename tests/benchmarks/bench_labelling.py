"""Labelling: from the key of a label to the next case painted, at the pace of a quick reader."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np
from PIL import Image
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest

from desktop.state.cases.labelling import LabellingChoice, Question
from tests.benchmarks.harness import Row, Timing, timed
from tests.benchmarks.screen import Painted, Screen, opened, spin_until, wait_until
from tests.inference.cases.table_files import make_rows, write_table

CASES, SIDE, PACE_MS = 40, 1024, 150
REACH_MS = 50.0


def run(rounds: int = 5) -> list[Row]:
    """One row: the 95th percentile over every key of some sittings, each of which labels all cases."""
    with tempfile.TemporaryDirectory() as name, _own_store(Path(name)):
        table = _write_cases(Path(name))
        with opened(Path(name) / "0.png") as screen:
            times = [one for sitting in range(rounds) for one in _label_all(screen, table, f"reader {sitting}")]
    timing = Timing(tuple(times))
    slow = timing.percentile(95)
    what = f"key to the next case painted, p95, {SIDE}×{SIDE}, a key every {PACE_MS} ms"
    return [Row("labelling", what, slow, None, None, timing.spread, f"≤ {REACH_MS:g} ms", ok=slow <= REACH_MS)]


def _label_all(screen: Screen, table: Path, reader: str) -> list[float]:
    """Label every case of a table but the last, and return the milliseconds to each next one."""
    assert screen.program.cases is not None
    labelling = screen.program.cases.labelling
    window = labelling.pages.window
    painted = Painted(window.pane)
    labelling.controller.start(LabellingChoice(reader, Question(("normal", "bright"), are_exclusive=True), table=table))
    wait_until(lambda: painted.picture is not None)

    def press() -> None:
        before = painted.picture
        QTest.keyClick(window.pane, Qt.Key.Key_1)
        spin_until(lambda: painted.picture is not None and painted.picture is not before)

    times = []
    for _ in range(CASES - 1):
        _rest()
        times.append(timed(press))
    wait_until(lambda: not screen.program.jobs.is_busy())
    window.close()
    window.pane.removeEventFilter(painted)
    return times


def _rest() -> None:
    """Let a reader look: threads get the processor meanwhile."""
    looking = QEventLoop()
    QTimer.singleShot(PACE_MS, looking.quit)
    looking.exec()


def _write_cases(folder: Path) -> Path:
    rows = make_rows(CASES)
    generator = np.random.default_rng(1)
    for number, row in enumerate(rows):
        row["path"] = str(folder / f"{number}.png")
        Image.fromarray(generator.integers(0, 255, (SIDE, SIDE), dtype=np.uint8)).save(row["path"])
    return write_table(folder / "results.csv", rows)


@contextmanager
def _own_store(folder: Path) -> Iterator[None]:
    """Keep the labels beside the pictures, not among the person's own."""
    with patch.dict(os.environ, {"XDG_DATA_HOME": str(folder), "LOCALAPPDATA": str(folder), "HOME": str(folder)}):
        yield
