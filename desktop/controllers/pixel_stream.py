"""Slices that are missing on screen: the stream that reads them, and the one that a person waits for."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.controllers.panes import PanesController
from desktop.controllers.view import ViewController
from desktop.jobs.jobs import Jobs, Lane
from desktop.jobs.open import Lost, stream_slices
from desktop.state.texts.language import tr
from imaging.base.errors import Refusal, Skipped
from imaging.base.progress import Progress
from imaging.formats import Access
from imaging.load import fill_each
from imaging.paged_volume import gzip_index_of
from imaging.remote_read import access
from imaging.volume.volume import Volume
from imaging.workers.pool import Reading


class PixelStream(QObject):
    """Reads what the panes show, and tells them what came."""

    progress_changed = Signal(object)  # a `Progress`, or None when it is over
    unread = Signal(object)  # a list of `Skipped`: slices that cannot be read
    refused = Signal(object)  # what was found out of a file while its slices were read (`Refusal`)
    over = Signal()  # nothing more is read

    def __init__(self, panes: PanesController, jobs: Jobs, reading: Callable[[], Reading], parent: QObject) -> None:
        super().__init__(parent)
        self._panes = panes
        self._jobs = jobs
        self._reading = reading
        self._done: set[Volume] = set()
        """Volumes of which all was read that can be."""
        panes.slice_missing.connect(self._read_wanted)
        panes.arrangement_changed.connect(self._go_on)

    def forget(self, *volumes: Volume) -> None:
        """Try anew what could not be read of these volumes (none: of all)."""
        self._done.difference_update(volumes or tuple(self._done))

    def reading_beside(self, target: ViewController) -> Reading:
        """Return how a series is read for a pane: memory that the other panes have still to fill is not free."""
        reading = self._reading()
        others = {view.volume for view in self._panes if view is not target and view.volume is not None}
        unfilled = sum(int(volume.stored.nbytes * (1 - volume.loaded.mean())) for volume in others)
        if unfilled == 0 or reading.policy.memory_bytes is not None:
            return reading
        return replace(reading, policy=replace(reading.policy, promised_bytes=unfilled))

    def is_stopped(self, volume: Volume) -> bool:
        """Return whether a person has stopped the reading of a volume that is not whole and could be."""
        is_missing = volume.resident_slices is None and not volume.is_complete and volume not in self._done
        return is_missing and not self._jobs.is_busy(Lane.PIXELS)

    def start(self) -> None:
        """Read what is missing of the volumes on screen, beginning at the active pane."""
        self._jobs.cancel(Lane.PIXELS)
        if all(volume.is_complete or volume in self._done for volume, _, _ in self._list_shown()):
            self.over.emit()
            return
        work = partial(stream_slices, self._list_shown, self._reading())
        self._jobs.start(Lane.PIXELS, work, returned=self._filled, refused=self.refused.emit, progressed=self._arrived)

    def _list_shown(self) -> list[tuple[Volume, int, int]]:
        """Return the volumes on screen, that of the active pane first, with the phase and slice looked at in each."""
        shown = ((view.volume, view.state) for view in self._panes)
        return [(volume, state.phase, state.index) for volume, state in shown if volume is not None]

    def _go_on(self, _: object) -> None:
        """Read what other panes show; a stream that runs sees by itself what is on screen."""
        if not self._jobs.is_busy(Lane.PIXELS):
            self.start()

    def _arrived(self, progress: Progress) -> None:
        for view in self._panes:
            view.slices_arrived()
        self.progress_changed.emit(progress)

    def _filled(self, lost: Lost) -> None:
        self.progress_changed.emit(None)
        for volume, reasons in lost.items():
            if volume.resident_slices is None:
                self._done.add(volume)
            self._tell_unread(volume, reasons)
            if volume.is_damaged:
                for view in self._list_views_of(volume):
                    view.slices_arrived(all_changed=True)
                if (index := gzip_index_of(volume)) is not None and index.damage is not None:
                    self.refused.emit(index.damage)
        self.over.emit()

    def _list_views_of(self, volume: Volume) -> list[ViewController]:
        return [view for view in self._panes.all if view.volume is volume]

    def _tell_unread(self, volume: Volume, lost: dict[int, Refusal]) -> None:
        series = volume.series
        if lost:
            self.unread.emit([Skipped.because(series.frames[n].source.name, why) for n, why in lost.items()])
        for view in self._list_views_of(volume):
            view.slices_arrived({divmod(n, series.slices): tr(why.message) for n, why in lost.items()})

    def _read_wanted(self, view: ViewController) -> None:
        """Read the slice of a pane by itself, unless a stream that runs looks to where the person is.

        If decoding takes long it is read at once in any case, by a child process that is kept for that.
        """
        volume, state = view.volume, view.state
        if volume is None:
            return
        number = state.phase * volume.series.slices + state.index
        if volume.resident_slices is not None and not self._jobs.is_busy(Lane.PIXELS):
            self.start()
        elif not self._jobs.is_busy(Lane.PIXELS) or access(volume.series, volume.series.frames[number]) is Access.CODED:
            work = partial(fill_each, volume, self._reading(), [number], urgent=True)
            told = partial(self._tell_unread, volume)
            self._jobs.start_latest((Lane.WANTED, view.number), work, returned=told, refused=self.refused.emit)
