"""Figures of a classifier: area under the ROC curve, precision, recall, F1, accuracy.

`compute_figures` gives all figures of any kind of task for many draws at once, `compute_intervals` their intervals.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.contract.contract import Interval, LabelFigures, Task
from inference.statistics.bootstrap import Ends, GroupDraws, Weights, exact_ends, percentile_interval
from inference.statistics.calibration import calibration_error
from inference.statistics.judged_cases import JudgedCases, competing_labels, is_one_of_two

_DRAWS_AT_ONCE = 100
_SHARES = frozenset({"accuracy", "precision", "recall", "f1"})


def weighted_auc(positive: NDArray[np.bool_], scores: NDArray[np.floating], weights: Weights) -> NDArray[np.float64]:
    """Return the area under the ROC curve of scores [N] in each draw; NaN if one side is empty."""
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) != 0]) if len(order) else np.zeros(0, dtype=np.intp)
    if not len(starts):
        return np.full(len(weights), np.nan)
    drawn = weights[:, order]
    return auc_from_counts(
        np.add.reduceat(drawn * positive[order], starts, axis=1),
        np.add.reduceat(drawn * ~positive[order], starts, axis=1),
    )


def auc_from_counts(positives: NDArray[np.float64], negatives: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the area under the ROC curve by the Mann-Whitney statistic, in which ties count half.

    The counts of cases [draws, levels] are those at each level of the score, lowest first.
    """
    below = np.cumsum(negatives, axis=1) - negatives / 2
    with np.errstate(invalid="ignore"):
        return np.asarray((positives * below).sum(axis=1) / (positives.sum(axis=1) * negatives.sum(axis=1)))


def auc(positive: NDArray[np.bool_], scores: NDArray[np.floating]) -> float:
    """Return the area under the ROC curve of scores [N]; NaN if no case or every case is positive."""
    return float(weighted_auc(positive, scores, np.ones((1, len(scores))))[0])


def mean_auc(labels: NDArray[np.int64], probabilities: NDArray[np.floating]) -> float:
    """Return the area of class 1 of two, else the mean over classes against the rest, for labels [N] and [N, C].

    Classes that no case or every case belongs to do not count; NaN if none is left.
    """
    classes = probabilities.shape[1]
    found = [auc(labels == one, probabilities[:, one]) for one in ([1] if classes == 2 else range(classes))]
    defined = [value for value in found if not np.isnan(value)]
    return float(np.mean(defined)) if defined else float("nan")


def roc_curve(
    positive: NDArray[np.bool_], scores: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the shares of negative and of positive cases that reach each threshold, from (0, 0) to (1, 1)."""
    order = np.argsort(-scores, kind="stable")
    last_of_tie = np.append(np.diff(scores[order]) != 0, True)
    rightly = np.cumsum(positive[order])[last_of_tie] / max(int(positive.sum()), 1)
    falsely = np.cumsum(~positive[order])[last_of_tie] / max(int((~positive).sum()), 1)
    return np.insert(falsely, 0, 0.0), np.insert(rightly, 0, 0.0)


def count_confusion(labels: NDArray[np.int64], decided: NDArray[np.int64], shape: tuple[int, int]) -> NDArray[np.int64]:
    """Return counts [true class, decided class] of a shape."""
    return np.bincount(labels * shape[1] + decided, minlength=shape[0] * shape[1]).reshape(shape)


def precision_recall_f1(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return precision, recall and F1 [3, C] of a confusion table [C, C]; 0 if nothing was decided or present."""
    hits = np.diag(confusion).astype(np.float64)
    decided, present = confusion.sum(axis=0), confusion.sum(axis=1)
    precision = hits / np.maximum(decided, 1)
    recall = hits / np.maximum(present, 1)
    f1 = 2 * hits / np.maximum(decided + present, 1)
    return np.stack([precision, recall, f1])


def macro_f1(labels: NDArray[np.int64], decided: NDArray[np.int64], classes: int) -> float:
    """Return the mean F1 over the classes that are present or decided for; NaN without a case."""
    confusion = count_confusion(labels, decided, (classes, classes))
    counted = confusion.sum(axis=0) + confusion.sum(axis=1) > 0
    return float(precision_recall_f1(confusion)[2][counted].mean()) if counted.any() else float("nan")


def compute_figures(cases: JudgedCases, weights: Weights) -> dict[str, NDArray[np.float64]]:
    """Return every figure by its name, one value a draw; of label k as `recall.k`. NaN if a draw allows none.

    accuracy: share of questions whose answer is exactly right. macro_f1: mean over the labels that are present or
    decided for. auc: of the second of two competing labels, else the mean over the labels that have one.
    """
    asked = ~np.isnan(cases.targets)
    true = np.nan_to_num(cases.targets).astype(np.float64) * asked
    said = cases.decided & asked
    hits = weights @ (true * said)
    present, decided = weights @ true, weights @ said.astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        # Nothing decided for, but something present: precision counts as 0 (scikit-learn's zero_division=0).
        precision = np.where(present + decided > 0, hits / np.maximum(decided, 1e-12), np.nan)
        recall = hits / present
        f1 = 2 * hits / (present + decided)
        right, count = _count_right(cases, weights)
        found = {"accuracy": right / count, "macro_f1": _mean_of_labels(f1), "ece": calibration_error(cases, weights)}
    areas = np.stack([_label_auc(cases, number, weights) for number in range(cases.targets.shape[1])], axis=1)
    found["auc"] = areas[:, 1] if is_one_of_two(cases.task) else _mean_of_labels(areas)
    for number in range(cases.targets.shape[1]):
        for name, values in (("precision", precision), ("recall", recall), ("f1", f1), ("auc", areas)):
            found[f"{name}.{number}"] = values[:, number]
    return found


@dataclass(frozen=True, eq=False)
class DrawnFigures:
    """The figures that can be computed, each with its value in every draw."""

    values: dict[str, float]
    drawn: dict[str, NDArray[np.float64]]
    exact: dict[str, Ends]
    """The interval of each if all groups agree."""

    def interval(self, name: str) -> Interval:
        """Return a figure with its interval."""
        return percentile_interval(self.values[name], self.drawn[name], self.exact[name], is_share=is_share(name))


def is_share(name: str) -> bool:
    """Return whether a figure of that name (`recall.1`) is a share of cases."""
    return name.partition(".")[0] in _SHARES


def bootstrap_figures(cases: JudgedCases, draws: GroupDraws) -> DrawnFigures:
    """Return every figure with its value in every draw."""
    once = compute_figures(cases, np.ones((1, len(cases.targets))))
    values = {name: float(value[0]) for name, value in once.items() if np.isfinite(value[0])}
    starts = range(0, len(draws.weights), _DRAWS_AT_ONCE)
    parts = [compute_figures(cases, draws.weights[start : start + _DRAWS_AT_ONCE]) for start in starts]
    drawn = {name: np.concatenate([part[name] for part in parts]) for name in values}
    return DrawnFigures(values, drawn, _find_exact_ends(cases, draws, values))


def compute_intervals(cases: JudgedCases, draws: GroupDraws) -> dict[str, Interval]:
    """Return every figure with its interval over the draws; what cannot be computed is left out."""
    found = bootstrap_figures(cases, draws)
    return {name: found.interval(name) for name in found.values}


def _find_exact_ends(cases: JudgedCases, draws: GroupDraws, values: dict[str, float]) -> dict[str, Ends]:
    """Return the interval that each figure has if all groups agree (`exact_ends`).

    Precision is told by groups with a case that was decided for the label, recall by those with one that shows it.
    F1 = 2J / (1 + J), J being the share of hits among both. An area is the expectation of a positive case scoring above
    a negative one, so pairs of different groups are trials of it (Hoeffding 1963, section 5): as many as the rarer side
    has. A mean over labels has the mean of their ends.
    """
    asked = ~np.isnan(cases.targets)
    shows, said = cases.targets == 1, cases.decided & asked
    found = {name: exact_ends(values[name], draws.count()) for name in values if name in ("accuracy", "ece")}
    for number in range(cases.targets.shape[1]):
        shown, absent, decided = (draws.count(one[:, number]) for one in (shows, asked & ~shows, said))
        either = draws.count((shows | said)[:, number])
        pairs = min(shown, absent, draws.count(asked[:, number]) // 2)
        for name, groups in (("precision", decided), ("recall", shown), ("auc", pairs)):
            if (key := f"{name}.{number}") in values:
                found[key] = exact_ends(values[key], groups)
        if (f1 := values.get(f"f1.{number}")) is not None:
            low, high = exact_ends(f1 / (2 - f1), either)
            found[f"f1.{number}"] = 2 * low / (1 + low), 2 * high / (1 + high)
    for name, of_label in (("macro_f1", "f1."), ("auc", "auc.")):
        ends = [end for key, end in found.items() if key.startswith(of_label)]
        if name in values:
            found[name] = float(np.mean([low for low, _ in ends])), float(np.mean([high for _, high in ends]))
    return found


def accuracy_interval(cases: JudgedCases, draws: GroupDraws) -> Interval:
    """Return the share of questions whose answer is exactly right, with its interval over the draws."""
    (right, count), (drawn, of) = (
        _count_right(cases, one) for one in (np.ones((1, len(cases.targets))), draws.weights)
    )
    value = float(right[0] / count[0])
    with np.errstate(invalid="ignore"):
        return percentile_interval(value, drawn / of, exact_ends(value, draws.count()), is_share=True)


def label_figures(found: dict[str, Interval], targets: NDArray[np.float32], task: Task) -> dict[str, LabelFigures]:
    """Return the figures of each label in the form of the contract; `n` is how many cases show it."""
    return {
        label: LabelFigures(
            n=int(np.nansum(targets[:, number])),
            precision=found.get(f"precision.{number}"),
            recall=found.get(f"recall.{number}"),
            f1=found.get(f"f1.{number}"),
            auc=found.get(f"auc.{number}"),
        )
        for number, label in enumerate(task.names)
    }


def _label_auc(cases: JudgedCases, number: int, weights: Weights) -> NDArray[np.float64]:
    asked = ~np.isnan(cases.targets[:, number])
    return weighted_auc(cases.targets[asked, number] == 1, cases.probabilities[asked, number], weights[:, asked])


def _count_right(cases: JudgedCases, weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how many questions were answered exactly right in each draw, and how many there were."""
    right = np.zeros(len(cases.targets))
    count = np.zeros(len(cases.targets))
    for columns in competing_labels(cases.task):
        targets = cases.targets[:, columns]
        asked = ~np.isnan(targets).any(axis=1)
        right += asked & ((targets == 1) == cases.decided[:, columns]).all(axis=1)
        count += asked
    return weights @ right, weights @ count


def _mean_of_labels(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over labels [draws, labels] without those that are NaN; NaN if all are."""
    known = np.isfinite(values)
    count = known.sum(axis=1)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)
