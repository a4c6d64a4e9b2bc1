"""Links between panes: scrolling, window, zoom and pan, and the lines in which each cuts the others.

Slices follow by their position in the patient if frames of reference agree and the slices are parallel, on request
with the offset at which they stood; else by their number, from the slices at which both stood when they were linked.
"""

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from desktop.controllers.panes import PanesController
from desktop.controllers.view import PlaneView, ViewController
from desktop.state.picture import DrawnShape
from desktop.state.texts.language import tr
from desktop.state.view import Camera, ViewState
from imaging.volume.patient_space import are_parallel, cut_line, share_space, slice_depths
from imaging.volume.patient_space import normal_of_slices as normal_of
from imaging.volume.series import Series
from imaging.volume.volume import Slice

_LINE = "#8fb8e8"


class PaneLinks(QObject):
    """Moves the panes beside the active one, as far as they are linked with it."""

    scrolling_changed = Signal(bool)
    offset_changed = Signal(bool)  # whether panes keep an offset from their positions in the patient
    marks_changed = Signal(object)  # by pane, what is said on it about its offset

    def __init__(self, panes: PanesController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panes = panes
        self._is_scrolling = False
        self._is_viewing = False
        self._has_lines = True
        self._is_following = False
        self._last: dict[int, ViewState] = {}
        self._begun: dict[int, int] = {}
        """The slice of each pane when they were linked."""
        self._offsets: dict[int, float] = {}
        """Millimetres by which each pane stands further along its normal than its position in the patient says."""
        self._counted: dict[int, int] = {}
        """The same in slices of the pane."""
        self._leader = 0
        """The pane that was active when they were linked, which the others' offsets are counted from."""
        self._series: dict[int, Series | None] = {}
        self._marks: dict[int, str] = {}
        self._depths: dict[Series, NDArray[np.float64]] = {}
        self._lines: dict[int, tuple[DrawnShape, ...]] = {}
        panes.arrangement_changed.connect(self._draw_lines)

    def attach(self, view: ViewController) -> None:
        """Link a pane with the others, and draw on its slices how those cut it."""
        drawn = view.annotate
        view.annotate = lambda slice_: (*self._lines.get(view.number, ()), *drawn(slice_))
        view.view_changed.connect(partial(self._follow, view))
        view.shown_changed.connect(partial(self._begin_anew, view))
        view.slice_changed.connect(self._draw_lines)

    # --- requests ---

    def set_scrolling(self, linked: bool) -> None:
        """Let slices of all panes go together, by position or from their present places, or each for itself."""
        self._is_scrolling = linked
        self._link_anew()
        self.set_offset(False)

    def set_offset(self, kept: bool) -> None:
        """Let panes scroll together at the offset at which they stand now; without, by position alone."""
        self._offsets, self._counted = {}, {}
        if kept:
            self._link_anew()
            self._is_scrolling = True
            leader = self._panes.filled
            for view in self._panes.all:
                if view is not leader and _go_by_position(leader, view):
                    assert view.series is not None
                    depths = self._depths_of(view.series)
                    place = self._find_place(leader, view)
                    self._offsets[view.number] = float(depths[view.state.index] - place)
                    self._counted[view.number] = view.state.index - int(np.argmin(np.abs(depths - place)))
        self.scrolling_changed.emit(self._is_scrolling)
        self.offset_changed.emit(kept)
        self._tell_marks()

    def _link_anew(self) -> None:
        self._leader = self._panes.filled.number
        self._begun = {view.number: view.state.index for view in self._panes.all}

    def set_viewing(self, linked: bool) -> None:
        """Let window, zoom and pan be the same in all panes, or each for itself."""
        self._is_viewing = linked
        if linked:
            self._lead(self._panes.filled, self._panes.filled.state, None)

    def set_lines(self, shown: bool) -> None:
        """Show how slices of other panes cut this one, or leave it out."""
        self._has_lines = shown
        self._draw_lines()

    # --- following ---

    def _begin_anew(self, view: ViewController, series: Series | None) -> None:
        self._begun = {one.number: one.state.index for one in self._panes.all}
        self._last.pop(view.number, None)
        self._depths = {one.series: self._depths[one.series] for one in self._panes.all if one.series in self._depths}
        if series is not self._series.get(view.number):
            # Another series stands where it belongs; that of the leader takes all offsets with it.
            self._series[view.number] = series
            gone = [*self._offsets] if view.number == self._leader else [view.number]
            for pane in gone:
                self._offsets.pop(pane, None)
                self._counted.pop(pane, None)
            self.offset_changed.emit(bool(self._offsets))
            self._tell_marks()

    def _tell_marks(self) -> None:
        """Say on each pane by how many slices it stands elsewhere than the leader, if it is linked and does."""
        counted = {}
        leader = next((view for view in self._panes.all if view.number == self._leader), None)
        if self._is_scrolling and leader is not None and leader.series is not None:
            for view in self._panes.all:
                if view is not leader and not isinstance(view, PlaneView) and view.series is not None:
                    start = self._begun.get(view.number, 0) - self._begun.get(leader.number, 0)
                    by_position = self._counted.get(view.number, 0)
                    counted[view.number] = by_position if _go_by_position(leader, view) else start
        marks = {pane: _describe_offset(count) for pane, count in counted.items() if count}
        if marks != self._marks:
            self._marks = marks
            self.marks_changed.emit(marks)

    def _follow(self, view: ViewController, state: ViewState) -> None:
        before, self._last[view.number] = self._last.get(view.number), state
        if before is not None and not self._is_following and view is self._panes.active:
            self._lead(view, state, before)

    def _lead(self, view: ViewController, state: ViewState, before: ViewState | None) -> None:
        self._is_following = True
        try:
            for other in self._panes:
                if other is view or isinstance(other, PlaneView) or other.series is None or view.series is None:
                    continue
                if self._is_scrolling and before is not None and state.index != before.index:
                    other.go(self._find_index(view, other))
                if self._is_viewing:
                    self._look_alike(view, other)
        finally:
            self._is_following = False

    def _find_index(self, view: ViewController, other: ViewController) -> int:
        assert other.series is not None
        if not _go_by_position(view, other):
            return self._begun.get(other.number, 0) + view.state.index - self._begun.get(view.number, 0)
        place = self._find_place(view, other) + self._offsets.get(other.number, 0.0)
        return int(np.argmin(np.abs(self._depths_of(other.series) - place)))

    def _find_place(self, view: ViewController, other: ViewController) -> float:
        """Return the millimetres along the other's normal at which a pane stands, less its own offset."""
        assert view.series is not None
        assert other.series is not None
        depth = self._depths_of(view.series)[view.state.index] - self._offsets.get(view.number, 0.0)
        # Both are measured along their own normals, which may point against each other.
        return float(depth if normal_of(view.series) @ normal_of(other.series) > 0 else -depth)

    def _depths_of(self, series: Series) -> NDArray[np.float64]:
        if series not in self._depths:
            self._depths[series] = slice_depths(series)
        return self._depths[series]

    @staticmethod
    def _look_alike(view: ViewController, other: ViewController) -> None:
        one, series = view.slice, other.slice
        if one is None or series is None:
            return
        # A window means the same only where values do.
        is_same_kind = (one.series.modality, one.series.units) == (series.series.modality, series.series.units)
        changes = {name: getattr(view.state, name) for name in ("voi", "inverted", "colours")} if is_same_kind else {}
        other.change(**changes, camera=_camera_for(view.state.camera, one, series))

    # --- lines ---

    def _draw_lines(self, _: object = None) -> None:
        if self._is_following:
            # The pane that leads tells its own slice last.
            return
        shown = [view for view in self._panes if not isinstance(view, PlaneView)]
        for view in shown:
            others = [other for other in shown if other is not view]
            lines = (
                tuple(filter(None, (_trace(view.slice, other.slice) for other in others))) if self._has_lines else ()
            )
            if lines != self._lines.get(view.number, ()):
                self._lines[view.number] = lines
                view.redraw()


def _go_by_position(view: ViewController, other: ViewController) -> bool:
    """Return whether slices of two panes follow each other by their position in the patient."""
    one, series = view.series, other.series
    if one is None or series is None or isinstance(view, PlaneView) or isinstance(other, PlaneView):
        return False
    return share_space(one, series) and are_parallel(one, series)


def _describe_offset(slices: int) -> str:
    """Return `Linked: +3 slices`."""
    return tr("Linked: {sign}%n slice(s)", "", abs(slices), sign="+" if slices > 0 else "−")


def _camera_for(camera: Camera, one: Slice, other: Slice) -> Camera:
    """Return the camera that shows the same millimetres of another slice; the same pixels if lengths are unknown."""
    if camera.zoom is None or one.spacing is None or other.spacing is None:
        return camera
    down, across = one.spacing[0] / other.spacing[0], one.spacing[1] / other.spacing[1]
    return replace(camera, zoom=camera.zoom / across, row=camera.row * down, column=camera.column * across)


def _trace(slice_: Slice | None, other: Slice | None) -> DrawnShape | None:
    """Return the line in which another slice cuts this one, with its number; None if it does not, or nobody knows."""
    if slice_ is None or other is None or slice_.affine is None or other.affine is None:
        return None
    if not share_space(slice_.series, other.series) or are_parallel(slice_.series, other.series):
        return None
    found = cut_line(slice_.affine, other.affine, (other.stored.shape[0], other.stored.shape[1]))
    return None if found is None else DrawnShape("", (found,), lines=(f"{other.index + 1}",), colour=_LINE)
