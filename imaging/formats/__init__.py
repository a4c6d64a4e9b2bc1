"""One reader for a format, the same names in each, chosen by the table below.

A reader module offers what `Reader` lists. Modules are imported when a file of their format comes, so that SimpleITK
and nibabel cost nothing until then. Adding a format is one module and one row.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from importlib import import_module
from pathlib import PurePath
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import Text
from imaging.base.errors import Refusal
from imaging.base.policy import ReadingPolicy
from imaging.volume.facts import Reason
from imaging.volume.geometry import (
    Affine,
    Plane,
    Reorientation,
    directions_of,
    letters_of,
    plane_of_acquisition,
    reorientation_to,
    spacing_of,
)
from imaging.volume.header_rows import HeaderListing
from imaging.volume.series import Format, Polarity, Series, Source, StoredFrame, digest_name

HEAD_BYTES = 352
"""How many bytes of a file `recognise` wants to see: enough for NIfTI's magic at 344 and DICOM's at 128."""

_GZIP = b"\x1f\x8b"

FrameArray = Callable[[int], NDArray[Any] | None]
"""The array of the series' dtype that the pixels of a frame belong in; None if they must be handed over."""


class Access(StrEnum):
    """The way to the pixels of a frame."""

    PLAIN = "plain"
    """They are stored as they are; NumPy reads them in place."""
    CODED = "coded"
    """Each frame is decoded by itself."""
    WHOLE = "whole"
    """The file is unpacked from its beginning."""


class Reader(Protocol):
    """The functions that every reader module offers.

    A header is the module's own frozen record of one file. It has `source`, and if pixels lie in other files than
    the header's own `companions` too, a tuple of `Source`.
    """

    def read_header(self, source: Source, policy: ReadingPolicy) -> Any:
        """Read a file's header, without its pixels. Raises `Refusal`."""

    def list_header(self, source: Source, policy: ReadingPolicy) -> HeaderListing:
        """List all that a file's header says, for a person to read. In a child process alone. Raises `Refusal`."""

    def group(self, headers: Sequence[Any]) -> list[Series]:
        """Series made of those headers, each sorted along its normal. Pure: touches no file."""

    def read_frames(
        self, series: Series, wanted: Sequence[int], policy: ReadingPolicy
    ) -> Iterator[tuple[int, NDArray[Any] | Refusal] | None]:
        """Yield stored pixels of `series.frames[i]` for each i in `wanted`: [row, column], or [row, column, 3] uint8.

        Yields in any order. A frame that cannot be read is yielded as the `Refusal` that says why; the rest go on.
        None is "still at work": a moment to report and to cancel if a file gives no frame for long.
        """

    def access(self, frame: StoredFrame) -> Access:
        """Return the way to the pixels of a frame of a series of this reader, as if its file were in no archive."""

    def reasons(self, series: Series, frame: StoredFrame, policy: ReadingPolicy) -> tuple[Reason, ...]:
        """Return the source of each fact about a frame, in any order. Raises `Refusal`."""


@dataclass(frozen=True)
class _Row:
    format: Format
    module: str
    endings: tuple[str, ...]
    magics: tuple[tuple[int, bytes], ...]
    """(offset, bytes) pairs, any of which marks the format whatever the file is called."""


_TABLE: tuple[_Row, ...] = (
    _Row(Format.DICOM, "imaging.formats.dicom.reader", (".dcm", ".dicom", ".ima"), ((128, b"DICM"),)),
    _Row(
        Format.NIFTI,
        "imaging.formats.nifti.reader",
        (".nii", ".nii.gz", ".nii.gzip", ".hdr", ".hdr.gz"),
        # In one file, or as a header with its pixels in another one.
        ((344, b"n+1\0"), (4, b"n+2\0\r\n\x1a\n"), (344, b"ni1\0"), (4, b"ni2\0\r\n\x1a\n")),
    ),
    _Row(
        Format.RASTER,
        "imaging.formats.raster.reader",
        (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"),
        (
            *((0, b"\x89PNG\r\n\x1a\n"), (0, b"\xff\xd8\xff"), (0, b"BM")),
            *((0, b"II*\0"), (0, b"MM\0*"), (0, b"II+\0"), (0, b"MM\0+")),
        ),
    ),
    _Row(
        Format.ITK,
        "imaging.formats.itk.reader",
        (
            *(".nrrd", ".nhdr", ".mha", ".mhd", ".gipl", ".mnc", ".vtk", ".mrc"),
            *(".mgh", ".mgz", ".mgh.gz", ".head", ".par"),
        ),
        ((0, b"NRRD000"), (0, b"ObjectType = Image")),
    ),
)


def recognise(head: bytes, name: str) -> Format | None:
    """Return the format of a file by its first `HEAD_BYTES` bytes, else by its name; None if neither tells.

    A DICOM file without preamble and without an ending is told by its first element (group 0002 or 0008).
    """
    for row in _TABLE:
        if any(head[offset : offset + len(magic)] == magic for offset, magic in row.magics):
            return row.format
    lower = PurePath(name).name.lower()
    for row in _TABLE:
        if lower.endswith(row.endings):
            return row.format
    little = head[:2] in (b"\x08\0", b"\x02\0") and head[2:4] < b"\x20\0"
    # The same in big endian, which files without a meta header may use.
    big = head[:3] in (b"\0\x08\0", b"\0\x02\0") and len(head) > 3
    return Format.DICOM if little or big else None


def recognise_in_gzip(head: bytes) -> Format | None:
    """Return NIFTI if that is what a gzip file holds, whatever it is called; no other format is read out of one."""
    if not head.startswith(_GZIP):
        return None
    try:
        inside = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, HEAD_BYTES)
    except zlib.error:
        return None
    return Format.NIFTI if recognise(inside, "") is Format.NIFTI else None


def reader_for(format_: Format) -> Reader:
    """The reader module of a format."""
    row = next(row for row in _TABLE if row.format is format_)
    return cast(Reader, import_module(row.module))


@dataclass(frozen=True, eq=False, kw_only=True)
class GridHeader:
    """The header of a file that holds one grid of voxels, of a format that stores the axes in any order.

    `shape` is (i, j, k) as stored, `affine` maps (k, j, i) to LPS millimetres. Lengths and directions are known or
    unknown each for itself; if one of them is, there is no affine.
    """

    source: Source
    shape: tuple[int, int, int]
    phases: int
    dtype: str
    """The dtype kept in memory: the stored one, but float64 as float32, since values are shown as such."""
    channels: int
    affine: Affine | None
    steps: tuple[float, float, float]
    """Millimetres along (i, j, k) by the header's own numbers, which hold if there is no affine; 0, NaN is unknown."""
    notes: tuple[Text, ...]
    slice_axis: int | None = None
    """Which of (i, j, k) the header names as the slice axis."""
    directions: Affine | None = None
    """(k, j, i) to LPS with steps of 1, of a header that says how the axes lie and not how long their steps are."""

    @cached_property
    def turn(self) -> Reorientation:
        """How (k, j, i) becomes the series' (slice, row, column): not at all if the orientation is unknown."""
        lies = self.directions if self.affine is None else self.affine
        if lies is None:
            return reorientation_to(np.eye(4), Plane.ACQUIRED)
        slice_axis = None if self.slice_axis is None else 2 - self.slice_axis
        i, j, k = self.shape
        return reorientation_to(lies, plane_of_acquisition(lies, (k, j, i), slice_axis))

    def series(self, format_: Format, frame_of: Callable[[int], StoredFrame]) -> Series:
        """Return the series of the turned grid; `frame_of` makes its frames by their number."""
        i, j, k = self.shape
        slices, rows, columns = ((k, j, i)[axis] for axis in self.turn.axes)
        affine = None if self.affine is None else self.turn.of_affine(self.affine, (k, j, i))
        by_numbers = [self.steps[2 - axis] for axis in self.turn.axes]
        depth, down, across = spacing_of(affine) if affine is not None else by_numbers
        known = 0 < down < np.inf and 0 < across < np.inf
        edges = cosines = None
        if affine is None and self.directions is not None:
            _, along_rows, along_columns = directions_of(self.turn.of_affine(self.directions, (k, j, i))).T
            edges = letters_of(along_rows), letters_of(along_columns)
            row, column = along_columns.tolist(), along_rows.tolist()
            cosines = (row[0], row[1], row[2], column[0], column[1], column[2])
        return Series(
            id=digest_name(self.source.name),
            format=format_,
            frames=tuple(frame_of(number) for number in range(self.phases * slices)),
            slices=slices,
            rows=rows,
            columns=columns,
            dtype=self.dtype,
            phases=self.phases,
            channels=1 if self.channels == 1 else 3,
            description=self.source.name.replace("\\", "/").rsplit("/", 1)[-1],
            affine=affine,
            edges=edges,
            cosines=cosines,
            steps=(depth, down, across) if affine is None and known and 0 < depth < np.inf else None,
            pixel_spacing=(down, across) if known else None,
            pixel_aspect=down / across if known else 1.0,
            polarity=Polarity.MONOCHROME2 if self.channels == 1 else Polarity.COLOUR,
            notes=self.notes,
        )

    def kept(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Return one slice, contiguous, in the machine's byte order and the series' dtype; RGBA is laid on black."""
        if self.channels == 4:
            return laid_on_black(pixels)
        # A float64 beyond float32's range becomes infinite, which the window and the statistics know how to skip.
        with np.errstate(over="ignore"):
            return np.ascontiguousarray(pixels, dtype=self.dtype)


def laid_on_black(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return pixels [row, column, channel] without their last channel, which says how opaque they are."""
    opaque = pixels[..., :-1].astype(np.uint16) * pixels[..., -1:]
    return np.asarray((opaque + 127) // 255, dtype=np.uint8)
