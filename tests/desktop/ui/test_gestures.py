"""What the mouse means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from desktop.state.key_bindings import GestureBindings
from desktop.ui.slice_view.slice_view import NOTCH, WheelSum, find_gesture

NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


@pytest.mark.parametrize(
    ("button", "modifiers", "meant"),
    [
        (Qt.MouseButton.LeftButton, NONE, "window"),
        (Qt.MouseButton.LeftButton, SHIFT, "pan"),
        (Qt.MouseButton.LeftButton, CTRL, "region"),
        (Qt.MouseButton.MiddleButton, NONE, "pan"),
        (Qt.MouseButton.RightButton, NONE, "zoom"),
        (Qt.MouseButton.BackButton, NONE, None),
        (None, NONE, "slices"),
        (None, CTRL, "zoom"),
    ],
)
def test_what_a_button_or_the_wheel_means(
    button: Qt.MouseButton | None, modifiers: Qt.KeyboardModifier, meant: str | None
) -> None:
    assert find_gesture(GestureBindings(), modifiers, button) == meant


@given(st.lists(st.sampled_from([-NOTCH, NOTCH]), max_size=30))
def test_exactly_one_step_a_notch(notches: list[int]) -> None:
    wheel = WheelSum()
    assert [wheel.add(notch) for notch in notches] == [-notch // NOTCH for notch in notches]


@given(st.lists(st.integers(0, 50), max_size=60))
def test_small_deltas_add_up(deltas: list[int]) -> None:
    wheel = WheelSum()
    assert sum(wheel.add(-delta) for delta in deltas) == sum(deltas) // NOTCH


def test_turning_back_starts_anew() -> None:
    wheel = WheelSum()
    assert wheel.add(-100) == 0
    assert wheel.add(100) == 0
    assert wheel.add(20) == -1
