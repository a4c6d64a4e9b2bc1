#!/usr/bin/env python3
"""The one script a newcomer runs; it needs nothing but Python 3.11 to 3.13.

    python3 dev.py app [--lite] [PATH ...]   make .venv, install, open the window on the sample or on the paths
    python3 dev.py test [--lite] [PYTEST ARGUMENT ...]  the same with what tests need, then run them
    python3 dev.py bench [NAME ...]          run the benchmarks and print their table
    python3 dev.py translate                 bring the German of the window up to date with the sources
    python3 dev.py lock                      resolve all dependencies again and write build_spec/lock.txt

`app --lite` leaves torch out (several hundred megabytes; without it other layers' heatmaps are not offered). With
`test --lite` the tests that need torch, all of training's among them, are skipped.
Packages come from where pip is set to look; see README.md for choosing another torch build.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
# Windows does not promise to find a program by a path without its ending.
_PYTHON, _SLICELENS = (name + (".exe" if os.name == "nt" else "") for name in ("python", "slicelens"))
STAMP = VENV / "slicelens-installed.json"
LOCK = ROOT / "build_spec" / "lock.txt"
ALONE = ROOT / "build_spec" / "alone.txt"
PYTHONS = ((3, 11), (3, 13))

EXTRAS = {
    "lite": ("samples",),
    "app": ("samples", "torch"),
    "test": ("samples", "torch", "train", "cluster", "test", "bench", "build"),
    "test lite": ("samples", "test", "build"),
    "build lite": ("samples", "build"),
    "build full": ("samples", "torch", "build"),
}

# What Qt's own libraries ask the system for, by the Debian package that has it.
LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libX11.so.6": "libx11-6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libzstd.so.1": "libzstd1",
}
# What its window on an X display asks for beyond that.
WINDOW_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
}
# Programs that tests and benchmarks compare with, by the Debian package that has them.
TEST_PROGRAMS = {"dcm2pnm": "dcmtk", "dcm2niix": "dcm2niix"}


class Stopped(Exception):
    """This script cannot go on; the text says why and what to do."""


def main(arguments: list[str]) -> int:
    """Carry out one command; the exit code is that of what was run, or 2 when it could not be."""
    if not PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        print(_wrong_python(), file=sys.stderr)
        return 2
    parser = argparse.ArgumentParser(
        prog="dev.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("app", "test", "bench", "build", "lock", "translate"))
    parser.add_argument("--lite", action="store_true", help="leave torch out (app, test, build)")
    parser.add_argument("--verbose", action="store_true", help="show all that pip says")
    options, rest = parser.parse_known_args(arguments)
    try:
        if options.command == "app":
            return app(rest, lite=options.lite, verbose=options.verbose)
        if options.command == "lock":
            _make_venv()
            return _run([BIN / _PYTHON, ROOT / "build_spec" / "lock.py"])
        if options.command == "translate":
            set_up("lite", verbose=options.verbose)
            return _run([BIN / _PYTHON, ROOT / "build_spec" / "translations.py"])
        if options.command == "build":
            edition = "lite" if options.lite else "full"
            set_up(f"build {edition}", verbose=options.verbose)
            return _run([BIN / _PYTHON, ROOT / "build_spec" / "build.py", "--edition", edition, *rest])
        lite = options.lite and options.command == "test"
        set_up("test lite" if lite else "test", verbose=options.verbose)
        if options.command == "test":
            # How many processes: tests/conftest.py says.
            spread = ["-n", "auto", "--dist", "worksteal"]
            return _run([BIN / _PYTHON, "-m", "pytest", *spread, *rest], QT_QPA_PLATFORM="offscreen")
        return _run([BIN / _PYTHON, "-m", "tests.benchmarks.run", *rest], QT_QPA_PLATFORM="offscreen")
    except Stopped as stopped:
        print(f"\n{stopped}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on where it was.", file=sys.stderr)
        return 130


def app(paths: list[str], *, lite: bool, verbose: bool) -> int:
    """Open the window: on the given paths, else on the sample radiograph, analysed, with its heatmap.

    Without a display the same happens offscreen: the finding and the path of the screenshot are printed.
    """
    set_up("lite" if lite else "app", verbose=verbose)
    shown = paths or ["--demo", "--model", "pneumonia-cxr", "--explain"]
    if _has_display():
        return _run([BIN / _SLICELENS, *shown])
    screenshot = ROOT / "build" / "screenshot.png"
    screenshot.parent.mkdir(exist_ok=True)
    print("There is no display here, so the window is drawn offscreen.", flush=True)
    # Qt's offscreen plug-in complains of every hint that only a real screen could follow.
    offscreen = {"QT_QPA_PLATFORM": "offscreen", "QT_LOGGING_RULES": "default.warning=false"}
    code = _run([BIN / _SLICELENS, *shown, "--screenshot", screenshot, "--quit"], **offscreen)
    if code == 0:
        print(f"What the window shows: {screenshot}")
    return code


# --- setting up -------------------------------------------------------------------------------------------------


def set_up(kind: str, *, verbose: bool) -> None:
    """Make `.venv` and install what `kind` of `EXTRAS` needs, unless exactly that is there already."""
    extras = EXTRAS[kind]
    _install_system_packages(_missing_system_packages(kind))
    state = _state()
    installed = json.loads(STAMP.read_text()) if STAMP.is_file() and (BIN / _PYTHON).exists() else {}
    if installed.get("state") == state and set(extras) <= set(installed.get("extras", ())):
        return
    if installed.get("state") == state:
        extras = tuple(sorted({*extras, *installed["extras"]}))
    print(f"Setting up {VENV} with {', '.join(extras)}. This takes some minutes, once.", flush=True)
    _make_venv()
    # Setuptools comes first and from the lock, so that building needs nothing that the lock does not name.
    _pip(["-c", LOCK, "setuptools"], verbose=verbose)
    _pip(["-c", LOCK, "--no-build-isolation", "-e", f"{ROOT}[{','.join(extras)}]"], verbose=verbose)
    _pip(["--no-deps", "-r", ALONE], verbose=verbose)
    STAMP.write_text(json.dumps({"state": state, "extras": sorted(extras)}))


def _state() -> str:
    """What an installation depends on, as one hash."""
    digest = hashlib.sha256(platform.python_version().encode())
    for path in (ROOT / "pyproject.toml", LOCK, ALONE):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _make_venv() -> None:
    if (VENV / "pyvenv.cfg").is_file() and (BIN / _PYTHON).exists():
        version = subprocess.run([BIN / _PYTHON, "-c", _PRINT_VERSION], capture_output=True, text=True, check=False)
        if version.stdout.strip() == platform.python_version():
            return
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise Stopped(f"The environment {VENV} could not be made:\n{(made.stdout + made.stderr).strip()}")


_PRINT_VERSION = "import platform; print(platform.python_version())"


def _pip(arguments: list[str | Path], *, verbose: bool) -> None:
    """`pip install`; its own words are shown only when it fails, or when asked for."""
    command = [str(BIN / _PYTHON), "-m", "pip", "install", "--disable-pip-version-check", *map(str, arguments)]
    if verbose:
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            raise Stopped("pip failed; its reason stands above.")
        return
    command.append("--progress-bar=off")
    said: list[str] = []
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            said.append(line.rstrip())
            _show_progress(line)
    _end_progress()
    if pip.returncode != 0:
        raise Stopped(_why_pip_failed(said))


def _show_progress(line: str) -> None:
    """A line that changes in place on a terminal; elsewhere one for each large download and for the long last step."""
    words = line.split()
    if not words or words[0] not in ("Collecting", "Downloading", "Installing", "Building", "Preparing"):
        return
    text = " ".join(words)
    if words[0] == "Downloading":
        text = re.sub(r"^Downloading (?:\S*/)?([^-/ ]+)-([^-]+)-\S+", r"Downloading \1 \2", text)
    elif line.startswith("Installing collected packages:"):
        text = f"Installing {line.count(',') + 1} packages"
    if sys.stdout.isatty():
        print(f"\r\x1b[K  {text[: shutil.get_terminal_size().columns - 4]}", end="", flush=True)
    elif re.search(r"\(\d\d+(\.\d+)? MB\)$", text) or (words[0] == "Installing" and "," in line):
        print(f"  {text}", flush=True)


def _end_progress() -> None:
    if sys.stdout.isatty():
        print("\r\x1b[K", end="", flush=True)


def _why_pip_failed(said: list[str]) -> str:
    """A sentence for the commonest causes, then pip's own last lines."""
    whole = "\n".join(said)
    if re.search(r"No space left on device|Errno 28", whole):
        reason = f"The disk is full. About 3 GB are needed under {ROOT} (1.5 GB with app --lite)."
    elif re.search(
        r"NewConnectionError|name resolution|Max retries|timed out|Network is unreachable|No matching distribution"
        r"|ProxyError|SSLError|Connection (refused|reset)",
        whole,
    ):
        reason = (
            "The packages could not be fetched. Is there a network? A proxy, a mirror or a folder of wheels is set\n"
            "the way pip knows them: PIP_PROXY, PIP_INDEX_URL, PIP_FIND_LINKS, or pip's configuration file.\n"
            "Then run the same command again; what was fetched is kept."
        )
    else:
        reason = "pip failed. With --verbose all that it says is shown."
    return "\n".join([reason, "", "pip's last lines:", *(f"  {line}" for line in said[-15:])])


# --- the system -------------------------------------------------------------------------------------------------


def _missing_system_packages(kind: str) -> list[str]:
    """Names of Debian packages that stand for what this system lacks; empty where nothing is missing."""
    packages = []
    tests = kind.startswith("test")
    if find_spec("ensurepip") is None:
        packages.append(f"python3.{sys.version_info.minor}-venv")
    if sys.platform.startswith("linux"):
        needed = dict(LIBRARIES)
        if tests or _has_display() or _is_root_on_apt():
            needed.update(WINDOW_LIBRARIES)
        packages += [package for library, package in needed.items() if not _loads(library)]
        if tests:
            packages += [package for program, package in TEST_PROGRAMS.items() if shutil.which(program) is None]
    return packages


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _is_root_on_apt() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install_system_packages(packages: list[str]) -> None:
    if not packages:
        return
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if not _is_root_on_apt():
        raise Stopped(_what_to_install(install))
    print(f"Installing {len(packages)} Debian packages that are missing: {' '.join(packages)}", flush=True)
    for command in (["apt-get", "update"], install):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if done.returncode != 0 and command is install:
            raise Stopped(
                f"These Debian packages could not be installed: {' '.join(packages)}\n"
                f"apt-get said:\n{(done.stdout + done.stderr).strip()[-2000:]}"
            )


def _what_to_install(install: list[str]) -> str:
    command = " ".join(install)
    if shutil.which("apt-get") is not None:
        return f"This system lacks parts that the program needs. Install them, then run this again:\n\n  sudo {command}"
    libraries = " ".join(install[4:])
    return (
        "This system lacks parts that the program needs. On Debian and Ubuntu they are installed with\n\n"
        f"  sudo {command}\n\nHere, install the packages of your system that hold the same: {libraries}"
    )


def _has_display() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _wrong_python() -> str:
    found = [f"python3.{minor}" for minor in (13, 12, 11) if shutil.which(f"python3.{minor}")]
    use = f" There is one here: {found[0]} dev.py {' '.join(sys.argv[1:])}" if found else ""
    return f"Slicelens needs Python 3.11, 3.12 or 3.13; this is {platform.python_version()}.{use}"


def _run(command: list[str | Path], **environment: str) -> int:
    """Run a program of the environment in the repository's root; its exit code. A variable that is set is kept."""
    return subprocess.run(list(map(str, command)), cwd=ROOT, env={**environment, **os.environ}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
