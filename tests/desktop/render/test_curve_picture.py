"""The picture of a curve: where it runs, where it has gaps, and that its caption says what it shows."""

import numpy as np
from numpy.typing import NDArray

from desktop.render.curve_picture import caption_curve, draw_curve
from desktop.state.probability_curve import ProbabilityCurve, SliceState

INK = (20, 60, 140)


def curve(values: list[float], threshold: float | None = None) -> ProbabilityCurve:
    numbers = np.array(values, np.float32)
    states = np.where(np.isnan(numbers), SliceState.WITHHELD, SliceState.SCORED).astype(np.uint8)
    return ProbabilityCurve("Tiny", "Bright", numbers, states, threshold, is_doubtful=False)


def inked(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.asarray((picture == INK).all(axis=2))


def test_a_higher_probability_stands_higher() -> None:
    low, high = (np.flatnonzero(inked(draw_curve(curve([value] * 3))).any(axis=1)) for value in (0.1, 0.9))
    assert high.max() < low.min()


def test_it_has_gaps_where_there_is_no_number() -> None:
    gap = float("nan")
    columns = inked(draw_curve(curve([0.5, 0.5, gap, gap, gap, 0.5, 0.5]))).any(axis=0)
    middle = len(columns) // 2
    assert columns[: middle // 2].any()
    assert columns[-middle // 2 :].any()
    assert not columns[middle - 100 : middle + 100].any()


def test_one_slice_or_none_is_drawn_too() -> None:
    assert inked(draw_curve(curve([0.5]), here=0)).any()
    assert not inked(draw_curve(curve([float("nan")] * 4), here=2)).any()


def test_the_threshold_is_drawn_if_there_is_one() -> None:
    drawn = [(draw_curve(curve([0.1, 0.1], limit)) == 120).all(axis=2).any() for limit in (0.5, None)]
    assert drawn == [True, False]


def test_the_caption_says_axes_and_label() -> None:
    said = caption_curve(curve([0.1] * 5))
    assert "Bright" in said
    assert "5 slices" in said
    assert "0 below, 1 above" in said
