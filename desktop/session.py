"""The files that are open: opening others (stage, then swap), bringing slices in, going from series to series.

Facts go out as signals; nothing here draws. The visible session changes only once a replacement is whole.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.compose import Grey
from desktop.streaming import first_slice, picture_of, stream
from desktop.tasks import Jobs
from desktop.viewing import Viewing
from imaging.ledger import Ledger, Skipped
from imaging.loading import allocate, fill
from imaging.progress import Job, Progress
from imaging.refusal import Code, Refusal
from imaging.scan import Scan, scan
from imaging.series import Series
from imaging.volume import Slice, Volume

LANES = ("open", "pixels", "wanted")
"""Lanes whose work Esc cancels."""
# Volumes of series that were looked at before stay in memory up to this, so that going back is at once.
_KEPT_BYTES = 2**30


@dataclass(frozen=True, eq=False)
class Staged:
    """What is needed to show files that were just opened: series, ledger, and one slice with its volume.

    `volume` is None where nothing can be shown; `ledger` then says why.
    """

    series: tuple[Series, ...]
    ledger: Ledger
    volume: Volume | None = None
    slice: Slice | None = None
    refusal: Refusal | None = None


def stage(
    paths: Sequence[Path], *, series: int | None = None, index: int | None = None, preferred: Path | None = None
) -> Job[Staged]:
    """Scan, then read the first picture: of the series with a number, else of the first one that can be read.

    A series of the file `preferred` goes before the others.
    """
    found = yield from scan(paths)
    ledger = found.ledger
    if not found.series:
        return Staged((), ledger, refusal=_why_nothing(found))
    if series is not None and not 0 <= series < len(found.series):
        raise Refusal(Code.OUT_OF_RANGE, f"There are series 0 to {len(found.series) - 1}.")
    refusal: Refusal | None = None
    ordered = tuple(sorted(found.series, key=lambda one: one.frames[0].source.path != preferred))
    for one in ordered if series is None else ordered[series : series + 1]:
        if index is not None and not 0 <= index < one.slices:
            raise Refusal(Code.OUT_OF_RANGE, f"This series has slices 0 to {one.slices - 1}.")
        try:
            volume = allocate(one)
            shown = yield from first_slice(volume, index)
        except Refusal as failure:
            refusal = refusal or failure
            rows = [Skipped(name, failure.code, failure.message) for name in _names_of(one)]
            ledger = with_unread(ledger, rows)
            continue
        return Staged(ordered, ledger, volume, shown)
    return Staged((), ledger, refusal=refusal)


def with_unread(ledger: Ledger, rows: Sequence[Skipped]) -> Ledger:
    """The ledger after files that opened well turned out to have slices that cannot be read; one row for each file."""
    known = {row.path for row in ledger.skipped}
    fresh = {row.path: row for row in rows if row.path not in known}
    return Ledger(ledger.seen, max(0, ledger.opened - len(fresh)), (*ledger.skipped, *fresh.values()))


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
        self._jobs.start("open", partial(_first_of, series), returned=self._show_first, refused=self._refuse)

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
        if staged.volume is None:
            self._refuse(staged.refusal or Refusal(Code.UNKNOWN_FORMAT))
            return
        self._jobs.cancel("thumbnails")
        self.series = staged.series
        self._volumes.clear()
        self._viewing.forget()
        self.series_changed.emit(staged.series)
        self._without_thumbnail = [one for one in staged.series if one is not staged.volume.series]
        self._show(staged.volume, staged.slice)
        self.opened.emit()

    def _show_first(self, first: tuple[Volume, Slice]) -> None:
        self._show(*first)

    def _show(self, volume: Volume, slice_: Slice | None) -> None:
        self._jobs.cancel("pixels")
        self.progress_changed.emit(None)
        self._keep(volume)
        self._viewing.show(volume, slice_)
        if slice_ is not None:
            self.thumbnail_changed.emit(volume.series.id, picture_of(volume))
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
            self._viewing.mark_unreadable(frozenset((phase, index) for phase, index in places))
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
            self._viewing.mark_unreadable(frozenset({place}) if rows else frozenset())

    def _next_thumbnail(self) -> None:
        if self._without_thumbnail and not self._jobs.is_busy("thumbnails"):
            series = self._without_thumbnail.pop(0)
            self._jobs.start(
                "thumbnails",
                partial(_thumbnail_of, series),
                returned=partial(self._thumbnail_came, series.id),
                refused=lambda _: self._next_thumbnail(),
            )

    def _thumbnail_came(self, series_id: str, pixels: Grey) -> None:
        self.thumbnail_changed.emit(series_id, pixels)
        self._next_thumbnail()

    def _refuse(self, refusal: Refusal) -> None:
        self.progress_changed.emit(None)
        self.refused.emit(refusal)


def _first_of(series: Series) -> Job[tuple[Volume, Slice]]:
    volume = allocate(series)
    return volume, (yield from first_slice(volume))


def _thumbnail_of(series: Series) -> Job[Grey]:
    volume, _ = yield from _first_of(series)
    return picture_of(volume)


def _names_of(series: Series) -> list[str]:
    return list(dict.fromkeys(frame.source.name for frame in series.frames))


def _why_nothing(found: Scan) -> Refusal:
    """Why there is nothing to show: the reason of a single file, or how many were tried."""
    skipped = found.ledger.skipped
    if not skipped:
        return Refusal(Code.MISSING, "There is nothing in there to open.")
    if len(skipped) == 1:
        return Refusal(skipped[0].code, skipped[0].message)
    return Refusal(skipped[0].code, f"None of the {len(skipped)} files could be opened. The list says why for each.")
