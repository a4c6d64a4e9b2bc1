"""Faults that nobody foresaw: as a `Refusal` to show, and as a report on disk that the next start offers. No Qt here.

Both hold names of types, of our and the libraries' files, and line numbers; never the text of an exception, an argument
or a path that a person opened, since those can name a patient. A crash inside a native library is written by
`faulthandler`, from the same facts.
"""

import faulthandler
import inspect
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TextIO

from desktop.startup.build_info import edition, system_line
from imaging.base.atomic_write import write_whole
from imaging.base.english import Text
from imaging.base.errors import Code, Refusal

if sys.platform != "win32":
    import fcntl

_KEPT = 10
_DEEPEST_CHAIN = 8
_NATIVE = "running-"
_FAULT = "fault-"
_SEEN = ".seen.txt"
_END_OF_HEAD = "--\n"
_ROOT = Path(__file__).resolve().parents[2]
_ROOMS = ("desktop/", "inference/", "imaging/")
_Where = tuple[str, int, str]
"""A source file without the folders above it, a line, the function around it."""


@dataclass(frozen=True)
class CrashReport:
    """One report on disk: its path and its text."""

    path: Path
    text: str


def reports_folder() -> Path:
    """Return the folder that reports are kept in; it may not exist yet."""
    from platformdirs import user_state_path  # not on the way to the window of a start without a report

    return user_state_path("slicelens", appauthor=False) / "crashes"


# --- as a refusal ---


def as_refusal(fault: BaseException) -> Refusal:
    """Return a refusal for any exception: itself, TOO_LARGE for memory, or INTERNAL with the line that met it."""
    if isinstance(fault, Refusal):
        return fault
    if isinstance(fault, MemoryError):
        return Refusal(Code.TOO_LARGE)
    met = f"{type(fault).__name__}, {_own_line(fault.__traceback__)}"
    facts = {"sentence": Text(Code.INTERNAL.sentence), "met": met}
    return Refusal(Code.INTERNAL, Text("{sentence} ({met})", facts=facts))


def take_fault(fault: BaseException) -> Refusal:
    """Return a refusal for any exception, and leave a report of one that nobody foresaw."""
    refusal = as_refusal(fault)
    if refusal is not fault and refusal.code is Code.INTERNAL:
        write_fault(fault)
    return refusal


def show_faults_with(show: Callable[[Refusal], None]) -> Callable[[], None]:
    """Show uncaught exceptions, leave reports of those that nobody foresaw, and go on; return the way back."""
    before = sys.excepthook

    def hook(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            raise SystemExit(130)
        show(take_fault(fault.with_traceback(trace)))

    def restore() -> None:
        if sys.excepthook is hook:
            sys.excepthook = before

    sys.excepthook = hook
    return restore


def _own_line(trace: TracebackType | None) -> str:
    """Return the innermost line of our own rooms that the fault went through."""
    for file, line, _ in reversed([*_callers(), *_passed(trace)]):
        if file.startswith(_ROOMS):
            return f"{file}:{line}"
    return "elsewhere"


def _passed(trace: TracebackType | None) -> Iterator[_Where]:
    """Yield the lines that a fault went through, innermost last."""
    for frame, line in traceback.walk_tb(trace):
        yield _short(frame.f_code.co_filename), line, frame.f_code.co_qualname


def _callers() -> list[_Where]:
    """Return the lines that wait for this module, innermost last.

    A slot that Qt cannot even call raises outside of Python: its traceback is empty, and these are all that is known.
    """
    found = []
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_code.co_filename != __file__:
            found.append((_short(frame.f_code.co_filename), frame.f_lineno, frame.f_code.co_qualname))
        frame = frame.f_back
    return found[::-1]


# --- as a report ---


class CrashWatch:
    """Holds the file that a native crash would be written to; `close` takes it away when the program ends well."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file: TextIO | None = None
        with suppress(OSError):
            # A home that cannot be written to has no reports; that is no reason not to start.
            kept_in = folder or reports_folder()
            kept_in.mkdir(parents=True, exist_ok=True)
            stamp = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
            self._file = open(kept_in / f"{_NATIVE}{stamp}.txt", "x", encoding="utf-8")  # noqa: SIM115  kept open
            self._file.write(_head("a native crash"))
            self._file.flush()
            _lock(self._file)
            faulthandler.enable(self._file, all_threads=True)

    def close(self) -> None:
        """Let go of the file and remove it: nothing happened. May be called twice."""
        if self._file is None:
            return
        faulthandler.disable()
        path = Path(self._file.name)
        self._file.close()
        self._file = None
        with suppress(OSError):
            path.unlink()


def write_fault(fault: BaseException, folder: Path | None = None) -> Path | None:
    """Leave a report of an exception that nobody foresaw, and return its path; None if no file can be written."""
    # Two in one second have two names by the finest clock: Windows' others stand still for 16 ms.
    text = _head("an unforeseen exception") + "\n".join(_chain(fault)) + "\n"
    name = f"{_FAULT}{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{time.perf_counter_ns() % 10**9:09d}.txt"
    with suppress(OSError, Refusal):
        kept_in = folder or reports_folder()
        kept_in.mkdir(parents=True, exist_ok=True)
        write_whole(kept_in / name, text.encode("utf-8", errors="replace"))
        _forget_old(kept_in)
        return kept_in / name
    return None


def find_unseen(folder: Path | None = None) -> tuple[CrashReport, ...]:
    """Return reports of earlier runs that nobody has looked at, oldest first; traces of runs that just ended go."""
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
    """Return the facts on top of a report, with no name of a person, a machine or a file that was opened."""
    facts = (edition().line(), system_line(), f"{what}, {time.strftime('%Y-%m-%d %H:%M:%S')}")
    held = "This file holds no patient data: no names, no paths that were opened, no pixels."
    return "\n".join([*facts, held, _END_OF_HEAD])


def _chain(fault: BaseException) -> Iterator[str]:
    """Yield a fault and what led to it, the newest first: types, then the lines it went through, innermost last."""
    current: BaseException | None = fault
    for _ in range(_DEEPEST_CHAIN):
        if current is None:
            return
        yield f"{type(current).__module__}.{type(current).__qualname__}"
        for file, line, name in [*_passed(current.__traceback__)] or _callers():
            yield f"  {file}:{line} in {name}"
        current = current.__cause__ or current.__context__
        if current is not None:
            yield "while handling"


def _short(filename: str) -> str:
    """Return a source file without the folders above the program or the library: those name a person."""
    path = Path(filename)
    if path.is_relative_to(_ROOT) and "site-packages" not in path.parts:
        return path.relative_to(_ROOT).as_posix()
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
        """Return true if a program that runs now watches over this file."""
        if not path.name.startswith(_NATIVE):
            return False
        try:
            with open(path, encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        return False
