"""The wizard of a model without a contract: opens the file, tries a person's answers, saves or uses the model."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.controllers.model import ModelController
from desktop.controllers.offers import AskPolicy
from desktop.controllers.panes import PanesController
from desktop.controllers.view import ViewController
from desktop.jobs.jobs import Jobs, Lane
from desktop.jobs.model_wizard import BareModel, open_bare_model, preview_answers, save_answers, use_answers
from desktop.state.texts.language import tr
from imaging.base.errors import Refusal
from imaging.base.progress import Progress
from imaging.volume.volume import Slice
from inference.classify.classifier import Classifier
from inference.contract.label_names import read_label_names
from inference.contract.model_answers import ModelAnswers


class ModelWizardController(QObject):
    """One model at a time; nothing is written, and the model in use stays, until a person says so."""

    opened = Signal(object)  # the `BareModel` to ask about
    refused = Signal(object)  # why the file was refused (`Refusal`), or None when another one is opened
    previewed = Signal(object)  # `ModelPreview`
    not_previewed = Signal(object)  # why the answers could not be tried (`Refusal`)
    names_read = Signal(object)  # names of classes from a file, a tuple
    failed = Signal(object)  # why names were not read, or the bundle was not saved (`Refusal`)
    saved = Signal(object)  # the bundle's `Path`
    progress_changed = Signal(object)
    ended = Signal()  # the model is in use, or saved, or given up: there is nothing more to ask

    def __init__(self, jobs: Jobs, panes: PanesController, model: ModelController, policy: AskPolicy) -> None:
        super().__init__(model)
        self._jobs = jobs
        self._panes = panes
        self._model = model
        self._policy = policy
        self._bare: BareModel | None = None
        self._answers = ModelAnswers()
        panes.slice_changed.connect(self._follow)

    @property
    def _view(self) -> ViewController:
        return self._panes.active

    def open(self, path: Path) -> None:
        """Open an ONNX file, to be asked about."""
        self.refused.emit(None)
        # The lane of models: Esc ends it, and another model that is chosen meanwhile supersedes it.
        work = partial(open_bare_model, path, self._policy())
        self._jobs.start(Lane.MODEL, work, returned=self._opened, refused=self._not_opened)
        self.progress_changed.emit(Progress(tr("Looking into the model"), 0))

    def preview(self, answers: ModelAnswers) -> None:
        """Try the answers on the open slice and on phantoms."""
        self._answers = answers
        if self._bare is not None:
            work = partial(preview_answers, self._bare.bundle, answers, self._panes.stored_slice, self._policy())
            told = self.not_previewed.emit
            self._jobs.start_latest(Lane.PREVIEW, work, returned=self.previewed.emit, refused=told)

    def read_names(self, path: Path) -> None:
        """Read the names of the classes from a file."""
        work = partial(read_label_names, path)
        self._jobs.start(Lane.WIZARD, work, returned=self.names_read.emit, refused=self.failed.emit)

    def use(self, answers: ModelAnswers) -> None:
        """Use the model under these answers until the program ends, without writing anything."""
        if self._bare is None:
            return
        try:
            bundle = use_answers(self._bare.bundle, answers)
        except Refusal as refusal:
            self.failed.emit(refusal)
            return
        self.close()
        self._model.offers.hold()
        self._model.load(partial(Classifier, bundle, policy=self._policy()))

    def save(self, answers: ModelAnswers, path: Path) -> None:
        """Save the model with these answers as a bundle, and use that."""
        if self._bare is not None:
            work = partial(save_answers, self._bare.bundle, answers, path, self._policy())
            self._jobs.start(Lane.WIZARD, work, returned=self._saved, refused=self.failed.emit)

    def close(self) -> None:
        """Ask no more; what is being tried or saved is given up."""
        self._jobs.cancel(Lane.PREVIEW, Lane.WIZARD)
        self._bare = None
        self.ended.emit()

    def _not_opened(self, refusal: Refusal) -> None:
        self.progress_changed.emit(None)
        self.refused.emit(refusal)

    def _opened(self, bare: BareModel) -> None:
        self.progress_changed.emit(None)
        # Questions about another one make room.
        self.close()
        self._bare = bare
        self._answers = bare.asked.presets
        self.opened.emit(bare)
        self.preview(self._answers)

    def _saved(self, path: Path) -> None:
        self.close()
        self.saved.emit(path)
        self._model.list_models()
        self._model.choose(str(path))

    def _follow(self, slice_: Slice | None) -> None:
        if self._bare is not None and slice_ is not None:
            self.preview(self._answers)
