"""NIfTI-1, NIfTI-2 and ANALYZE 7.5 in one file (`.nii`, `.nii.gz`) or two (`.hdr` and `.img`).

Values are kept as stored and oriented for the screen without a resample. The header's RAS is turned to LPS once, in
`header`. The grid is turned by permutation and flips only, so that slices stand as `geometry.SCREEN_AXES` says in
the plane of acquisition: all 48 ways to store the same head give the same picture, and an oblique keeps its exact
affine.
"""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from math import prod
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import english, join_english
from imaging.base.errors import Code, Refusal
from imaging.base.natural_sort import natural_key
from imaging.base.policy import ReadingPolicy
from imaging.files.file_pairs import PIXELS_OF_HDR, find_beside
from imaging.files.gzip_index import ByteRange, IndexedGzipReader
from imaging.files.gzip_start import check_gzip_start
from imaging.files.sources import file_changed, open_source
from imaging.formats import Access
from imaging.formats.nifti.field_rows import list_fields
from imaging.formats.nifti.header import HEADER_BYTES, NiftiHeader, parse_header
from imaging.volume.deskew import leans
from imaging.volume.facts import Reason, Topic, axes_text, depth_text, rescale_text, spacing_text, window_reason
from imaging.volume.geometry import Reorientation
from imaging.volume.header_rows import HeaderListing
from imaging.volume.series import Format, Rescale, Series, Source, StoredFrame

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_EXTRA = 0x04
# Extensions behind the header are looked at so far.
_FIELD_BYTES = 2**20
# Some programs write a little behind the last voxel, and tapes and disks fill the file up with zeros.
_SPARE, _PADDING = 2**20, 2**16
# What is unpacked on trial takes about a second.
_BYTES_TO_TRY = 2**28
_PROBABLY_CUT = english("the packed file does not end as its header promises; it is probably incomplete")
_LEANS = english(
    "the axes of the grid are not at right angles; other planes are sheared right, slices shown as they are stored"
)
# Deflate cannot pack more than this many bytes into one (zlib's technical notes).
_DEFLATE_RATIO = 1032
_CHUNK = 4 * 1024 * 1024
_NEITHER = english("neither sform nor qform is usable")
_STORED_GRID = english("the grid is turned by whole axes only; no value is interpolated")

_Content = BinaryIO | gzip.GzipFile | IndexedGzipReader
_Frame = tuple[int, NDArray[Any] | Refusal]


def read_header(source: Source, policy: ReadingPolicy) -> NiftiHeader:
    """The header of a file; of its pixels only the length is checked.

    Raises `Refusal`: HEADER, TRUNCATED, UNSUPPORTED, NO_PIXELS, TOO_LARGE, and those of `open_source`.
    """
    with open_source(source, policy) as stream, _unpacked(stream) as content:
        header = parse_header(_read(content, HEADER_BYTES, short=True), source)
        if not header.is_pair:
            return _checked(header, stream, policy)
    name = source.name.replace("\\", "/").rpartition("/")[2]
    stem = (name[:-3] if name.lower().endswith(".gz") else name).rpartition(".")[0]
    header = replace(header, pixels=find_beside(source, [f"{stem}{ending}" for ending in PIXELS_OF_HDR]))
    with open_source(header.voxels, policy) as stream:
        return _checked(header, stream, policy)


def list_header(source: Source, policy: ReadingPolicy) -> HeaderListing:
    """List the fields of a header. Raises `Refusal`: HEADER, TRUNCATED, DECODE, and those of `open_source`."""
    with open_source(source, policy) as stream, _unpacked(stream) as content:
        return list_fields(_read(content, _FIELD_BYTES, short=True))


def _checked(header: NiftiHeader, stream: BinaryIO, policy: ReadingPolicy) -> NiftiHeader:
    """The header with what the length of the file that holds the pixels says of it."""
    stream.seek(0)
    packed = stream.read(2) == _GZIP_MAGIC
    size = stream.seek(0, 2) * (_DEFLATE_RATIO if packed else 1)
    if header.end > size:
        raise Refusal(Code.TRUNCATED)
    if not packed:
        return header
    policy.check_unpacked(header.end, header.voxels.name)
    if _is_whole(stream, header.end):
        return replace(header, packed=True)
    return replace(header, packed=True, incomplete=True, notes=(*header.notes, _PROBABLY_CUT))


def _is_whole(stream: BinaryIO, length: int) -> bool:
    """Return False if a gzip file is known to hold less than so many unpacked bytes.

    Its last four bytes are its unpacked length (RFC 1952, ISIZE), which a cut file lacks. Where they say otherwise the
    file may still be several members, so one of ordinary length is unpacked to see.
    """
    stream.seek(3)
    if stream.read(1)[0] & _GZIP_EXTRA:
        # The blocks of bgzip each have a length of their own.
        return True
    size = stream.seek(0, 2)
    start = stream.seek(max(0, size - _PADDING))
    tail = stream.read()
    end = len(tail.rstrip(b"\0"))
    # Zeros behind the stream are padding, but for those that are the upper bytes of the length itself.
    for at in {len(tail), *range(end, min(end + 4, len(tail)) + 1)}:
        told = int.from_bytes(tail[max(at - 4, 0) : at], "little")
        if at >= 4 and start + at > 18 and (told - length) % 2**32 <= _SPARE:
            return True
    if length > _BYTES_TO_TRY:
        return True
    stream.seek(0)
    left = length
    try:
        with gzip.GzipFile(fileobj=stream, mode="rb") as content:
            while left > 0 and (part := content.read(min(_CHUNK, left))):
                left -= len(part)
    except (EOFError, OSError, zlib.error):
        return False
    return left == 0


def reasons(series: Series, frame: StoredFrame, policy: ReadingPolicy) -> tuple[Reason, ...]:
    """Return what shaped one frame, by the fields of its header (nifti1.h). Raises `Refusal` as `read_header` does."""
    header = read_header(frame.source, policy)
    i, j, k = header.shape
    kind = (
        english("{i} × {j} × {k} voxels, {volumes} volumes", i=i, j=j, k=k, volumes=header.stored_phases)
        if header.stored_phases > 1
        else english("{i} × {j} × {k} voxels", i=i, j=j, k=k)
    )
    order = english("big endian") if header.sample.byteorder == ">" else english("little endian")
    transform = (
        english("the {transform} (RAS turned to LPS)", transform=header.transform) if header.transform else _NEITHER
    )
    known = series.affine is not None
    spacing, lengths = english("unknown"), english("no usable affine and no usable pixdim")
    if series.pixel_spacing is not None:
        spacing = spacing_text(series.pixel_spacing)
        lengths = english("the columns of the affine") if known else english("pixdim, as there is no usable affine")
    axis = english(
        "dim_info names no slice axis: the one that is much coarser than the others, else that of axial slices"
    )
    if header.slice_axis is not None:
        axis = english("dim_info names axis {axis} as the slice axis", axis="ijk"[header.slice_axis])
    scaling = english("scl_slope, scl_inter") if header.modality != Rescale() else english("no usable scl_slope")
    return (
        Reason(
            Topic.FORMAT,
            english("{kind}, {grid}", kind=header.kind, grid=kind),
            english("its magic bytes, inside gzip") if header.packed else english("its magic bytes"),
        ),
        Reason(
            Topic.SAMPLES,
            english("{sample}, {order}", sample=header.sample.name, order=order),
            english("datatype, and the header's byte order"),
        ),
        Reason(
            Topic.COLOUR,
            english("colour") if series.channels == 3 else english("grey, large values bright"),
            "datatype",
        ),
        Reason(Topic.VALUES, rescale_text(frame), scaling),
        Reason(Topic.UNITS, english("not stated"), english("NIfTI has no unit for values")),
        window_reason(series, frame, english("cal_min, cal_max")),
        Reason(Topic.PIXEL_SPACING, spacing, lengths),
        Reason(Topic.SLICE_SPACING, depth_text(series), transform if known else english("no usable affine")),
        Reason(Topic.ORIENTATION, axes_text(series), join_english("; ", (transform, _STORED_GRID))),
        Reason(Topic.ORDER, english("along the slice axis of the grid"), axis),
    )


def access(frame: StoredFrame) -> Access:
    """Return what `read_header` found: gzip is unpacked from its beginning, unless `gzip_read` enters it later."""
    return Access.PLAIN if frame.layout is Access.PLAIN else Access.WHOLE


def group(headers: Sequence[NiftiHeader]) -> list[Series]:
    """One series for each file, in natural order of their names."""
    ordered = sorted(headers, key=lambda header: natural_key(header.source.name))
    return [_series(header) for header in ordered]


def read_frames(
    series: Series, wanted: Sequence[int], policy: ReadingPolicy, indexed: IndexedGzipReader | None = None
) -> Iterator[_Frame | None]:
    """Stored pixels of the wanted frames. A packed file is read from front to back, so its frames come in that order.

    None stands for "still at work": a packed file that is stored across the slices shows nothing before its end.
    `indexed` is a packed file entered in its midst, whose checksum is not seen then.
    """
    # A frame's index is that in the file (of complex values twice), which the caller need not have numbered likewise.
    missing = {series.frames[number].index: number for number in wanted}
    try:
        header = read_header(series.frames[0].source, policy)
        if header.dtype != series.dtype or prod(header.shape) != series.slices * series.rows * series.columns:
            raise file_changed()
        with open_source(header.voxels, policy) as stream, _unpacked(stream, indexed) as content:
            # With (k, j, i) as stored, a slice along k is one run of bytes.
            for step in (_by_slice if header.is_by_slice else _by_phase)(header, content, list(missing)):
                yield None if step is None else (missing.pop(step[0]), step[1])
    except Refusal as refusal:
        yield from ((number, refusal) for number in missing.values())
    except MemoryError:
        yield from ((number, Refusal(Code.TOO_LARGE)) for number in missing.values())


def _series(header: NiftiHeader) -> Series:
    windows = () if header.window is None else (header.window,)

    def frame_of(number: int) -> StoredFrame:
        # What complex values become is no more what the slope was written for.
        modality = Rescale() if header.is_complex else header.modality
        return StoredFrame(header.source, number, modality, windows, layout=_layout(header, number))

    made = header.series(Format.NIFTI, frame_of)
    tilted = made.affine is not None and leans(made.affine, (made.slices, made.rows, made.columns))
    notes = (*made.notes, _LEANS) if tilted else made.notes
    return replace(made, notes=notes, regular=not tilted, tilted=tilted, incomplete=header.incomplete)


def _layout(header: NiftiHeader, number: int) -> Access | ByteRange:
    """Return how to reach a frame: of a packed file its own bytes, if they are a run of their own."""
    if not header.packed:
        return Access.PLAIN
    if not header.is_by_slice or header.is_pair:
        return Access.WHOLE
    begin = header.offset + _run_of(header, number) * header.slice_bytes
    return ByteRange(begin, begin + header.slice_bytes)


def _run_of(header: NiftiHeader, number: int) -> int:
    """Return which of the runs of bytes a frame is, of a file stored slice by slice."""
    depth = header.shape[2]
    phase, index = divmod(number, depth)
    return phase % header.stored_phases * depth + (depth - 1 - index if header.turn.reversed_[0] else index)


def _kept(header: NiftiHeader, number: int, pixels: NDArray[Any]) -> NDArray[Any]:
    """Return a frame as it is kept; of complex values its magnitudes, or in the phases behind these its angles."""
    if not header.is_complex:
        return header.kept(pixels)
    slices = header.shape[2 - header.turn.axes[0]]
    slope, intercept = header.modality.slope, header.modality.intercept
    # Both parts are scaled (nifti1.h, "DATA SCALING").
    scaled = pixels * slope + complex(intercept, intercept)
    return header.kept(np.abs(scaled) if number // slices < header.stored_phases else np.angle(scaled))


@contextmanager
def _unpacked(stream: BinaryIO, indexed: IndexedGzipReader | None = None) -> Iterator[_Content]:
    """Yield the stream itself, or what it unpacks to if it is gzip, whatever the file is called."""
    packed = stream.read(2) == _GZIP_MAGIC
    stream.seek(0)
    if indexed is not None or not packed:
        yield stream if indexed is None else indexed
        return
    check_gzip_start(stream)
    with gzip.GzipFile(fileobj=stream, mode="rb") as content:
        yield content


def _read(content: _Content, count: int, *, short: bool = False) -> bytes:
    """Read exactly `count` bytes (fewer only if `short`). Raises `Refusal` (TRUNCATED, DECODE)."""
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
    size = header.slice_bytes
    runs = [(_run_of(header, number), number) for number in wanted]
    if header.packed:
        runs.sort()
    # Of complex values two frames are made of one run.
    for run, same in groupby(runs, key=lambda one: one[0]):
        yield from _skip_to(content, header.offset + run * size)
        block = _voxels(header, _read_voxels(header, content, size), 1)
        for _, number in same:
            yield number, _kept(header, number, header.turn.of_array(block)[0])


def _by_phase(header: NiftiHeader, content: _Content, wanted: Sequence[int]) -> Iterator[_Frame | None]:
    """Frames that lie across the runs of bytes: a phase is read from end to end, and what is wanted cut out of it."""
    turn, depth = header.turn, header.shape[2]
    stored = header.shape[::-1]
    slices, rows, columns = (stored[axis] for axis in turn.axes)
    size = header.slice_bytes
    at_once = max(1, _CHUNK // size)
    colours = (header.channels,) if header.channels > 1 else ()
    phases = header.stored_phases
    for phase in sorted({number // slices % phases for number in wanted}):
        numbers = [number for number in wanted if number // slices % phases == phase]
        indices = [number % slices for number in numbers]
        yield from _skip_to(content, header.offset + phase * size * depth)
        found = np.empty((len(numbers), rows, columns, *colours), dtype=header.sample)
        for start in range(0, depth, at_once):
            count = min(at_once, depth - start)
            block = _voxels(header, _read_voxels(header, content, count * size), count)
            _cut_out(turn, block, start, depth, indices, found)
            yield None
        for number, pixels in zip(numbers, found, strict=True):
            yield number, _kept(header, number, pixels)


def _cut_out(
    turn: Reorientation, block: NDArray[Any], start: int, depth: int, indices: Sequence[int], found: NDArray[Any]
) -> None:
    """Put into `found`, one frame for each of `indices`, what a block of runs from `start` on holds of them."""
    count = len(block)
    turned = turn.of_array(block)
    # Where the runs lie in the turned grid: along its rows or its columns, maybe from the other end.
    axis = turn.axes.index(0)
    begin = depth - start - count if turn.reversed_[axis] else start
    region: list[slice] = [slice(None)] * 3
    region[axis] = slice(begin, begin + count)
    found[tuple(region)] = turned[list(indices)]


def _skip_to(content: _Content, position: int) -> Iterator[None]:
    """Move on to a position; a packed stream has to be read up to there, so this reports in between."""
    if isinstance(content, IndexedGzipReader):
        try:
            yield from content.skip(position)
        except EOFError:
            raise Refusal(Code.TRUNCATED) from None
        except (OSError, zlib.error):
            raise Refusal(Code.DECODE) from None
    elif isinstance(content, gzip.GzipFile):
        while (ahead := position - content.tell()) > 0:
            _read(content, min(_CHUNK, ahead))
            yield None
    else:
        content.seek(position)


def _voxels(header: NiftiHeader, raw: bytes | bytearray, depth: int) -> NDArray[Any]:
    """Bytes as an array [k, j, i], or [k, j, i, channel] of colour."""
    shape: tuple[int, ...] = (depth, header.shape[1], header.shape[0])
    if header.channels > 1:
        shape = (*shape, header.channels)
    return np.frombuffer(raw, dtype=header.sample).reshape(shape)
