"""From the drop to the first picture, with the program running; how deaf the window is meanwhile; cancelling.

Every pass is a process of its own.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from desktop.app import Program, start
from desktop.state.launch_request import LaunchRequest
from desktop.state.settings import Settings
from tests.benchmarks.bench_gap import ROOT, Beat, _until_idle
from tests.benchmarks.folders import SLICES, SYNTAXES, warm, write_ct, write_study
from tests.benchmarks.harness import Row, Timing
from tests.benchmarks.screen import Painted, spin_until, wait_until

FILES = 10_000
REACH_GAP_MS = 50.0
REACH_CANCEL_MS = 1000.0


def run(rounds: int = 5) -> list[Row]:
    """Rows for the series in each way of storing, and for a folder of many files; then gaps and cancel over all."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        count, files = (SLICES, FILES) if rounds > 1 else (12, 100)
        cases = {f"{count} slices, {kind}": (write_ct(folder / kind, count, kind=kind), 300.0) for kind in SYNTAXES}
        cases[f"a folder of {files} files"] = write_study(folder / "study", files), 3000.0
        warm([folder])
        passes = {what: [_measured(path) for _ in range(rounds)] for what, (path, _) in cases.items()}
    rows = [_row("first", f"drop to first picture: {what}", [one["first"] for one in found], cases[what][1])
            for what, found in passes.items()]  # fmt: skip
    for what, found in passes.items():
        gaps = [gap for one in found for gap in one["gaps"]]
        p99 = Timing(tuple(gaps)).percentile(99)
        longest = f"longest {max(gaps):.3g} ms"
        rows.append(Row("gap", f"GUI thread, p99, while opening {what}", p99, None, None, longest,
                        f"≤ {REACH_GAP_MS:g} ms", ok=p99 <= REACH_GAP_MS))  # fmt: skip
        rows.append(_row("cancel", f"cancel while opening {what}", [one["cancel"] for one in found], REACH_CANCEL_MS))
    return rows


def _row(name: str, what: str, times: list[float], most: float) -> Row:
    timing = Timing(tuple(times))
    return Row(name, what, timing.median, None, None, timing.spread, f"≤ {most:g} ms", ok=timing.median <= most)


def _measured(path: Path) -> dict[str, object]:
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    command = [sys.executable, "-m", "tests.benchmarks.bench_first", str(path)]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def _pass(path: Path) -> dict[str, object]:
    """One life of the program: a drop, all of it read; then the same again, cancelled on the way."""
    program = start(LaunchRequest(paths=(), size=(1280, 800)), Settings({}))
    wait_until(lambda: program.model is not None)
    _until_idle(program)
    painted = Painted(program.main_window.slice_view)
    beat = Beat()
    beat.phase = "open"
    began = time.perf_counter()
    program.main_window.paths_requested.emit([path])
    spin_until(lambda: painted.picture is not None and not painted.picture.message, rest=True)
    first = (time.perf_counter() - began) * 1000
    _until_idle(program)
    beat.stop()
    return {"first": first, "gaps": beat.gaps["open"], "cancel": _cancelled(program, path)}


def _cancelled(program: Program, path: Path) -> float:
    """Milliseconds from a cancel until no thread works any more."""
    assert program.document is not None
    program.main_window.paths_requested.emit([path])
    ends = time.monotonic() + 0.15
    spin_until(lambda: time.monotonic() > ends)
    began = time.perf_counter()
    program.document.cancel()
    program.jobs.shut_down()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    print(json.dumps(_pass(Path(sys.argv[1]))), flush=True)
    # What is left need not be taken apart.
    os._exit(0)
