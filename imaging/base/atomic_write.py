"""Files as bytes: hashed, and written whole or not at all (only here: temporary file, fsync, replace)."""

import errno
import hashlib
import os
import secrets
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.base.leftovers import PREFIX, sweep_leftovers

# On Windows a virus scanner or an indexer holds what was just written, for a moment.
_WAITS: tuple[float, ...] = (0.02, 0.05, 0.1, 0.2, 0.4) if sys.platform == "win32" else ()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader finds the old one or the whole new one.

    The temporary file stands in the same folder under a random name, since a file's name can hold a person's. A link is
    followed. Raises `Refusal` (WRITE); then the old file is still there.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        raise Refusal(Code.WRITE, "The path to write to is a folder or a device, not a file.")
    if not target.parent.is_dir():
        raise Refusal(Code.WRITE, "The folder to write to does not exist.")
    sweep_leftovers(target.parent)
    unfinished = target.parent / f".{PREFIX}{secrets.token_hex(8)}"
    try:
        write_through(unfinished, content)
        move(unfinished, target)
    except OSError:
        raise Refusal(Code.WRITE) from None
    finally:
        with suppress(OSError):
            unfinished.unlink()


def write_with_folder(path: Path, content: bytes) -> None:
    """Write a file whole, and its folder if there is none. Raises `Refusal` (WRITE) that names the path."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except (OSError, Refusal):
        raise Refusal(
            Code.WRITE, english("{path}: the file could not be written (is the disk full?).", path=path)
        ) from None


def write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files that belong together into a folder, which is made if need be: staged first, so that a full disk
    leaves none of them. Older ones are replaced. Raises `Refusal` (WRITE) that says why, as far as the system does.
    """
    staged: list[tuple[Path, Path]] = []
    if any((folder / name).is_dir() for name in files):
        raise Refusal(Code.WRITE, "A folder stands in that folder where one of the files would be.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sweep_leftovers(folder)
        for name, content in files.items():
            staged.append((folder / f".{PREFIX}{secrets.token_hex(8)}", folder / name))
            write_through(staged[-1][0], content)
        for unfinished, target in staged:
            move(unfinished, target)
    except OSError as error:
        raise Refusal(Code.WRITE, _say_why(error)) from None
    finally:
        for unfinished, _ in staged:
            with suppress(OSError):
                unfinished.unlink()


def _say_why(error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return english("The files could not be written: that folder may not be written to. Choose another one.")
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return english("The files could not be written: a file stands where the folder would be.")
    return english("The files could not be written into that folder (is the disk full?).")


def move(source: Path, target: Path) -> None:
    """Move a file or folder within one disk, over a file that is there. Raises OSError."""
    for seconds in _WAITS:
        try:
            os.replace(source, target)
        except PermissionError:
            time.sleep(seconds)
        else:
            return
    os.replace(source, target)


def write_through(path: Path, content: bytes) -> None:
    """Write a new file and wait until the disk has it. Raises OSError, FileExistsError among them."""
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
