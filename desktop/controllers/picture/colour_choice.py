"""The colour table of a series in its pane; in MPR, of all planes."""

from PySide6.QtCore import QObject, Signal

from desktop.controllers.panes import PanesController
from desktop.controllers.view import PlaneView
from desktop.state.view import ViewState


class ColourChoice(QObject):
    """Chooses colour tables, and tells which one the active pane has."""

    changed = Signal(str)  # the id of the table in use, whenever it was chosen or another pane has another one

    def __init__(self, panes: PanesController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panes = panes
        self._told = ""
        panes.view_changed.connect(self._follow)

    def choose(self, table_id: str) -> None:
        """Draw the active pane in a table's colours; only a picture with grey levels, one in colour stays as it is."""
        active = self._panes.active
        planes = [view for view in self._panes if isinstance(view, PlaneView)]
        for view in planes if isinstance(active, PlaneView) else [active]:
            if view.series is not None and view.series.channels == 1:
                view.change(colours=table_id)
        # Qt has checked or unchecked the entry already.
        self.changed.emit(active.state.colours)

    def _follow(self, state: ViewState) -> None:
        if state.colours != self._told:
            self._told = state.colours
            self.changed.emit(state.colours)
