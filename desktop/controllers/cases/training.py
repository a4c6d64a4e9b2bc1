"""Training on own labelled cases: the set written, `slicelens-train` started and watched, the new bundle offered."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.controllers.cases.validation import ValidationController
from desktop.controllers.document import DocumentController
from desktop.jobs.cases.own_set import WrittenSet, write_training_set
from desktop.jobs.cases.training_process import (
    PROGRAM,
    Comparison,
    TrainingProcess,
    find_trainer,
    read_comparison,
    read_curve,
)
from desktop.jobs.jobs import Jobs, Lane
from desktop.state.cases.training_choice import TrainingChoice
from desktop.state.settings import TRAINER, Settings
from imaging.base.english import english
from imaging.base.errors import Refusal

_DATA, _RUN, _BUNDLE = "data", "run", "bundle"


@dataclass(frozen=True)
class NewModel:
    """The end of a training: how both models compare, and the path of the new bundle."""

    comparison: tuple[Comparison, ...]
    bundle: Path


class TrainingController(QObject):
    """One training at a time. What comes of it lies in the folder that was chosen, and nowhere else."""

    set_written = Signal(object)  # a `WrittenSet`
    began = Signal()
    said = Signal(str)  # a line of the training program
    curve_changed = Signal(object)  # a `TrainingCurve`
    ended = Signal(object)  # a `NewModel`
    stopped = Signal(str)  # the last line, of a training that did not come to its end
    lacking = Signal(str)  # the command that would train, where the training program is not here
    refused = Signal(object)  # a `Refusal`, or None when something else is begun

    def __init__(
        self, jobs: Jobs, document: DocumentController, validation: ValidationController, settings: Settings
    ) -> None:
        super().__init__(document)
        self._jobs = jobs
        self._document = document
        self._validation = validation
        self._settings = settings
        self._choice: TrainingChoice | None = None
        self._is_stopped = False
        self._process = TrainingProcess(self)
        self._process.said.connect(self._hear)
        self._process.ended.connect(self._go_on)
        jobs.closing.connect(self._process.close)

    @property
    def is_busy(self) -> bool:
        """Return whether a training runs, or its set is being written."""
        return self._choice is not None

    @property
    def trainer(self) -> str | None:
        """The training program; None if it is not found."""
        return find_trainer(self._settings.get(TRAINER))

    def set_trainer(self, path: Path) -> None:
        """Use the program that a person chose, from now on."""
        self._settings.set(TRAINER, str(path))

    def start(self, choice: TrainingChoice) -> None:
        """Write the training set, then train, unless something runs."""
        judged = self._validation.judgement
        if self.is_busy or judged is None:
            return
        self._choice, self._is_stopped = choice, False
        self.refused.emit(None)
        work = partial(
            write_training_set,
            judged,
            choice.model,
            choice.folder / _DATA,
            self._document.reading,
            without_identity=choice.without_identity,
        )
        self.began.emit()
        self._jobs.start(Lane.TRAINING, work, returned=self._train, refused=self._fail)

    def stop(self) -> None:
        """Stop; the set and whole epochs are kept, and `slicelens-train continue … --resume` goes on."""
        if self._choice is None:
            return
        self._is_stopped = True
        if self._process.is_running:
            self._process.stop()
        else:
            self._jobs.cancel(Lane.TRAINING)
            self._end("")

    def _train(self, written: WrittenSet) -> None:
        self.set_written.emit(written)
        choice, judged = self._choice, self._validation.judgement
        if choice is None or judged is None:
            return
        bundle = judged.bundles.get(judged.validations[choice.model].cases.model.sha256)
        arguments = [
            *("continue", "BUNDLE" if bundle is None else str(bundle)),
            *("--data", str(choice.folder / _DATA), "--run", str(choice.folder / _RUN)),
            *("--epochs", str(choice.epochs), "--quick", "--about", english("own cases, labelled here")),
        ]
        program = self.trainer
        if program is None or bundle is None:
            self._choice = None
            self.lacking.emit(" ".join(f'"{one}"' if " " in one else one for one in (PROGRAM, *arguments)))
            return
        self._process.start(program, arguments)

    def _hear(self, line: str) -> None:
        self.said.emit(line)
        if self._choice is not None and line.startswith("epoch"):
            work = partial(read_curve, self._choice.folder / _RUN)
            self._jobs.start_latest(
                Lane.TRAINING_CURVE, work, returned=self.curve_changed.emit, refused=self.refused.emit
            )

    def _go_on(self, code: int, last: str) -> None:
        choice, program = self._choice, self.trainer
        if choice is None:
            return
        if code != 0 or self._is_stopped or program is None:
            self._end(last)
            return
        run, bundle = choice.folder / _RUN, choice.folder / _BUNDLE
        if not bundle.exists():
            self._process.start(program, ["export", str(run), "--out", str(bundle)])
            return
        work = partial(read_comparison, run)
        self._jobs.start(
            Lane.TRAINING, work, returned=lambda found: self._offer(NewModel(found, bundle)), refused=self._fail
        )

    def _offer(self, new: NewModel) -> None:
        self._choice = None
        self.ended.emit(new)

    def _end(self, last: str) -> None:
        self._choice = None
        self.stopped.emit(last)

    def _fail(self, refusal: Refusal) -> None:
        self._choice = None
        self.refused.emit(refusal)
