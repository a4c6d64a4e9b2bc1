"""The beginning of a gzip file, bounded: Python reads a name byte by byte, and one empty member after another."""

import zlib
from typing import BinaryIO

from imaging.base.errors import Code, Refusal

_MOST_EMPTY = 1000
_LOOKED_AT = 64 * 1024
_GZIP = zlib.MAX_WBITS | 16


def check_gzip_start(stream: BinaryIO) -> None:
    """Raise `Refusal` (HEADER) for a file that says nothing for long; the stream stands at its beginning again.

    A header (RFC 1952, 2.3) may be 64 KiB long, and a thousand members may be empty, before the first byte of content.
    Other damage is for who reads the file.
    """
    at = 0
    for _ in range(_MOST_EMPTY):
        stream.seek(at)
        packed = stream.read(_LOOKED_AT)
        inflater = zlib.decompressobj(_GZIP)
        try:
            is_content = bool(inflater.decompress(packed, 1))
        except zlib.error:
            break
        if is_content or (not inflater.eof and len(packed) < _LOOKED_AT):
            break
        if not inflater.eof:
            raise Refusal(Code.HEADER)
        at += len(packed) - len(inflater.unused_data)
    else:
        raise Refusal(Code.HEADER)
    stream.seek(0)
