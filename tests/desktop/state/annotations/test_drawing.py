"""Shapes on their way, where points snap to, what can be undone, and what lies under the pointer."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.state.annotations.drawing import (
    MOST_STEPS,
    TOOLS,
    ShapeHistory,
    begin_draft,
    clamp_point,
    clamp_shift,
    list_changes,
    next_of_key,
    snap_direction,
    snap_to_points,
)
from desktop.state.picture import DrawnShape
from desktop.state.pointer import Hit, find_hit, place_on_pane
from desktop.state.view import FIT, Turn, Viewport
from imaging.annotations.shapes import POINT_COUNTS, Point, Shape, ShapeType

PLACES = st.tuples(st.floats(-50, 150), st.floats(-50, 150))
SIZE = (60, 80)


def line(uid: str, *, slice_: int = 0) -> Shape:
    return Shape(ShapeType.LENGTH, ((0.0, 0.0), (3.0, 4.0)), slice_, uid=uid)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.type.value)
def test_a_shape_is_complete_after_its_clicks(tool: object) -> None:
    kind = tool.type  # type: ignore[attr-defined]
    if kind is ShapeType.FREEHAND:
        return
    places: list[Point] = [(1.0, 1.0), (9.0, 2.0), (5.0, 20.0), (30.0, 25.0)]
    count = POINT_COUNTS[kind][0]
    draft = begin_draft(kind, places[0])
    for place in places[1:count]:
        assert not draft.is_complete
        draft = draft.moved(place, is_down=False)
        assert draft.points[-1] == place
        draft = draft.pressed(place)
    assert draft.is_complete
    assert draft.points == tuple(places[:count])


def test_the_end_of_a_drag_is_a_point_and_that_of_a_click_is_not() -> None:
    draft = begin_draft(ShapeType.LENGTH, (1.0, 1.0))
    assert not draft.released((1.0, 1.0), is_drag=False).is_complete
    assert draft.released((9.0, 9.0), is_drag=True).points == ((1.0, 1.0), (9.0, 9.0))
    cobb = begin_draft(ShapeType.COBB, (1.0, 1.0)).released((1.0, 9.0), is_drag=True)
    assert not cobb.is_complete
    assert not cobb.has_anchor
    assert cobb.pressed((5.0, 1.0)).released((5.0, 9.0), is_drag=True).is_complete


def test_a_second_arm_may_be_dragged_from_the_vertex() -> None:
    drag = begin_draft(ShapeType.ANGLE, (1.0, 1.0)).released((9.0, 9.0), is_drag=True)
    again = drag.pressed((9.0, 9.0))
    assert not again.is_complete
    ended = again.moved((9.0, 20.0), is_down=True).released((9.0, 20.0), is_drag=True)
    assert (ended.is_complete, ended.points) == (True, ((1.0, 1.0), (9.0, 9.0), (9.0, 20.0)))


def test_a_freehand_line_grows_while_the_button_is_down() -> None:
    draft = begin_draft(ShapeType.FREEHAND, (1.0, 1.0))
    for place in ((1.1, 1.1), (5.0, 1.0), (5.0, 9.0)):
        draft = draft.moved(place, is_down=True)
    assert not draft.is_complete
    # What is nearer than half a pixel adds nothing.
    ended = draft.released((5.0, 9.0), is_drag=True)
    assert (ended.is_complete, ended.points) == (True, ((1.0, 1.0), (5.0, 1.0), (5.0, 9.0)))


@given(PLACES, PLACES, st.floats(0.3, 3))
def test_a_kept_direction_is_a_multiple_of_45_degrees_on_the_screen(anchor: Point, to: Point, aspect: float) -> None:
    kept = snap_direction(ShapeType.LENGTH, anchor, to, aspect)
    down, right = (kept[0] - anchor[0]) * aspect, kept[1] - anchor[1]
    if math.hypot(down, right) > 1e-6:
        turn = math.degrees(math.atan2(down, right)) / 45
        assert turn == pytest.approx(round(turn), abs=1e-5)
    square = snap_direction(ShapeType.ELLIPSE, anchor, to, aspect)
    assert abs(square[0] - anchor[0]) * aspect == pytest.approx(abs(square[1] - anchor[1]), abs=1e-9)


@given(PLACES, st.floats(1, 90), st.sampled_from([0.5, 1.0, 2.0]))
def test_what_lies_at_45_degrees_of_the_screen_stays(anchor: Point, side: float, aspect: float) -> None:
    point = anchor[0] - side / aspect, anchor[1] + side
    for kind in (ShapeType.LENGTH, ShapeType.ELLIPSE):
        assert snap_direction(kind, anchor, point, aspect) == pytest.approx(point)


@given(PLACES, st.lists(PLACES, max_size=4), st.floats(0.1, 20))
def test_a_point_snaps_to_the_nearest_one_within_reach(point: Point, others: list[Point], reach: float) -> None:
    found = snap_to_points(point, others, reach, 2.0)
    away = [math.hypot((row - point[0]) * 2, column - point[1]) for row, column in others]
    near = [other for other, distance in zip(others, away, strict=True) if distance <= reach]
    assert found in near if near else found == point


@given(st.lists(PLACES, min_size=1, max_size=5), PLACES)
def test_nothing_is_pulled_off_the_picture(points: list[Point], shift: Point) -> None:
    held = tuple(clamp_point(point, SIZE) for point in points)
    moved = np.array(held) + clamp_shift(held, shift, SIZE)
    assert (moved >= -0.5 - 1e-9).all()
    assert (moved < np.array(SIZE) - 0.5).all()


def test_a_hundred_steps_can_be_undone_and_made_again() -> None:
    history = ShapeHistory()
    for number in range(MOST_STEPS + 20):
        history = history.changed((*history.shapes, line(str(number))))
    last = history.shapes
    assert history.changed(last) is history
    for _ in range(MOST_STEPS):
        history = history.undone()
    assert len(history.shapes) == 20
    assert history.undone() is history
    for _ in range(MOST_STEPS):
        history = history.redone()
    assert history.shapes == last
    assert history.undone().changed((line("x"),)).redone().shapes == (line("x"),)


def test_shapes_that_come_from_the_store_were_there_all_the_time() -> None:
    history = ShapeHistory().changed((line("new"),)).joined((line("kept"), line("new")))
    assert [one.uid for one in history.shapes] == ["kept", "new"]
    assert [one.uid for one in history.undone().shapes] == ["kept"]


def test_changes_are_what_differs() -> None:
    one, two, three = line("1"), line("2"), line("3")
    other = replace(two, label="x")
    assert list_changes((one, two), (replace(one), other, three)) == {"2": other, "3": three}
    assert list_changes((one,), ()) == {"1": None}
    assert [shape.uid for shape in ShapeHistory((line("a", slice_=3), line("b"))).near(one.plane, 0, 3)] == ["a"]


def test_one_key_goes_through_the_areas() -> None:
    found = [ShapeType.RECTANGLE, ShapeType.ELLIPSE, ShapeType.FREEHAND, ShapeType.RECTANGLE]
    assert [next_of_key("O", current) for current in (None, *found[:3])] == found


@pytest.mark.parametrize("turn", [Turn(mirrored, quarters) for mirrored in (False, True) for quarters in range(4)])
def test_a_handle_is_hit_before_a_line_and_the_topmost_first(turn: Turn) -> None:
    viewport = Viewport(60, 80, 1.5, turn, FIT, 500, 400)
    points = ((10.0, 10.0), (40.0, 60.0))
    below = DrawnShape("below", (points,), points)
    above = DrawnShape("above", (((10.0, 60.0), (40.0, 60.0)),), ())
    unfinished = DrawnShape("", (points,), points)

    def hit(point: Point) -> Hit | None:
        return find_hit((below, above, unfinished), viewport, place_on_pane(viewport, point), 5)

    assert hit((10, 10)) == Hit("below", 0)
    assert hit((25, 35)) == Hit("below")
    assert hit((40, 60)) == Hit("below", 1)
    assert hit((20, 60)) == Hit("above")
    assert hit((50, 20)) is None
