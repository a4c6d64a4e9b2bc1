"""NIfTI-1 and NIfTI-2 in one file (`.nii`, `.nii.gz`): stored values, oriented for the screen without a resample.

The header's RAS is turned to LPS once, in `nifti_header`. The grid is turned by permutation and flips only, so that
slices stand as `geometry.SCREEN_AXES` says in the plane of acquisition: all 48 ways to store the same head give the
same picture, and an oblique keeps its exact affine.
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import isfinite, prod
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import spacing_of
from imaging.naming import natural_key
from imaging.readers.nifti_header import HEADER_BYTES, NiftiHeader, parse_header
from imaging.readers.nifti_why import reasons_of
from imaging.refusal import Code, Refusal
from imaging.series import Format, Polarity, Series, Source, StoredFrame
from imaging.sources import open_source
from imaging.why import Reason

_GZIP_MAGIC = b"\x1f\x8b"
# Deflate cannot pack more than this many bytes into one (zlib's technical notes).
_DEFLATE_RATIO = 1032
_CHUNK = 4 * 1024 * 1024

_Content = BinaryIO | gzip.GzipFile
_Frame = tuple[int, NDArray[Any] | Refusal]


def read_header(source: Source) -> NiftiHeader:
    """The header of a file; of its pixels only the length is checked.

    Raises `Refusal`: HEADER, TRUNCATED, UNSUPPORTED, NO_PIXELS, TOO_LARGE, and those of `open_source`.
    """
    with open_source(source) as stream:
        packed = stream.read(2) == _GZIP_MAGIC
        size = stream.seek(0, 2) * (_DEFLATE_RATIO if packed else 1)
        stream.seek(0)
        with _unpacked(stream) as content:
            header = parse_header(_read(content, HEADER_BYTES, short=True), source)
    if header.end > size:
        raise Refusal(Code.TRUNCATED)
    return header


def reasons(series: Series, frame: StoredFrame) -> tuple[Reason, ...]:
    """What shaped one frame. Raises `Refusal`: those of `read_header`."""
    header = read_header(frame.source)
    with open_source(frame.source) as stream:
        return reasons_of(series, frame, header, packed=stream.read(2) == _GZIP_MAGIC)


def group(headers: Sequence[NiftiHeader]) -> list[Series]:
    """One series for each file, in natural order of their names."""
    ordered = sorted(headers, key=lambda header: natural_key(header.source.name))
    return [_series(header) for header in ordered]


def read_frames(series: Series, wanted: Sequence[int]) -> Iterator[_Frame | None]:
    """Stored pixels of the wanted frames. A packed file is read from front to back, so its frames come in that order.

    None stands for "still at work": a packed file that is stored across the slices shows nothing before its end.
    """
    missing = dict.fromkeys(wanted)
    try:
        header = read_header(series.frames[0].source)
        if header.dtype != series.dtype or prod(header.shape) != series.slices * series.rows * series.columns:
            raise Refusal(Code.HEADER, "The file has changed since it was listed.")
        with open_source(header.source) as stream, _unpacked(stream) as content:
            # With (k, j, i) as stored, a slice along k is one run of bytes.
            for step in (_by_slice if header.turn.axes[0] == 0 else _by_phase)(header, content, list(missing)):
                if step is not None:
                    del missing[step[0]]
                yield step
    except Refusal as refusal:
        yield from ((number, refusal) for number in missing)
    except MemoryError:
        yield from ((number, Refusal(Code.TOO_LARGE)) for number in missing)


def _series(header: NiftiHeader) -> Series:
    turn = header.turn
    stored = header.shape[::-1]
    slices, rows, columns = (stored[axis] for axis in turn.axes)
    steps = tuple(header.pixdim[::-1][axis] for axis in turn.axes)
    affine = None if header.affine is None else turn.of_affine(header.affine, (stored[0], stored[1], stored[2]))
    spacing = spacing_of(affine) if affine is not None else steps
    known = all(isfinite(step) and step > 0 for step in spacing[1:])
    windows = () if header.window is None else (header.window,)
    return Series(
        id=hashlib.sha256(header.source.name.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        format=Format.NIFTI,
        frames=tuple(
            StoredFrame(source=header.source, index=number, modality=header.modality, windows=windows)
            for number in range(header.phases * slices)
        ),
        slices=slices,
        rows=rows,
        columns=columns,
        dtype=header.dtype,
        phases=header.phases,
        channels=1 if header.channels == 1 else 3,
        description=header.source.name.replace("\\", "/").rsplit("/", 1)[-1],
        affine=affine,
        pixel_spacing=(spacing[1], spacing[2]) if known else None,
        pixel_aspect=spacing[1] / spacing[2] if known else 1.0,
        polarity=Polarity.MONOCHROME2 if header.channels == 1 else Polarity.COLOUR,
        notes=header.notes,
    )


@contextmanager
def _unpacked(stream: BinaryIO) -> Iterator[_Content]:
    """The stream itself, or what it unpacks to where it is gzip, whatever the file is called."""
    packed = stream.read(2) == _GZIP_MAGIC
    stream.seek(0)
    if not packed:
        yield stream
        return
    with gzip.GzipFile(fileobj=stream, mode="rb") as content:
        yield content


def _read(content: _Content, count: int, *, short: bool = False) -> bytes:
    """Exactly `count` bytes (fewer only where `short`). Raises `Refusal` (TRUNCATED, DECODE)."""
    try:
        found = content.read(count)
    except EOFError:
        raise Refusal(Code.TRUNCATED) from None
    except (OSError, zlib.error):
        raise Refusal(Code.DECODE) from None
    if len(found) < count and not short:
        raise Refusal(Code.TRUNCATED)
    return found


def _read_voxels(header: NiftiHeader, content: _Content, count: int) -> bytes:
    """The next bytes; behind the last voxel of a packed file its checksum is verified too."""
    found = _read(content, count)
    if isinstance(content, gzip.GzipFile) and content.tell() == header.end:
        try:
            content.read(1)
        except EOFError:
            raise Refusal(Code.TRUNCATED) from None
        except (OSError, zlib.error) as error:
            # Rubbish behind a whole stream is an OSError too, and harmless.
            if str(error).startswith("CRC"):
                raise Refusal(Code.DECODE) from None
    return found


def _by_slice(header: NiftiHeader, content: _Content, wanted: Sequence[int]) -> Iterator[_Frame | None]:
    """Frames that are runs of bytes: in the order asked, or of a packed file in the order of the file."""
    depth, turn = header.shape[2], header.turn
    size = header.slice_bytes
    places = []
    for number in wanted:
        phase, index = divmod(number, depth)
        places.append((phase * depth + (depth - 1 - index if turn.reversed_[0] else index), number))
    if isinstance(content, gzip.GzipFile):
        places.sort()
    for place, number in places:
        yield from _skip_to(content, header.offset + place * size)
        block = _voxels(header, _read_voxels(header, content, size), 1)
        yield number, _kept(header, turn.of_array(block)[0])


def _by_phase(header: NiftiHeader, content: _Content, wanted: Sequence[int]) -> Iterator[_Frame | None]:
    """Frames that lie across the runs of bytes: a whole phase is read, then cut."""
    turn, depth = header.turn, header.shape[2]
    slices = header.shape[::-1][turn.axes[0]]
    size = header.slice_bytes * depth
    for phase in sorted({number // slices for number in wanted}):
        yield from _skip_to(content, header.offset + phase * size)
        parts = bytearray()
        while len(parts) < size:
            parts += _read_voxels(header, content, min(_CHUNK, size - len(parts)))
            yield None
        block = turn.of_array(_voxels(header, parts, depth))
        for number in wanted:
            if number // slices == phase:
                yield number, _kept(header, block[number % slices])


def _skip_to(content: _Content, position: int) -> Iterator[None]:
    """Move on to a position; a packed stream has to be read up to there, so this reports in between."""
    if not isinstance(content, gzip.GzipFile):
        content.seek(position)
        return
    while (ahead := position - content.tell()) > 0:
        _read(content, min(_CHUNK, ahead))
        yield None


def _voxels(header: NiftiHeader, raw: bytes | bytearray, depth: int) -> NDArray[Any]:
    """Bytes as an array [k, j, i], or [k, j, i, channel] of colour."""
    shape: tuple[int, ...] = (depth, header.shape[1], header.shape[0])
    if header.channels > 1:
        shape = (*shape, header.channels)
    return np.frombuffer(raw, dtype=header.sample).reshape(shape)


def _kept(header: NiftiHeader, pixels: NDArray[Any]) -> NDArray[Any]:
    """One slice, contiguous, in the machine's byte order and the series' dtype; RGBA is laid on black."""
    if header.channels == 4:
        opaque = pixels[..., :3].astype(np.uint16) * pixels[..., 3:]
        return np.asarray((opaque + 127) // 255, dtype=np.uint8)
    # A float64 beyond float32's range becomes infinite, which the window and the statistics know how to skip.
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(pixels, dtype=header.dtype)
