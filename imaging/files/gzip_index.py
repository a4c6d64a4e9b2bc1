"""Random access to a large gzip file by index points, so that its far end is not unpacked from the beginning each time.

An index point is an offset between two deflate blocks with the 32 KiB before it, which is all that unpacking needs to
begin there (RFC 1951; the way of zlib's example zran.c). `find_index_points` finds them with indexed_gzip, some
megabytes at a step; `IndexedGzipReader` reads from one on. They are kept in memory and nowhere else.
"""

import struct
import threading
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import Any, BinaryIO

import numpy as np

from imaging.base.errors import Refusal, refusal_of
from imaging.files.sources import stamp_of
from imaging.volume.series import Source

_MIB = 2**20
LEAST_SPACING, _MOST_SPACING, _MOST_POINTS = 16 * _MIB, 64 * _MIB, 512
_CHUNK = 4 * _MIB
_PACKED_CHUNK = _MIB // 4
_MAGIC = b"\x1f\x8b\x08"
_FOOTER = 8
_RAW, _GZIP = -zlib.MAX_WBITS, zlib.MAX_WBITS | 16
# indexed_gzip's file of an index (zran_export_index): a head, a row for each point, then the bytes before each.
_HEAD, _POINT, _PRECEDING_BYTES = struct.Struct("<5sBBQQIII"), struct.Struct("<QQBB"), 32 * 1024
_SUMS = struct.Struct("<II")
_MARK, _VERSION = b"GZIDX", 1


@dataclass(frozen=True)
class IndexPoint:
    """An offset in the packed file, the offset in the unpacked one, and what unpacking needs to begin there."""

    packed: int
    unpacked: int
    bits: int
    """How many bits, the highest ones, of the byte before the offset belong to what follows it."""
    preceding: bytes = field(repr=False)
    """The 32 KiB before it; empty at the beginning of a gzip member, behind its header."""


@dataclass(frozen=True)
class ByteRange:
    """A frame's own bytes of the unpacked file, from `begin` on to before `end`."""

    begin: int
    end: int


@dataclass(frozen=True)
class ChecksumProgress:
    """How much of a file was compared with its checksums (RFC 1952), and those of the member that goes on there."""

    position: int = 0
    checksum: int = 0
    size: int = 0
    is_all: bool = False


class GzipIndex:
    """The points known by now of one file, which unpacks to `length` bytes; for several threads."""

    def __init__(self, source: Source, stamp: tuple[int, int], length: int) -> None:
        self.source = source
        self.stamp = stamp
        """Size and time of change of the file that the points belong to."""
        self.length = length
        self.spacing = min(_MOST_SPACING, max(LEAST_SPACING, length // _MOST_POINTS))
        """How many unpacked bytes lie between two points, at least."""
        self.is_complete = False
        """True once no more points are to be found."""
        self.checked = ChecksumProgress()
        self.damage: Refusal | None = None
        """The fault of the file, once it is known; any slice of it may be wrong then."""
        self.searching = threading.Lock()
        """Held by the one thread that searches on."""
        self._found: list[IndexPoint] = []

    @property
    def known_to(self) -> int:
        """The unpacked position up to which points are known."""
        found = self._found
        return found[-1].unpacked if found else 0

    def covers(self, position: int) -> bool:
        """Return True if a position can be read without much unpacking before it, or never will be."""
        return self.is_complete or position <= self.known_to + 2 * self.spacing

    def last_points(self) -> tuple[IndexPoint, ...]:
        """Return the points that a search goes on from: it wants two, else it begins at the beginning."""
        return tuple(self._found[-2:])

    def points_between(self, begin: int, end: int) -> tuple[IndexPoint, ...]:
        """Return the point to read from `begin` on, and those on the way to `end`."""
        found = self._found
        first = bisect_right(found, begin, key=lambda point: point.unpacked)
        behind = bisect_right(found, end, key=lambda point: point.unpacked)
        return tuple(found[max(first - 1, 0) : behind])

    def add(self, found: Sequence[IndexPoint]) -> None:
        """Take in what a search found, in its order; of members closer together than `spacing` only some are kept."""
        for point in found:
            if point.unpacked >= self.length:
                # The end of a file counts as a point too; nothing can be read from there on.
                return
            if len(self._found) < 2 or point.unpacked >= self.known_to + self.spacing:
                self._found = [*self._found, point]


def gzip_index_for_source(source: Source, length: int) -> GzipIndex:
    """Return the index of a file that unpacks to `length` bytes: the same for all callers until the file changes.

    Raises `Refusal` if the file is not there any more.
    """
    try:
        return _cached_gzip_index(source, stamp_of(source), length)
    except OSError as error:
        raise refusal_of(error) from None


# One is some 16 MB; a person goes back and forth between a few series.
_cached_gzip_index = lru_cache(maxsize=4)(GzipIndex)


def find_index_points(stream: BinaryIO, known: Sequence[IndexPoint], spacing: int) -> Iterator[tuple[IndexPoint, ...]]:
    """Yield the points behind the last one known as they are found; each step unpacks about `spacing` bytes.

    Ends with the file, or as soon as it cannot be unpacked further.
    """
    from indexed_gzip import IndexedGzipFile, ZranError  # wanted for large packed files only, in a child process

    reached = known[-1].unpacked if known else 0
    size = stream.seek(0, 2)
    stream.seek(0)
    with IndexedGzipFile(fileobj=stream, spacing=spacing, window_size=_PRECEDING_BYTES, skip_crc_check=True) as file:
        if len(known) > 1:
            file.import_index(fileobj=BytesIO(_as_index(known[-2:], size, spacing)))
        ahead = 1
        while True:
            try:
                # One byte behind the last point exactly one more is made. Where members are short it would take for
                # ever; further ahead the library guesses how much it has to unpack, which short members allow.
                file.seek(reached + ahead)
            except (ZranError, OSError, EOFError):
                return
            written = BytesIO()
            file.export_index(fileobj=written)
            fresh = tuple(point for point in _from_index(written.getvalue()) if point.unpacked > reached)
            if not fresh:
                return
            ahead = spacing if fresh[-1].unpacked - reached < spacing // 2 else 1
            reached = fresh[-1].unpacked
            yield fresh


def _as_index(points: Sequence[IndexPoint], size: int, spacing: int) -> bytes:
    head = _HEAD.pack(_MARK, _VERSION, 0, size, 0, spacing, _PRECEDING_BYTES, len(points))
    rows = [_POINT.pack(one.packed, one.unpacked, one.bits, bool(one.preceding)) for one in points]
    return b"".join([head, *rows, *(one.preceding for one in points)])


def _from_index(content: bytes) -> Iterator[IndexPoint]:
    *_, count = _HEAD.unpack_from(content)
    at = _HEAD.size + count * _POINT.size
    for number in range(count):
        packed, unpacked, bits, has_preceding = _POINT.unpack_from(content, _HEAD.size + number * _POINT.size)
        preceding = content[at : at + _PRECEDING_BYTES] if has_preceding else b""
        at += len(preceding)
        yield IndexPoint(packed, unpacked, bits, preceding)


class IndexedGzipReader:
    """A reader of a gzip file's unpacked bytes, from the nearest of some index points on; else from its beginning.

    What zlib raises for damage comes through (`zlib.error`), and `EOFError` if the file ends too early.
    """

    def __init__(self, stream: BinaryIO, points: Sequence[IndexPoint]) -> None:
        self._stream = stream
        self._checksum: int | None = None
        self._size = 0
        self._points = sorted(points, key=lambda point: point.unpacked)
        self._begin(0, 0)

    def skip(self, position: int) -> Iterator[None]:
        """Move to an unpacked offset, with a step every few megabytes."""
        number = bisect_right(self._points, position, key=lambda point: point.unpacked)
        nearest = self._points[number - 1] if number else None
        if position < self._at or (nearest is not None and nearest.unpacked > self._at):
            if nearest is None:
                self._begin(0, 0)
            else:
                self._begin(nearest.packed, nearest.unpacked, nearest)
        while self._at < position:
            self._inflate(min(_CHUNK, position - self._at))
            yield None

    def read(self, count: int) -> bytes:
        """Return the next bytes; fewer only at the end."""
        found = bytearray()
        while len(found) < count and (part := self._inflate(count - len(found))):
            found += part
        return bytes(found)

    def check_from(self, checked: ChecksumProgress) -> Iterator[None]:
        """Go to the end of an earlier check, and compare checksums from there on: a wrong one is a `zlib.error`."""
        yield from self.skip(checked.position)
        self._checksum, self._size = checked.checksum, checked.size

    def checked(self) -> ChecksumProgress:
        """Return how much was compared by now."""
        return ChecksumProgress(self._at, self._checksum or 0, self._size, self._is_over)

    def _begin(self, offset: int, unpacked: int, point: IndexPoint | None = None) -> None:
        """Go on at the beginning of a member, or at a point within one."""
        self._base, self._at, self._fed = offset, unpacked, 0
        self._is_raw, self._is_over = point is not None, False
        self._bits = 0 if point is None else point.bits
        self._inflater: Any = zlib.decompressobj(_GZIP if point is None else _RAW)
        if point is not None and point.preceding:
            self._inflater = zlib.decompressobj(_RAW, point.preceding)
        self._stream.seek(offset - (1 if self._bits else 0))
        self._before = self._stream.read(1) if self._bits else b""

    def _inflate(self, count: int) -> bytes:
        """Return up to `count` bytes, none behind the last member. Raises `EOFError` and `zlib.error`."""
        while not self._is_over:
            waiting = self._inflater.unconsumed_tail or self._next_packed()
            found: bytes = self._inflater.decompress(waiting, count)
            self._at += len(found)
            if self._checksum is not None:
                self._checksum, self._size = zlib.crc32(found, self._checksum), self._size + len(found)
            if self._inflater.eof:
                self._next_member()
            elif not waiting and not found:
                raise EOFError
            if found:
                return found
        return b""

    def _next_packed(self) -> bytes:
        """Return the next packed bytes, shifted so that they begin with the first bit that belongs to the point."""
        content = self._stream.read(_PACKED_CHUNK)
        self._fed += len(content)
        if not self._bits or not content:
            return content
        line = np.frombuffer(self._before + content, dtype=np.uint8)
        self._before = content[-1:]
        return ((line[:-1] >> (8 - self._bits)) | (line[1:] << self._bits)).tobytes()

    def _next_member(self) -> None:
        """Go on with the member that follows the one that has ended, if any."""
        behind = self._base + self._fed - len(self._inflater.unused_data) + (_FOOTER if self._is_raw else 0)
        # From a point between two bytes, the last one read may be the end of the blocks or the first of the footer.
        offsets = (behind, behind - 1) if self._bits else (behind,)
        if self._checksum is not None:
            # zlib itself compares a member that it saw from its header on.
            if self._is_raw:
                self._compare(offsets)
            self._checksum = self._size = 0
        for offset in offsets:
            self._stream.seek(offset)
            if self._stream.read(len(_MAGIC)) == _MAGIC:
                self._begin(offset, self._at)
                return
        self._is_over = True

    def _compare(self, offsets: Sequence[int]) -> None:
        """Raise `zlib.error` unless the footer before one of the offsets is that of what was unpacked."""
        assert self._checksum is not None
        for offset in offsets:
            self._stream.seek(offset - _FOOTER)
            if self._stream.read(_FOOTER) == _SUMS.pack(self._checksum, self._size % 2**32):
                return
        raise zlib.error("a checksum does not fit")
