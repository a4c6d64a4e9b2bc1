"""Encapsulated pixels (PS3.5 A.4): which bytes of the file make up which frame."""

import struct
from typing import BinaryIO

from imaging.base.errors import Code, Refusal
from imaging.formats.dicom.pixels.pixel_module import PixelLayout

Fragment = tuple[int, int]
"""Where a fragment's bytes begin in the stream, and how many they are."""

_ITEM = 0xFFFEE000
_END = 0xFFFEE0DD
_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51")


def frames_of(stream: BinaryIO, layout: PixelLayout) -> list[list[Fragment]]:
    """The fragments of every frame: by the offset tables where there are any, else by count, else by codestream starts.

    A frame that the file does not hold (any more) has no fragments, or the list is shorter. Raises `Refusal` (DECODE)
    where the value is no sequence of items.
    """
    items = _items(stream, layout)
    if not items:
        raise Refusal(Code.TRUNCATED if layout.offset + 8 >= layout.size else Code.DECODE)
    table, fragments = items[0], items[1:]
    origin = table[0] + table[1]
    starts = _extended_starts(layout) or _basic_starts(stream, table)
    if len(starts) >= layout.frames and layout.frames > 1:
        return _by_starts(fragments, [origin + start for start in starts])
    if layout.frames == 1:
        return [fragments]
    if len(fragments) <= layout.frames:
        return [[fragment] for fragment in fragments]
    return _by_markers(stream, fragments)


def codestream(stream: BinaryIO, fragments: list[Fragment]) -> bytes:
    """The fragments' bytes in one piece. Raises `Refusal` (TRUNCATED) where the file ends before them."""
    parts = []
    for start, length in fragments:
        stream.seek(start)
        part = stream.read(length)
        if len(part) < length:
            raise Refusal(Code.TRUNCATED)
        parts.append(part)
    if not parts:
        raise Refusal(Code.TRUNCATED)
    return b"".join(parts)


def _items(stream: BinaryIO, layout: PixelLayout) -> list[Fragment]:
    """The offset table and every fragment, as far as the file goes; the last one is cut to what is there."""
    unpack = struct.Struct("<HHI" if layout.little_endian else ">HHI").unpack
    items: list[Fragment] = []
    at = layout.offset
    while at + 8 <= layout.size:
        stream.seek(at)
        group, element, length = unpack(stream.read(8))
        if group << 16 | element != _ITEM:
            break
        items.append((at + 8, length))
        at += 8 + length
    return items


def _extended_starts(layout: PixelLayout) -> list[int]:
    if layout.extended_offsets is None:
        return []
    offsets = layout.extended_offsets[0]
    return list(struct.unpack(f"<{len(offsets) // 8}Q", offsets[: len(offsets) // 8 * 8]))


def _basic_starts(stream: BinaryIO, table: Fragment) -> list[int]:
    start, length = table
    stream.seek(start)
    content = stream.read(length)
    return list(struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4]))


def _by_starts(fragments: list[Fragment], starts: list[int]) -> list[list[Fragment]]:
    """Fragments dealt out to the frames in whose range their item begins; offsets count from the items' own heads."""
    ends = [*starts[1:], 2**63]
    return [
        [fragment for fragment in fragments if start <= fragment[0] - 8 < end]
        for start, end in zip(starts, ends, strict=True)
    ]


def _by_markers(stream: BinaryIO, fragments: list[Fragment]) -> list[list[Fragment]]:
    """A fragment that begins with a JPEG or JPEG 2000 start marker begins a frame."""
    frames: list[list[Fragment]] = []
    for fragment in fragments:
        stream.seek(fragment[0])
        head = stream.read(4)
        if not frames or head.startswith(_STARTS):
            frames.append([])
        frames[-1].append(fragment)
    return frames
