"""Keeps what is open in a file, if the person allows it, and brings it back after a crash or on request.

Panes are filled once everything is open; a series comes back with its slice and window as soon as it is on screen.
"""

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.controllers.document import DocumentController
from desktop.controllers.panes import PanesController
from desktop.controllers.view import PlaneView, ViewController
from desktop.jobs.jobs import Jobs, Lane
from desktop.jobs.session.session_file import (
    FoundSession,
    end_session,
    find_session,
    find_session_file,
    remove_session,
    write_session,
)
from desktop.state.session.session import OpenedState, PaneSession, Session, arrangement_of, match_series
from desktop.state.settings import SESSION, Settings
from desktop.state.texts.language import show_path, tr
from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.volume.series import Series

_KEPT_AFTER_MS = 2000
_NAMED = 3
_NONE = english(
    "Nothing is kept to be brought back. File › Keep what is open for the next start (also in Settings) begins to "
    "keep it."
)
_ALLOWED = english(
    "From now on the paths of what is open are kept in {path}. Names of files and folders may name patients."
)
_FORGOTTEN = english("What is open is no longer kept; the file is deleted.")
_TAKEN = english("Another window keeps what is open in it. What is open here is not kept.")


@dataclass(frozen=True, eq=False)
class _Opening:
    """One opening: what was asked for, and the series that came of it."""

    paths: tuple[Path, ...]
    series: tuple[Series, ...]


class SessionController(QObject):
    """Knows what the last session was, and keeps this one."""

    offered = Signal(object)  # the `Session` of a program that did not end well
    said = Signal(str)
    refused = Signal(object)
    derived_wanted = Signal(str)  # what the series of the active pane was shown as: `mpr`, `mip`
    allowed_changed = Signal(bool)

    def __init__(
        self,
        document: DocumentController,
        panes: PanesController,
        jobs: Jobs,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._panes = panes
        self._jobs = jobs
        self._settings = settings
        self._last: FoundSession | None = None
        self._openings: tuple[_Opening, ...] = ()
        self._is_wanted = False
        self._has_written = False
        self._restored: tuple[Session, tuple[Path, ...], str] | None = None
        """A session that is being brought back, the paths that are opened for it, and what is said at the end."""
        self._waiting: dict[int, tuple[PaneSession, Series]] = {}
        self._derived_waiting = ""
        self._keeping = QTimer(self, singleShot=True, interval=_KEPT_AFTER_MS)
        self._keeping.timeout.connect(self._keep)
        document.series_changed.connect(self._follow_series)
        document.opened.connect(self._follow_opening)
        panes.arrangement_changed.connect(self._touch)
        panes.opened.connect(self._attach)
        for view in panes.all:
            self._attach(view)
        if self.is_allowed:
            jobs.start(Lane.SESSION, find_session, returned=self._found)
        else:
            self._last = FoundSession()

    @property
    def is_allowed(self) -> bool:
        """Whether the person allows paths to be kept."""
        return self._settings.get(SESSION)

    # --- requests ---

    def set_allowed(self, allowed: bool) -> None:
        """Keep what is open from now on, or forget it and take its file away."""
        if allowed == self.is_allowed:
            return
        self._settings.set(SESSION, allowed)
        self.allowed_changed.emit(allowed)
        if allowed:
            self._jobs.start(Lane.SESSION, find_session, returned=self._found_anew, refused=self.refused.emit)
            self.said.emit(tr(_ALLOWED, path=find_session_file()))
        else:
            self._keeping.stop()
            is_theirs = self._last is not None and self._last.is_taken
            self._last, self._has_written = FoundSession(is_taken=is_theirs), False
            if not is_theirs:
                self._jobs.start(Lane.SESSION, remove_session, refused=self.refused.emit)
            self.said.emit(tr(_FORGOTTEN))

    def restore(self) -> None:
        """Open again what was open when the last session ended; what is open now gives way."""
        if self._last is None:
            self._is_wanted = True
            return
        session = self._last.session
        if session is None or not session.paths:
            self.said.emit(tr(_NONE))
            return
        look = partial(self._open, session)
        self._jobs.start(Lane.SESSION, session.missing, returned=look, refused=self.refused.emit)

    def forget_offer(self) -> None:
        """Offer the session no more; on request it still comes back."""
        if self._last is not None and self._last.session is not None and not self._has_written:
            self._jobs.start_latest(
                Lane.SESSION,
                partial(end_session, self._last.session),
                returned=lambda _: None,
                refused=self.refused.emit,
            )

    def close(self) -> None:
        """Keep what is open, as that of a program that ended well. No job runs any more."""
        self._keeping.stop()
        if self.is_allowed and self._last is not None and not self._last.is_taken:
            opened = self._state()
            if opened.paths or self._has_written:
                with suppress(Refusal):
                    end_session(opened.session())

    # --- keeping ---

    def _attach(self, view: ViewController) -> None:
        if not isinstance(view, PlaneView):
            view.view_changed.connect(self._touch)
            view.shown_changed.connect(partial(self._follow_shown, view))

    def _touch(self, _: object = None) -> None:
        """Keep what is open in a moment, unless that is about to happen anyway."""
        if self.is_allowed and self._openings and not self._keeping.isActive():
            self._keeping.start()

    def _follow_series(self, series: tuple[Series, ...]) -> None:
        """Forget openings of which nothing is open any more."""
        # A series to which files were added is another one by now, under its id.
        kept = {one.id for one in self._document.base.series}
        there = {id(one) for one in series}
        self._openings = tuple(
            opening for opening in self._openings if any(id(one) in there or one.id in kept for one in opening.series)
        )
        self._touch()

    def _follow_opening(self) -> None:
        known = {id(series) for opening in self._openings for series in opening.series}
        fresh = tuple(series for series in self._document.series if id(series) not in known)
        if fresh:
            ids = {series.id for series in fresh}
            over = [one for one in self._openings if all(series.id in ids for series in one.series)]
            paths = (*(path for one in over for path in one.paths), *self._document.paths)
            kept = (one for one in self._openings if one not in over)
            self._openings = (*kept, _Opening(tuple(dict.fromkeys(paths)), fresh))
        self._touch()
        self._fill()

    def _state(self) -> OpenedState:
        shown = [view for view in self._panes.all if not isinstance(view, PlaneView)]
        return OpenedState(
            paths=tuple(path for opening in self._openings for path in opening.paths),
            series=self._document.series,
            arrangement=self._panes.filled_arrangement,
            derived=self._panes.arrangement.derived,
            panes=tuple((view.number, view.series, view.state) for view in shown if view.series is not None),
        )

    def _keep(self) -> None:
        if self._last is None or self._jobs.is_busy(Lane.SESSION):
            self._keeping.start()
        elif self.is_allowed and not self._last.is_taken:
            self._has_written = True
            self._jobs.start(Lane.SESSION, partial(_write, self._state()), refused=self.refused.emit)

    # --- bringing back ---

    def _found(self, found: FoundSession) -> None:
        self._last = found
        if found.refusal is not None:
            self.refused.emit(found.refusal)
        if self._is_wanted:
            self._is_wanted = False
            self.restore()
        elif found.was_cut_off:
            self.offered.emit(found.session)

    def _found_anew(self, found: FoundSession) -> None:
        """Take up keeping: what lies there belongs to another window, or is of no use any more."""
        self._last = FoundSession(is_taken=found.is_taken)
        if found.is_taken:
            self.refused.emit(found.refusal or Refusal(Code.ARGUMENT, tr(_TAKEN)))
        self._touch()

    def _open(self, session: Session, missing: tuple[str, ...]) -> None:
        there = tuple(Path(path) for path in session.paths if path not in missing)
        said = self._tell_missing(session, missing)
        if not there:
            self.refused.emit(Refusal(Code.MISSING, said))
            return
        active = next((pane.series.path for pane in session.panes if pane.pane == session.active), None)
        self._document.open(there, preferred=None if active is None else Path(active))
        self._restored = session, self._document.paths, said

    def _tell_missing(self, session: Session, missing: tuple[str, ...]) -> str:
        if not missing:
            return ""
        more = tr(" and {missing} more", missing=len(missing) - _NAMED) if len(missing) > _NAMED else ""
        named = f": {', '.join(map(show_path, missing[:_NAMED]))}{more}"
        return tr(
            "%n of the {paths} files or folders that were open (is|are) not there any more{named}. "
            "Is a disk not connected?",
            "",
            len(missing),
            paths=len(session.paths),
            named=named,
        )

    def _fill(self) -> None:
        """Fill the panes if what was opened now is what is brought back."""
        restored, self._restored = self._restored, None
        if restored is None or self._document.paths is not restored[1]:
            return
        session, _, said = restored
        if said:
            self.refused.emit(Refusal(Code.MISSING, said))
        work = partial(match_series, session, self._document.series)
        self._jobs.start(Lane.SESSION, work, returned=partial(self._arrange, session), refused=self.refused.emit)

    def _arrange(self, session: Session, found: tuple[tuple[PaneSession, Series], ...]) -> None:
        self._derived_waiting = session.derived
        self._panes.restore(arrangement_of(session))
        shown = [(pane, series) for pane, series in found if pane.pane in self._panes.arrangement.shown]
        self._waiting = {pane.pane: (pane, series) for pane, series in shown}
        for pane, series in shown:
            view = self._panes.receiver(pane.pane)
            self._document.show_series(series.id, pane.pane)
            if view.series is series:
                self._follow_shown(view, series)

    def _follow_shown(self, view: ViewController, series: Series | None) -> None:
        waiting = self._waiting.get(view.number)
        if waiting is not None and series is waiting[1]:
            # Those who follow the view hear of the series first.
            QTimer.singleShot(0, self, partial(self._look_as_before, view, self._waiting.pop(view.number)[0]))
        self._touch()

    def _look_as_before(self, view: ViewController, pane: PaneSession) -> None:
        view.go_to_phase(pane.phase)
        view.go(pane.index)
        if pane.window is not None and view.series is not None and view.series.channels == 1:
            view.change(voi=pane.window)
        view.change(inverted=pane.inverted)
        if self._derived_waiting and view is self._panes.active:
            wanted, self._derived_waiting = self._derived_waiting, ""
            self.derived_wanted.emit(wanted)


def _write(opened: OpenedState) -> None:
    """Write what is open. In the background. Raises `Refusal` (WRITE)."""
    write_session(opened.session())
