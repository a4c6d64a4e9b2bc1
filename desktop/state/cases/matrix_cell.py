"""A cell of a matrix of truth and decision, by which its cases are found. No Qt here."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class MatrixCell:
    """A row (truth) and a column (decision) of one model's matrix; at a threshold, of a label against the rest."""

    model: int
    """The number of the model in the judgement."""
    row: int
    column: int
    words: str
    """What its cases have in common."""
    label: str | None = None
    threshold: float | None = None
    """Of the matrix at a threshold; None is the matrix of the model's own decisions."""
