"""What judging found, as CSV: the figures of each label, and the answer to each case."""

import csv
import io
from collections.abc import Iterable, Sequence

from inference.contract.contract import Evaluation, Interval
from training.evaluate.operating_point import OperatingPoint
from training.evaluate.predictions import ScoredCases

PREDICTIONS = "predictions.csv"


def per_class(part: str) -> str:
    """The name of the file with the figures of each label of one part."""
    return f"per_class_{part}.csv"


def per_class_csv(evaluation: Evaluation) -> bytes:
    """One line a label: n, then precision, recall, F1 and AUC, each with the ends of its 95 % interval."""
    names = ("precision", "recall", "f1", "auc")
    head = ["label", "n", *(f"{name}{end}" for name in names for end in ("", "_low", "_high"))]
    rows = []
    for label, found in evaluation.labels.items():
        cells = [cell for name in names for cell in _cells(getattr(found, name))]
        rows.append([label, str(found.n), *cells])
    return _csv(head, rows)


def _cells(value: Interval | None) -> Sequence[str]:
    return ("", "", "") if value is None else tuple(f"{one:.5f}" for one in (value.value, value.low, value.high))


def predictions_csv(scored: Sequence[ScoredCases], choice: OperatingPoint) -> bytes:
    """Return one line a case: part, name, group and label, the calibrated probability of each label, the decision."""
    rows = []
    for one in scored:
        probabilities, decisions = choice.probabilities(one), choice.decisions(one)
        for number, name in enumerate(one.names):
            values = [f"{value:.6f}" for value in probabilities[number]]
            rows.append([one.part, name, one.groups[number], one.labels[number], *values, decisions[number]])
    return _csv(["part", "name", "group", "label", *(f"p_{name}" for name in choice.task.names), "decision"], rows)


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return stream.getvalue().encode()
