"""The models that can be chosen, and the one that a series is for: by its header, else offered by the look of it."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.controllers.panes import PanesController
from desktop.controllers.view import ViewController
from desktop.jobs.choice import ModelChoice, ModelFit, find_nearest
from desktop.jobs.jobs import Jobs, Lane
from desktop.jobs.score import ModelOffer
from desktop.render.text import describe_subject
from desktop.state.texts.language import tr
from imaging.base.english import english
from imaging.base.errors import Refusal
from imaging.base.policy import ReadingPolicy
from imaging.volume.volume import Slice
from inference.contract.codes import ModelCode
from inference.contract.contract import Contract

AskPolicy = Callable[[], ReadingPolicy]
"""Tells under which limits a stranger's model runs now."""

_NOTHING_FITS = english("No installed model was made for this series, or knows its like. Choose one, or open a bundle.")


class OfferController(QObject):
    """Keeps the choice of models; a model chosen by a person holds from then on."""

    listed = Signal(object)  # contracts of the models that can be chosen
    offered = Signal(object, str)  # the `Contract` of a model that the slice looks made for, and of what; or None
    unfitting = Signal(object)  # why no model was chosen or offered for the series on screen (`Refusal`)

    def __init__(self, jobs: Jobs, panes: PanesController, policy: AskPolicy, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._panes = panes
        self._policy = policy
        self._choice = ModelChoice()

    @property
    def _view(self) -> ViewController:
        return self._panes.active

    @property
    def models(self) -> tuple[ModelOffer, ...]:
        """The models that can be chosen."""
        return self._choice.offers

    def set_models(self, found: tuple[ModelOffer, ...]) -> None:
        """Choose among these from now on."""
        self._choice.offer(found)
        self.listed.emit(tuple(offer.contract for offer in found))

    def hold(self) -> None:
        """Choose no more by the series: a person has chosen."""
        self._choice.is_by_person = True
        self.offered.emit(None, "")

    def fit(self, slice_: Slice) -> ModelFit | None:
        """Return what fits the slice's series, None if it is decided; if its file leaves it open, look for one."""
        fit = self._choice.fitting(slice_)
        if fit is not None:
            self.offered.emit(None, "")
            self._jobs.cancel(Lane.NEAREST)
        if fit is not None and fit.named is None:
            work = partial(find_nearest, slice_, fit.possible, self._policy())
            told = partial(self._offer, slice_)
            self._jobs.start(Lane.NEAREST, work, returned=told, refused=self.unfitting.emit)
        return fit

    def _offer(self, slice_: Slice, nearest: Contract | None) -> None:
        if self._view.series is None or self._view.series.id != slice_.series.id or self._choice.is_by_person:
            return
        if nearest is None:
            self.unfitting.emit(Refusal(ModelCode.UNKNOWN_MODEL, tr(_NOTHING_FITS)))
        else:
            self.offered.emit(nearest, describe_subject(nearest))
