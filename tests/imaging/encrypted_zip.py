"""Encrypted ZIP archives for tests, made by the program that most people have."""

import shutil
import subprocess
from pathlib import Path

import pytest

WORD = "grüße 7"
zips = pytest.mark.skipif(shutil.which("zip") is None, reason="the zip program is not on this machine")


def locked(folder: Path, content: Path, word: str = WORD) -> Path:
    """Return an encrypted archive of a folder."""
    command = ["zip", "-q", "-r", "-P", word, str(folder / "locked.zip"), content.name]
    subprocess.run(command, check=True, cwd=content.parent, timeout=60)
    return folder / "locked.zip"
