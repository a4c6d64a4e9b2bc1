"""Plots of a run as PNG: confusion, ROC, reliability, classes, history (numbers only), and nine samples (patients)."""

import csv
import io
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from inference.contract.contract import Task
from inference.statistics.calibration import reliability_curve
from inference.statistics.judged_cases import JudgedCases, competing_labels, is_one_of_two, name_answers
from inference.statistics.metrics import auc, count_confusion, roc_curve

FIGURES = ("confusion.png", "roc.png", "reliability.png", "history.png")
_BINS = 10
_OPEN = "not decided"
_MOST_CURVES = 16

matplotlib.use("Agg")

Parts = Mapping[str, tuple[JudgedCases, JudgedCases]]
"""Part -> its cases with calibrated and with plain probabilities."""


def encode_figure(draw: Callable[[Figure], None], size: tuple[float, float], notes: Sequence[str]) -> bytes:
    """Return a figure of a size in inches as PNG, with its caveats written underneath."""
    figure = Figure(figsize=(size[0], size[1] + 0.25 * len(notes)), layout="constrained")
    draw(figure)
    if notes:
        figure.supxlabel("\n".join(notes), fontsize=8, color="#a02010")
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=110)
    return stream.getvalue()


def draw_figures(parts: Parts, *, dots: Mapping[str, float], notes: Sequence[str]) -> dict[str, bytes]:
    """Return confusion, ROC and reliability by their file names; `dots` are the thresholds to mark, by label."""
    task = next(iter(parts.values()))[0].task
    wide = max(4.4, 1.6 + 0.62 * max(map(len, competing_labels(task))))
    many = len(competing_labels(task))
    across = wide * max(many, len(parts)) if many == 1 else 3.8 * min(many, 4)
    sizes = {
        "confusion.png": (across, wide * 0.9 * _rows(many, parts)),
        "roc.png": (5.2 * len(parts), 4.4),
        "reliability.png": (4.4 * len(parts), 4.0),
    }
    draws: dict[str, Callable[[Figure], None]] = {
        "confusion.png": lambda figure: _draw_confusions(figure, parts),
        "roc.png": lambda figure: _draw_rocs(figure, parts, dots),
        "reliability.png": lambda figure: _draw_reliabilities(figure, parts),
    }
    return {name: encode_figure(draw, sizes[name], notes) for name, draw in draws.items()}


def draw_classes(labels: Mapping[str, Sequence[str]], task: Task, *, notes: Sequence[str]) -> bytes:
    """Return how the classes are distributed: bars of how many cases of each part (several labels by +) have each."""

    def draw(figure: Figure) -> None:
        axes, width = figure.subplots(), 0.8 / len(labels)
        for number, (part, of_part) in enumerate(labels.items()):
            held = Counter(label for joined in of_part for label in joined.split("+"))
            counts = [held[name] for name in task.names]
            left = [position + (number - (len(labels) - 1) / 2) * width for position in range(len(counts))]
            axes.bar_label(axes.bar(left, counts, width, label=f"{part}, n = {len(of_part)}"), fontsize=7)
        turned = {"rotation": 60, "ha": "right"} if len(task.names) > 4 else {}
        names = [label.display for label in task.labels]
        axes.set_xticks(range(len(names)), names, **turned)  # type: ignore[arg-type]
        axes.set(ylabel="cases", title="how the classes are distributed")
        axes.legend(fontsize=8)

    return encode_figure(draw, (max(6.0, 0.7 * len(task.names)), 4.0), notes)


def draw_samples(pictures: Sequence[tuple[NDArray[np.uint8], str]], *, notes: Sequence[str]) -> bytes:
    """Return nine slices (RGB, with their labels) as a grid of three by three. They show patients."""

    def draw(figure: Figure) -> None:
        for axes, (rgb, label) in zip(figure.subplots(3, 3).flat, pictures, strict=False):
            axes.imshow(rgb)
            axes.set_title(label, fontsize=9)
        for axes in figure.axes:
            axes.set_axis_off()

    return encode_figure(draw, (7.0, 7.2), notes)


def draw_history(log: Path, *, notes: Sequence[str]) -> bytes:
    """Return the training history from the CSV log of the run."""
    rows = list(csv.DictReader(log.read_text(encoding="utf-8").splitlines()))
    return encode_figure(lambda figure: _draw_history(figure, rows), (10.0, 4.2), notes)


def _rows(many: int, parts: Parts) -> int:
    return 1 if many == 1 else len(parts) * -(-many // 4)


def _draw_confusions(figure: Figure, parts: Parts) -> None:
    """Draw one table for each part and question; several questions in rows of four."""
    task = next(iter(parts.values()))[0].task
    asked = competing_labels(task)
    cells = [(part, columns) for part in parts for columns in asked]
    across = len(cells) if len(asked) == 1 else min(len(asked), 4)
    down = -(-len(cells) // across) if len(asked) == 1 else _rows(len(asked), parts)
    grid = figure.subplots(down, across, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for number, (part, columns) in enumerate(cells):
        block, within = divmod(number, len(asked))
        row = 0 if len(asked) == 1 else block * -(-len(asked) // 4) + within // 4
        axes = grid[row, number if len(asked) == 1 else within % 4]
        axes.set_axis_on()
        _draw_confusion(axes, part, parts[part][0], columns)


def confusion_of(cases: JudgedCases, columns: tuple[int, ...]) -> tuple[NDArray[np.int64], list[str]]:
    """Return counts [labelled, decided] of one question and the names of its answers; the last is "not decided"."""
    targets, decided = cases.targets[:, columns], cases.decided[:, columns]
    rows = ~np.isnan(targets).any(axis=1)
    targets, decided = targets[rows], decided[rows]
    names = name_answers([cases.task.labels[column].display for column in columns])
    if len(columns) == 1:
        true, said = (targets[:, 0] == 1).astype(np.int64), decided[:, 0].astype(np.int64)
    else:
        true = targets.argmax(axis=1).astype(np.int64)
        said = np.where(decided.sum(axis=1) == 1, decided.argmax(axis=1), len(columns)).astype(np.int64)
    return count_confusion(true, said, (len(names), len(names) + 1)), [*names, _OPEN]


def _draw_confusion(axes: Axes, part: str, cases: JudgedCases, columns: tuple[int, ...]) -> None:
    table, names = confusion_of(cases, columns)
    if not table[:, -1].any():
        table, names = table[:, :-1], names[:-1]
    axes.imshow(table / table.sum(axis=1, keepdims=True).clip(1), cmap="Blues", vmin=0, vmax=1)
    small = len(names) > 6
    for (row, column), count in np.ndenumerate(table):
        strong = count > table[row].sum() / 2
        size = 7 if small else 10
        axes.text(
            column, row, str(count), ha="center", va="center", color="white" if strong else "black", fontsize=size
        )
    turned = {"rotation": 60, "ha": "right"} if len(names) > 3 else {}
    axes.set_xticks(range(len(names)), names, fontsize=7 if small else 9, **turned)  # type: ignore[arg-type]
    axes.set_yticks(range(len(table)), names[: len(table)], fontsize=7 if small else 9)
    axes.set(xlabel="decided", ylabel="labelled", title=f"{part}, n = {table.sum()}")


def _draw_rocs(figure: Figure, parts: Parts, dots: Mapping[str, float]) -> None:
    for axes, (part, (cases, _)) in zip(figure.subplots(1, len(parts), squeeze=False)[0], parts.items(), strict=True):
        task = cases.task
        for number in _curves(task):
            asked = ~np.isnan(cases.targets[:, number])
            ill, scores = cases.targets[asked, number] == 1, cases.probabilities[asked, number]
            if ill.all() or not ill.any():
                continue
            label = task.labels[number]
            title = f"{label.display}: AUC {auc(ill, scores):.4f}, n = {ill.sum()}"
            (line,) = axes.plot(*roc_curve(ill, scores), label=title)
            if (threshold := dots.get(label.name)) is not None:
                reached = scores >= np.float32(threshold)
                axes.plot(reached[~ill].mean(), reached[ill].mean(), "o", color=line.get_color(), markersize=5)
        axes.plot([0, 1], [0, 1], ":", color="grey")
        axes.set(xlabel="1 - specificity", ylabel="sensitivity", title=f"ROC, {part}, n = {len(cases.targets)}")
        if axes.get_legend_handles_labels()[0]:
            axes.legend(loc="lower right", fontsize=7 if len(task.names) > 6 else 9)


def _curves(task: Task) -> Sequence[int]:
    """Return the labels with a curve: the second of two that compete, else as many as can be told apart."""
    if is_one_of_two(task):
        return (1,)
    return range(min(len(task.names), _MOST_CURVES))


def _draw_reliabilities(figure: Figure, parts: Parts) -> None:
    for axes, (part, both) in zip(figure.subplots(1, len(parts), squeeze=False)[0], parts.items(), strict=True):
        least = 0.95
        for title, cases in zip(("after temperature scaling", "before"), both, strict=True):
            x, y = reliability_curve(cases, _BINS)
            axes.plot(x, y, "o-", label=title)
            least = min([least, *x])
        axes.plot([0, 1], [0, 1], ":", color="grey")
        axes.set(xlim=(least - 0.05, 1.02), ylim=(0, 1.05), title=f"{part}, n = {len(both[0].targets)}")
        axes.set(xlabel="probability of the most probable answer", ylabel="share that was right")
        axes.legend(loc="lower right")


_CURVES = {
    "loss": {"train_loss": ("#7a8794", "o-"), "loss": ("#1f5fa8", "o-")},
    "figure": {
        "train_accuracy": ("#7a8794", "o-"),
        "accuracy": ("#1f5fa8", "o-"),
        "macro_f1": ("#b3261e", "s--"),
        "auc": ("#16703c", "s--"),
        "precision": ("#8a5a00", "^:"),
        "recall": ("#7b3fa0", "v:"),
    },
}


def _draw_history(figure: Figure, rows: Sequence[Mapping[str, str]]) -> None:
    """Draw losses and figures side by side, those of training grey; a line at the beginning of each stage."""
    epochs, stages = [int(row["epoch"]) for row in rows], [row.get("stage", "") for row in rows]
    for axes, (title, curves) in zip(figure.subplots(1, 2), _CURVES.items(), strict=True):
        for name, (colour, style) in curves.items():
            # Runs of older versions lack some columns.
            values = [float(row.get(name) or math.nan) for row in rows]
            if not all(map(math.isnan, values)):
                part = "training (augmented)" if name.startswith("train_") else "validation"
                words = f"{part} {name.removeprefix('train_')}"
                axes.plot(epochs, values, style, color=colour, markersize=4, label=words)
        for number in range(1, len(stages)):
            if stages[number] != stages[number - 1]:
                axes.axvline(epochs[number] - 0.5, color="#999999", linestyle=":")
        axes.set(xlabel="epoch", ylabel=title, title=f"{title} of each epoch")
        axes.legend(fontsize=7)
    losses, shares = figure.axes
    losses.set_ylim(0, None)
    shares.set_ylim(None, 1.0)
