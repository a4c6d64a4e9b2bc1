"""Split conformal prediction: sets of answers that hold the right one as often as was promised.

After Vovk 2005, as in Angelopoulos and Bates 2021, section 1. The score of an answer is 1 - its probability. q-hat is
chosen on the validation part; a set holds every answer whose score does not exceed it. The promise is over questions
like those of the validation part, whatever the model; it assumes that they are exchangeable, which groups of one person
are only roughly, so what the test part does is stated beside it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.contract.contract import Conformal
from training.evaluate.answers import questions
from training.evaluate.metric_arrays import Answered


@dataclass(frozen=True, eq=False)
class Sets:
    """For every question that was asked: whether its set holds the right answer, how many answers it has, the case."""

    holds: NDArray[np.bool_]
    size: NDArray[np.int64]
    case: NDArray[np.intp]


def q_hat(scores: NDArray[np.float64], alpha: float) -> float:
    """The ceil((n + 1)(1 - alpha))-th smallest score; 1, which lets every answer in, where n is too small for that."""
    rank = math.ceil((len(scores) + 1) * (1 - alpha) - 1e-9)
    return 1.0 if rank > len(scores) else float(np.sort(scores)[max(rank, 1) - 1])


def calibrated(cases: Answered, alphas: Sequence[float]) -> Conformal:
    """q-hat for each alpha from the cases of the validation part."""
    scores = np.concatenate([1 - true for _, true, _ in _asked(cases)])
    return Conformal(q_hat={f"{alpha:g}": round(q_hat(scores, alpha), 6) for alpha in alphas}, cases=len(scores))


def sets_of(cases: Answered, limit: float) -> Sets:
    """The sets that a q-hat gives."""
    holds, size, case = [], [], []
    for shares, true, rows in _asked(cases):
        inside = 1 - shares <= limit + 1e-9
        holds.append(1 - true <= limit + 1e-9)
        size.append(inside.sum(axis=1))
        case.append(rows)
    return Sets(np.concatenate(holds), np.concatenate(size), np.concatenate(case))


def _asked(cases: Answered) -> list[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]]:
    """Of each question: probabilities [n, answers] of those asked it, of the right answer [n], the case."""
    found = []
    for columns in questions(cases.task):
        targets, shares = cases.targets[:, columns], cases.shares[:, columns].astype(np.float64)
        if len(columns) == 1:
            targets, shares = np.hstack([1 - targets, targets]), np.hstack([1 - shares, shares])
        rows = np.flatnonzero(~np.isnan(targets).any(axis=1))
        true = shares[rows, np.nan_to_num(targets[rows]).argmax(axis=1)]
        found.append((shares[rows], true, rows))
    return found
