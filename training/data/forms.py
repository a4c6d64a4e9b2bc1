"""The forms in which labelled pictures come: a folder for each class, nested folders, names that tell, a table.

Each form answers with the pictures that it found and what it knows of them. A label that the recipe does not know is
refused here, with the file and line that name it: a class silently left out would make every figure wrong.
"""

import csv
import io
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from imaging.base.errors import Code, Refusal
from imaging.files.file_names import is_litter, is_litter_folder
from imaging.formats import HEAD_BYTES, recognise
from imaging.volume.geometry import Plane
from inference.contract.contract import Task
from training.recipe.recipe import CsvTable, DataForm, Folders, Levels, Names, TrainingCode, list_some


@dataclass(frozen=True)
class FoundPicture:
    """One picture as its form knows it, before its bytes are read."""

    path: Path
    labels: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    """Labels of which nobody knows whether they apply."""
    person: str | None = None
    slice: int | None = None
    """The slice of the file that is meant, None for its middle one."""
    facts: tuple[tuple[str, str], ...] = ()
    """What else the form says of it: (level, folder name)."""
    where: str = ""
    """File and line that say so, for a sentence; empty where the path itself does."""
    plane: Plane = Plane.ACQUIRED
    files: tuple[Path, ...] = ()
    """All files of the volume, where one does not suffice to cut the slice."""

    @property
    def mark(self) -> str:
        """Letters that tell a slice from others of its file: `#12`, `#axial`, `#axial 12`; empty for the middle one."""
        plane = "" if self.plane is Plane.ACQUIRED else str(self.plane)
        told = " ".join([*([plane] if plane else []), *([] if self.slice is None else [str(self.slice)])])
        return f"#{told}" if told else ""


_NAMED_AT_ONCE = 5


def find_pictures(folder: Path, source: DataForm, task: Task) -> list[FoundPicture]:
    """Return the labelled pictures below a data folder, unsorted. Raises `Refusal` (MISSING, CASES)."""
    if not folder.is_dir():
        raise Refusal(Code.MISSING, f"{folder}: there is no such folder.")
    if isinstance(source, Folders):
        return _from_folders(folder, source)
    if isinstance(source, Levels):
        return _from_levels(folder, source, task)
    if isinstance(source, Names):
        return _from_names(folder, source, task)
    return _from_table(folder, source, task)


def files_below(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder in the order of names, but hidden ones and what systems leave lying about.

    Links to folders are not followed.
    """
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not (name.startswith(".") or is_litter_folder(name)))
        yield from (Path(here, name) for name in sorted(names) if not (name.startswith(".") or is_litter(name)))


def is_picture(path: Path) -> bool:
    """Tell whether a file's first bytes or its name are of a format that Slicelens reads."""
    try:
        with path.open("rb") as stream:
            return recognise(stream.read(HEAD_BYTES), path.name) is not None
    except OSError:
        return recognise(b"", path.name) is not None


def _from_folders(folder: Path, source: Folders) -> list[FoundPicture]:
    named = [(label, folder / name) for label, name in source.named]
    known = [path for _, path in named]
    unknown = [
        path
        for parent in {path.parent for path in known}
        if parent.is_dir()
        for path in sorted(parent.iterdir())
        if _is_unnamed_class(path, known)
    ]
    if unknown:
        given = list_some(sorted(name for _, name in source.named))
        words = f"the recipe names no such class (it has {given}). Take the folder out, or name it."
        raise Refusal(TrainingCode.CASES, f"{_list_paths(unknown)}: {words}")
    return [FoundPicture(path, (label,)) for label, class_folder in named for path in files_below(class_folder)]


def _is_unnamed_class(folder: Path, known: Sequence[Path]) -> bool:
    """Tell whether a folder beside those of the classes holds pictures."""
    if folder.name.startswith(".") or not folder.is_dir() or any(one.is_relative_to(folder) for one in known):
        return False
    return any(is_picture(path) for path in files_below(folder))


def _from_levels(folder: Path, source: Levels, task: Task) -> list[FoundPicture]:
    labels = {name: name for name in task.names} | {name: label for label, name in source.folders.items()}
    for label, name in source.folders.items():
        if name != label and labels.get(label) == label:
            del labels[label]
    found, unknown = [], []
    for path in files_below(folder):
        names = _levels_of(path.relative_to(folder).parts[:-1], source)
        if names is None or names[source.label] not in labels:
            if is_picture(path):
                unknown.append(path)
            continue
        found.append(FoundPicture(path, (labels[names[source.label]],), facts=tuple(names.items())))
    if unknown:
        raise Refusal(
            TrainingCode.CASES,
            f"{_list_paths(unknown)}: the folders do not say {'/'.join(source.levels)} with a {source.label} that the "
            f"recipe knows ({list_some(labels)}).",
        )
    return found


def _levels_of(folders: Sequence[str], source: Levels) -> dict[str, str] | None:
    """Return level -> folder name, or None if the depth is wrong."""
    lacking = len(source.levels) - len(folders)
    if not 0 <= lacking <= len(source.optional):
        return None
    left_out = source.optional[:lacking]
    return dict(zip((level for level in source.levels if level not in left_out), folders, strict=True))


def _from_names(folder: Path, source: Names, task: Task) -> list[FoundPicture]:
    patterns = {label: re.compile(pattern) for label, pattern in source.patterns.items()}
    found, unknown = [], []
    for path in files_below(folder):
        name = path.relative_to(folder).as_posix()
        labels = tuple(label for label in task.names if patterns[label].search(name))
        if labels:
            found.append(FoundPicture(path, labels))
        elif is_picture(path):
            unknown.append(path)
    if unknown:
        raise Refusal(TrainingCode.CASES, f"{_list_paths(unknown)}: no label of the recipe fits the name.")
    return found


def _list_paths(paths: Sequence[Path]) -> str:
    return list_some((PurePosixPath(path).as_posix() for path in paths), _NAMED_AT_ONCE)


_FAULTS_AT_ONCE = 10
_DELIMITERS = ",;\t"
_FLAGS = {"1": True, "1.0": True, "0": False, "0.0": False}


class _RowFault(Exception):
    """A fault of a row; becomes one sentence of the refusal."""


def _from_table(folder: Path, source: CsvTable, task: Task) -> list[FoundPicture]:
    """Return the pictures of a table. Raises `Refusal`: MISSING without the file, CASES with up to ten faults."""
    path = folder / source.file
    rows = _read_rows(path, folder, source)
    found: list[FoundPicture] = []
    faults: list[str] = []
    seen: dict[tuple[Path, int | None], tuple[int, tuple[str, ...]]] = {}
    for line, row in rows:
        try:
            one = replace(_read_row(row, folder, source, task), where=f"{path}, line {line}")
            first, labels = seen.setdefault((one.path, one.slice), (line, one.labels))
            if first != line:
                other = "" if labels == one.labels else f", there as {' and '.join(labels) or 'nothing'}"
                raise _RowFault(f"{source.path}: the picture stands in line {first} already{other}")
            found.append(one)
        except _RowFault as fault:
            faults.append(f"{path}, line {line}: {fault}.")
    if faults:
        more = len(faults) - _FAULTS_AT_ONCE
        shown = [*faults[:_FAULTS_AT_ONCE], *([f"{path}: {more} more lines are wrong."] if more > 0 else [])]
        raise Refusal(TrainingCode.CASES, "\n".join(shown))
    return found


def _read_rows(path: Path, folder: Path, source: CsvTable) -> list[tuple[int, dict[str, str]]]:
    """Return (line, column -> cell) of each row that is not empty; all columns that the recipe names are there."""
    if not is_inside(path, folder):
        raise Refusal(TrainingCode.CASES, f"{path}: the table lies outside the data folder.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Refusal(Code.MISSING, f"{path}: there is no such file, and the recipe wants its table there.") from None
    except (OSError, UnicodeDecodeError):
        raise Refusal(TrainingCode.CASES, f"{path}: the table cannot be read as UTF-8 text.") from None
    reader = csv.reader(io.StringIO(text), delimiter=guess_delimiter(text), strict=True)
    lines: list[tuple[int, list[str]]] = []
    try:
        lines.extend((reader.line_num, cells) for cells in reader)
    except csv.Error:
        raise Refusal(TrainingCode.CASES, f"{path}, line {reader.line_num}: this is no valid CSV.") from None
    columns = [cell.strip() for cell in lines[0][1]] if lines else []
    wanted = (source.path, *source.labels, source.person, source.slice)
    if missing := [column for column in wanted if column is not None and column not in columns]:
        raise Refusal(
            TrainingCode.CASES,
            f"{path}, line 1: there is no column {', '.join(missing)}; the table has {', '.join(columns) or 'none'}.",
        )
    rows = []
    for line, cells in lines[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            there = f"{len(cells)} cells, and the table has {len(columns)} columns"
            raise Refusal(TrainingCode.CASES, f"{path}, line {line}: {there}.")
        rows.append((line, {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}))
    return rows


def guess_delimiter(text: str) -> str:
    """Return what divides a CSV text: of comma, semicolon and tab the most frequent one of its first line."""
    return max(_DELIMITERS, key=text.partition("\n")[0].count)


def _read_row(row: dict[str, str], folder: Path, source: CsvTable, task: Task) -> FoundPicture:
    name = row[source.path]
    if not name:
        raise _RowFault(f"{source.path} is empty")
    path = folder / name.replace("\\", "/")
    if not is_inside(path, folder):
        raise _RowFault(f"{source.path} leads out of the data folder")
    labels, unknown = _read_labels(row, source, task)
    person = row[source.person] if source.person is not None else ""
    return FoundPicture(path, labels, unknown, person=person or None, slice=_read_slice_number(row, source))


def is_inside(path: Path, folder: Path) -> bool:
    """Tell whether a path, links and dots resolved, lies below the folder."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    # A path with a NUL, or a circle of links.
    except (OSError, ValueError, RuntimeError):
        return False


def _read_labels(row: dict[str, str], source: CsvTable, task: Task) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if len(source.labels) == 1 and task.kind != "multilabel":
        label = row[source.labels[0]]
        if label not in task.names:
            said = f"{label} is no label of the recipe" if label else "there is no label"
            raise _RowFault(f"{source.labels[0]}: {said} ({list_some(task.names)})")
        return (label,), ()
    # A column is a label's by its name if columns and labels have the same names, else by its order.
    columns = task.names if set(source.labels) == set(task.names) else source.labels
    flags = {name: _read_flag(row[column], column) for name, column in zip(task.names, columns, strict=True)}
    applying = tuple(name for name, flag in flags.items() if flag)
    return applying, tuple(name for name, flag in flags.items() if flag is None)


def _read_flag(cell: str, column: str) -> bool | None:
    if not cell:
        return None
    if cell not in _FLAGS:
        raise _RowFault(f"{column}: {cell} is neither 0 nor 1 nor empty")
    return _FLAGS[cell]


def _read_slice_number(row: dict[str, str], source: CsvTable) -> int | None:
    cell = row[source.slice] if source.slice is not None else ""
    if not cell:
        return None
    if not cell.isdecimal():
        raise _RowFault(f"{source.slice}: {cell} is no slice number (they count from 0)")
    return int(cell)
