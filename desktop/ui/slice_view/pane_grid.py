"""The panes in their layout: a grid of slice views, each known by the number of its pane."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.state.key_bindings import GestureBindings
from desktop.state.layout import PROJECTION_PANE, Arrangement
from desktop.state.texts.language import tr
from desktop.ui.slice_view.slice_view import SliceView
from desktop.ui.widgets.drops import SERIES_FORMAT, answer_copy, dropped_series

_GAP = 2


class PaneGrid(QWidget):
    """Shows the panes of an arrangement; a pane gets its slice view when it is first on screen."""

    pane_touched = Signal(int)  # a pane was clicked, scrolled or reached by key
    alone_requested = Signal()  # a double click: one pane, or all of them
    series_dropped = Signal(str, int)  # a series out of the list, onto a pane
    menu_requested = Signal(object)  # a right click, at a global position

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        # Between black panes there is no white line, whatever the theme is.
        self.setObjectName("panes")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(_GAP)
        self._slice_views: dict[int, SliceView] = {}
        self._text_level = "all"
        self._is_private = False
        self._has_scale_bar = True
        self._magnified = 1
        self._gestures = GestureBindings()
        self._arrangement = Arrangement()
        self.set_arrangement(self._arrangement)

    @property
    def active(self) -> SliceView:
        """The slice view of the active pane."""
        return self.slice_view(self._arrangement.active)

    @property
    def shown(self) -> tuple[SliceView, ...]:
        """The slice views on screen, in the order of their cells."""
        return tuple(self.slice_view(pane) for pane in self._arrangement.shown)

    def slice_view(self, pane: int) -> SliceView:
        """Return the slice view of a pane."""
        if pane not in self._slice_views:
            made = SliceView(self)
            made.set_text_level(self._text_level)
            made.set_private(self._is_private)
            made.set_scale_bar(self._has_scale_bar)
            made.gestures = self._gestures
            made.set_magnified(self._magnified)
            made.touched.connect(partial(self.pane_touched.emit, pane))
            made.alone_requested.connect(self.alone_requested)
            made.menu_requested.connect(self.menu_requested)
            self._slice_views[pane] = made
        return self._slice_views[pane]

    @property
    def is_private(self) -> bool:
        """Whether the corners name no patient."""
        return self._is_private

    @property
    def text_level(self) -> str:
        """How much is written in the corners: all, some, none."""
        return self._text_level

    def set_text_level(self, level: str) -> None:
        """Set how much is written in the corners."""
        self._text_level = level
        for view in self._slice_views.values():
            view.set_text_level(level)

    def set_gestures(self, gestures: GestureBindings) -> None:
        """Let the mouse do this in every pane."""
        self._gestures = gestures
        for view in self._slice_views.values():
            view.gestures = gestures

    def set_link_marks(self, marks: Mapping[int, str]) -> None:
        """Say on each pane by how much it stands beside the one that it is linked with; nothing on the others."""
        for pane, view in self._slice_views.items():
            view.set_link_mark(marks.get(pane, ""))

    def set_private(self, private: bool) -> None:
        """Write nothing in the corners that names a patient, or write it again."""
        self._is_private = private
        for view in self._slice_views.values():
            view.set_private(private)

    def set_scale_bar(self, shown: bool) -> None:
        """Draw a scale bar in every pane that has room, or in none."""
        self._has_scale_bar = shown
        for view in self._slice_views.values():
            view.set_scale_bar(shown)

    def set_magnified(self, times: int) -> None:
        """Enlarge what is under the cursor so many times, in whatever pane that is; 1 for not at all."""
        self._magnified = times
        for view in self._slice_views.values():
            view.set_magnified(times)

    def set_arrangement(self, arrangement: Arrangement) -> None:
        """Put the panes in their cells; the keys go to the active one if they went to a pane before."""
        before, self._arrangement = self._arrangement, arrangement
        had_keys = any(view.hasFocus() for view in self._slice_views.values())
        cells = arrangement.cells
        if before.cells != cells or self._grid.count() == 0:
            self._place(arrangement)
        several = len(cells) > 1
        for number, pane in enumerate(arrangement.shown, start=1):
            is_active = several and pane == arrangement.active
            name = _name_pane(pane, number, len(cells), active=is_active)
            self.slice_view(pane).set_place(name, active=is_active, is_one_of_several=several)
        if had_keys:
            self.active.setFocus()

    def _place(self, arrangement: Arrangement) -> None:
        while self._grid.count():
            self._grid.takeAt(0)
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 0)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 0)
        last: SliceView | None = None
        for pane, (row, column, rows, columns) in arrangement.cells.items():
            view = self.slice_view(pane)
            self._grid.addWidget(view, row, column, rows, columns)
            for number in range(row, row + rows):
                self._grid.setRowStretch(number, 1)
            for number in range(column, column + columns):
                self._grid.setColumnStretch(number, 1)
            view.show()
            if last is not None:
                self.setTabOrder(last, view)
            last = view
        for pane, view in self._slice_views.items():
            if pane not in arrangement.cells:
                view.hide()

    def pane_at(self, point: QPoint) -> int | None:
        """Return the pane at a point of the grid; None between two."""
        found = self.childAt(point)
        return next((pane for pane, view in self._slice_views.items() if view is found), None)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept a series out of the list; files are the main window's."""
        if event.mimeData().hasFormat(SERIES_FORMAT):
            answer_copy(event)
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Go on accepting it over a pane."""
        if event.mimeData().hasFormat(SERIES_FORMAT) and self.pane_at(event.position().toPoint()) is not None:
            answer_copy(event)
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask for the series that was dropped in the pane that it was dropped on."""
        series_id, pane = dropped_series(event), self.pane_at(event.position().toPoint())
        if series_id is not None and pane is not None:
            answer_copy(event)
            self.pane_touched.emit(pane)
            self.series_dropped.emit(series_id, pane)
            self.slice_view(pane).setFocus(Qt.FocusReason.MouseFocusReason)


def _name_pane(pane: int, number: int, count: int, *, active: bool) -> str:
    """Return what a screen reader calls a pane that stands in cell `number` of `count`."""
    what = tr("Projection") if pane == PROJECTION_PANE else tr("Slice")
    if count == 1:
        return what
    place = {"what": what, "number": number, "count": count}
    return (
        tr("{what}, pane {number} of {count}, active", **place)
        if active
        else tr("{what}, pane {number} of {count}", **place)
    )
