"""A table of results as it is looked at: its rows, the order they stand in, how scores are spread. No Qt here."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PROBABILITY = "p_"
BINS = 50
_NUMBERS = ("series", "slice", "ood_score", "milliseconds")


@dataclass(frozen=True)
class RowArrangement:
    """The order that a person wants: by which column, and which rows: those with a text, those that reach a score."""

    column: str | None = None
    descending: bool = False
    text: str = ""
    score: str | None = None
    """The column whose threshold counts."""
    threshold: float | None = None
    """Rows whose score is lower are left out; None leaves all."""
    lines: frozenset[int] | None = None
    """The lines of the file whose rows are wanted, as a cell of a matrix counts them; None wants all."""


@dataclass(frozen=True, eq=False)
class ResultTable:
    """The rows of a file, as text."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    """The line of the file at which each row stands."""

    @property
    def scores(self) -> tuple[str, ...]:
        """Return the columns that hold probabilities."""
        return tuple(name for name in self.columns if name.startswith(PROBABILITY))

    def cell(self, row: int, column: str) -> str:
        """Return a cell; empty if there is no such column."""
        return self.rows[row][self.columns.index(column)] if column in self.columns else ""

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return a column as numbers [rows], NaN for what is none."""
        at = self.columns.index(column)
        return np.array([_number(row[at]) for row in self.rows], dtype=np.float64)

    def is_number(self, column: str) -> bool:
        """Return whether a column holds numbers."""
        return column in _NUMBERS or column.startswith(PROBABILITY)

    @cached_property
    def _searched(self) -> list[str]:
        return ["\n".join(row).casefold() for row in self.rows]

    def arrange(self, wanted: RowArrangement) -> NDArray[np.intp]:
        """Return the numbers of the rows that are wanted, in the order that is; equal ones stay in that of the file."""
        chosen = np.arange(len(self.rows))
        if wanted.lines is not None:
            chosen = np.flatnonzero(np.isin(self.lines, list(wanted.lines)))
        if wanted.text:
            text = wanted.text.casefold()
            chosen = np.array([number for number in chosen if text in self._searched[number]], dtype=np.intp)
        if wanted.score is not None and wanted.threshold is not None:
            chosen = chosen[self.numbers(wanted.score)[chosen] >= wanted.threshold]
        if wanted.column is None or not len(chosen):
            return chosen
        return chosen[self._order(wanted.column, chosen, descending=wanted.descending)]

    def _order(self, column: str, chosen: NDArray[np.intp], *, descending: bool) -> NDArray[np.intp]:
        if self.is_number(column):
            # What is no number stands last, whichever way the others are sorted.
            numbers = self.numbers(column)[chosen]
            return np.argsort(-numbers if descending else numbers, kind="stable")
        at = self.columns.index(column)
        words = [self.rows[number][at].casefold() for number in chosen]
        found = sorted(range(len(words)), key=words.__getitem__, reverse=descending)
        return np.array(found, dtype=np.intp)


@dataclass(frozen=True, eq=False)
class SpreadScores:
    """A column of probabilities: each row's, NaN if it has none, and how many lie in each of `BINS` parts of 0…1."""

    column: str
    scores: NDArray[np.float64]
    counts: NDArray[np.intp]
    threshold: float | None = None
    """That of the table's models for this label; None if they have none, or several, or are not installed."""


def count_scores(scores: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return how many scores lie in each of `BINS` equal parts of 0…1; what is no number is left out."""
    known = scores[np.isfinite(scores)]
    return np.histogram(known, bins=BINS, range=(0.0, 1.0))[0]


def shown_cell(text: str, column: str) -> str:
    """Return a cell as it is shown: probabilities to three decimals, without a path's folders."""
    if column.startswith(PROBABILITY) or column == "ood_score":
        number = _number(text)
        return "" if np.isnan(number) else f"{number:.3f}"
    if column == "path":
        return text.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return text


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
