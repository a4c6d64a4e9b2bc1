"""Which models run inside the program: those that came with it, and those that an administrator allows by their hash.

A bundle is known by the SHA-256 of its `bundle.json`, which names the hashes of all its other files; a bare ONNX file
by its own. Both lists are text: a hash a line, anything may follow it, `#` begins a remark.
"""

import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import platformdirs

import resources
from imaging.base.errors import Code, Refusal
from imaging.base.regular_file import read_regular

ALLOWED_FILE = "models.allow"
_SHIPPED = Path(resources.__file__).parent / "shipped_models.txt"
_MOST_BYTES = 2**20
_HASH = re.compile(r"[0-9a-f]{64}(?=\s|$)", re.IGNORECASE)


@dataclass(frozen=True)
class ModelList:
    """A list of hashes as it was read; `faults` are sentences about what could not be."""

    path: Path
    hashes: frozenset[str] = frozenset()
    faults: tuple[str, ...] = ()


def is_allowed(sha256: str) -> bool:
    """Return whether the model of that hash runs inside the program."""
    return any(sha256 in found.hashes for found in (shipped_models(), *allowed_models()))


@cache
def shipped_models() -> ModelList:
    """Return the models that came with the program."""
    return _read_list(_SHIPPED)


def allowed_models() -> tuple[ModelList, ...]:
    """Return the lists that an administrator made, where there are any: in the system's folder, beside the program."""
    folders = [platformdirs.site_config_path("slicelens", appauthor=False)]
    if getattr(sys, "frozen", False):
        folders.append(Path(sys.executable).parent)
    found = (_read_list(folder / ALLOWED_FILE) for folder in folders)
    return tuple(one for one in found if one.hashes or one.faults)


def _read_list(path: Path) -> ModelList:
    """Read a list; one that is not there has no hashes."""
    try:
        lines = read_regular(path, _MOST_BYTES).decode("utf-8", "replace").splitlines()
    except Refusal as refusal:
        return ModelList(path, faults=() if refusal.code is Code.MISSING else (refusal.message,))
    told = [(number, line.strip()) for number, line in enumerate(lines, 1)]
    rows = {number: _HASH.match(line) for number, line in told if line and not line.startswith("#")}
    faults = (f"Line {number} does not begin with a SHA-256." for number, match in rows.items() if match is None)
    return ModelList(path, frozenset(row[0].lower() for row in rows.values() if row), tuple(faults))
