"""Opens another window of the program, which shares nothing with this one but the settings and the stores."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.jobs.jobs import Jobs, Lane
from desktop.jobs.session.new_window import start_window
from desktop.state.texts.language import tr


class WindowController(QObject):
    """Starts windows, each in a process of its own."""

    said = Signal(str)
    refused = Signal(object)

    def __init__(self, jobs: Jobs, is_private: Callable[[], bool], parent: QObject | None = None) -> None:
        """`is_private` says whether patient data is hidden here, and so is there."""
        super().__init__(parent)
        self._jobs = jobs
        self._is_private = is_private

    def open_another(self) -> None:
        """Open an empty window beside this one."""
        work = partial(start_window, private=self._is_private())
        self._jobs.start(Lane.WINDOW, work, returned=self._tell, refused=self.refused.emit)

    def _tell(self, _: object) -> None:
        self.said.emit(tr("Another window opens in a moment."))
