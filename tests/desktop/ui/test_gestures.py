"""What the mouse means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from desktop.ui.slice_view.slice_view import NOTCH, Drag, WheelSum, drag_for

NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


@pytest.mark.parametrize(
    ("button", "modifiers", "drag"),
    [
        (Qt.MouseButton.LeftButton, NONE, Drag.WINDOW),
        (Qt.MouseButton.LeftButton, SHIFT, Drag.PAN),
        (Qt.MouseButton.LeftButton, SHIFT | CTRL, Drag.PAN),
        (Qt.MouseButton.MiddleButton, NONE, Drag.PAN),
        (Qt.MouseButton.RightButton, NONE, Drag.ZOOM),
        (Qt.MouseButton.BackButton, NONE, None),
    ],
)
def test_drags(button: Qt.MouseButton, modifiers: Qt.KeyboardModifier, drag: Drag | None) -> None:
    assert drag_for(button, modifiers) is drag


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
