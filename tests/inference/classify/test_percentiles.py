"""Percentiles by counting are those of numpy, bit for bit: a model's input must not depend on how it was made."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hn
from numpy.typing import NDArray

from imaging.volume.series import ModalityTable, Rescale
from imaging.volume.windowing import PaddingRange
from inference.classify.percentiles import find_percentiles, list_possible_values
from inference.contract.phantoms import slice_from_array

shapes = hn.array_shapes(min_dims=2, max_dims=2, min_side=8, max_side=24)
stored_values = st.sampled_from(["uint8", "int8", "uint16", "int16", "int32", "float32"]).flatmap(
    lambda dtype: hn.arrays(
        np.dtype(dtype),
        shapes,
        elements=hn.from_dtype(np.dtype(dtype), allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000)
        if dtype == "float32"
        else None,
        fill=st.nothing(),
    )
)
rescales = st.sampled_from([Rescale(), Rescale(0.37, -1024.3), Rescale(-2.0, 1.0), Rescale(3.0, 0.0)])
percents = st.tuples(st.floats(0, 100), st.floats(0, 100))


@given(stored_values, rescales, percents, st.booleans())
def test_they_are_numpys_bit_for_bit(
    stored: NDArray[np.generic], modality: Rescale, wanted: tuple[float, float], is_masked: bool
) -> None:
    slice_ = replace(slice_from_array(stored), modality=modality)
    counted = np.ones(stored.shape, np.bool_)
    counted[::3, ::2] = not is_masked
    found = find_percentiles(slice_, slice_.values, counted if is_masked else None, wanted)
    assert found == tuple(np.percentile(slice_.values[counted], wanted).tolist())


@pytest.mark.parametrize("entries", [[5.0, 1.0, 3.0, 9.0], [0.0, 0.0, 0.0, 0.0]])
def test_a_modality_table_may_stand_in_any_order(entries: list[float]) -> None:
    stored = np.arange(100, dtype=np.uint8).reshape(10, 10) % 4
    slice_ = replace(slice_from_array(stored), modality=ModalityTable(0, np.array(entries, np.float32)))
    expected = np.percentile(slice_.values, (5, 95))
    assert find_percentiles(slice_, slice_.values, None, (5, 95)) == tuple(expected.tolist())


@given(stored_values, rescales)
def test_what_is_looked_up_is_what_every_pixel_has(stored: NDArray[np.generic], modality: Rescale) -> None:
    slice_ = replace(slice_from_array(stored), modality=modality)
    possible = list_possible_values(slice_)
    if possible is not None:
        np.testing.assert_array_equal(possible.look_up(possible.modality), slice_.values, strict=True)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16"])
def test_short_integers_are_looked_up(dtype: str) -> None:
    limits = np.iinfo(dtype)
    stored = np.tile(np.array([limits.min, 0, 1, limits.max], dtype), (300, 100))
    assert list_possible_values(slice_from_array(stored)) is not None
    few = list_possible_values(slice_from_array(stored[:8, :8]))
    assert few is None, "more values than pixels"


def test_padding_and_values_beyond_single_precision_are_not_looked_up() -> None:
    stored = np.tile(np.arange(100, dtype=np.int16), (20, 1))
    slice_ = slice_from_array(stored)
    padded = replace(slice_, series=replace(slice_.series, padding=PaddingRange(0, 0)))
    assert list_possible_values(padded) is None
    with np.errstate(over="ignore"):
        assert list_possible_values(replace(slice_, modality=Rescale(1e38, 0.0))) is None
