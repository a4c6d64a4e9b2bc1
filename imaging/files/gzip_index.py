"""Where a gzip file can be entered, so that its far end need not be unpacked from the beginning each time.

An entry is a place between two deflate blocks with the 32 KiB before it, which is all that unpacking needs to begin
there (RFC 1951; the way of zlib's example zran.c). `walk` finds entries with indexed_gzip, some megabytes at a step;
`Entered` reads from one on. They are kept in memory and nowhere else.
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
LEAST_APART, _MOST_APART, _ENTRIES = 16 * _MIB, 64 * _MIB, 512
_CHUNK = 4 * _MIB
_PACKED_CHUNK = _MIB // 4
_MAGIC = b"\x1f\x8b\x08"
_FOOTER = 8
_RAW, _GZIP = -zlib.MAX_WBITS, zlib.MAX_WBITS | 16
# The file in which indexed_gzip keeps an index (zran_export_index): a head, a row for each point, then their windows.
_HEAD, _POINT, _WINDOW = struct.Struct("<5sBBQQIII"), struct.Struct("<QQBB"), 32 * 1024
_SUMS = struct.Struct("<II")
_MARK, _VERSION = b"GZIDX", 1


@dataclass(frozen=True)
class IndexPoint:
    """One place: so many bytes of the packed file, and so many of the unpacked one, lie before it."""

    packed: int
    unpacked: int
    bits: int
    """How many bits, the highest ones, of the byte before the place belong to what follows it."""
    window: bytes = field(repr=False)
    """The 32 KiB before it; empty at the beginning of a gzip member, behind its header."""


@dataclass(frozen=True)
class ByteRange:
    """A frame's own bytes of the unpacked file, from `begin` on to before `end`."""

    begin: int
    end: int


@dataclass(frozen=True)
class Checked:
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
        """Size and time of change of the file that the entries belong to."""
        self.length = length
        self.apart = min(_MOST_APART, max(LEAST_APART, length // _ENTRIES))
        """How many unpacked bytes lie between two entries, at least."""
        self.is_walked_out = False
        """True once no more points are to be found."""
        self.checked = Checked()
        self.damage: Refusal | None = None
        """The fault of the file, once it is known; any slice of it may be wrong then."""
        self._found: list[IndexPoint] = []
        self._walking = threading.Lock()

    @property
    def reach(self) -> int:
        """The unpacked position up to which points are known."""
        found = self._found
        return found[-1].unpacked if found else 0

    def reaches(self, position: int) -> bool:
        """Return True if a position can be read without much unpacking before it, or never will be."""
        return self.is_walked_out or position <= self.reach + 2 * self.apart

    def last(self) -> tuple[IndexPoint, ...]:
        """The entries that a walk goes on from: it wants two, else it begins at the beginning."""
        return tuple(self._found[-2:])

    def around(self, begin: int, end: int) -> tuple[IndexPoint, ...]:
        """The entry to read from `begin` on, and those on the way to `end`."""
        found = self._found
        first = bisect_right(found, begin, key=lambda entry: entry.unpacked)
        behind = bisect_right(found, end, key=lambda entry: entry.unpacked)
        return tuple(found[max(first - 1, 0) : behind])

    def add(self, found: Sequence[IndexPoint]) -> None:
        """Take in what a walk found, in its order; of members closer together than `apart` only some are kept."""
        for entry in found:
            if entry.unpacked >= self.length:
                # The end of a file counts as an entry too; nothing can be read from there on.
                return
            if len(self._found) < 2 or entry.unpacked >= self.reach + self.apart:
                self._found = [*self._found, entry]

    def begin_walk(self) -> bool:
        """True for the one who may walk on now; `end_walk` is due then."""
        return self._walking.acquire(blocking=False)

    def end_walk(self) -> None:
        """The walk is over for now."""
        self._walking.release()


def entries_of(source: Source, length: int) -> GzipIndex:
    """The entries of a file that unpacks to `length` bytes: the same for whoever asks, until the file changes.

    Raises `Refusal` if the file is not there any more.
    """
    try:
        return _entries_of(source, stamp_of(source), length)
    except OSError as error:
        raise refusal_of(error) from None


# One is some 16 MB; a person goes back and forth between a few series.
@lru_cache(maxsize=4)
def _entries_of(source: Source, stamp: tuple[int, int], length: int) -> GzipIndex:
    return GzipIndex(source, stamp, length)


def walk(stream: BinaryIO, known: Sequence[IndexPoint], apart: int) -> Iterator[tuple[IndexPoint, ...]]:
    """Entries behind the last one known, as they are found: each step unpacks about `apart` bytes.

    Ends with the file, or as soon as it cannot be unpacked further.
    """
    from indexed_gzip import IndexedGzipFile, ZranError  # wanted for large packed files only, in a child process

    reached = known[-1].unpacked if known else 0
    size = stream.seek(0, 2)
    stream.seek(0)
    with IndexedGzipFile(fileobj=stream, spacing=apart, window_size=_WINDOW, skip_crc_check=True) as file:
        if len(known) > 1:
            file.import_index(fileobj=BytesIO(_as_index(known[-2:], size, apart)))
        ahead = 1
        while True:
            try:
                # One byte behind the last entry exactly one more is made. Where members are short it would take for
                # ever; further ahead the library guesses how much it has to unpack, which short members allow.
                file.seek(reached + ahead)
            except (ZranError, OSError, EOFError):
                return
            written = BytesIO()
            file.export_index(fileobj=written)
            fresh = tuple(entry for entry in _from_index(written.getvalue()) if entry.unpacked > reached)
            if not fresh:
                return
            ahead = apart if fresh[-1].unpacked - reached < apart // 2 else 1
            reached = fresh[-1].unpacked
            yield fresh


def _as_index(entries: Sequence[IndexPoint], size: int, apart: int) -> bytes:
    head = _HEAD.pack(_MARK, _VERSION, 0, size, 0, apart, _WINDOW, len(entries))
    points = [_POINT.pack(one.packed, one.unpacked, one.bits, bool(one.window)) for one in entries]
    return b"".join([head, *points, *(one.window for one in entries)])


def _from_index(content: bytes) -> Iterator[IndexPoint]:
    *_, count = _HEAD.unpack_from(content)
    at = _HEAD.size + count * _POINT.size
    for number in range(count):
        packed, unpacked, bits, has_window = _POINT.unpack_from(content, _HEAD.size + number * _POINT.size)
        window = content[at : at + _WINDOW] if has_window else b""
        at += len(window)
        yield IndexPoint(packed, unpacked, bits, window)


class Entered:
    """The unpacked bytes of a gzip file, entered at the best of some entries; else at its beginning.

    What zlib raises for damage comes through (`zlib.error`), and `EOFError` if the file ends too early.
    """

    def __init__(self, stream: BinaryIO, entries: Sequence[IndexPoint]) -> None:
        self._stream = stream
        self._checksum: int | None = None
        self._size = 0
        self._entries = sorted(entries, key=lambda entry: entry.unpacked)
        self._enter(None)

    def skip(self, position: int) -> Iterator[None]:
        """Move to a place, with a step every few megabytes."""
        number = bisect_right(self._entries, position, key=lambda entry: entry.unpacked)
        nearest = self._entries[number - 1] if number else None
        if position < self._at or (nearest is not None and nearest.unpacked > self._at):
            self._enter(nearest)
        while self._at < position:
            self._take(min(_CHUNK, position - self._at))
            yield None

    def read(self, count: int) -> bytes:
        """The next bytes; fewer only at the end."""
        found = bytearray()
        while len(found) < count and (part := self._take(count - len(found))):
            found += part
        return bytes(found)

    def check_from(self, checked: Checked) -> Iterator[None]:
        """Go to the end of an earlier check, and compare checksums from there on: a wrong one is a `zlib.error`."""
        yield from self.skip(checked.position)
        self._checksum, self._size = checked.checksum, checked.size

    def checked(self) -> Checked:
        """Return how much was compared by now."""
        return Checked(self._at, self._checksum or 0, self._size, self._is_over)

    def _enter(self, entry: IndexPoint | None) -> None:
        if entry is None:
            self._begin_member(0, 0)
            return
        self._at, self._bits, self._fed, self._base = entry.unpacked, entry.bits, 0, entry.packed
        self._inflater: Any = zlib.decompressobj(_RAW, entry.window) if entry.window else zlib.decompressobj(_RAW)
        self._is_raw, self._is_over = True, False
        self._stream.seek(entry.packed - (1 if entry.bits else 0))
        self._before = self._stream.read(1) if entry.bits else b""

    def _begin_member(self, place: int, unpacked: int) -> None:
        self._at, self._bits, self._fed, self._base = unpacked, 0, 0, place
        self._inflater = zlib.decompressobj(_GZIP)
        self._is_raw, self._is_over = False, False
        self._stream.seek(place)

    def _take(self, count: int) -> bytes:
        """Up to `count` bytes, none behind the last member. Raises `EOFError` and `zlib.error`."""
        while not self._is_over:
            waiting = self._inflater.unconsumed_tail or self._following()
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

    def _following(self) -> bytes:
        """The next packed bytes, moved so that they begin with the first bit that belongs to the entry."""
        content = self._stream.read(_PACKED_CHUNK)
        self._fed += len(content)
        if not self._bits or not content:
            return content
        line = np.frombuffer(self._before + content, dtype=np.uint8)
        self._before = content[-1:]
        return ((line[:-1] >> (8 - self._bits)) | (line[1:] << self._bits)).tobytes()

    def _next_member(self) -> None:
        """Behind the end of a member: on with the one that follows it, if any."""
        behind = self._base + self._fed - len(self._inflater.unused_data) + (_FOOTER if self._is_raw else 0)
        # Entered between two bytes, the last one read may be the end of the blocks or the first of the footer.
        places = (behind, behind - 1) if self._bits else (behind,)
        if self._checksum is not None:
            # zlib itself compares a member that it saw from its header on.
            if self._is_raw:
                self._compare(places)
            self._checksum = self._size = 0
        for place in places:
            self._stream.seek(place)
            if self._stream.read(len(_MAGIC)) == _MAGIC:
                self._begin_member(place, self._at)
                return
        self._is_over = True

    def _compare(self, places: Sequence[int]) -> None:
        """The footer in front of one of the places must be that of what was unpacked."""
        assert self._checksum is not None
        for place in places:
            self._stream.seek(place - _FOOTER)
            if self._stream.read(_FOOTER) == _SUMS.pack(self._checksum, self._size % 2**32):
                return
        raise zlib.error("a checksum does not fit")
