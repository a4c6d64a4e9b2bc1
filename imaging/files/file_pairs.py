"""Files that belong together, a header and pixels beside it: how one is found by the other, and which never is.

Names of pixel files are a stranger's. One is only followed down from its header's own folder: not by `..`, not by an
absolute path or one of another computer, and not by a link that leads out; what lies there is not even looked at.
"""

import os
from pathlib import Path, PurePath, PurePosixPath

from imaging.base.english import Text, english
from imaging.base.errors import Code, Refusal
from imaging.files.archive import has_member
from imaging.files.file_names import leads_out
from imaging.volume.series import Source

PIXELS_OF_HDR = (".img", ".IMG", ".img.gz")
"""What may stand beside the header of ANALYZE, and of NIfTI in two files."""
# What the header of a pixel file may be called; the endings that say nothing by themselves stand below.
_HEADERS = {
    ".img": (".hdr", ".HDR", ".hdr.gz"),
    ".img.gz": (".hdr", ".hdr.gz"),
    ".brik": (".HEAD", ".head"),
    ".brik.gz": (".HEAD", ".head"),
    ".rec": (".par", ".PAR"),
    ".raw": (".mhd", ".nhdr"),
    ".zraw": (".mhd",),
    ".raw.gz": (".nhdr", ".mhd"),
}
_ANYBODYS = (".raw", ".zraw", ".raw.gz")
_LINKS = 16
_OUTSIDE = "The file names pixels outside its own folder, where Slicelens does not look."
_NO_PIXELS = "The file that holds the pixels is not beside its header."
_NO_HEADER = english("The header that belongs to these pixels ({name}) is not beside them.")


def find_beside(source: Source, names: list[str]) -> Source:
    """Return the first of the files of these names that exists beside a header.

    Raises `Refusal`: UNSUPPORTED if a name leads out of the header's folder, MISSING if no such file is there.
    """
    for name in names:
        if (found := _beside(source, name)) is not None:
            return found
    raise Refusal(Code.MISSING, _NO_PIXELS)


def header_beside(source: Source) -> Source | None:
    """Return the header of what is a pixel file by its name; None if it is none, or if anybody's file may have it.

    Raises `Refusal` (MISSING) if the header is not there.
    """
    name = PurePosixPath(source.member).name if source.member else source.path.name
    for ending in sorted(_HEADERS, key=len, reverse=True):
        if name.lower().endswith(ending):
            stem = name[: -len(ending)]
            for one in _HEADERS[ending]:
                if (found := _beside(source, stem + one)) is not None:
                    return found
            if ending in _ANYBODYS:
                return None
            raise Refusal(Code.MISSING, Text(_NO_HEADER, facts={"name": stem + _HEADERS[ending][0]}))
    return None


def _beside(source: Source, name: str) -> Source | None:
    """Return the file of a name that a stranger wrote, or None if there is none. Raises `Refusal` (UNSUPPORTED)."""
    if leads_out(name):
        raise Refusal(Code.UNSUPPORTED, _OUTSIDE)
    if source.member is not None:
        member = Source(source.path, str(PurePosixPath(source.member).parent / name))
        return member if has_member(member) else None
    there = _below(source.path.parent, name)
    return Source(there) if there.is_file() else None


def _below(folder: Path, name: str) -> Path:
    """Return the path of a name below a folder, every link on the way read but not followed.

    Raises `Refusal` (UNSUPPORTED) if one leads out of the folder, or if there are too many.
    """
    at, parts, links = folder, list(PurePath(name).parts), 0
    while parts:
        step = at / parts.pop(0)
        try:
            target = os.readlink(step)
        except (OSError, ValueError):
            # No link, or nothing at all.
            at = step
            continue
        links += 1
        if leads_out(target) or links > _LINKS:
            raise Refusal(Code.UNSUPPORTED, _OUTSIDE)
        parts[:0] = PurePath(target).parts
    return at
