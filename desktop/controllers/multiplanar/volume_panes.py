"""The base of controllers whose panes are made of a whole volume, and not of its stored slices."""

from PySide6.QtCore import QObject, Signal

from desktop.controllers.document import DocumentController
from desktop.controllers.multiplanar.subject import VolumeSubject, take_subject
from desktop.controllers.panes import PanesController
from desktop.controllers.view import ViewController
from desktop.jobs.jobs import Jobs, Lane
from desktop.jobs.open import finished_id
from desktop.state.texts.language import tr
from imaging.base.errors import Code, Refusal


class VolumePanes(QObject):
    """Enters and leaves such panes by one command; while files are still being read, it begins once all are there."""

    refused = Signal(object)  # why there are none of this series, or not yet (`Refusal`), or None when they are begun
    given_up = Signal(object)  # why there will be none

    def __init__(
        self, document: DocumentController, panes: PanesController, jobs: Jobs, what: str, parent: QObject | None = None
    ) -> None:
        """`what` is shown in them, in the words of a message."""
        super().__init__(parent)
        self._document = document
        self._panes = panes
        self._jobs = jobs
        self._what = what
        self._subject: VolumeSubject | None = None
        self._awaited: tuple[ViewController, str] | None = None
        """The pane that it was asked for in, and the id of its series, until every slice is there."""
        panes.arrangement_changed.connect(self._follow)

    def switch(self) -> None:
        """Show the series of the active pane so, or go back to the panes before.

        Slices whose reading was stopped are read after all.
        """
        is_shown = self._subject is not None
        self._panes.leave_planes()
        if is_shown:
            return
        view = self._panes.active
        if self._is_stopped(view):
            self._document.pixels.start()
        self._begin_if_whole(view)

    def wait_no_longer(self) -> None:
        """Let it not begin by itself any more."""
        self._awaited = None

    def _is_stopped(self, view: ViewController) -> bool:
        return view.volume is not None and self._document.pixels.is_stopped(view.volume)

    def _begin_if_whole(self, view: ViewController) -> None:
        self._awaited = None
        is_reading = self._jobs.is_busy(Lane.PIXELS)
        is_growing = view.series is not None and not self._document.knows_whole(view.series)
        try:
            self._subject = take_subject(view, tr(self._what), is_growing=is_growing, is_reading=is_reading)
        except Refusal as refusal:
            if view.series is not None and refusal.code is Code.NO_PIXELS and (is_growing or is_reading):
                self._awaited = view, finished_id(view.series)
            self.refused.emit(refusal)
            if self._awaited is None:
                self.given_up.emit(refusal)
            return
        self.refused.emit(None)
        self._begin(self._subject)
        self._make()

    def go_on(self, progress: object) -> None:
        """Begin what was asked for while files were still being read, once there is no progress any more.

        It begins in the pane that it was asked for in, whichever is active by then, unless that has left the screen or
        shows another series.
        """
        if progress is not None or self._awaited is None:
            return
        (view, asked), self._awaited = self._awaited, None
        if view not in self._panes or view.series is None or finished_id(view.series) != asked:
            self.refused.emit(None)
        elif not self._is_stopped(view):
            self._panes.activate(view.number)
            self._begin_if_whole(view)

    def go_to_phase(self, phase: int) -> None:
        """Show another phase so."""
        subject = self._subject
        if subject is None or phase == subject.phase:
            return
        try:
            self._subject = subject.at_phase(phase, tr(self._what), is_reading=self._jobs.is_busy(Lane.PIXELS))
        except Refusal as refusal:
            self.refused.emit(refusal)
        else:
            self._make()

    def _begin(self, subject: VolumeSubject) -> None:
        """Show the panes, with nothing in them yet."""
        raise NotImplementedError

    def _make(self) -> None:
        """Have what stands in the panes made of the subject as it is now."""
        raise NotImplementedError

    def _follow(self, _: object) -> None:
        """Let go of everything once the panes have left the screen."""
        raise NotImplementedError
