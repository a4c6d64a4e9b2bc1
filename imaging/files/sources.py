"""Bytes of a file or of one member of a ZIP, with the operating system's errors turned into refusals."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from imaging.base.errors import Code, Refusal, refusal_of
from imaging.base.policy import ReadingPolicy
from imaging.files.zip_archive import read_member
from imaging.volume.series import Source


@contextmanager
def open_source(source: Source, policy: ReadingPolicy, count: int | None = None) -> Iterator[BinaryIO]:
    """Open a seekable stream of the source's bytes (of a member its first `count`), closed at the end of the block.

    Raises `Refusal`: MISSING, EMPTY, PERMISSION, UNSUPPORTED (a device or a pipe), and for a member ARCHIVE,
    ENCRYPTED or TOO_LARGE. Errors inside the block pass through untouched.
    """
    with _open_file(source.path) as stream:
        yield stream if source.member is None else BytesIO(read_member(stream, source, policy, count))


def read_head(source: Source, policy: ReadingPolicy, count: int) -> bytes:
    """Return the first `count` bytes of a source (fewer if it is shorter). Raises as `open_source` does."""
    with open_source(source, policy, count) as stream:
        try:
            return stream.read(count)
        except OSError as error:
            raise refusal_of(error) from None


def changed_at(stream: BinaryIO) -> int:
    """Return when the file of an open stream was changed last, in nanoseconds; 0 for a member of an archive."""
    try:
        return os.fstat(stream.fileno()).st_mtime_ns
    except OSError:
        return 0


def stamp_of(source: Source) -> tuple[int, int]:
    """Return size and time of change of a source's file. Raises `OSError`."""
    facts = source.path.stat()
    return facts.st_size, facts.st_mtime_ns


def file_changed() -> Refusal:
    """Return the refusal of a file that has changed since its header was read."""
    return Refusal(Code.HEADER, "The file has changed since it was listed.")


def _open_file(path: Path) -> BinaryIO:
    try:
        facts = os.stat(path)
        if stat.S_ISDIR(facts.st_mode):
            raise Refusal(Code.UNKNOWN_FORMAT, "This is a folder, not a file.")
        # Opening a pipe would wait for its other end for ever.
        if not stat.S_ISREG(facts.st_mode):
            raise Refusal(Code.UNSUPPORTED, "This is a device or a pipe, not a file.")
        if facts.st_size == 0:
            raise Refusal(Code.EMPTY)
        return open(path, "rb")
    except (OSError, ValueError) as error:
        raise refusal_of(error) from None
