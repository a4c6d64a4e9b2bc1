"""Keeps what was drawn in the store, in the background: one thing at a time, in order, and nothing is given up."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.jobs.jobs import Jobs, Lane
from desktop.jobs.shape_work import SET_ASIDE, KeptShapes, load_shapes
from desktop.state.texts.language import tr
from imaging.annotations.shapes import Shape
from imaging.annotations.store import AnnotationStore, Changes
from imaging.base.errors import Code, Refusal
from imaging.base.progress import finish
from imaging.provenance import name_series
from imaging.volume.series import Series


class AnnotationKeeper(QObject):
    """Finds the shapes of series that are shown, and saves what changes. What cannot be saved waits for another try."""

    found = Signal(object, object)  # a `Series`, and its shapes of earlier days
    refused = Signal(object)

    def __init__(self, jobs: Jobs, store: AnnotationStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._store = store
        self._names: dict[Series, tuple[str, ...]] = {}
        self._wanted: list[Series] = []
        self._unsaved: dict[Series, dict[str, Shape | None]] = {}
        self._is_stuck = False

    def open(self, series: Series) -> None:
        """Find what was drawn on a series, once."""
        if series not in self._names and series not in self._wanted:
            self._wanted.append(series)
            self._go_on()

    def keep(self, series: Series, changes: Changes) -> None:
        """Save these changes of a series, as soon as it is known by which names."""
        if not changes:
            return
        self._unsaved.setdefault(series, {}).update(changes)
        self._is_stuck = False
        self.open(series)
        self._go_on()

    def forget_all_but(self, series: Collection[Series]) -> None:
        """Forget series that are not open any more, once all that changed on them is saved."""
        kept = {one for one, changes in self._unsaved.items() if changes}.union(series)
        self._names = {one: names for one, names in self._names.items() if one in kept}
        self._unsaved = {one: changes for one, changes in self._unsaved.items() if one in kept}

    def close(self) -> None:
        """Save at once what still waits; no job runs any more, since the program ends."""
        for series, changes in self._unsaved.items():
            # Nobody is there to be told of a file that is gone by now.
            with suppress(Refusal):
                if changes:
                    names = self._names.get(series) or finish(name_series(series))
                    self._store.save(names, changes)
        self._unsaved.clear()

    def _go_on(self) -> None:
        if self._jobs.is_busy(Lane.ANNOTATIONS):
            return
        ready = next((one for one, changes in self._unsaved.items() if changes and one in self._names), None)
        if ready is not None and not self._is_stuck:
            changes = dict(self._unsaved[ready])
            work = partial(self._store.save, self._names[ready], changes)
            saved = partial(self._saved, ready, changes)
            self._jobs.start(Lane.ANNOTATIONS, work, returned=saved, refused=self._not_saved)
        elif self._wanted:
            series = self._wanted[0]
            work_ = partial(load_shapes, series, self._store)
            told = partial(self._loaded, series)
            self._jobs.start(Lane.ANNOTATIONS, work_, returned=told, refused=partial(self._not_loaded, series))

    def _saved(self, series: Series, changes: Mapping[str, Shape | None], _: None) -> None:
        waiting = self._unsaved[series]
        for uid, shape in changes.items():
            # It may have changed again meanwhile.
            if uid in waiting and waiting[uid] is shape:
                del waiting[uid]
        self._go_on()

    def _not_saved(self, refusal: Refusal) -> None:
        self._is_stuck = True
        self.refused.emit(refusal)
        self._go_on()

    def _loaded(self, series: Series, kept: KeptShapes) -> None:
        self._wanted.remove(series)
        self._names[series] = kept.names
        if kept.set_aside is not None:
            self.refused.emit(Refusal(Code.WRITE, tr(SET_ASIDE, name=kept.set_aside.name)))
        self.found.emit(series, kept.shapes)
        self._go_on()

    def _not_loaded(self, series: Series, refusal: Refusal) -> None:
        self._wanted.remove(series)
        self.refused.emit(refusal)
        self._go_on()
