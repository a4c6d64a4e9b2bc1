"""The files that are open: opening others (stage, then swap), bringing slices in, going from series to series.

Facts go out as signals; nothing here draws. The visible session changes only once a replacement is whole.
"""

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.controllers.thumbnails import Thumbnails
from desktop.controllers.view import Viewing
from desktop.jobs.fill import stream
from desktop.jobs.jobs import Jobs
from desktop.jobs.open import (
    First,
    Preview,
    Staged,
    first_picture,
    grown,
    grown_first,
    stage,
    whereabouts,
    with_unread,
)
from desktop.render.frame import Grey
from imaging.base.errors import Code, Refusal
from imaging.base.ledger import Ledger, Skipped
from imaging.base.progress import Progress
from imaging.formats import Access
from imaging.load import fill_each
from imaging.paged_volume import gzip_index_of
from imaging.remote_read import access
from imaging.volume.series import Series
from imaging.volume.volume import Volume

LANES = ("open", "show", "pixels", "wanted")
"""Lanes whose work Esc cancels."""
# Volumes of series that were looked at before stay in memory up to this, so that going back is at once.
_KEPT_BYTES = 2**30
_HALF = "The search was stopped; what is listed is a part of what is there."


class DocumentController(QObject):
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
        self.paths: tuple[Path, ...] = ()
        """What was asked for last; each opening has a tuple of its own."""
        self.series: tuple[Series, ...] = ()
        self.ledger = Ledger()
        self._volumes: OrderedDict[str, Volume] = OrderedDict()
        self._thumbnails = Thumbnails(jobs, self)
        self._thumbnails.came.connect(self.thumbnail_changed)
        self._thumbnail: tuple[str, Grey] | None = None
        self._is_preview = False
        """True while the series are those that were known before the scan was done."""
        self._is_growing = False
        """True while what is on screen is made into what the scan has found in the end."""
        self._wish: Series | None = None
        """What was clicked on last and is not on screen yet."""
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
        self.paths = (*paths,)
        work = partial(stage, self.paths, series=series, index=index, preferred=preferred)
        self.progress_changed.emit(Progress("Looking at the files", 0))
        self._is_preview = self._is_growing = False
        self._wish = None
        self._jobs.cancel("show")
        self._jobs.start("open", work, returned=self._swap, refused=self._refuse, progressed=self._looked)

    def show_series(self, series_id: str) -> None:
        """Put another series on screen, once its first picture was read. Of several wishes the last one holds."""
        series = next((one for one in self.series if one.id == series_id), None)
        if series is None:
            return
        self._wish = series
        if self._is_growing:
            # It is put on screen once it is known whole.
            return
        if series is self._viewing.series:
            self._wish = None
            self._jobs.cancel("show")
            return
        kept = self._volumes.get(series_id)
        if kept is not None:
            self._jobs.cancel("show")
            self._show(kept, None)
            return
        self._jobs.start("show", partial(first_picture, series), returned=self._show_first, refused=self._refuse)

    def step_series(self, series: int) -> None:
        """So many series on, held within the list."""
        shown = self._viewing.series
        if shown is None or not self.series:
            return
        # From a series that could not be read, and so is not on screen, it goes on too.
        from_ = self._wish or shown
        place = [one.id for one in self.series].index(from_.id) + series
        self.show_series(self.series[min(max(place, 0), len(self.series) - 1)].id)

    def cancel(self) -> bool:
        """Stop what runs; the session on screen stays. True where something ran."""
        stopped = [self._jobs.cancel(lane) for lane in LANES]
        self._is_growing = False
        self._wish = None
        self.progress_changed.emit(None)
        if self._is_preview:
            self._is_preview = False
            self.refused.emit(Refusal(Code.CANCELLED, _HALF))
        self._thumbnails.go_on()
        return any(stopped)

    def want_thumbnails(self, ids: Sequence[str]) -> None:
        """These series are looked at in the list."""
        self._thumbnails.want(ids)

    # --- facts that come in ---

    def _swap(self, staged: Staged) -> None:
        """The replacement is whole: it takes the place of what was open."""
        self.ledger = staged.ledger
        self.ledger_changed.emit(staged.ledger)
        if self._is_preview and staged.series:
            self._finish_preview(staged.series)
            return
        if staged.first is None:
            self._refuse(staged.refusal or Refusal(Code.UNKNOWN_FORMAT))
            return
        self._begin(staged.series, staged.first)

    def _replace(self, series: tuple[Series, ...]) -> None:
        self._thumbnails.begin(series)
        # A picture of what was open before has come too late.
        self._jobs.cancel("show")
        self._wish = None
        self.series = series
        self._volumes.clear()
        self._viewing.forget()
        self.series_changed.emit(series)

    def _looked(self, progress: Progress) -> None:
        if isinstance(progress, Preview) and progress.first is not None:
            self._is_preview = True
            self.ledger = Ledger()
            self.ledger_changed.emit(self.ledger)
            self._replace(progress.series)
            self._show_first(progress.first)
        elif not self._jobs.is_busy("pixels"):
            self.progress_changed.emit(progress)

    def _finish_preview(self, series: tuple[Series, ...]) -> None:
        """All files are known now: the series on screen becomes the one that it has grown to."""
        volume, state = self._viewing.volume, self._viewing.state
        assert volume is not None
        self._is_growing = True
        for lane in ("show", "pixels", "wanted"):
            self._jobs.cancel(lane)
        place = state.phase, state.index
        if self._viewing.state.is_as(self._viewing.home):
            # Nobody has looked around yet: it begins as it would have begun.
            first = partial(grown_first, volume, place, series)
            self._jobs.start(
                "show", first, returned=partial(self._begin_grown, series), refused=lambda _: self._begin_with(series)
            )
        else:
            work = partial(grown, volume, place, series)
            self._jobs.start(
                "show", work, returned=partial(self._adopt, series, volume), refused=lambda _: self._begin_with(series)
            )

    def _begin_grown(self, series: tuple[Series, ...], first: First) -> None:
        if self._viewing.state.is_as(self._viewing.home):
            self._begin(series, first)
        else:
            # Somebody has begun to look around in the meantime.
            self._finish_preview(series)

    def _begin(self, series: tuple[Series, ...], first: First) -> None:
        """Show these series, beginning with a first picture."""
        wish = self._wish
        self._is_preview = self._is_growing = False
        self._replace(series)
        self._show_first(first)
        self.opened.emit()
        self._fulfil(wish)

    def _adopt(self, series: tuple[Series, ...], before: Volume, after: tuple[Volume, tuple[int, int]]) -> None:
        volume, place = after
        state, wish = self._viewing.state, self._wish
        # The person may have scrolled on meanwhile.
        phase, index = whereabouts(before.series.frame(state.phase, state.index), volume.series) or place
        self._is_preview = self._is_growing = False
        self._wish = None
        thumbnail = self._thumbnail
        self.series = series
        self._volumes.clear()
        self._viewing.adopt(volume, phase=phase, index=index)
        self.series_changed.emit(series)
        self._thumbnails.begin(series)
        if thumbnail is not None and thumbnail[0] == before.series.id:
            self._thumbnails.give(volume.series.id, thumbnail[1])
        self.progress_changed.emit(None)
        self._keep(volume)
        self._fill(volume)
        self.opened.emit()
        self._fulfil(wish)

    def _fulfil(self, wish: Series | None) -> None:
        """Show what was clicked on while it was not known whole, or was not read: the series that it has grown to."""
        found = wish and next((one for one in self.series if whereabouts(wish.frames[0], one) is not None), None)
        if found:
            self.show_series(found.id)

    def _begin_with(self, series: tuple[Series, ...]) -> None:
        """What was on screen is in none of the series after all."""
        wish = self._wish
        self._is_preview = self._is_growing = False
        self._replace(series)
        self.opened.emit()
        self.show_series(series[0].id)
        self._fulfil(wish)

    def _show_first(self, first: First) -> None:
        self._thumbnail = first.volume.series.id, first.thumbnail
        self._thumbnails.give(*self._thumbnail)
        self._show(first.volume, first)

    def _show(self, volume: Volume, first: First | None) -> None:
        self._jobs.cancel("pixels")
        self._wish = None
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
            self._thumbnails.go_on()
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

    def _filled(self, volume: Volume, lost: dict[int, Refusal]) -> None:
        self.progress_changed.emit(None)
        self._tell_unread(volume, lost)
        if volume.is_damaged and self._viewing.volume is volume:
            self._viewing.slices_arrived(all_changed=True)
            index = gzip_index_of(volume)
            if index is not None and index.damage is not None:
                self.refused.emit(index.damage)
        self._thumbnails.go_on()

    def _tell_unread(self, volume: Volume, lost: dict[int, Refusal]) -> None:
        series = volume.series
        if lost:
            rows = [Skipped.because(series.frames[number].source.name, why) for number, why in lost.items()]
            self.ledger = with_unread(self.ledger, rows)
            self.ledger_changed.emit(self.ledger)
        if self._viewing.volume is volume:
            self._viewing.slices_arrived({divmod(n, series.slices): why.message for n, why in lost.items()})

    def _read_wanted(self) -> None:
        """The slice on screen is not there: a stream that runs looks where the person is, else it is read by itself.

        Where decoding takes long it is read at once in any case, by a child process that is kept for that.
        """
        volume, state = self._viewing.volume, self._viewing.state
        if volume is None:
            return
        number = state.phase * volume.series.slices + state.index
        if volume.window is not None and not self._jobs.is_busy("pixels"):
            self._fill(volume)
        elif not self._jobs.is_busy("pixels") or access(volume.series, volume.series.frames[number]) is Access.CODED:
            work = partial(fill_each, volume, [number], urgent=True)
            self._jobs.start_latest("wanted", work, returned=partial(self._tell_unread, volume), refused=self._refuse)

    def _refuse(self, refusal: Refusal) -> None:
        self.progress_changed.emit(None)
        self.refused.emit(refusal)
        self._thumbnails.go_on()
