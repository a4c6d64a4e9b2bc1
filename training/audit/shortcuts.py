"""Shortcuts: how well one feature alone tells the classes apart, cross-validated with whole groups, with an interval.

The classifier is as simple as one can be: the feature's values are put into bins, and each bin votes by how often each
class falls into it (classes counted as equally frequent). What even this finds, a network finds too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inference.contract.contract import Interval
from inference.statistics.bootstrap import Weights, draw_group_weights, exact_ends, percentile_interval
from inference.statistics.metrics import auc_from_counts

_FOLDS, _BINS, _MOST_CATEGORIES, _DRAWS, _LEVELS = 5, 12, 200, 400, 64
_CLEAR, _SOME = 0.70, 0.60

Strength = Literal["clear", "some", "none"]


@dataclass(frozen=True)
class Shortcut:
    """How well one feature (or all of them together) tells the class."""

    feature: str
    balanced_accuracy: Interval
    """Mean recall of the classes; chance is 1 / classes."""
    auc: Interval
    """Area under the ROC curve, each class against the rest, mean of the classes."""
    best_label: str
    """The class that is told apart best."""
    best_auc: Interval
    by_class: dict[str, str]
    """Median and quartiles for each class, or its most frequent category."""

    @property
    def strength(self) -> Strength:
        """`clear` if the interval of the best class's AUC lies above 0.70, `some` above 0.60."""
        low = self.best_auc.low
        return "clear" if low >= _CLEAR else "some" if low >= _SOME else "none"


@dataclass(frozen=True, eq=False)
class FoldedCases:
    """Class numbers [N], the groups [N] that stay together, the fold of each case [N], and the names of the classes."""

    labels: NDArray[np.int64]
    groups: NDArray[np.int64]
    folds: NDArray[np.int64]
    names: tuple[str, ...]


def deal_folds(
    labels: NDArray[np.int64], groups: Sequence[int], names: Sequence[str], *, seed: int = 0
) -> FoldedCases | None:
    """Deal the groups into five folds; None if a class has fewer groups than folds, or there is one class only."""
    _, numbers = np.unique(np.asarray(groups), return_inverse=True)
    groups_of = [len(set(numbers[labels == one].tolist())) for one in range(len(names))]
    if len(names) < 2 or min(groups_of) < _FOLDS:
        return None
    held = np.zeros((numbers.max() + 1, len(names)), dtype=np.int64)
    np.add.at(held, (numbers, labels), 1)
    drawn = np.random.default_rng(seed).permutation(len(held))
    filled = np.zeros((_FOLDS, len(names)), dtype=np.int64)
    fold_of = np.zeros(len(held), dtype=np.int64)
    for group in sorted(range(len(held)), key=lambda one: (-held[one].sum(), drawn[one])):
        fold = int(np.argmin(filled @ (held[group] > 0)))
        fold_of[group] = fold
        filled[fold] += held[group]
    return FoldedCases(labels, numbers, fold_of[numbers], tuple(names))


def judge_feature(feature: str, values: Sequence[float | str], cases: FoldedCases) -> Shortcut | None:
    """Judge one feature; None if all its values are the same."""
    if len(set(values)) < 2 or all(isinstance(one, float) and np.isnan(one) for one in values):
        return None
    return _judge_votes(feature, np.exp(_log_votes(values, cases)), cases, _by_class(values, cases))


def combine_features(features: Mapping[str, Sequence[float | str]], cases: FoldedCases) -> Shortcut:
    """Judge all features together: their votes multiplied, as if they were independent (naive Bayes)."""
    votes = sum((_log_votes(values, cases) for values in features.values()), np.zeros((len(cases.labels), 1)))
    votes = np.exp(votes - votes.max(axis=1, keepdims=True))
    return _judge_votes("all of them together", votes, cases, {})


def _log_votes(values: Sequence[float | str], cases: FoldedCases) -> NDArray[np.float64]:
    """Return log-probabilities [N, C] of each class for each case, by bins whose votes come from the other folds."""
    classes = len(cases.names)
    votes = np.zeros((len(cases.labels), classes))
    for fold in range(_FOLDS):
        held_out = cases.folds == fold
        bins, count = _binned(values, ~held_out)
        table = np.ones((count, classes))
        np.add.at(table, (bins[~held_out], cases.labels[~held_out]), 1)
        likelihood = table / table.sum(axis=0)
        posterior = likelihood / likelihood.sum(axis=1, keepdims=True)
        votes[held_out] = np.log(posterior[bins[held_out]])
    return votes


def _binned(values: Sequence[float | str], known: NDArray[np.bool_]) -> tuple[NDArray[np.int64], int]:
    """Return the bin of each value and their number. The known values make the bins; the last one is for the rest."""
    if isinstance(values[0], str):
        seen, counts = np.unique(np.asarray(values)[known], return_counts=True)
        kept = seen[np.argsort(-counts, kind="stable")][:_MOST_CATEGORIES]
        number = {one: position for position, one in enumerate(kept.tolist())}
        return np.array([number.get(one, len(number)) for one in values], dtype=np.int64), len(number) + 1
    numbers = np.asarray(values, dtype=np.float64)
    told = np.isfinite(numbers)
    measured = numbers[known & told]
    steps = np.linspace(0, 1, _BINS + 1)[1:-1]
    edges = np.unique(np.quantile(measured, steps)) if len(measured) else np.zeros(0)
    bins = np.searchsorted(edges, numbers, side="right")
    return np.where(told, bins, len(edges) + 1).astype(np.int64), len(edges) + 2


def _judge_votes(feature: str, votes: NDArray[np.float64], cases: FoldedCases, by_class: dict[str, str]) -> Shortcut:
    """Return the figures of out-of-fold votes [N, C], with intervals by drawing whole groups."""
    groups = int(cases.groups.max()) + 1
    weights = np.concatenate([np.ones((1, groups)), draw_group_weights(range(groups), seed=0, draws=_DRAWS).weights])
    areas = np.stack(
        [auc_of_draws(votes[:, one], cases.labels == one, cases.groups, weights) for one in range(votes.shape[1])]
    )
    hits = np.zeros((groups, len(cases.names)))
    present = np.zeros_like(hits)
    np.add.at(hits, (cases.groups, cases.labels), votes.argmax(axis=1) == cases.labels)
    np.add.at(present, (cases.groups, cases.labels), 1)
    recalls = (weights @ hits) / np.maximum(weights @ present, 1)
    best = int(np.argmax(areas[:, 0]))
    # Pairs of different groups, one of them of the rarest class, are trials that do not depend on each other.
    fewest = min(int((present > 0).sum(axis=0).min()), groups // 2)
    return Shortcut(
        feature=feature,
        balanced_accuracy=_interval(recalls.mean(axis=1), fewest),
        auc=_interval(areas.mean(axis=0), fewest),
        best_label=cases.names[best],
        best_auc=_interval(areas[best], fewest),
        by_class=by_class,
    )


def auc_of_draws(
    scores: NDArray[np.float64], positive: NDArray[np.bool_], groups: NDArray[np.int64], weights: Weights
) -> NDArray[np.float64]:
    """Return the area under the ROC curve for each row of group weights [draws, G]; scores are put on 64 levels."""
    levels = np.unique(scores)
    if len(levels) > _LEVELS:
        levels = np.unique(np.quantile(scores, np.linspace(0, 1, _LEVELS + 1)[1:-1]))
    level_of = np.searchsorted(levels, scores, side="right")
    counts = np.zeros((2, weights.shape[1], len(levels) + 1))
    np.add.at(counts, (positive.astype(np.int64), groups, level_of), 1)
    return auc_from_counts(weights @ counts[1], weights @ counts[0])


def _interval(values: NDArray[np.float64], groups: int) -> Interval:
    return percentile_interval(float(values[0]), values[1:], exact_ends(float(values[0]), groups))


def _by_class(values: Sequence[float | str], cases: FoldedCases) -> dict[str, str]:
    found = {}
    for number, name in enumerate(cases.names):
        of_class = [value for value, label in zip(values, cases.labels, strict=True) if label == number]
        if isinstance(values[0], str):
            seen, counts = np.unique(np.asarray(of_class), return_counts=True)
            most = int(np.argmax(counts))
            found[name] = f"{seen[most] or 'none'} ({counts[most] / len(of_class):.0%})"
        else:
            numbers = np.asarray(of_class, dtype=np.float64)
            numbers = numbers[np.isfinite(numbers)]
            low, middle, high = np.quantile(numbers, (0.25, 0.5, 0.75)) if len(numbers) else (np.nan,) * 3
            found[name] = f"{middle:.4g} ({low:.4g} to {high:.4g})"
    return found
