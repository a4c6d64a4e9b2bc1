"""Archives that are opened (ZIP, tar, tar.gz), and those that are refused by name with the way out.

The table of contents is read once and kept, so that opening the thousandth member does not parse it a thousand times.
All members together may unpack to the limit of one file, or to ten times the archive itself: pictures hardly pack
better than that, bombs do.
"""

import sys
import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from imaging.base.english import english
from imaging.base.errors import Code, Refusal, Skipped, refusal_of
from imaging.base.policy import ReadingPolicy
from imaging.base.regular_file import open_regular
from imaging.files.file_names import is_litter, leads_out
from imaging.files.member_stream import MemberStream
from imaging.files.members import Member
from imaging.files.tar_archive import (
    GZIP_MAGIC,
    TAR_MAGIC,
    TAR_MAGIC_OFFSET,
    list_tar,
    open_tar_member,
    unpacked_stream,
)
from imaging.files.zip_archive import ZIP_MAGICS, list_zip, open_zip_member
from imaging.volume.series import Source

ROWS_LIMIT = 1000
"""The most rows that one container gives; the files beyond are counted in one row more."""

ISO_MAGIC, ISO_MAGIC_OFFSET = b"CD001", 0x8001
_HEAD_BYTES = 1024
_KEPT_LISTINGS = 4
_UNSAFE = "The name of this file leads out of the archive."
_UNPACK_FIRST = english("Unpack it with another program, and open what comes out of it.")
_TAR_ENDINGS = (".tar", ".tar.gz", ".tgz")
# What it is, its endings, its first bytes.
_NOT_UNPACKED: tuple[tuple[str, tuple[str, ...], tuple[bytes, ...]], ...] = (
    ("a 7z archive", (".7z",), (b"7z\xbc\xaf\x27\x1c",)),
    ("a RAR archive", (".rar",), (b"Rar!\x1a\x07",)),
    ("packed with xz", (".xz", ".txz"), (b"\xfd7zXZ\0",)),
    ("packed with bzip2", (".bz2", ".tbz", ".tbz2"), tuple(b"BZh%d1AY&SY" % level for level in range(1, 10))),
    ("packed with Zstandard", (".zst", ".tzst"), (b"\x28\xb5\x2f\xfd",)),
    ("packed with LZ4", (".lz4",), (b"\x04\x22\x4d\x18",)),
    ("packed with lzip", (".lz", ".tlz"), (b"LZIP\x01",)),
    ("packed with compress", (".z",), (b"\x1f\x9d\x90",)),
    ("a Cabinet archive", (".cab",), (b"MSCF\0\0\0\0",)),
    ("an ARJ archive", (".arj",), ()),
    ("an LHA archive", (".lzh", ".lha"), ()),
    ("a disk image of macOS", (".dmg",), ()),
)


class ArchiveKind(StrEnum):
    """The archives that are opened."""

    ZIP = "ZIP"
    TAR = "tar"


@dataclass(frozen=True)
class Contents:
    """The files that a container names: sources that can be opened, and rows for those that cannot."""

    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True)
class _Listing:
    kind: ArchiveKind
    members: Mapping[str, Member]
    flaw: Refusal | None
    most: int
    """Unpacked bytes up to which a tar was listed."""


def archive_kind(head: bytes, name: str) -> ArchiveKind | None:
    """Tell an archive by its first bytes and its name; other formats that are ZIPs inside (docx, npz) are none."""
    lower = name.lower()
    if lower.endswith(".zip") or (head.startswith(ZIP_MAGICS) and not PurePosixPath(lower).suffix):
        return ArchiveKind.ZIP
    inside = _unpacked_head(head) if head.startswith(GZIP_MAGIC) else head
    if inside[TAR_MAGIC_OFFSET:].startswith(TAR_MAGIC) or lower.endswith(_TAR_ENDINGS):
        return ArchiveKind.TAR
    return None


def check_packing(head: bytes, name: str) -> None:
    """Raise `Refusal` (UNSUPPORTED) for an archive or a packed file that is not unpacked here; it says what to do."""
    lower = name.lower()
    for what, endings, magics in _NOT_UNPACKED:
        if head.startswith(magics) or lower.endswith(endings):
            raise Refusal(
                Code.UNSUPPORTED,
                english(
                    "This is {what}, which Slicelens does not unpack. {unpack_first}",
                    what=what,
                    unpack_first=_UNPACK_FIRST,
                ),
            )
    if lower.endswith(".iso"):
        raise image_of_a_disc()


def image_of_a_disc() -> Refusal:
    """Return the refusal of the image of a CD or DVD."""
    return Refusal(
        Code.UNSUPPORTED,
        "This is the image of a disc (ISO), which Slicelens does not read. Open it with your system (a double click "
        "mounts it on most) or unpack it, and open the folder.",
    )


def archive_contents(path: Path, policy: ReadingPolicy) -> Contents:
    """Return the files in an archive, with those in its folders, in the order of their names.

    Raises `Refusal`: ARCHIVE if it is damaged, TOO_LARGE if it holds more than may be unpacked, and those of a plain
    file.
    """
    listing = _list(path, policy)
    files = [member for _, member in sorted(listing.members.items()) if not member.is_folder]
    limit = policy.archive_limit(str(path), _stamp(path)[1])
    total = sum(member.size for member in files if member.flaw is None)
    if listing.kind is ArchiveKind.ZIP and total > limit:
        raise policy.unpacks_too_far(total)
    sources, skipped = [], []
    if listing.flaw is not None:
        if listing.flaw.unpacks_to is not None:
            # How far it goes on is not written anywhere.
            raise policy.unpacks_too_far(max(2 * limit, listing.flaw.unpacks_to))
        skipped.append(Skipped.because(str(path), listing.flaw))
    for member in files:
        source = Source(path, member.name)
        flaw = _UNSAFE if leads_out(member.name) or not member.name else member.flaw
        if flaw is not None:
            skipped.append(Skipped(source.name, Code.ARCHIVE, flaw))
        elif member.size == 0 and not is_litter(member.name):
            skipped.append(Skipped.because(source.name, Refusal(Code.EMPTY)))
        else:
            sources.append(source)
    return Contents(tuple(sources), limit_rows(skipped, str(path)))


def limit_rows(rows: Sequence[Skipped], container: str) -> tuple[Skipped, ...]:
    """Return the rows of one container; those beyond `ROWS_LIMIT` as one that counts them."""
    rest = rows[ROWS_LIMIT:]
    if not rest:
        return tuple(rows)
    says = f"{len(rest):,} more files could not be opened; the first of them: {rest[0].message}"
    return (*rows[:ROWS_LIMIT], Skipped(f"{container}/…", rest[0].code, says, files=len(rest)))


def has_member(source: Source) -> bool:
    """Return whether the archive that a source lies in lists it. Raises `Refusal` as `archive_contents` does."""
    return source.member in _list(source.path, ReadingPolicy()).members


def names_in_archive(path: Path) -> Sequence[str]:
    """Return the names of all members of an archive. Raises `Refusal` as `archive_contents` does."""
    return tuple(_list(path, ReadingPolicy()).members)


def open_member(stream: BinaryIO, source: Source, policy: ReadingPolicy) -> MemberStream:
    """Return the bytes of a member; `stream` is that of its archive.

    Raises `Refusal`: MISSING, EMPTY, ENCRYPTED, UNSUPPORTED, TOO_LARGE, ARCHIVE.
    """
    listing = _list(source.path, policy)
    member = listing.members.get(source.member or "")
    if member is None:
        raise Refusal(Code.MISSING)
    if member.flaw is not None:
        raise Refusal(Code.ARCHIVE, member.flaw)
    if listing.kind is ArchiveKind.ZIP:
        return open_zip_member(stream, member, policy, source.name)
    if member.size == 0:
        raise Refusal(Code.EMPTY)
    policy.check_unpacked(member.size, source.name)
    return open_tar_member(unpacked_stream(stream, source.path, _stamp(source.path)), member)


_listings: OrderedDict[tuple[Path, tuple[int, int]], _Listing] = OrderedDict()


def _list(path: Path, policy: ReadingPolicy) -> _Listing:
    """Return the listing of an archive, the same one until its file changes."""
    stamp = _stamp(path)
    key = path, stamp
    found = _listings.get(key)
    if found is not None and found.flaw is None:
        return found
    most = policy.archive_limit(str(path), stamp[1])
    if found is None or found.most < most:
        found = _read_listing(path, stamp, most)
        _listings[key] = found
        while len(_listings) > _KEPT_LISTINGS:
            _listings.popitem(last=False)
    return found


def _read_listing(path: Path, stamp: tuple[int, int], most: int) -> _Listing:
    with open_regular(path) as stream:
        head = stream.read(_HEAD_BYTES)
        if not head:
            raise Refusal(Code.EMPTY)
        if archive_kind(head, path.name) is ArchiveKind.TAR:
            content = unpacked_stream(stream, path, stamp)
            # Of a plain one nothing unpacks to more than is there.
            listing = list_tar(content, sys.maxsize if content is stream else most)
            return _Listing(ArchiveKind.TAR, listing.members, listing.flaw, most)
        return _Listing(ArchiveKind.ZIP, list_zip(stream), None, most)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        facts = path.stat()
    except (OSError, ValueError) as error:
        raise refusal_of(error) from None
    return facts.st_mtime_ns, facts.st_size


def _unpacked_head(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, _HEAD_BYTES)
    except zlib.error:
        return b""
