"""Where the start went."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.startup import timings


def test_marks_grow_and_the_first_time_counts() -> None:
    earlier = len(timings.marks())
    timings.mark("a")
    timings.mark("b")
    before = timings.marks()
    timings.mark("a")
    after = timings.marks()
    assert [name for name, _ in after] == [name for name, _ in before]
    assert [at for _, at in after] == pytest.approx([at for _, at in before], abs=0.5)
    assert after[0][0] == "interpreter ready"
    assert [name for name, _ in after[earlier:]] == ["a", "b"]
    times = [at for _, at in after]
    assert times == sorted(times)
    assert times[0] >= 0.0
    assert len(timings.lines()) == len(after)


def test_timings_are_printed_in_the_order_of_the_start(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "desktop.main", "--timings", "--quit"],
        cwd=root, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = [re.fullmatch(r" *(\d+) ms  \+ *\d+  (.+)", line) for line in done.stdout.splitlines()]
    assert all(rows), done.stdout
    said = [(row[2], int(row[1])) for row in rows if row is not None]
    assert [name for name, _ in said][:4] == ["interpreter ready", "Qt loaded", "Qt started", "window shown"]
    assert [at for _, at in said] == sorted(at for _, at in said)
