"""The model beside the slice: choosing it, scoring slices with it, following the wheel.

Nothing here draws, and nothing here computes: work goes to `jobs.score` in the background, facts come out as signals.
"""

from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.controllers.answers import SliceAnswers, SlicesAhead
from desktop.controllers.explanation import LANES as EXPLANATION_LANES
from desktop.controllers.explanation import ExplanationController
from desktop.controllers.offers import AskPolicy, OfferController
from desktop.controllers.panes import PanesController
from desktop.controllers.score_runs import ScoreRuns
from desktop.controllers.view import ViewController, key_of
from desktop.jobs.jobs import Jobs, Lane, Work
from desktop.jobs.score import ModelOffer, ScoredSlice, list_offers, open_model
from desktop.render.text import describe_scored
from desktop.state.texts.language import tr
from imaging.base.errors import Refusal
from imaging.volume.volume import Slice
from inference.classify.classifier import Classifier
from inference.contract.contract import Contract

LANES = (Lane.MODEL, Lane.SCORE, Lane.SECOND, *EXPLANATION_LANES)
"""Lanes whose work Esc cancels."""
_SOON_MS = 12.0
"""What comes within this is there before the display shows its next picture."""


class ModelController(QObject):
    """Chooses a model and scores slices with it; `explanation` explains the answers."""

    bundle_changed = Signal(object)  # the `Bundle` in use, or None
    analysis_changed = Signal(object, object, str, bool)
    """(`Analysis` or None, its `Contract`, which slice was scored, whether its number is shown out of contract)"""
    asked = Signal(object)  # the `Slice` that is scored now
    asked_ahead = Signal(object)  # the `Slice` that a person comes to next, and that was not scored yet
    live_changed = Signal(bool)
    busy_changed = Signal(bool)
    progress_changed = Signal(object)
    refused = Signal(object)  # why the model or the run was refused (`Refusal`), or None when that is over
    settled = Signal()  # an answer came, or will not come

    def __init__(self, jobs: Jobs, panes: PanesController, policy: AskPolicy, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._panes, self._policy = jobs, panes, policy
        self.offers = OfferController(jobs, panes, policy, self)
        self.classifier: Classifier | None = None
        self.is_live = False
        self._is_wanted = False
        """True if the slice on screen is scored as soon as it and the model are there."""
        self._refusal: Refusal | None = None
        self.answers = SliceAnswers()
        """The answers of the model in use."""
        self._ahead = SlicesAhead()
        self._runs = ScoreRuns(jobs, self._scored, self._failed)
        self.answer: ScoredSlice | None = None
        self.revealed: str | None = None
        """The series whose numbers a person wants to see although they stand out of contract."""
        self.explanation = ExplanationController(jobs, panes, self)
        self.explanation.score_wanted.connect(self.analyse)
        self.explanation.work_changed.connect(self._tell_busy)
        self.explanation.progress_changed.connect(self.progress_changed)
        self.explanation.refused.connect(self._tell_refusal)
        self.explanation.settled.connect(self.settled)
        panes.slice_changed.connect(self._follow)

    @property
    def _view(self) -> ViewController:
        return self._panes.active

    @property
    def contract(self) -> Contract | None:
        """The contract of the model in use."""
        return None if self.classifier is None else self.classifier.contract

    @property
    def is_busy(self) -> bool:
        """True while there is something that `stop` would end."""
        return self.is_live or self._jobs.is_busy(*LANES)

    # --- which model ---

    def list_models(self) -> None:
        """Find the installed bundles in the background; the one that fits is used until a person chooses."""
        self._jobs.start(Lane.OFFERS, list_offers, returned=self._listed, refused=self._tell_refusal)

    def choose(self, named: str, *, by_person: bool = True) -> None:
        """Use a model: an installed id, a bundle's path, an ONNX file. It is loaded and checked in the background.

        The model in use and what it said stay until the other one is whole; if that is refused, they stay for good.
        """
        if by_person:
            self.offers.hold()
        self.load(partial(open_model, named, self.offers.models, self._policy()))

    def load(self, work: Work[Classifier]) -> None:
        """Use the model that comes of some work."""
        self._jobs.cancel(Lane.SCORE)
        self._tell_refusal(None)
        self._jobs.start(Lane.MODEL, work, returned=self._opened, refused=self._not_opened)

    def take(self, classifier: Classifier, answers: SliceAnswers) -> None:
        """Use a model that is open already, with what it has said; the slice is asked about if it was of the other."""
        self.offers.hold()
        self._jobs.cancel(Lane.MODEL, Lane.SCORE)
        was_asked = self.answer is not None or self._is_wanted
        self._use(classifier, answers)
        slice_ = self._panes.stored_slice
        if slice_ is not None and (known := answers.find(key_of(slice_))) is not None:
            self._show(known)
        elif was_asked or self.is_live:
            self.analyse()

    # --- scoring ---

    def analyse(self) -> None:
        """Score the slice on screen, as soon as it and the model are loaded."""
        self._is_wanted = self._view.volume is not None
        self._score()

    def set_live(self, live: bool) -> None:
        """Let the finding and the heatmap follow the wheel, or stop that."""
        self.is_live = live
        self.live_changed.emit(live)
        self.explanation.set_live(live)
        if live:
            self._runs.share(self._policy())
            self._score()
        else:
            self.answers.drop_ahead()

    def stop(self) -> None:
        """End live mode and whatever runs."""
        self._jobs.cancel(*LANES)
        self._stop_waiting()
        self.explanation.stop()

    def _stop_waiting(self) -> None:
        self._is_wanted = False
        if self.is_live:
            self.set_live(False)
        self.busy_changed.emit(False)

    def set_revealed(self, revealed: bool) -> None:
        """Show the numbers of this series although they stand out of contract, or hide them again."""
        self.revealed = None if not revealed or self.answer is None else self.answer.slice.series.id
        if self.answer is not None:
            self._show(self.answer)

    def _is_revealed(self, answer: ScoredSlice) -> bool:
        return answer.slice.series.id == self.revealed

    # --- facts that come in ---

    def _listed(self, found: tuple[ModelOffer, ...]) -> None:
        self.offers.set_models(found)
        if (slice_ := self._panes.stored_slice) is not None:
            self._fit(slice_)

    def _fit(self, slice_: Slice) -> None:
        """Use the model that fits the slice's series; none if its file leaves that open."""
        fit = self.offers.fit(slice_)
        if fit is not None and fit.named is None:
            self._use(None)
        elif fit is not None and fit.named is not None and (self.contract is None or self.contract.id != fit.named):
            # What is being scored is asked again of the other model.
            self._is_wanted = self._is_wanted or self._jobs.is_busy(Lane.SCORE)
            self.choose(fit.named, by_person=False)

    def _opened(self, classifier: Classifier) -> None:
        self._use(classifier)
        if self._is_wanted or self.is_live:
            self._score()

    def _not_opened(self, refusal: Refusal) -> None:
        self._is_wanted = False
        # The choice goes back to what is in use, if anything is.
        self.bundle_changed.emit(self.classifier and self.classifier.bundle)
        self._tell_refusal(refusal)
        if self.is_live:
            self._score()
        self.settled.emit()

    def _use(self, classifier: Classifier | None, answers: SliceAnswers | None = None) -> None:
        """Use this model from here on (None: none), with what it has said already; what another one said goes."""
        if classifier is None:
            self._jobs.cancel(Lane.MODEL)
        self.classifier = classifier
        self._runs.use(classifier)
        if self.is_live:
            self._runs.share(self._policy())
        self.revealed = None
        self.answers = answers or SliceAnswers()
        self.explanation.use(classifier)
        self.bundle_changed.emit(classifier and classifier.bundle)
        self.answer = None
        self.analysis_changed.emit(None, self.contract, "", False)

    def _follow(self, slice_: Slice | None) -> None:
        """Show what was said of another slice that came on screen; score it in live mode."""
        if slice_ is not None:
            self._fit(slice_)
            self._ahead.follow(slice_)
        known = None if slice_ is None else self.answers.find(key_of(slice_))
        if known is not None:
            if self.is_live:
                # It is no longer ahead.
                self.answers.keep(known)
            self._score_ahead()
            self._show(known)
        elif (self.is_live or self._is_wanted) and slice_ is not None:
            self._score()
            if self._is_soon_known:
                self._view.frames.hold()
        elif not self.is_live:
            self._show(None)

    @property
    def _is_soon_known(self) -> bool:
        """Whether the heatmap of the slice on screen comes so soon that it is drawn together with it."""
        slice_ = self._panes.stored_slice
        if not self.is_live or self.answer is None or slice_ is None or not self._view.state.heat.visible:
            return False
        took, since = self.answer.analysis.milliseconds, self._runs.seconds_under_way(slice_)
        return since is not None and took.prepare + took.run - since * 1e3 < _SOON_MS

    def _score(self) -> None:
        slice_ = self._panes.stored_slice
        if self.classifier is None or slice_ is None or self._jobs.is_busy(Lane.MODEL):
            return
        self._is_wanted = False
        if self._runs.seconds_under_way(slice_) is None:
            self._ask(slice_)
            self.asked.emit(slice_)
        self._score_ahead()

    def _score_ahead(self) -> None:
        """In live mode ask about the next slices while a person looks at this one."""
        slice_, volume = self._panes.stored_slice, self._view.volume
        is_ready = self.is_live and self.classifier is not None and not self._jobs.is_busy(Lane.MODEL)
        if not is_ready or slice_ is None or volume is None:
            return
        unknown = self._ahead.find(slice_, volume, self.answers)
        for following in unknown:
            if self._runs.free and self._runs.seconds_under_way(following) is None:
                self._ask(following)
        if unknown and self._runs.seconds_under_way(slice_) is None:
            self.asked_ahead.emit(unknown[0])

    def _ask(self, slice_: Slice) -> None:
        with_map, label = self.explanation.label_with_score
        self._runs.ask(slice_, label=label, with_map=with_map)
        self.busy_changed.emit(True)

    def _scored(self, answer: ScoredSlice) -> None:
        key = key_of(answer.slice)
        shown = self._panes.stored_slice
        is_current = shown is not None and key_of(shown) == key
        is_ahead = not is_current and key in self._ahead.keys
        if self.is_live or not is_ahead:
            self.answers.keep(answer, ahead=is_ahead)
        # First: they are scored while this one is shown.
        self._score_ahead()
        if is_current or (self.is_live and not is_ahead):
            self._tell_refusal(None)
            self._show(answer)
        self._tell_busy()

    def _failed(self, refusal: Refusal) -> None:
        self._stop_waiting()
        self._tell_refusal(refusal)
        self.settled.emit()

    def _show(self, answer: ScoredSlice | None) -> None:
        if answer is None and self.answer is None:
            return
        self.answer = answer
        if answer is None:
            self.analysis_changed.emit(None, self.contract, "", False)
            self.explanation.show(None, is_allowed=False)
            return
        what, revealed = tr(describe_scored(answer.slice)), self._is_revealed(answer)
        self.analysis_changed.emit(answer.analysis, self.contract, what, revealed)
        self.explanation.show(answer, is_allowed=revealed or not answer.analysis.is_withheld)

    def _tell_busy(self) -> None:
        self.busy_changed.emit(self._jobs.is_busy(Lane.SCORE, Lane.HEAT, Lane.LAYERS))

    def _tell_refusal(self, refusal: Refusal | None) -> None:
        if refusal is not None or self._refusal is not None:
            self._refusal = refusal
            self.refused.emit(refusal)
