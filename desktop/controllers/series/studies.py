"""Studies as a whole: closing one, and filling the panes with the series that follow each other."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from desktop.controllers.document import DocumentController
from desktop.controllers.panes import PanesController
from imaging.volume.series import find_study


class StudyController(QObject):
    """Closes studies. What was drawn on them stays in the store."""

    emptied = Signal()  # nothing is open any more

    def __init__(self, document: DocumentController, panes: PanesController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._panes = panes

    def close_active(self) -> None:
        """Close the study of the active pane."""
        series = self._panes.active.series
        if series is not None:
            self.close([one.id for one in find_study(self._document.series, series)])

    def close(self, ids: Sequence[str]) -> None:
        """Close series; where the active pane showed one, the series that follows comes there."""
        self._panes.leave_planes()
        shown, before = self._panes.active.series, self._document.series
        self._document.close(ids)
        left = self._document.series
        if not left:
            self.emptied.emit()
        elif shown is not None and shown.id in ids:
            behind = [one for one in before[before.index(shown) :] if one in left] if shown in before else []
            self._document.show_series((behind or list(left[-1:]))[0].id)


def fill_panes(document: DocumentController, panes: PanesController) -> None:
    """Show the series behind that of the active pane in the other panes on screen, then those before it."""
    shown, series = panes.active.series, document.series
    at = series.index(shown) if shown in series else -1
    following = (*series[at + 1 :], *series[: max(at, 0)])
    for view, one in zip([*panes][1:], following, strict=False):
        document.show_series(one.id, view.number)
