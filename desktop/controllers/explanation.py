"""The heatmap of the answer on screen: of which label, by which method, at which layer; and whether it holds.

Nothing here draws, and nothing here computes: work goes to `jobs.explain` in the background, facts come out as signals.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.controllers.map_check import MapCheckController
from desktop.controllers.panes import PanesController
from desktop.controllers.view import SliceKey, ViewController, key_of
from desktop.jobs.explain import (
    CoarseMap,
    MadeMap,
    MapChoice,
    ShownMap,
    SliceMap,
    TorchPath,
    make_map,
    reason_without_layers,
)
from desktop.jobs.jobs import Jobs, Lane, Result, Work
from desktop.jobs.score import ScoredSlice, choose_map, own_method
from desktop.state.map_note import MapNote, MapStanding
from desktop.state.texts.language import tr
from desktop.state.view import Heat
from imaging.base.english import english
from imaging.base.errors import Refusal
from imaging.base.progress import Progress
from inference.classify.classifier import Classifier
from inference.explain.methods import CAM, ExplainedAnalysis, take_graph_maps

LANES = (Lane.HEAT, Lane.LAYERS, Lane.CHECK)
"""Lanes whose work Esc cancels."""
OTHER_LAYERS = english("Other layers… (starts torch)")
"""Stands in the choice of layers until torch was asked which there are."""
_KEPT_MAPS = 16


class ExplanationController(QObject):
    """Brings the heatmap that is wanted of the answer it is shown, then says how far that can be believed."""

    layers_changed = Signal(object, object, object)  # (names, the one in use or None, why there are none or None)
    note_changed = Signal(object)  # the `MapNote` of what is on screen
    heat_kept = Signal()  # a request changed nothing: what shows it must show it again
    score_wanted = Signal()  # a heatmap is wanted of a slice that was not scored
    work_changed = Signal()  # something began or ended in the background
    progress_changed = Signal(object)
    refused = Signal(object)  # why there is no heatmap (`Refusal`)
    settled = Signal()  # the heatmap came with its check, or will not come

    def __init__(self, jobs: Jobs, panes: PanesController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._panes = panes
        self._classifier: Classifier | None = None
        self._torch: TorchPath | None = None
        self._layers: tuple[str, ...] = ()
        self._answer: ScoredSlice | None = None
        self._is_allowed = False
        self._map: SliceMap | None = None
        """The last heatmap of the answer; hidden while another one is being made."""
        self._shown_as = Heat()
        """How `_map` was asked for, to go back to where another one does not come."""
        self._making: MapChoice | None = None
        self._asked: set[SliceKey] = set()
        """Slices of which a person wants to see a map although they show no finding."""
        self._explained: OrderedDict[tuple[SliceKey, str, str | None], ExplainedAnalysis] = OrderedDict()
        self._check = MapCheckController(jobs, self)
        self._check.noted.connect(self._note)
        self._check.settled.connect(self.settled)

    @property
    def _view(self) -> ViewController:
        return self._panes.active

    @property
    def map(self) -> SliceMap | None:
        """The heatmap of the answer on screen, None if there is none yet."""
        return self._map

    @property
    def shown_map(self) -> ShownMap | None:
        """The whole heatmap on screen with all that is known of it; None if none is there."""
        drawn, answer, classifier = self._map, self._answer, self._classifier
        if drawn is None or answer is None or classifier is None or drawn.is_coarse:
            return None
        choice = drawn.choice
        explained = self._explained.get((key_of(answer.slice), choice.method, choice.layer))
        if explained is None and (choice.method, choice.layer) == (CAM, None):
            explained = take_graph_maps(answer.analysis, classifier.contract)
        is_shown = self._view.state.heat.visible and self._choose() == choice
        return ShownMap(explained, choice.label, self._check.find(drawn)) if is_shown and explained else None

    @property
    def label_with_score(self) -> tuple[bool, str | None]:
        """Whether the heatmap comes with the next score, and the label that a person chose for it."""
        heat, classifier = self._view.state.heat, self._classifier
        is_own = classifier is not None and (heat.method or own_method(classifier.contract)) == CAM
        return heat.visible and heat.layer is None and is_own, heat.label

    # --- requests ---

    def set_heat_visible(self, visible: bool) -> None:
        """Show or hide the heatmap; a slice that was not scored yet is scored now.

        Of an answer without a finding none is drawn; asking again, while its answer is on screen, shows it.
        """
        answer = self._answer
        is_missing = self._view.state.heat.visible and isinstance(self._choose(), str)
        if answer is not None and (visible or is_missing):
            self._asked.add(key_of(answer.slice))
        if is_missing:
            self.heat_kept.emit()
            self._bring()
            return
        self._view.set_heat(visible=visible)
        if visible and answer is None:
            self.score_wanted.emit()
        else:
            self._bring()

    def set_label(self, label: str) -> None:
        """Choose the label of the heatmap; empty: the one that the decision speaks of."""
        self._view.set_heat(label=label or None)
        self._bring()

    def set_method(self, method: str) -> None:
        """Choose the method, one of `inference.explain.methods.METHODS`."""
        self._view.set_heat(method=method, layer=None)
        self._tell_layers()
        self._bring()

    def set_layer(self, layer: str) -> None:
        """Choose the layer of the heatmap, through torch; empty: the map that comes with the score."""
        if layer != tr(OTHER_LAYERS):
            self._view.set_heat(layer=layer or None, method=CAM if layer else None)
            self._tell_layers()
            self._bring()
        elif self._torch is not None and not self._layers:
            # The network is built in torch to learn which layers there are.
            self._start(Lane.LAYERS, self._torch.layers, self._layers_listed)

    def stop(self) -> None:
        """End whatever runs, and go back to the last heatmap."""
        self._jobs.cancel(*LANES)
        self._making = None
        self._go_back()
        self.progress_changed.emit(None)

    # --- facts that come in ---

    def use(self, classifier: Classifier | None) -> None:
        """Explain the answers of this model from here on (None: of none); what another one said goes."""
        self._jobs.cancel(*LANES)
        self._classifier = classifier
        without = classifier is None or reason_without_layers(classifier.bundle)
        self._torch = None if classifier is None or without else TorchPath(classifier)
        self._layers = ()
        self._answer = self._map = self._making = None
        self._asked.clear()
        self._explained.clear()
        self._check.forget()
        for view in self._panes.all:
            view.set_heat(label=None, layer=None, method=None)
            if view.slice is not None:
                view.set_overlay(key_of(view.slice), None)
        self._tell_layers()
        self._note(MapNote())

    def show(self, answer: ScoredSlice | None, *, is_allowed: bool) -> None:
        """Explain this answer (None: there is none); unless `is_allowed`, it has no heatmap to see."""
        before, self._answer, self._is_allowed = self._answer, answer, is_allowed
        is_same = before is not None and answer is not None and key_of(before.slice) == key_of(answer.slice)
        if not is_same:
            self._cancel()
            self._map = None
        if answer is not None and answer.map is not None:
            self._map = answer.map
        self._bring()

    def set_live(self, live: bool) -> None:
        """Leave maps unchecked while the finding follows the wheel; check the one on screen after that."""
        self._check.is_live = live
        if self._map is not None:
            self._bring()

    # --- bringing the map that is wanted ---

    def _choose(self) -> MapChoice | str | None:
        """Return the heatmap that is wanted of the answer, why none is drawn, or None if there can be none."""
        answer, heat, classifier = self._answer, self._view.state.heat, self._classifier
        if answer is None or classifier is None or answer.analysis.raw is None or not self._is_allowed:
            return None
        is_asked = key_of(answer.slice) in self._asked
        analysis, contract = answer.analysis, classifier.contract
        return choose_map(analysis, contract, heat.label, method=heat.method, layer=heat.layer, is_asked=is_asked)

    def _bring(self) -> None:
        """Make the heatmap that is wanted, unless it is there already."""
        choice, drawn = self._choose(), self._map
        if self._answer is None or not self._view.state.heat.visible or not isinstance(choice, MapChoice):
            self._cancel()
            if self._answer is not None:
                self._lay(self._answer, None)
            is_missing = isinstance(choice, str) and self._view.state.heat.visible
            self._note(MapNote("", MapStanding.MISSING, str(choice)) if is_missing else MapNote())
            self.settled.emit()
        elif drawn is not None and drawn.choice == choice and not drawn.is_coarse:
            self._stop_making()
            self._lay(self._answer, drawn)
            self._begin_check(drawn)
        elif self._making != choice:
            self._make(choice, self._answer)

    def _make(self, choice: MapChoice, answer: ScoredSlice) -> None:
        assert self._classifier is not None
        self._check.cancel()
        self._making = choice
        # Until it is there no other one is shown: label and method that stand beside it would be wrong.
        self._lay(answer, None)
        self._note(MapNote())
        explained = self._explained.get((key_of(answer.slice), choice.method, choice.layer))
        work = partial(
            make_map,
            answer.slice,
            answer.analysis,
            self._classifier,
            choice,
            torch_path=self._torch,
            explained=explained,
        )
        self._start(Lane.HEAT, work, partial(self._came, answer))

    def _start(self, lane: Lane, work: Work[Result], returned: Callable[[Result], None]) -> None:
        self._jobs.start(lane, work, returned=returned, refused=self._failed, progressed=self._went_on)
        self.work_changed.emit()

    def _cancel(self) -> None:
        self._jobs.cancel(Lane.CHECK)
        self._stop_making()

    def _stop_making(self) -> None:
        was_busy = self._jobs.is_busy(Lane.HEAT)
        self._jobs.cancel(Lane.HEAT)
        self._making = None
        if was_busy:
            self.work_changed.emit()

    def _went_on(self, step: Progress) -> None:
        """Show a coarse map that is there before the fine one."""
        self.progress_changed.emit(step)
        if isinstance(step, CoarseMap) and self._answer is not None and step.map.choice == self._making:
            self._show_map(self._answer, step.map)

    def _came(self, answer: ScoredSlice, made: MadeMap) -> None:
        self.progress_changed.emit(None)
        self._making = None
        choice = made.map.choice
        self._explained[key_of(answer.slice), choice.method, choice.layer] = made.explained
        while len(self._explained) > _KEPT_MAPS:
            self._explained.popitem(last=False)
        self._show_map(answer, made.map)
        self.work_changed.emit()
        self._begin_check(made.map)

    def _begin_check(self, drawn: SliceMap) -> None:
        if self._classifier is not None:
            self._check.check(drawn, self._classifier, self._torch)

    def _show_map(self, answer: ScoredSlice, drawn: SliceMap) -> None:
        self._map = drawn
        self._lay(answer, drawn)
        self._note(MapNote(drawn.said, MapStanding.COARSE, tr("Coarse; a finer one is on its way.")))

    def _lay(self, answer: ScoredSlice, drawn: SliceMap | None) -> None:
        """Lay a heatmap over its slice, or take it away."""
        if drawn is not None:
            self._shown_as = self._view.state.heat
        self._panes.set_overlay(key_of(answer.slice), None if drawn is None else drawn.levels)

    def _failed(self, refusal: Refusal) -> None:
        self._making = None
        self.progress_changed.emit(None)
        self.work_changed.emit()
        self.refused.emit(refusal)
        self._go_back()
        self.settled.emit()

    def _go_back(self) -> None:
        """Name label, method and layer of the last heatmap, and show that again, if another one did not come."""
        answer, drawn = self._answer, self._map
        was = self._shown_as if drawn is not None else Heat()
        if answer is not None and drawn is not None:
            self._view.set_heat(label=was.label, method=was.method, layer=was.layer)
            is_shown = self._view.state.heat.visible and self._is_allowed
            self._lay(answer, drawn if is_shown else None)
            self._note(self._check.describe(drawn) if is_shown else MapNote())
        else:
            self._view.set_heat(method=was.method, layer=was.layer)
        self._tell_layers()

    def _note(self, note: MapNote) -> None:
        if self._answer is not None:
            self._view.set_marks(key_of(self._answer.slice), is_weak=note.standing is MapStanding.WEAK)
        self.note_changed.emit(note)

    # --- layers ---

    def _layers_listed(self, names: tuple[str, ...]) -> None:
        self.progress_changed.emit(None)
        self.work_changed.emit()
        self._layers = names
        self._tell_layers()

    def _tell_layers(self) -> None:
        classifier = self._classifier
        reason = None if classifier is None else reason_without_layers(classifier.bundle)
        names = self._layers or ((tr(OTHER_LAYERS),) if classifier is not None and reason is None else ())
        self.layers_changed.emit(names, self._view.state.heat.layer, reason)
