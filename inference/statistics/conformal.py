"""Split conformal prediction: sets of answers that hold the right one as often as was promised.

After Vovk 2005, as in Angelopoulos and Bates 2021, section 1. The score of an answer is 1 - its probability. q-hat is
chosen on the validation part; a set holds every answer whose score does not exceed it. The promise assumes that
questions are exchangeable, which groups of one person are only roughly, so the coverage of the test part is stated too.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.contract.contract import Conformal, Interval
from inference.statistics.bootstrap import GroupDraws, mean_interval, share_interval
from inference.statistics.judged_cases import JudgedCases, competing_labels


@dataclass(frozen=True, eq=False)
class PredictionSets:
    """One set of answers for every question asked."""

    holds: NDArray[np.bool_]
    """[questions]: whether the right answer is in the set."""
    size: NDArray[np.int64]
    case: NDArray[np.intp]

    most: int
    """As many answers as a question has at most."""

    def intervals(self, draws: GroupDraws) -> tuple[Interval, Interval]:
        """Return the coverage and the mean size of the sets with their intervals."""
        of_question = draws.of(self.case)
        size = mean_interval(self.size.astype(np.float64), of_question, (0.0, float(self.most)))
        return share_interval(self.holds, of_question), size


def q_hat(scores: NDArray[np.float64], alpha: float) -> float:
    """Return the ceil((n + 1)(1 - alpha))-th smallest score; 1, which admits every answer, if n is too small."""
    rank = math.ceil((len(scores) + 1) * (1 - alpha) - 1e-9)
    return 1.0 if rank > len(scores) else float(np.sort(scores)[max(rank, 1) - 1])


def calibrate_conformal(cases: JudgedCases, alphas: Sequence[float]) -> Conformal:
    """Return q-hat for each alpha, from the cases of the validation part."""
    scores = np.concatenate([1 - true for _, true, _ in _asked(cases)])
    return Conformal(q_hat={f"{alpha:g}": round(q_hat(scores, alpha), 6) for alpha in alphas}, cases=len(scores))


def prediction_sets(cases: JudgedCases, limit: float) -> PredictionSets:
    """Return the sets that a q-hat gives."""
    holds, size, case, most = [], [], [], 0
    for probabilities, true, rows in _asked(cases):
        inside = 1 - probabilities <= limit + 1e-9
        holds.append(1 - true <= limit + 1e-9)
        size.append(inside.sum(axis=1))
        case.append(rows)
        most = max(most, probabilities.shape[1])
    return PredictionSets(np.concatenate(holds), np.concatenate(size), np.concatenate(case), most)


def _asked(cases: JudgedCases) -> list[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]]:
    """Return for each question the probabilities [n, answers] of those asked, of the right answer [n], the cases."""
    found = []
    for columns in competing_labels(cases.task):
        targets, probabilities = cases.targets[:, columns], cases.probabilities[:, columns].astype(np.float64)
        if len(columns) == 1:
            targets = np.hstack([1 - targets, targets])
            probabilities = np.hstack([1 - probabilities, probabilities])
        rows = np.flatnonzero(~np.isnan(targets).any(axis=1))
        true = probabilities[rows, np.nan_to_num(targets[rows]).argmax(axis=1)]
        found.append((probabilities[rows], true, rows))
    return found
