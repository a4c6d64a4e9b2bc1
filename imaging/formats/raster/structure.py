"""Bounds on the parts of a picture, since Pillow looks at each in Python: chunks of a PNG, directories of a TIFF."""

import struct
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from imaging.base.english import english
from imaging.base.errors import Code, Refusal

_PNG = b"\x89PNG\r\n\x1a\n"
_TIFF = {b"II*\0": "<", b"MM\0*": ">"}
_MOST_CHUNKS = 100_000
# For each page Pillow walks through all pages before it.
_MOST_DIRECTORIES = 8_000
_ENTRY_BYTES = 12


def check_structure(stream: BinaryIO) -> None:
    """Raise `Refusal` (TOO_LARGE) for a picture of far too many parts; the stream stands at its beginning again."""
    head = stream.read(8)
    if head == _PNG:
        _check_count(_png_chunks(stream), _MOST_CHUNKS, "chunks")
    elif order := _TIFF.get(head[:4]):
        _check_count(_tiff_directories(stream, head, order), _MOST_DIRECTORIES, "pages")
    stream.seek(0)


def _check_count(parts: Iterator[int], most: int, what: str) -> None:
    if next(islice(parts, most, None), None) is not None:
        raise Refusal(Code.TOO_LARGE, english("The picture has more than {most:,} {what}.", most=most, what=what))


def _png_chunks(stream: BinaryIO) -> Iterator[int]:
    """Yield where each chunk begins (PNG, 5.3)."""
    at = len(_PNG)
    while len(length := stream.read(4)) == 4:
        yield at
        at = stream.seek(at + 12 + int.from_bytes(length, "big"))


def _tiff_directories(stream: BinaryIO, head: bytes, order: str) -> Iterator[int]:
    """Yield where each directory stands (TIFF 6.0, 2), once each: a chain may lead round in a circle."""
    seen = set[int]()
    link = head[4:8]
    while len(link) == 4 and (at := struct.unpack(f"{order}L", link)[0]) and at not in seen:
        seen.add(at)
        yield at
        stream.seek(at)
        count = stream.read(2)
        if len(count) < 2:
            return
        stream.seek(at + 2 + _ENTRY_BYTES * struct.unpack(f"{order}H", count)[0])
        link = stream.read(4)
