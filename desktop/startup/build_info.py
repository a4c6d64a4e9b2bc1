"""The program itself: its edition, its parts with their licences, and whether its files are as they were built.

A built program that lost a decoder or a model to a full disk or an eager virus scanner must say so, not fail somewhere
later: its list of files is checked quickly at every start, and fully by `selftest`. No Qt here.
"""

import json
import os
import platform
import re
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path

import resources
from imaging.base.atomic_write import file_sha256
from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from inference.torch_availability import torch_available

NOTICE = "Research use only. Not for diagnosis."
"""Said on every page, in every document and beside every finding."""
_FACTS = "build.json"
"""Written beside the resources when the program is built; a checkout has none."""
MANIFEST = "manifest.json"
"""In the resources of a built program: `{"files": {path: [bytes, sha256]}}`, paths from the folder of its libraries."""
LICENCES = "licences"
"""In the resources of a built program: `index.json`, and a folder of texts for each part."""
_NAMED = 3


@dataclass(frozen=True)
class Edition:
    """The program's own facts. `made` is the date of the sources; `is_built` is false for a run from source."""

    version: str
    build: str
    made: str
    name: str
    is_built: bool

    def line(self) -> str:
        """Return all of it in one line, for people."""
        made = f", {self.made}" if self.made else ""
        return f"Slicelens {self.version} {self.name} ({self.build}{made})"


@dataclass(frozen=True)
class Damage:
    """One file of the program that is not as it was built: `missing` or `changed`."""

    path: str
    how: str


@dataclass(frozen=True)
class LicensedPart:
    """A part of the program: name, version, licence, and the paths of its texts below `licences`."""

    name: str
    version: str
    licence: str
    texts: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the texts, one after another; empty in a run from source."""
        folder = resources_folder() / LICENCES
        return "\n\n".join((folder / name).read_text(encoding="utf-8", errors="replace") for name in self.texts)


@dataclass(frozen=True)
class ListedModel:
    """An installed model: id, version, the hash that stands for all its files, and the licence of its weights."""

    id: str
    version: str
    sha256: str
    licence: str


# --- which program this is ---


@cache
def edition() -> Edition:
    """Return the edition of this program; a checkout that was never installed has version 0."""
    if is_built():
        facts = json.loads((resources_folder() / _FACTS).read_text(encoding="utf-8"))
        return Edition(facts["version"], facts["build"], facts["made"], facts["edition"], True)
    try:
        number = version("slicelens")
    except PackageNotFoundError:
        number = "0"
    return Edition(number, english("from source"), "", english("full") if torch_available() else english("lite"), False)


def is_built() -> bool:
    """Return true in a program that PyInstaller made."""
    return bool(getattr(sys, "frozen", False))


def resources_folder() -> Path:
    """Return the folder of the program's resources, built or not."""
    return Path(resources.__file__).parent


def system_line() -> str:
    """Return the system that it runs on, in one line."""
    return f"{platform.platform(aliased=True)}, {platform.machine()}, Python {platform.python_version()}"


# --- whether it is whole ---


def find_damage(*, thorough: bool = False, root: Path | None = None) -> tuple[Damage, ...]:
    """Return what is not as it was built: by size, or (thorough) by SHA-256. Empty for a run from source.

    `root` is the folder of the program's libraries. Raises `Refusal` (DAMAGED) if the list itself is gone.
    """
    if root is None and not is_built():
        return ()
    folder = Path(getattr(sys, "_MEIPASS", ".")) if root is None else root
    manifest = (resources_folder() if root is None else root / "resources") / MANIFEST
    try:
        rows = json.loads(manifest.read_bytes())["files"].items()
        listed = [(str(name), int(size), str(digest)) for name, (size, digest) in rows]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refusal(Code.DAMAGED) from error
    found = []
    for name, size, digest in listed:
        # No `Path` for each: the full edition has thousands of files, and this is on the way to the window.
        path = f"{folder}/{name}"
        try:
            if os.stat(path).st_size != size or (thorough and file_sha256(Path(path)) != digest):
                found.append(Damage(name, "changed"))
        except OSError:
            found.append(Damage(name, "missing"))
    return tuple(found)


def require_whole(root: Path | None = None) -> None:
    """Return if every file is there in its size. Raises `Refusal` (DAMAGED) naming the first that are not."""
    found = find_damage(root=root)
    if found:
        raise Refusal(Code.DAMAGED, damage_sentence(found))


def damage_sentence(found: tuple[Damage, ...]) -> str:
    """Return what a person can do about damaged files."""
    named = ", ".join(f"{one.path} ({one.how})" for one in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return (
        f"The installation is damaged: {named}{more}. Install Slicelens again; your files and settings stay. "
        "If this comes back, ask whether the disk is full or a virus scanner removed them."
    )


# --- its parts ---


def list_models() -> tuple[ListedModel, ...]:
    """Return the installed models whose contracts can be read."""
    from inference.bundle.catalog import list_installed  # what reads contracts is not needed on the way to the window

    return tuple(
        ListedModel(one.id, one.contract.version, one.sha256, one.contract.weights_licence)
        for one in list_installed()
        if one.contract is not None
    )


def list_licences() -> tuple[LicensedPart, ...]:
    """Return the parts of the program with their licences; from source, as its packages declare them."""
    if is_built():
        rows = json.loads((resources_folder() / LICENCES / "index.json").read_text(encoding="utf-8"))
        return tuple(LicensedPart(row["name"], row["version"], row["licence"], tuple(row["texts"])) for row in rows)
    try:
        required = requires("slicelens") or []
    except PackageNotFoundError:
        required = []
    names = {"slicelens", *(re.split(r"[<>=!~;\[ ]", row)[0] for row in required if "extra ==" not in row)}
    return tuple(part for name in sorted(names, key=str.lower) if (part := _licensed_part(name)) is not None)


def _licensed_part(name: str) -> LicensedPart | None:
    try:
        facts = metadata(name)
    except PackageNotFoundError:
        return None
    # `get` is not among the methods that importlib.metadata promises.
    said = (facts.get_all("License-Expression") or facts.get_all("License") or [""])[0].partition("\n")[0]
    if not said or len(said) > 60:
        named = [row.rpartition(" :: ")[2] for row in facts.get_all("Classifier") or [] if row.startswith("License")]
        said = ", ".join(named) or "see its own files"
    return LicensedPart(facts["Name"], facts["Version"], said)
