"""Figures of a run as PNG: confusion, ROC, reliability, history. Numbers only, no picture of a patient."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.calibrate import probabilities
from training.files import write_atomically
from training.fit import LOG
from training.measures import binary_auc, confusion
from training.recipe import Recipe

FIGURES = ("confusion.png", "roc.png", "reliability.png", "history.png")
_BINS = 10

matplotlib.use("Agg")


class _Scored(Protocol):
    """What is drawn of one part: labels [N] and logits [N, C]."""

    @property
    def labels(self) -> NDArray[np.int64]: ...

    @property
    def logits(self) -> NDArray[np.float32]: ...


class _Calibration(Protocol):
    @property
    def temperature(self) -> float: ...


class _Metrics(Protocol):
    """What is drawn of the metrics."""

    @property
    def threshold(self) -> float: ...

    @property
    def calibration(self) -> _Calibration: ...


def draw_figures(run: Path, scored: Mapping[str, _Scored], metrics: _Metrics, recipe: Recipe) -> None:
    """Write the four figures into `figures/` of the run."""
    temperature = metrics.calibration.temperature
    sizes = {"confusion.png": (4.2 * len(scored), 3.8), "reliability.png": (4.4 * len(scored), 4.0)}
    for name in FIGURES:
        figure = Figure(figsize=sizes.get(name, (5.2, 4.2)), layout="constrained")
        if name == "confusion.png":
            _draw_confusions(figure, scored, recipe, temperature=temperature, threshold=metrics.threshold)
        elif name == "roc.png":
            _draw_roc(figure.subplots(), scored, recipe, threshold=metrics.threshold, temperature=temperature)
        elif name == "reliability.png":
            _draw_reliabilities(figure, scored, temperature)
        else:
            _draw_history(figure.subplots(), run / LOG)
        stream = io.BytesIO()
        figure.savefig(stream, format="png", dpi=110)
        write_atomically(run / "figures" / name, stream.getvalue())


def _positive(recipe: Recipe) -> int:
    return recipe.task.names.index(recipe.operating_point.label)


def _draw_confusions(
    figure: Figure, scored: Mapping[str, _Scored], recipe: Recipe, *, temperature: float, threshold: float
) -> None:
    positive = _positive(recipe)
    displays = [label.display for label in recipe.task.labels]
    for axes, (part, one) in zip(figure.subplots(1, len(scored), squeeze=False)[0], scored.items(), strict=True):
        scores = probabilities(one.logits, temperature)[:, positive]
        decided = np.where(scores >= np.float32(threshold), positive, 1 - positive)
        table = confusion(one.labels, decided, len(displays))
        axes.imshow(table / table.sum(axis=1, keepdims=True).clip(1), cmap="Blues", vmin=0, vmax=1)
        for (row, column), count in np.ndenumerate(table):
            strong = count > table[row].sum() / 2
            axes.text(column, row, str(count), ha="center", va="center", color="white" if strong else "black")
        axes.set_xticks(range(len(displays)), displays)
        axes.set_yticks(range(len(displays)), displays)
        axes.set(xlabel="decided", ylabel="labelled", title=f"{part}, n = {len(one.labels)}, threshold {threshold:.3f}")


def _draw_roc(
    axes: Axes, scored: Mapping[str, _Scored], recipe: Recipe, *, threshold: float, temperature: float
) -> None:
    positive = _positive(recipe)
    for part, one in scored.items():
        scores = probabilities(one.logits, temperature)[:, positive]
        ill = one.labels == positive
        falsely, rightly = _roc_points(ill, scores)
        axes.plot(falsely, rightly, label=f"{part}: AUC {binary_auc(ill, scores):.4f}, n = {len(ill)}")
        reached = scores >= np.float32(threshold)
        axes.plot(reached[~ill].mean(), reached[ill].mean(), "o", color="black", markersize=4)
    axes.plot([0, 1], [0, 1], ":", color="grey")
    title = f"ROC, {recipe.operating_point.label} (dot: threshold)"
    axes.set(xlabel="1 - specificity", ylabel="sensitivity", title=title)
    axes.legend(loc="lower right")


def _roc_points(ill: NDArray[np.bool_], scores: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    order = np.argsort(-scores, kind="stable")
    last_of_tie = np.append(np.diff(scores[order]) != 0, True)
    rightly = np.cumsum(ill[order])[last_of_tie] / max(int(ill.sum()), 1)
    falsely = np.cumsum(~ill[order])[last_of_tie] / max(int((~ill).sum()), 1)
    return np.insert(falsely, 0, 0.0), np.insert(rightly, 0, 0.0)


def _draw_reliabilities(figure: Figure, scored: Mapping[str, _Scored], temperature: float) -> None:
    for axes, (part, one) in zip(figure.subplots(1, len(scored), squeeze=False)[0], scored.items(), strict=True):
        for title, heat in (("before", 1.0), ("after", temperature)):
            shares = probabilities(one.logits, heat)
            confidence, right = shares.max(axis=1), shares.argmax(axis=1) == one.labels
            place = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
            used = [number for number in range(_BINS) if (place == number).any()]
            x = [float(confidence[place == number].mean()) for number in used]
            y = [float(right[place == number].mean()) for number in used]
            axes.plot(x, y, "o-", label=f"{title} (temperature {heat:.2f})")
        axes.plot([0, 1], [0, 1], ":", color="grey")
        axes.set(xlim=(0.45, 1.02), ylim=(0, 1.05), xlabel="probability of the winner", ylabel="share that was right")
        axes.set_title(f"{part}, n = {len(one.labels)}")
        axes.legend(loc="lower right")


def _draw_history(axes: Axes, log: Path) -> None:
    rows = list(csv.DictReader(log.read_text(encoding="utf-8").splitlines()))
    epochs = [int(row["epoch"]) for row in rows]

    def column(name: str) -> Sequence[float]:
        return [float(row[name]) for row in rows]

    axes.plot(epochs, column("train_loss"), "o-", label="training loss (augmented)")
    axes.plot(epochs, column("loss"), "o-", label="validation loss")
    axes.plot(epochs, column("auc"), "s--", label="validation AUC")
    axes.plot(epochs, column("macro_f1"), "s--", label="validation macro-F1")
    axes.set(xlabel="epoch", ylim=(0, None), title="training history (averaged weights)")
    axes.legend()
