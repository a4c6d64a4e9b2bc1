"""The base of the controllers that look something up in the background, but only while a panel shows it."""

from PySide6.QtCore import QObject

from desktop.controllers.document import DocumentController
from desktop.controllers.panes import PanesController
from desktop.controllers.view import ViewController
from desktop.jobs.jobs import Jobs


class WatchedLookup(QObject):
    """Looks up what `_look_up` says whenever it may have changed and its panel is on screen."""

    def __init__(
        self, panes: PanesController, document: DocumentController, jobs: Jobs, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._panes = panes
        self._document = document
        self._jobs = jobs
        self._is_watched = False

    @property
    def _view(self) -> ViewController:
        return self._panes.active

    def watch(self, watched: bool) -> None:
        """Look up from now on, or no more."""
        self._is_watched = watched
        self._ask()

    def _ask(self, _: object = None) -> None:
        """Look up while somebody looks. Connected to what changes it."""
        if self._is_watched:
            self._look_up()

    def _look_up(self) -> None:
        """Start the job, if there is anything to look up."""
        raise NotImplementedError
