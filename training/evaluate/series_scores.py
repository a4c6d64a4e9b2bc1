"""From slices to series: how a volume is scored by the scores of its slices, and how well that does.

The score of a label for a series is the highest of its slices (`maximum`), or the mean of its three highest
(`top three`), which a single odd slice cannot make. A series has a label if any of its slices has it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.statistics.bootstrap import GroupDraws, draw_group_weights
from inference.statistics.judged_cases import JudgedCases, is_one_of_two
from inference.statistics.metrics import compute_intervals
from inference.statistics.operating_point import sensitivity_specificity
from training.evaluate.metrics import Operating, PooledFigures, SeriesFigures
from training.evaluate.operating_point import OperatingPoint
from training.evaluate.predictions import ScoredCases

POOLINGS = {"maximum": 1, "top three": 3}
"""Of how many of its highest scores the score of a series is the mean."""


@dataclass(frozen=True, eq=False)
class ScoredSeries:
    """The series of one part or set, in the order of their first slices."""

    names: tuple[str, ...]
    groups: tuple[str, ...]
    slices: NDArray[np.int64]
    targets: NDArray[np.float32]
    """[S, labels]: 1 if any slice has the label, NaN if it was asked of none."""
    scores: dict[str, NDArray[np.float32]]
    """By pooling, [S, labels]."""


def pool_slices(scored: ScoredCases, probabilities: NDArray[np.float32]) -> ScoredSeries:
    """Return the series of cases whose calibrated probabilities [N, labels] are given."""
    rows: dict[str, list[int]] = {}
    for row, series in enumerate(scored.series):
        rows.setdefault(series, []).append(row)
    ordered = [np.sort(probabilities[of_one], axis=0)[::-1] for of_one in rows.values()]
    return ScoredSeries(
        names=tuple(rows),
        groups=tuple(scored.groups[of_one[0]] for of_one in rows.values()),
        slices=np.array([len(of_one) for of_one in rows.values()], dtype=np.int64),
        targets=np.stack([np.fmax.reduce(scored.targets[of_one], axis=0) for of_one in rows.values()]),
        scores={name: np.stack([one[:most].mean(axis=0) for one in ordered]) for name, most in POOLINGS.items()},
    )


def judge_series(scored: ScoredCases, choice: OperatingPoint, seed: int) -> SeriesFigures | None:
    """Return the figures by series; None if none of them has more than one slice.

    Thresholds are those that were chosen for single slices.
    """
    if len(set(scored.series)) == len(scored.series):
        return None
    found, task = pool_slices(scored, choice.probabilities(scored)), choice.task
    draws = draw_group_weights(found.groups, seed=seed)
    shown = task.names[1:] if is_one_of_two(task) else task.names
    pooled = {}
    for pooling, scores in found.scores.items():
        cases = JudgedCases(task, found.targets, scores, np.zeros(scores.shape, dtype=np.bool_))
        figures = compute_intervals(cases, draws)
        thresholds = {label: value for label, value in choice.marked_thresholds.items() if label in shown}
        pooled[pooling] = PooledFigures(
            auc={name: figures.get(f"auc.{task.names.index(name)}") for name in shown},
            operating={label: _judge_at(cases, label, value, draws) for label, value in thresholds.items()},
        )
    return SeriesFigures(
        series=len(found.names),
        slices=len(scored.series),
        longest=int(found.slices.max()),
        having={name: int(np.nansum(found.targets[:, task.names.index(name)])) for name in shown},
        pooled=pooled,
    )


def _judge_at(cases: JudgedCases, label: str, threshold: float, draws: GroupDraws) -> Operating:
    sensitivity, specificity = sensitivity_specificity(cases, label, threshold, draws)
    return Operating(threshold=threshold, sensitivity=sensitivity, specificity=specificity)


def series_rows(scored: Sequence[ScoredCases], choice: OperatingPoint) -> Iterator[list[str]]:
    """Yield the head, then a line a series: part, name of its first file, group, slices, labels, score by pooling."""
    names = choice.task.names
    yield ["part", "series", "group", "slices", "label", *(f"{how} {name}" for how in POOLINGS for name in names)]
    for one in scored:
        found = pool_slices(one, choice.probabilities(one))
        for row, series in enumerate(found.names):
            label = "+".join(name for name, has in zip(names, found.targets[row], strict=True) if has == 1)
            values = [f"{value:.6f}" for how in POOLINGS for value in found.scores[how][row]]
            yield [one.part, series, found.groups[row], str(found.slices[row]), label, *values]
