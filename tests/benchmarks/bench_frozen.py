"""Process start to window shown and painted: the built editions and the source run, each against a bare window.

The bare window is PySide6 and pyqtgraph with one picture (`bare_window.py`), built by PyInstaller in the same run; from
source it runs under the same interpreter. The built editions are looked for in `dist`, or where SLICELENS_DIST points
(the `--dist` of `build_spec/build.py`); what is not there is left out, and standard error says so. All tell the moment
themselves by `desktop.startup.timings`, counted from when the system started the process; the files are in the page
cache.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks.harness import Row, alternate_told

ROOT = Path(__file__).resolve().parents[2]
BARE = ROOT / "tests" / "benchmarks" / "bare_window.py"
REACH_BARE, REACH_FULL = 1.3, 1.15
PATIENCE_SECONDS = 120.0
_PAINTED = re.compile(r"\s*(\d+) ms .*window painted")
_NOT_IN_THE_BARE = (
    "matplotlib", "scipy", "pandas", "torch", "cupy", "numba", "IPython", "tkinter", "PIL", "h5py", "colorcet", "OpenGL"
)  # fmt: skip


def run(rounds: int = 11) -> list[Row]:
    """A row for the source run, and one for each built edition that is there."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        told = partial(_painted_after, home=home)
        source = partial(told, (sys.executable, "-m", "desktop.main", "--timings"))
        bare_source = partial(told, (sys.executable, "-m", "tests.benchmarks.bare_window"))
        rows = [_row("source run", "the bare window from source", source, bare_source, rounds=rounds)]
        dist = Path(os.environ.get("SLICELENS_DIST", ROOT / "dist"))
        built = {name: dist / name / "slicelens" / "slicelens" for name in ("lite", "full")}
        missing = [f"no built {name} edition in {dist}" for name, program in built.items() if not program.is_file()]
        if find_spec("PyInstaller") is None:
            missing.append("PyInstaller is not installed")
        for why in missing:
            print(f"frozen: rows are left out, {why}", file=sys.stderr, flush=True)
        if built["lite"].is_file() and find_spec("PyInstaller") is not None:
            lite = partial(told, (str(built["lite"]), "--timings"))
            bare = partial(told, (str(_built_bare(Path(folder))),))
            rows.append(_row("lite edition", "the bare window, built", lite, bare, rounds=rounds))
        if built["lite"].is_file() and built["full"].is_file():
            both = (partial(told, (str(built[name]), "--timings")) for name in ("full", "lite"))
            rows.append(_row("full edition", "the lite edition", *both, rounds=rounds, reach=REACH_FULL))
    return rows


def _row(
    ours: str, other: str, a: Callable[[], float], b: Callable[[], float], *, rounds: int, reach: float = REACH_BARE
) -> Row:
    pair = alternate_told(a, b, runs=rounds, warm=1)
    return Row(
        "frozen", f"process start to window painted: {ours} · {other}", pair.a.median, pair.b.median, pair.ratio,
        pair.spread, f"≤ {reach:g}", ok=pair.ratio <= reach,
    )  # fmt: skip


def _painted_after(command: tuple[str, ...], *, home: Path) -> float:
    """Milliseconds from the start of a process until its window was painted, as it tells; it is ended then."""
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ, "HOME": str(home)}
    environment |= {f"XDG_{what}_HOME": str(home / what) for what in ("CONFIG", "DATA", "CACHE", "STATE")}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        errors="replace", start_new_session=True,
    ) as running:  # fmt: skip
        watchdog = threading.Timer(PATIENCE_SECONDS, _end, [running])
        watchdog.start()
        assert running.stdout is not None
        assert running.stderr is not None
        told = next(filter(None, map(_PAINTED.match, running.stdout)), None)
        watchdog.cancel()
        _end(running)
        if told is None:
            raise RuntimeError(f"{command[0]} told no time: {running.stderr.read()[-500:]}")
    return float(told[1])


def _end(running: "subprocess.Popen[str]") -> None:
    """End a process and its children; one that has ended already is no fault."""
    if running.poll() is not None:
        return
    if os.name == "posix":
        os.killpg(running.pid, signal.SIGKILL)
    else:
        running.kill()


def _built_bare(folder: Path) -> Path:
    """The bare window as PyInstaller builds it when asked for nothing but a folder."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR", "--onedir", "--name", "bare"]
    command += [word for name in _NOT_IN_THE_BARE for word in ("--exclude-module", name)]
    command += [f"--{which}path={folder / which}" for which in ("dist", "work", "spec")]
    command += ["--paths", str(ROOT), str(BARE)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        raise RuntimeError(f"The bare window could not be built: {done.stderr[-1000:]}")
    return folder / "dist" / "bare" / ("bare.exe" if os.name == "nt" else "bare")
