"""Where the main window goes: always on a screen that is there, never larger than it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.state.window_place import Rectangle, place_window, read_numbers, write_numbers

SCREEN, SECOND = Rectangle(0, 0, 1280, 690), Rectangle(1280, 0, 1920, 1050)
SIDE = st.integers(-5000, 5000)
LENGTH = st.integers(1, 9000)
RECTANGLES = st.builds(Rectangle, SIDE, SIDE, LENGTH, LENGTH)


@given(RECTANGLES, st.lists(RECTANGLES, min_size=1, max_size=3))
def test_it_is_whole_on_one_of_the_screens(kept: Rectangle, screens: list[Rectangle]) -> None:
    placed = place_window(kept, screens)
    assert any(placed.shared_with(screen) == placed.width * placed.height for screen in screens)
    assert placed.width <= kept.width
    assert placed.height <= kept.height


@pytest.mark.parametrize(
    ("kept", "placed"),
    [
        (Rectangle(100, 50, 900, 600), Rectangle(100, 50, 900, 600)),
        (Rectangle(1500, 40, 1280, 800), Rectangle(1500, 40, 1280, 800)),
        (Rectangle(0, 0, 1900, 1000), Rectangle(0, 0, 1280, 690)),
        (Rectangle(9000, 9000, 800, 600), Rectangle(480, 90, 800, 600)),
        (Rectangle(1100, 100, 600, 400), Rectangle(1280, 100, 600, 400)),
    ],
)
def test_a_window_goes_where_it_was_or_to_the_nearest_place(kept: Rectangle, placed: Rectangle) -> None:
    assert place_window(kept, (SCREEN, SECOND)) == placed


@pytest.mark.parametrize("text", ["", "1,2", "1,2,3,4,five", "1,2,3,4,5,6", "1,,3,4,5", "²,2,3,4,5"])
def test_what_is_no_place_is_none(text: str) -> None:
    assert read_numbers(text, 5) is None


def test_a_place_is_read_as_it_was_written() -> None:
    assert read_numbers(write_numbers(-1280, 20, 900, 600, 1), 5) == (-1280, 20, 900, 600, 1)


def test_a_step_beside_a_window_that_fills_the_screen_does_not_leave_it() -> None:
    assert place_window(Rectangle(100, 50, 900, 600).moved(28), [SCREEN]) == Rectangle(128, 78, 900, 600)
    assert place_window(SCREEN.moved(28), [SCREEN]) == SCREEN
