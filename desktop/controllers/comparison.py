"""A second model beside the one in use: asked about each slice that the first has answered; both can change places."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.controllers.answers import SliceAnswers
from desktop.controllers.model import ModelController
from desktop.controllers.offers import AskPolicy
from desktop.controllers.view import SliceKey, key_of
from desktop.jobs.jobs import Jobs, Lane
from desktop.jobs.score import ScoredSlice, open_model, score_slice
from imaging.base.errors import Refusal
from imaging.volume.volume import Slice
from inference.classify.classifier import Classifier


class ComparisonController(QObject):
    """Keeps the second model; what both say of a slice is told together."""

    second_changed = Signal(object)  # the `Contract` of the second model, or None
    answers_changed = Signal(object, object)  # the `Analysis` of the first model and of the second, each or None
    refused = Signal(object)  # why the second model cannot be used (`Refusal`), or None when that is over

    def __init__(self, jobs: Jobs, model: ModelController, policy: AskPolicy) -> None:
        super().__init__(model)
        self._jobs = jobs
        self._model = model
        self._policy = policy
        self.classifier: Classifier | None = None
        """The second model."""
        self._answers = SliceAnswers()
        self._asked: SliceKey | None = None
        """The slice that the second was asked about last."""
        # At once, not after the first: both run side by side.
        model.asked.connect(self._ask)
        model.asked_ahead.connect(self._ask_ahead)
        model.analysis_changed.connect(self._follow)
        model.bundle_changed.connect(self._keep_two)

    def choose(self, named: str) -> None:
        """Compare with this model: an installed id, a path; empty: with none."""
        self._jobs.cancel(Lane.SECOND)
        self.refused.emit(None)
        if not named:
            self._use(None, SliceAnswers())
            return
        work = partial(open_model, named, self._model.offers.models, self._policy())
        self._jobs.start(Lane.SECOND, work, returned=self._opened, refused=self._not_opened)

    def switch(self) -> None:
        """Exchange both models: the finding and the heatmap of the other one are shown (A/B)."""
        first = self._model.classifier
        if self.classifier is None or first is None:
            return
        self._jobs.cancel(Lane.SECOND)
        before, answers, second = self._model.answers, self._answers, self.classifier
        # Told of when both have changed places: nobody sees one model twice.
        self.classifier, self._answers = first, before
        self._model.take(second, answers)
        self.second_changed.emit(first.contract)
        self._follow()

    def _opened(self, classifier: Classifier) -> None:
        self._use(classifier, SliceAnswers())

    def _not_opened(self, refusal: Refusal) -> None:
        self.second_changed.emit(self.classifier and self.classifier.contract)
        self.refused.emit(refusal)

    def _use(self, classifier: Classifier | None, answers: SliceAnswers) -> None:
        self.classifier, self._answers = classifier, answers
        self.second_changed.emit(classifier and classifier.contract)
        self._follow()

    def _keep_two(self, _: object) -> None:
        """Compare no model with itself."""
        first = self._model.classifier
        if first is not None and self.classifier is not None and first.bundle.sha256 == self.classifier.bundle.sha256:
            self.choose("")

    def _follow(self, *_: object) -> None:
        """Tell what both say of the slice that the first has answered; ask the second if it was not."""
        first, second = self._model.answer, self.classifier
        known = None if first is None or second is None else self._answers.find(key_of(first.slice))
        self.answers_changed.emit(first and first.analysis, known and known.analysis)
        if first is not None and known is None:
            self._ask(first.slice)

    def _ask_ahead(self, slice_: Slice) -> None:
        """Ask about a slice that is not on screen, unless the second has one to answer that is."""
        if not self._jobs.is_busy(Lane.SECOND):
            self._ask(slice_)

    def _ask(self, slice_: Slice) -> None:
        """Ask the second about a slice, unless it has said something or is being asked."""
        second, key = self.classifier, key_of(slice_)
        is_asked = key == self._asked and self._jobs.is_busy(Lane.SECOND)
        if second is not None and not is_asked and self._answers.find(key) is None:
            self._asked = key
            work = partial(score_slice, slice_, second, label=None, with_map=False)
            self._jobs.start_latest(Lane.SECOND, work, returned=partial(self._scored, second), refused=self._failed)

    def _scored(self, classifier: Classifier, answer: ScoredSlice) -> None:
        if classifier is self.classifier:
            self._answers.keep(answer)
            first = self._model.answer
            if first is not None and key_of(first.slice) == key_of(answer.slice):
                self.answers_changed.emit(first.analysis, answer.analysis)

    def _failed(self, refusal: Refusal) -> None:
        self.refused.emit(refusal)
