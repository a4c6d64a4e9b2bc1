"""Unpacking a member of a ZIP a given number of bytes at a time, whichever way it is packed.

zipfile's own reader unpacks bzip2 and LZMA four kilobytes of packed bytes at once, which may be gigabytes.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import BinaryIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, BadZipFile, ZipInfo

from imaging.base.errors import Code, Refusal

_PACKED_STEP = 64 * 1024
# APPNOTE 5.8.8: two bytes of version, two of the length of the properties, five of properties.
_LZMA_HEADER_BYTES = 9
_UNKNOWN_PACKING = (
    "This file of the archive is packed in a way that Slicelens does not unpack. Unpack the archive with another "
    "program first."
)


class MemberUnpacker:
    """Reads a member of a stream that stands at its packed bytes, from its beginning to its end."""

    def __init__(self, stream: BinaryIO, row: ZipInfo) -> None:
        self._stream = stream
        self._packed_left = row.compress_size
        self._left = row.file_size
        self._expected = row.CRC
        self._checksum = 0
        self._unpack = self._choose(row.compress_type)

    def read(self, count: int) -> bytes:
        """Return the next bytes, `count` at most; none at the end. Raises what decompressors raise, BadZipFile too."""
        part = b""
        while not part and self._left:
            packed_before = self._packed_left
            part = self._unpack(min(count, self._left))
            if not part and not self._packed_left and not packed_before:
                raise EOFError
        self._left -= len(part)
        self._checksum = zlib.crc32(part, self._checksum)
        if not self._left and self._checksum != self._expected:
            raise BadZipFile
        return part

    def _choose(self, method: int) -> Callable[[int], bytes]:
        if method == ZIP_STORED:
            return self._take
        if method == ZIP_DEFLATED:
            inflater = zlib.decompressobj(-zlib.MAX_WBITS)
            return lambda count: inflater.decompress(inflater.unconsumed_tail or self._take(_PACKED_STEP), count)
        if method == ZIP_BZIP2:
            return self._fed(bz2.BZ2Decompressor())
        if method == ZIP_LZMA:
            return self._fed(_lzma_decompressor(self._take(_LZMA_HEADER_BYTES)))
        raise Refusal(Code.UNSUPPORTED, _UNKNOWN_PACKING)

    def _fed(self, decompressor: "bz2.BZ2Decompressor | lzma.LZMADecompressor") -> Callable[[int], bytes]:
        def unpack(count: int) -> bytes:
            return decompressor.decompress(self._take(_PACKED_STEP) if decompressor.needs_input else b"", count)

        return unpack

    def _take(self, count: int) -> bytes:
        """Return the next packed bytes."""
        packed = self._stream.read(min(count, self._packed_left))
        self._packed_left = self._packed_left - len(packed) if packed else 0
        return packed


def _lzma_decompressor(header: bytes) -> lzma.LZMADecompressor:
    if len(header) < _LZMA_HEADER_BYTES:
        raise EOFError
    rest, lc = divmod(header[4], 9)
    pb, lp = divmod(rest, 5)
    dictionary = int.from_bytes(header[5:9], "little")
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": dictionary, "lc": lc, "lp": lp, "pb": pb}]
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
