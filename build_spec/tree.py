"""The files of a built program, each once, under the name by which the program finds it."""

from collections.abc import Iterator
from pathlib import Path

_DOT = "__dot__"
"""What PyInstaller writes for a dot in the name of a folder of an .app: codesign takes such folders for bundles."""


def files_in(internal: Path) -> Iterator[tuple[Path, str]]:
    """(file, name below the program's folder of libraries), links left out.

    In an .app the libraries lie in Frameworks and all else in Resources, with links from each into the other.
    """
    for place in folders_of(internal):
        for path in sorted(place.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path, path.relative_to(place).as_posix().replace(_DOT, ".")


def names_in(internal: Path) -> dict[str, Path]:
    """What the program can open below its folder of libraries, links to files included: name → file."""
    found = {name: path for path, name in files_in(internal) if (internal / name).is_file()}
    for path in internal.rglob("*"):
        if path.is_symlink() and path.is_file() and _DOT not in (name := path.relative_to(internal).as_posix()):
            found.setdefault(name, path)
    return dict(sorted(found.items()))


def remove_dangling(internal: Path) -> None:
    """Links to what was left out, and links to those."""
    while dangling := [
        path for place in folders_of(internal) for path in place.rglob("*") if path.is_symlink() and not path.exists()
    ]:
        for path in dangling:
            path.unlink()


def folders_of(internal: Path) -> tuple[Path, ...]:
    """The folder of libraries, and in an .app the one of everything else."""
    return (internal, internal.parent / "Resources") if internal.name == "Frameworks" else (internal,)
