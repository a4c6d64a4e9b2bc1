"""Codestreams before they are decoded: which bytes of a file they are, how large their picture is, if they are whole.

Decoders hang over a stream without its end, fill what is missing with grey, and ask for whatever memory its header
names. The markers are those of ISO 10918-1 (JPEG), 14495-1 (JPEG-LS) and 15444-1 (JPEG 2000); PS3.5 A.4 tells how
encapsulated pixels are cut into fragments.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from imaging.base.errors import Code, Refusal
from imaging.formats.dicom.dataset.elements import Elements
from imaging.formats.dicom.dataset.parser import Opened
from imaging.formats.dicom.pixels.pixel_module import ENCAPSULATED_RAW, Codec, PixelLayout

_END = b"\xff\xd9"
_JPEG, _JPEG_2000 = b"\xff\xd8", b"\xff\x4f\xff\x51"
_JP2_BOX = b"jP  \r\n\x87\n"
# Every start of frame but 0xC4 (Huffman tables), 0xC8 (reserved) and 0xCC (arithmetic conditioning); JPEG-LS has 0xF7.
# Before the frames of a hierarchy 0xDE gives the size of the whole (B.3.2): its first frames are smaller.
_FRAME_STARTS = frozenset({*range(0xC0, 0xD0), 0xDE, 0xF7} - {0xC4, 0xC8, 0xCC})
_RESTARTS = frozenset(range(0xD0, 0xD8))
_ALONE = _RESTARTS | {0xD8}
_APP0, _APP14 = 0xE0, 0xEE
_SCAN_START, _END_OF_ALL = 0xDA, 0xD9
# Behind coded samples: a 0xFF among them is followed by 0, and any number of fill bytes may stand before a marker.
_MARKER = re.compile(rb"\xff+[^\x00\xff]")


@dataclass(frozen=True)
class JpegHead:
    """The head of a JPEG or JPEG-LS codestream, up to its first scan."""

    start: int
    """The second byte of the start of frame, which says how the samples are coded (table B.1)."""
    precision: int
    rows: int
    columns: int
    components: bytes
    """Their identifiers."""
    is_jfif: bool
    adobe: int | None
    """The colour transform that Adobe's marker names: 0 none, 1 YCbCr."""
    end: int
    """Offset behind the start of frame."""


def check_codestream(content: bytes, rows: int, columns: int) -> None:
    """Raise `Refusal` (TRUNCATED, DECODE) for a JPEG of any kind without its end, or larger than the file promised.

    What is no JPEG at all (RLE, or rubbish) passes: its decoder says what is wrong with it.
    """
    size = picture_size(content)
    if size is None:
        return
    if _END not in content:
        raise Refusal(Code.TRUNCATED)
    if size[0] > rows or size[1] > columns:
        raise Refusal(Code.DECODE, "The compressed picture is larger than the header of the file says.")


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Return (rows, columns) of a JPEG, JPEG-LS or JPEG 2000 codestream by its own header; None if it names none."""
    try:
        if content.startswith(_JPEG):
            head = jpeg_head(content)
            return None if head is None else (head.rows, head.columns)
        if _JP2_BOX in content[:16]:
            start = content.find(_JPEG_2000)
            if start < 0:
                raise Refusal(Code.TRUNCATED)
            return _jpeg_2000_size(content[start:])
        return _jpeg_2000_size(content) if content.startswith(_JPEG_2000) else None
    except struct.error:
        raise Refusal(Code.TRUNCATED) from None


def _jpeg_2000_size(content: bytes) -> tuple[int, int]:
    """The SIZ marker (A.5.1): the reference grid without its offset."""
    right, bottom, left, top = struct.unpack_from(">4I", content, 8)
    return max(bottom - top, 0), max(right - left, 0)


def wavelet_components(content: bytes) -> tuple[int, bool, bool]:
    """Return the precision and sign of a JPEG 2000 codestream's first component, and if another one is subsampled.

    Raises `struct.error` if the codestream ends before (the SIZ marker, A.5.1).
    """
    (count,) = struct.unpack_from(">H", content, 40)
    depth = content[42]
    subsampling = content[43 : 42 + 3 * count : 3] + content[44 : 42 + 3 * count : 3]
    return (depth & 0x7F) + 1, depth >= 0x80, any(step != 1 for step in subsampling)


def jpeg_head(content: bytes) -> JpegHead | None:
    """Return the start of frame (B.2.2) and what stands before it; None if something stands there that may not.

    Raises `struct.error` if the codestream ends before.
    """
    if not content.startswith(_JPEG):
        return None
    at, is_jfif, adobe = 2, False, None
    while True:
        at = _past_fill(content, at)
        mark, code = struct.unpack_from(">BB", content, at)
        # What has no meaning a decoder skips in its own way, and may find another start of frame behind it.
        if mark != 0xFF or code < 0xC0 or code in (_SCAN_START, _END_OF_ALL):
            return None
        if code in _ALONE:
            at += 2
            continue
        length = max(struct.unpack_from(">H", content, at + 2)[0], 2)
        segment = content[at + 4 : at + 2 + length]
        at += 2 + length
        if code in _FRAME_STARTS:
            precision, rows, columns, count = struct.unpack_from(">BHHB", segment)
            return JpegHead(code, precision, rows, columns, segment[6 : 6 + 3 * count : 3], is_jfif, adobe, at)
        is_jfif |= code == _APP0 and segment.startswith(b"JFIF\0")
        if code == _APP14 and segment.startswith(b"Adobe") and len(segment) >= 12:
            adobe = segment[11]


def _past_fill(content: bytes, at: int) -> int:
    """Any number of fill bytes may stand before a marker."""
    while content[at : at + 2] == b"\xff\xff":
        at += 1
    return at


def ends_of_data(content: bytes, at: int) -> Iterator[int]:
    """Yield the end of each stretch of coded samples (B.1.1.5): at every restart, and behind every scan.

    `at` is the offset of a marker. It goes on until the codestream ends, or something stands there that is no marker.
    """
    while True:
        at = _past_fill(content, at)
        if content[at : at + 1] != b"\xff" or at + 4 > len(content) or content[at + 1] == _END_OF_ALL:
            return
        is_scan = content[at + 1] == _SCAN_START
        at += 2 + max(struct.unpack_from(">H", content, at + 2)[0], 2)
        while is_scan:
            found = _MARKER.search(content, at)
            if found is None:
                return
            yield found.start()
            is_scan = content[found.end() - 1] in _RESTARTS
            at = found.end() if is_scan else found.end() - 2


Fragment = tuple[int, int]
"""Offset of a fragment's bytes in the stream, and their number."""

_ITEM = 0xFFFEE000
_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51")


def find_fragments(stream: BinaryIO, layout: PixelLayout) -> list[list[Fragment]]:
    """Return the fragments of every frame: by the offset tables where they fit the fragments, else by count, else by
    start markers.

    A frame that the file does not hold (any more) has no fragments, or the list is shorter. Raises `Refusal` (DECODE)
    if the value is no sequence of items.
    """
    items = _items(stream, layout)
    if not items:
        raise Refusal(Code.TRUNCATED if layout.offset + 8 >= layout.size else Code.DECODE)
    table, fragments = items[0], items[1:]
    if layout.frames == 1:
        return [fragments]
    stream.seek(table[0])
    for offsets in (_whole_numbers(layout.extended_offsets, "Q"), _whole_numbers(stream.read(table[1]), "I")):
        starts = _checked_starts(offsets[: layout.frames], fragments, layout)
        if starts:
            return _by_starts(fragments, starts)
    if len(fragments) <= layout.frames:
        return [[fragment] for fragment in fragments]
    return _by_markers(stream, fragments)


def _checked_starts(offsets: list[int], fragments: list[Fragment], layout: PixelLayout) -> list[int]:
    """Return where frames begin by an offset table, or an empty list if it fits the fragments in no way.

    Offsets count from the first fragment's item (PS3.5 A.4). Writers also count from the file's start, or from some
    other point that is the same for all; each must still be the head of an item, unless the file was cut before it.
    """
    heads = {start - 8 for start, _ in fragments}
    if len(offsets) < layout.frames or not fragments or sorted(set(offsets)) != offsets:
        return []
    starts = [fragments[0][0] - 8 + offset - offsets[0] for offset in offsets]
    end = fragments[-1][0] + fragments[-1][1]
    # Behind the last fragment of a whole file stands the end of the sequence.
    is_cut = end + 8 > layout.size
    fits = all(start in heads or (is_cut and start >= end) for start in starts)
    return starts if fits else []


def read_codestream(stream: BinaryIO, fragments: list[Fragment]) -> bytes:
    """Read the fragments' bytes in one piece. Raises `Refusal` (TRUNCATED) if the file ends before them."""
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


def _whole_numbers(content: bytes, code: str) -> list[int]:
    size = struct.calcsize(f"<{code}")
    return [number for (number,) in struct.iter_unpack(f"<{code}", content[: len(content) // size * size])]


def _by_starts(fragments: list[Fragment], starts: list[int]) -> list[list[Fragment]]:
    """Fragments dealt out to the frames in whose range their item begins."""
    ends = [*starts[1:], 2**63]
    return [
        [fragment for fragment in fragments if start <= fragment[0] - 8 < end]
        for start, end in zip(starts, ends, strict=True)
    ]


def is_encapsulated(opened: Opened) -> bool:
    """Return whether pixels whose length is stated, as that of plain ones is, are items all the same."""
    assert opened.pixels is not None
    opened.stream.seek(opened.pixels.offset)
    return opened.stream.read(4) == (b"\xfe\xff\0\xe0" if opened.pixels.little_endian else b"\xff\xfe\xe0\0")


def _plain_bytes(elements: Elements) -> int:
    """The bytes of a frame that is not compressed."""
    bits = 1
    for keyword in ("Rows", "Columns", "SamplesPerPixel", "BitsAllocated"):
        bits *= elements.integer(keyword) or 1
    return (bits + 7) // 8


def syntax_in_fragments(opened: Opened, elements: Elements) -> str | None:
    """Return the transfer syntax that encapsulated pixels are in by their own first bytes; None if these do not tell.

    For files whose header names no compression, or none that is known.
    """
    assert opened.pixels is not None
    unpack = struct.Struct("<HHI" if opened.pixels.little_endian else ">HHI").unpack
    at = opened.pixels.offset
    # The first item is the offset table.
    for number in range(2):
        opened.stream.seek(at)
        head = opened.stream.read(8)
        if len(head) < 8:
            return None
        group, element, length = unpack(head)
        if group << 16 | element != _ITEM:
            return None
        if number:
            return _syntax_of(opened.stream.read(min(length, _LOOKED_AT)), length, _plain_bytes(elements))
        at += 8 + length
    return None


def _syntax_of(content: bytes, length: int, frame_bytes: int) -> str | None:
    codec = codec_of(content)
    try:
        if codec is Codec.JPEG_2000:
            start = content.index(_JPEG_2000)
            style = content.find(b"\xff\x52", start)
            # The transformation of the COD marker (A.6.1): 0 is the one with loss. CAP (0xFF50) marks HTJ2K.
            if content.find(b"\xff\x50", start, start + 256) >= 0:
                return "1.2.840.10008.1.2.4.203"
            return "1.2.840.10008.1.2.4.90" if content[style + 13 : style + 14] == b"\1" else "1.2.840.10008.1.2.4.91"
        if codec in (Codec.JPEG, Codec.JPEG_LS):
            head = jpeg_head(content)
            return None if head is None else _JPEG_SYNTAXES.get(head.start)
    except struct.error:
        return None
    if codec is Codec.RUN_LENGTHS:
        return "1.2.840.10008.1.2.5"
    return ENCAPSULATED_RAW if frame_bytes <= length <= frame_bytes + 1 else None


# Start of frame and the transfer syntax of that process: baseline, extended, progressive, lossless, JPEG-LS.
_JPEG_SYNTAXES = {
    0xC0: "1.2.840.10008.1.2.4.50",
    0xC1: "1.2.840.10008.1.2.4.51",
    0xC2: "1.2.840.10008.1.2.4.55",
    0xC3: "1.2.840.10008.1.2.4.70",
    0xF7: "1.2.840.10008.1.2.4.80",
}
_LOOKED_AT = 64 * 1024


def codec_of(content: bytes) -> Codec | None:
    """Return the compression of a codestream by its own first bytes; None if they are of no known one."""
    if content.startswith(_JPEG_2000) or _JP2_BOX in content[:16]:
        return Codec.JPEG_2000
    if content.startswith(_JPEG + b"\xff"):
        try:
            head = jpeg_head(content)
        except struct.error:
            return None
        return None if head is None else Codec.JPEG_LS if head.start == _LOSSLESS_LS else Codec.JPEG
    # The head of RLE (PS3.5 G.5): how many segments, and the offset of each, the first right behind the head.
    if len(content) < 64:
        return None
    count, *offsets = struct.unpack_from("<16I", content)
    is_head = 0 < count < 16 and offsets[0] == 64 and offsets[:count] == sorted(offsets[:count])
    return Codec.RUN_LENGTHS if is_head and not any(offsets[count:]) else None


_LOSSLESS_LS = 0xF7


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
