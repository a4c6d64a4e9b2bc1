"""Labels that look wrong: confident learning (Northcutt, Jiang, Chuang 2021) on out-of-fold probabilities.

A network that never saw a case, or a near-duplicate of it, cannot have learnt its wrong label by heart. Its doubt is
held against how sure it is of each label elsewhere, so that a label of which it is never sure is not all suspect.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.contract.contract import Task
from inference.statistics.judged_cases import competing_labels, find_asked, name_answers


@dataclass(frozen=True)
class RankedLabel:
    """One label that a case carries (of several questions, one for each), and what networks say of it."""

    row: int
    """The case's position."""
    given: str
    likely: str
    """The label that fits best; the given one itself if nothing speaks against it."""
    self_confidence: float
    """Probability of the given label."""
    margin: float
    """Probability of the given label above that label's mean, minus the same of the best other label; -2…2."""
    is_confident: bool
    """Whether another label reaches its own mean, and is the most probable of those that do."""


@dataclass(frozen=True, eq=False)
class LabelNoise:
    """All labels, the most suspect first, and how often each label seems to be another one."""

    ranked: tuple[RankedLabel, ...]
    tables: tuple["NoiseTable", ...]
    """One for each question of the task."""


@dataclass(frozen=True, eq=False)
class NoiseTable:
    """The joint distribution of given and true labels that confident cases suggest."""

    labels: tuple[str, ...]
    thresholds: NDArray[np.float64]
    """[L]: the mean probability of each label over the cases that carry it; NaN if none does."""
    joint: NDArray[np.float64]
    """[given, true]: numbers of cases, scaled so that each row adds up to those that carry the label."""

    @property
    def wrong(self) -> float:
        """How many labels are estimated to be wrong."""
        return float(self.joint.sum() - np.trace(self.joint))


def rank_labels(targets: NDArray[np.float32], probabilities: NDArray[np.float32], task: Task) -> LabelNoise:
    """Rank the labels of cases by how wrong they look; both arrays are [N, labels], NaN for what was not asked.

    Ordered by the margin with class thresholds: p(given) - t(given) - max over others of p - t, where t is a label's
    mean probability among the cases that carry it (confident learning's thresholds; its normalised margin).
    """
    ranked: list[RankedLabel] = []
    tables = []
    for columns in competing_labels(task):
        chances, given, rows = find_asked(columns, targets, probabilities)
        names = name_answers([task.names[column] for column in columns])
        table, best = _confident_joint(names, chances, given)
        tables.append(table)
        above = chances - np.nan_to_num(table.thresholds, nan=np.inf)
        order = np.arange(len(rows))
        own = above[order, given]
        others = above.copy()
        others[order, given] = -np.inf
        margins = own - others.max(axis=1)
        likely = np.where(margins < 0, others.argmax(axis=1), given)
        ranked += [
            RankedLabel(
                row=int(rows[number]),
                given=names[given[number]],
                likely=names[likely[number]],
                self_confidence=float(chances[number, given[number]]),
                margin=float(margins[number]),
                is_confident=bool(best[number] not in (-1, given[number])),
            )
            for number in order
        ]
    return LabelNoise(tuple(sorted(ranked, key=lambda one: one.margin)), tuple(tables))


def _confident_joint(
    names: tuple[str, ...], chances: NDArray[np.float64], given: NDArray[np.intp]
) -> tuple[NoiseTable, NDArray[np.intp]]:
    """Return the calibrated confident joint, and each case's most probable label at its threshold (-1: none is)."""
    carried = np.bincount(given, minlength=len(names))
    totals = np.array([chances[given == label, label].sum() for label in range(len(names))])
    thresholds = np.where(carried > 0, totals / np.maximum(carried, 1), np.nan)
    # A label that no case carries has no threshold, so nobody can be confident of it.
    confident = chances >= np.nan_to_num(thresholds, nan=np.inf)
    best = np.where(confident.any(axis=1), np.where(confident, chances, -1.0).argmax(axis=1), -1)
    joint = np.zeros((len(names), len(names)))
    np.add.at(joint, (given[best >= 0], best[best >= 0]), 1)
    # Where nobody is confident of anything, nothing speaks against the labels.
    joint += np.diag(joint.sum(axis=1) == 0)
    joint *= (carried / joint.sum(axis=1))[:, None]
    return NoiseTable(names, thresholds, joint), best
