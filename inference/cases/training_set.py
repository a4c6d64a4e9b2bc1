"""A training set of one's own labelled cases: a table that `slicelens-train continue` takes as it is.

Beside the copies in `pictures/` stands one CSV, `slicelens-cases.csv`: the case's key, its copy's path, the slice where
the file holds several, the person as a salted hash, and the label. No name, date or number of a patient is in it.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from imaging.base.spreadsheet import defuse_formula
from inference.contract.contract import Task
from inference.statistics.judged_cases import competing_labels

TABLE, PICTURES = "slicelens-cases.csv", "pictures"
"""The names of the table, and of the folder of the copies beside it."""
KEY, PATH, SLICE, PERSON, LABEL = "key", "path", "slice", "person", "label"
"""The columns of the table; labels that do not compete have a column each (`label_columns`)."""


@dataclass(frozen=True)
class TrainingCase:
    """One labelled case: its copy, by its path below the set's folder, and what is true of it."""

    key: str
    path: str
    slice: int | None
    """Counted from 0; None if the file holds one."""
    person: str
    """A hash; empty if the file does not tell whom it shows."""
    labels: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    """Labels of which nobody knows whether they apply."""


def label_columns(task: Task) -> tuple[str, ...]:
    """Return the columns that hold the labels of a task: one, or one of 0 and 1 for each label, unless all compete."""
    return (LABEL,) if len(competing_labels(task)) == 1 and len(task.names) > 1 else tuple(task.names)


def write_training_table(cases: Sequence[TrainingCase], task: Task) -> bytes:
    """Return the content of `slicelens-cases.csv`."""
    columns = label_columns(task)
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow((KEY, PATH, SLICE, PERSON, *columns))
    for case in cases:
        flags = ("" if name in case.unknown else str(int(name in case.labels)) for name in columns)
        told = case.labels if columns == (LABEL,) else tuple(flags)
        index = "" if case.slice is None else str(case.slice)
        table.writerow((*map(defuse_formula, (case.key, case.path)), index, case.person, *told))
    return text.getvalue().encode("utf-8")


def has_training_table(folder: Path) -> bool:
    """Return whether a folder is a training set that this program wrote."""
    return (folder / TABLE).is_file()
