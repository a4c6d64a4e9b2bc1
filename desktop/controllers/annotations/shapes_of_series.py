"""Shapes that a person has drawn: selection, changes, undo; drawn by the panes, measured, kept in the store."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.controllers.annotations.keeping import AnnotationKeeper
from desktop.controllers.annotations.measures import ShapeMeasures
from desktop.controllers.document import DocumentController, Phase
from desktop.controllers.view import ViewController
from desktop.jobs.jobs import Jobs
from desktop.render.annotations import draw_draft, draw_shape, find_presentation
from desktop.render.measurement_text import describe_spread
from desktop.state.annotations.drawing import Draft, ShapeHistory, list_changes
from desktop.state.annotations.rows import AnnotationRow, make_row
from desktop.state.picture import DrawnShape
from desktop.state.texts.language import said, tr
from desktop.state.view import ViewState
from imaging.annotations.measurement import Measurement
from imaging.annotations.placement import find_slice, is_on_slice, origin_of, plane_of, steps_of
from imaging.annotations.shapes import Shape
from imaging.base.english import english
from imaging.volume.geometry import Plane
from imaging.volume.series import Series
from imaging.volume.volume import Slice

_WAIT = english("Files are still being looked through; draw as soon as the series is known whole.")
_LOST = english("{count} of the measurements of this series lie on slices that are not open; they are kept.")


class AnnotationController(QObject):
    """The shapes of every series. Every public method is something that a person can ask for, or a fact."""

    rows_changed = Signal(object)  # the rows of the series on screen (`AnnotationRow`), while they are watched
    slices_changed = Signal(str, int, object)  # series id, phase, numbers of slices as acquired that hold a shape
    said = Signal(str)
    refused = Signal(object)

    def __init__(
        self, document: DocumentController, active: Callable[[], ViewController], keeper: AnnotationKeeper, jobs: Jobs
    ) -> None:
        """`active` returns the pane that commands speak of."""
        super().__init__(document)
        self._document = document
        self.active = active
        self._keeper = keeper
        self._jobs = jobs
        self._views: list[ViewController] = []
        self._histories: dict[Series, ShapeHistory] = {}
        self._measures = ShapeMeasures(jobs, self._redraw, self)
        self._paths = document.paths
        self._draft: tuple[ViewController, Draft] | None = None
        self._moving: Shape | None = None
        self._waiting: list[Callable[[], object]] = []
        self._are_shown = True
        self._is_watched = False
        self._is_private = False
        self._drawn: dict[str, tuple[Shape, Measurement, int | list[int] | None, DrawnShape]] = {}
        self._still: dict[tuple[str, int, int], tuple[ViewState, tuple[DrawnShape, ...]]] = {}
        """The shapes of slices as acquired, as they were drawn last: until something about any shape changes."""
        self._rows: dict[str, tuple[Shape, Measurement | None, AnnotationRow]] = {}
        self._told: dict[tuple[str, int], frozenset[int]] = {}
        self.selected = ""
        """The uid of the selected shape."""
        keeper.found.connect(self._add_kept)
        keeper.refused.connect(lambda refusal: self._when_open(partial(self.refused.emit, refusal)))
        document.series_changed.connect(self._forget_gone)

    def attach(self, view: ViewController) -> None:
        """Draw on the slices of a pane."""
        self._views.append(view)
        view.draw_shapes = partial(self._draw, view)
        view.shown_changed.connect(self._show_series)

    def set_private(self, private: bool) -> None:
        """Write no label, which may name somebody, or write labels again."""
        self._is_private = private
        self._drawn, self._rows = {}, {}
        self._redraw()
        self._tell_rows()

    # --- the selected shape ---

    @property
    def selected_shape(self) -> Shape | None:
        """The selected shape, if it is one of the series on screen."""
        return self.history_here.find(self.selected) if self.selected else None

    def select(self, uid: str) -> None:
        """Select a shape; empty for none."""
        if uid != self.selected:
            self.selected = uid
            self._redraw()
            self._tell_rows()

    def jump(self, uid: str) -> None:
        """Select a shape and go to its slice."""
        if (shape := self.history_here.find(uid)) is not None:
            self.select(uid)
            self._reveal(shape)

    def set_all_shown(self, shown: bool) -> None:
        """Show what was drawn, or leave all of it out."""
        self._are_shown = shown
        self._redraw()

    # --- undo ---

    def undo(self) -> None:
        """Take the last change of this series back."""
        self._turn_back(self.history_here.undone())

    def redo(self) -> None:
        """Make the change again that was taken back last."""
        self._turn_back(self.history_here.redone())

    def watch(self, watched: bool) -> None:
        """Tell the rows of the list from now on, or no more."""
        self._is_watched = watched
        self._tell_rows()

    # --- for whoever draws ---

    def may_draw(self) -> bool:
        """Return whether shapes may be drawn now; say why if not."""
        is_known = self._document.state.phase is Phase.OPEN
        if not is_known:
            self.said.emit(tr(_WAIT))
        return is_known

    def history(self, series: Series) -> ShapeHistory:
        """Return the shapes of a series."""
        return self._histories.get(series, ShapeHistory())

    def change(self, series: Series, shapes: tuple[Shape, ...]) -> None:
        """Take other shapes for a series: what differs is saved, and can be undone."""
        self._set_history(series, self.history(series).changed(shapes))

    def replace(self, shape: Shape) -> None:
        """Take a changed shape of the series on screen."""
        if (series := self.active().series) is not None:
            self.change(series, self.history(series).with_shape(shape))

    def set_draft(self, draft: tuple[ViewController, Draft] | None) -> None:
        """Draw a shape that is on its way in a pane; None for no more."""
        if draft is not self._draft:
            self._draft = draft
            self._redraw()

    def set_moving(self, shape: Shape | None) -> None:
        """Draw a shape as it is moved; None for as it was."""
        if shape is not self._moving:
            self._moving = shape
            self._redraw()

    def settle_moving(self, view: ViewController) -> None:
        """Take a moved shape as it is now."""
        moved, self._moving = self._moving, None
        if moved is not None and view.series is not None:
            self.change(view.series, self.history(view.series).with_shape(moved))

    def shapes_on(self, view: ViewController, slice_: Slice) -> list[Shape]:
        """Return the visible shapes of the slice that a pane shows."""
        if view.series is None:
            return []
        near = self.history(view.series).near(plane_of(slice_), slice_.phase, slice_.index)
        return [shape for shape in near if shape.is_visible and is_on_slice(shape, slice_)]

    # --- facts that come in ---

    def _show_series(self, series: Series | None) -> None:
        if series is None:
            return
        if series not in self._histories:
            # The same series, known less whole before.
            before = next((one for one in self._histories if one.id == series.id), None)
            self._histories[series] = ShapeHistory() if before is None else self._histories[before]
            self._still.clear()
            self._keeper.keep(series, list_changes((), self._histories[series].shapes))
            self._keeper.open(series)
        self._tell_rows()

    def _add_kept(self, series: Series, kept: tuple[Shape, ...]) -> None:
        placed = [(shape, find_slice(shape, series)) for shape in kept]
        there = [shape.on_slice(index) for shape, index in placed if index is not None]
        self._histories[series] = self.history(series).joined(there)
        if len(there) < len(kept):
            self._when_open(partial(self.said.emit, tr(_LOST, count=len(kept) - len(there))))
        self._redraw()
        self._tell_rows()

    def _forget_gone(self, series: tuple[Series, ...]) -> None:
        """Forget what was drawn on what is no longer open: the store has it."""
        if self._document.paths is not self._paths:
            self._paths = self._document.paths
            self._keeper.forget_all_but(series)
            self._histories = {one: history for one, history in self._histories.items() if one in series}
            self._measures.clear()
            self._told, self._rows, self._drawn, self._still = {}, {}, {}, {}
            self._draft = self._moving = None

    def tell_waiting(self) -> None:
        """Say what had to wait until everything was open: an opening clears what was said before."""
        waiting, self._waiting = self._waiting, []
        for tell in waiting:
            tell()

    # --- within ---

    def _when_open(self, tell: Callable[[], object]) -> None:
        self._waiting.append(tell)
        if self._document.state.phase is Phase.OPEN:
            self.tell_waiting()

    @property
    def history_here(self) -> ShapeHistory:
        """The shapes of the series on screen."""
        series = self.active().series
        return ShapeHistory() if series is None else self.history(series)

    def _turn_back(self, history: ShapeHistory) -> None:
        """Take a history that was undone or redone, and go to where it shows."""
        series, before = self.active().series, self.history_here
        if series is None or history is before:
            return
        self._set_history(series, history)
        changed = list_changes(before.shapes, history.shapes)
        first = next((shape or before.find(uid) for uid, shape in changed.items()), None)
        if first is not None:
            self._reveal(first)

    def _reveal(self, shape: Shape) -> None:
        view = self.active()
        if shape.plane is view.state.plane:
            view.go_to_phase(shape.phase)
            view.go(shape.slice)
        else:
            self.said.emit(tr("It is drawn in another plane: {value}.", value=tr(shape.plane.value)))

    def _set_history(self, series: Series, history: ShapeHistory) -> None:
        changes = list_changes(self.history(series).shapes, history.shapes)
        self._histories[series] = history
        self._keeper.keep(series, changes)
        if self.selected in changes and changes[self.selected] is None:
            self.selected = ""
        self._redraw()
        self._tell_rows()

    def _redraw(self) -> None:
        self._still.clear()
        for view in self._views:
            view.redraw()

    def _draw(self, view: ViewController, slice_: Slice) -> tuple[DrawnShape, ...]:
        """Return what the pane paints over a slice."""
        volume = view.volume
        if volume is None:
            return ()
        key = volume.series.id, slice_.phase, slice_.index
        is_still = slice_.frame is not None and self._draft is None and self._moving is None
        state, before = view.state, self._still.get(key)
        is_same_window = before is not None and (before[0].voi, before[0].inverted) == (state.voi, state.inverted)
        if is_still and before is not None and is_same_window:
            return before[1]
        drawn = []
        for kept in self.shapes_on(view, slice_) if self._are_shown else ():
            shape = self._moving if self._moving is not None and self._moving.uid == kept.uid else kept
            measured = self._measures.measure(shape, slice_, volume)
            shown = find_presentation(measured, slice_, state.voi, inverted=state.inverted)
            drawn.append(self._draw_kept(shape, measured, volume.series.units, shown))
        if self._draft is not None and self._draft[0] is view:
            draft = self._draft[1]
            lines: tuple[str, ...] = ()
            if draft.is_sound:
                shape = place_shape(Shape(draft.type, draft.points, 0), slice_)
                lines = draw_shape(shape, self._measures.measure(shape, slice_, volume), volume.series.units).lines
            drawn.append(draw_draft(draft.type, draft.points, lines))
        if is_still:
            self._still[key] = state, tuple(drawn)
        return tuple(drawn)

    def _draw_kept(
        self, shape: Shape, measured: Measurement, units: str | None, shown: int | list[int] | None
    ) -> DrawnShape:
        """Return a shape as it is painted, made anew only if something about it has changed."""
        is_selected = shape.uid == self.selected
        made = self._drawn.get(shape.uid)
        is_same = made is not None and made[0] is shape and made[1] is measured and made[2] == shown
        if made is None or not is_same or made[3].is_selected != is_selected:
            seen = _unlabelled(shape, hidden=self._is_private)
            drawn = draw_shape(seen, measured, units, is_selected=is_selected, presentation=shown)
            made = self._drawn[shape.uid] = shape, measured, shown, drawn
        return made[3]

    def _tell_rows(self) -> None:
        shapes = self.history_here.shapes
        self._tell_slices(shapes)
        if self._is_watched:
            self.rows_changed.emit(tuple(map(self._row, shapes)))

    def _tell_slices(self, shapes: tuple[Shape, ...]) -> None:
        """Tell which slices hold shapes, phase by phase, if that has changed."""
        series = self.active().series
        if series is None:
            return
        now: dict[tuple[str, int], set[int]] = {key: set() for key in self._told if key[0] == series.id}
        for shape in shapes:
            if shape.plane is Plane.ACQUIRED:
                now.setdefault((series.id, shape.phase), set()).add(shape.slice)
        for key, numbers in now.items():
            slices = frozenset(numbers)
            if self._told.get(key) != slices:
                self._told[key] = slices
                self.slices_changed.emit(*key, slices)

    def _row(self, shape: Shape) -> AnnotationRow:
        """Return the row of a shape, made anew only if something about it has changed: there may be thousands."""
        measured, is_selected = self._measures.kept(shape), shape.uid == self.selected
        made = self._rows.get(shape.uid)
        if made is None or made[0] is not shape or made[1] is not measured or made[2].is_selected != is_selected:
            series = self.active().series
            units = None if series is None else series.units
            lines = () if measured is None else draw_shape(replace(shape, label=""), measured, units).lines
            value, spread = "; ".join(map(said, lines)), describe_spread(measured)
            seen = _unlabelled(shape, hidden=self._is_private)
            made = shape, measured, make_row(seen, value, is_selected=is_selected, spread=spread)
            self._rows[shape.uid] = made
        return made[2]


def _unlabelled(shape: Shape, *, hidden: bool) -> Shape:
    """Return a shape without its label, which may name somebody, if names are hidden."""
    return replace(shape, label="") if hidden else shape


def place_shape(shape: Shape, slice_: Slice) -> Shape:
    """Return a shape as one of this slice."""
    return replace(
        shape,
        slice=slice_.index,
        plane=plane_of(slice_),
        phase=slice_.phase,
        origin=origin_of(slice_),
        steps=steps_of(slice_),
    )
