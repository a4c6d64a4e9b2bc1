"""Opening what a person or a file named: regular files only, since a pipe or a device may keep us waiting for ever."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from imaging.base.english import english
from imaging.base.errors import Code, Refusal, refusal_of

# A pipe that took a file's place after it was looked at is then opened at once, and refused.
_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0)
_BUFFER_BYTES = 8192


def open_regular(path: Path, *, may_be_empty: bool = True) -> BinaryIO:
    """Open a regular file for reading.

    Raises `Refusal`: MISSING, PERMISSION, UNKNOWN_FORMAT (a folder), UNSUPPORTED (a device, a pipe or a socket), EMPTY.
    """
    try:
        # A device is not even opened: some do something then.
        _check_kind(os.stat(path))
        stream = open(path, "rb", _BUFFER_BYTES, opener=_open_at_once)  # noqa: SIM115 - the caller closes it
    except (OSError, ValueError) as error:
        raise refusal_of(error) from None
    try:
        facts = os.fstat(stream.fileno())
        _check_kind(facts)
        if facts.st_size == 0 and not may_be_empty:
            raise Refusal(Code.EMPTY)
    except Refusal:
        stream.close()
        raise
    return stream


def read_regular(path: Path, most: int) -> bytes:
    """Return the content of a regular file. Raises `Refusal`: as `open_regular`, TOO_LARGE beyond `most` bytes."""
    with open_regular(path) as stream:
        try:
            if os.fstat(stream.fileno()).st_size > most:
                raise Refusal(
                    Code.TOO_LARGE,
                    english("The file is larger than the {most} MiB that it may have.", most=most // 2**20),
                )
            return stream.read(most)
        except OSError as error:
            raise refusal_of(error) from None


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | _WITHOUT_WAITING)


def _check_kind(facts: os.stat_result) -> None:
    if stat.S_ISDIR(facts.st_mode):
        raise Refusal(Code.UNKNOWN_FORMAT, "This is a folder, not a file.")
    if not stat.S_ISREG(facts.st_mode):
        raise Refusal(Code.UNSUPPORTED, "This is a device or a pipe, not a file.")
