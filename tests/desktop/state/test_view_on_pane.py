"""Where pixels fall on the pane."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.state.view import FIT, Camera, Turn, Viewport
from tests.desktop.pane import to_pane

TURNS = st.builds(Turn, st.booleans(), st.integers(0, 3))
CAMERAS = st.builds(Camera, st.none() | st.floats(0.05, 30), st.floats(-50, 50), st.floats(-50, 50))
VIEWS = st.builds(
    Viewport,
    rows=st.integers(1, 600),
    columns=st.integers(1, 600),
    pixel_aspect=st.floats(0.2, 5),
    turn=TURNS,
    camera=CAMERAS,
    width=st.floats(50, 2000),
    height=st.floats(50, 2000),
)
PLACES = st.tuples(st.floats(-100, 700), st.floats(-100, 700))


@given(VIEWS, PLACES)
def test_there_and_back(view: Viewport, place: tuple[float, float]) -> None:
    assert view.to_slice(*to_pane(view, *place)) == pytest.approx(place, abs=1e-6)


@given(VIEWS, PLACES, st.floats(0.3, 3))
def test_zoom_keeps_what_is_under_the_cursor(view: Viewport, at: tuple[float, float], factor: float) -> None:
    row, column = view.to_slice(*at)
    camera = view.zoomed(factor, *at)
    after = Viewport(view.rows, view.columns, view.pixel_aspect, view.turn, camera, view.width, view.height)
    assert to_pane(after, row, column) == pytest.approx(at, abs=1e-5)


@given(VIEWS, st.floats(-300, 300), st.floats(-300, 300))
def test_pan_moves_every_pixel_by_the_same(view: Viewport, right: float, down: float) -> None:
    x, y = to_pane(view, 2, 3)
    camera = view.panned(right, down)
    after = Viewport(view.rows, view.columns, view.pixel_aspect, view.turn, camera, view.width, view.height)
    assert to_pane(after, 2, 3) == pytest.approx((x + right, y + down), abs=1e-5)


@given(VIEWS)
def test_fit_shows_all_of_it_and_touches_an_edge(view: Viewport) -> None:
    fitted = Viewport(view.rows, view.columns, view.pixel_aspect, view.turn, FIT, view.width, view.height)
    xs, ys = zip(to_pane(fitted, -0.5, -0.5), to_pane(fitted, fitted.rows - 0.5, fitted.columns - 0.5), strict=True)
    across, down = max(xs) - min(xs), max(ys) - min(ys)
    assert across <= view.width + 1e-6
    assert down <= view.height + 1e-6
    assert across == pytest.approx(view.width) or down == pytest.approx(view.height)


def test_pixels_of_one_by_two_millimetres_make_a_square() -> None:
    # Trap 19: 64 rows of 1 mm, 32 columns of 2 mm.
    view = Viewport(64, 32, 0.5, Turn(), FIT, 400, 400)
    left, top = to_pane(view, -0.5, -0.5)
    right, bottom = to_pane(view, 63.5, 31.5)
    assert right - left == pytest.approx(bottom - top) == pytest.approx(400)


def test_the_pixel_under_the_cursor() -> None:
    view = Viewport(10, 10, 1.0, Turn(), FIT, 100, 100)
    assert view.pixel_at(0, 0) == (0, 0)
    assert view.pixel_at(9.99, 10.01) == (1, 0)
    assert view.pixel_at(99.9, 99.9) == (9, 9)
    assert view.pixel_at(100.1, 50) is None
    assert view.pixel_at(-0.1, 50) is None
