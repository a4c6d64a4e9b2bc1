"""Whole or not at all: how training writes a file."""

from pathlib import Path

from imaging.base.atomic_write import write_whole
from imaging.base.errors import Code, Refusal


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file by its new content in one step. Raises `Refusal` (WRITE); then the old file is still there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except (OSError, Refusal):
        raise Refusal(Code.WRITE, f"{path}: the file could not be written (is the disk full?).") from None
