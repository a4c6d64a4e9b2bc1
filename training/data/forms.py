"""The forms in which labelled pictures come: a folder for each class, nested folders, names that tell, a table.

Each form answers with the pictures that it found and what it knows of them. A label that the recipe does not know is
refused here, with the place where it stands: a class that is silently left out would make every figure wrong.
"""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from imaging.base.errors import Code, Refusal
from imaging.formats import HEAD_BYTES, recognise
from inference.contract.contract import Task
from training.data.table_form import Found, from_table
from training.recipe.recipe_parts import DataForm, Folders, Levels, Names
from training.recipe.training_codes import TrainingCode

_NAMED_AT_ONCE = 5


def find(folder: Path, source: DataForm, task: Task) -> list[Found]:
    """The labelled pictures below a data folder, unsorted.

    Raises `Refusal`: MISSING for a folder or table that is not there, CASES for a label that the recipe does not know
    and for whatever else contradicts the form.
    """
    if not folder.is_dir():
        raise Refusal(Code.MISSING, f"{folder}: there is no such folder.")
    if isinstance(source, Folders):
        return _from_folders(folder, source)
    if isinstance(source, Levels):
        return _from_levels(folder, source, task)
    if isinstance(source, Names):
        return _from_names(folder, source, task)
    return from_table(folder, source, task)


def files_below(folder: Path) -> Iterator[Path]:
    """Every file below a folder in the order of names, hidden ones left out; links to folders are not followed."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(here, name) for name in sorted(names) if not name.startswith("."))


def is_picture(path: Path) -> bool:
    """True where a file's first bytes or its name are of a format that Slicelens reads."""
    try:
        with path.open("rb") as stream:
            return recognise(stream.read(HEAD_BYTES), path.name) is not None
    except OSError:
        return recognise(b"", path.name) is not None


def _from_folders(folder: Path, source: Folders) -> list[Found]:
    of_label = {label: folder / name for label, name in source.folders.items()}
    strangers = [
        place
        for parent in {place.parent for place in of_label.values()}
        if parent.is_dir()
        for place in sorted(parent.iterdir())
        if _is_stranger(place, list(of_label.values()))
    ]
    if strangers:
        known = ", ".join(sorted(source.folders.values()))
        raise Refusal(
            TrainingCode.CASES,
            f"{_named(strangers)}: the recipe names no such class (it has {known}). Take the folder out, or name it.",
        )
    return [Found(path, (label,)) for label, place in of_label.items() for path in files_below(place)]


def _is_stranger(place: Path, known: Sequence[Path]) -> bool:
    """True for a folder beside those of the classes that holds pictures."""
    if place.name.startswith(".") or not place.is_dir() or any(one.is_relative_to(place) for one in known):
        return False
    return any(is_picture(path) for path in files_below(place))


def _from_levels(folder: Path, source: Levels, task: Task) -> list[Found]:
    labels = {name: name for name in task.names} | {name: label for label, name in source.folders.items()}
    for label, name in source.folders.items():
        if name != label and labels.get(label) == label:
            del labels[label]
    found, strangers = [], []
    for path in files_below(folder):
        names = _levels_of(path.relative_to(folder).parts[:-1], source)
        if names is None or names[source.label] not in labels:
            if is_picture(path):
                strangers.append(path)
            continue
        found.append(Found(path, (labels[names[source.label]],), facts=tuple(names.items())))
    if strangers:
        raise Refusal(
            TrainingCode.CASES,
            f"{_named(strangers)}: the folders do not say {'/'.join(source.levels)} with a {source.label} that the "
            f"recipe knows ({', '.join(labels)}).",
        )
    return found


def _levels_of(folders: Sequence[str], source: Levels) -> dict[str, str] | None:
    """Level -> folder name, or None where the depth is wrong."""
    lacking = len(source.levels) - len(folders)
    if not 0 <= lacking <= len(source.optional):
        return None
    left_out = source.optional[:lacking]
    return dict(zip((level for level in source.levels if level not in left_out), folders, strict=True))


def _from_names(folder: Path, source: Names, task: Task) -> list[Found]:
    patterns = {label: re.compile(pattern) for label, pattern in source.patterns.items()}
    found, strangers = [], []
    for path in files_below(folder):
        name = path.relative_to(folder).as_posix()
        labels = tuple(label for label in task.names if patterns[label].search(name))
        if labels:
            found.append(Found(path, labels))
        elif is_picture(path):
            strangers.append(path)
    if strangers:
        raise Refusal(TrainingCode.CASES, f"{_named(strangers)}: no label of the recipe fits the name.")
    return found


def _named(paths: Sequence[Path]) -> str:
    """The first few paths, and how many more there are."""
    shown = ", ".join(PurePosixPath(path).as_posix() for path in paths[:_NAMED_AT_ONCE])
    more = len(paths) - _NAMED_AT_ONCE
    return f"{shown} and {more} more" if more > 0 else shown
