"""The part of the wiring that is about sessions, the offer of one after a crash, and further windows."""

from functools import partial

from desktop.controllers.document import DocumentController
from desktop.controllers.panes import PanesController
from desktop.controllers.session.session_keeping import SessionController
from desktop.controllers.session.windows import WindowController
from desktop.jobs.jobs import Jobs
from desktop.state.session.session import Session
from desktop.state.settings import Settings
from desktop.ui.dialogs.prompts import offer_session
from desktop.ui.main_window import MainWindow
from desktop.wiring.pane_wiring import PaneWiring
from desktop.wiring.wiring import Wiring


def wire_session(
    main_window: MainWindow,
    document: DocumentController,
    panes: PanesController,
    wiring: Wiring,
    *,
    jobs: Jobs,
    settings: Settings,
) -> SessionController:
    """Return what keeps the session, connected with menus, strip and MPR; other windows are opened from here too."""
    session = SessionController(document, panes, jobs, settings, main_window)
    windows = WindowController(jobs, lambda: wiring.privacy.is_private, main_window)
    main_window.menus.connect({"session": session, "windows": windows})
    windows.said.connect(main_window.strip.set_hint)
    windows.refused.connect(main_window.strip.show_problem)
    main_window.menus.set_checked("keep_session", session.is_allowed)
    session.allowed_changed.connect(partial(main_window.menus.set_checked, "keep_session"))
    session.said.connect(main_window.strip.set_hint)
    session.refused.connect(main_window.strip.show_problem)
    session.derived_wanted.connect(partial(_show_derived, wiring.pane_wiring))
    session.offered.connect(partial(_offer, main_window, session))
    return session


def _show_derived(pane_wiring: PaneWiring, layout: str) -> None:
    planes = pane_wiring.through_volume(layout)
    if planes is not None:
        planes.switch()


def _offer(main_window: MainWindow, controller: SessionController, session: Session) -> None:
    question = offer_session(len(session.paths), main_window)
    question.accepted.connect(controller.restore)
    question.finished.connect(controller.forget_offer)
