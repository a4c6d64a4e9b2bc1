"""Turns, places and windows as values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.state.view import Camera, Turn, ViewState, drag_window
from imaging.volume.windowing import VoiFunction, Window

TURNS = st.builds(Turn, st.booleans(), st.integers(0, 3))


def matrix(turn: Turn) -> np.ndarray:
    return np.array(turn.matrix())


@given(TURNS)
def test_a_flip_exchanges_sides_of_the_screen_whatever_the_turn(turn: Turn) -> None:
    assert np.array_equal(matrix(turn.flipped_horizontally()), np.diag([-1, 1]) @ matrix(turn))
    assert np.array_equal(matrix(turn.flipped_vertically()), np.diag([1, -1]) @ matrix(turn))


@given(TURNS, st.integers(-5, 5))
def test_rotation_is_clockwise_on_the_screen(turn: Turn, quarters: int) -> None:
    clockwise = np.array([[0, -1], [1, 0]])
    assert np.array_equal(
        matrix(turn.rotated(quarters)), np.linalg.matrix_power(clockwise, quarters % 4) @ matrix(turn)
    )


@given(TURNS)
def test_twice_is_never(turn: Turn) -> None:
    assert turn.flipped_horizontally().flipped_horizontally() == turn
    assert turn.flipped_vertically().flipped_vertically() == turn
    assert turn.rotated(1).rotated(-1) == turn


@given(st.integers(-50, 50), st.integers(1, 20))
def test_a_slice_is_held_within_the_series(index: int, count: int) -> None:
    assert 0 <= ViewState().at(index, count=count).index < count


def test_home_leaves_the_slice_where_it_is() -> None:
    home = ViewState(voi=Window(40, 400))
    away = ViewState(index=7, voi=Window(1, 2), inverted=True, turn=Turn(True, 1), camera=Camera(3.0, 1, 1))
    back = away.with_home(home)
    assert (back.index, back.voi, back.inverted, back.turn, back.camera) == (7, home.voi, False, Turn(), Camera())


@pytest.mark.parametrize("function", list(VoiFunction))
def test_no_drag_makes_a_window_that_the_standard_forbids(function: VoiFunction) -> None:
    window = drag_window(Window(40, 400, function), right=-5000, up=0, span=4000)
    assert window.width >= 1 if function is VoiFunction.LINEAR else window.width > 0


def test_right_is_wider_and_up_is_brighter() -> None:
    window = drag_window(Window(40, 400, explanation="SOFT"), right=50, up=25, span=1000)
    assert window == Window(-10, 500)
