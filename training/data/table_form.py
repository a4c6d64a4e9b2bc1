"""The table form: a CSV file in the data folder, one row a picture. Every fault is named with file and line."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from imaging.base.errors import Code, Refusal
from inference.contract.contract import Task
from training.recipe.recipe_parts import CsvTable
from training.recipe.training_codes import TrainingCode

_FAULTS_AT_ONCE = 10
_DELIMITERS = ",;\t"
_FLAGS = {"1": True, "1.0": True, "0": False, "0.0": False}


@dataclass(frozen=True)
class Found:
    """One picture as its form knows it, before its bytes were read."""

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


class _Fault(Exception):
    """What is wrong with a row; becomes one sentence of the refusal."""


def from_table(folder: Path, source: CsvTable, task: Task) -> list[Found]:
    """The pictures of a table. Raises `Refusal`: MISSING without the file, CASES with up to ten faults and lines."""
    path = folder / source.file
    rows = _rows(path, folder, source)
    found: list[Found] = []
    faults: list[str] = []
    seen: dict[tuple[Path, int | None], int] = {}
    for line, row in rows:
        try:
            one = replace(_found(row, folder, source, task), where=f"{path}, line {line}")
            if (first := seen.setdefault((one.path, one.slice), line)) != line:
                raise _Fault(f"{source.path}: the picture stands in line {first} already")
            found.append(one)
        except _Fault as fault:
            faults.append(f"{path}, line {line}: {fault}.")
    if faults:
        more = len(faults) - _FAULTS_AT_ONCE
        shown = [*faults[:_FAULTS_AT_ONCE], *([f"{path}: {more} more lines are wrong."] if more > 0 else [])]
        raise Refusal(TrainingCode.CASES, "\n".join(shown))
    return found


def _rows(path: Path, folder: Path, source: CsvTable) -> list[tuple[int, dict[str, str]]]:
    """(line, column -> cell) of each row that is not empty; all columns that the recipe names are there."""
    if not is_inside(path, folder):
        raise Refusal(TrainingCode.CASES, f"{path}: the table lies outside the data folder.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Refusal(Code.MISSING, f"{path}: there is no such file, and the recipe wants its table there.") from None
    except (OSError, UnicodeDecodeError):
        raise Refusal(TrainingCode.CASES, f"{path}: the table cannot be read as UTF-8 text.") from None
    header = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(_DELIMITERS, key=header.count), strict=True)
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


def _found(row: dict[str, str], folder: Path, source: CsvTable, task: Task) -> Found:
    name = row[source.path]
    if not name:
        raise _Fault(f"{source.path} is empty")
    path = folder / name.replace("\\", "/")
    if not is_inside(path, folder):
        raise _Fault(f"{source.path} leads out of the data folder")
    labels, unknown = _labels(row, source, task)
    person = row[source.person] if source.person is not None else ""
    return Found(path, labels, unknown, person=person or None, slice=_slice(row, source))


def is_inside(path: Path, folder: Path) -> bool:
    """True where a path, links and dots resolved, lies below the folder."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    # A path with a NUL, or a circle of links.
    except (OSError, ValueError, RuntimeError):
        return False


def _labels(row: dict[str, str], source: CsvTable, task: Task) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Labels that apply, and those that are not known."""
    if len(source.labels) == 1 and task.kind != "multilabel":
        label = row[source.labels[0]]
        if label not in task.names:
            said = f"{label} is no label of the recipe" if label else "there is no label"
            raise _Fault(f"{source.labels[0]}: {said} ({', '.join(task.names)})")
        return (label,), ()
    flags = {name: _flag(row[column], column) for name, column in zip(task.names, _columns(source, task), strict=True)}
    applying = tuple(name for name, flag in flags.items() if flag)
    return applying, tuple(name for name, flag in flags.items() if flag is None)


def _columns(source: CsvTable, task: Task) -> Sequence[str]:
    """The column of each label: by its name where the columns are called as the labels are, else by its place."""
    return task.names if set(source.labels) == set(task.names) else source.labels


def _flag(cell: str, column: str) -> bool | None:
    if not cell:
        return None
    if cell not in _FLAGS:
        raise _Fault(f"{column}: {cell} is neither 0 nor 1 nor empty")
    return _FLAGS[cell]


def _slice(row: dict[str, str], source: CsvTable) -> int | None:
    cell = row[source.slice] if source.slice is not None else ""
    if not cell:
        return None
    if not cell.isdecimal():
        raise _Fault(f"{source.slice}: {cell} is no slice number (they count from 0)")
    return int(cell)
