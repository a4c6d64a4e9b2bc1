"""Whole or not at all: how training writes a file, and what it hashes."""

import hashlib
import os
import tempfile
from pathlib import Path

from imaging.refusal import Code, Refusal


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file by its new content in one step. Raises `Refusal` (WRITE); then the old file is still there."""
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        os.replace(temporary, path)
    except OSError:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise Refusal(Code.WRITE, f"{path}: the file could not be written (is the disk full?).") from None


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
