"""The rows of a batch's table as results of models: probabilities, decisions, and what the rows are told apart by."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imaging.base.csv_rows import read_rows
from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from inference.contract.contract import Label, Task

PROBABILITY = "p_"
"""The beginning of a column of probabilities; the label's name follows."""
SKIPPED = "skipped"
"""The status of a row that stands for a file which was not opened."""
NEEDED = ("path", "slice", "model", "model_sha256", "status", "standing", "decision")
_SUM_TOLERANCE = 1e-3


@dataclass(frozen=True)
class CaseRow:
    """One slice as one model answered it."""

    line: int
    cells: dict[str, str] = field(repr=False)
    probabilities: tuple[float, ...]

    @property
    def place(self) -> tuple[str, str]:
        """Return path and slice, which two models' rows of one slice have in common."""
        return self.cells["path"], self.cells["slice"]

    def cell(self, column: str) -> str:
        """Return a cell; empty if the table has no such column."""
        return self.cells.get(column, "")


@dataclass(frozen=True)
class ModelResults:
    """All rows of one model that have probabilities, in the order of the table."""

    model: str
    sha256: str
    labels: tuple[str, ...]
    rows: tuple[CaseRow, ...]

    @cached_property
    def probabilities(self) -> NDArray[np.float32]:
        """Return the probabilities [rows, labels], as the model answered them."""
        return np.array([row.probabilities for row in self.rows], dtype=np.float32).reshape(-1, len(self.labels))

    def guess_task(self) -> Task:
        """Return the task that the table alone tells: labels compete if their probabilities add up to one."""
        labels = tuple(Label(name=name, display=name) for name in self.labels)
        sums = self.probabilities.astype(np.float64).sum(axis=1)
        is_one = len(self.labels) > 1 and bool((np.abs(sums - 1) < _SUM_TOLERANCE).all())
        return Task(kind="multiclass" if is_one else "multilabel", labels=labels)


def read_results(path: Path) -> tuple[ModelResults, ...]:
    """Read a table of `batch`, and return the results of each of its models, in the order in which they come.

    Raises `Refusal`: what `read_rows` raises; HEADER for what is no such table, with the line; EMPTY without a result.
    """
    found: dict[tuple[str, str], list[CaseRow]] = {}
    labels: dict[tuple[str, str], tuple[str, ...]] = {}
    columns: dict[str, str] = {}
    for line, cells in read_rows(path):
        if not columns:
            columns = probability_columns(cells)
            _require_columns(cells, columns)
        model = cells["model"], cells["model_sha256"]
        named = tuple(name for name, column in columns.items() if cells[column])
        if cells["status"] == SKIPPED or not named:
            continue
        if labels.setdefault(model, named) != named:
            raise Refusal(
                Code.HEADER,
                english("Line {line} has other probabilities than the rows of its model before it.", line=line),
            )
        chances = tuple(_probability(cells[columns[name]], line) for name in named)
        found.setdefault(model, []).append(CaseRow(line, cells, chances))
    if not found:
        raise Refusal(Code.EMPTY, "The table has no row with probabilities.")
    return tuple(ModelResults(*model, labels[model], tuple(rows)) for model, rows in found.items())


def probability_columns(columns: Iterable[str]) -> dict[str, str]:
    """Return the labels of a table with the column of each."""
    return {one.removeprefix(PROBABILITY): one for one in columns if one.startswith(PROBABILITY)}


def _require_columns(cells: dict[str, str], columns: dict[str, str]) -> None:
    missing = [name for name in NEEDED if name not in cells]
    if missing or not columns:
        what = ", ".join(missing) or f"{PROBABILITY}LABEL"
        raise Refusal(
            Code.HEADER, english("This is no table of `slicelens batch`: the column {what} is missing.", what=what)
        )


def _probability(text: str, line: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value) or not 0 <= value <= 1:
        raise Refusal(Code.HEADER, english("Line {line} has a probability that is no number from 0 to 1.", line=line))
    return value
