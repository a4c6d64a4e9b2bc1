"""Bytes of a file or of one member of an archive, with the operating system's errors turned into refusals."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from imaging.base.errors import Code, Refusal, refusal_of
from imaging.base.policy import ReadingPolicy
from imaging.base.regular_file import open_regular
from imaging.files.archive import open_member
from imaging.volume.series import Source


@contextmanager
def open_source(source: Source, policy: ReadingPolicy) -> Iterator[BinaryIO]:
    """Open a seekable stream of the source's bytes, closed at the end of the block.

    A member of an archive is unpacked no further than it is read. Raises `Refusal`: MISSING, EMPTY, PERMISSION,
    UNSUPPORTED (a device or a pipe), and for a member ARCHIVE (at the end of the block if it is found to be damaged
    inside), ENCRYPTED or TOO_LARGE. Other errors inside the block pass through untouched.
    """
    with open_regular(source.path, may_be_empty=False) as stream:
        if source.member is None:
            yield stream
            return
        content = open_member(stream, source, policy)
        try:
            yield cast(BinaryIO, content)
        finally:
            # Whatever a reader made of the damage in between.
            if content.fault is not None:
                raise content.fault from None


def read_head(source: Source, policy: ReadingPolicy, count: int) -> bytes:
    """Return the first `count` bytes of a source (fewer if it is shorter). Raises as `open_source` does."""
    with open_source(source, policy) as stream:
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
