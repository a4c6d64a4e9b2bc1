"""What a codestream says of itself before anything is decoded: how large it becomes, and whether it has its end.

Decoders hang over a stream without its end, fill what is missing with grey, and ask for whatever memory its header
names. The markers are those of ISO 10918-1 (JPEG), 14495-1 (JPEG-LS) and 15444-1 (JPEG 2000).
"""

import struct

from imaging.refusal import Code, Refusal

_END = b"\xff\xd9"
_JPEG, _JPEG_2000 = b"\xff\xd8", b"\xff\x4f\xff\x51"
_JP2_BOX = b"jP  \r\n\x87\n"
# Every start of frame but 0xC4 (Huffman tables), 0xC8 (reserved) and 0xCC (arithmetic conditioning); JPEG-LS has 0xF7.
# Before the frames of a hierarchy 0xDE gives the size of the whole (B.3.2): its first frames are smaller.
_FRAME_STARTS = frozenset({*range(0xC0, 0xD0), 0xDE, 0xF7} - {0xC4, 0xC8, 0xCC})
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_SCAN_START = 0xDA


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


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """The start of frame (B.2.2), before the first scan."""
    at = 2
    while True:
        # Any number of fill bytes may stand before a marker.
        while content[at : at + 1] == b"\xff" and content[at + 1 : at + 2] == b"\xff":
            at += 1
        mark, code = struct.unpack_from(">BB", content, at)
        if mark != 0xFF or code == _SCAN_START:
            return None
        if code in _FRAME_STARTS:
            rows, columns = struct.unpack_from(">HH", content, at + 5)
            return rows, columns
        at += 2
        if code not in _ALONE:
            at += max(struct.unpack_from(">H", content, at)[0], 2)
