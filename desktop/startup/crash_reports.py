"""What is left behind when the program stops where it should not: a file with a traceback and versions. No Qt here.

It holds names of types, of our and the libraries' files, and line numbers; never the text of an exception, an argument
or a path that a person opened, since those can name a patient. A crash inside a native library is written by
`faulthandler`, from the same facts. The next start offers what it finds.
"""

import faulthandler
import os
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from desktop.startup.build_info import edition, system_line
from imaging.base.atomic_write import write_whole
from imaging.base.errors import Refusal

if sys.platform != "win32":
    import fcntl

_KEPT = 10
_DEEPEST_CHAIN = 8
_NATIVE = "running-"
_FAULT = "fault-"
_SEEN = ".seen.txt"
_END_OF_HEAD = "--\n"


@dataclass(frozen=True)
class CrashReport:
    """One report on disk: where it is, and its text."""

    path: Path
    text: str


def reports_folder() -> Path:
    """Where reports are kept; it may not exist yet."""
    from platformdirs import user_state_path  # not on the way to the window of a start without a report

    return user_state_path("slicelens", appauthor=False) / "crashes"


class CrashWatch:
    """Holds the file that a native crash would be written to; `close` takes it away when the program ends well."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file: TextIO | None = None
        with suppress(OSError):
            # A home that cannot be written to has no reports; that is no reason not to start.
            place = folder or reports_folder()
            place.mkdir(parents=True, exist_ok=True)
            stamp = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
            self._file = open(place / f"{_NATIVE}{stamp}.txt", "x", encoding="utf-8")  # noqa: SIM115  kept open
            self._file.write(_head("a native crash"))
            self._file.flush()
            _lock(self._file)
            faulthandler.enable(self._file, all_threads=True)

    def close(self) -> None:
        """Nothing happened: let go of the file and remove it. May be called twice."""
        if self._file is None:
            return
        faulthandler.disable()
        path = Path(self._file.name)
        self._file.close()
        self._file = None
        with suppress(OSError):
            path.unlink()


def write_fault(fault: BaseException, folder: Path | None = None) -> Path | None:
    """Leave a report of an exception that nobody foresaw; None where no file can be written."""
    # Two in one second have two names by the finest clock: Windows' others stand still for 16 ms.
    text = _head("an unforeseen exception") + "\n".join(_chain(fault)) + "\n"
    name = f"{_FAULT}{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{time.perf_counter_ns() % 10**9:09d}.txt"
    with suppress(OSError, Refusal):
        place = folder or reports_folder()
        place.mkdir(parents=True, exist_ok=True)
        write_whole(place / name, text.encode("utf-8", errors="replace"))
        _forget_old(place)
        return place / name
    return None


def unseen(folder: Path | None = None) -> tuple[CrashReport, ...]:
    """Reports of earlier runs that nobody has looked at, oldest first; traces of runs that were merely ended go."""
    found = []
    for path in sorted((folder or reports_folder()).glob("*.txt")):
        if path.name.endswith(_SEEN) or _is_held(path):
            continue
        with suppress(OSError):
            text = path.read_text(encoding="utf-8", errors="replace")
            if text.rpartition(_END_OF_HEAD)[2].strip():
                found.append(CrashReport(path, text))
            else:
                path.unlink()
    return tuple(found)


def mark_seen(report: CrashReport) -> None:
    """Keep a report, and do not offer it again."""
    with suppress(OSError):
        report.path.rename(report.path.with_suffix(_SEEN))


def delete(report: CrashReport) -> None:
    """Remove a report."""
    with suppress(OSError):
        report.path.unlink()


def _head(what: str) -> str:
    """The facts that stand on top of a report, with no name of a person, a machine or a file that was opened."""
    facts = (edition().line(), system_line(), f"{what}, {time.strftime('%Y-%m-%d %H:%M:%S')}")
    return "\n".join(
        [*facts, "This file holds no patient data: no names, no paths that were opened, no pixels.", _END_OF_HEAD]
    )


def _chain(fault: BaseException) -> Iterator[str]:
    """A fault and what led to it, the newest first: types, then the places it went through, innermost last."""
    current: BaseException | None = fault
    for _ in range(_DEEPEST_CHAIN):
        if current is None:
            return
        yield f"{type(current).__module__}.{type(current).__qualname__}"
        for frame, line in traceback.walk_tb(current.__traceback__):
            yield f"  {_short(frame.f_code.co_filename)}:{line} in {frame.f_code.co_qualname}"
        current = current.__cause__ or current.__context__
        if current is not None:
            yield "while handling"


def _short(filename: str) -> str:
    """A source file without the folders above the program or the library: those name a person."""
    path = Path(filename)
    root = Path(__file__).resolve().parents[2]
    if path.is_relative_to(root) and "site-packages" not in path.parts:
        return path.relative_to(root).as_posix()
    parts = path.parts
    for marker in ("site-packages", "_internal"):
        if marker in parts:
            return "/".join(parts[parts.index(marker) + 1 :])
    return path.as_posix() if not path.is_absolute() else path.name


def _forget_old(folder: Path) -> None:
    old = sorted((path for path in folder.glob("*.txt") if not path.name.startswith(_NATIVE)), key=_time_of)
    for path in old[:-_KEPT]:
        with suppress(OSError):
            path.unlink()


def _time_of(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


if sys.platform == "win32":

    def _lock(_: TextIO) -> None:
        """An open file cannot be removed or renamed on Windows: that is lock enough."""

    def _is_held(path: Path) -> bool:
        try:
            path.rename(path)
        except OSError:
            return True
        return False

else:

    def _lock(file: TextIO) -> None:
        """Held as long as the program lives; the system lets go of it however that ends."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _is_held(path: Path) -> bool:
        """True where a program that runs now watches over this file."""
        if not path.name.startswith(_NATIVE):
            return False
        try:
            with open(path, encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        return False
