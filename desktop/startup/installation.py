"""Whether a built program is whole: its list of files, checked quickly at every start and fully by `selftest`. No Qt.

A program that lost a decoder or a model to a full disk or an eager virus scanner must say so, not fail somewhere later.
"""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from desktop.startup.build_info import is_built, resources_folder
from imaging.base.atomic_write import file_sha256
from imaging.base.errors import Code, Refusal

MANIFEST = "manifest.json"
"""In the resources of a built program: `{"files": {path: [bytes, sha256]}}`, paths from the folder of its libraries."""
_NAMED = 3


@dataclass(frozen=True)
class Damage:
    """One file of the program that is not as it was built: `missing` or `changed`."""

    path: str
    how: str


def damages(*, thorough: bool = False, root: Path | None = None) -> tuple[Damage, ...]:
    """What is not as it was built: by size, or (thorough) by SHA-256. Empty for a run from source.

    `root` is the folder of the program's libraries. Raises `Refusal` (DAMAGED) where the list itself is gone.
    """
    if root is None and not is_built():
        return ()
    folder = Path(getattr(sys, "_MEIPASS", ".")) if root is None else root
    place = resources_folder() if root is None else root / "resources"
    try:
        rows = json.loads((place / MANIFEST).read_bytes())["files"].items()
        listed = [(str(name), int(size), str(digest)) for name, (size, digest) in rows]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refusal(Code.DAMAGED) from error
    found = []
    for name, size, digest in listed:
        # No `Path` for each: the full edition has thousands of files, and this is on the way to the window.
        path = f"{folder}/{name}"
        try:
            same = os.stat(path).st_size == size and (not thorough or file_sha256(Path(path)) == digest)
        except OSError:
            found.append(Damage(name, "missing"))
            continue
        if not same:
            found.append(Damage(name, "changed"))
    return tuple(found)


def require_whole(root: Path | None = None) -> None:
    """Return where every file is there in its size. Raises `Refusal` (DAMAGED) naming the first that are not."""
    found = damages(root=root)
    if found:
        raise Refusal(Code.DAMAGED, sentence_of(found))


def sentence_of(found: tuple[Damage, ...]) -> str:
    """What a person can do about damaged files."""
    named = ", ".join(f"{one.path} ({one.how})" for one in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return (
        f"The installation is damaged: {named}{more}. Install Slicelens again; your files and settings stay. "
        "If this comes back, ask whether the disk is full or a virus scanner removed them."
    )
