"""Runs a batch in the background, one at a time; the main window goes on meanwhile."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.controllers.document import DocumentController
from desktop.jobs.jobs import Jobs, Lane
from desktop.startup.build_info import edition
from desktop.state.cases.batch_choice import BatchChoice, BatchEnd
from imaging.base.errors import Refusal
from inference.batch.batch_run import BatchOrder, BatchRun


class BatchController(QObject):
    """One batch at a time; its table is whole however it ends."""

    began = Signal()
    progress_changed = Signal(object)  # a `Progress`
    ended = Signal(object)  # how it ended (`BatchEnd`)
    refused = Signal(object)  # why it could not begin or go on (`Refusal`)

    def __init__(self, jobs: Jobs, document: DocumentController) -> None:
        super().__init__(document)
        self._jobs = jobs
        self._document = document
        self._running: BatchRun | None = None

    @property
    def is_busy(self) -> bool:
        """Return whether a batch runs."""
        return self._running is not None

    def start(self, choice: BatchChoice) -> None:
        """Begin a batch, unless one runs."""
        if self._running is not None:
            return
        order = BatchOrder(
            paths=choice.paths,
            models=choice.models,
            out=choice.out,
            program=edition().version,
            choice=choice.slices,
            resume=choice.resume,
        )
        self._running = running = BatchRun(order, self._document.reading)
        self.began.emit()
        self._jobs.start(
            Lane.BATCH,
            running.run,
            returned=partial(self._end, running),
            refused=partial(self._fail, running),
            progressed=self.progress_changed.emit,
        )

    def stop(self) -> None:
        """Stop after the slices that are being scored; what was done is kept."""
        running, self._running = self._running, None
        if running is not None:
            self._jobs.cancel(Lane.BATCH)
            self.ended.emit(_end_of(running, stopped=True))

    def _end(self, running: BatchRun, _: object) -> None:
        self._running = None
        self.ended.emit(_end_of(running))

    def _fail(self, running: BatchRun, refusal: Refusal) -> None:
        self._running = None
        self.refused.emit(refusal)


def _end_of(running: BatchRun, *, stopped: bool = False) -> BatchEnd:
    without = running.ledger.skipped_files + len(running.failed)
    return BatchEnd(running.order.out, running.done, running.rows, without, stopped)
