"""Where the slice on screen comes from, while somebody looks: why it looks as it does, and its file's whole header."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.controllers.document import DocumentController
from desktop.controllers.files.watched_lookup import WatchedLookup
from desktop.controllers.panes import PanesController
from desktop.jobs.jobs import Jobs, Lane
from desktop.state.texts.language import tr
from desktop.state.view import Turn, ViewState
from imaging.base.errors import Refusal
from imaging.provenance import reasons
from imaging.remote_read import list_header
from imaging.volume.facts import TITLES, Reason
from imaging.volume.header_rows import HeaderDifference, HeaderListing, compare_rows
from imaging.volume.series import Source
from imaging.volume.windowing import Window
from imaging.workers.pool import Reading

Row = tuple[str, str, str]
"""(what, value, where it comes from)."""


class ProvenanceController(WatchedLookup):
    """Follows the slice on screen: reads its header again in the background, and adds what the person chose."""

    rows_changed = Signal(str, object)  # (heading, rows)

    def __init__(
        self, panes: PanesController, document: DocumentController, jobs: Jobs, parent: QObject | None = None
    ) -> None:
        super().__init__(panes, document, jobs, parent)
        self._found: tuple[Reason, ...] = ()
        panes.slice_changed.connect(self._ask)
        panes.view_changed.connect(self._tell)

    def _look_up(self) -> None:
        series, state = self._view.series, self._view.state
        if series is None:
            return
        work = partial(reasons, series, self._document.reading, index=state.index, phase=state.phase)
        self._jobs.start_latest(Lane.PROVENANCE, work, returned=self._answered, refused=self._refused)

    def _answered(self, found: tuple[Reason, ...]) -> None:
        self._found = found
        self._tell(self._view.state)

    def _refused(self, refusal: Refusal) -> None:
        self._found = ()
        self.rows_changed.emit(tr(refusal.message), ())

    def _tell(self, state: ViewState) -> None:
        series = self._view.series
        if not self._is_watched or series is None or not self._found:
            return
        own = [(tr(TITLES[reason.topic]), tr(reason.value), tr(reason.source)) for reason in self._found]
        phase = (
            tr(", phase {phase} of {phases}", phase=state.phase + 1, phases=series.phases) if series.phases > 1 else ""
        )
        heading = tr("Slice {index} of {slices}{phase}", index=state.index + 1, slices=series.slices, phase=phase)
        self.rows_changed.emit(heading, (*own, *_chosen(state, self._view.home)))


class HeaderController(WatchedLookup):
    """Follows the file of the slice on screen, and lists its header, or how that differs from another file's."""

    listed = Signal(str, object)  # (heading, `HeaderListing`, or None while there is no slice)
    compared = Signal(str, object)  # (heading, the differences)
    refused = Signal(object)

    def __init__(
        self, panes: PanesController, document: DocumentController, jobs: Jobs, parent: QObject | None = None
    ) -> None:
        super().__init__(panes, document, jobs, parent)
        self._other: Path | None = None
        panes.slice_changed.connect(self._ask)

    def compare(self, other: Path | None) -> None:
        """Tell differences to another file from now on; None: the header alone again."""
        self._other = other
        self._ask()

    def _look_up(self) -> None:
        series, state = self._view.series, self._view.state
        if series is None:
            return
        # A cut across the slices has no file of its own; that of the nearest one has the same study and series.
        index = min(state.index, series.slices - 1)
        source = series.frame(state.phase, index).source
        heading = tr("Slice {index} of {slices}", index=index + 1, slices=series.slices)
        told = partial(self.listed.emit, heading)
        if self._other is not None:
            told = partial(self.compared.emit, tr("{heading} against {name}", heading=heading, name=self._other.name))
        work = partial(_list_or_compare, source, self._other, self._document.reading)
        self._jobs.start_latest(Lane.HEADER, work, returned=told, refused=self.refused.emit)


def _list_or_compare(
    source: Source, other: Path | None, reading: Reading
) -> HeaderListing | tuple[HeaderDifference, ...]:
    listing = list_header(source, reading)
    return listing if other is None else compare_rows(listing.rows, list_header(Source(other), reading).rows)


def _chosen(state: ViewState, home: ViewState) -> tuple[Row, ...]:
    """Return the rows for whatever differs on screen from how the series is at home."""
    rows: list[Row] = []
    if state.voi is not home.voi and isinstance(state.voi, Window):
        text = tr(
            "centre {centre:g}, width {width:g}, {value}",
            centre=state.voi.centre,
            width=state.voi.width,
            value=state.voi.function.value,
        )
        rows.append((tr("Window on screen"), text, tr("chosen here; key 1 brings the file's own back")))
    if state.inverted:
        rows.append((tr("Inverted"), tr("bright and dark are exchanged on screen"), tr("chosen here; key I")))
    if state.turn != home.turn or home.turn != Turn():
        turned = tr("mirrored left to right, ") if state.turn.mirrored else ""
        turned += tr("turned clockwise by {quarters}°", quarters=state.turn.quarters * 90)
        is_home = state.turn == home.turn
        why = tr("so that the patient's right is where View says") if is_home else tr("chosen here; Esc brings it back")
        rows.append((tr("Turned on screen"), turned, why))
    return tuple(rows)
