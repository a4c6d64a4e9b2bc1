"""The files that are open: opening others (stage, then swap), bringing slices in, going from series to series.

Facts go out as signals; nothing here draws. The visible session changes only once a replacement is whole.
"""

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.staging import First, Staged, first_picture, stage, with_unread
from desktop.streaming import stream
from desktop.tasks import Jobs
from desktop.viewing import Viewing
from imaging.ledger import Ledger, Skipped
from imaging.loading import fill
from imaging.progress import Progress
from imaging.refusal import Code, Refusal
from imaging.series import Series
from imaging.volume import Volume

LANES = ("open", "pixels", "wanted")
"""Lanes whose work Esc cancels."""
# Volumes of series that were looked at before stay in memory up to this, so that going back is at once.
_KEPT_BYTES = 2**30


class Session(QObject):
    """The series that are open, in the order in which the scan found them."""

    series_changed = Signal(object)
    """All `Series`, a tuple."""
    thumbnail_changed = Signal(str, object)
    ledger_changed = Signal(object)
    progress_changed = Signal(object)
    """A `Progress`, or None when nothing runs."""
    refused = Signal(object)
    """Why nothing was opened (`Refusal`); what was open stays."""
    opened = Signal()

    def __init__(self, jobs: Jobs, viewing: Viewing, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._viewing = viewing
        self.series: tuple[Series, ...] = ()
        self.ledger = Ledger()
        self._volumes: OrderedDict[str, Volume] = OrderedDict()
        self._without_thumbnail: list[Series] = []
        viewing.slice_missing.connect(self._read_wanted)

    def open(
        self,
        paths: Sequence[Path],
        *,
        series: int | None = None,
        index: int | None = None,
        preferred: Path | None = None,
    ) -> None:
        """Open files, folders, archives; what is on screen stays until the first picture is there."""
        work = partial(stage, tuple(paths), series=series, index=index, preferred=preferred)
        self.progress_changed.emit(Progress("Looking at the files", 0))
        self._jobs.start("open", work, returned=self._swap, refused=self._refuse, progressed=self.progress_changed.emit)

    def show_series(self, series_id: str) -> None:
        """Put another series on screen, once its first picture was read."""
        series = next((one for one in self.series if one.id == series_id), None)
        if series is None or series is self._viewing.series:
            return
        kept = self._volumes.get(series_id)
        if kept is not None:
            self._show(kept, None)
            return
        self._jobs.start("open", partial(first_picture, series), returned=self._show_first, refused=self._refuse)

    def step_series(self, series: int) -> None:
        """So many series on, held within the list."""
        shown = self._viewing.series
        if shown is None or not self.series:
            return
        place = [one.id for one in self.series].index(shown.id) + series
        self.show_series(self.series[min(max(place, 0), len(self.series) - 1)].id)

    def cancel(self) -> bool:
        """Stop what runs; the session on screen stays. True where something ran."""
        stopped = [self._jobs.cancel(lane) for lane in LANES]
        self.progress_changed.emit(None)
        return any(stopped)

    # --- facts that come in ---

    def _swap(self, staged: Staged) -> None:
        """The replacement is whole: it takes the place of what was open."""
        self.ledger = staged.ledger
        self.ledger_changed.emit(staged.ledger)
        if staged.first is None:
            self._refuse(staged.refusal or Refusal(Code.UNKNOWN_FORMAT))
            return
        self._jobs.cancel("thumbnails")
        self.series = staged.series
        self._volumes.clear()
        self._viewing.forget()
        self.series_changed.emit(staged.series)
        self._without_thumbnail = [one for one in staged.series if one is not staged.first.volume.series]
        self._show_first(staged.first)
        self.opened.emit()

    def _show_first(self, first: First) -> None:
        self.thumbnail_changed.emit(first.volume.series.id, first.thumbnail)
        self._show(first.volume, first)

    def _show(self, volume: Volume, first: First | None) -> None:
        self._jobs.cancel("pixels")
        self.progress_changed.emit(None)
        self._keep(volume)
        if first is None:
            self._viewing.show_again(volume)
        else:
            self._viewing.show(first.slice, volume=volume, voi=first.voi)
        self._fill(volume)

    def _keep(self, volume: Volume) -> None:
        self._volumes[volume.series.id] = volume
        self._volumes.move_to_end(volume.series.id)
        while len(self._volumes) > 1 and sum(one.stored.nbytes for one in self._volumes.values()) > _KEPT_BYTES:
            self._volumes.popitem(last=False)

    def _fill(self, volume: Volume) -> None:
        if volume.is_complete:
            self._next_thumbnail()
            return
        self._jobs.start(
            "pixels",
            partial(stream, volume, lambda: (self._viewing.state.phase, self._viewing.state.index)),
            returned=partial(self._filled, volume),
            refused=self._refuse,
            progressed=self._arrived,
        )

    def _arrived(self, progress: Progress) -> None:
        self._viewing.slices_arrived()
        self.progress_changed.emit(progress)

    def _filled(self, volume: Volume, rows: tuple[Skipped, ...]) -> None:
        self.progress_changed.emit(None)
        self._tell_unread(volume, rows)
        self._next_thumbnail()

    def _tell_unread(self, volume: Volume, rows: tuple[Skipped, ...]) -> None:
        if rows:
            self.ledger = with_unread(self.ledger, rows)
            self.ledger_changed.emit(self.ledger)
            places = zip(*(axis.tolist() for axis in (~volume.loaded).nonzero()), strict=True)
            self._viewing.slices_arrived(frozenset((phase, index) for phase, index in places))
        else:
            self._viewing.slices_arrived()

    def _read_wanted(self) -> None:
        """The slice on screen is not there: a stream that runs looks where the person is, else it is read by itself."""
        volume, state = self._viewing.volume, self._viewing.state
        if volume is None or self._jobs.is_busy("pixels"):
            return
        place = (state.phase, state.index)
        work = partial(fill, volume, [state.phase * volume.series.slices + state.index])
        self._jobs.start_latest(
            "wanted", work, returned=partial(self._wanted_came, volume, place), refused=self._refuse
        )

    def _wanted_came(self, volume: Volume, place: tuple[int, int], rows: tuple[Skipped, ...]) -> None:
        if self._viewing.volume is volume:
            self._viewing.slices_arrived(frozenset({place}) if rows else frozenset())

    def _next_thumbnail(self) -> None:
        if self._without_thumbnail and not self._jobs.is_busy("thumbnails"):
            series = self._without_thumbnail.pop(0)
            self._jobs.start(
                "thumbnails",
                partial(first_picture, series),
                returned=self._thumbnail_came,
                refused=lambda _: self._next_thumbnail(),
            )

    def _thumbnail_came(self, first: First) -> None:
        self.thumbnail_changed.emit(first.volume.series.id, first.thumbnail)
        self._next_thumbnail()

    def _refuse(self, refusal: Refusal) -> None:
        self.progress_changed.emit(None)
        self.refused.emit(refusal)
