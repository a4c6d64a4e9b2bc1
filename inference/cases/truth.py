"""The truth of cases: a CSV with `path` (and `slice`) or a key, and `label`, joined to the rows of a table."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from imaging.base.csv_rows import read_rows
from imaging.base.english import english
from imaging.base.errors import Code, Refusal, Skipped
from inference.cases.results import CaseRow, ModelResults
from inference.contract.contract import Task

KEYS = ("sop_key", "series_key", "study_key", "patient_key")
"""Columns by which a case may be named instead of its path, the most exact first."""
NONE = "none"
"""The label of a case that has none of several labels that do not exclude each other."""
_SHOWN = 5


@dataclass(frozen=True)
class TruthRow:
    """One line of a truth file: by which column it names cases, and the labels that they have."""

    line: int
    column: str
    name: str
    slice: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Truth:
    """A truth file; `unlabelled` counts lines without a label."""

    path: Path
    rows: tuple[TruthRow, ...]
    unlabelled: int = 0


@dataclass(frozen=True, eq=False)
class JoinedTruth:
    """The truth of a model's rows: targets [rows, labels], NaN in rows of which nothing is known."""

    targets: NDArray[np.float32]
    unknown: tuple[Skipped, ...]
    """Lines of the truth file that name no row of the table."""

    @property
    def known(self) -> NDArray[np.bool_]:
        """Return which rows have a truth."""
        return np.asarray(~np.isnan(self.targets).all(axis=1))


def read_truth(path: Path) -> Truth:
    """Read a truth file. Raises `Refusal`: what `read_rows` raises, HEADER if a column is missing, EMPTY."""
    rows: list[TruthRow] = []
    unlabelled, column = 0, ""
    for line, cells in read_rows(path):
        column = column or _naming_column(cells)
        label = cells["label"].strip()
        if not cells[column].strip():
            raise Refusal(
                Code.HEADER,
                english("Line {line} of the truth names no case: its `{column}` is empty.", line=line, column=column),
            )
        if label:
            labels = tuple(part.strip() for part in label.split("+"))
            rows.append(TruthRow(line, column, cells[column], cells.get("slice", "").strip(), labels))
        else:
            unlabelled += 1
    if not rows:
        raise Refusal(Code.EMPTY, "The truth file has no line with a label.")
    return Truth(path, tuple(rows), unlabelled)


def join_truth(truth: Truth, results: ModelResults, task: Task) -> JoinedTruth:
    """Return the truth of a model's rows.

    Raises `Refusal` (HEADER), with lines: a label that the model lacks, two labels for one case, no line that fits.
    """
    _require_labels(truth, task)
    find = _RowFinder(results.rows)
    told: dict[int, TruthRow] = {}
    unknown = []
    for row in truth.rows:
        positions = find.positions(row)
        if not positions:
            unknown.append(_unknown(truth, row))
        for position in positions:
            before = told.setdefault(position, row)
            if set(before.labels) != set(row.labels):
                raise Refusal(
                    Code.HEADER,
                    english(
                        "Lines {line} and {line_2} of the truth give one case two labels: `{names}` and `{names_2}`.",
                        line=before.line,
                        line_2=row.line,
                        names="+".join(before.labels),
                        names_2="+".join(row.labels),
                    ),
                )
    if not told:
        raise Refusal(
            Code.HEADER,
            english(
                "No line of the truth names a row of the table; the first, line {line}, does not.",
                line=truth.rows[0].line,
            ),
        )
    targets = np.full((len(results.rows), len(task.names)), np.nan, dtype=np.float32)
    for position, row in told.items():
        targets[position] = [float(name in row.labels) for name in task.names]
    return JoinedTruth(targets, tuple(unknown))


class _RowFinder:
    """Finds rows by a key, by their path, or by the last parts of a path that no other file has."""

    def __init__(self, rows: Sequence[CaseRow]) -> None:
        self._rows = rows
        self._by: dict[str, dict[str, list[int]]] = {}
        self._by_file_name: dict[str, list[int]] = defaultdict(list)
        for position, row in enumerate(rows):
            self._by_file_name[_parts(row.cells["path"])[-1]].append(position)

    def positions(self, truth: TruthRow) -> list[int]:
        """Return the positions of the rows that a line of the truth names."""
        if truth.column not in self._by:
            by: dict[str, list[int]] = defaultdict(list)
            for position, row in enumerate(self._rows):
                by[row.cell(truth.column)].append(position)
            self._by[truth.column] = dict(by)
        found = self._by[truth.column].get(truth.name, [])
        if not found and truth.column == "path":
            found = list(self._with_ending(truth.name))
        return [one for one in found if truth.slice in ("", self._rows[one].cells["slice"])]

    def _with_ending(self, name: str) -> Iterator[int]:
        wanted = _parts(name)
        same = self._by_file_name.get(wanted[-1], []) if wanted else []
        found = [one for one in same if _parts(self._rows[one].cells["path"])[-len(wanted) :] == wanted]
        files = {self._rows[one].cells["path"] for one in found}
        yield from found if len(files) == 1 else ()


def _parts(path: str) -> tuple[str, ...]:
    return PurePosixPath(path.replace("\\", "/")).parts or ("",)


def _naming_column(cells: dict[str, str]) -> str:
    column = next((name for name in ("path", *KEYS) if name in cells), None)
    if column is None or "label" not in cells:
        raise Refusal(
            Code.HEADER,
            english("A truth file has the column `label`, and `path` or one of {names}.", names=", ".join(KEYS)),
        )
    return column


def _require_labels(truth: Truth, task: Task) -> None:
    may_be_none = task.kind in ("multilabel", "several_outputs")
    known = {*task.names, *((NONE,) if may_be_none else ())}
    is_one = task.kind in ("multiclass", "binary")
    for row in truth.rows:
        lacking = next((name for name in row.labels if name not in known), None)
        if lacking is not None:
            labels = ", ".join(task.names[:_SHOWN]) + (", …" if len(task.names) > _SHOWN else "")
            raise Refusal(
                Code.HEADER,
                english(
                    "Line {line} of the truth has the label `{lacking}`; those of the model: {labels}.",
                    line=row.line,
                    lacking=lacking,
                    labels=labels,
                ),
            )
        if is_one and len(set(row.labels)) > 1:
            raise Refusal(
                Code.HEADER, english("Line {line} of the truth has several labels; the model gives one.", line=row.line)
            )


def _unknown(truth: Truth, row: TruthRow) -> Skipped:
    said = f"Line {row.line} of the truth names no row of the table that has probabilities."
    return Skipped(f"{truth.path}:{row.line}", Code.MISSING, said)
