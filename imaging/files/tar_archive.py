"""tar archives, plain or packed with gzip: their members, found from one header to the next, and the bytes of one.

A packed one is entered through an index of its gzip stream that a child process keeps for itself, so that a member at
its end does not cost the unpacking of all others each time. Header blocks are tarfile's; what they announce is bounded
here, since tarfile reads a header of any size that a stranger claims.
"""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, cast

from imaging.base.errors import Code, Refusal
from imaging.files.member_stream import ARCHIVE_ERRORS, MemberStream
from imaging.files.members import DEVICE, LINK, MEMBER_LIMIT, SPARSE, Member, MemberNames, too_many_members

TAR_MAGIC, TAR_MAGIC_OFFSET = b"ustar", 257
GZIP_MAGIC = b"\x1f\x8b"
_BLOCK = 512
_MOST_HEADERS = 3 * MEMBER_LIMIT
# Names of PATH_MAX and some attributes; a longer header is nobody's picture.
_EXTENDED_LIMIT = 64 * 1024
_EXTENDED = (
    tarfile.XHDTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
_DAMAGED = "The archive is damaged behind the files that could be listed."
_SPACING = 4 * 2**20


@dataclass(frozen=True)
class TarListing:
    """The members of an archive by name, in its own order; `flaw` says why there may be more."""

    members: dict[str, Member]
    flaw: Refusal | None = None


class _TooFar(Exception):
    """A member ends behind the last byte that may be unpacked; the argument is the end of it."""


def list_tar(stream: BinaryIO, most: int) -> TarListing:
    """Return the members of an archive that end before `most` unpacked bytes; of a longer one, and of a damaged one,
    those in front. Raises `Refusal`: ARCHIVE if there is none at all, TOO_LARGE if there are too many.

    `flaw` is TOO_LARGE with the bytes that are wanted, or ARCHIVE.
    """
    names, members = MemberNames(), dict[str, Member]()
    flaw = None
    try:
        for header, name, size, begin in _headers(stream, most):
            own = names.name_for(name)
            members[own] = Member(own, size, is_folder=header.isdir(), flaw=_flaw_of(header), facts=begin)
            if len(members) > MEMBER_LIMIT:
                raise too_many_members()
    except _TooFar as reached:
        flaw = Refusal(Code.TOO_LARGE, unpacks_to=reached.args[0])
    except (*ARCHIVE_ERRORS, tarfile.TarError, OSError):
        if not members:
            raise Refusal(Code.ARCHIVE) from None
        flaw = Refusal(Code.ARCHIVE, _DAMAGED)
    return TarListing(members, flaw)


def unpacked_stream(stream: BinaryIO, path: Path, stamp: tuple[int, int]) -> BinaryIO:
    """Return the stream of a tar itself: that of its file, or of what its file unpacks to."""
    stream.seek(0)
    is_packed = stream.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    return _indexed_gzip(path, stamp) if is_packed else stream


def open_tar_member(stream: BinaryIO, member: Member) -> MemberStream:
    """Return the bytes of a member; `stream` is `unpacked_stream`."""
    at: int = member.facts

    def read(count: int) -> bytes:
        nonlocal at
        stream.seek(at)
        part = stream.read(count)
        at += len(part)
        return part

    return MemberStream(read, member.size)


@lru_cache(maxsize=2)
def _indexed_gzip(path: Path, _stamp: tuple[int, int]) -> BinaryIO:
    from indexed_gzip import IndexedGzipFile  # wanted for packed files only, in a child process

    # It holds no handle between two reads.
    return cast(BinaryIO, IndexedGzipFile(str(path), spacing=_SPACING))


def _headers(stream: BinaryIO, most: int) -> Iterator[tuple[tarfile.TarInfo, str, int, int]]:
    """Yield each member's header, its name and size, which an extended header may give, and where its bytes begin."""
    at, extended = 0, dict[str, str]()
    for _ in range(_MOST_HEADERS):
        if at + _BLOCK > most:
            raise _TooFar(at + _BLOCK)
        block = _read_at(stream, at, _BLOCK)
        if not any(block):
            if not block and at and not _read_at(stream, at - 1, 1):
                # It ends within the last member.
                raise EOFError
            return
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        size = _whole_number(extended["size"]) if "size" in extended else header.size
        begin = at + _BLOCK
        # A link, a device or a folder has no bytes, whatever size it says.
        has_bytes = header.isreg() or header.type not in tarfile.SUPPORTED_TYPES or header.type in _EXTENDED
        at = begin + (-(-size // _BLOCK) * _BLOCK if has_bytes else 0)
        if size < 0:
            raise ValueError
        if header.type in _EXTENDED:
            if size > _EXTENDED_LIMIT:
                raise ValueError
            extended |= _extended_header(header.type, _read_at(stream, begin, size))
            continue
        if at > most:
            raise _TooFar(at)
        if any(key.startswith("GNU.sparse") for key in extended):
            header.type = tarfile.GNUTYPE_SPARSE
        yield header, extended.get("path", header.name), size, begin
        extended.clear()
    raise too_many_members()


def _read_at(stream: BinaryIO, at: int, count: int) -> bytes:
    """Return bytes of the tar; fewer, or none, if it ends there."""
    stream.seek(at)
    return stream.read(count)


def _extended_header(kind: bytes, content: bytes) -> dict[str, str]:
    """Return what an extended header says of the member behind it. Raises `ValueError`."""
    if kind == tarfile.GNUTYPE_LONGNAME:
        return {"path": _text(content.partition(b"\0")[0])}
    if kind not in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
        return {}
    said = {}
    at = 0
    # POSIX pax: "LENGTH KEY=VALUE\n", the length of the whole record in decimal.
    while at < len(content) and content[at]:
        digits = content[at : at + 8].partition(b" ")[0]
        length = _whole_number(_text(digits))
        key, _, value = content[at + len(digits) + 1 : at + length - 1].partition(b"=")
        said[_text(key)] = _text(value)
        at += max(length, len(digits) + 1)
    return said


def _whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise ValueError
    return int(text)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def _flaw_of(header: tarfile.TarInfo) -> str | None:
    if header.issym() or header.islnk():
        return LINK
    if header.isdev():
        return DEVICE
    return SPARSE if header.type == tarfile.GNUTYPE_SPARSE else None
