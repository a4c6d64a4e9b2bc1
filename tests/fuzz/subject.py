"""What is fuzzed, as a process of its own: scan a folder, read frames of every series, then the untouched originals.

Prints one JSON document. Ends with a traceback only where Slicelens let an exception through.
"""

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import Job
from imaging.volume.series import Series
from imaging.workers.pool import Reading, WorkerPool
from imaging.workers.process import Child
from tests.conformance.real_files import TABLE, describe, path_of
from tests.reading import POOL, allocate, fill, scan, under

_FRAMES_OF_A_FILE = 4


class Watched:
    """Runs jobs, and keeps the longest time that one went without a report, and the most memory seen."""

    def __init__(self) -> None:
        self._own = psutil.Process()
        self.start = self._own.memory_info().rss
        self.peak = self.start
        self.silence = 0.0

    def run(self, job: Job[Any]) -> Any:
        while True:
            before = time.monotonic()
            try:
                next(job)
            except StopIteration as end:
                return end.value
            finally:
                self.silence = max(self.silence, time.monotonic() - before)
                self.peak = max(self.peak, self._own.memory_info().rss)


def counted_deaths() -> Counter[str]:
    """From here on: how many child processes had to be ended, or had ended themselves."""
    deaths: Counter[str] = Counter()
    discard = WorkerPool.discard

    def counted(self: WorkerPool, child: Child) -> None:
        deaths["killed" if child.is_alive else "died"] += 1
        discard(self, child)

    WorkerPool.discard = counted  # type: ignore[method-assign]
    return deaths


def frames_to_read(series: Series) -> list[int]:
    """The first few frames of every file of the series."""
    of_file: Counter[Any] = Counter()
    chosen = []
    for number, frame in enumerate(series.frames):
        of_file[frame.source] += 1
        if of_file[frame.source] <= _FRAMES_OF_A_FILE:
            chosen.append(number)
    return chosen


def read_all(watched: Watched, found: tuple[Series, ...], reading: Reading) -> Counter[str]:
    """How many frames came, and how many were refused by which code."""
    told: Counter[str] = Counter()
    for series in found:
        wanted = frames_to_read(series)
        try:
            volume = allocate(series, reading)
            rows = watched.run(fill(volume, wanted, reading=reading))
        except Refusal as refusal:
            told[refusal.code.value] += len(wanted)
            continue
        told.update(row.code.value for row in rows)
        told["read"] += len(wanted) - len(rows)
    return told


def changed_originals(names: list[str]) -> list[str]:
    """Originals that no longer open as the table of real files says."""
    rows: dict[str, dict[str, Any]] = json.loads(TABLE.read_text(encoding="utf-8"))
    changed = []
    for name in names:
        path = path_of(name)
        if name not in rows or path is None:
            continue
        expected = {key: value for key, value in rows[name].items() if key != "checked"}
        if json.loads(json.dumps(describe(path))) != expected:
            changed.append(name)
    return changed


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--originals", nargs="*", default=[])
    arguments = parser.parse_args()
    reading = under(ReadingPolicy(seconds=arguments.seconds))
    deaths = counted_deaths()
    watched = Watched()
    found = watched.run(scan([arguments.folder], reading))
    scanned = watched.peak
    told = read_all(watched, found.series, reading)
    # Mutants of one file mostly are one slice to a viewer; alone, each is read.
    for row in found.ledger.skipped:
        if row.code is Code.DUPLICATE:
            told += read_all(watched, watched.run(scan([Path(row.path)], reading)).series, reading)
    json.dump(
        {
            "seen": found.ledger.seen,
            "opened": found.ledger.opened,
            "codes": Counter(row.code.value for row in found.ledger.skipped),
            "series": len(found.series),
            "frames": told,
            "children": deaths,
            "silence": round(watched.silence, 2),
            "scan_megabytes": round((scanned - watched.start) / 2**20),
            "megabytes": round((watched.peak - watched.start) / 2**20),
            "changed": changed_originals(arguments.originals),
        },
        sys.stdout,
    )
    POOL.close()


if __name__ == "__main__":
    main()
