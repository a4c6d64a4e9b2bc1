"""Moments of the start, for `slicelens --timings`. Costs a clock reading a mark. No Qt here."""

import os
import sys
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

_marks: list[tuple[str, float]] = []
_imported = time.monotonic()


def mark(what: str) -> None:
    """Note that the start has come so far; the first time counts."""
    if all(what != known for known, _ in _marks):
        _marks.append((what, time.monotonic()))


def marks() -> list[tuple[str, float]]:
    """Return (name, milliseconds since the program was started) in the order in which they were reached."""
    began = _began()
    return [(what, (moment - began) * 1000.0) for what, moment in [("interpreter ready", _imported), *_marks]]


def lines() -> list[str]:
    """Return the marks for a person: milliseconds since the start, and since the mark before."""
    reached = pairwise([("", 0.0), *marks()])
    return [f"{at:8.0f} ms  +{at - before:6.0f}  {what}" for (_, before), (what, at) in reached]


def _began() -> float:
    """Return when the system started this program, on the monotonic clock; if unknown, when this was imported.

    Field 22 of /proc/self/stat counts ticks since boot (proc(5)); it is as coarse as a tick, 10 ms.
    """
    if sys.platform.startswith("linux"):
        with suppress(OSError, ValueError, IndexError):
            fields = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            since_boot = int(fields[19]) / os.sysconf("SC_CLK_TCK")
            return time.monotonic() - (time.clock_gettime(time.CLOCK_BOOTTIME) - since_boot)
    return _imported
