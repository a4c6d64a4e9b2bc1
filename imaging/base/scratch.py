"""A file for a library that opens nothing but paths: in memory on Linux; elsewhere on disk, and the program's own.

On disk it lies in a folder whose name the program chose, at random, and told its children: it goes with the file's
use, else with the program, and what a program left that was killed is swept like all leftovers.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from imaging.base.leftovers import PREFIX

_VARIABLE = "SLICELENS_SCRATCH"


@contextmanager
def scratch_file(*, named: bool = False, ending: str = "") -> Iterator[tuple[BinaryIO, Path]]:
    """Yield an empty file to write, and the path by which a library can open it until the end of the block.

    `named` is for libraries that look for the file's own name and folder, which one in memory has not; `ending` for
    those that tell the format by it, such as `.avi`.
    """
    if hasattr(os, "memfd_create") and not named and not ending:
        with open(os.memfd_create("slicelens"), "w+b") as memory:
            yield memory, Path(f"/proc/self/fd/{memory.fileno()}")
        return
    _folder().mkdir(mode=0o700, exist_ok=True)
    handle, name = tempfile.mkstemp(suffix=ending, dir=_folder())
    try:
        with open(handle, "w+b") as disk:
            yield disk, Path(name)
    finally:
        with suppress(OSError):
            os.unlink(name)


def scratch_environment() -> Mapping[str, str]:
    """Return the variables by which children know the program's folder."""
    return {_VARIABLE: str(_folder())}


def clear_scratch() -> None:
    """Remove the program's folder, if there is one."""
    shutil.rmtree(_folder(), ignore_errors=True)


@cache
def _folder() -> Path:
    told = os.environ.get(_VARIABLE)
    return Path(told) if told else Path(tempfile.gettempdir()) / f"{PREFIX}{token_hex(8)}"
