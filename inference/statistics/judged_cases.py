"""Cases with what is true of them and what was said of them, for every kind of task."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.contract.contract import Task


@dataclass(frozen=True, eq=False)
class JudgedCases:
    """Targets, probabilities and decisions of the same cases."""

    task: Task
    targets: NDArray[np.float32]
    """[N, labels]: 0 or 1, NaN if the case was not asked."""
    probabilities: NDArray[np.float32]
    """[N, labels]."""
    decided: NDArray[np.bool_]
    """[N, labels]: the labels that were decided for; none if the rule left it open."""


def competing_labels(task: Task) -> tuple[tuple[int, ...], ...]:
    """Return the questions that a case is asked, each as the numbers of the labels that compete for its answer.

    One for multiclass and binary, one a head for several outputs, one a label for multilabel. A question of one label
    is answered by yes or no.
    """
    if task.kind == "multilabel":
        return tuple((number,) for number in range(len(task.names)))
    if task.kind == "several_outputs":
        return tuple(tuple(task.names.index(name) for name in head) for head in task.heads)
    return (tuple(range(len(task.names))),)


def find_asked(
    columns: tuple[int, ...], targets: NDArray[np.float32], probabilities: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
    """Return the probabilities [n, answers] of a question's answers, the right ones [n], and the rows that were asked.

    `columns` are one of `competing_labels`, both arrays [N, labels]; a question of one label is answered by no or yes.
    """
    wanted, said = targets[:, columns], probabilities[:, columns].astype(np.float64)
    if len(columns) == 1:
        wanted, said = np.hstack([1 - wanted, wanted]), np.hstack([1 - said, said])
    rows = np.flatnonzero(~np.isnan(wanted).any(axis=1))
    return said[rows], wanted[rows].argmax(axis=1), rows


def name_answers(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of a question's answers as `find_asked` orders them; those of one label are no and yes."""
    return tuple(names) if len(names) > 1 else (f"no {names[0]}", names[0])


def is_one_of_two(task: Task) -> bool:
    """Return whether the only question is which of two labels it is; figures are then those of the second."""
    return len(task.names) == 2 and len(competing_labels(task)) == 1
