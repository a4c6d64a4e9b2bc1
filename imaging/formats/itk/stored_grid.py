"""The findings in a header in words (NRRD, MetaImage), and the grid's samples, read by NumPy from what these say.

The header is read once, by us: no library is given it, or the name of any file that it names.
"""

import bz2
import gzip
import re
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from math import prod
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import Text, english
from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.files.sources import open_source
from imaging.volume.geometry import Affine
from imaging.volume.series import IDENTITY, Rescale, Source

TEXT_BYTES = 2**20
"""The most bytes that a header in words may have."""

PIXEL_FILES = 10_000
"""The most files that a header may name for its pixels."""

# Neither deflate nor bzip2 packs more into a byte (zlib's technical notes; 45 bytes may hold a block of 900 kB).
_MOST_PACKED = {"gzip": 1032, "zlib": 1032, "bzip2": 20_000}
_CHUNK = 4 * 1024 * 1024
# No number, with what stands around it, is longer.
_TEXT_OF_A_SAMPLE = 64
_NUMBERED = re.compile(r"%0?(\d{0,2})[du]")
_TWICE = english("The header of the file states “{field}” twice, so that nobody can tell which is meant.")
_TOO_MANY = "The header names more files for its pixels than Slicelens opens for one picture."
_DAMAGE = (zlib.error, OSError, ValueError, OverflowError)


class Encoding(StrEnum):
    """How the samples stand in their file."""

    RAW = "raw"
    GZIP = "gzip"
    ZLIB = "zlib"
    """As a stream of zlib's, or of gzip."""
    BZIP2 = "bzip2"
    TEXT = "text"
    HEX = "hex"


@dataclass(frozen=True, eq=False, kw_only=True)
class StoredGrid:
    """The findings in a header: `sizes` along the stored axes, the fastest first, and what each of them is."""

    sizes: tuple[int, ...]
    spatial: tuple[int, ...]
    """Which axes are i, j and k; fewer of a single slice. Those that are neither these nor `component` are phases."""
    component: int | None
    """The axis of the numbers that make one voxel (colour)."""
    sample: "np.dtype[Any]"
    encoding: Encoding
    names: tuple[str, ...] = ()
    """The files that hold the samples, one after the other; none if they stand behind the header."""
    offset: int = 0
    """Bytes before the samples in each file; −1: they end with it."""
    lines: int = 0
    """Lines to pass over behind that."""
    skipped: int = 0
    """Bytes to pass over once unpacked."""
    affine: Affine | None = None
    """(k, j, i) to LPS millimetres."""
    directions: Affine | None = None
    """The same with steps of 1, where lengths are unknown."""
    steps: tuple[float, float, float] = (np.nan, np.nan, np.nan)
    """Millimetres along (i, j, k)."""
    modality: str = ""
    rescale: Rescale = IDENTITY
    notes: tuple[Text, ...] = ()

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of voxels along (i, j, k)."""
        i, j, k = (*(self.sizes[axis] for axis in self.spatial), 1, 1)[:3]
        return i, j, k

    @property
    def channels(self) -> int:
        """How many numbers make a voxel."""
        return 1 if self.component is None else self.sizes[self.component]

    @property
    def phases(self) -> int:
        """How often the grid is repeated."""
        return prod(self.sizes) // prod(self.shape) // self.channels

    @property
    def count_bytes(self) -> int:
        """Bytes of all samples."""
        return prod(self.sizes) * self.sample.itemsize


def modality_of(word: str) -> str:
    """Return a modality in ITK's word (MET_MOD_CT and the like) as DICOM says it; empty if it is none of those."""
    word = word.strip().removeprefix("MET_MOD_")
    return word if word in ("CT", "MR", "NM", "US") else ""


def stated_twice(field: str) -> Refusal:
    """Return the refusal of a header that states a field more than once."""
    return Refusal(Code.HEADER, Text(_TWICE, facts={"field": field}))


def numbers_of(text: str, count: int | None = None) -> tuple[float, ...]:
    """Return the numbers in a text, of which there must be `count`. Raises `Refusal` (HEADER)."""
    try:
        found = tuple(float(word) for word in text.split())
    except ValueError:
        raise Refusal(Code.HEADER) from None
    if count is not None and len(found) != count:
        raise Refusal(Code.HEADER)
    return found


def whole_number(text: str, least: int, most: int) -> int:
    """Return the one whole number in a text, within limits. Raises `Refusal` (HEADER)."""
    try:
        found = int(text)
    except ValueError:
        raise Refusal(Code.HEADER) from None
    if not least <= found <= most:
        raise Refusal(Code.HEADER)
    return found


def sizes_of(text: str, count: int) -> tuple[int, ...]:
    """Return the numbers of samples along `count` axes. Raises `Refusal`: HEADER, NO_PIXELS."""
    words = text.split()
    if len(words) != count:
        raise Refusal(Code.HEADER)
    found = tuple(whole_number(word, 0, 2**31) for word in words)
    if 0 in found:
        raise Refusal(Code.NO_PIXELS)
    return found


def numbered_names(text: str) -> tuple[str, ...]:
    """Return the names that `slice%03d.raw FIRST LAST STEP` stands for. Raises `Refusal`: HEADER, UNSUPPORTED."""
    pattern, *words = text.split()
    found = _NUMBERED.search(pattern)
    if found is None or pattern.count("%") != 1 or not 3 <= len(words) <= 4:
        raise Refusal(Code.UNSUPPORTED, "The names of the pixel files are given in a way that Slicelens does not read.")
    first, last, step = (whole_number(word, 0, 2**31) for word in words[:3])
    if step == 0 or last < first:
        raise Refusal(Code.HEADER)
    check_file_count((last - first) // step + 1)
    before, after, width = pattern[: found.start()], pattern[found.end() :], int(found[1] or 0)
    return tuple(f"{before}{number:0{width}d}{after}" for number in range(first, last + 1, step))


def check_file_count(count: int) -> None:
    """Raise `Refusal` (TOO_LARGE) if a header names more than `PIXEL_FILES`, (HEADER) if it names none."""
    if count > PIXEL_FILES:
        raise Refusal(Code.TOO_LARGE, _TOO_MANY)
    if count < 1:
        raise Refusal(Code.HEADER)


def check_length(grid: StoredGrid, files: Sequence[Source], policy: ReadingPolicy) -> None:
    """Raise `Refusal`: TRUNCATED if the files cannot hold the samples, TOO_LARGE if they would unpack too far."""
    wanted = grid.count_bytes
    if grid.encoding is not Encoding.RAW:
        policy.check_unpacked(wanted + grid.skipped, files[0].name)
    available = 0
    for one in files:
        with open_source(one, policy) as stream:
            available += max(0, stream.seek(0, 2) - max(0, grid.offset))
    least = {Encoding.RAW: wanted, Encoding.HEX: 2 * wanted, Encoding.TEXT: 2 * prod(grid.sizes) - 1}
    if available < least.get(grid.encoding, wanted // _MOST_PACKED.get(grid.encoding, 1)):
        raise Refusal(Code.TRUNCATED)


def read_grid(grid: StoredGrid, files: Sequence[Source], policy: ReadingPolicy) -> NDArray[Any]:
    """Return the samples as [phase, k, j, i], with a last axis for the channels of colour.

    Raises `Refusal`: TRUNCATED, DECODE, and those of `open_source`.
    """
    count = prod(grid.sizes)
    if count % len(files):
        raise Refusal(Code.HEADER, "The samples do not divide evenly among the files that the header names.")
    found = np.empty(count, dtype=grid.sample)
    each = count // len(files)
    for number, one in enumerate(files):
        with open_source(one, policy) as stream:
            _read_samples(grid, stream, found[number * each : (number + 1) * each])
    stored = found.reshape(grid.sizes[::-1])
    # Axes of the array count from the slowest on.
    last = len(grid.sizes) - 1
    own = [*grid.spatial[::-1], *(() if grid.component is None else (grid.component,))]
    repeated = [axis for axis in range(last, -1, -1) if axis not in own]
    i, j, k = grid.shape
    trailing = (grid.channels,) if grid.channels > 1 else ()
    return stored.transpose([last - axis for axis in (*repeated, *own)]).reshape(grid.phases, k, j, i, *trailing)


def _read_samples(grid: StoredGrid, stream: BinaryIO, out: NDArray[Any]) -> None:
    """Fill an array with the samples of one file."""
    size = stream.seek(0, 2)
    if grid.offset < 0 and size < out.nbytes:
        raise Refusal(Code.TRUNCATED)
    stream.seek(size - out.nbytes if grid.offset < 0 else grid.offset)
    for _ in range(grid.lines):
        stream.readline()
    if grid.encoding in (Encoding.TEXT, Encoding.HEX):
        out[:] = _from_text(grid, stream.read(_TEXT_OF_A_SAMPLE * len(out) + _CHUNK), len(out))
        return
    try:
        with _unpacked(grid.encoding, stream) as content:
            left = grid.skipped
            while left > 0 and (passed := len(content.read(min(_CHUNK, left)))):
                left -= passed
            _fill(content, out)
    except EOFError:
        raise Refusal(Code.TRUNCATED) from None
    except _DAMAGE:
        raise Refusal(Code.DECODE) from None


def _fill(content: Any, out: NDArray[Any]) -> None:
    flat = out.view(np.uint8)
    at = 0
    while at < len(flat):
        part = content.read(min(_CHUNK, len(flat) - at))
        if not part:
            raise EOFError
        flat[at : at + len(part)] = np.frombuffer(part, np.uint8)
        at += len(part)


def _from_text(grid: StoredGrid, content: bytes, count: int) -> NDArray[Any]:
    """Return samples that stand as digits. Raises `Refusal`: TRUNCATED, DECODE."""
    try:
        if grid.encoding is Encoding.HEX:
            packed = bytes.fromhex(content.decode("ascii"))[: count * grid.sample.itemsize]
            found = np.frombuffer(packed, grid.sample, len(packed) // grid.sample.itemsize)
        else:
            with warnings.catch_warnings():
                # NumPy warns of what is no number, and goes on without the rest.
                warnings.simplefilter("error")
                text = content.decode("ascii").replace(",", " ")
                found = np.fromstring(text, grid.sample.newbyteorder("="), sep=" ")[:count]
    except (ValueError, OverflowError, DeprecationWarning):
        raise Refusal(Code.DECODE) from None
    if len(found) < count:
        raise Refusal(Code.TRUNCATED)
    return found


@contextmanager
def _unpacked(encoding: Encoding, stream: BinaryIO) -> Iterator[Any]:
    """Yield what a stream unpacks to from where it stands."""
    if encoding is Encoding.RAW:
        yield stream
    elif encoding is Encoding.GZIP:
        with gzip.GzipFile(fileobj=stream, mode="rb") as content:
            yield content
    elif encoding is Encoding.BZIP2:
        with bz2.BZ2File(stream) as content:
            yield content
    else:
        yield _ZlibReader(stream)


class _ZlibReader:
    """A stream of zlib's or of gzip, unpacked a part at a time."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)

    def read(self, count: int) -> bytes:
        """Return up to `count` bytes; none at the end. Raises `EOFError` and `zlib.error`."""
        while not self._inflater.eof:
            waiting = self._inflater.unconsumed_tail or self._stream.read(_CHUNK // 16)
            found = self._inflater.decompress(waiting, count)
            if found:
                return found
            if not waiting:
                raise EOFError
        return b""
