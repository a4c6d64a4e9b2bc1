"""Maximum intensity projections: straight ones exactly, turned ones against the phantom and against slabs."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.base.errors import Code, Refusal
from imaging.base.progress import stopped_by
from imaging.volume.projection import Projector
from imaging.volume.reslice import Projection, Resampler, Slab
from imaging.volume.windowing import PaddingRange
from tests.imaging.annotations.slices import make_volume


def affine_of(steps: np.ndarray) -> np.ndarray:
    """(slice, row, column) to LPS millimetres: slices toward S, rows toward P, columns toward L."""
    affine = np.eye(4)
    affine[:3, :3] = np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]]) @ steps
    return affine


def look(turned: float, tilted: float) -> np.ndarray:
    """Directions (away, down, right), a column each."""
    away = np.array([np.sin(turned), np.cos(turned), 0.0])
    down = np.array([0.0, 0.0, -1.0])
    right = np.array([np.cos(turned), -np.sin(turned), 0.0])
    return np.stack(
        (np.cos(tilted) * away + np.sin(tilted) * down, np.cos(tilted) * down - np.sin(tilted) * away, right), axis=1
    )


VALUES = np.random.default_rng(5).integers(-500, 1500, (7, 9, 11)).astype(np.int16)


@pytest.mark.parametrize("dtype", [np.int16, np.uint8, np.uint16, np.float32, np.int32])
@pytest.mark.parametrize(
    ("angles", "axis"), [((0.0, 0.0), 1), ((np.pi / 2, 0.0), 2), ((0.0, np.pi / 2), 0)], ids=["front", "side", "top"]
)
def test_straight_projections_are_the_maximum_of_voxels(angles: tuple[float, float], axis: int, dtype: type) -> None:
    values = (VALUES.clip(0) // 8 if np.dtype(dtype).kind == "u" else VALUES).astype(dtype)
    projector = Projector(make_volume(values, affine=affine_of(np.eye(3)), spacing=(1.0, 1.0)), 0)
    plane = projector.plan(look(*angles))
    found = projector.project(plane).values
    expected = values.max(axis=axis)
    place = [[plane.pixel_of((affine_of(np.eye(3)) @ [*index, 1])[:3]) for index in product(*map(range, values.shape))]]
    rows, columns = np.rint(np.array(place[0])).astype(int).T
    indices = np.array(list(product(*map(range, values.shape))))
    one, other = (number for number in range(3) if number != axis)
    assert np.abs(found[rows, columns] - expected[indices[:, one], indices[:, other]]).max() < 1e-3 * 2000
    assert np.isnan(found[0, 0])


@given(
    st.floats(0, 2 * np.pi),
    st.floats(-np.pi / 2, np.pi / 2),
    st.tuples(*[st.floats(0.6, 4.0)] * 3),
    st.tuples(*[st.floats(-0.3, 0.3)] * 3),
    st.tuples(st.integers(2, 9), st.integers(2, 11), st.integers(2, 13)),
)
def test_a_point_is_where_it_is_in_the_patient(
    turned: float, tilted: float, steps: tuple[float, ...], lean: tuple[float, ...], index: tuple[int, ...]
) -> None:
    """However the grid stands, leaning ones too, and at half the resolution; there the outermost voxels may be cut."""
    values = np.zeros((12, 14, 16), np.int16)
    values[index] = 1000
    shear = np.eye(3)
    shear[0, 1], shear[0, 2], shear[1, 2] = lean
    affine = affine_of(shear @ np.diag(steps))
    projector = Projector(make_volume(values, affine=affine, spacing=steps[1:]), 0)
    plane = projector.plan(look(turned, tilted))
    row, column = plane.pixel_of((affine @ [*index, 1])[:3])
    assert -0.5 <= row <= plane.rows - 0.5
    assert -0.5 <= column <= plane.columns - 0.5
    for is_half in (False, True):
        found = np.nan_to_num(projector.project(plane, is_half=is_half).values)
        rows, columns = np.nonzero(found > 0.5 * found.max())
        near = np.hypot(rows.mean() - row, columns.mean() - column) * min(steps)
        # Half a voxel along its longest edge; the greatest of eight stands for all of them at half the resolution.
        assert near <= (1.5 if is_half else 0.75) * np.linalg.norm(affine[:3, :3], axis=0).max() + 0.5 * min(steps)
        assert found.max() > 0


def test_turned_projections_agree_with_slabs_through_the_whole_volume() -> None:
    z, y, x = np.ogrid[:24, :30, :28]
    blobs = [(12, 14, 9, 900), (6, 20, 20, 600), (18, 8, 18, 750)]
    values = sum(h * np.exp(-((z - a) ** 2 + (y - b) ** 2 + (x - c) ** 2) / 18.0) for a, b, c, h in blobs)
    volume = make_volume(np.asarray(values, np.float32), affine=affine_of(np.eye(3)), spacing=(1.0, 1.0))
    projector = Projector(volume, 0)
    for turned, tilted in ((0.4, 0.2), (2.5, -0.7), (4.4, 1.2)):
        plane = projector.plan(look(turned, tilted))
        slab = Resampler(volume, 0).cut(plane, Slab(80.0, Projection.MAXIMUM)).values
        whole, half = (projector.project(plane, is_half=is_half).values for is_half in (False, True))
        middle = np.nan_to_num(slab) > 100
        assert np.abs(whole - slab)[middle].max() < 60
        # The greatest of eight is brighter than their middle.
        assert np.abs(half - slab)[middle].mean() < 100


def test_modality_values_padding_and_refusals() -> None:
    values = VALUES.copy()
    values[:, 0] = -2000
    padded = make_volume(values, affine=affine_of(np.eye(3)), spacing=(1.0, 1.0), padding=PaddingRange(-2000, -2000))
    found = Projector(padded, 0)
    front = found.project(found.plan(look(0, 0))).values
    assert np.nanmin(front) > -600
    colour = make_volume(np.zeros((3, 4, 5, 3), np.uint8), affine=affine_of(np.eye(3)), spacing=(1.0, 1.0))
    with pytest.raises(Refusal) as refused:
        Projector(colour, 0)
    assert refused.value.code is Code.UNSUPPORTED


def test_a_projection_that_nobody_waits_for_ends_early() -> None:
    values = np.zeros((4, 9, 4), np.int16)
    values[:, -1] = 1000
    projector = Projector(make_volume(values, affine=affine_of(np.eye(3)), spacing=(1.0, 1.0)), 0)
    plane = projector.plan(look(0, 0))
    assert np.nanmax(projector.project(plane).values) == 1000
    with stopped_by(lambda: True):
        assert np.nanmax(projector.project(plane).values) == 0


def test_the_picture_keeps_its_size_while_the_patient_is_turned() -> None:
    projector = Projector(make_volume(VALUES, affine=affine_of(np.eye(3)), spacing=(1.0, 1.0)), 0)
    sizes = {
        (plane.rows, plane.columns) for plane in (projector.plan(look(angle, 0.0)) for angle in np.linspace(0, 6, 25))
    }
    assert len(sizes) == 1
