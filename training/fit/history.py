"""What is known after each epoch: a line of the log, and the decisions that follow from all lines so far."""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from training.recipe.recipe_parts import Stage


@dataclass(frozen=True)
class Epoch:
    """One line of the log: the training loss, and what the averaged weights do on the validation part.

    Checkpoints from before there were stages lack the fields that have a default.
    """

    epoch: int
    """From 1, through all stages."""
    train_loss: float
    loss: float
    accuracy: float
    macro_f1: float
    auc: float
    stage: str = ""
    head_learning_rate: float = math.nan
    backbone_learning_rate: float = math.nan
    seconds: float = 0.0

    @classmethod
    def restored(cls, row: dict[str, Any]) -> "Epoch":
        """An epoch from a checkpoint, older ones included."""
        known = {field.name for field in fields(cls)}
        return cls(**{key: value for key, value in row.items() if key in known})

    def value(self, by: str) -> float:
        """A figure of the epoch such that more is better; one that is no number is worse than any."""
        figure = float(getattr(self, by))
        if math.isnan(figure):
            return -math.inf
        return -figure if by == "loss" else figure


def history_csv(history: Sequence[Epoch]) -> str:
    """The log as CSV, one line an epoch."""
    stream = io.StringIO()
    columns = ["epoch", "stage", *(field.name for field in fields(Epoch) if field.name not in ("epoch", "stage"))]
    writer = csv.DictWriter(stream, fieldnames=columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(epoch) for epoch in history)
    return stream.getvalue()


def best_of(history: Sequence[Epoch], by: str) -> Epoch:
    """The best epoch by a figure, whose weights are kept; of equal ones, the later is."""
    return max(reversed(history), key=lambda epoch: epoch.value(by))


def is_over(of_stage: Sequence[Epoch], stage: Stage, stop_by: str) -> bool:
    """Whether a stage with these epochs has ended: all are done, or the last `patience` ones brought nothing better."""
    if len(of_stage) >= stage.epochs:
        return True
    if stage.patience is None or not of_stage:
        return False
    values = [epoch.value(stop_by) for epoch in of_stage]
    return len(values) - 1 - values.index(max(values)) >= stage.patience
