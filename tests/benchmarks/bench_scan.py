"""Ten thousand DICOM files listed in full, against a plain loop of pydicom over them, each in its own process.

Where the system lets a process choose, a second row shows what one core does.
"""

import os
import tempfile
from pathlib import Path

from tests.benchmarks.bench_open import in_turn
from tests.benchmarks.folders import warm, write_study
from tests.benchmarks.harness import Row
from tests.benchmarks.stopwatch import Stopwatch

FILES = 10_000
REACH = 1 / 1.5
OURS = """
from pathlib import Path
import imaging.formats.dicom.reader
from imaging.base.progress import finish
from tests.reading import scan
from tests.benchmarks.stopwatch import serve

def work(folder):
    found = finish(scan([Path(folder)]))
    assert not found.ledger.skipped
    return found.ledger.opened

if __name__ == "__main__":
    serve(work)
"""
ONE_CORE = """
import os
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
"""
THEIRS = """
from pathlib import Path
from pydicom import dcmread
from tests.benchmarks.stopwatch import serve

def work(folder):
    return sum(dcmread(path, stop_before_pixels=True).Rows > 0 for path in Path(folder).rglob("I*"))

if __name__ == "__main__":
    serve(work)
"""


def run(rounds: int = 5) -> list[Row]:
    """Our whole listing (series, geometry, ledger) against reading the headers alone: with all cores, and with one."""
    files = FILES if rounds > 1 else 200
    with tempfile.TemporaryDirectory() as made:
        folder = write_study(Path(made) / "study", files)
        warm([folder])
        rows = [_row(folder, files, rounds, before="", what="")]
        if hasattr(os, "sched_setaffinity"):
            rows.append(_row(folder, files, rounds, before=ONE_CORE, what=", on one core"))
    return rows


def _row(folder: Path, files: int, rounds: int, *, before: str, what: str) -> Row:
    """One row; `before` is code that both processes begin with."""
    with Stopwatch(before + OURS) as ours, Stopwatch(before + THEIRS) as theirs:
        said = [watch.tell(str(folder))["returned"] for watch in (ours, theirs)]
        if said != [files, files]:
            raise SystemExit(f"Of {files} files {said[0]} and {said[1]} were read.")
        pair = in_turn(lambda: ours.milliseconds(str(folder)), lambda: theirs.milliseconds(str(folder)), rounds)
    return Row(
        name="scan",
        what=f"{files} files listed in full, against a loop of dcmread(stop_before_pixels=True){what}",
        ours=pair.a.median,
        peer=pair.b.median,
        ratio=pair.ratio,
        spread=pair.spread,
        reach=f"≥ 1.5 times faster (≤ {REACH:.2f})",
        ok=pair.ratio <= REACH,
    )
