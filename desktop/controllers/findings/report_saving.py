"""Saves a report on the slice on screen, or has it printed: its content and its files are made in the background."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.controllers.document import DocumentController
from desktop.controllers.model import ModelController
from desktop.controllers.panes import PanesController
from desktop.controllers.view import ViewController, key_of
from desktop.jobs.jobs import Jobs, Lane, Result, Work
from desktop.jobs.report import WritePdf, WrittenReport, make_report, write_report
from desktop.state.probability_curve import ProbabilityCurve
from desktop.state.report_options import Paper, ReportOptions
from imaging.base.errors import Refusal
from imaging.base.progress import Job, finish
from imaging.volume.series import Series
from imaging.workers.pool import Reading
from inference.report.content import ReportContent


@dataclass(frozen=True, eq=False)
class _Making:
    """A report that is being made, and the series that it is about."""

    series: Series
    job: Job[ReportContent]


class ReportController(QObject):
    """One report at a time, on the slice that is on screen when it is asked for."""

    saved = Signal(str, object)  # the name of the folder that it was saved in, a sentence on each refused format
    printable = Signal(object, str)  # the `ReportContent` to print, and the paper
    refused = Signal(object)  # why it was not (`Refusal`), or None when another one is begun
    progress_changed = Signal(object)

    def __init__(
        self,
        document: DocumentController,
        panes: PanesController,
        model: ModelController,
        *,
        curve: Callable[[], ProbabilityCurve | None],
        jobs: Jobs,
        write_pdf: WritePdf,
    ) -> None:
        super().__init__(model)
        self._document = document
        self._panes = panes
        self._model = model
        self._curve = curve
        self._jobs = jobs
        self._write_pdf = write_pdf

    @property
    def _view(self) -> ViewController:
        return self._panes.active

    def save(self, options: ReportOptions) -> None:
        """Save a report on the slice on screen; it is scored first if it was not."""
        making = self._make(options)
        if making is not None:
            series, reading = making.series, self._document.reading
            work = partial(_save, making.job, series, options, self._write_pdf, reading)
            self._start(work, partial(self._saved, options.folder.name))

    def prepare_print(self, options: ReportOptions) -> None:
        """Make the report on the slice on screen, to be printed."""
        making = self._make(options)
        if making is not None:
            self._start(lambda: making.job, partial(self._prepared, options.paper))

    def make_now(self, options: ReportOptions) -> ReportContent | None:
        """Return the report on the slice on screen; for an automation, which may wait. Raises `Refusal`."""
        making = self._make(options)
        return None if making is None else finish(making.job)

    def _make(self, options: ReportOptions) -> _Making | None:
        slice_, classifier, answer = self._panes.stored_slice, self._model.classifier, self._model.answer
        if slice_ is None or classifier is None:
            return None
        is_answered = answer is not None and key_of(answer.slice) == key_of(slice_)
        job = make_report(
            slice_,
            classifier,
            options,
            analysis=answer.analysis if answer is not None and is_answered else None,
            shown=self._model.explanation.shown_map if is_answered else None,
            voi=self._view.state.voi,
            series_number=self._number_of(slice_.series),
            reading=self._document.reading,
            method=self._view.state.heat.method,
            curve=self._curve(),
        )
        return _Making(slice_.series, job)

    def _start(self, work: Work[Result], returned: Callable[[Result], None]) -> None:
        self.refused.emit(None)
        report = self.progress_changed.emit
        self._jobs.start(Lane.REPORT, work, returned=returned, refused=self._not_saved, progressed=report)

    def _number_of(self, series: Series) -> int:
        return next((number for number, one in enumerate(self._document.series) if one.id == series.id), 0)

    def _saved(self, folder: str, written: WrittenReport) -> None:
        self.progress_changed.emit(None)
        self.saved.emit(folder, written.sentences)

    def _prepared(self, paper: Paper, content: ReportContent) -> None:
        self.progress_changed.emit(None)
        self.printable.emit(content, paper)

    def _not_saved(self, refusal: Refusal) -> None:
        self.progress_changed.emit(None)
        self.refused.emit(refusal)


def _save(
    making: Job[ReportContent], series: Series, options: ReportOptions, write_pdf: WritePdf, reading: Reading
) -> Job[WrittenReport]:
    content = yield from making
    return (yield from write_report(content, series, options, write_pdf, reading))
