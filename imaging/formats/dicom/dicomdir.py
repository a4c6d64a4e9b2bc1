"""The DICOMDIR of a medium: the DICOM files that it names (PS3.3 F.3), as sources."""

import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from imaging.base.errors import Code, Refusal, Skipped
from imaging.base.policy import ReadingPolicy
from imaging.files.archive import Contents, limit_rows, names_in_archive
from imaging.files.file_names import leads_out
from imaging.files.sources import open_source
from imaging.volume.series import Source

_UNDEFINED = 0xFFFFFFFF
_MOST_BYTES = 64 * 2**20
_PREAMBLE = 132
# Elements of explicit and, against the standard, of implicit VR: tag, VR, length; or tag, length.
_RECORDS = re.compile(rb"\x04\0\x20\x12(?:SQ\0\0(.{4})|(.{4}))", re.DOTALL)
_FILE_ID = re.compile(rb"\x04\0\0\x15(?:CS(..)|(..)\0\0)", re.DOTALL)
_NOT_IN_USE = (b"\x04\0\x10\x14US\x02\0\0\0", b"\x04\0\x10\x14\x02\0\0\0\0\0")
_ITEM = b"\xfe\xff\x00\xe0"
_FIRST_RECORD = re.compile(rb"\xfe\xff\x00\xe0.{4}(?:\x04\0|\xfe\xff)", re.DOTALL)
_MOST_BEFORE = 512
_DELIMITER = b"\xfe\xff\xdd\xe0\0\0\0\0"
_SECTOR = 2048
_DICOM_ENDINGS = (".dcm", ".dicom", ".ima")
_DICOMDIR_CLASS = b"1.2.840.10008.1.3.10"


def is_dicomdir(head: bytes, name: str) -> bool:
    """Tell a DICOM directory by its Media Storage SOP Class or its name."""
    if head[128:132] != b"DICM":
        return False
    base = name.replace("\\", "/").rpartition("/")[2].upper()
    return _DICOMDIR_CLASS in head[132:] or base.partition(".")[0] == "DICOMDIR"


def dicomdir_contents(source: Source, policy: ReadingPolicy) -> Contents:
    """Return the files that a DICOMDIR names (PS3.3 F.3, Referenced File ID), in its own order, each once.

    Names are compared without case and endings where they are not there as they are written. A file that is not
    there is a row (MISSING), and so is one outside the DICOMDIR's own folder (ARCHIVE); thousands are counted in one; a
    directory that was cut short is a row itself, beside what could be read of it. Raises
    `Refusal`: HEADER if the directory cannot be parsed, and those of `open_source`.
    """
    sources: dict[Source, None] = {}
    skipped: dict[str, Skipped] = {}
    finder = _Finder(source)
    references, was_cut = _referenced(source, policy)
    if was_cut:
        skipped[source.name] = Skipped.because(source.name, Refusal(Code.TRUNCATED, "The DICOMDIR ends too early."))
    for parts in references:
        name = "/".join((source.name.replace("\\", "/").rpartition("/")[0], *parts))
        if source.member is None:
            name = name.replace("/", os.sep)
        if leads_out("/".join(parts)) or any("/" in part or "\\" in part for part in parts):
            skipped[name] = Skipped(name, Code.ARCHIVE, "The DICOMDIR names a file outside its own folder.")
        elif (found := finder.find(parts)) is not None:
            sources[found] = None
        else:
            skipped[name] = Skipped.because(name, Refusal(Code.MISSING, "The DICOMDIR names a file that is not there."))
    return Contents(tuple(sources), limit_rows(tuple(skipped.values()), source.name))


def _referenced(source: Source, policy: ReadingPolicy) -> tuple[list[tuple[str, ...]], bool]:
    """Return the components of every Referenced File ID in a DICOMDIR, and whether the directory was cut short.

    The elements are looked for as bytes: pydicom makes a data set of each record, which takes a minute for a medium of
    a hundred thousand files.
    """
    with open_source(source, policy) as stream:
        if stream.seek(0, 2) > _MOST_BYTES:
            raise Refusal(Code.TOO_LARGE, "The DICOMDIR is larger than that of any real medium.")
        stream.seek(0)
        content = stream.read()
    records = _RECORDS.search(content, _PREAMBLE)
    if records is None:
        raise Refusal(Code.HEADER, "The DICOMDIR is damaged.")
    begin, length = records.end(), int.from_bytes(records[1] or records[2], "little")
    is_empty = length == 0 or content.startswith(_DELIMITER, begin)
    if not is_empty and not _FIRST_RECORD.match(content, begin):
        raise Refusal(Code.HEADER, "The DICOMDIR is damaged.")
    # A little is allowed behind the delimiter: media are filled up to whole sectors.
    was_cut = begin + length > len(content) if length != _UNDEFINED else _DELIMITER not in content[-_SECTOR:]
    return list(dict.fromkeys(_file_ids(content, begin))), was_cut


def _file_ids(content: bytes, begin: int) -> Iterator[tuple[str, ...]]:
    """Yield the components of the Referenced File ID (0004,1500) of each record that is in use (0004,1410)."""
    for found in _FILE_ID.finditer(content, begin):
        at, length = found.end(), int.from_bytes(found[1] or found[2], "little")
        # Nothing but short elements of the same group stands between an item's beginning and its file ID.
        nearest = max(begin, found.start() - _MOST_BEFORE)
        head = content[max(nearest, content.rfind(_ITEM, nearest, found.start())) : found.start()]
        if length and not any(flag in head for flag in _NOT_IN_USE):
            text = content[at : at + length].decode("ascii", "surrogateescape")
            yield tuple(part.strip(" \0") for part in text.split("\\"))


class _Finder:
    """Finds the files that a DICOMDIR means: media written in capitals are often copied to small letters, and copying
    programs give files endings (or ISO 9660's version number) that the DICOMDIR does not know."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._listings: dict[str, dict[str, str]] = {}
        self._inside: dict[str, bool] = {}
        self._members: dict[str, list[str]] | None = None if source.member is None else _members_by_folder(source.path)
        self._root = str(source.path.parent) if source.member is None else _parent(source.member)

    def find(self, parts: Sequence[str]) -> Source | None:
        """Return the file that the components of a Referenced File ID name, or None."""
        found = self._root
        for part in parts:
            if found not in self._listings:
                self._listings[found] = _by_spelling(self._names(found))
            names = self._listings[found]
            name = next((names[one] for one in (part, *_spellings(part)) if one in names), None)
            if name is None:
                return None
            found = os.path.join(found, name) if self._members is None else f"{found}/{name}".lstrip("/")
        if self._members is not None:
            return Source(self._source.path, found)
        return Source(Path(found)) if self._is_inside(found) else None

    def _is_inside(self, file: str) -> bool:
        """Return whether a file is there, and it and its folder are no links that lead out."""
        folder = os.path.dirname(file)
        if folder not in self._inside:
            self._inside[folder] = _is_below(os.path.realpath(folder), os.path.realpath(self._root))
        try:
            mode = os.lstat(file).st_mode
        except OSError:
            return False
        if stat.S_ISLNK(mode):
            return os.path.isfile(file) and _is_below(os.path.realpath(file), os.path.realpath(self._root))
        return stat.S_ISREG(mode) and self._inside[folder]

    def _names(self, folder: str) -> list[str]:
        if self._members is not None:
            return self._members.get(folder, [])
        try:
            return os.listdir(folder)
        except OSError:
            return []


def _is_below(path: str, root: str) -> bool:
    return path == root or path.startswith(os.path.join(root, ""))


def _by_spelling(names: Sequence[str]) -> dict[str, str]:
    """Return the names in a folder by themselves, and by what a DICOMDIR may call them instead."""
    found: dict[str, str] = {}
    # Of two that differ in their endings only the one that says DICOM.
    for name in sorted(names, key=lambda one: (not one.lower().endswith(_DICOM_ENDINGS), one)):
        for spelling in _spellings(name):
            found.setdefault(spelling, name)
    return found | {name: name for name in names}


def _spellings(name: str) -> tuple[str, str]:
    """Return a name in small letters, and without what stands behind its first dot or semicolon."""
    small = name.casefold()
    return small, re.split(r"[.;]", small, maxsplit=1)[0]


def _members_by_folder(archive: Path) -> dict[str, list[str]]:
    """Return the names of an archive's members and folders, by the folder that they are in."""
    found: dict[str, dict[str, None]] = {}
    for name in names_in_archive(archive):
        below = name.rstrip("/")
        while below:
            folder = _parent(below)
            is_known = folder in found
            found.setdefault(folder, {})[below.rpartition("/")[2]] = None
            below = "" if is_known else folder
    return {folder: list(names) for folder, names in found.items()}


def _parent(member: str) -> str:
    return member.rstrip("/").rpartition("/")[0]
