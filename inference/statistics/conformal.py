"""Split conformal prediction: sets of answers that hold the right one as often as was promised.

After Vovk 2005, as in Angelopoulos and Bates 2021, section 1. Every answer has a score; q-hat is chosen on the
validation part; a set holds every answer whose score does not exceed it. The promise assumes that questions are
exchangeable, which groups of one person are only roughly, so the coverage of the test part is stated too.

The score is that of adaptive prediction sets (Romano, Sesia and Candès 2020) without randomisation: the sum of the
probabilities of all answers that are more probable. The most probable one has score 0, so no set is ever empty. Bundles
of version 1 have the score 1 - probability, whose sets can be.

A rule of decision may decide for an answer that is not the most probable one. It belongs to its set, whatever its
score: a larger set holds the right answer as often at least, and nothing is said to be found and ruled out at once.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.contract.contract import Conformal, Interval, SizeCoverage, Task
from inference.statistics.bootstrap import GroupDraws, mean_interval, share_interval
from inference.statistics.judged_cases import JudgedCases, competing_labels, find_asked, name_answers


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

    def by_size(self, draws: GroupDraws) -> dict[str, SizeCoverage]:
        """Return by number of answers (as text) how many sets have it, and their coverage."""
        found = {}
        for size in np.unique(self.size).tolist():
            chosen = self.size == size
            coverage = share_interval(self.holds[chosen], draws.of(self.case[chosen]))
            found[str(size)] = SizeCoverage(n=int(chosen.sum()), coverage=coverage)
        return found


def q_hat(scores: NDArray[np.float64], alpha: float) -> float:
    """Return the ceil((n + 1)(1 - alpha))-th smallest score; 1, which admits every answer, if n is too small."""
    rank = math.ceil((len(scores) + 1) * (1 - alpha) - 1e-9)
    return 1.0 if rank > len(scores) else float(np.sort(scores)[max(rank, 1) - 1])


def calibrate_conformal(cases: JudgedCases, alphas: Sequence[float]) -> Conformal:
    """Return q-hat for each alpha, from the cases of the validation part."""
    scores = np.concatenate([_scores_of_true(*asked, rule="aps") for asked in _asked(cases)])
    # Rounded up, so that the case that sets it stays inside.
    found = {f"{alpha:g}": math.ceil(q_hat(scores, alpha) * 1e6) / 1e6 for alpha in alphas}
    return Conformal(rule="aps", q_hat=found, cases=len(scores))


def prediction_sets(cases: JudgedCases, conformal: Conformal, alpha: str) -> PredictionSets:
    """Return the sets of one of the alphas."""
    holds, size, case, most = [], [], [], 0
    limit = conformal.q_hat[alpha] + 1e-9
    for columns, asked in zip(competing_labels(cases.task), _asked(cases), strict=True):
        shares, true, rows = asked
        inside = _with_decided(answer_scores(shares, conformal.rule) <= limit, cases.decided[rows], columns)
        holds.append(inside[np.arange(len(true)), true])
        size.append(inside.sum(axis=1))
        case.append(rows)
        most = max(most, shares.shape[1])
    return PredictionSets(np.concatenate(holds), np.concatenate(size), np.concatenate(case), most)


def answers_within(
    probabilities: NDArray[np.float32], task: Task, conformal: Conformal, alpha: str, decided: NDArray[np.bool_]
) -> list[list[str]]:
    """Return for each question the answers that its set holds, for probabilities [labels] of one slice.

    The most probable comes first; of a question of one label, "no" and its name is the other answer. `decided` [labels]
    are the labels that were decided for.
    """
    found = []
    for columns in competing_labels(task):
        values, names = (
            probabilities[list(columns)].astype(np.float64),
            name_answers([task.names[one] for one in columns]),
        )
        if len(columns) == 1:
            values = np.array([1 - values[0], values[0]])
        inside = answer_scores(values[np.newaxis], conformal.rule) <= conformal.q_hat[alpha] + 1e-9
        held = _with_decided(inside, decided[np.newaxis], columns)[0]
        found.append([names[one] for one in np.argsort(-values, kind="stable") if held[one]])
    return found


def answer_scores(probabilities: NDArray[np.float64], rule: str) -> NDArray[np.float64]:
    """Return the score of each answer [n, answers] by a rule of the contract; those with a small one are in the set."""
    if rule == "score":
        return 1 - probabilities
    more_probable = probabilities[:, np.newaxis, :] > probabilities[:, :, np.newaxis]
    return np.asarray((more_probable * probabilities[:, np.newaxis, :]).sum(axis=2))


def _with_decided(inside: NDArray[np.bool_], decided: NDArray[np.bool_], columns: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return the sets [n, answers] of a question with what was decided [n, labels]; an empty set stays empty."""
    chosen = decided[:, columns]
    chosen = np.hstack([~chosen, chosen]) if len(columns) == 1 else chosen
    return inside | (chosen & inside.any(axis=1, keepdims=True))


_Asked = tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]


def _scores_of_true(
    probabilities: NDArray[np.float64], true: NDArray[np.intp], _cases: NDArray[np.intp], *, rule: str
) -> NDArray[np.float64]:
    return np.asarray(answer_scores(probabilities, rule)[np.arange(len(true)), true])


def _asked(cases: JudgedCases) -> list[_Asked]:
    return [find_asked(columns, cases.targets, cases.probabilities) for columns in competing_labels(cases.task)]
