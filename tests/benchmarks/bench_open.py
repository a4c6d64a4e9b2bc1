"""A whole series to memory, from the folder to the last pixel: against dcm2niix and against SimpleITK's series reader.

Each measured thing is a process of its own, which says how long its work took after its imports (dcm2niix is timed as a
whole process). Each works once before it counts: the page cache is warm, libraries are loaded, and the child processes
that decode for us are there, as in a program that is running.
"""

import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.benchmarks.folders import SLICES, SYNTAXES, warm, write_ct
from tests.benchmarks.harness import Pair, Row, Timing, timed
from tests.benchmarks.stopwatch import Stopwatch

OURS = """
from pathlib import Path
import imaging.formats.dicom.reader
from tests.reading import read_volume
from imaging.base.progress import finish
from tests.reading import scan
from tests.benchmarks.stopwatch import serve

def work(folder):
    (series,) = finish(scan([Path(folder)])).series
    assert read_volume(series).is_complete

if __name__ == "__main__":
    serve(work)
"""
THEIRS = """
import SimpleITK
from tests.benchmarks.stopwatch import serve

def work(folder):
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(folder))
    assert reader.Execute().GetDepth() > 1

if __name__ == "__main__":
    serve(work)
"""
REACH = {"uncompressed": 1 / 3, "JPEG 2000": 1 / 1.5, "JPEG-LS": 1 / 1.5}
REACH_DCM2NIIX = 1.2


def run(rounds: int = 7) -> list[Row]:
    """A row against SimpleITK for each way of storing, and one against dcm2niix for what is not compressed."""
    rows = []
    with tempfile.TemporaryDirectory() as made, Stopwatch(OURS) as ours, Stopwatch(THEIRS) as theirs:
        count = SLICES if rounds > 1 else 12
        for kind in SYNTAXES:
            folder = write_ct(Path(made) / kind, count, kind=kind)
            warm([folder])
            mine, other = partial(ours.milliseconds, str(folder)), partial(theirs.milliseconds, str(folder))
            pair = in_turn(mine, other, rounds)
            rows.append(_row(f"{count} × 512×512 {kind}, against SimpleITK", pair, REACH[kind]))
            if kind == "uncompressed":
                pair = in_turn(mine, partial(_dcm2niix, folder), rounds)
                rows.append(_row(f"{count} × 512×512 {kind}, against dcm2niix -z n", pair, REACH_DCM2NIIX))
    return rows


def in_turn(ours: Callable[[], float], theirs: Callable[[], float], rounds: int) -> Pair:
    """In turn, as `harness.alternate`, of two that say themselves how long they took."""
    times: tuple[list[float], list[float]] = ([], [])
    for which in (0, 1):
        (ours, theirs)[which]()
    for round_ in range(rounds):
        for which in (0, 1) if round_ % 2 == 0 else (1, 0):
            times[which].append((ours, theirs)[which]())
    return Pair(Timing(tuple(times[0])), Timing(tuple(times[1])))


def _dcm2niix(folder: Path) -> float:
    """Milliseconds that the whole process takes."""
    with tempfile.TemporaryDirectory() as out:
        command = ["dcm2niix", "-z", "n", "-o", out, str(folder)]
        return timed(lambda: subprocess.run(command, check=True, capture_output=True))


def _row(what: str, pair: Pair, most: float) -> Row:
    reach = f"≤ {most:.3g} times" if most > 1 else f"≥ {1 / most:.3g} times faster (≤ {most:.2f})"
    return Row("open", what, pair.a.median, pair.b.median, pair.ratio, pair.spread, reach, ok=pair.ratio <= most)
