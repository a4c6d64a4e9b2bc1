"""What a codestream says of itself before anything is decoded: how large it becomes, and whether it is whole.

Decoders hang over a stream without its end, fill what is missing with grey, and ask for whatever memory its header
names. The markers are those of ISO 10918-1 (JPEG), 14495-1 (JPEG-LS) and 15444-1 (JPEG 2000).
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from imaging.base.errors import Code, Refusal

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
    """What stands before the first scan of a JPEG or JPEG-LS codestream."""

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
    """Where the start of frame ends in the codestream."""


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
    """(rows, columns) of a JPEG, JPEG-LS or JPEG 2000 codestream by its own header; None where it names none."""
    try:
        if content.startswith(_JPEG):
            return _jpeg_size(content)
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

    Raises `struct.error` where the codestream ends before (the SIZ marker, A.5.1).
    """
    (count,) = struct.unpack_from(">H", content, 40)
    depth = content[42]
    subsampling = content[43 : 42 + 3 * count : 3] + content[44 : 42 + 3 * count : 3]
    return (depth & 0x7F) + 1, depth >= 0x80, any(step != 1 for step in subsampling)


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    head = jpeg_head(content)
    return None if head is None else (head.rows, head.columns)


def jpeg_head(content: bytes) -> JpegHead | None:
    """The start of frame (B.2.2) and what stands before it; None where something stands there that may not.

    Raises `struct.error` where the codestream ends before.
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
    """Where each stretch of coded samples ends (B.1.1.5): at every restart, and behind every scan.

    `at` is a marker's place. It goes on until the codestream ends, or something stands there that is no marker.
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
