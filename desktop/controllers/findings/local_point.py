"""The local operating point of the model in use: named, switched off and on again."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.controllers.model import ModelController
from desktop.jobs.score import switch_rule
from imaging.base.policy import ReadingPolicy
from inference.contract.storage import Bundle


class LocalPointController(QObject):
    """Follows the model in use."""

    note_changed = Signal(object)  # a `LocalNote`, or None where none was chosen

    def __init__(self, model: ModelController, policy: Callable[[], ReadingPolicy]) -> None:
        super().__init__(model)
        self._model = model
        self._policy = policy
        model.bundle_changed.connect(self._tell)

    def switch(self, local: bool) -> None:
        """Use the local point, or the bundle's own rule; the slice is scored again."""
        classifier = self._model.classifier
        if classifier is not None:
            bundle = classifier.bundle
            was_asked = self._model.answer is not None
            self._model.load(partial(switch_rule, bundle.path, bundle.sha256, self._policy(), local=local))
            if was_asked:
                self._model.analyse()

    def take_up(self, sha256: str) -> None:
        """Use a point that was just chosen, if it is of the model in use."""
        classifier = self._model.classifier
        if classifier is not None and classifier.bundle.sha256 == sha256:
            self.switch(True)

    def _tell(self, bundle: Bundle | None) -> None:
        self.note_changed.emit(None if bundle is None else bundle.local)
