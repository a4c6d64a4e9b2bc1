"""napari beside us: an environment of its own under `build/`, which no lock and no program knows, and a screen for it.

Another one is used where SLICELENS_NAPARI names its Python. It draws through OpenGL on an X server without a screen
(Xvfb), and so in software unless Xvfb finds a driver; the row of a benchmark names what drew.
"""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.stopwatch import ROOT, Stopwatch

PACKAGES = ("napari==0.9.2", "PySide6>=6.8,<6.12")
ENVIRONMENT = ROOT / "build" / "napari"
_CODE = "from tests.benchmarks.napari_steps import main\n\nmain()\n"


class Missing(Exception):
    """napari cannot be started here; the text says why, as the end of a sentence."""


def find_napari(*, make: bool) -> Path:
    """Return the Python that has napari; with `make` it is installed first (1 GB, some minutes). Raises `Missing`."""
    if shutil.which("Xvfb") is None:
        raise Missing("Xvfb is not installed, which it needs to draw on")
    if named := os.environ.get("SLICELENS_NAPARI"):
        return Path(named)
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = ENVIRONMENT / "installed.txt"
    if stamp.is_file() and stamp.read_text("utf-8").split() == list(PACKAGES):
        return python
    if not make:
        raise Missing(f"it is not in {ENVIRONMENT}")
    print(f"napari is installed in {ENVIRONMENT}, once …", file=sys.stderr, flush=True)
    venv.create(ENVIRONMENT, clear=True, with_pip=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        raise Missing(f"pip could not install it: {done.stderr.strip()[-300:]}")
    stamp.write_text("\n".join(PACKAGES), "utf-8")
    return python


@contextmanager
def beside_napari(python: Path) -> Iterator[Stopwatch]:
    """Start a process with napari on a screen of its own; it answers to `napari_steps.main`."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "2560x1600x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL) as screen:
        os.close(writing)
        try:
            with os.fdopen(reading) as told:
                display = f":{told.readline().strip()}"
            with Stopwatch(_CODE, python=python, environment={"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}) as watch:
                yield watch
        finally:
            screen.terminate()
