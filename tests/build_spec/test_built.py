"""The lite edition, built from this checkout and put through its smoke test: minutes, so SLICELENS_BUILD=1 asks for it.

CI does (`.ci/run`). Where something is missing that the build or the test cannot do without, the reason is said.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

BUILD_SECONDS, SMOKE_SECONDS = 1200, 900
FREE_BYTES = 4_000_000_000
_NEEDS = {"Xvfb": "xvfb", "strip": "binutils", "readelf": "binutils", "nm": "binutils"}
_FIND_PYTHON = "from PyInstaller.depend.bindepend import get_python_library_path as found; found()"


def why_not() -> str | None:
    """Why the built program cannot be tested here; None where it can."""
    if os.environ.get("SLICELENS_BUILD") != "1":
        return "SLICELENS_BUILD=1 asks for it (minutes)"
    if not sys.platform.startswith("linux"):
        return "the smoke test's screen is Xvfb; the workflow builds on the other systems"
    if lacking := [f"{name} (Debian: {package})" for name, package in _NEEDS.items() if not shutil.which(name)]:
        return f"needs {', '.join(lacking)}"
    asked = subprocess.run([sys.executable, "-c", _FIND_PYTHON], capture_output=True, text=True, check=False)
    if asked.returncode != 0:
        return f"needs PyInstaller and Python's shared library: {asked.stderr.strip().splitlines()[-1]}"
    if shutil.disk_usage(tempfile.gettempdir()).free < FREE_BYTES:
        return f"needs {FREE_BYTES / 1e9:.0f} GB in {tempfile.gettempdir()}"
    return None


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that everybody can read, as pytest's own are not: the program runs as nobody where we are root."""
    with tempfile.TemporaryDirectory(prefix="slicelens-built-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def ran(root: Path, *command: str, limit: int) -> tuple[int | None, str]:
    """(exit code, what was said); None for a script that took too long, which is ended with all that it started."""
    with subprocess.Popen(
        [sys.executable, *command], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", start_new_session=True,
    ) as running:  # fmt: skip
        try:
            said, _ = running.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            said, _ = running.communicate()
            return None, said
    return running.returncode, said


@pytest.mark.slow
@pytest.mark.built
@pytest.mark.timeout(BUILD_SECONDS + SMOKE_SECONDS + 120)
def test_the_lite_edition_is_built_and_passes_its_smoke_test(
    root: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if reason := why_not():
        pytest.skip(reason)
    folders = ("--dist", str(place / "dist"), "--work", str(place / "work"))
    # Python and the system's libraries are this machine's own: sizes are judged where sizes.json is from.
    code, said = ran(root, "build_spec/build.py", "--edition", "lite", "--any-size", *folders, limit=BUILD_SECONDS)
    if code is None:
        pytest.skip(f"this machine does not build the program within {BUILD_SECONDS} s")
    assert code == 0, said[-3000:]
    program = place / "dist" / "lite" / "slicelens" / "slicelens"
    # A number that another run on this machine does not have.
    display = str(100 + os.getpid() % 400)
    code, checks = ran(root, "build_spec/smoke.py", str(program), "--display", display, limit=SMOKE_SECONDS)
    with capsys.disabled():
        # Of a process that only runs tests, this is all that reaches the terminal.
        print(f"\n{said}\n{checks}", file=sys.stderr)
    failed = [line for line in checks.splitlines() if line.startswith("FAILED")]
    assert failed == []
    assert code == 0, checks[-3000:]
    assert sum(line.startswith("ok ") for line in checks.splitlines()) > 40
