"""`slicelens-train` as a process of its own: found, started, listened to line by line, stopped. And what it left."""

import csv
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from imaging.base.english import english
from imaging.base.errors import Code, Refusal

PROGRAM = "slicelens-train"
_MS_TO_STOP = 800


@dataclass(frozen=True)
class TrainingCurve:
    """The loss of each epoch so far, on the cases that teach and on those that choose."""

    training: tuple[float, ...]
    validation: tuple[float, ...]


@dataclass(frozen=True)
class ComparedFigure:
    """A figure of the old and of the new model on the same held-out cases, and whether the difference is real."""

    of: str
    figure: str
    old: float
    new: float
    low: float
    high: float
    """The 95 % interval of new less old."""

    @property
    def is_real(self) -> bool:
        """Return whether the interval of the difference leaves 0 out."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Comparison:
    """Both models on held-out cases: what these are, how many, and the figures."""

    name: str
    n: int
    figures: tuple[ComparedFigure, ...]


def find_trainer(chosen: str) -> str | None:
    """Return the program: the one that a person chose, the one on the PATH, or the one beside this Python."""
    beside = Path(sys.executable).parent / PROGRAM
    return shutil.which(chosen) if chosen else shutil.which(PROGRAM) or shutil.which(str(beside))


class TrainingProcess(QObject):
    """One process at a time."""

    said = Signal(str)  # a line of it
    ended = Signal(int, str)  # its exit code (-1 if it was stopped or fell) and its last line

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._last = ""

    @property
    def is_running(self) -> bool:
        """Return whether it runs."""
        return self._process is not None

    def start(self, program: str, arguments: Sequence[str]) -> None:
        """Start it, unless it runs."""
        if self._process is not None:
            return
        self._last = ""
        process = self._process = QProcess(self)
        process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._end)
        process.errorOccurred.connect(self._fail)
        process.start(program, list(arguments))

    def stop(self) -> None:
        """Ask it to end; after a moment it must. What it kept is whole, and it can go on from there."""
        if (process := self._process) is not None:
            process.terminate()
            QTimer.singleShot(_MS_TO_STOP, process, process.kill)

    def close(self) -> None:
        """End it at once and wait for that, as the program ends."""
        process, self._process = self._process, None
        if process is not None:
            process.blockSignals(True)
            process.kill()
            process.waitForFinished(5000)

    def _read(self) -> None:
        process = self._process
        while process is not None and process.canReadLine():
            line = bytes(process.readLine().data()).decode("utf-8", "replace").rstrip()
            if line:
                self._last = line
                self.said.emit(line)

    def _end(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        process, self._process = self._process, None
        if process is not None:
            process.deleteLater()
            self.ended.emit(code if status is QProcess.ExitStatus.NormalExit else -1, self._last)

    def _fail(self, error: QProcess.ProcessError) -> None:
        # Every other fault ends in `finished` too.
        if error is QProcess.ProcessError.FailedToStart and self._process is not None:
            self._process.deleteLater()
            self._process = None
            self.ended.emit(-1, english("The training program could not be started."))


def read_curve(run: Path) -> TrainingCurve:
    """Return the losses of a run's folder; empty while there is none."""
    try:
        with (run / "history.csv").open(encoding="utf-8", newline="") as stream:
            rows = [(float(row["train_loss"]), float(row["loss"])) for row in csv.DictReader(stream)]
    except (OSError, ValueError, KeyError, TypeError):
        rows = []
    return TrainingCurve(tuple(row[0] for row in rows), tuple(row[1] for row in rows))


def read_comparison(run: Path) -> tuple[Comparison, ...]:
    """Return what `continue` found of the old and the new model. Raises `Refusal` (DAMAGED)."""
    try:
        sets = json.loads((run / "comparison.json").read_text(encoding="utf-8"))["sets"]
        return tuple(
            Comparison(
                one["name"],
                one["n"],
                tuple(
                    ComparedFigure(
                        of, row["figure"], row["old"]["value"], row["new"]["value"],
                        row["difference"]["low"], row["difference"]["high"],
                    )
                    for of, rows in ((english("all cases"), one["whole"]), *one["labels"].items())
                    for row in rows
                ),
            )
            for one in sets
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        raise Refusal(Code.DAMAGED, "The comparison of both models cannot be read.") from None
