"""The files that are open: opening others (stage, then swap), bringing slices in, going from series to series.

Facts go out as signals; nothing here draws. What is on screen changes only once a replacement is whole.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.controllers.panes import PanesController
from desktop.controllers.pixel_stream import PixelStream
from desktop.controllers.view import ViewController
from desktop.jobs.jobs import Jobs, Lane
from desktop.jobs.kept_volumes import KeptVolumes
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
)
from desktop.jobs.thumbnails import ThumbnailController
from desktop.render.frame import Grey
from desktop.state.texts.language import tr
from imaging.base.english import english
from imaging.base.errors import Code, Ledger, Refusal, Skipped
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import Progress
from imaging.volume.series import Series, Source, group_by_patient
from imaging.volume.volume import Volume
from imaging.workers.pool import Reading

LANES = (Lane.OPEN, Lane.SHOW, Lane.PIXELS, Lane.WANTED)
"""Lanes whose work Esc cancels."""
_HALF = english("The search was stopped; what is listed is a part of what is there.")


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
    Phase.OPEN: {Phase.SCANNING, Phase.EMPTY},
}


@dataclass(frozen=True)
class DocumentState:
    """The phase, and the series that was clicked on last and is not on screen yet."""

    phase: Phase = Phase.EMPTY
    wanted: Series | None = None

    @property
    def is_growing(self) -> bool:
        """Whether series are shown of which files may be missing yet."""
        return self.phase in (Phase.PREVIEW, Phase.GROWING)

    def next(self, phase: Phase, wanted: Series | None = None) -> "DocumentState":
        """Return the state in this phase, with no other wish than `wanted`. Raises ValueError if it cannot follow."""
        if phase is not self.phase and phase not in _NEXT[self.phase]:
            raise ValueError(f"{phase} cannot follow {self.phase}")
        return DocumentState(phase, wanted)


@dataclass(frozen=True)
class _Opened:
    """Series, ledger and reports of earlier openings, which stay open beside those of the last one."""

    series: tuple[Series, ...] = ()
    ledger: Ledger = field(default_factory=Ledger)
    reports: tuple[Source, ...] = ()


class DocumentController(QObject):
    """The series that are open, in the order in which the scan found them."""

    series_changed = Signal(object)  # all `Series`, a tuple
    ledger_changed = Signal(object)
    reports_changed = Signal(object)  # the `Source` of each structured report among the files, a tuple
    progress_changed = Signal(object)  # a `Progress`, or None when nothing runs
    refused = Signal(object)  # why nothing was opened (`Refusal`); what was open stays
    opened = Signal()
    wanted_changed = Signal(object)  # the id of the series that was asked for and is still read, or None

    def __init__(self, jobs: Jobs, panes: PanesController, reading: Reading, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._panes = panes
        # The pane that the series goes to which is read now, and the series that others wait for meanwhile.
        self._target = panes.active
        self._later: dict[int, str] = {}
        self.reading = reading
        """How files are read from here on; another one when a person allows more or gives a password."""
        self.paths: tuple[Path, ...] = ()
        """The paths of the last opening; each opening has a tuple of its own."""
        self.base = _Opened()
        self.series: tuple[Series, ...] = ()
        self.ledger = Ledger()
        self.reports: tuple[Source, ...] = ()
        self._kept = KeptVolumes()
        self.thumbnails = ThumbnailController(jobs, lambda: self.reading, self)
        self._thumbnail: tuple[str, Grey] | None = None
        self.state = DocumentState()
        self.pixels = PixelStream(panes, jobs, lambda: self.reading, self)
        self.pixels.progress_changed.connect(self.progress_changed)
        self.pixels.unread.connect(self._tell_unread)
        self.pixels.refused.connect(self._refuse)
        self.pixels.over.connect(self.thumbnails.go_on)

    def open(
        self,
        paths: Sequence[Path],
        *,
        series: int | None = None,
        index: int | None = None,
        preferred: Path | None = None,
        beside: bool = False,
    ) -> None:
        """Open files, folders, archives in the active pane; what is on screen stays until the first picture is there.

        With `beside` what is open stays open, and what is still being opened is opened anew together with it.
        """
        is_more = beside and self.state.phase not in (Phase.EMPTY, Phase.OPEN)
        self.paths = (*self.paths, *paths) if is_more else (*paths,)
        if not is_more:
            self.base = _Opened(self.series, self.ledger, self.reports) if beside else _Opened()
        self._target = self._panes.receiver()
        self._later.clear()
        self.progress_changed.emit(Progress(tr("Looking at the files"), 0))
        self._enter(Phase.SCANNING)
        stage = partial(stage_files, self.paths, self.reading, known=self.base.series)
        work = partial(stage, series=series, index=index, preferred=preferred)
        self._jobs.cancel(Lane.SHOW)
        self._jobs.start(Lane.OPEN, work, returned=self._swap, refused=self._keep_open, progressed=self._follow_scan)

    def open_again(self, preferred: Path | None = None) -> None:
        """Repeat the last opening, under a policy that was changed since."""
        self.open(self.paths, preferred=preferred, beside=bool(self.base.series))

    def show_series(self, series_id: str, pane: int | None = None) -> None:
        """Put a series in a pane (None: the active one) once its first picture was read; the last wish holds."""
        series = next((one for one in self.series if one.id == series_id), None)
        if series is None:
            return
        view = self._panes.receiver(pane)
        if self._jobs.is_busy(Lane.SHOW) and view is not self._target:
            self._later[view.number] = series_id
            return
        self._later.pop(view.number, None)
        if self.state.phase is Phase.GROWING:
            self._enter(Phase.GROWING, series)  # on screen once it is known whole
            return
        self._target = view
        if series is view.series:
            self._enter(self.state.phase)
            self._jobs.cancel(Lane.SHOW)
            return
        on_screen = (one.volume for one in self._panes.all if one.volume is not None and one.series is series)
        kept = self._kept.find(series_id) or next(on_screen, None)
        if kept is not None and view.knows(series_id):
            self._jobs.cancel(Lane.SHOW)
            self._show(kept, None)
        else:
            self._enter(self.state.phase, series)
            work = partial(read_first_picture, kept or series, self.pixels.reading_beside(view))
            self._jobs.start(Lane.SHOW, work, returned=self._show_first, refused=self._not_shown)

    @property
    def is_showing(self) -> bool:
        """Whether a pane still waits for its series."""
        return bool(self._later) or self._jobs.is_busy(Lane.SHOW)

    def _show_later(self) -> None:
        """Show what another pane waits for."""
        if self._later and not self._jobs.is_busy(Lane.SHOW):
            pane = next(iter(self._later))
            self.show_series(self._later[pane], pane)

    def close(self, ids: Collection[str]) -> None:
        """Let go of series: of their pixels, of the work on them, of the panes that show them."""
        self.cancel()
        kept = _without(self.series, ids)
        # Another tuple: what is open is not what was opened any more.
        self.paths, self.series, self.base = (*self.paths,), kept, _Opened()
        self._kept.restrict([one.id for one in kept])
        self.pixels.forget()
        empty_panes(self._panes, kept)
        self._enter(_settled_phase(self.series))
        if not kept:
            self.ledger, self.reports = Ledger(), ()
            self.ledger_changed.emit(self.ledger)
            self.reports_changed.emit(())
        self.thumbnails.begin(kept)
        self.series_changed.emit(kept)
        self.pixels.start()

    def set_policy(self, policy: ReadingPolicy) -> None:
        """Read under this policy from here on."""
        self.reading = replace(self.reading, policy=policy)

    def step_series(self, series: int) -> None:
        """Go so many series on, held within the list."""
        active = self._panes.active
        # From a series that could not be read, and so is not on screen, it goes on too.
        start = (self.state.wanted if self._target is active else None) or active.series
        if not self.series:
            return
        self.show_series(_find_following(self.series, start, series).id)

    def cancel(self) -> None:
        """Stop what runs; what is on screen stays."""
        self._later.clear()
        self._jobs.cancel(*LANES)
        was_growing = self.state.is_growing
        self._enter(_settled_phase(self.series))
        self.progress_changed.emit(None)
        if was_growing:
            self.refused.emit(Refusal(Code.CANCELLED, tr(_HALF)))
        self.thumbnails.go_on()

    def knows_whole(self, series: Series) -> bool:
        """Return whether no more files of a series that is shown are being looked for."""
        return any(one is series for one in (self.base.series if self.state.is_growing else self.series))

    def _enter(self, phase: Phase, wanted: Series | None = None) -> None:
        """Change the state; nothing else does."""
        before, self.state = self.state.wanted, self.state.next(phase, wanted)
        if before is not wanted:
            self.wanted_changed.emit(None if wanted is None else wanted.id)

    # --- facts that come in ---

    def _swap(self, staged: Staged) -> None:
        """Put the replacement on screen: it is whole."""
        self.ledger = self.base.ledger.joined(staged.ledger)
        self.ledger_changed.emit(self.ledger)
        self.reports = (*self.base.reports, *staged.reports)
        self.reports_changed.emit(self.reports)
        if self.state.phase is Phase.PREVIEW and staged.series:
            self._grow(staged.series)
        elif staged.first is None:
            self._keep_open(staged.refusal or Refusal(Code.UNKNOWN_FORMAT))
        else:
            self._begin(staged.series, staged.first)

    def _keep_open(self, refusal: Refusal) -> None:
        """Tell why nothing could be opened; what was open stays."""
        self._enter(_settled_phase(self.series), self.state.wanted)
        self._refuse(refusal)

    def _replace(self, series: tuple[Series, ...]) -> None:
        """List these series, behind those that stay open."""
        # A picture of what was open before has come too late.
        self._jobs.cancel(Lane.SHOW)
        self._list(series)
        if not self.base.series:
            for view in self._panes.all:
                view.forget()
        self._later.update(empty_panes(self._panes, self.series, but=self._target))
        self.thumbnails.begin(self.series)
        self.series_changed.emit(self.series)

    def _list(self, series: tuple[Series, ...]) -> None:
        kept = _without(self.base.series, {one.id for one in series})
        self.series = group_by_patient((*kept, *series))
        self._kept.restrict([one.id for one in kept])
        self.pixels.forget()

    def _follow_scan(self, progress: Progress) -> None:
        if isinstance(progress, Preview) and progress.first is not None:
            self._enter(Phase.PREVIEW)
            self.ledger = self.base.ledger
            self.ledger_changed.emit(self.ledger)
            self._replace(progress.series)
            self._show_first(progress.first)
        elif not self._jobs.is_busy(Lane.PIXELS):
            self.progress_changed.emit(progress)

    def _grow(self, series: tuple[Series, ...]) -> None:
        """Make the series on screen into the one that it has grown to: all files are known now."""
        volume, state = self._target.volume, self._target.state
        assert volume is not None
        self._enter(Phase.GROWING, self.state.wanted)
        self._jobs.cancel(Lane.SHOW, Lane.PIXELS, Lane.WANTED)
        at = state.phase, state.index

        def lost(_: Refusal) -> None:
            self._begin(series, None)

        if state.is_as(self._target.home):
            # Nobody has looked around yet: it begins as it would have begun.
            first = partial(grow_first_picture, volume, at, series, self.reading)
            self._jobs.start(Lane.SHOW, first, returned=partial(self._begin_grown, series), refused=lost)
        else:
            work = partial(grow_volume, volume, at, series, self.reading)
            self._jobs.start(Lane.SHOW, work, returned=partial(self._adopt, series, volume), refused=lost)

    def _begin_grown(self, series: tuple[Series, ...], first: FirstPicture) -> None:
        if self._target.state.is_as(self._target.home):
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
        state, wanted = self._target.state, self.state.wanted
        # The person may have scrolled on meanwhile.
        phase, index = find_frame(before.series.frame(state.phase, state.index), volume.series) or at
        self._enter(Phase.OPEN)
        self._list(series)
        self._later.update(empty_panes(self._panes, self.series, but=self._target))
        self._target.adopt(volume, phase=phase, index=index)
        self.series_changed.emit(self.series)
        self.thumbnails.begin(self.series)
        if self._thumbnail is not None and self._thumbnail[0] == before.series.id:
            self.thumbnails.give(volume.series.id, self._thumbnail[1])
        self.progress_changed.emit(None)
        self._kept.keep(volume)
        self.pixels.start()
        self.opened.emit()
        self._show_grown(wanted)

    def _show_grown(self, wanted: Series | None) -> None:
        """Show what was clicked on while it was not known whole, or was not read: the series that it has grown to."""
        if wanted is not None and (found := _find_grown(wanted, self.series)):
            self.show_series(found.id)
        self._show_later()

    def _show_first(self, first: FirstPicture) -> None:
        self._thumbnail = first.volume.series.id, first.thumbnail
        self.thumbnails.give(*self._thumbnail)
        self._show(first.volume, first)

    def _show(self, volume: Volume, first: FirstPicture | None) -> None:
        self._enter(self.state.phase)
        self.progress_changed.emit(None)
        self._kept.keep(volume)
        self.pixels.forget(volume)
        if first is None:
            self._target.show_again(volume)
        else:
            self._target.show(first.slice, volume=volume, voi=first.voi, frame=first.frame)
        self.pixels.start()
        self._show_later()

    def _tell_unread(self, rows: Sequence[Skipped]) -> None:
        self.ledger = add_unread(self.ledger, rows)
        self.ledger_changed.emit(self.ledger)

    def _not_shown(self, refusal: Refusal) -> None:
        """Tell why the series that was asked for is not on screen; a step goes on from it all the same."""
        self.wanted_changed.emit(None)
        self._refuse(refusal)
        self._show_later()

    def _refuse(self, refusal: Refusal) -> None:
        self.progress_changed.emit(None)
        self.refused.emit(refusal)
        self.thumbnails.go_on()


def _find_following(series: Sequence[Series], start: Series | None, steps: int) -> Series:
    """Return the series so many steps from one, held within them; from an empty pane the first one, or the last."""
    before = -1 if steps > 0 else len(series)
    index = before if start is None else [one.id for one in series].index(start.id)
    return series[min(max(index + steps, 0), len(series) - 1)]


def _without(series: tuple[Series, ...], ids: Collection[str]) -> tuple[Series, ...]:
    return tuple(one for one in series if one.id not in ids)


def _settled_phase(series: tuple[Series, ...]) -> Phase:
    return Phase.OPEN if series else Phase.EMPTY


def empty_panes(panes: PanesController, series: Sequence[Series], but: ViewController | None = None) -> dict[int, str]:
    """Empty the panes whose series is not among these; return by pane the series to which one has grown instead."""
    there, grown_in = set(map(id, series)), {}
    for view in panes.all:
        if view is but or view.series is None or id(view.series) in there:
            continue
        grown = _find_grown(view.series, series)
        if grown is None:
            view.clear()
        else:
            grown_in[view.number] = grown.id
    return grown_in


def _find_grown(unfinished: Series, among: Sequence[Series]) -> Series | None:
    """Return the series that an unfinished one has grown to."""
    return next((one for one in among if find_frame(unfinished.frames[0], one) is not None), None)
