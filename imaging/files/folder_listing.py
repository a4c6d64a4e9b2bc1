"""Which files paths stand for: themselves, or all below a folder, with links followed only to what was given."""

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from imaging.base.errors import Code, Refusal, Skipped, refusal_of
from imaging.files.file_names import is_litter_folder
from imaging.volume.series import Source

_LINK_TO_FOLDER = "This is a link to another folder, which was not followed."
_LINK_OUTSIDE = "This is a link to a file outside of what was opened, which was not followed. Open that file itself."
# DataLad and git-annex keep every file of a data set here, and links to them where a person looks.
_ANNEX = os.path.join(".git", "annex", "objects")


def list_files(paths: Sequence[Path]) -> Iterator[Source | Skipped | None]:
    """Yield every file that the paths stand for, or why one cannot be looked at; None is a step without a file."""
    roots = tuple(os.path.realpath(path) for path in paths if os.path.exists(path))
    for path in paths:
        yield from _files_under(path, roots)


def _files_under(path: Path, roots: Sequence[str]) -> Iterator[Source | Skipped | None]:
    """Yield the files that a path stands for, folder by folder by their names; None is a step without a file.

    A link in a folder is followed to a file below one of `roots`, and nowhere else.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        yield Skipped.because(str(path), refusal_of(error))
        return
    if not stat.S_ISDIR(mode):
        yield Source(path)
        return
    folders = [path]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            yield Skipped.because(str(folder), refusal_of(error))
            continue
        below: list[Path] = []
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and not _is_junction(entry):
                below.append(folder / entry.name)
                yield None
            elif _leads_to_folder(entry):
                # It may lead back up, or to what was not given.
                yield Skipped.because(entry.path, Refusal(Code.UNSUPPORTED, _LINK_TO_FOLDER))
            elif entry.is_symlink() and _leads_outside(entry.path, roots):
                yield Skipped.because(entry.path, Refusal(Code.UNSUPPORTED, _LINK_OUTSIDE))
            else:
                yield Source(folder / entry.name)
        folders.extend(one for one in reversed(below) if not is_litter_folder(one.name))
        yield None


def _leads_outside(link: str, roots: Sequence[str]) -> bool:
    """Return whether a link leads to what is there and was not given."""
    target = os.path.realpath(link)
    if not os.path.exists(target) or _ANNEX in target:
        return False
    return not any(target == root or target.startswith(os.path.join(root, "")) for root in roots)


def _leads_to_folder(entry: "os.DirEntry[str]") -> bool:
    """Return whether a link or junction leads to a folder; one that leads round in a circle leads nowhere."""
    try:
        return entry.is_dir()
    except OSError:
        # The opening of it says what is wrong.
        return False


if sys.platform == "win32":

    def _is_junction(entry: "os.DirEntry[str]") -> bool:
        """Return True for Windows' other link to a folder, which Python 3.11 takes for the folder itself."""
        # Windows tells this with the names, so it costs nothing.
        return entry.stat(follow_symlinks=False).st_reparse_tag == stat.IO_REPARSE_TAG_MOUNT_POINT

else:

    def _is_junction(_: "os.DirEntry[str]") -> bool:
        """Return False: no other system has them."""
        return False
