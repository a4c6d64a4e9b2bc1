"""Which slices were looked at, series by series, and which are loaded of the one on screen."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from desktop.controllers.document import DocumentController
from desktop.controllers.panes import PanesController
from desktop.controllers.view import PlaneView, ViewController
from desktop.state.slice_coverage import SliceCoverage
from imaging.volume.series import Series
from imaging.volume.volume import Slice


class CoverageController(QObject):
    """Notes each slice that comes on screen. A slice counts as looked at once it was shown, however shortly."""

    coverage_changed = Signal(object)  # the `SliceCoverage` of the phase on screen; None without stored slices

    def __init__(self, document: DocumentController, panes: PanesController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panes = panes
        self._seen: dict[Series, NDArray[np.bool_]] = {}
        self._marked: dict[tuple[str, int], frozenset[int]] = {}
        self._told: SliceCoverage | None = None
        document.series_changed.connect(self._forget)
        document.progress_changed.connect(lambda _: self._tell())
        panes.slice_changed.connect(self._note)

    @property
    def _view(self) -> ViewController:
        return self._panes.active

    def set_marked(self, series_id: str, phase: int, slices: frozenset[int]) -> None:
        """Say which slices of a phase hold a measurement."""
        self._marked[series_id, phase] = slices
        self._tell()

    def _forget(self, series: tuple[Series, ...]) -> None:
        """Forget what is not open any more."""
        kept = {one.id for one in series}
        self._seen = {one: flags for one, flags in self._seen.items() if one in series}
        self._marked = {key: slices for key, slices in self._marked.items() if key[0] in kept}

    def _note(self, slice_: Slice | None) -> None:
        if slice_ is not None and self._view.volume is not None:
            loaded = self._view.volume.loaded
            seen = self._seen.setdefault(slice_.series, np.zeros_like(loaded))
            seen[slice_.phase, slice_.index] = True
        self._tell()

    def _tell(self) -> None:
        """Tell what has changed since it was last told."""
        volume, phase = self._view.volume, self._view.state.phase
        if volume is None or isinstance(self._view, PlaneView):
            # Planes of MPR are no stored slices.
            if self._told is not None:
                self._told = None
                self.coverage_changed.emit(None)
            return
        name, seen = volume.series.id, self._seen.get(volume.series)
        flags = np.zeros(volume.series.slices, np.bool_) if seen is None else seen[phase].copy()
        now = SliceCoverage(volume.loaded[phase].copy(), flags, self._marked.get((name, phase), frozenset()))
        if self._told is None or not now.is_as(self._told):
            self._told = now
            self.coverage_changed.emit(now)
