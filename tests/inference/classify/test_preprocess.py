import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hn
from numpy.typing import NDArray

from imaging.base.errors import Refusal
from imaging.volume.geometry import Affine, Plane, Reorientation
from imaging.volume.series import Polarity, Rescale, Source, StoredFrame
from imaging.volume.volume import Slice, Volume
from imaging.volume.windowing import PaddingRange, Window, to_unit
from inference.classify.preprocess import ModelInput, Placement, place, prepare
from inference.contract.codes import ModelCode
from inference.contract.contract import InputSpec
from inference.contract.phantoms import slice_from_array
from tests.inference.factory import document


def spec(**changes: Any) -> InputSpec:
    return InputSpec.model_validate_json(json.dumps(document(input=changes)["input"]))


def tensor_of(stored: NDArray[Any], drawn: Polarity = Polarity.MONOCHROME2, **changes: Any) -> NDArray[np.float32]:
    return prepare(slice_from_array(stored, polarity=drawn), spec(size=list(stored.shape[:2]), **changes)).tensor


# --- geometry -------------------------------------------------------------------------------------------------------

lengths = st.integers(8, 90)


@st.composite
def lying_slices(draw: st.DrawFn) -> tuple[Slice, InputSpec]:
    """A slice of any shape, pixel aspect and position in the patient, and a specification that turns and fits it."""
    rows, columns = draw(lengths), draw(lengths)
    plane = draw(st.sampled_from(["axial", "sagittal", "coronal", "acquired"]))
    signs = st.tuples(*[st.sampled_from([-1, 1])] * 3)
    affine = draw(st.none() | st.builds(_affine, st.permutations([0, 1, 2]), signs))
    stored = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    aspect = draw(st.sampled_from([1.0, 0.5, 2.0, 1.3]))
    slice_ = replace(slice_from_array(stored, affine=affine), pixel_aspect=aspect)
    fit = spec(
        plane=plane,
        orientation=draw(st.sampled_from(["radiological", "as_stored"])),
        resize=draw(st.sampled_from(["stretch", "letterbox", "centre_crop"])),
        size=[draw(lengths), draw(lengths)],
        interpolation=draw(st.sampled_from(["nearest", "bilinear", "cubic", "area"])),
    )
    return slice_, fit


def _affine(axes: list[int], signs: tuple[int, int, int]) -> Affine:
    affine = np.eye(4)
    affine[:3, :3] = 0.0
    for index, (axis, sign) in enumerate(zip(axes, signs, strict=True)):
        affine[axis, index] = sign
    return affine


def point_in_input(placement: Placement, row: Any, column: Any) -> tuple[Any, Any]:
    """Where pixel centres of the slice lie in the input, by the placement's own numbers; maybe outside of it."""
    rows, columns = placement.turned_shape
    if placement.turn.axes[1] == 2:
        row, column = column, row
    row = rows - 1 - row if placement.turn.reversed_[1] else row
    column = columns - 1 - column if placement.turn.reversed_[2] else column
    top, left, crop_rows, crop_columns = placement.crop
    box_top, box_left, box_rows, box_columns = placement.box
    return (
        (row - top + 0.5) * box_rows / crop_rows - 0.5 + box_top,
        (column - left + 0.5) * box_columns / crop_columns - 0.5 + box_left,
    )


def nearest_pixel(placement: Placement, row: float, column: float) -> tuple[int, int]:
    """The pixel of the slice whose centre comes nearest to a point of the input."""
    rows, columns = point_in_input(placement, *np.indices(placement.slice_shape))
    apart = np.hypot(rows - row, columns - column)
    down, right = np.unravel_index(int(apart.argmin()), apart.shape)
    return int(down), int(right)


@given(lying_slices())
def test_place_has_the_shape_of_the_slice_and_covers_what_the_model_saw(case: tuple[Slice, InputSpec]) -> None:
    slice_, fit = case
    placement = prepare(slice_, fit).placement
    heat = place(np.ones(placement.input_shape, np.float32), placement)
    assert heat.shape == slice_.stored.shape
    assert heat.dtype == np.float32
    _, _, rows, columns = placement.crop
    assert heat.sum() == rows * columns
    if fit.resize != "centre_crop":
        assert (heat == 1).all()


@settings(max_examples=150)
@given(lying_slices(), st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_a_hot_cell_is_placed_where_its_pixels_came_from(
    case: tuple[Slice, InputSpec], down: float, across: float
) -> None:
    slice_, fit = case
    placement = prepare(slice_, fit).placement
    cells = 7
    box_top, box_left, box_rows, box_columns = placement.box
    cell_rows, cell_columns = fit.size[0] / cells, fit.size[1] / cells
    cell = (
        int((box_top + down * (box_rows - 1)) / cell_rows),
        int((box_left + across * (box_columns - 1)) / cell_columns),
    )
    grid = np.zeros((cells, cells), np.float32)
    grid[cell] = 1.0
    heat = place(grid, placement)
    assume(heat.max() > 0.3)  # else its middle lies in the padding, or between the pixels of a much smaller slice
    row, column = (int(index) for index in np.unravel_index(int(heat.argmax()), heat.shape))
    back = point_in_input(placement, row, column)
    assert abs(back[0] + 0.5 - (cell[0] + 0.5) * cell_rows) <= max(cell_rows, 1)
    assert abs(back[1] + 0.5 - (cell[1] + 0.5) * cell_columns) <= max(cell_columns, 1)


@settings(max_examples=150)
@given(lying_slices(), st.floats(0, 1), st.floats(0, 1))
def test_a_bright_pixel_arrives_where_its_placement_says(
    case: tuple[Slice, InputSpec], down: float, across: float
) -> None:
    slice_, fit = case
    # `nearest` may skip a lone pixel when it shrinks; `area` spreads it evenly around its place.
    fit = fit.model_copy(update={"interpolation": "area"})
    placement = prepare(slice_, fit).placement
    _, _, rows, columns = placement.crop
    box_top, box_left, box_rows, box_columns = placement.box
    # OpenCV's `area` is bilinear where one axis is enlarged, and may then skip a lone pixel along the other.
    assume((rows > box_rows) == (columns > box_columns) or rows == box_rows or columns == box_columns)
    at = (box_top + down * (box_rows - 1), box_left + across * (box_columns - 1))
    row, column = nearest_pixel(placement, *at)
    stored = np.zeros(slice_.stored.shape, np.int32)
    stored[row, column] = 1000
    tensor = prepare(replace(slice_, stored=stored), fit).tensor[0, 0]
    expected = point_in_input(placement, row, column)
    weight = tensor / tensor.sum()
    middle = (weight.sum(axis=1) @ np.arange(len(weight)), weight.sum(axis=0) @ np.arange(weight.shape[1]))
    reach = 1.0 + max(box_rows / rows, box_columns / columns)
    assert abs(middle[0] - expected[0]) <= reach
    assert abs(middle[1] - expected[1]) <= reach


def test_letterbox_keeps_the_patients_shape_not_that_of_the_pixels() -> None:
    # 64 rows of 1 mm by 32 columns of 2 mm is a square of 64 mm.
    slice_ = replace(slice_from_array(np.arange(64 * 32, dtype=np.int32).reshape(64, 32)), pixel_aspect=0.5)
    assert prepare(slice_, spec(resize="letterbox", size=[48, 48])).placement.box == (0, 0, 48, 48)
    assert prepare(slice_, spec(resize="centre_crop", size=[48, 48])).placement.crop == (0, 0, 64, 32)
    square = replace(slice_, pixel_aspect=1.0)
    assert prepare(square, spec(resize="letterbox", size=[48, 48])).placement.box == (0, 12, 48, 24)
    assert prepare(square, spec(resize="centre_crop", size=[48, 48])).placement.crop == (16, 0, 32, 32)


def test_the_aspect_turns_with_the_slice() -> None:
    # Rows run to the left and columns backward: an axial slice lying on its side.
    affine = _affine([2, 0, 1], (1, 1, 1))
    slice_ = replace(
        slice_from_array(np.arange(64 * 32, dtype=np.int32).reshape(64, 32), affine=affine), pixel_aspect=0.5
    )
    placement = prepare(
        slice_, spec(plane="axial", orientation="radiological", resize="letterbox", size=[40, 40])
    ).placement
    assert placement.turned_shape == (32, 64)
    assert placement.box == (0, 0, 40, 40)


def test_a_slice_is_turned_to_the_models_orientation_however_it_is_stored() -> None:
    upright = np.arange(12 * 8, dtype=np.int32).reshape(12, 8)
    fit = spec(plane="axial", orientation="radiological", size=[12, 8])
    wanted = prepare(slice_from_array(upright, affine=_affine([2, 1, 0], (1, 1, 1))), fit).tensor
    lying = prepare(slice_from_array(upright.T[::-1].copy(), affine=_affine([2, 0, 1], (1, -1, 1))), fit).tensor
    assert np.array_equal(wanted, lying)
    assert np.array_equal(wanted[0, 0].argsort(axis=None), upright.argsort(axis=None))


def test_the_same_plane_gives_the_same_tensor_whether_acquired_or_reformatted() -> None:
    rng = np.random.default_rng(1)
    stored = rng.integers(0, 4000, (1, 3, 12, 8)).astype(np.int16)
    affine = _affine([2, 1, 0], (1, -1, -1))
    series = replace(slice_from_array(stored[0, 0], affine=affine).series, slices=3, dtype="int16")
    series = replace(series, frames=(StoredFrame(Source(Path("none"))),) * 3)
    volume = Volume(series, stored, np.ones((1, 3), bool))
    fit = spec(plane="axial", orientation="radiological", intensity={"method": "percentile", "low": 1, "high": 99})
    one = prepare(volume.slice_at(Plane.ACQUIRED, 1), fit).tensor
    other = prepare(volume.slice_at(Plane.AXIAL, 1), fit).tensor
    assert np.array_equal(one, other)


# --- intensity ------------------------------------------------------------------------------------------------------


def test_min_max_percentile_eight_bit_and_window() -> None:
    stored = np.arange(100, dtype=np.int16).reshape(10, 10) * 10
    assert tensor_of(stored)[0, 0] == pytest.approx(stored / 990)
    cut = tensor_of(stored, intensity={"method": "percentile", "low": 10, "high": 90})[0, 0]
    low, high = np.percentile(stored, (10, 90))
    assert cut == pytest.approx(np.clip((stored - low) / (high - low), 0, 1), abs=1e-6)
    levels = np.arange(100, dtype=np.uint8).reshape(10, 10)
    assert tensor_of(levels, intensity={"method": "eight_bit"})[0, 0] == pytest.approx(levels / 255)
    windowed = tensor_of(stored, intensity={"method": "window", "centre": 400.0, "width": 200.0})[0, 0]
    assert np.array_equal(windowed, to_unit(stored.astype(np.float32), Window(400.0, 200.0)))


RULES: list[dict[str, Any]] = [
    {"method": "min_max"},
    {"method": "percentile", "low": 0.5, "high": 99.5},
    {"method": "window", "centre": 40.0, "width": 400.0},
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["method"])
@pytest.mark.parametrize("drawn", [Polarity.MONOCHROME1, Polarity.MONOCHROME2])
@given(stored=hn.arrays(np.int16, (12, 14), elements=st.integers(-70, 90)))
def test_short_integers_are_the_same_input_as_their_values(
    drawn: Polarity, rule: dict[str, Any], stored: NDArray[np.int16]
) -> None:
    short = replace(slice_from_array(stored, polarity=drawn), modality=Rescale(1.3, -24.0))
    floating = slice_from_array(short.values, polarity=drawn)
    fit = spec(size=[12, 14], intensity=rule)
    assert np.array_equal(prepare(short, fit).tensor, prepare(floating, fit).tensor)


def test_mean_and_std_are_of_each_channel() -> None:
    stored = np.arange(64, dtype=np.int16).reshape(8, 8)
    tensor = tensor_of(stored, colour="grey_to_rgb", mean=[0.0, 0.5, 1.0], std=[1.0, 0.5, 2.0])
    plain = tensor_of(stored)[0, 0]
    assert tensor.shape == (1, 3, 8, 8)
    for channel, (mean, std) in enumerate(((0.0, 1.0), (0.5, 0.5), (1.0, 2.0))):
        assert tensor[0, channel] == pytest.approx((plain - mean) / std)


def test_layout_puts_channels_last() -> None:
    stored = np.arange(64, dtype=np.int16).reshape(8, 8)
    changes: dict[str, Any] = {"colour": "grey_to_rgb", "mean": [0.1, 0.2, 0.3], "std": [1.0, 1.0, 1.0]}
    last = tensor_of(stored, layout="NHWC", **changes)
    assert last.shape == (1, 8, 8, 3)
    assert np.array_equal(last.transpose(0, 3, 1, 2), tensor_of(stored, **changes))


@pytest.mark.parametrize("wanted", ["monochrome1", "monochrome2"])
def test_both_polarities_of_the_same_picture_give_the_same_tensor(wanted: str) -> None:
    stored = np.arange(64, dtype=np.int16).reshape(8, 8)
    one = tensor_of(stored, Polarity.MONOCHROME2, polarity=wanted)
    other = tensor_of(63 - stored, Polarity.MONOCHROME1, polarity=wanted)
    assert one == pytest.approx(other, abs=1e-6)
    bright = one[0, 0].argmax() if wanted == "monochrome2" else one[0, 0].argmin()
    assert bright == 63


@pytest.mark.parametrize("drawn", [Polarity.MONOCHROME1, Polarity.MONOCHROME2])
@pytest.mark.parametrize("wanted", ["monochrome1", "monochrome2"])
def test_padding_is_not_counted_and_becomes_the_dark_end(drawn: Polarity, wanted: str) -> None:
    stored = np.full((16, 16), -2000, np.int16)
    stored[4:12, 4:12] = np.arange(64).reshape(8, 8)
    slice_ = slice_from_array(stored, polarity=drawn)
    slice_ = replace(slice_, series=replace(slice_.series, padding=PaddingRange(-2000, -2000)))
    tensor = prepare(slice_, spec(size=[16, 16], polarity=wanted)).tensor[0, 0]
    dark = 0.0 if wanted == "monochrome2" else 1.0
    assert (tensor[:4] == dark).all()
    assert sorted({float(tensor[4, 4]), float(tensor[11, 11])}) == [0.0, 1.0]


@pytest.mark.parametrize(("wanted", "dark"), [("monochrome2", 0.0), ("monochrome1", 1.0)])
def test_the_bars_of_a_letterbox_are_background(wanted: str, dark: float) -> None:
    stored = np.arange(16 * 8, dtype=np.int16).reshape(16, 8)
    tensor = prepare(slice_from_array(stored), spec(size=[16, 16], polarity=wanted, resize="letterbox")).tensor[0, 0]
    assert (tensor[:, :4] == dark).all()
    assert (tensor[:, 12:] == dark).all()


def test_what_is_no_number_is_background() -> None:
    stored = np.arange(64, dtype=np.float32).reshape(8, 8)
    stored[0, 0], stored[3, 3], stored[5, 5] = np.nan, np.inf, -np.inf
    tensor = tensor_of(stored)[0, 0]
    assert np.isfinite(tensor).all()
    assert tensor[0, 0] == tensor[3, 3] == tensor[5, 5] == 0.0
    assert tensor[7, 7] == 1.0


def test_a_constant_slice_is_dark_and_an_empty_one_is_refused() -> None:
    assert (tensor_of(np.full((8, 8), 7, np.int16)) == 0).all()
    with pytest.raises(Refusal) as refused:
        tensor_of(np.full((8, 8), np.nan, np.float32))
    assert refused.value.code is ModelCode.EMPTY_SLICE


def test_grey_stored_as_colour_is_the_same_input() -> None:
    grey = np.random.default_rng(0).integers(3, 200, (20, 24)).astype(np.uint8)
    for method in ({"method": "min_max"}, {"method": "eight_bit"}, {"method": "percentile", "low": 2, "high": 98}):
        one = tensor_of(grey, intensity=method, polarity="monochrome1")
        other = tensor_of(np.stack([grey] * 3, axis=2), intensity=method, polarity="monochrome1")
        assert np.array_equal(one, other)


def test_colour_for_a_colour_model_keeps_its_channels() -> None:
    colour = np.random.default_rng(0).integers(0, 255, (20, 24, 3)).astype(np.uint8)
    tensor = tensor_of(colour, colour="rgb", mean=[0.0] * 3, std=[1.0] * 3, intensity={"method": "eight_bit"})
    assert tensor[0] == pytest.approx(colour.transpose(2, 0, 1) / 255.0, abs=1e-6)


def test_clahe_comes_after_the_turn() -> None:
    rng = np.random.default_rng(3)
    upright = rng.integers(0, 1000, (48, 32)).astype(np.int16)
    fit = spec(plane="axial", orientation="radiological", size=[48, 32], clahe={"clip_limit": 2.0, "grid": [4, 2]})
    wanted = prepare(slice_from_array(upright, affine=_affine([2, 1, 0], (1, 1, 1))), fit).tensor
    lying = prepare(slice_from_array(upright.T.copy(), affine=_affine([2, 0, 1], (1, 1, 1))), fit).tensor
    assert np.array_equal(wanted, lying)
    plain = prepare(slice_from_array(upright), fit.model_copy(update={"clahe": None})).tensor
    assert not np.allclose(wanted, plain, atol=0.05)


def _smoothed(line: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """Filter one line by the Gaussian's own formula, its ends repeated."""
    reach = round(4 * sigma)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return np.convolve(np.pad(line, reach, mode="edge"), kernel / kernel.sum(), mode="valid")


@pytest.mark.parametrize("sigma", [0.6, 2.0])
@pytest.mark.parametrize("colour", ["grey", "grey_to_rgb", "rgb"])
def test_a_gaussian_filter_comes_after_the_resize_and_before_mean_and_std(sigma: float, colour: str) -> None:
    shape = (48, 40, 3) if colour == "rgb" else (48, 40)
    stored = np.random.default_rng(7).integers(0, 255, shape).astype(np.uint8)
    count = 1 if colour == "grey" else 3
    plain: dict[str, Any] = {"colour": colour, "size": [24, 20], "mean": [0.0] * count, "std": [1.0] * count}
    unit = prepare(slice_from_array(stored), spec(**plain)).tensor[0]
    normalised = plain | {"mean": [0.3] * count, "std": [0.2] * count, "gaussian_sigma": sigma}
    found = prepare(slice_from_array(stored), spec(**normalised)).tensor[0] * 0.2 + 0.3
    for before, after in zip(unit, found, strict=True):
        wanted = np.apply_along_axis(_smoothed, 0, np.apply_along_axis(_smoothed, 1, before, sigma), sigma)
        assert after == pytest.approx(wanted, abs=2e-3)
        assert np.abs(after - before).max() > 0.05


def test_prepare_is_pure() -> None:
    stored = np.random.default_rng(5).integers(-1000, 2000, (60, 44)).astype(np.int16)
    kept = stored.copy()
    fit = spec(intensity={"method": "window", "centre": 40.0, "width": 400.0}, resize="letterbox")
    slice_ = slice_from_array(stored)
    first: ModelInput = prepare(slice_, fit)
    first.tensor[:] = 0
    again = prepare(slice_, fit)
    other = prepare(slice_from_array(np.asfortranarray(stored)), fit)
    assert np.array_equal(again.tensor, other.tensor)
    assert again.tensor.any()
    assert np.array_equal(stored, kept)


@pytest.mark.parametrize("axes", [(0, 1, 2), (0, 2, 1)])
@pytest.mark.parametrize("reversed_", [(False, a, b) for a in (False, True) for b in (False, True)])
def test_the_corners_are_where_a_map_is_placed(axes: tuple[int, int, int], reversed_: tuple[bool, bool, bool]) -> None:
    """The frame on the slice and the heatmap agree, however the slice is turned and cut."""
    turn = Reorientation(axes, reversed_)
    placement = Placement((40, 60), turn, (3, 5, 20, 30), (0, 0, 20, 30), (20, 30))
    for number, (row, column) in enumerate(((0, 0), (0, -1), (-1, -1), (-1, 0))):
        grid = np.zeros((20, 30), np.float32)
        grid[row, column] = 1.0
        placed = np.argwhere(place(grid, placement) > 0)
        assert len(placed) == 1
        # Corners are at the edges of pixels.
        assert np.abs(placed[0] - np.array(placement.corners[number])).max() == 0.5
