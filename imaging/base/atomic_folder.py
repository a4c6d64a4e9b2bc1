"""A folder of files, replaced as a whole: whoever looks finds the old one or the new one, wherever the writer ended.

What is written stands beside the folder, in one of our leftovers (`imaging.base.leftovers`), until both change places
in one call of the system. Where there is no such call the old folder is moved away first, and `recover_folders` ends
what was interrupted between the two moves.
"""

import ctypes
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

from imaging.base.atomic_write import move, write_through
from imaging.base.leftovers import NEW, OLD, PREFIX, recover_folders, sweep_leftovers

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # linux/fs.h
_RENAME_SWAP = 2  # macOS, sys/stdio.h


def write_folder(folder: Path, content: Mapping[str, bytes]) -> None:
    """Write files by their relative names as a folder, in place of one that is there; a link is followed.

    Raises OSError; then what was there before is still there, whole.
    """
    folder = Path(os.path.realpath(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    recover_folders(folder.parent)
    sweep_leftovers(folder.parent)
    staged = folder.parent / f".{PREFIX}{secrets.token_hex(8)}"
    new = staged / NEW / folder.name
    try:
        for name, written in content.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_through(path, written)
        if not os.path.lexists(folder):
            move(new, folder)
        elif not exchange_folders(new, folder):
            _move_both(new, folder, staged / OLD / folder.name)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def exchange_folders(one: Path, other: Path) -> bool:
    """Let two folders of one disk change places at once; return False where the system cannot do that."""
    call = _exchange_call()
    return call is not None and call(os.fsencode(one), os.fsencode(other)) == 0


def _move_both(new: Path, folder: Path, old: Path) -> None:
    old.parent.mkdir()
    move(folder, old)
    try:
        move(new, folder)
    except OSError:
        with suppress(OSError):
            move(old, folder)
        raise


@cache
def _exchange_call() -> Callable[[bytes, bytes], int] | None:
    """Return the system's own call, None if it has none."""
    if sys.platform == "win32":
        return None
    library = ctypes.CDLL(None)
    if hasattr(library, "renameat2"):
        return lambda one, other: int(library.renameat2(_AT_FDCWD, one, _AT_FDCWD, other, _RENAME_EXCHANGE))
    if hasattr(library, "renamex_np"):
        return lambda one, other: int(library.renamex_np(one, other, _RENAME_SWAP))
    return None
