"""Structured reports among the open files, read in the background while somebody looks at them."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.controllers.document import DocumentController
from desktop.controllers.files.watched_lookup import WatchedLookup
from desktop.controllers.panes import PanesController
from desktop.jobs.jobs import Jobs, Lane
from desktop.jobs.report_reading import FoundReport, read_all_reports
from imaging.base.errors import Refusal
from imaging.volume.series import Source


class StructuredReportsController(WatchedLookup):
    """Reads the reports of the last opening once they are looked at; those on the study on screen come first."""

    reports_changed = Signal(object, int)  # a tuple of (`FoundReport`, on the study on screen), and how many there are
    refused = Signal(object)

    def __init__(
        self, panes: PanesController, document: DocumentController, jobs: Jobs, parent: QObject | None = None
    ) -> None:
        super().__init__(panes, document, jobs, parent)
        self._read: tuple[Source, ...] | None = None
        self._found: tuple[FoundReport, ...] = ()
        document.reports_changed.connect(self._ask)
        panes.shown_changed.connect(self._tell)

    def _look_up(self) -> None:
        sources = self._document.reports
        if sources is self._read:
            return
        self._read, self._found = sources, ()
        self._tell()
        work = partial(read_all_reports, sources, self._document.reading)
        self._jobs.start_latest(Lane.REPORTS, work, returned=self._answered, refused=self._refused)

    def _answered(self, found: tuple[FoundReport, ...]) -> None:
        self._found = found
        self._tell()

    def _refused(self, refusal: Refusal) -> None:
        # It is asked again when somebody looks again.
        self._read = None
        self.refused.emit(refusal)

    def _tell(self, _: object = None) -> None:
        series = self._view.series
        study = "" if series is None else series.patient.study_id
        told = [(one, one.is_about(study)) for one in self._found]
        told.sort(key=lambda pair: not pair[1])
        self.reports_changed.emit(tuple(told), len(self._document.reports))
