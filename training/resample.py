"""Figures with 95 % intervals: the bootstrap that draws whole groups, since cases of one person are not independent."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inference.contract import Interval, LabelFigures
from training.measures import (
    binary_auc,
    calibration_error,
    confusion,
    precision_recall_f1,
    roc_auc,
)

DRAWS = 1000


def group_draws(groups: Sequence[str], *, seed: int, draws: int = DRAWS) -> list[NDArray[np.intp]]:
    """Case positions of each bootstrap draw: as many groups as there are, with replacement, each with all its cases."""
    numbers = {name: number for number, name in enumerate(dict.fromkeys(groups))}
    members: list[list[int]] = [[] for _ in numbers]
    for position, name in enumerate(groups):
        members[numbers[name]].append(position)
    held = [np.array(one, dtype=np.intp) for one in members]
    generator = np.random.default_rng(seed)
    return [
        np.concatenate([held[number] for number in generator.integers(len(held), size=len(held))]) for _ in range(draws)
    ]


def all_figures(
    labels: NDArray[np.int64], decided: NDArray[np.int64], probabilities: NDArray[np.float32]
) -> dict[str, float]:
    """Every figure of a set of cases by its name; per class as `precision.0`. NaN where a class is missing."""
    classes = probabilities.shape[1]
    table = precision_recall_f1(confusion(labels, decided, classes))
    found = {
        "accuracy": float((labels == decided).mean()),
        "macro_f1": float(table[2].mean()),
        "auc": roc_auc(labels, probabilities),
        "ece": calibration_error(labels, probabilities),
    }
    for number in range(classes):
        for name, row in zip(("precision", "recall", "f1"), table, strict=True):
            found[f"{name}.{number}"] = float(row[number])
        found[f"auc.{number}"] = binary_auc(labels == number, probabilities[:, number])
    return found


def with_intervals(
    labels: NDArray[np.int64],
    decided: NDArray[np.int64],
    probabilities: NDArray[np.float32],
    draws: Sequence[NDArray[np.intp]],
) -> dict[str, Interval]:
    """Every figure with its 2.5th and 97.5th percentile over the draws; what cannot be computed is left out."""
    values = all_figures(labels, decided, probabilities)
    drawn = [all_figures(labels[one], decided[one], probabilities[one]) for one in draws]
    found = {}
    for name, value in values.items():
        if np.isfinite(value):
            low, high = np.nanpercentile([one[name] for one in drawn], (2.5, 97.5))
            found[name] = Interval(value=round(value, 5), low=round(float(low), 5), high=round(float(high), 5))
    return found


def label_figures(
    figures: dict[str, Interval], labels: NDArray[np.int64], names: Sequence[str]
) -> dict[str, LabelFigures]:
    """The figures of each label, in the form of the contract."""
    return {
        label: LabelFigures(
            n=int((labels == number).sum()),
            precision=figures.get(f"precision.{number}"),
            recall=figures.get(f"recall.{number}"),
            f1=figures.get(f"f1.{number}"),
            auc=figures.get(f"auc.{number}"),
        )
        for number, label in enumerate(names)
    }
