"""ZIP archives: their members as sources, and the bytes of one.

A member is decompressed in memory, never to a file beside the user's own. The archive's table of contents is read once
and kept, so that opening the thousandth member does not parse it a thousand times. Names in an archive are a
stranger's: those that lead out of it are rows of the ledger and never a path.
"""

import stat
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from zipfile import BadZipFile, ZipExtFile, ZipFile, ZipInfo

from imaging.base.errors import Code, Refusal, Skipped, refusal_of
from imaging.base.policy import ReadingPolicy
from imaging.files.file_names import leads_out
from imaging.volume.series import Source

MEMBER_LIMIT = 100_000
"""The most members that an archive may list."""

TOTAL_LIMIT = 64 * 1024**3
"""The most bytes that an archive may declare for all its members together."""

ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED_FLAG = 0x1
# The compression method that stands in for the real one of a member encrypted with AES (WinZip's AE-1 and AE-2).
_AES = 99
_AES_SENTENCE = (
    "This file of the archive is encrypted with AES, which Slicelens does not unpack. Unpack the archive with another "
    "program first."
)
_LOCKED = "This file of the archive is encrypted with a password."
_NO_KEY = "This file of the archive is encrypted, and the password that was given does not fit."
_UNSAFE = "The name of this file leads out of the archive."
_LINK = "This file of the archive is a link."
# Everything that zipfile and its decompressors raise for damaged or unknown content (NotImplementedError among them).
_ARCHIVE_ERRORS = (BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, struct.error)


@dataclass(frozen=True)
class Contents:
    """The files that a container names: sources that can be opened, and rows for those that cannot."""

    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...] = ()


def is_zip(head: bytes, name: str) -> bool:
    """Tell a ZIP under its own ending or none; other formats that are ZIPs inside (docx, npz) are not unpacked."""
    return name.lower().endswith(".zip") or (head.startswith(ZIP_MAGICS) and not PurePosixPath(name).suffix)


def zip_contents(path: Path) -> Contents:
    """Return the files in an archive, with those in its folders, in the order of their names.

    Raises `Refusal`: ARCHIVE if it is damaged, TOO_LARGE if it lists more than may be unpacked.
    """
    sources, skipped = [], []
    for name, member in sorted(zip_members(path).items()):
        if member.is_dir():
            continue
        source = Source(path, name)
        if leads_out(name):
            skipped.append(Skipped(source.name, Code.ARCHIVE, _UNSAFE))
        elif stat.S_ISLNK(member.external_attr >> 16):
            skipped.append(Skipped(source.name, Code.ARCHIVE, _LINK))
        else:
            sources.append(source)
    return Contents(tuple(sources), tuple(skipped))


def zip_members(path: Path) -> Mapping[str, ZipInfo]:
    """Return the members of an archive by name, in its own order.

    Raises `Refusal`: ARCHIVE, TOO_LARGE, and those of a plain file.
    """
    try:
        facts = path.stat()
        return _list_members(path, facts.st_mtime_ns, facts.st_size)
    except OSError as error:
        raise refusal_of(error) from None


@lru_cache(maxsize=4)
def _list_members(path: Path, _changed: int, size: int) -> Mapping[str, ZipInfo]:
    if size == 0:
        raise Refusal(Code.EMPTY)
    try:
        with ZipFile(path) as archive:
            members = archive.infolist()
    except _ARCHIVE_ERRORS:
        raise Refusal(Code.ARCHIVE) from None
    if len(members) > MEMBER_LIMIT or sum(member.file_size for member in members) > TOTAL_LIMIT:
        raise Refusal(Code.TOO_LARGE, "The archive holds more files or bytes than Slicelens unpacks.")
    return {member.filename: member for member in members}


def read_member(stream: BinaryIO, source: Source, policy: ReadingPolicy, count: int | None) -> bytes:
    """Return the first `count` bytes of a member, or all; `stream` is that of its archive.

    Raises `Refusal`: MISSING, EMPTY, ENCRYPTED, UNSUPPORTED, TOO_LARGE, ARCHIVE.
    """
    member = zip_members(source.path).get(source.member or "")
    if member is None:
        raise Refusal(Code.MISSING)
    is_encrypted = bool(member.flag_bits & _ENCRYPTED_FLAG)
    if is_encrypted and member.compress_type == _AES:
        raise Refusal(Code.UNSUPPORTED, _AES_SENTENCE)
    if is_encrypted and not policy.passwords:
        raise Refusal(Code.ENCRYPTED, _LOCKED)
    if member.file_size == 0:
        raise Refusal(Code.EMPTY)
    policy.check_unpacked(member.file_size, source.name)
    try:
        stream.seek(member.header_offset)
        signature, name_length, extra_length = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
        if signature != b"PK\x03\x04":
            raise Refusal(Code.ARCHIVE)
        start = stream.seek(name_length + extra_length, 1)
        if is_encrypted:
            return _decrypt(stream, start, member, count, policy.passwords)
        content = _unpack(stream, start, member, count)
    except _ARCHIVE_ERRORS:
        raise Refusal(Code.ARCHIVE) from None
    except OSError as error:
        raise refusal_of(error) from None
    except MemoryError:
        raise Refusal(Code.TOO_LARGE) from None
    if count is None and len(content) < member.file_size:
        raise Refusal(Code.ARCHIVE)
    return content


def _unpack(stream: BinaryIO, start: int, member: ZipInfo, count: int | None, password: bytes | None = None) -> bytes:
    stream.seek(start)
    with ZipExtFile(stream, "r", member, pwd=password) as content:
        return content.read(member.file_size if count is None else count)


def _decrypt(stream: BinaryIO, start: int, member: ZipInfo, count: int | None, passwords: Sequence[str]) -> bytes:
    """Unpack with the first of the passwords that fits. Raises `Refusal` (ENCRYPTED) if none does."""
    for password in (spelling for given in passwords for spelling in _spellings(given)):
        try:
            # One wrong password of 256 passes the quick check; only the checksum of the whole tells it.
            content = _unpack(stream, start, member, None, password)
        except _ARCHIVE_ERRORS:
            continue
        if len(content) == member.file_size:
            return content[:count]
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
