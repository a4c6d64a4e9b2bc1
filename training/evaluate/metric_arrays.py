"""All figures of a set of cases at once, for many bootstrap draws at once.

A draw is a row of weights: how often each case was drawn. Every figure is then made of sums over cases, so that a
thousand draws are a few matrix products. The figure itself is that of the draw in which every case has the weight 1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.contract.contract import Interval, LabelFigures, Task
from training.evaluate.answers import questions

BINS = 15
_DRAWS_AT_ONCE = 100
_PERCENTILES = (2.5, 97.5)

Weights = NDArray[np.float64]
"""[draws, cases]."""


@dataclass(frozen=True, eq=False)
class Answered:
    """Cases with what was wanted and what was answered."""

    task: Task
    targets: NDArray[np.float32]
    """[N, labels]: 0 or 1, NaN where it was not asked."""
    shares: NDArray[np.float32]
    """[N, labels]: probabilities."""
    decided: NDArray[np.bool_]
    """[N, labels]."""


def figures(cases: Answered, weights: Weights) -> dict[str, NDArray[np.float64]]:
    """Every figure by its name, one value a draw; of label k as `recall.k`. NaN where a draw allows none.

    accuracy: share of questions whose answer is exactly right. macro_f1: mean over the labels that were wanted or
    decided for. auc: of the second of two competing labels, else the mean over the labels that have one.
    """
    asked = ~np.isnan(cases.targets)
    wanted = np.nan_to_num(cases.targets).astype(np.float64) * asked
    said = cases.decided & asked
    hits = weights @ (wanted * said)
    present, named = weights @ wanted, weights @ said.astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        # Nothing named, but something wanted: precision counts as 0 (scikit-learn's zero_division=0).
        precision = np.where(present + named > 0, hits / np.maximum(named, 1e-12), np.nan)
        recall = hits / present
        f1 = 2 * hits / (present + named)
        right, count = _right(cases, weights)
        found = {"accuracy": right / count, "macro_f1": _mean(f1), "ece": calibration_error(cases, weights)}
    auc = np.stack([_auc(cases, number, weights) for number in range(cases.targets.shape[1])], axis=1)
    two = len(cases.task.names) == 2 and len(questions(cases.task)) == 1
    found["auc"] = auc[:, 1] if two else _mean(auc)
    for number in range(cases.targets.shape[1]):
        for name, values in (("precision", precision), ("recall", recall), ("f1", f1), ("auc", auc)):
            found[f"{name}.{number}"] = values[:, number]
    return found


def with_intervals(cases: Answered, draws: Weights) -> dict[str, Interval]:
    """Every figure with its 2.5th and 97.5th percentile over the draws; what cannot be computed is left out."""
    ones = np.ones((1, len(cases.targets)))
    values = {name: float(value[0]) for name, value in figures(cases, ones).items()}
    drawn = [figures(cases, part) for part in _parts(draws)]
    return {
        name: interval(value, np.concatenate([one[name] for one in drawn]))
        for name, value in values.items()
        if np.isfinite(value)
    }


def interval(value: float, drawn: NDArray[np.float64]) -> Interval:
    """A figure with the percentiles of its bootstrap values; values that are no number are left out."""
    known = drawn[np.isfinite(drawn)]
    low, high = np.percentile(known, _PERCENTILES) if len(known) else (value, value)
    return Interval(value=round(value, 5), low=round(float(low), 5), high=round(float(high), 5))


def mean_with_interval(values: NDArray[np.float64], draws: Weights) -> Interval:
    """The mean of values [N] with its interval."""
    return interval(float(values.mean()), draws @ values / draws.sum(axis=1))


def label_figures(found: dict[str, Interval], targets: NDArray[np.float32], task: Task) -> dict[str, LabelFigures]:
    """The figures of each label, in the form of the contract; `n` is how many cases show it."""
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


def certainty(cases: Answered) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.intp]]:
    """For every question asked: the probability of its most probable answer, whether that is right, the case."""
    confidence, right, case = [], [], []
    for columns in questions(cases.task):
        targets, shares = cases.targets[:, columns], cases.shares[:, columns].astype(np.float64)
        rows = np.flatnonzero(~np.isnan(targets).any(axis=1))
        if len(columns) == 1:
            confidence.append(np.maximum(shares[rows, 0], 1 - shares[rows, 0]))
            right.append((shares[rows, 0] >= 0.5) == (targets[rows, 0] == 1))
        else:
            confidence.append(shares[rows].max(axis=1))
            right.append(targets[rows, shares[rows].argmax(axis=1)] == 1)
        case.append(rows)
    return np.concatenate(confidence), np.concatenate(right), np.concatenate(case)


def calibration_error(cases: Answered, weights: Weights) -> NDArray[np.float64]:
    """Expected calibration error (Guo 2017) over 15 equal bins of the probability of the most probable answer."""
    confidence, right, case = certainty(cases)
    place = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    gaps = np.zeros((cases.targets.shape[0], BINS))
    np.add.at(gaps, (case, place), right - confidence)
    counts = np.bincount(case, minlength=cases.targets.shape[0]).astype(np.float64)
    return np.asarray(np.abs(weights @ gaps).sum(axis=1) / np.maximum(weights @ counts, 1e-12))


def auc_of(positive: NDArray[np.bool_], scores: NDArray[np.float32], weights: Weights) -> NDArray[np.float64]:
    """Area under the ROC curve in each draw (Mann-Whitney); ties count half, NaN with one side empty."""
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) != 0]) if len(order) else np.zeros(0, dtype=np.intp)
    if not len(starts):
        return np.full(len(weights), np.nan)
    drawn = weights[:, order]
    ill = np.add.reduceat(drawn * positive[order], starts, axis=1)
    well = np.add.reduceat(drawn * ~positive[order], starts, axis=1)
    below = np.cumsum(well, axis=1) - well / 2
    with np.errstate(invalid="ignore"):
        return np.asarray((ill * below).sum(axis=1) / (ill.sum(axis=1) * well.sum(axis=1)))


def _auc(cases: Answered, number: int, weights: Weights) -> NDArray[np.float64]:
    asked = ~np.isnan(cases.targets[:, number])
    return auc_of(cases.targets[asked, number] == 1, cases.shares[asked, number], weights[:, asked])


def _right(cases: Answered, weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How many questions were answered exactly right in each draw, and how many there were."""
    right = np.zeros(len(cases.targets))
    count = np.zeros(len(cases.targets))
    for columns in questions(cases.task):
        targets = cases.targets[:, columns]
        asked = ~np.isnan(targets).any(axis=1)
        right += asked & ((targets == 1) == cases.decided[:, columns]).all(axis=1)
        count += asked
    return weights @ right, weights @ count


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean over labels [draws, labels] of what is a number; NaN where nothing is."""
    known = np.isfinite(values)
    count = known.sum(axis=1)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)


def _parts(draws: Weights) -> Iterator[Weights]:
    for start in range(0, len(draws), _DRAWS_AT_ONCE):
        yield draws[start : start + _DRAWS_AT_ONCE]


def group_weights(groups: Sequence[str], *, seed: int, draws: int = 1000) -> Weights:
    """How often each case is drawn when groups are drawn, as many as there are, with replacement, each whole.

    Cases of one person are not independent, so whole groups are drawn.
    """
    number = {name: position for position, name in enumerate(dict.fromkeys(groups))}
    place = np.array([number[name] for name in groups], dtype=np.intp)
    generator = np.random.default_rng(seed)
    found = np.empty((draws, len(groups)))
    for row in found:
        row[:] = np.bincount(generator.integers(len(number), size=len(number)), minlength=len(number))[place]
    return found
