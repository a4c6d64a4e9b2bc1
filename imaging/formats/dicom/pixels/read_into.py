"""Uncompressed pixels straight from the file to where they are kept: one read, no copy in between."""

from collections.abc import Callable, Iterator, Sequence
from io import BufferedIOBase
from itertools import groupby
from sys import byteorder
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal, refusal_of
from imaging.base.policy import ReadingPolicy
from imaging.files.sources import changed_at, file_changed, open_source
from imaging.formats.dicom.dataset.parser import DEFLATED
from imaging.formats.dicom.pixels.frames import read_frames
from imaging.formats.dicom.pixels.native import stored_bits
from imaging.formats.dicom.pixels.pixel_module import PixelLayout, PixelStorage
from imaging.volume.series import Series, StoredFrame

Room = Callable[[int], NDArray[Any] | None]
"""Where the pixels of a frame belong, an array of the series' dtype; None where there is no such place."""


def read_into(
    series: Series, wanted: Sequence[int], room: Room, policy: ReadingPolicy
) -> Iterator[tuple[int, NDArray[Any] | Refusal | None]]:
    """As `read_frames`; with None in the place of the pixels where they were read into their `room`.

    Those whose bytes are not what is kept (colour, another byte order) come as from `read_frames`.
    """
    others: list[int] = []
    for source, numbers in groupby(wanted, key=lambda number: series.frames[number].source):
        straight = []
        for number in numbers:
            place = room(number) if source.member is None and _is_straight(series.frames[number]) else None
            if place is None:
                others.append(number)
            else:
                straight.append((number, place))
        done = 0
        try:
            if straight:
                with open_source(source, policy) as stream:
                    for number, place in straight:
                        refusal = _read(stream, series, number, place)
                        done += 1
                        yield number, refusal
        except Refusal as refusal:
            yield from ((number, refusal) for number, _ in straight[done:])
    if others:
        yield from read_frames(series, others, policy)


def _is_straight(frame: StoredFrame) -> bool:
    """True where the bytes in the file are those in memory, but for unused bits."""
    layout = frame.layout
    return (
        isinstance(layout, PixelLayout)
        and layout.storage is PixelStorage.NATIVE
        and layout.file_syntax != DEFLATED
        and layout.samples == 1
        and layout.palette is None
        and layout.tiles is None
        and layout.bits_allocated >= 8
        and (layout.bits_allocated == 8 or byteorder == "little")
        and layout.little_endian
    )


def _read(stream: BinaryIO, series: Series, number: int, place: NDArray[Any]) -> Refusal | None:
    frame = series.frames[number]
    layout = cast(PixelLayout, frame.layout)
    try:
        if stream.seek(0, 2) != layout.size or changed_at(stream) != layout.changed:
            return file_changed()
        stream.seek(layout.offset + frame.index * layout.frame_bits // 8)
        # `BinaryIO` does not list `readinto`; every stream of `open_source` has it.
        content = place.reshape(-1).view(np.uint8)
        if cast(BufferedIOBase, stream).readinto(content.data) < content.size:
            return Refusal(Code.TRUNCATED)
    except OSError as error:
        return refusal_of(error)
    stored_bits(place, layout)
    return None
