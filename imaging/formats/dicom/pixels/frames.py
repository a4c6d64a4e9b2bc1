"""Stored pixels of DICOM frames, from any transfer syntax that has a decoder.

A file is opened once for all frames that are wanted of it, and nothing is read but those. Whatever a decoder throws,
Rust panics included, ends here as a `Refusal`.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from io import BufferedIOBase
from itertools import groupby
from sys import byteorder
from typing import Any, BinaryIO, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import english
from imaging.base.errors import Code, Refusal, refusal_of
from imaging.base.policy import ReadingPolicy
from imaging.files.sources import changed_at, file_changed, open_source
from imaging.formats import Access, FrameArray
from imaging.formats.dicom.dataset.elements import silence_warnings
from imaging.formats.dicom.dataset.parser import DEFLATED, stored_stream, syntax_name
from imaging.formats.dicom.pixels.codestream import Fragment, check_codestream, find_fragments, read_codestream
from imaging.formats.dicom.pixels.decoders import clear_unused_bits, decode_frame, frame_from_bytes, read_native
from imaging.formats.dicom.pixels.pixel_module import PART_2, PixelLayout, PixelStorage
from imaging.volume.series import Series, Source, StoredFrame

Frame = NDArray[Any]
Result = TypeVar("Result")

_UNDECODABLE = (
    "The pixels could not be decoded (%s); the file is damaged or uses a part of its compression not read here."
)


def access(frame: StoredFrame) -> Access:
    """Return PLAIN if the pixels are neither compressed nor deflated."""
    layout = _layout_of(frame)
    if layout.file_syntax == DEFLATED:
        return Access.WHOLE
    return Access.CODED if layout.storage in (PixelStorage.CODESTREAM, PixelStorage.DEFLATED) else Access.PLAIN


def _layout_of(frame: StoredFrame) -> PixelLayout:
    if not isinstance(frame.layout, PixelLayout):
        raise TypeError("the series was not made by this reader")
    return frame.layout


def read_frames(series: Series, wanted: Sequence[int], policy: ReadingPolicy) -> Iterator[tuple[int, Frame | Refusal]]:
    """Stored pixels of `series.frames[i]` for each i in `wanted`, in that order but file by file.

    Grey comes in the series' dtype without unused bits, colour as RGB uint8. A slice that its file leaves out is empty.
    A frame that cannot be read is yielded as its `Refusal`: TRUNCATED, DECODE, HEADER, TOO_LARGE, or what `open_source`
    says of the file.
    """
    of_source: dict[Source, list[int]] = {}
    for number in wanted:
        of_source.setdefault(series.frames[number].source, []).append(number)
    for source, numbers in of_source.items():
        yield from cast("Iterator[tuple[int, Frame | Refusal]]", _read_file(series, source, numbers, policy))


def read_into(
    series: Series, wanted: Sequence[int], array_of: FrameArray, policy: ReadingPolicy
) -> Iterator[tuple[int, Frame | Refusal | None]]:
    """Read as `read_frames`; with None instead of pixels if they were read into their array.

    Those whose bytes are not what is kept (colour, another byte order) come as from `read_frames`.
    """
    for source, numbers in groupby(wanted, key=lambda number: series.frames[number].source):
        yield from _read_file(series, source, list(numbers), policy, array_of)


def _read_file(
    series: Series, source: Source, numbers: Sequence[int], policy: ReadingPolicy, array_of: FrameArray | None = None
) -> Iterator[tuple[int, Frame | Refusal | None]]:
    """Frames of one file, into their arrays where `array_of` has one and their bytes are those in memory."""
    layout = _layout_of(series.frames[numbers[0]])
    is_straight = source.member is None and layout.dtype == series.dtype and _is_straight(layout)
    array_of = array_of if is_straight else None
    opened: _FrameReader | Refusal | None = None
    done = 0
    try:
        with open_source(source, policy) as file:
            for number in numbers:
                done += 1
                index, target = series.frames[number].index, None if array_of is None else array_of(number)
                if index < 0:
                    yield number, np.zeros(layout.slice_shape, dtype=series.dtype)
                    continue
                if target is not None:
                    yield number, _read_straight(file, layout, index, target)
                    continue
                if opened is None:
                    opened = _guarded(partial(_FrameReader, file, layout, policy, source.name))
                found = opened if isinstance(opened, Refusal) else _guarded(partial(opened.read, index))
                yield number, found if isinstance(found, Refusal) else found.astype(series.dtype, copy=False)
    except Refusal as refusal:
        for number in numbers[done:]:
            yield number, refusal


def _guarded(call: Callable[[], Result]) -> Result | Refusal:
    """Return what a call returns, or the refusal for whatever it throws. Its text goes no further."""
    try:
        with silence_warnings():
            return call()
    except Refusal as refusal:
        return refusal
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except MemoryError:
        return Refusal(Code.TOO_LARGE)
    except BaseException:
        # A panic of a Rust decoder (pyo3_runtime.PanicException) is no `Exception`.
        return Refusal(Code.DECODE)


class _FrameReader:
    """One open file, and the fragments of its frames."""

    def __init__(self, file: BinaryIO, layout: PixelLayout, policy: ReadingPolicy, name: str) -> None:
        self.layout = layout
        self.stream = stored_stream(file, layout.file_syntax, policy, name)
        if self.stream.seek(0, 2) != layout.size or changed_at(file) != layout.changed:
            raise file_changed()
        self.frames: list[list[Fragment]] = []
        self.sheet: Frame | None = None
        if layout.storage is not PixelStorage.NATIVE:
            self.frames = find_fragments(self.stream, layout)
        if layout.file_syntax in PART_2 and len(self.frames) < layout.frames:
            raise Refusal(
                Code.UNSUPPORTED,
                english("Frames that share a codestream are not read ({name_of}).", name_of=_name_of(layout)),
            )

    def read(self, index: int) -> Frame:
        """One frame, of a mosaic one tile. Raises `Refusal`, or whatever a decoder throws."""
        tiles = self.layout.tiles
        if tiles is None:
            return self._picture(index)
        # The next slice that is wanted is likely one of the same sheet.
        self.sheet = self._picture(0) if self.sheet is None else self.sheet
        top, left = tiles.corner(index)
        return np.ascontiguousarray(self.sheet[top : top + tiles.rows, left : left + tiles.columns])

    def _picture(self, index: int) -> Frame:
        layout = self.layout
        if layout.storage is PixelStorage.NATIVE:
            return read_native(self.stream, layout, index)
        if index >= len(self.frames):
            raise Refusal(Code.TRUNCATED)
        content = read_codestream(self.stream, self.frames[index])
        if layout.storage is not PixelStorage.CODESTREAM:
            return _unpacked(content, layout)
        check_codestream(content, layout.rows, layout.columns)
        pixels = _guarded(partial(decode_frame, content, layout))
        if isinstance(pixels, Refusal):
            raise pixels if pixels.code is not Code.DECODE else Refusal(Code.DECODE, _UNDECODABLE % _name_of(layout))
        return pixels


def _name_of(layout: PixelLayout) -> str:
    return syntax_name(layout.file_syntax)


def _unpacked(content: bytes, layout: PixelLayout) -> Frame:
    """A frame whose uncompressed bytes stand in fragments of its own, deflated or not (PS3.5 A.4.11, A.4.13)."""
    needed = (layout.frame_bits + 7) // 8
    if layout.storage is PixelStorage.DEFLATED:
        try:
            content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, needed)
        except zlib.error:
            raise Refusal(Code.DECODE, _UNDECODABLE % _name_of(layout)) from None
    if len(content) < needed:
        raise Refusal(Code.TRUNCATED)
    return frame_from_bytes(np.frombuffer(bytearray(content[:needed]), np.uint8), layout, 0)


def _is_straight(layout: PixelLayout) -> bool:
    """Return whether the bytes in the file are those in memory, but for unused bits."""
    return (
        layout.storage is PixelStorage.NATIVE
        and layout.file_syntax != DEFLATED
        and layout.samples == 1
        and layout.palette is None
        and layout.tiles is None
        and layout.bits_allocated % 8 == 0
        and (layout.bits_allocated == 8 or byteorder == "little")
        and layout.little_endian
    )


def _read_straight(stream: BinaryIO, layout: PixelLayout, index: int, target: Frame) -> Refusal | None:
    try:
        if stream.seek(0, 2) != layout.size or changed_at(stream) != layout.changed:
            return file_changed()
        stream.seek(layout.offset + index * layout.frame_bits // 8)
        # `BinaryIO` does not list `readinto`; every stream of `open_source` has it.
        content = target.reshape(-1).view(np.uint8)
        if cast(BufferedIOBase, stream).readinto(content.data) < content.size:
            return Refusal(Code.TRUNCATED)
    except OSError as error:
        return refusal_of(error)
    clear_unused_bits(target, layout)
    return None
