"""The model's input of the slice on screen, where a person wants to see it: made anew whenever either changes."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.controllers.model import ModelController
from desktop.controllers.panes import PanesController
from desktop.controllers.view import SliceKey, key_of
from desktop.jobs.jobs import Jobs, Lane
from desktop.jobs.model_input import SeenSlice, see_slice
from desktop.state.texts.language import tr
from imaging.base.errors import Refusal
from imaging.volume.volume import Slice
from inference.contract.contract import Contract


class ModelInputController(QObject):
    """Follows the slice and the model while it is shown; the frame of the input lies on the slice meanwhile."""

    shown_changed = Signal(bool)
    seen = Signal(object, str)  # the input's pixels, or None, and what is to be said of them

    def __init__(self, jobs: Jobs, panes: PanesController, model: ModelController) -> None:
        super().__init__(model)
        self._jobs = jobs
        self._panes = panes
        self._contract: Contract | None = None
        self._framed: SliceKey | None = None
        self.is_shown = False
        self._is_asked = False
        """Whether there is an input to take away again, or one on its way."""
        panes.slice_changed.connect(self._follow)
        model.bundle_changed.connect(lambda bundle: self.use(bundle and bundle.contract))

    def set_shown(self, shown: bool) -> None:
        """Show what the model sees, or stop that."""
        self.is_shown = shown
        self.shown_changed.emit(shown)
        self._follow(self._panes.stored_slice)

    def use(self, contract: Contract | None) -> None:
        """Show the input of this model from here on."""
        self._contract = contract
        self._follow(self._panes.stored_slice)

    def _follow(self, slice_: Slice | None) -> None:
        if slice_ is not None and self._contract is not None and self.is_shown:
            self._is_asked = True
            work = partial(see_slice, slice_, self._contract)
            self._jobs.start_latest(Lane.INPUT, work, returned=self._came, refused=self._refused)
            return
        if self._is_asked:
            self._is_asked = False
            self._jobs.cancel(Lane.INPUT)
            self._frame(None)
            self.seen.emit(None, "")

    def _came(self, seen: SeenSlice) -> None:
        slice_ = self._panes.stored_slice
        if slice_ is not None and key_of(slice_) == key_of(seen.slice):
            self._frame(seen)
            self.seen.emit(seen.picture, seen.said)

    def _refused(self, refusal: Refusal) -> None:
        self._frame(None)
        self.seen.emit(None, tr(refusal.message))

    def _frame(self, seen: SeenSlice | None) -> None:
        """Lay the frame of an input on its slice, wherever that is on screen; take the last one away."""
        key = None if seen is None else key_of(seen.slice)
        for view in self._panes.all:
            if self._framed is not None and self._framed != key:
                view.set_marks(self._framed, frame=())
            if seen is not None and key is not None:
                view.set_marks(key, frame=seen.placement.corners)
        self._framed = key
