"""A second start hands what it is to open to the window that is there: the address, and the side that hands over.

The address is a socket in the person's own runtime folder (on Windows a pipe), one for each screen: a window on another
display is no window to hand to. Nothing travels but paths, as JSON with a bound.
"""

import json
import os
import stat
import sys
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from desktop.startup.build_info import edition

MOST_BYTES = 2**20
ANSWER = b"taken"
_SECONDS_TO_ANSWER = 2.0


def find_address() -> str | None:
    """Return the address of this person's window on this screen; None if nobody sees it, or no place is safe."""
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return None
    screen = "|".join(os.environ.get(name, "") for name in ("WAYLAND_DISPLAY", "DISPLAY", "SESSIONNAME"))
    mark = f"{zlib.crc32(f'{screen}|{Path.home()}'.encode()):08x}"
    if sys.platform == "win32":
        return rf"\\.\pipe\slicelens-{mark}"
    from platformdirs import user_runtime_path  # a start without a second one does without

    folder = user_runtime_path("slicelens", appauthor=False)
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        # Who could write here could open files on this person's screen.
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077:
            return str(folder / f"{mark}.socket")
    return None


def hand_over(paths: Sequence[Path]) -> bool:
    """Give paths to the window that is there; return false if none is, or it does not answer: then open one's own."""
    address = find_address()
    if address is None or (sys.platform != "win32" and not os.path.lexists(address)):
        return False
    from multiprocessing.connection import Client  # only if a window may be there

    message = json.dumps({"version": edition().version, "paths": [str(path) for path in paths]}).encode()
    if len(message) > MOST_BYTES:
        return False
    try:
        with Client(address) as connection:
            connection.send_bytes(message)
            return connection.poll(_SECONDS_TO_ANSWER) and connection.recv_bytes(len(ANSWER)) == ANSWER
    except (OSError, EOFError):
        return False


def read_message(message: bytes) -> list[Path] | None:
    """Return the paths of a message, None if it is not one of this program's version."""
    try:
        found = json.loads(message)
        paths = found["paths"] if found["version"] == edition().version else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        return None
    return [Path(path) for path in paths]
