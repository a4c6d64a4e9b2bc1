"""The figures of each epoch, the decisions that follow from all epochs so far, and both as logs."""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from training.recipe.recipe import Stage

EVENTS = "tensorboard"
_TRAINING = ("train_loss", "head_learning_rate", "backbone_learning_rate", "seconds")
_VALIDATION = ("loss", "accuracy", "macro_f1", "auc")


@dataclass(frozen=True)
class Epoch:
    """One line of the log: the training loss, and the figures of the averaged weights on the validation part."""

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

    def value(self, by: str) -> float:
        """Return a figure of the epoch such that more is better; one that is no number is worse than any."""
        figure = float(getattr(self, by))
        if math.isnan(figure):
            return -math.inf
        return -figure if by == "loss" else figure


def format_history(history: Sequence[Epoch]) -> str:
    """Return the log as CSV, one line an epoch."""
    stream = io.StringIO()
    columns = ["epoch", "stage", *(field.name for field in fields(Epoch) if field.name not in ("epoch", "stage"))]
    writer = csv.DictWriter(stream, fieldnames=columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(epoch) for epoch in history)
    return stream.getvalue()


def best_epoch(history: Sequence[Epoch], by: str) -> Epoch:
    """Return the best epoch by a figure, whose weights are kept; of equal ones, the later."""
    return max(reversed(history), key=lambda epoch: epoch.value(by))


def is_stage_over(of_stage: Sequence[Epoch], stage: Stage, stop_by: str) -> bool:
    """Tell whether a stage with these epochs has ended: all are done, or the last `patience` brought nothing better."""
    if len(of_stage) >= stage.epochs:
        return True
    if stage.patience is None or not of_stage:
        return False
    values = [epoch.value(stop_by) for epoch in of_stage]
    return len(values) - 1 - values.index(max(values)) >= stage.patience


class TensorBoardLog:
    """Writes the curves as event files to the run's `tensorboard/`, if this process is the one that writes."""

    def __init__(self, run: Path, *, begun: int, writes: bool) -> None:
        self._run = run
        self._begun = begun
        """Epochs that are done; points beyond them, of a run that was killed, are void."""
        self._writes = writes
        self._writer: Any = None

    def write_epoch(self, epoch: Epoch) -> None:
        """Write an epoch's figures as points, at once. Raises `OSError`."""
        if not self._writes:
            return
        if self._writer is None:
            # Late: it takes seconds to import, and a run that breaks at once leaves no empty folder.
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(str(self._run / EVENTS), purge_step=self._begun + 1)
        for name in _TRAINING:
            self._writer.add_scalar(f"train/{name.removeprefix('train_')}", getattr(epoch, name), epoch.epoch)
        for name in _VALIDATION:
            self._writer.add_scalar(f"validation/{name}", getattr(epoch, name), epoch.epoch)
        self._writer.flush()

    def close(self) -> None:
        """End the writer's thread."""
        if self._writer is not None:
            self._writer.close()
