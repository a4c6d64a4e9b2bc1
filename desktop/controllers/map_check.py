"""Whether the heatmap on screen holds: checked in the background once it is shown, never while answers are live."""

from collections import OrderedDict
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.controllers.view import SliceKey, key_of
from desktop.jobs.explain import MapChoice, SliceMap, TorchPath, check_slice_map
from desktop.jobs.jobs import Jobs, Lane
from desktop.state.map_note import MapNote, MapStanding
from desktop.state.texts.language import tr
from imaging.base.errors import Refusal
from inference.classify.classifier import Classifier
from inference.explain.map_check import MapCheck, describe_check

_KEPT = 256


class MapCheckController(QObject):
    """Checks one heatmap at a time; keeps what it found of a model's maps."""

    noted = Signal(object)  # the `MapNote` of the heatmap that was given last
    settled = Signal()  # it was checked, or will not be

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._found: OrderedDict[tuple[SliceKey, MapChoice], MapCheck] = OrderedDict()
        self.is_live = False

    def forget(self) -> None:
        """Forget what was found: another model is used."""
        self.cancel()
        self._found.clear()

    def cancel(self) -> None:
        """End what runs."""
        self._jobs.cancel(Lane.CHECK)

    def check(self, drawn: SliceMap, classifier: Classifier, torch_path: TorchPath | None) -> None:
        """Check a heatmap that was put on screen, unless that is known, is empty, or answers follow the wheel."""
        self.cancel()
        if self.is_live or (key_of(drawn.slice), drawn.choice) in self._found or not drawn.heat.any():
            self._tell(drawn)
            return
        self.noted.emit(MapNote(drawn.said, MapStanding.CHECKING, tr("Checking whether it holds…")))
        work = partial(check_slice_map, drawn, classifier, torch_path)
        ended = {"returned": partial(self._checked, drawn), "refused": partial(self._not_checked, drawn)}
        self._jobs.start(Lane.CHECK, work, **ended)

    def find(self, drawn: SliceMap) -> MapCheck | None:
        """Return what was found of a heatmap; None if it was not checked."""
        return self._found.get((key_of(drawn.slice), drawn.choice))

    def describe(self, drawn: SliceMap) -> MapNote:
        """Return what is known of a heatmap."""
        found = self.find(drawn)
        if found is not None:
            standing = MapStanding.WEAK if found.is_weak else MapStanding.HOLDS
            return MapNote(drawn.said, standing, tr(describe_check(found)))
        if not drawn.heat.any():
            return MapNote(drawn.said)
        if drawn.is_coarse:
            return MapNote(drawn.said, MapStanding.UNCHECKED, tr("Coarse: the finer one was cancelled."))
        return MapNote(
            drawn.said, MapStanding.UNCHECKED, tr("Not checked while live.") if self.is_live else tr("Not checked.")
        )

    def _tell(self, drawn: SliceMap) -> None:
        self.noted.emit(self.describe(drawn))
        self.settled.emit()

    def _checked(self, drawn: SliceMap, found: MapCheck) -> None:
        self._found[key_of(drawn.slice), drawn.choice] = found
        while len(self._found) > _KEPT:
            self._found.popitem(last=False)
        self._tell(drawn)

    def _not_checked(self, drawn: SliceMap, _: Refusal) -> None:
        # The map is there, and the model answers: that it cannot be checked is no fault that a person could mend.
        self.noted.emit(MapNote(drawn.said, MapStanding.UNCHECKED, tr("It could not be checked.")))
        self.settled.emit()
