"""Planes in any direction: every value is that of its place in the patient, whatever way the grid is stored."""

from itertools import permutations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.volume.geometry import SCREEN_AXES, Plane, axes_of, letters_of, spacing_of
from imaging.volume.reslice import (
    Projection,
    Resampler,
    Slab,
    choose_directions,
    direction_of,
    plan_plane,
    plane_of_slice,
)
from imaging.volume.series import Format, ModalityTable, Polarity, Rescale, Series, Source, StoredFrame
from imaging.volume.volume import Volume
from imaging.volume.windowing import PaddingRange

ALL_48 = list(product(permutations(range(3)), product((1.0, -1.0), repeat=3)))
SHAPE = (9, 11, 13)
FIELD = np.array([3.0, -2.0, 5.0])
"""Values rise by so much a millimetre: of such a volume linear interpolation is exact."""


def grid_of(axes: tuple[int, ...], signs: tuple[float, ...], lean: float = 0.0) -> NDArray[np.float64]:
    """An LPS affine whose column c runs along body axis `axes[c]`; its slices may lean."""
    affine = np.eye(4)
    affine[:3, :3] = 0
    for column, (axis, sign, step) in enumerate(zip(axes, signs, (3.0, 1.5, 1.25), strict=True)):
        affine[axis, column] = sign * step
    affine[:3, 0] += lean * affine[:3, 1]
    affine[:3, 3] = (10, -20, 30)
    return affine


def field_at(affine: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """The value of every voxel by its place in the patient."""
    index = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    return np.asarray((index @ affine[:3, :3].T + affine[:3, 3]) @ FIELD, dtype=np.float32)


def volume_of(affine: NDArray[np.float64] | None, stored: NDArray[Any] | None = None, **facts: Any) -> Volume:
    pixels = field_at(np.eye(4) if affine is None else affine, SHAPE) if stored is None else stored
    frames = tuple(StoredFrame(Source(Path("nowhere.dcm")), index) for index in range(SHAPE[0]))
    known = {"affine": affine, "frames": frames, "dtype": pixels.dtype.name, "channels": 1} | facts
    slices, rows, columns = SHAPE
    series = Series(id="x", format=Format.DICOM, slices=slices, rows=rows, columns=columns, **known)
    return Volume(series, pixels[np.newaxis], np.ones((1, slices), np.bool_))


def oblique_through(affine: NDArray[np.float64], normal: tuple[float, ...], point: Any) -> Any:
    return plan_plane(affine, SHAPE, choose_directions(normal), point)


normals = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda normal: np.linalg.norm(normal) > 0.1)
inside = st.tuples(*[st.floats(0, 1)] * 3)


@given(grid=st.sampled_from(ALL_48), normal=normals, share=inside, lean=st.sampled_from([0.0, 0.4, -0.7]))
def test_every_value_is_that_of_its_place(grid: Any, normal: Any, share: Any, lean: float) -> None:
    affine = grid_of(*grid, lean)
    point = (affine @ [*(np.array(share) * (np.array(SHAPE) - 1)), 1])[:3]
    plane = oblique_through(affine, normal, point)
    cut = Resampler(volume_of(affine, regular=not lean, tilted=bool(lean)), 0).cut(plane)
    assert cut.is_interpolated
    assert cut.affine is not None
    expected = field_at(cut.affine, (1, *cut.stored.shape))[0]
    row, column = np.indices(cut.stored.shape)
    places = np.stack((np.zeros_like(row), row, column, np.ones_like(row)), axis=-1) @ cut.affine.T
    index, last = (places @ np.linalg.inv(affine).T)[..., :3], np.array(SHAPE) - 1
    is_inside = ((index > 1e-3) & (index < last - 1e-3)).all(axis=-1)
    np.testing.assert_allclose(cut.values[is_inside], expected[is_inside], atol=2e-3)
    # A voxel at the edge goes on for half its length.
    is_outside = ((index < -0.51) | (index > last + 0.51)).any(axis=-1)
    assert np.isnan(cut.values[is_outside]).all()


@pytest.mark.parametrize(("axes", "signs"), ALL_48)
@settings(max_examples=15)
@given(share=inside, turn=normals)
def test_a_crosshair_falls_on_its_voxel_in_every_plane(axes: Any, signs: Any, share: Any, turn: Any) -> None:
    affine = grid_of(axes, signs)
    point = (affine @ [*(np.array(share) * (np.array(SHAPE) - 1)), 1])[:3]
    straight = [direction_of(letters[0]) for letters in SCREEN_AXES.values()]
    for normal in (*straight, turn):
        plane = oblique_through(affine, tuple(normal), point)
        row, column = (round(part) for part in plane.pixel_of(point))
        aside = plane.point_of(row, column) - point
        # Half a pixel along each side, and nothing along the normal: the plane goes through the point.
        steps = plane.affine[:3, :3] / np.array(spacing_of(plane.affine))
        limit = (1e-6, *(0.5 * length + 1e-6 for length in spacing_of(plane.affine)[1:]))
        assert (np.abs(aside @ steps) <= limit).all()


@pytest.mark.parametrize(("axes", "signs"), ALL_48)
def test_along_the_grid_planes_are_those_of_the_volume(axes: Any, signs: Any) -> None:
    volume = volume_of(grid_of(axes, signs))
    resampler = Resampler(volume, 0)
    for plane, letters in SCREEN_AXES.items():
        for index in (0, volume.count(plane) - 1):
            slice_ = volume.slice_at(plane, index)
            planned = oblique_through(grid_of(axes, signs), tuple(direction_of(letters[0])), index)
            for cut in (resampler.cut(planned), resampler.cut(plane_of_slice(slice_, volume))):
                np.testing.assert_array_equal(cut.values, slice_.values)
                assert cut.affine is not None
                assert axes_of(cut.affine) == letters
                assert (cut.index, cut.count) == (index, slice_.count)
                assert cut.spacing == pytest.approx(slice_.spacing)


def test_the_nearest_named_plane_says_how_an_oblique_stands() -> None:
    for tilted, letters in (((0.1, 0.3, 1), ("L", "P")), ((0, 0.3, -1), ("L", "P")), ((1, 0.2, 0), ("P", "I"))):
        _, down, right = choose_directions(tilted).T
        assert (letters_of(right)[0], letters_of(down)[0]) == letters
        assert abs(np.linalg.det(choose_directions(tilted))) == pytest.approx(1)


@pytest.mark.parametrize("projection", Projection)
def test_a_slab_takes_what_lies_within_its_thickness(projection: Projection) -> None:
    values = np.random.default_rng(5).normal(size=SHAPE).astype(np.float32)
    volume = volume_of(grid_of((2, 1, 0), (1, 1, 1)), values)
    take = {"max": np.max, "min": np.min, "mean": np.mean}[projection.value]
    plane = plane_of_slice(volume.slice_at(Plane.ACQUIRED, 4), volume)
    resampler = Resampler(volume, 0)
    # Slices are 3 mm from each other: 12 mm reach two to either side, 11 mm only one.
    for millimetres, aside in ((12.0, 2), (11.0, 1), (1.0, 0), (500.0, 4)):
        cut = resampler.cut(plane, Slab(millimetres, projection))
        np.testing.assert_allclose(cut.values, take(values[4 - aside : 5 + aside], axis=0), rtol=1e-5)
        assert f"{millimetres:g} mm" in cut.slab


def test_half_the_resolution_shows_the_same_area() -> None:
    affine = grid_of((2, 1, 0), (1, 1, 1))
    plane = oblique_through(affine, (0.2, 0.1, 1), (16.0, -14.0, 42.0))
    resampler = Resampler(volume_of(affine), 0)
    whole, half = resampler.cut(plane).values, resampler.cut(plane, is_half=True).values
    assert whole.shape == half.shape
    both = ~np.isnan(whole) & ~np.isnan(half)
    assert both.sum() > 50
    # At the edge of the volume, where a value goes on for half a voxel, the two differ; by a shift all would.
    assert np.median(np.abs(half[both] - whole[both])) < 1e-3


def test_each_slice_keeps_its_own_mapping_and_padding_is_no_value() -> None:
    affine = grid_of((2, 1, 0), (1, 1, 1))
    stored = np.full(SHAPE, 10, np.int16)
    stored[:, 0] = -2000
    mappings = [Rescale(1 + index, -index) for index in range(SHAPE[0])]
    frames = tuple(StoredFrame(Source(Path("nowhere.dcm")), i, mapping) for i, mapping in enumerate(mappings))
    volume = volume_of(affine, stored, frames=frames, padding=PaddingRange(-2000, -2000))
    cut = Resampler(volume, 0).cut(oblique_through(affine, tuple(direction_of("P")), 5))
    np.testing.assert_allclose(cut.values[:, 0], [10 * (1 + i) - i for i in range(SHAPE[0])][::-1])
    first = Resampler(volume, 0).cut(oblique_through(affine, tuple(direction_of("P")), 0))
    assert np.isnan(first.values).all()
    assert first.padding is not None
    assert first.padding.all()
    same = tuple(StoredFrame(Source(Path("nowhere.dcm")), i, Rescale(2, -1000)) for i in range(SHAPE[0]))
    scaled = Resampler(volume_of(affine, stored, frames=same), 0).cut(oblique_through(affine, (0, 0.1, 1), 4))
    assert np.nanmax(scaled.values) == pytest.approx(10 * 2 - 1000)
    table = ModalityTable(0, np.arange(0, 40, 2, dtype=np.float32))
    looked_up = tuple(StoredFrame(Source(Path("nowhere.dcm")), i, table) for i in range(SHAPE[0]))
    cut = Resampler(volume_of(affine, stored, frames=looked_up), 0).cut(oblique_through(affine, (0, 0, 1), 4))
    assert np.nanmax(cut.values) == 20


def test_a_grid_of_unknown_sides_is_cut_and_says_no_place() -> None:
    volume = volume_of(None, steps=(3.0, 2.0, 1.0))
    slice_ = volume.slice_at(Plane.SAGITTAL, 3)
    cut = Resampler(volume, 0).cut(plane_of_slice(slice_, volume))
    np.testing.assert_array_equal(cut.values, slice_.values)
    assert cut.affine is None
    assert cut.spacing == pytest.approx((3.0, 2.0))


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"affine": None}, Code.NO_GEOMETRY),
        ({"regular": False}, Code.NO_GEOMETRY),
        ({"regular": False, "depth_known": False}, Code.NO_GEOMETRY),
        ({"channels": 3, "polarity": Polarity.COLOUR}, Code.UNSUPPORTED),
    ],
)
def test_what_would_show_wrong_distances_is_refused(facts: dict[str, Any], code: Code) -> None:
    given = {"affine": grid_of((2, 1, 0), (1, 1, 1))} | facts
    with pytest.raises(Refusal) as refused:
        Resampler(volume_of(**given), 0)
    assert refused.value.code is code
    assert refused.value.message.endswith(".")


@pytest.mark.parametrize("normal", [(0, 0, 0), (np.nan, 0, 1), (np.inf, 0, 0)])
def test_a_normal_has_a_direction(normal: Any) -> None:
    with pytest.raises(Refusal, match="E_ARGUMENT"):
        choose_directions(normal)
