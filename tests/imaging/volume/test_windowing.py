"""Windows against the formulas of PS3.3 C.11.2, read literally and worked out in float64."""

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from imaging.volume.windowing import VoiFunction, VoiTable, Window, auto_window, to_grey, to_unit, window_bounds

LINEAR, EXACT, SIGMOID = VoiFunction.LINEAR, VoiFunction.LINEAR_EXACT, VoiFunction.SIGMOID


def _standard(x: float, window: Window, top: float = 255.0) -> float:
    """The text of the standard: C.11.2.1.2.1 (LINEAR), C.11.2.1.3.2 (LINEAR_EXACT), C.11.2.1.3.1 (SIGMOID)."""
    c, w = window.centre, window.width
    if window.function is LINEAR:
        if x <= c - 0.5 - (w - 1) / 2:
            return 0.0
        if x > c - 0.5 + (w - 1) / 2:
            return top
        return ((x - (c - 0.5)) / (w - 1) + 0.5) * top
    if window.function is EXACT:
        if x <= c - w / 2:
            return 0.0
        if x > c + w / 2:
            return top
        return ((x - c) / w + 0.5) * top
    return top / (1 + exp(min(max(-4 * (x - c) / w, -700.0), 700.0)))


def _grey(values: list[float], window: Window) -> list[int]:
    return [int(level) for level in to_grey(np.array([values], dtype=np.float32), window)[0]]


# Worked out by hand from the standard: six inputs by three functions.
_GOLDEN = [
    (Window(40, 400, LINEAR), [-161, -160, 39.5, 40, 239, 240], [0, 0, 128, 128, 255, 255]),
    (Window(40, 400, EXACT), [-160, -159, 40, 41, 240, 241], [0, 1, 128, 128, 255, 255]),
    (Window(40, 400, SIGMOID), [-160, -60, 40, 140, 240, 4000], [30, 69, 128, 186, 225, 255]),
    (Window(0, 1, LINEAR), [-2, -0.6, -0.5, -0.4, 0, 9], [0, 0, 0, 255, 255, 255]),
    (Window(0, 2, LINEAR), [-2, -1, -0.5, 0, 0.1, 9], [0, 0, 128, 255, 255, 255]),
    (Window(0.5, 1, EXACT), [-1, 0, 0.25, 0.5, 1, 2], [0, 0, 64, 128, 255, 255]),
]


@pytest.mark.parametrize(("window", "values", "levels"), _GOLDEN)
def test_golden_table(window: Window, values: list[float], levels: list[int]) -> None:
    found = _grey(values, window)
    assert np.abs(np.array(found) - levels).max() <= 1
    assert found[0] == levels[0]
    assert found[-1] == levels[-1]
    assert np.abs(np.array(levels) - [_standard(x, window) for x in values]).max() <= 0.5


@given(
    function=st.sampled_from(VoiFunction),
    centre=st.floats(-4000, 4000),
    width=st.floats(1.5, 8000),
    values=st.lists(st.floats(-33000, 66000, width=32), min_size=1, max_size=40),
)
def test_the_formulas_of_the_standard(function: VoiFunction, centre: float, width: float, values: list[float]) -> None:
    window = Window(centre, width, function)
    expected = np.array([_standard(value, window) for value in values])
    assert np.abs(np.array(_grey(values, window)) - expected).max() <= 1
    unit = to_unit(np.array(values, dtype=np.float32), window)
    assert np.abs(unit * 255.0 - expected).max() <= 0.5


@given(function=st.sampled_from([LINEAR, EXACT]), centre=st.integers(-2000, 2000), width=st.integers(1, 5000))
def test_the_ends_are_exact(function: VoiFunction, centre: int, width: int) -> None:
    window = Window(centre, width, function)
    low, high = window_bounds(window)
    found = _grey([low - 1, low, high + 0.01, high + 1], window)
    assert found == [0, 0, 255, 255]


@pytest.mark.parametrize("function", VoiFunction)
def test_values_that_are_no_numbers_or_too_large(function: VoiFunction) -> None:
    values = [np.nan, -np.inf, np.inf, 3e38, -3e38, 1e12]
    assert _grey(values, Window(40, 400, function)) == [0, 0, 255, 255, 0, 255]
    unit = to_unit(np.array(values, dtype=np.float32), Window(40, 400, function))
    np.testing.assert_allclose(unit, [0, 0, 1, 1, 0, 1], atol=1e-30)


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (4, 1), (1, 4), (3, 70_000)])
@pytest.mark.parametrize("function", VoiFunction)
def test_any_shape(shape: tuple[int, int], function: VoiFunction) -> None:
    values = np.full(shape, 1000.0, dtype=np.float32)
    grey = to_grey(values, Window(40, 400, function))
    assert grey.shape == shape
    assert grey.dtype == np.uint8
    assert (grey == 255).all()


def test_a_view_that_is_not_contiguous() -> None:
    values = np.arange(24, dtype=np.float32).reshape(4, 6)
    window = Window(12, 24, EXACT)
    np.testing.assert_array_equal(to_grey(values.T[::-1], window), to_grey(values, window).T[::-1])


def test_values_are_not_changed() -> None:
    values = np.arange(24, dtype=np.float32)
    to_grey(values, Window(12, 4))
    np.testing.assert_array_equal(values, np.arange(24))


@pytest.mark.parametrize("width", [0, -3, 0.5])
@pytest.mark.parametrize("function", VoiFunction)
def test_a_width_that_the_standard_forbids_is_no_crash(width: float, function: VoiFunction) -> None:
    assert _grey([-50, 50], Window(0, width, function)) == [0, 255]


def _table(entries: list[int], first: int = 0, bits: int = 8) -> VoiTable:
    return VoiTable(first, bits, np.array(entries, dtype=np.uint16))


@pytest.mark.parametrize(
    ("table", "values", "levels"),
    [
        (_table([0, 10, 255]), [0, 1, 2], [0, 10, 255]),
        (_table([0, 10, 255]), [-5, 2, 99], [0, 255, 255]),
        (_table([0, 10, 255], first=-1), [-1, 0, 1], [0, 10, 255]),
        (_table([0, 2048, 4095], bits=12), [0, 1, 2], [0, 128, 255]),
        (_table([0, 65535], bits=16), [0, 0.9, 1.2], [0, 0, 255]),
        (_table([255, 0]), [np.nan, 0, 1], [0, 255, 0]),
        (_table([7, 9]), [-np.inf, np.inf, 0], [7, 9, 7]),
    ],
)
def test_voi_tables(table: VoiTable, values: list[float], levels: list[int]) -> None:
    assert to_grey(np.array([values], dtype=np.float32), table)[0].tolist() == levels


def test_auto_window_spans_the_values() -> None:
    window = auto_window(np.linspace(0, 1000, 10_001, dtype=np.float32))
    assert window_bounds(window) == pytest.approx((5, 995))
    assert window.function is EXACT


def test_auto_window_does_not_count_padding_and_nan() -> None:
    values = np.linspace(0, 100, 1001, dtype=np.float32)
    with_padding = np.concatenate([np.full(500, -2000, np.float32), values, np.full(9, np.nan, np.float32)])
    window = auto_window(with_padding, ignore=with_padding == -2000)
    assert window_bounds(window) == pytest.approx((0.5, 99.5))


@pytest.mark.parametrize(
    ("values", "ignore"),
    [
        (np.full((3, 3), 7.0, np.float32), None),
        (np.full((3, 3), np.nan, np.float32), None),
        (np.zeros((0, 3), np.float32), None),
        (np.ones((2, 2), np.float32), np.ones((2, 2), np.bool_)),
    ],
)
def test_auto_window_of_nothing_or_of_one_value(values: NDArray[np.float32], ignore: NDArray[np.bool_] | None) -> None:
    window = auto_window(values, ignore=ignore)
    assert window.width > 0
    assert to_grey(values, window).shape == values.shape


def test_auto_window_of_a_few_bright_pixels_shows_them() -> None:
    values = np.zeros((100, 100), np.float32)
    values[0, :3] = 50
    assert window_bounds(auto_window(values)) == pytest.approx((0, 50))
