"""Bytes of a file or of one member of a ZIP, with the operating system's errors turned into refusals.

A member is decompressed in memory, never to a file beside the user's own. The archive's table of contents is read
once and kept, so that opening the thousandth member does not parse it a thousand times.
"""

import errno
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.volume.series import Source

ENTRY_LIMIT = 100_000
"""The most entries that an archive may list."""

TOTAL_LIMIT = 64 * 1024**3
"""The most bytes that an archive may declare for all its entries together."""

_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED_FLAG = 0x1
# The compression method that stands in for the real one of an entry encrypted with AES (WinZip's AE-1 and AE-2).
_AES = 99
_AES_SENTENCE = (
    "This entry of the archive is encrypted with AES, which Slicelens does not unpack. Unpack the archive with another "
    "program first."
)
_LOCKED = "This entry of the archive is encrypted with a password."
_NO_KEY = "This entry of the archive is encrypted, and the password that was given does not fit."
# Everything that zipfile and its decompressors raise for damaged or unknown content (NotImplementedError among them).
_ARCHIVE_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, struct.error)


@contextmanager
def open_source(source: Source, policy: ReadingPolicy) -> Iterator[BinaryIO]:
    """A seekable stream of the source's bytes, closed at the end of the block.

    Raises `Refusal`: MISSING, EMPTY, PERMISSION, UNSUPPORTED (a device or a pipe), and for a member ARCHIVE,
    ENCRYPTED or TOO_LARGE. Errors inside the block pass through untouched.
    """
    with _open(source, policy, None) as stream:
        yield stream


def read_head(source: Source, policy: ReadingPolicy, count: int) -> bytes:
    """The first `count` bytes of a source (fewer where it is shorter). Raises as `open_source` does."""
    with _open(source, policy, count) as stream:
        try:
            return stream.read(count)
        except OSError as error:
            raise refusal_of(error) from None


def changed_at(stream: BinaryIO) -> int:
    """When the file of an open stream was changed last, in nanoseconds; 0 for a member of an archive."""
    try:
        return os.fstat(stream.fileno()).st_mtime_ns
    except OSError:
        return 0


def stamp_of(source: Source) -> tuple[int, int]:
    """Size and time of change of a source's file. Raises `OSError`."""
    facts = source.path.stat()
    return facts.st_size, facts.st_mtime_ns


def file_changed() -> Refusal:
    """The refusal of a file that is not the one any more whose header was read."""
    return Refusal(Code.HEADER, "The file has changed since it was listed.")


def refusal_of(error: OSError) -> Refusal:
    """The refusal that says in our words what the operating system reported."""
    if isinstance(error, FileNotFoundError | NotADirectoryError) or error.errno in (errno.ENAMETOOLONG, errno.ELOOP):
        return Refusal(Code.MISSING)
    if isinstance(error, PermissionError):
        return Refusal(Code.PERMISSION)
    return Refusal(Code.HEADER, "The file could not be read: the disk or the network reported an error.")


def zip_entries(path: Path) -> Mapping[str, zipfile.ZipInfo]:
    """The entries of an archive by name, in its own order. Raises `Refusal` (ARCHIVE, and those of a plain file)."""
    try:
        facts = path.stat()
        return _zip_entries(path, facts.st_mtime_ns, facts.st_size)
    except OSError as error:
        raise refusal_of(error) from None


@lru_cache(maxsize=4)
def _zip_entries(path: Path, _changed: int, size: int) -> Mapping[str, zipfile.ZipInfo]:
    if size == 0:
        raise Refusal(Code.EMPTY)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except _ARCHIVE_ERRORS:
        raise Refusal(Code.ARCHIVE) from None
    if len(entries) > ENTRY_LIMIT or sum(entry.file_size for entry in entries) > TOTAL_LIMIT:
        raise Refusal(Code.TOO_LARGE, "The archive holds more files or bytes than Slicelens unpacks.")
    return {entry.filename: entry for entry in entries}


@contextmanager
def _open(source: Source, policy: ReadingPolicy, count: int | None) -> Iterator[BinaryIO]:
    """The whole source, or of a member only its first `count` bytes."""
    stream = _open_file(source.path)
    with stream:
        if source.member is None:
            yield stream
        else:
            yield BytesIO(_unpack(stream, source, policy, count))


def _open_file(path: Path) -> BinaryIO:
    try:
        facts = os.stat(path)
        if stat.S_ISDIR(facts.st_mode):
            raise Refusal(Code.UNKNOWN_FORMAT, "This is a folder, not a file.")
        # Opening a pipe would wait for its other end for ever.
        if not stat.S_ISREG(facts.st_mode):
            raise Refusal(Code.UNSUPPORTED, "This is a device or a pipe, not a file.")
        if facts.st_size == 0:
            raise Refusal(Code.EMPTY)
        return open(path, "rb")
    except OSError as error:
        raise refusal_of(error) from None
    except ValueError:
        # A path with a NUL in it names nothing.
        raise Refusal(Code.MISSING) from None


def _unpack(stream: BinaryIO, source: Source, policy: ReadingPolicy, count: int | None) -> bytes:
    entry = zip_entries(source.path).get(source.member or "")
    if entry is None:
        raise Refusal(Code.MISSING)
    is_encrypted = bool(entry.flag_bits & _ENCRYPTED_FLAG)
    if is_encrypted and entry.compress_type == _AES:
        raise Refusal(Code.UNSUPPORTED, _AES_SENTENCE)
    if is_encrypted and not policy.passwords:
        raise Refusal(Code.ENCRYPTED, _LOCKED)
    if entry.file_size == 0:
        raise Refusal(Code.EMPTY)
    policy.check_unpacked(entry.file_size, source.name)
    try:
        stream.seek(entry.header_offset)
        signature, name_length, extra_length = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
        if signature != b"PK\x03\x04":
            raise Refusal(Code.ARCHIVE)
        start = stream.seek(name_length + extra_length, 1)
        if is_encrypted:
            return _decrypted(stream, start, entry, count, policy.passwords)
        content = _member(stream, start, entry, count)
    except _ARCHIVE_ERRORS:
        raise Refusal(Code.ARCHIVE) from None
    except OSError as error:
        raise refusal_of(error) from None
    except MemoryError:
        raise Refusal(Code.TOO_LARGE) from None
    if count is None and len(content) < entry.file_size:
        raise Refusal(Code.ARCHIVE)
    return content


def _member(
    stream: BinaryIO, start: int, entry: zipfile.ZipInfo, count: int | None, password: bytes | None = None
) -> bytes:
    stream.seek(start)
    with zipfile.ZipExtFile(stream, "r", entry, pwd=password) as member:
        return member.read(entry.file_size if count is None else count)


def _decrypted(
    stream: BinaryIO, start: int, entry: zipfile.ZipInfo, count: int | None, passwords: Sequence[str]
) -> bytes:
    """The same by the first of the given passwords that fits. Raises `Refusal` (ENCRYPTED) where none does."""
    for password in (spelling for given in passwords for spelling in _spellings(given)):
        try:
            # One wrong password of 256 passes the quick check; only the checksum of the whole tells it.
            content = _member(stream, start, entry, None, password)
        except _ARCHIVE_ERRORS:
            continue
        if len(content) == entry.file_size:
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
