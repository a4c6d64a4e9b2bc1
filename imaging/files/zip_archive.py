"""The members of a ZIP archive as sources. Nothing is unpacked to a file; a member is read where it lies.

Names in an archive are a stranger's: those that lead out of it are rows of the ledger and never a path.
"""

import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from zipfile import ZipInfo

from imaging.base.errors import Code, Skipped
from imaging.files.sources import zip_entries
from imaging.volume.series import Source

ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
_UNSAFE = "The name of this entry leads out of the archive."
_LINK = "This entry of the archive is a link."


@dataclass(frozen=True)
class Contents:
    """What a container names: sources that can be opened, and rows for what cannot."""

    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...] = ()


def is_zip(head: bytes, name: str) -> bool:
    """True for a ZIP under its own ending or none; other formats that are ZIPs inside (docx, npz) are not unpacked."""
    return name.lower().endswith(".zip") or (head.startswith(ZIP_MAGICS) and not PurePosixPath(name).suffix)


def zip_contents(path: Path) -> Contents:
    """Return the files in an archive, with those in its folders, in the order of their names.

    Raises `Refusal`: ARCHIVE if it is damaged, TOO_LARGE if it lists more than may be unpacked.
    """
    sources, skipped = [], []
    for name, entry in sorted(zip_entries(path).items()):
        if entry.is_dir():
            continue
        source = Source(path, name)
        if leads_out(name):
            skipped.append(Skipped(source.name, Code.ARCHIVE, _UNSAFE))
        elif _is_link(entry):
            skipped.append(Skipped(source.name, Code.ARCHIVE, _LINK))
        else:
            sources.append(source)
    return Contents(tuple(sources), tuple(skipped))


def leads_out(name: str) -> bool:
    """Return True if a relative name that a stranger wrote points outside its folder, on any system."""
    windows = PureWindowsPath(name)
    return bool(windows.drive or windows.root or ".." in windows.parts or "\0" in name)


def _is_link(entry: ZipInfo) -> bool:
    return stat.S_ISLNK(entry.external_attr >> 16)
