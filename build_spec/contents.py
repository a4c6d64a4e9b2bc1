"""The list of what a built program holds (`contents.toml`), read for one edition, and applied to files and modules.

Standard library only: the spec, the build and the tests read it, and none of them should need the others' packages.
"""

import re
import sys
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

EDITIONS = ("lite", "full")


@dataclass(frozen=True)
class Part:
    """One thing that is in the program: what it is, why it is there, its licence, and which files and modules are it.

    `distributions` are names as pip knows them; `modules` top-level names of Python modules; `files` patterns of paths
    in the built folder.
    """

    name: str
    why: str
    licence: str
    distributions: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    licence_files: tuple[str, ...] = ()
    licence_texts: tuple[str, ...] = ("**",)
    """Which of the texts that its distributions bring are of what is in, where they bring those of other things too."""
    system: bool = False
    """Whether its files come from the system that the program is built on."""

    def claims(self, path: str) -> bool:
        """Return whether a file of the built folder belongs to this part."""
        return any(_pattern(glob).fullmatch(path) for glob in self.files)

    def is_licensed_by(self, path: str) -> bool:
        """Return whether a text among a distribution's files is of this part."""
        return any(_pattern(glob).fullmatch(path) for glob in self.licence_texts)


@dataclass(frozen=True)
class LeftOut:
    """Files or modules that come with a part and are not wanted, and why they are not missed."""

    why: str
    modules: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contents:
    """The whole list for one edition."""

    edition: str
    parts: tuple[Part, ...]
    left_out: tuple[LeftOut, ...]
    samples: tuple[tuple[str, tuple[str, ...]], ...]
    hidden: tuple[str, ...]
    sources: tuple[str, ...]
    strip: tuple[str, ...]
    empty: tuple[str, ...]
    trap: tuple[str, ...]

    @classmethod
    def read(cls, path: Path, edition: str) -> "Contents":
        """The list for an edition. Raises ValueError for an edition that there is not, TypeError for an unknown key."""
        if edition not in EDITIONS:
            raise ValueError(f"There is no edition {edition!r}; there are {', '.join(EDITIONS)}.")
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(
            edition,
            tuple(Part(**_frozen(row)) for row in _of(table["part"], edition)),
            tuple(LeftOut(**_frozen(row)) for row in _of(table["left_out"], edition)),
            tuple((row["package"], tuple(row["files"])) for row in _of(table["sample"], edition)),
            tuple(name for row in _of(table["hidden"], edition) for name in row["modules"]),
            tuple(name for row in _of(table["source"], edition) for name in row["modules"]),
            tuple(glob for row in _of(table["strip"], edition) for glob in row["files"]),
            tuple(glob for row in _of(table["empty"], edition) for glob in row["files"]),
            tuple(glob for row in _of(table["empty"], edition) if row.get("traps") for glob in row["files"]),
        )

    def part_of_file(self, path: str) -> Part | None:
        """The part that claims a file of the built folder (path with `/`, from `_internal`); None if none does."""
        return next((part for part, pattern in self._file_patterns if pattern.fullmatch(path)), None)

    def part_of_module(self, name: str) -> Part | None:
        """The part that a Python module belongs to."""
        top = name.split(".")[0]
        if top in sys.stdlib_module_names or top.startswith("_sysconfigdata"):
            return next(part for part in self.parts if part.name == "Python")
        return next((part for part in self.parts if top in part.modules), None)

    def leaves_out_file(self, path: str) -> bool:
        """Return whether a file is on the list of what is not wanted."""
        plain = path.replace("\\", "/")
        return any(pattern.fullmatch(plain) for pattern in self._left_out_files)

    def strips(self, path: str) -> bool:
        """Return whether a library has symbols that only debuggers read, and is known to stand `strip`."""
        return any(_pattern(glob).fullmatch(path) for glob in self.strip)

    def empties(self, path: str) -> bool:
        """Return whether a library is linked to and never called."""
        return any(_pattern(glob).fullmatch(path) for glob in self.empty)

    def traps(self, path: str) -> bool:
        """Return whether a call of an emptied library must end the program, since 0 would pass for a result."""
        return any(_pattern(glob).fullmatch(path) for glob in self.trap)

    def leaves_out_module(self, name: str) -> bool:
        """Return whether a module, or a package it is in, is on the list of what is not wanted."""
        return any(name == left or name.startswith(f"{left}.") for left in self.excluded_modules())

    def excluded_modules(self) -> list[str]:
        """Names of the modules that are not wanted."""
        return [module for row in self.left_out for module in row.modules]

    def hidden_imports(self) -> list[str]:
        """Modules that nothing imports by a plain `import`."""
        return list(self.hidden)

    def collection_modes(self) -> dict[str, str]:
        """Packages whose source must lie beside their bytecode, as PyInstaller's option wants them."""
        return dict.fromkeys(self.sources, "pyz+py")

    def metadata(self) -> list[str]:
        """Distributions whose metadata go in: plug-ins are found by them, licences and versions are read from them."""
        return sorted({name for part in self.parts for name in part.distributions})

    def package_files(self) -> list[tuple[str, str]]:
        """(file, folder in the program) of single files taken from installed packages: the samples."""
        found = []
        for package, names in self.samples:
            folder = _folder_of(package)
            for name in names:
                below = folder / name
                for path in sorted(below.rglob("*")) if below.is_dir() else [below]:
                    if path.is_file():
                        found.append((str(path), (Path(package) / path.relative_to(folder).parent).as_posix()))
        return found

    @cached_property
    def _file_patterns(self) -> list[tuple[Part, re.Pattern[str]]]:
        return [(part, _pattern(glob)) for part in self.parts for glob in part.files]

    @cached_property
    def _left_out_files(self) -> list[re.Pattern[str]]:
        return [_pattern(glob) for row in self.left_out for glob in row.files]


def _of(rows: list[dict[str, Any]], edition: str) -> list[dict[str, Any]]:
    """The rows of an edition; a row without `editions` is in all."""
    chosen = [row for row in rows if edition in row.get("editions", EDITIONS)]
    return [{key: value for key, value in row.items() if key != "editions"} for row in chosen]


def _frozen(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    """`**` is anything, `*` anything but a slash, `{a,b}` one of several."""
    text = re.escape(glob).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    text = re.sub(r"\\\{([^{}]*)\\\}", lambda found: f"(?:{found[1].replace(',', '|')})", text)
    return re.compile(text)


def _folder_of(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"The package {package}, which holds samples, is not installed.")
    return Path(next(iter(spec.submodule_search_locations)))
