"""ZIP archives: their table of contents, and the bytes of one member.

A member is decompressed in memory, never to a file beside the user's own. Names, sizes and offsets in an archive are a
stranger's: what the table of contents says is bounded before it is read, and members that lie over each other are not
opened.
"""

import stat
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import BinaryIO, cast
from zipfile import ZipExtFile, ZipFile, ZipInfo

from imaging.base.errors import Code, Refusal, refusal_of
from imaging.base.policy import ReadingPolicy
from imaging.files.member_stream import ARCHIVE_ERRORS, MemberStream
from imaging.files.member_unpacker import MemberUnpacker
from imaging.files.members import LINK, MEMBER_LIMIT, OVERLAPPING, Member, MemberNames, too_many_members

ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
_TABLE_LIMIT = 64 * 1024 * 1024
_LOCAL_HEADER_BYTES = 30
_TABLE_ROW = b"PK\x01\x02"
_FLAGS_OFFSET = 8
_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1
# The compression method that stands in for the real one of a member encrypted with AES (WinZip's AE-1 and AE-2).
_AES = 99
_AES_SENTENCE = (
    "This file of the archive is encrypted with AES, which Slicelens does not unpack. Unpack the archive with another "
    "program first."
)
_LOCKED = "This file of the archive is encrypted with a password."
_NO_KEY = "This file of the archive is encrypted, and the password that was given does not fit."


def list_zip(stream: BinaryIO) -> dict[str, Member]:
    """Return the members of an archive by name, in its own order. Raises `Refusal`: ARCHIVE, TOO_LARGE."""
    try:
        try:
            rows, end = _read_table(_TableReader(stream))
        except UnicodeDecodeError:
            rows, end = _read_table(_TableReader(stream, names_as_bytes=True))
    except ARCHIVE_ERRORS:
        raise Refusal(Code.ARCHIVE) from None
    except OSError as error:
        raise refusal_of(error) from None
    overlapping = frozenset(_find_overlapping(rows, end))
    names = MemberNames()
    members = {}
    for number, row in enumerate(rows):
        name = names.name_for(_decode_name(row))
        flaw = LINK if stat.S_ISLNK(row.external_attr >> 16) else OVERLAPPING if number in overlapping else None
        members[name] = Member(name, row.file_size, is_folder=row.is_dir(), flaw=flaw, facts=row)
    return members


def open_zip_member(stream: BinaryIO, member: Member, policy: ReadingPolicy, name: str) -> MemberStream:
    """Return the bytes of a member; `stream` is that of its archive, `name` that of its `Source`.

    Raises `Refusal`: ENCRYPTED, UNSUPPORTED, EMPTY, TOO_LARGE, ARCHIVE.
    """
    row: ZipInfo = member.facts
    is_encrypted = bool(row.flag_bits & _ENCRYPTED_FLAG)
    if is_encrypted and row.compress_type == _AES:
        raise Refusal(Code.UNSUPPORTED, _AES_SENTENCE)
    if is_encrypted and not policy.passwords:
        raise Refusal(Code.ENCRYPTED, _LOCKED)
    if member.size == 0:
        raise Refusal(Code.EMPTY)
    policy.check_unpacked(member.size, name)
    try:
        if is_encrypted:
            return MemberStream(BytesIO(_decrypt(stream, row, policy.passwords)).read, row.file_size)
        return MemberStream(_reader(stream, row), row.file_size)
    except ARCHIVE_ERRORS:
        raise Refusal(Code.ARCHIVE) from None


def _read_table(table: "_TableReader") -> tuple[list[ZipInfo], int]:
    """Return the rows of the table of contents, and where the table begins."""
    with ZipFile(cast(BinaryIO, table)) as archive:
        return archive.infolist(), archive.start_dir


def _reader(stream: BinaryIO, row: ZipInfo, password: bytes | None = None) -> Callable[[int], bytes]:
    """Return what unpacks a member from its beginning on, and compares its checksum at its end."""
    stream.seek(row.header_offset)
    header = stream.read(_LOCAL_HEADER_BYTES)
    if len(header) < _LOCAL_HEADER_BYTES or header[:4] != ZIP_MAGICS[0]:
        raise Refusal(Code.ARCHIVE)
    stream.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    return MemberUnpacker(stream, row).read if password is None else ZipExtFile(stream, "r", row, pwd=password).read


def _decrypt(stream: BinaryIO, row: ZipInfo, passwords: Sequence[str]) -> bytes:
    """Unpack with the first of the passwords that fits. Raises `Refusal` (ENCRYPTED) if none does."""
    for password in (spelling for given in passwords for spelling in _spellings(given)):
        try:
            # One wrong password of 256 passes the quick check; only the checksum of the whole tells it.
            content = _reader(stream, row, password)(row.file_size)
        except ARCHIVE_ERRORS:
            continue
        if len(content) == row.file_size:
            return content
    raise Refusal(Code.ENCRYPTED, _NO_KEY)


def _spellings(password: str) -> tuple[bytes, ...]:
    """Return the bytes that a password may have been encrypted with: UTF-8, or the code page of an older archiver."""
    made = []
    for encoding in ("utf-8", "cp437", "cp1252"):
        try:
            made.append(password.encode(encoding))
        except UnicodeEncodeError:
            continue
    return tuple(dict.fromkeys(made))


class _TableReader:
    """A stream from which zipfile reads a table of contents: no larger than any real one, names as they come."""

    def __init__(self, stream: BinaryIO, *, names_as_bytes: bool = False) -> None:
        self._stream = stream
        self._names_as_bytes = names_as_bytes
        self.seek, self.tell = stream.seek, stream.tell

    def read(self, count: int = -1) -> bytes:
        """Return the next bytes. Raises `Refusal` (TOO_LARGE) if they are a table of far too many rows."""
        if count > _TABLE_LIMIT:
            raise too_many_members()
        content = self._stream.read(count)
        if not content.startswith(_TABLE_ROW):
            return content
        if content.count(_TABLE_ROW) > MEMBER_LIMIT:
            raise too_many_members()
        return _without_utf8_flags(content) if self._names_as_bytes else content


def _without_utf8_flags(table: bytes) -> bytes:
    """Return a table of contents that claims UTF-8 of no name: zipfile stops at the first one that is not."""
    changed = bytearray(table)
    at = changed.find(_TABLE_ROW)
    while 0 <= at < len(changed) - _FLAGS_OFFSET - 1:
        changed[at + _FLAGS_OFFSET + 1] &= ~(_UTF8_FLAG >> 8)
        at = changed.find(_TABLE_ROW, at + len(_TABLE_ROW))
    return bytes(changed)


def _decode_name(row: ZipInfo) -> str:
    """Return a member's name; one that does not say how it is written is UTF-8 if it can be, else of code page 437."""
    if row.flag_bits & _UTF8_FLAG:
        return row.filename
    try:
        return row.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return row.filename


def _find_overlapping(rows: Sequence[ZipInfo], end: int) -> Iterator[int]:
    """Yield the numbers of members whose bytes are those of others too, or lie behind the end of all of them."""
    ordered = sorted(range(len(rows)), key=lambda number: rows[number].header_offset)
    reach, last = -1, -1
    for number in ordered:
        row = rows[number]
        if row.header_offset < reach:
            yield from (last, number)
        own_end = row.header_offset + _LOCAL_HEADER_BYTES + row.compress_size
        if own_end > end:
            yield number
        if own_end > reach:
            reach, last = own_end, number
