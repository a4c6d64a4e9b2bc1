"""The DICOMDIR of a medium: the DICOM files that it names (PS3.3 F.3), as sources."""

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from imaging.base.errors import Code, Refusal, Skipped
from imaging.base.policy import ReadingPolicy
from imaging.files.file_names import leads_out
from imaging.files.sources import open_source
from imaging.files.zip_archive import Contents, zip_members
from imaging.volume.series import Source

_RECORDS = "DirectoryRecordSequence"
_UNDEFINED = 0xFFFFFFFF
_DELIMITER = b"\xfe\xff\xdd\xe0\0\0\0\0"
_SECTOR = 2048
_DICOMDIR_CLASS = b"1.2.840.10008.1.3.10"


def is_dicomdir(head: bytes, name: str) -> bool:
    """Tell a DICOM directory by its Media Storage SOP Class or its name."""
    if head[128:132] != b"DICM":
        return False
    base = name.replace("\\", "/").rpartition("/")[2].upper()
    return _DICOMDIR_CLASS in head[132:] or base.partition(".")[0] == "DICOMDIR"


def dicomdir_contents(source: Source, policy: ReadingPolicy) -> Contents:
    """Return the files that a DICOMDIR names (PS3.3 F.3, Referenced File ID), in its own order, each once.

    A file that is not there is a row (MISSING), and so is one outside the DICOMDIR's own folder (ARCHIVE); a
    directory that was cut short is a row itself, beside what could be read of it. Raises
    `Refusal`: HEADER if the directory cannot be parsed, and those of `open_source`.
    """
    sources: dict[Source, None] = {}
    skipped: dict[str, Skipped] = {}
    listings: dict[Path, dict[str, str]] = {}
    references, was_cut = _referenced(source, policy)
    if was_cut:
        skipped[source.name] = Skipped.because(source.name, Refusal(Code.TRUNCATED, "The DICOMDIR ends too early."))
    for parts in references:
        name = "/".join((source.name.replace("\\", "/").rpartition("/")[0], *parts))
        if source.member is None:
            name = name.replace("/", os.sep)
        if leads_out("/".join(parts)) or any("/" in part or "\\" in part for part in parts):
            skipped[name] = Skipped(name, Code.ARCHIVE, "The DICOMDIR names a file outside its own folder.")
        elif (found := _beside(source, parts, listings)) is not None:
            sources[found] = None
        else:
            skipped[name] = Skipped.because(name, Refusal(Code.MISSING, "The DICOMDIR names a file that is not there."))
    return Contents(tuple(sources), tuple(skipped.values()))


def _referenced(source: Source, policy: ReadingPolicy) -> tuple[list[tuple[str, ...]], bool]:
    """Return the components of every Referenced File ID in a DICOMDIR, and whether the directory was cut short."""
    # Imported here: a scan of other formats does without pydicom.
    from pydicom import dcmread

    from imaging.formats.dicom.dataset.elements import silence_warnings

    with open_source(source, policy) as stream, silence_warnings():
        try:
            directory: Any = dcmread(stream, specific_tags=[_RECORDS])
            was_cut = _was_cut(directory.get_item(_RECORDS), stream)
            records = directory.get(_RECORDS) or []
            named = [record.get("ReferencedFileID") for record in records if record.get("RecordInUseFlag") != 0]
        except Exception:
            # Whatever pydicom trips over in a damaged directory.
            raise Refusal(Code.HEADER, "The DICOMDIR is damaged.") from None
    return [(one,) if isinstance(one, str) else tuple(str(part) for part in one) for one in named if one], was_cut


def _was_cut(records: Any, stream: BinaryIO) -> bool:
    """Tell if the sequence of records ends before its stated length, or without the delimiter that stands for one."""
    length, value = getattr(records, "length", _UNDEFINED), getattr(records, "value", None)
    if isinstance(value, bytes) and length != _UNDEFINED:
        return len(value) < length
    # A little is allowed behind the delimiter: media are filled up to whole sectors.
    stream.seek(max(stream.seek(0, 2) - _SECTOR, 0))
    return _DELIMITER not in stream.read()


def _beside(source: Source, parts: Sequence[str], listings: dict[Path, dict[str, str]]) -> Source | None:
    """Return the file that a DICOMDIR means, or None. Media written in capitals are often copied to small letters."""
    if source.member is not None:
        wanted = str(PurePosixPath(source.member).parent / "/".join(parts))
        members = zip_members(source.path)
        same = (name for name in members if name.casefold() == wanted.casefold())
        member = wanted if wanted in members else next(same, None)
        return None if member is None else Source(source.path, member)
    found = source.path.parent
    for part in parts:
        if found not in listings:
            listings[found] = _names(found)
        name = listings[found].get(part) or listings[found].get(part.casefold())
        if name is None:
            return None
        found = found / name
    return Source(found) if found.is_file() and found.resolve().is_relative_to(source.path.parent.resolve()) else None


def _names(folder: Path) -> dict[str, str]:
    """Return the names in a folder, by themselves and in small letters."""
    try:
        names = sorted(one.name for one in folder.iterdir())
    except OSError:
        return {}
    return {name.casefold(): name for name in names} | {name: name for name in names}
