"""The small pictures of series that are not on screen, one after another, while nothing more urgent is read."""

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.staging import First, first_picture
from desktop.tasks import Jobs
from imaging.series import Series

LANE = "thumbnails"


class Thumbnails(QObject):
    """Reads a first picture of each series that is waited for, when `go_on` says that there is time."""

    came = Signal(str, object)
    """(series id, 8-bit pixels)"""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._waiting: list[Series] = []

    def begin(self, series: Iterable[Series] = ()) -> None:
        """These are wanted, and no others any more."""
        self._jobs.cancel(LANE)
        self._waiting = list(series)

    def go_on(self) -> None:
        """There is time for the next one."""
        if self._waiting and not self._jobs.is_busy(LANE):
            work = partial(first_picture, self._waiting.pop(0))
            self._jobs.start(LANE, work, returned=self._arrived, refused=lambda _: self.go_on())

    def _arrived(self, first: First) -> None:
        self.came.emit(first.volume.series.id, first.thumbnail)
        self.go_on()
