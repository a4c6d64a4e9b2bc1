"""Scores all slices of the series on screen, and tells the curves that are drawn of it."""

from collections import OrderedDict
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.controllers.comparison import ComparisonController
from desktop.controllers.document import DocumentController
from desktop.controllers.model import ModelController
from desktop.controllers.panes import PanesController
from desktop.controllers.view import PlaneView, ViewController
from desktop.jobs.jobs import Jobs, Lane
from desktop.jobs.series_score import score_series
from desktop.render.curve_text import describe_curves
from desktop.startup.background_imports import import_modules
from desktop.state.probability_curve import (
    ProbabilityCurve,
    SeriesScores,
    build_curve,
    choose_curve_label,
    empty_scores,
)
from imaging.base.errors import Refusal
from imaging.base.progress import Progress
from imaging.volume.series import Series
from inference.classify.classifier import Classifier

_KEPT = 32
ScoresKey = tuple[Series, int, str]
"""(series, phase, SHA-256 of the bundle)."""


class SeriesScoringController(QObject):
    """One series at a time, in the background. What was scored stays while the files are open."""

    curves_changed = Signal(object, str)
    """(a `ProbabilityCurve` for each model that has scored the series on screen, what they say in words)"""
    plots_ready = Signal()  # the curve with axes is wanted, and what draws it is loaded
    progress_changed = Signal(object)
    refused = Signal(object)  # why the series was not scored to its end (`Refusal`), or None when it is begun anew

    def __init__(
        self,
        jobs: Jobs,
        document: DocumentController,
        panes: PanesController,
        model: ModelController,
        comparison: ComparisonController,
    ) -> None:
        super().__init__(model)
        self._jobs = jobs
        self._document = document
        self._panes = panes
        self._model = model
        self._comparison = comparison
        self._scores: OrderedDict[ScoresKey, SeriesScores] = OrderedDict()
        self._running: tuple[Series, frozenset[str]] | None = None
        self.curves: tuple[ProbabilityCurve, ...] = ()
        """What is drawn, the model in use first."""
        self.said = ""
        """The same in words."""
        self._told: tuple[object, ...] = ()
        document.series_changed.connect(self._forget)
        panes.shown_changed.connect(self._follow)
        panes.view_changed.connect(self._tell)
        model.bundle_changed.connect(self._follow)
        comparison.second_changed.connect(self._follow)
        model.analysis_changed.connect(self._tell)

    @property
    def _view(self) -> ViewController:
        return self._panes.active

    @property
    def is_busy(self) -> bool:
        """True while a series is scored."""
        return self._jobs.is_busy(Lane.SERIES)

    def analyse(self) -> None:
        """Score the slices of the phase on screen that were not scored yet."""
        volume, phase = self._view.volume, self._view.state.phase
        if volume is None or not self._models:
            return
        self.refused.emit(None)
        self._running = self._subject
        asked = [(one, self._scores_of(one, phase, begin=True)) for one in self._models]
        work = partial(
            score_series,
            volume,
            [(one, scores) for one, scores in asked if scores is not None],
            self._document.reading,
            is_streaming=partial(self._jobs.is_busy, Lane.PIXELS),
        )
        self._jobs.start(Lane.SERIES, work, returned=self._done, refused=self._not_done, progressed=self._go_on)
        self._tell()

    def show_curve(self) -> None:
        """Ask for the curve with axes; what draws it is loaded in the background."""
        work = partial(import_modules, ("pyqtgraph",))
        self._jobs.start(Lane.LOAD, work, returned=lambda _: self.plots_ready.emit(), refused=self.refused.emit)

    def forget(self) -> None:
        """Forget what was scored; the next analysis begins anew."""
        self.stop()
        self._scores.clear()
        self._tell()

    def stop(self) -> None:
        """End the scoring; what was scored stays, and the next one goes on from there."""
        if self.is_busy:
            self._jobs.cancel(Lane.SERIES)
            self._done(None)

    def step_peak(self, peaks: int) -> None:
        """Go to the next peak of the curve (negative: the one before), held at the last."""
        here = self._view.state.index
        found = sorted({peak for curve in self.curves for peak in curve.peaks})
        beyond = [peak for peak in found if (peak > here if peaks > 0 else peak < here)]
        if beyond:
            self._view.go(beyond[0] if peaks > 0 else beyond[-1])

    def find_whole_curve(self) -> ProbabilityCurve | None:
        """Return the curve of the model in use, without numbers out of contract, once every slice was asked about."""
        used = self._model.classifier
        scores = None if used is None else self._scores_of(used, self._view.state.phase)
        return build_curve(scores, None, revealed=False) if scores is not None and scores.is_complete else None

    @property
    def _models(self) -> list[Classifier]:
        """The models that are asked, the one in use first."""
        both = (self._model.classifier, self._comparison.classifier)
        return [one for one in both if one is not None]

    def _scores_of(self, classifier: Classifier, phase: int, *, begin: bool = False) -> SeriesScores | None:
        series = self._view.series
        if series is None:
            return None
        key = series, phase, classifier.bundle.sha256
        if key not in self._scores and begin:
            self._scores[key] = empty_scores(classifier.contract, phase=phase, slices=series.slices)
            while len(self._scores) > _KEPT:
                self._scores.popitem(last=False)
        return self._scores.get(key)

    @property
    def _subject(self) -> tuple[Series, frozenset[str]] | None:
        """The series on screen and the models that are asked about it."""
        series = self._view.series
        return None if series is None else (series, frozenset(one.bundle.sha256 for one in self._models))

    def _forget(self, series: tuple[Series, ...]) -> None:
        """Forget what is not open any more."""
        self._scores = OrderedDict((key, scores) for key, scores in self._scores.items() if key[0] in series)

    def _follow(self, _: object) -> None:
        """Drop what is being computed about another series, or by another model."""
        if self._subject != self._running:
            self.stop()
        self._tell()

    def _go_on(self, progress: Progress) -> None:
        self.progress_changed.emit(progress)
        self._tell()

    def _done(self, _: object) -> None:
        self.progress_changed.emit(None)
        self._tell()

    def _not_done(self, refusal: Refusal) -> None:
        self._done(None)
        self.refused.emit(refusal)

    def _tell(self, *_: object) -> None:
        """Tell the curves if anything has changed in them."""
        phase, label, series = self._view.state.phase, self._view.state.heat.label, self._view.series
        revealed = series is not None and series.id == self._model.revealed
        models = [] if isinstance(self._view, PlaneView) else self._models
        found = [scores for one in models if (scores := self._scores_of(one, phase)) is not None]
        now = (label, revealed, *((scores, int((scores.states != 0).sum())) for scores in found))
        if now != self._told:
            self._told = now
            # The second model's curve is of the same label, if it knows that.
            names = [label, choose_curve_label(found[0])] if found else []
            chosen = [next((name for name in names if name in one.contract.task.names), None) for one in found]
            pairs = zip(found, chosen, strict=True)
            self.curves = tuple(build_curve(one, name, revealed=revealed) for one, name in pairs)
            self.said = describe_curves(self.curves, found)
            self.curves_changed.emit(self.curves, self.said)
