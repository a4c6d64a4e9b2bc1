"""Hiding places within compressed pixels: comments and application segments, before, between and behind the scans.

Segments are those of ISO 10918-1 B.1 (JPEG, and JPEG-LS by ISO 14495-1), and of ISO 15444-1 A.2 (JPEG 2000).
"""

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

SOI, EOI, SCAN, COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
_JPEG, _JPEG_2000 = b"\xff\xd8", b"\xff\x4f\xff\x51"
_APP0, _APP14, _APP15 = 0xE0, 0xEE, 0xEF
_TILE_PART, _TILE_DATA, _COMMENT_2000 = 0x90, 0x93, 0x64
_JP2, _CODESTREAM_BOX = b"\0\0\0\x0cjP  ", b"jp2c"
_BOXES = frozenset({b"jP  ", b"ftyp", b"jp2h"})
_JFIF = b"JFIF\0"
_ITEM, _DELIMITER = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
# Among the samples of a scan 0xFF is followed by 0, by less than 0x80 in JPEG-LS, or by a restart.
_NEXT = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")


class Segment(NamedTuple):
    """One segment of a JPEG: its marker, and the offsets of its first byte and of what follows it."""

    marker: int
    begin: int
    end: int


def jpeg_segments(content: bytes, at: int, end: int) -> Iterator[Segment]:
    """Yield the segments behind a JPEG's first marker up to its end; the samples of a scan belong to its segment.

    Stop if there is no marker, or at a segment that was cut short.
    """
    while at + 2 <= end and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == EOI:
            yield Segment(marker, at, at + 2)
            return
        stop = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == SCAN:
            found = _NEXT.search(content, stop, end)
            stop = end if found is None else found.start()
        if stop > end or stop < at + 4:
            return
        yield Segment(marker, at, stop)
        at = stop


def is_text(content: bytes, segment: Segment) -> bool:
    """Return whether a segment of a JPEG is of free use; JFIF's and Adobe's, which say what colours mean, are not."""
    if segment.marker == COMMENT:
        return True
    is_application = _APP0 <= segment.marker <= _APP15 and segment.marker != _APP14
    return is_application and not is_jfif(content, segment)


def is_jfif(content: bytes, segment: Segment) -> bool:
    """Return whether a segment is JFIF's own."""
    return segment.marker == _APP0 and content.startswith(_JFIF, segment.begin + 4)


def silence_codestreams(value: bytes) -> bytes:
    """Return encapsulated pixels with zeros for every comment and application segment of their codestreams, and for
    what follows these.

    Lengths stay, so that offsets hold; JFIF's and Adobe's segments stay.
    """
    written = bytearray(value)
    at = 0
    while value[at : at + 4] == _ITEM:
        (length,) = struct.unpack("<I", value[at + 4 : at + 8])
        begin, end = at + 8, min(at + 8 + length, len(value))
        if value.startswith(_JPEG, begin):
            _silence_jpeg(written, value, begin, end)
        elif value.startswith(_JPEG_2000, begin):
            _silence_jpeg_2000(written, begin, end)
        elif value.startswith(_JP2, begin):
            _silence_boxes(written, begin, end)
        at += 8 + length
    # Nothing follows the sequence delimiter.
    if value[at : at + 4] == _DELIMITER:
        del written[at + 8 :]
    return bytes(written)


def _silence_jpeg(written: bytearray, value: bytes, begin: int, end: int) -> None:
    for segment in jpeg_segments(value, begin + 2, end):
        if is_text(value, segment):
            _clear(written, segment.begin + 4, segment.end)
        if segment.marker == EOI:
            # Some writers put several pictures into one fragment.
            if value.startswith(_JPEG, segment.end):
                _silence_jpeg(written, value, segment.end, end)
            else:
                _clear(written, segment.end, end)


def _silence_boxes(written: bytearray, at: int, end: int) -> None:
    """Clear the boxes of a JP2 file (ISO 15444-1 I.4), which some writers put into DICOM, that describe no samples."""
    while at + 8 <= end:
        length, kind = int.from_bytes(written[at : at + 4], "big"), bytes(written[at + 4 : at + 8])
        stop = min(at + length, end) if length >= 8 else end
        if kind == _CODESTREAM_BOX:
            _silence_jpeg_2000(written, at + 8, stop)
        elif kind not in _BOXES:
            _clear(written, at + 8, stop)
        at = stop


def _silence_jpeg_2000(written: bytearray, begin: int, end: int) -> None:
    """Clear the comments of a codestream's main header and of its tile-parts, and what follows its end."""
    at, tile_end = begin + 2, end
    while at + 4 <= end and written[at] == 0xFF:
        marker = written[at + 1]
        if marker == EOI:
            _clear(written, at + 2, end)
            return
        if marker == _TILE_DATA:
            at = tile_end
            continue
        if marker == _TILE_PART:
            length = int.from_bytes(written[at + 6 : at + 10], "big")
            # A last tile-part of length 0 goes on to the end.
            tile_end = at + length if length else end
        stop = at + 2 + int.from_bytes(written[at + 2 : at + 4], "big")
        if marker == _COMMENT_2000:
            # Behind the registration, which says that it is text.
            _clear(written, at + 6, min(stop, end))
        at = max(stop, at + 2)


def _clear(written: bytearray, begin: int, end: int) -> None:
    if begin < end:
        written[begin:end] = bytes(end - begin)
