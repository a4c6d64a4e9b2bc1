"""Drawing and moving shapes with the pointer: the tool in hand, the shape on its way, and what the hand has hold of."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal

from desktop.controllers.annotations.shapes_of_series import AnnotationController, place_shape
from desktop.controllers.view import ViewController
from desktop.state.annotations.drawing import (
    Draft,
    begin_draft,
    clamp_point,
    clamp_shift,
    find_tool,
    next_of_key,
    snap_direction,
    snap_to_points,
)
from desktop.state.pointer import Hit, Pointer
from imaging.annotations.shapes import Point, Shape, ShapeType, new_uid
from imaging.volume.series import Series
from imaging.volume.volume import Slice


@dataclass(frozen=True)
class _Grab:
    """A shape that the hand has hold of, as it was, by which part, and from where."""

    view: ViewController
    shape: Shape
    hit: Hit
    start: Point


class ShapeDrawing(QObject):
    """Turns what the pointer does over panes into changes of shapes. A tool is put away after each shape."""

    tool_changed = Signal(object)  # the `Tool` in hand, or None
    text_placed = Signal(object, object)  # a `Series`, and a text on it that has no words yet

    def __init__(self, shapes: AnnotationController) -> None:
        super().__init__(shapes)
        self._shapes = shapes
        self._tool: ShapeType | None = None
        self._draft: tuple[ViewController, Draft] | None = None
        self._begun_on: Slice | None = None
        self._grab: _Grab | None = None

    def attach(self, view: ViewController) -> None:
        """Give up what was begun on a slice of this pane when another one comes."""
        view.slice_changed.connect(partial(self._leave_slice, view))

    def choose(self, wanted: str) -> None:
        """Take a tool in hand: that of a kind of shape, or (`key O`) the next one of a key."""
        key = wanted.removeprefix("key ")
        self._take(next_of_key(key, self._tool) if key != wanted else ShapeType(wanted))

    def escape(self) -> bool:
        """Cancel what is drawn, else put the tool away, else let go of the selection; return whether there was one."""
        if self._draft is not None:
            self._draft = None
            self._shapes.set_draft(None)
        elif self._tool is not None:
            self._take(None)
        elif self._grab is not None or self._shapes.selected:
            self._grab = None
            self._shapes.set_moving(None)
            self._shapes.select("")
        else:
            return False
        return True

    def takes(self, view: ViewController, pointer: Pointer) -> bool:
        """Return whether a press is for shapes: a tool is in hand, or one of them lies under the pointer."""
        if self._tool is not None or view.series is None or pointer.hit is None:
            return self._tool is not None
        return self._shapes.history(view.series).find(pointer.hit.uid) is not None

    def press(self, view: ViewController, pointer: Pointer) -> None:
        """Set a point of a shape, or take hold of one that is there."""
        slice_ = view.slice
        if slice_ is None or view.series is None:
            return
        if self._tool is None:
            shape = None if pointer.hit is None else self._shapes.history(view.series).find(pointer.hit.uid)
            if shape is not None and pointer.hit is not None:
                self._grab = _Grab(view, shape, pointer.hit, pointer.point)
                self._shapes.select(shape.uid)
        elif self._shapes.may_draw():
            draft = self._draft_of(view)
            self._begun_on = slice_ if draft is None else self._begun_on
            point = self._snap(view, slice_, pointer, draft)
            self._set_draft(view, begin_draft(self._tool, point) if draft is None else draft.pressed(point))

    def move(self, view: ViewController, pointer: Pointer) -> None:
        """Let the last point of a shape follow, or the shape that the hand has hold of."""
        slice_, draft = view.slice, self._draft_of(view)
        if slice_ is None:
            return
        if draft is not None:
            point = self._snap(view, slice_, pointer, draft)
            self._set_draft(view, draft.moved(point, is_down=pointer.is_down))
        elif self._grab is not None and self._grab.view is view and pointer.is_drag:
            self._shapes.set_moving(self._moved(self._grab, slice_, pointer))

    def release(self, view: ViewController, pointer: Pointer) -> None:
        """End a drag: the shape is as it is from now on."""
        slice_, draft = view.slice, self._draft_of(view)
        if draft is not None and slice_ is not None:
            point = self._snap(view, slice_, pointer, draft)
            self._set_draft(view, draft.released(point, is_drag=pointer.is_drag))
        elif self._grab is not None:
            self._grab = None
            self._shapes.settle_moving(view)

    def nudge(self, view: ViewController, right: float, down: float) -> None:
        """Move the selected shape by so many pixels of the slice, as seen on the screen."""
        shape = self._shapes.selected_shape
        if shape is None or view.slice is None or view.series is None:
            return
        (a, b), (c, d) = view.state.turn.matrix()
        shift = b * right + d * down, a * right + c * down
        held = clamp_shift(shape.points, shift, view.slice.stored.shape[:2])
        self._shapes.replace(shape.moved(*held))

    def _draft_of(self, view: ViewController) -> Draft | None:
        """Return the shape on its way in a pane, if that still shows the plane that it was begun on."""
        if self._draft is None or self._draft[0] is not view:
            return None
        begun, now = self._begun_on, view.slice
        if begun is None or now is None or (begun.affine is None) != (now.affine is None):
            return None
        if begun.affine is not None and now.affine is not None and not np.array_equal(begun.affine, now.affine):
            return None
        return self._draft[1]

    def _take(self, tool: ShapeType | None) -> None:
        self._tool, self._draft = tool, None
        self._shapes.set_draft(None)
        self._shapes.select("")
        self.tool_changed.emit(None if tool is None else find_tool(tool))

    def _set_draft(self, view: ViewController, draft: Draft) -> None:
        self._draft = view, draft
        if not draft.is_complete:
            self._shapes.set_draft(self._draft)
            return
        self._draft = None
        slice_, series = view.slice, view.series
        if draft.is_sound and slice_ is not None and series is not None:
            self._take(None)
            self._finish(series, place_shape(Shape(draft.type, draft.points, 0, uid=new_uid()), slice_))
        else:
            self._shapes.set_draft(None)

    def _finish(self, series: Series, shape: Shape) -> None:
        if shape.type is ShapeType.TEXT:
            self.text_placed.emit(series, shape)
        else:
            self._shapes.change(series, self._shapes.history(series).with_shape(shape))
            self._shapes.select(shape.uid)

    def _snap(self, view: ViewController, slice_: Slice, pointer: Pointer, draft: Draft | None) -> Point:
        """Return where a point is meant to be: on the picture, in a direction with Shift, else at a handle near by."""
        size = slice_.stored.shape[:2]
        point = clamp_point(pointer.point, size)
        if draft is not None and draft.type is ShapeType.FREEHAND:
            return point
        if pointer.keeps_direction and draft is not None and draft.has_anchor:
            kept = snap_direction(draft.type, draft.fixed[-1], point, slice_.pixel_aspect)
            return clamp_point(kept, size)
        moving = "" if self._grab is None else self._grab.shape.uid
        near = (one for one in self._shapes.shapes_on(view, slice_) if one.uid != moving and len(one.points) <= 4)
        others = [handle for one in near for handle in one.points]
        return snap_to_points(point, others, pointer.reach, slice_.pixel_aspect)

    def _moved(self, grab: _Grab, slice_: Slice, pointer: Pointer) -> Shape:
        size, shape = slice_.stored.shape[:2], grab.shape
        if grab.hit.handle is None:
            shift = pointer.point[0] - grab.start[0], pointer.point[1] - grab.start[1]
            return shape.moved(*clamp_shift(shape.points, shift, size))
        point = self._snap(grab.view, slice_, pointer, None)
        if pointer.keeps_direction and len(shape.points) > 1:
            anchor = shape.points[grab.hit.handle - 1 if grab.hit.handle else 1]
            point = clamp_point(snap_direction(shape.type, anchor, point, slice_.pixel_aspect), size)
        changed = shape.with_point(grab.hit.handle, point)
        return changed if Draft(shape.type, changed.points).is_sound else shape

    def _leave_slice(self, view: ViewController, _: object) -> None:
        if self._draft_of(view) is not None:
            self._draft = None
            self._shapes.set_draft(None)
        if self._grab is not None and self._grab.view is view:
            self._grab = None
            self._shapes.set_moving(None)
