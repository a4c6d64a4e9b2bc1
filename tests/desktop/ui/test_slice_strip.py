"""The strip's own drawing: curves of more slices than it has columns, and what it shows at either end."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor

from desktop.state.probability_curve import ProbabilityCurve, SliceState
from desktop.state.slice_coverage import SliceCoverage
from desktop.ui.slice_view.slice_strip import SliceStrip, thin_out
from desktop.ui.widgets.theme import colours

values = st.lists(st.floats(0, 1, width=32) | st.just(float("nan")), min_size=1, max_size=120)


@given(values, st.integers(1, 20))
def test_a_thinned_curve_keeps_its_extremes_and_is_no_longer_than_the_strip(drawn: list[float], columns: int) -> None:
    whole = np.array(drawn, np.float32)
    at, thin = thin_out(whole, columns)
    assert len(at) == len(thin) <= max(2 * columns, 1)
    assert (np.diff(at) >= 0).all()
    assert np.isnan(thin).all() == np.isnan(whole).all()
    if not np.isnan(whole).all():
        assert (np.nanmin(thin), np.nanmax(thin)) == (np.nanmin(whole), np.nanmax(whole))


@pytest.mark.parametrize("slices", [1, 2, 60, 5000])
def test_it_draws_any_number_of_slices(shown: Callable[..., Any], slices: int) -> None:
    strip = shown(SliceStrip())
    strip.resize(300, 80)
    strip.setRange(0, slices - 1)
    seen = np.zeros(slices, np.bool_)
    seen[: slices // 2 + 1] = True
    strip.set_coverage(SliceCoverage(np.ones(slices, np.bool_), seen, frozenset({0, slices - 1})))
    plain = strip.grab().toImage()
    numbers = np.linspace(0, 1, slices, dtype=np.float32)
    states = np.full(slices, SliceState.SCORED, np.uint8)
    curve = ProbabilityCurve("Model", "Label", numbers, states, 0.5, is_doubtful=False)
    strip.set_curves((curve, curve))
    assert strip.grab().toImage() != plain
    assert curve.peaks == ((slices - 1,) if slices > 1 else ())


def test_what_was_looked_at_stands_out_from_what_is_only_loaded_by_its_height(shown: Callable[..., Any]) -> None:
    strip = shown(SliceStrip())
    strip.resize(210, 14)
    strip.setRange(0, 1)
    strip.set_coverage(SliceCoverage(np.array([True, True]), np.array([True, False])))
    drawn = strip.grab().toImage()

    def tall(x: int) -> int:
        ground = {QColor(colours().field).rgb(), QColor(colours().panel).rgb()}
        column = [drawn.pixelColor(x, y).rgb() for y in range(3, drawn.height() - 3)]
        return sum(colour not in ground for colour in column)

    assert tall(90) > tall(130) > 0
