"""The small pictures of series that the list shows, one after another, while nothing more urgent is read."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.jobs.jobs import Jobs, Lane
from desktop.jobs.open import FirstPicture, read_first_picture
from desktop.render.frame import Grey
from imaging.volume.series import Series
from imaging.workers.pool import Reading

_MORE_URGENT = (Lane.OPEN, Lane.SHOW, Lane.PIXELS)
"""Lanes that open, show and read series; the document controller says `go_on` at the end of each."""


class ThumbnailController(QObject):
    """Reads a first picture of each series that somebody looks at in the list, when there is time."""

    came = Signal(str, object)  # (series id, 8-bit pixels)

    def __init__(self, jobs: Jobs, reading: Callable[[], Reading], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._reading = reading
        self._unread: dict[str, Series] = {}
        self._wanted: list[str] = []

    def begin(self, series: Iterable[Series] = ()) -> None:
        """Forget what was wanted before; these series have no thumbnail yet."""
        self._jobs.cancel(Lane.THUMBNAILS)
        self._unread = {one.id: one for one in series}
        self._wanted = []

    def want(self, ids: Sequence[str]) -> None:
        """Read these next: they are on screen in the list."""
        fresh = [name for name in ids if name in self._unread]
        self._wanted = list(dict.fromkeys(fresh + self._wanted))
        self.go_on()

    def give(self, series_id: str, pixels: Grey) -> None:
        """Tell one that came with the picture on screen."""
        self._unread.pop(series_id, None)
        self.came.emit(series_id, pixels)

    def go_on(self) -> None:
        """Read the next one, if there is time."""
        while self._wanted and not self._jobs.is_busy(Lane.THUMBNAILS, *_MORE_URGENT):
            series = self._unread.pop(self._wanted.pop(0), None)
            if series is not None:
                work = partial(read_first_picture, series, self._reading())
                self._jobs.start(Lane.THUMBNAILS, work, returned=self._arrived, refused=lambda _: self.go_on())

    def _arrived(self, first: FirstPicture) -> None:
        self.came.emit(first.volume.series.id, first.thumbnail)
        self.go_on()
