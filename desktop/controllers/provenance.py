"""Why the slice on screen looks as it does: the facts of its header and what the person chose, while somebody looks."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.controllers.document import DocumentController
from desktop.controllers.view import ViewController
from desktop.jobs.jobs import Jobs, Lane
from desktop.state.view import Turn, ViewState
from imaging.base.errors import Refusal
from imaging.provenance import reasons
from imaging.volume.facts import TITLES, Reason
from imaging.volume.windowing import Window

Row = tuple[str, str, str]
"""(what, value, where it comes from)."""


class ProvenanceController(QObject):
    """Follows the slice on screen: reads its header again in the background, and adds what the person chose."""

    rows_changed = Signal(str, object)  # (heading, rows)

    def __init__(
        self, view: ViewController, document: DocumentController, jobs: Jobs, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._document = document
        self._jobs = jobs
        self._is_watched = False
        self._found: tuple[Reason, ...] = ()
        view.slice_changed.connect(self._ask)
        view.view_changed.connect(self._tell)

    def watch(self, watched: bool) -> None:
        """Look reasons up from now on, or no more."""
        self._is_watched = watched
        self._ask()

    def _ask(self, _: object = None) -> None:
        series, state = self._view.series, self._view.state
        if not self._is_watched or series is None:
            return
        work = partial(reasons, series, self._document.reading, index=state.index, phase=state.phase)
        self._jobs.start_latest(Lane.PROVENANCE, work, returned=self._answered, refused=self._refused)

    def _answered(self, found: tuple[Reason, ...]) -> None:
        self._found = found
        self._tell(self._view.state)

    def _refused(self, refusal: Refusal) -> None:
        self._found = ()
        self.rows_changed.emit(refusal.message, ())

    def _tell(self, state: ViewState) -> None:
        series = self._view.series
        if not self._is_watched or series is None or not self._found:
            return
        own = [(TITLES[reason.topic], reason.value, reason.source) for reason in self._found]
        phase = f", phase {state.phase + 1} of {series.phases}" if series.phases > 1 else ""
        heading = f"Slice {state.index + 1} of {series.slices}{phase}"
        self.rows_changed.emit(heading, (*own, *_chosen(state, self._view.home)))


def _chosen(state: ViewState, home: ViewState) -> tuple[Row, ...]:
    """Return the rows for whatever differs on screen from how the series is at home."""
    rows: list[Row] = []
    if state.voi is not home.voi and isinstance(state.voi, Window):
        text = f"centre {state.voi.centre:g}, width {state.voi.width:g}, {state.voi.function.value}"
        rows.append(("Window on screen", text, "chosen here; key 1 brings the file's own back"))
    if state.inverted:
        rows.append(("Inverted", "bright and dark are exchanged on screen", "chosen here; key I"))
    if state.turn != home.turn or home.turn != Turn():
        turned = "mirrored left to right, " if state.turn.mirrored else ""
        turned += f"turned clockwise by {state.turn.quarters * 90}°"
        is_home = state.turn == home.turn
        why = "so that the patient's right is where View says" if is_home else "chosen here; Esc brings it back"
        rows.append(("Turned on screen", turned, why))
    return tuple(rows)
