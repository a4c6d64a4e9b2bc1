"""`slicelens`: a subcommand goes to the command line and never imports Qt; anything else opens the window."""

import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from desktop.cli import is_command
from desktop.cli.parser import parse_launch, require_known_word
from desktop.startup import timings
from desktop.startup.build_info import is_built, require_whole
from desktop.startup.crash_reports import take_fault
from desktop.startup.handover import hand_over
from desktop.state.launch_request import LaunchRequest
from imaging.base.errors import Code, Refusal, error_line
from imaging.workers import WORKER_ARGUMENT

_LIBRARY = re.compile(r"lib[\w.+-]+\.so[.\d]*")
# Qt's platform plugin ends the whole process where this one is missing, so it is looked for first.
_NEEDED_BY_X = "libxcb-cursor.so.0"
# What a built program does not bring: it must fit the graphics driver.
_PACKAGES = {
    "libxcb-cursor.so.0": "libxcb-cursor0", "libGL.so.1": "libgl1", "libEGL.so.1": "libegl1", "libX11.so.6": "libx11-6",
    "libfontconfig.so.1": "libfontconfig1", "libfreetype.so.6": "libfreetype6", "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0", "libxcb.so.1": "libxcb1", "libX11-xcb.so.1": "libx11-xcb1",
}  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; return 0 (done), 1 (some inputs skipped), 2 (refused) or 130 (interrupted). No traceback."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == [WORKER_ARGUMENT]:
        from imaging.workers.child import main as serve  # a packaged program that started itself to read a file

        serve(arguments[1:])
    try:
        if arguments[:1] != ["selftest"]:
            # `selftest` lists what is missing; everything else would fail somewhere, and say something else.
            require_whole()
        if is_command(arguments):
            from desktop.cli import run as run_command  # each side imports only its own libraries

            return run_command(arguments)
        require_known_word(arguments)
        request = parse_launch(arguments)
        if request.is_plain and hand_over(request.paths):
            return 0
        _choose_platform(request)
        return _run_window(request)
    except KeyboardInterrupt:
        return 130
    except Exception as fault:
        refusal = take_fault(fault)
        _say(f"slicelens: {error_line(refusal.message, refusal.code)}")
        return 2


def _say(sentence: str) -> None:
    """Say why there is no window: on standard error, or in a box if Windows started it from a menu without streams."""
    if sys.stderr is not None:
        sys.stderr.write(f"{sentence}\n")
    elif sys.platform == "win32":
        import ctypes  # only where nothing else is left to say it with

        icon_of_an_error = 0x10
        ctypes.windll.user32.MessageBoxW(None, sentence, "Slicelens", icon_of_an_error)


def program() -> NoReturn:
    """Run `main` as the whole process, and end it there, with everything flushed.

    Jobs are over and settings are written by then. Python and Qt would still take the window apart, each in an order
    of its own, and PySide 6.11 crashes over it now and then, after everything went well.
    """
    code = main()
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _run_window(request: LaunchRequest) -> int:
    try:
        from desktop.startup.background_imports import import_qt  # Qt: not before it is known that a window is wanted

        import_qt()
        from desktop.app import run
    except ImportError as error:
        library = _LIBRARY.search(str(error))
        if library is None:
            raise
        raise _missing(library.group()) from None
    timings.mark("Qt loaded")
    return run(request)


def _choose_platform(request: LaunchRequest) -> None:
    """Draw off the screen on a Linux without one, for a screenshot. Raises `Refusal` if a window is wanted."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return
    display, wayland = os.environ.get("DISPLAY"), os.environ.get("WAYLAND_DISPLAY")
    if wayland or (display and _answers(display)):
        if display and not wayland and (library := _lacking(_NEEDED_BY_X)):
            raise _missing(library)
        return
    if request.screenshot is None:
        raise Refusal(
            Code.ARGUMENT,
            "There is no screen to open a window on (neither DISPLAY nor WAYLAND_DISPLAY leads to one). "
            "With --screenshot OUT.png it works without.",
        )
    os.environ["QT_QPA_PLATFORM"] = "offscreen"


def _answers(display: str) -> bool:
    """Return false if a display of this machine has no server: Qt would end the process over it."""
    number = re.fullmatch(r"(?:unix)?:(\d+)(?:\.\d+)?", display)
    if number is None:
        return True
    # A server may listen on the abstract name alone, which has no file.
    names = (f"/tmp/.X11-unix/X{number[1]}", f"@/tmp/.X11-unix/X{number[1]}")
    try:
        known = Path("/proc/net/unix").read_text(encoding="ascii", errors="replace")
    except OSError:
        return True
    return any(line.endswith(names) for line in known.splitlines())


def _lacking(library: str) -> str | None:
    """Return the library that is not there, this one or one that it needs in turn; None if it loads."""
    import ctypes  # only where a window is about to open under X

    try:
        ctypes.CDLL(library)
    except OSError as error:
        found = _LIBRARY.search(str(error))
        return found.group() if found else library
    return None


def _missing(library: str) -> Refusal:
    how = (
        f"Install the package of your system that holds it (on Debian and Ubuntu: {_PACKAGES.get(library, library)}); "
        "everything without a window works as it is, see `slicelens --help`."
        if is_built()
        else "`python3 dev.py app` installs what is missing, or names the command that does."
    )
    return Refusal(Code.UNSUPPORTED, f"The window needs the system's library {library}, which is not installed. {how}")


if __name__ == "__main__":
    program()
