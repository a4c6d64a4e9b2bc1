"""The model beside the slice: choosing it, scoring slices with it, following the wheel, and the heatmap.

Nothing here draws, and nothing here computes: work goes to `jobs.score` in the background, facts come out as signals.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.controllers.view import SliceKey, ViewController, key_of
from desktop.jobs.jobs import Jobs, Lane, Result, Work
from desktop.jobs.score import (
    ModelChoice,
    ModelOffer,
    ScoredSlice,
    TorchPath,
    add_heat,
    choose_label,
    explain_answer,
    list_offers,
    open_model,
    reason_without_layers,
    score_slice,
)
from desktop.render.text import describe_slice
from imaging.base.errors import Refusal
from imaging.volume.volume import Slice
from inference.classify.classifier import Classifier
from inference.contract.contract import Contract

_KEPT_ANSWERS = 256
LANES = (Lane.MODEL, Lane.SCORE, Lane.HEAT, Lane.LAYERS)
"""Lanes whose work Esc cancels."""
OTHER_LAYERS = "Other layers… (starts torch)"
"""Stands in the choice of layers until torch was asked which there are."""


class ModelController(QObject):
    """Chooses a model, scores slices with it, explains the answers."""

    offers_changed = Signal(object)  # contracts of the models that can be chosen
    contract_changed = Signal(object)  # the `Contract` in use, or None
    analysis_changed = Signal(object, object, str)  # (`Analysis` or None, its `Contract`, which slice was scored)
    live_changed = Signal(bool)
    layers_changed = Signal(object, object, object)  # (names, the one in use or None, why there are none or None)
    busy_changed = Signal(bool)
    progress_changed = Signal(object)
    refused = Signal(object)  # why the model or the run was refused (`Refusal`), or None when that is over
    settled = Signal()  # an answer came, or will not come

    def __init__(self, jobs: Jobs, view: ViewController, *, preferred: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._view = view
        self._choice = ModelChoice(preferred)
        self._classifier: Classifier | None = None
        self._torch: TorchPath | None = None
        self._layers: tuple[str, ...] = ()
        self.is_live = False
        self._is_wanted = False
        """True if the slice on screen is scored as soon as it and the model are there."""
        self._refusal: Refusal | None = None
        self._answers: OrderedDict[SliceKey, ScoredSlice] = OrderedDict()
        self.answer: ScoredSlice | None = None
        view.slice_changed.connect(self._follow)

    @property
    def contract(self) -> Contract | None:
        """The contract of the model in use."""
        return None if self._classifier is None else self._classifier.contract

    @property
    def is_busy(self) -> bool:
        """True while there is something that `stop` would end."""
        return self.is_live or self._jobs.is_busy(*LANES)

    # --- which model ---

    def list_models(self) -> None:
        """Find the installed bundles in the background; the one that fits best is used until a person chooses."""
        self._jobs.start(Lane.OFFERS, list_offers, returned=self._listed, refused=self._tell_refusal)

    def choose(self, named: str, *, by_person: bool = True) -> None:
        """Use a model: an installed id, a bundle's path, an ONNX file. It is loaded and checked in the background.

        The model in use and what it said stay until the other one is whole; if that is refused, they stay for good.
        """
        self._choice.is_by_person |= by_person
        self._jobs.cancel(Lane.SCORE)
        self._tell_refusal(None)
        work = partial(open_model, named, self._choice.offers)
        self._jobs.start(Lane.MODEL, work, returned=self._opened, refused=self._not_opened)

    # --- scoring ---

    def analyse(self) -> None:
        """Score the slice on screen, as soon as it and the model are loaded."""
        self._is_wanted = self._view.volume is not None
        self._score()

    def set_live(self, live: bool) -> None:
        """Let the finding and the heatmap follow the wheel, or stop that."""
        self.is_live = live
        self.live_changed.emit(live)
        if live:
            self._score()

    def stop(self) -> None:
        """End live mode and whatever runs."""
        self._jobs.cancel(*LANES)
        self._stop_waiting()
        self.progress_changed.emit(None)

    def _stop_waiting(self) -> None:
        self._is_wanted = False
        if self.is_live:
            self.set_live(False)
        self.busy_changed.emit(False)

    # --- heatmap ---

    def set_heat_visible(self, visible: bool) -> None:
        """Show or hide the heatmap; a slice that was not scored yet is scored now."""
        self._view.set_heat(visible=visible)
        if visible and self.answer is None:
            self.analyse()
        elif visible:
            self._bring_heat()

    def set_label(self, label: str) -> None:
        """Choose the label of the heatmap; empty: the one that the decision speaks of."""
        self._view.set_heat(label=label or None)
        self._bring_heat()

    def set_layer(self, layer: str) -> None:
        """Choose the layer of the heatmap, through torch; empty: the map that comes with the score."""
        if layer != OTHER_LAYERS:
            self._view.set_heat(layer=layer or None)
            self._tell_layers()
            self._bring_heat()
        elif self._torch is not None and not self._layers:
            # The network is built in torch to learn which layers there are.
            self._explain(Lane.LAYERS, self._torch.layers, self._layers_listed)

    # --- facts that come in ---

    def _listed(self, found: tuple[ModelOffer, ...]) -> None:
        self._choice.offer(found)
        self.offers_changed.emit(tuple(offer.contract for offer in found))
        if named := self._choice.fitting(self._view.slice):
            self.choose(named, by_person=False)

    def _opened(self, classifier: Classifier) -> None:
        self._use(classifier)
        if self._is_wanted or self.is_live:
            self._score()

    def _not_opened(self, refusal: Refusal) -> None:
        self._is_wanted = False
        # The choice goes back to what is in use, if anything is.
        self.contract_changed.emit(self.contract)
        self._tell_refusal(refusal)
        if self.is_live:
            self._score()
        self.settled.emit()

    def _use(self, classifier: Classifier) -> None:
        """Use this model from here on; what another one said goes."""
        self._classifier = classifier
        self._torch = None if reason_without_layers(classifier.contract) else TorchPath(classifier)
        self._answers.clear()
        self._layers = ()
        self._view.set_heat(label=None, layer=None)
        if self._view.slice is not None:
            self._view.set_overlay(key_of(self._view.slice), None)
        self.contract_changed.emit(classifier.contract)
        self.answer = None
        self.analysis_changed.emit(None, classifier.contract, "")
        self._tell_layers()

    def _follow(self, slice_: Slice | None) -> None:
        """Show what was said of another slice that came on screen; score it in live mode."""
        named = None if slice_ is None else self._choice.fitting(slice_)
        if named is not None and (self.contract is None or self.contract.id != named):
            # What is being scored is asked again of the other model.
            self._is_wanted = self._is_wanted or self._jobs.is_busy(Lane.SCORE)
            self.choose(named, by_person=False)
        known = None if slice_ is None else self._answers.get(key_of(slice_))
        if known is not None:
            self._show(known)
            self._bring_heat()
        elif (self.is_live or self._is_wanted) and slice_ is not None:
            self._score()
        elif not self.is_live:
            self._show(None)

    def _score(self) -> None:
        slice_ = self._view.slice
        if self._classifier is None or slice_ is None or self._jobs.is_busy(Lane.MODEL):
            return
        self._is_wanted = False
        heat = self._view.state.heat
        with_heat = heat.visible and heat.layer is None
        work = partial(score_slice, slice_, self._classifier, label=heat.label, with_heat=with_heat)
        self.busy_changed.emit(True)
        self._jobs.start_latest(Lane.SCORE, work, returned=self._scored, refused=self._failed)

    def _scored(self, answer: ScoredSlice) -> None:
        key = key_of(answer.slice)
        # Levels are as large as the slice: they are made again when the person comes back.
        self._answers[key] = replace(answer, levels=None)
        while len(self._answers) > _KEPT_ANSWERS:
            self._answers.popitem(last=False)
        is_current = self._view.slice is not None and key_of(self._view.slice) == key
        if is_current or self.is_live:
            self._tell_refusal(None)
            self._show(answer)
            self._bring_heat()
        if not self._jobs.is_busy(Lane.SCORE):
            self.busy_changed.emit(False)

    def _failed(self, refusal: Refusal) -> None:
        self._stop_waiting()
        self._tell_refusal(refusal)
        self.settled.emit()

    def _show(self, answer: ScoredSlice | None) -> None:
        if answer is None and self.answer is None:
            return
        self.answer = answer
        if answer is None:
            self.analysis_changed.emit(None, self.contract, "")
            return
        self.analysis_changed.emit(answer.analysis, self.contract, describe_slice(answer.slice))
        if answer.levels is not None:
            self._view.set_overlay(key_of(answer.slice), answer.levels)

    def _bring_heat(self) -> None:
        """Make the heatmap that is wanted, unless the answer on screen has it already."""
        answer, heat, classifier = self.answer, self._view.state.heat, self._classifier
        if answer is None or classifier is None or answer.analysis.raw is None or not heat.visible:
            self.settled.emit()
            return
        wanted = heat.label or choose_label(answer.analysis)
        if answer.levels is not None and answer.layer == heat.layer and answer.label == wanted:
            self.settled.emit()
            return
        work: Work[ScoredSlice] = partial(add_heat, answer, classifier, label=heat.label)
        if heat.layer is not None and self._torch is not None:
            work = partial(self._torch.explain, answer, layer=heat.layer, label=heat.label)
        elif answer.analysis.raw.cams is None:
            work = partial(explain_answer, answer, classifier, label=heat.label)
        self._explain(Lane.HEAT, work, self._heat_came)

    def _explain(self, lane: Lane, work: Work[Result], returned: Callable[[Result], None]) -> None:
        report = self.progress_changed.emit
        self._jobs.start(lane, work, returned=returned, refused=self._heat_failed, progressed=report)

    def _heat_came(self, answer: ScoredSlice) -> None:
        self.progress_changed.emit(None)
        if answer.refusal is not None:
            self._tell_refusal(answer.refusal)
        self._answers[key_of(answer.slice)] = replace(answer, levels=None)
        if self.answer is not None and key_of(self.answer.slice) == key_of(answer.slice):
            self.answer = answer
        self._view.set_overlay(key_of(answer.slice), answer.levels)
        self.settled.emit()

    def _heat_failed(self, refusal: Refusal) -> None:
        self.progress_changed.emit(None)
        self._tell_refusal(refusal)
        self._tell_layers()
        self.settled.emit()

    def _layers_listed(self, names: tuple[str, ...]) -> None:
        self.progress_changed.emit(None)
        self._layers = names
        self._tell_layers()

    def _tell_layers(self) -> None:
        reason = None if self.contract is None else reason_without_layers(self.contract)
        names = self._layers or ((OTHER_LAYERS,) if self.contract is not None and reason is None else ())
        self.layers_changed.emit(names, self._view.state.heat.layer, reason)

    def _tell_refusal(self, refusal: Refusal | None) -> None:
        if refusal is not None or self._refusal is not None:
            self._refusal = refusal
            self.refused.emit(refusal)
