"""Asks why the slice on screen looks as it does, and tells the panel; only while the panel is on screen.

Loaded after the window is shown, since it needs what reads files.
"""

from functools import partial

from PySide6.QtCore import QObject

from desktop.controllers.view import Viewing
from desktop.jobs.jobs import Jobs
from desktop.state.view import Turn, ViewState
from desktop.ui.panels.provenance import Row, WhyPanel
from imaging.base.errors import Refusal
from imaging.provenance import reasons
from imaging.volume.facts import TITLES, Reason
from imaging.volume.series import Series
from imaging.volume.windowing import Window

LANE = "why"


class Inquiry(QObject):
    """Follows the slice on screen: its header is read again in the background, what the person chose is added."""

    def __init__(self, viewing: Viewing, panel: WhyPanel, jobs: Jobs) -> None:
        super().__init__(panel)
        self._viewing = viewing
        self._panel = panel
        self._jobs = jobs
        self._is_watched = False
        self._found: tuple[Reason, ...] = ()
        panel.watched.connect(self._watch)
        viewing.slice_changed.connect(self._ask)
        viewing.view_changed.connect(self._tell)

    def _watch(self, watched: bool) -> None:
        self._is_watched = watched
        self._ask()

    def _ask(self, _: object = None) -> None:
        series, state = self._viewing.series, self._viewing.state
        if not self._is_watched or series is None:
            return
        self._jobs.start_latest(
            LANE,
            partial(reasons, series, index=state.index, phase=state.phase),
            returned=self._answered,
            refused=self._refused,
        )

    def _answered(self, found: tuple[Reason, ...]) -> None:
        self._found = found
        self._tell(self._viewing.state)

    def _refused(self, refusal: Refusal) -> None:
        self._found = ()
        self._panel.say(refusal.message)

    def _tell(self, state: ViewState) -> None:
        series = self._viewing.series
        if not self._is_watched or series is None or not self._found:
            return
        own = [(TITLES[reason.topic], reason.value, reason.source) for reason in self._found]
        self._panel.set_rows(_heading(series, state), (*own, *_chosen(state, self._viewing.home)))


def _heading(series: Series, state: ViewState) -> str:
    phase = f", phase {state.phase + 1} of {series.phases}" if series.phases > 1 else ""
    return f"Slice {state.index + 1} of {series.slices}{phase}"


def _chosen(state: ViewState, home: ViewState) -> tuple[Row, ...]:
    """What differs on screen from how the series is at home."""
    rows: list[Row] = []
    if state.voi is not home.voi and isinstance(state.voi, Window):
        text = f"centre {state.voi.centre:g}, width {state.voi.width:g}, {state.voi.function.value}"
        rows.append(("Window on screen", text, "chosen here; key 1 brings the file's own back"))
    if state.inverted:
        rows.append(("Inverted", "bright and dark are exchanged on screen", "chosen here; key I"))
    if home.turn != Turn() and state.turn == home.turn:
        rows.append(("Turned on screen", _turn_text(state.turn), "so that the patient's right is where View says"))
    elif state.turn != home.turn:
        rows.append(("Turned on screen", _turn_text(state.turn), "chosen here; Esc brings it back"))
    return tuple(rows)


def _turn_text(turn: Turn) -> str:
    mirrored = "mirrored left to right, " if turn.mirrored else ""
    return f"{mirrored}turned clockwise by {turn.quarters * 90}°"
