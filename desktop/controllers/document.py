"""The files that are open: opening others (stage, then swap), bringing slices in, going from series to series.

Facts go out as signals; nothing here draws. What is on screen changes only once a replacement is whole.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.controllers.thumbnails import ThumbnailController
from desktop.controllers.view import ViewController
from desktop.jobs.jobs import Jobs, Lane
from desktop.jobs.open import (
    FirstPicture,
    Preview,
    Staged,
    add_unread,
    find_frame,
    grow_first_picture,
    grow_volume,
    read_first_picture,
    stage_files,
    stream_slices,
)
from desktop.render.frame import Grey
from imaging.base.errors import Code, Ledger, Refusal, Skipped
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import Progress
from imaging.formats import Access
from imaging.load import fill_each
from imaging.paged_volume import gzip_index_of
from imaging.remote_read import access
from imaging.volume.series import Series
from imaging.volume.volume import Volume
from imaging.workers.pool import Reading

LANES = (Lane.OPEN, Lane.SHOW, Lane.PIXELS, Lane.WANTED)
"""Lanes whose work Esc cancels."""
# Volumes of series that were looked at before stay in memory up to this, so that going back is at once.
_KEPT_BYTES = 2**30
_HALF = "The search was stopped; what is listed is a part of what is there."


class Phase(Enum):
    """How far the opening of files has come."""

    EMPTY = auto()  # nothing was opened yet
    SCANNING = auto()  # a scan runs; what was open before, if anything, stays until there is a picture
    PREVIEW = auto()  # the scan still runs, and the series that it has found so far are shown
    GROWING = auto()  # the scan is over; the series on screen is made into what it has found in the end
    OPEN = auto()  # the series are known whole


_NEXT = {
    Phase.EMPTY: {Phase.SCANNING},
    Phase.SCANNING: {Phase.EMPTY, Phase.PREVIEW, Phase.OPEN},
    Phase.PREVIEW: {Phase.SCANNING, Phase.GROWING, Phase.OPEN},
    Phase.GROWING: {Phase.SCANNING, Phase.OPEN},
    Phase.OPEN: {Phase.SCANNING},
}


@dataclass(frozen=True)
class DocumentState:
    """The phase, and the series that was clicked on last and is not on screen yet."""

    phase: Phase = Phase.EMPTY
    wanted: Series | None = None

    def next(self, phase: Phase, wanted: Series | None = None) -> "DocumentState":
        """Return the state in this phase, with no other wish than `wanted`. Raises ValueError if it cannot follow."""
        if phase is not self.phase and phase not in _NEXT[self.phase]:
            raise ValueError(f"{phase} cannot follow {self.phase}")
        return DocumentState(phase, wanted)


class DocumentController(QObject):
    """The series that are open, in the order in which the scan found them."""

    series_changed = Signal(object)  # all `Series`, a tuple
    ledger_changed = Signal(object)
    progress_changed = Signal(object)  # a `Progress`, or None when nothing runs
    refused = Signal(object)  # why nothing was opened (`Refusal`); what was open stays
    opened = Signal()

    def __init__(self, jobs: Jobs, view: ViewController, reading: Reading, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._view = view
        self.reading = reading
        """How files are read from here on; another one when a person allows more or gives a password."""
        self.paths: tuple[Path, ...] = ()
        """The paths of the last opening; each opening has a tuple of its own."""
        self.series: tuple[Series, ...] = ()
        self.ledger = Ledger()
        self._volumes: OrderedDict[str, Volume] = OrderedDict()
        self.thumbnails = ThumbnailController(jobs, lambda: self.reading, self)
        self._thumbnail: tuple[str, Grey] | None = None
        self.state = DocumentState()
        view.slice_missing.connect(self._read_wanted)

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
        work = partial(stage_files, self.paths, self.reading, series=series, index=index, preferred=preferred)
        self.progress_changed.emit(Progress("Looking at the files", 0))
        self._enter(Phase.SCANNING)
        self._jobs.cancel(Lane.SHOW)
        self._jobs.start(Lane.OPEN, work, returned=self._swap, refused=self._keep_open, progressed=self._follow_scan)

    def show_series(self, series_id: str) -> None:
        """Put another series on screen, once its first picture was read. Of several wishes the last one holds."""
        series = next((one for one in self.series if one.id == series_id), None)
        if series is None:
            return
        if self.state.phase is Phase.GROWING:
            # It is put on screen once it is known whole.
            self._enter(Phase.GROWING, series)
        elif series is self._view.series:
            self._enter(self.state.phase)
            self._jobs.cancel(Lane.SHOW)
        elif (kept := self._volumes.get(series_id)) is not None:
            self._jobs.cancel(Lane.SHOW)
            self._show(kept, None)
        else:
            self._enter(self.state.phase, series)
            work = partial(read_first_picture, series, self.reading)
            self._jobs.start(Lane.SHOW, work, returned=self._show_first, refused=self._refuse)

    def set_policy(self, policy: ReadingPolicy) -> None:
        """Read under this policy from here on."""
        self.reading = replace(self.reading, policy=policy)

    def step_series(self, series: int) -> None:
        """Go so many series on, held within the list."""
        shown = self._view.series
        if shown is None or not self.series:
            return
        # From a series that could not be read, and so is not on screen, it goes on too.
        start = self.state.wanted or shown
        index = [one.id for one in self.series].index(start.id) + series
        self.show_series(self.series[min(max(index, 0), len(self.series) - 1)].id)

    def cancel(self) -> None:
        """Stop what runs; what is on screen stays."""
        self._jobs.cancel(*LANES)
        before = self.state.phase
        self._enter(self._settled_phase())
        self.progress_changed.emit(None)
        if before in (Phase.PREVIEW, Phase.GROWING):
            self.refused.emit(Refusal(Code.CANCELLED, _HALF))
        self.thumbnails.go_on()

    def _enter(self, phase: Phase, wanted: Series | None = None) -> None:
        """Change the state; nothing else does."""
        self.state = self.state.next(phase, wanted)

    def _settled_phase(self) -> Phase:
        return Phase.OPEN if self.series else Phase.EMPTY

    # --- facts that come in ---

    def _swap(self, staged: Staged) -> None:
        """Put the replacement on screen: it is whole."""
        self.ledger = staged.ledger
        self.ledger_changed.emit(staged.ledger)
        if self.state.phase is Phase.PREVIEW and staged.series:
            self._grow(staged.series)
        elif staged.first is None:
            self._keep_open(staged.refusal or Refusal(Code.UNKNOWN_FORMAT))
        else:
            self._begin(staged.series, staged.first)

    def _keep_open(self, refusal: Refusal) -> None:
        """Tell why nothing could be opened; what was open stays."""
        self._enter(self._settled_phase(), self.state.wanted)
        self._refuse(refusal)

    def _replace(self, series: tuple[Series, ...]) -> None:
        self.thumbnails.begin(series)
        # A picture of what was open before has come too late.
        self._jobs.cancel(Lane.SHOW)
        self.series = series
        self._volumes.clear()
        self._view.forget()
        self.series_changed.emit(series)

    def _follow_scan(self, progress: Progress) -> None:
        if isinstance(progress, Preview) and progress.first is not None:
            self._enter(Phase.PREVIEW)
            self.ledger = Ledger()
            self.ledger_changed.emit(self.ledger)
            self._replace(progress.series)
            self._show_first(progress.first)
        elif not self._jobs.is_busy(Lane.PIXELS):
            self.progress_changed.emit(progress)

    def _grow(self, series: tuple[Series, ...]) -> None:
        """Make the series on screen into the one that it has grown to: all files are known now."""
        volume, state = self._view.volume, self._view.state
        assert volume is not None
        self._enter(Phase.GROWING, self.state.wanted)
        self._jobs.cancel(Lane.SHOW, Lane.PIXELS, Lane.WANTED)
        at = state.phase, state.index

        def lost(_: Refusal) -> None:
            self._begin(series, None)

        if state.is_as(self._view.home):
            # Nobody has looked around yet: it begins as it would have begun.
            first = partial(grow_first_picture, volume, at, series, self.reading)
            self._jobs.start(Lane.SHOW, first, returned=partial(self._begin_grown, series), refused=lost)
        else:
            work = partial(grow_volume, volume, at, series, self.reading)
            self._jobs.start(Lane.SHOW, work, returned=partial(self._adopt, series, volume), refused=lost)

    def _begin_grown(self, series: tuple[Series, ...], first: FirstPicture) -> None:
        if self._view.state.is_as(self._view.home):
            self._begin(series, first)
        else:
            # Somebody has begun to look around in the meantime.
            self._grow(series)

    def _begin(self, series: tuple[Series, ...], first: FirstPicture | None) -> None:
        """Show these series, known whole, beginning with a first picture; without one it is read now."""
        wanted = self.state.wanted
        self._enter(Phase.OPEN)
        self._replace(series)
        if first is not None:
            self._show_first(first)
        self.opened.emit()
        if first is None:
            self.show_series(series[0].id)
        self._show_grown(wanted)

    def _adopt(self, series: tuple[Series, ...], before: Volume, after: tuple[Volume, tuple[int, int]]) -> None:
        volume, at = after
        state, wanted = self._view.state, self.state.wanted
        # The person may have scrolled on meanwhile.
        phase, index = find_frame(before.series.frame(state.phase, state.index), volume.series) or at
        self._enter(Phase.OPEN)
        thumbnail = self._thumbnail
        self.series = series
        self._volumes.clear()
        self._view.adopt(volume, phase=phase, index=index)
        self.series_changed.emit(series)
        self.thumbnails.begin(series)
        if thumbnail is not None and thumbnail[0] == before.series.id:
            self.thumbnails.give(volume.series.id, thumbnail[1])
        self.progress_changed.emit(None)
        self._keep(volume)
        self._fill(volume)
        self.opened.emit()
        self._show_grown(wanted)

    def _show_grown(self, wanted: Series | None) -> None:
        """Show what was clicked on while it was not known whole, or was not read: the series that it has grown to."""
        found = wanted and next((one for one in self.series if find_frame(wanted.frames[0], one) is not None), None)
        if found:
            self.show_series(found.id)

    def _show_first(self, first: FirstPicture) -> None:
        self._thumbnail = first.volume.series.id, first.thumbnail
        self.thumbnails.give(*self._thumbnail)
        self._show(first.volume, first)

    def _show(self, volume: Volume, first: FirstPicture | None) -> None:
        self._jobs.cancel(Lane.PIXELS)
        self._enter(self.state.phase)
        self.progress_changed.emit(None)
        self._keep(volume)
        if first is None:
            self._view.show_again(volume)
        else:
            self._view.show(first.slice, volume=volume, voi=first.voi)
        self._fill(volume)

    def _keep(self, volume: Volume) -> None:
        self._volumes[volume.series.id] = volume
        self._volumes.move_to_end(volume.series.id)
        while len(self._volumes) > 1 and sum(one.stored.nbytes for one in self._volumes.values()) > _KEPT_BYTES:
            self._volumes.popitem(last=False)

    def _fill(self, volume: Volume) -> None:
        if volume.is_complete:
            self.thumbnails.go_on()
            return
        work = partial(stream_slices, volume, lambda: (self._view.state.phase, self._view.state.index), self.reading)
        filled = partial(self._filled, volume)
        self._jobs.start(Lane.PIXELS, work, returned=filled, refused=self._refuse, progressed=self._arrived)

    def _arrived(self, progress: Progress) -> None:
        self._view.slices_arrived()
        self.progress_changed.emit(progress)

    def _filled(self, volume: Volume, lost: dict[int, Refusal]) -> None:
        self.progress_changed.emit(None)
        self._tell_unread(volume, lost)
        if volume.is_damaged and self._view.volume is volume:
            self._view.slices_arrived(all_changed=True)
            if (index := gzip_index_of(volume)) is not None and index.damage is not None:
                self.refused.emit(index.damage)
        self.thumbnails.go_on()

    def _tell_unread(self, volume: Volume, lost: dict[int, Refusal]) -> None:
        series = volume.series
        if lost:
            rows = [Skipped.because(series.frames[number].source.name, why) for number, why in lost.items()]
            self.ledger = add_unread(self.ledger, rows)
            self.ledger_changed.emit(self.ledger)
        if self._view.volume is volume:
            self._view.slices_arrived({divmod(n, series.slices): why.message for n, why in lost.items()})

    def _read_wanted(self) -> None:
        """Read the slice on screen by itself, unless a stream that runs looks to where the person is.

        If decoding takes long it is read at once in any case, by a child process that is kept for that.
        """
        volume, state = self._view.volume, self._view.state
        if volume is None:
            return
        number = state.phase * volume.series.slices + state.index
        if volume.resident_slices is not None and not self._jobs.is_busy(Lane.PIXELS):
            self._fill(volume)
        elif not self._jobs.is_busy(Lane.PIXELS) or access(volume.series, volume.series.frames[number]) is Access.CODED:
            work = partial(fill_each, volume, self.reading, [number], urgent=True)
            told = partial(self._tell_unread, volume)
            self._jobs.start_latest(Lane.WANTED, work, returned=told, refused=self._refuse)

    def _refuse(self, refusal: Refusal) -> None:
        self.progress_changed.emit(None)
        self.refused.emit(refusal)
        self.thumbnails.go_on()
