"""The curves of a run as TensorBoard's event files, for people to look at while it goes on."""

from pathlib import Path
from typing import Any

from training.fit.history import Epoch

EVENTS = "tensorboard"
_TRAINING = ("train_loss", "head_learning_rate", "backbone_learning_rate", "seconds")
_VALIDATION = ("loss", "accuracy", "macro_f1", "auc")


class Events:
    """Writes `tensorboard/` in the run's folder, if this process is the one that writes."""

    def __init__(self, run: Path, *, begun: int, writes: bool) -> None:
        self._run = run
        self._begun = begun
        """Epochs that are done; points beyond them, of a run that was killed, are void."""
        self._writes = writes
        self._writer: Any = None

    def show(self, epoch: Epoch) -> None:
        """An epoch's figures as points, on the disk at once. Raises `OSError`."""
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
