"""What the program consists of: the installed models with their hashes, and the licences of its parts. No Qt here."""

import json
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata, requires

from desktop.startup.build_info import is_built, resources_folder
from inference.bundle.catalog import list_installed

LICENCES = "licences"
"""In the resources of a built program: `index.json`, and a folder of texts for each part."""


@dataclass(frozen=True)
class LicensedPart:
    """A part of the program: name, version, licence, and the paths of its texts below `licences`."""

    name: str
    version: str
    licence: str
    texts: tuple[str, ...] = ()

    def text(self) -> str:
        """The texts, one after another; empty in a run from source."""
        folder = resources_folder() / LICENCES
        return "\n\n".join((folder / name).read_text(encoding="utf-8", errors="replace") for name in self.texts)


@dataclass(frozen=True)
class InstalledModel:
    """An installed model: id, version, the hash that stands for all its files, and the licence of its weights."""

    id: str
    version: str
    sha256: str
    licence: str


def models() -> tuple[InstalledModel, ...]:
    """The installed models whose contracts can be read."""
    return tuple(
        InstalledModel(one.id, one.contract.version, one.sha256, one.contract.weights_licence)
        for one in list_installed()
        if one.contract is not None
    )


def licences() -> tuple[LicensedPart, ...]:
    """The parts of the program with their licences; from source, what its packages say of themselves."""
    if is_built():
        rows = json.loads((resources_folder() / LICENCES / "index.json").read_text(encoding="utf-8"))
        return tuple(LicensedPart(row["name"], row["version"], row["licence"], tuple(row["texts"])) for row in rows)
    names = {"slicelens", *(_name_of(row) for row in _required() if "extra ==" not in row)}
    return tuple(found for name in sorted(names, key=str.lower) if (found := _licensed(name)) is not None)


def _required() -> list[str]:
    try:
        return requires("slicelens") or []
    except PackageNotFoundError:
        return []


def _name_of(requirement: str) -> str:
    name = requirement
    for end in "<>=!~;[ ":
        name = name.partition(end)[0]
    return name


def _licensed(name: str) -> LicensedPart | None:
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
