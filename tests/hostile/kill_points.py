"""A program that saves, killed with SIGKILL at each of its system calls that write; strace does the killing.

strace counts each call by itself, so the first run lists how often the program calls which, and every further run is
killed at one of them, before the call is done.
"""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.hostile.harness import ROOT, strace

_CALLS = (
    "write,writev,pwrite64,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,"
    "fsync,fdatasync,ftruncate,chmod,fchmod,fchmodat"
)
_SECONDS = 100
_KILLED = -9


def kill_points(script: str, words: list[str], home: Path) -> list[tuple[str, int]]:
    """Return (system call, which of them) for every call that writes, in the order of the run; it runs to its end."""
    log = home / "calls.txt"
    _run(script, words, home, ["--seccomp-bpf", "-e", f"trace={_CALLS}", "-o", str(log)], expected=0)
    # Those of the program itself: what its children and threads write goes through pipes.
    lines = [line.split(maxsplit=1) for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    own = lines[0][0]
    counted: Counter[str] = Counter()
    points = []
    for pid, call in lines:
        name = call.partition("(")[0].strip()
        if pid == own and name in _CALLS.split(","):
            counted[name] += 1
            points.append((name, counted[name]))
    log.unlink()
    return points


def run_killed(script: str, words: list[str], home: Path, point: tuple[str, int]) -> bool:
    """Run the program and kill it at a point; return whether it came that far."""
    name, number = point
    # With --seccomp-bpf strace sends no signal.
    inject = ["-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={number}", "-o", os.devnull]
    return _run(script, words, home, inject, expected=None) != 0


def draw_points(points: list[tuple[str, int]], one_in: int) -> list[tuple[str, int]]:
    """Return one point in some, three at least."""
    return points[:: min(one_in, max(1, len(points) // 3))]


def _run(script: str, words: list[str], home: Path, options: list[str], *, expected: int | None) -> int:
    tracer = strace()
    assert tracer is not None
    command = [tracer, "-f", "-qq", *options, sys.executable, "-c", script, *words]
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        **dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"), str(home)),
    }
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=_SECONDS)
    assert expected is None or ran.returncode == expected, ran.stderr[-2000:]
    assert ran.returncode in (0, _KILLED, 137), ran.stderr[-2000:]
    return ran.returncode
