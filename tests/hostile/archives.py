"""Archives byte by byte, as no archiver would write them: any name, any claim, any offset, bombs in no time."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

MIB = 2**20
STORED, DEFLATED = 0, 8
UTF8, ENCRYPTED = 0x800, 0x1
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")


@dataclass(frozen=True, kw_only=True)
class Member:
    """One member as it is to stand in an archive; what is None follows from `content`."""

    name: bytes
    content: bytes = b""
    """The bytes as they lie in the archive, packed already where `method` says so."""
    method: int = STORED
    size: int | None = None
    checksum: int | None = None
    flags: int = 0
    attributes: int = 0
    """Of Unix, as `stat` gives them."""
    at: int | None = None
    """Where its header is said to be: that of another member, or nowhere."""
    extra: bytes = b""


def write_zip(path: Path, members: Sequence[Member], *, comment: bytes = b"", count: int | None = None) -> Path:
    """Write an archive of these members; one with `at` has a row in the table of contents and no bytes of its own."""
    table = []
    with path.open("wb") as out:
        for one in members:
            size = len(one.content) if one.size is None else one.size
            checksum = zlib.crc32(one.content) if one.checksum is None else one.checksum
            facts = (one.flags, one.method, 0, 33, checksum, len(one.content), size, len(one.name), len(one.extra))
            at = out.tell() if one.at is None else one.at
            if one.at is None:
                out.write(_LOCAL.pack(b"PK\x03\x04", 20, *facts) + one.name + one.extra + one.content)
            row = (b"PK\x01\x02", 0x314, 20, *facts, 0, 0, 0, one.attributes << 16, at)
            table.append(_CENTRAL.pack(*row) + one.name + one.extra)
        start = out.tell()
        out.write(b"".join(table))
        length, rows = out.tell() - start, (len(members) if count is None else count) & 0xFFFF
        out.write(_END.pack(b"PK\x05\x06", 0, 0, rows, rows, length, start, len(comment)) + comment)
    return path


@cache
def deflated_zeros(mebibytes: int, head: bytes = b"") -> Member:
    """Return a member that unpacks to some MiB, its first bytes `head` and all others zero."""
    packed, checksum = _zeros(mebibytes, head)
    return Member(name=b"", content=packed, method=DEFLATED, size=mebibytes * MIB, checksum=checksum)


def zeros_member(name: bytes, mebibytes: int, head: bytes = b"") -> Member:
    """As `deflated_zeros`, with a name."""
    return replace(deflated_zeros(mebibytes, head), name=name)


@cache
def gzipped_zeros(mebibytes: int, head: bytes = b"") -> bytes:
    """Return a gzip file that unpacks to some MiB, its first bytes `head` and all others zero."""
    packed, checksum = _zeros(mebibytes, head)
    footer = struct.pack("<II", checksum, mebibytes * MIB % 2**32)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + packed + footer


def _zeros(mebibytes: int, head: bytes) -> tuple[bytes, int]:
    """Return a raw deflate stream and the CRC of what it unpacks to; the same packed block stands there many times."""
    block = bytes(MIB)
    first = head + block[len(head) :]
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    begin = packer.compress(first) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = begin + again * (mebibytes - 1) + packer.flush()
    checksum = zlib.crc32(first)
    for _ in range(mebibytes - 1):
        checksum = zlib.crc32(block, checksum)
    return packed, checksum


def tar_header(
    name: bytes, size: int, kind: bytes = b"0", link: bytes = b"", *, magic: bytes = b"ustar\x0000"
) -> bytes:
    """Return a header of 512 bytes (POSIX ustar); a size too large for octal digits is written in base 256."""
    digits = b"%011o\0" % size if size < 8**11 else b"\x80" + size.to_bytes(11, "big")
    block = struct.pack(
        "100s8s8s8s12s12s8s1s100s8s247s",
        name, b"0000644\0", b"0000000\0", b"0000000\0", digits, b"00000000000\0", b" " * 8, kind, link, magic, b"",
    )  # fmt: skip
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def tar_member(name: bytes, content: bytes, kind: bytes = b"0", link: bytes = b"") -> bytes:
    """Return a member of a tar whole: its header, and its content filled up to 512 bytes."""
    return tar_header(name, len(content), kind, link) + content + bytes(-len(content) % 512)
