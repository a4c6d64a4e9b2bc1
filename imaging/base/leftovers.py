"""Leftovers of a run that was killed: files that were not whole yet, and copies for libraries that want files.

Everything of the kind is called `PREFIX` and something random, so that nobody can foresee the name, and is swept once
it is an hour old: in the temporary folder by a child process that has just started, elsewhere before the first write.
"""

import os
import re
import shutil
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

PREFIX = "slicelens-"
"""The beginning of the name of every temporary file and folder, perhaps with a dot before it."""

NEW, OLD = "new", "old"
"""Within a leftover: the folders that hold a folder that was to be moved in place, and the one that was there."""

_OURS = re.compile(rf"\.?{PREFIX}[A-Za-z0-9_]{{8,}}")
_SECONDS = 3600.0


@lru_cache(maxsize=256)
def sweep_leftovers(folder: Path) -> int:
    """Delete what is ours in a folder and was not touched for an hour, once in the life of a process; return how many.

    What belongs to another user, and what links lead to, is left alone.
    """
    swept = 0
    latest = time.time() - _SECONDS
    recover_folders(folder)
    with suppress(OSError), os.scandir(folder) as listing:
        for one in listing:
            if _OURS.fullmatch(one.name) and _is_ours(one, latest):
                swept += _delete(one)
    return swept


def recover_folders(folder: Path) -> None:
    """Put folders in place whose replacement was interrupted after the old one had been moved away, before the new one.

    Both are whole then; the new one is taken.
    """
    with suppress(OSError), os.scandir(folder) as listing:
        for one in listing:
            if _OURS.fullmatch(one.name) and one.is_dir(follow_symlinks=False):
                for old in (Path(one.path) / OLD).glob("*"):
                    with suppress(OSError):
                        _put_in_place(Path(one.path) / NEW / old.name, old, folder / old.name)


def _put_in_place(new: Path, old: Path, folder: Path) -> None:
    if not os.path.lexists(folder):
        os.rename(new if new.is_dir() else old, folder)


def _is_ours(one: "os.DirEntry[str]", latest: float) -> bool:
    try:
        facts = one.stat(follow_symlinks=False)
    except OSError:
        return False
    return facts.st_mtime < latest and (not hasattr(os, "getuid") or facts.st_uid == os.getuid())


def _delete(one: "os.DirEntry[str]") -> bool:
    try:
        if one.is_dir(follow_symlinks=False):
            shutil.rmtree(one.path)
        else:
            os.unlink(one.path)
    except OSError:
        # Another program is at it just now, or holds it open.
        return False
    return True
