"""Where voxels are: nibabel is the oracle for every grid, tables for the letters."""

from itertools import permutations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nibabel.orientations import aff2axcodes
from numpy.typing import NDArray

from imaging.volume.geometry import (
    SCREEN_AXES,
    Plane,
    Reorientation,
    affine_from_dicom,
    axes_of,
    directions_of,
    is_usable,
    letters_of,
    lps_from_ras,
    orientation_of,
    plane_of_acquisition,
    reorientation_to,
    spacing_of,
)

ALL_48 = list(product(permutations(range(3)), product((1.0, -1.0), repeat=3)))
PLANES = [Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL]
SHAPE = (3, 4, 5)


def _grid(axes: tuple[int, ...], signs: tuple[float, ...], steps: tuple[float, ...] = (3, 2, 1)) -> NDArray[Any]:
    """An LPS affine whose column c runs along body axis `axes[c]`."""
    affine = np.eye(4)
    affine[:3, :3] = 0
    for column, (axis, sign, step) in enumerate(zip(axes, signs, steps, strict=True)):
        affine[axis, column] = sign * step
    affine[:3, 3] = (10, -20, 30)
    return affine


def _rotation(angles: tuple[float, float, float]) -> NDArray[Any]:
    turned = np.eye(4)
    for axis, degrees in enumerate(angles):
        one, other = [index for index in range(3) if index != axis]
        step = np.eye(4)
        cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
        step[one, one], step[other, other], step[one, other], step[other, one] = cosine, cosine, -sine, sine
        turned = step @ turned
    return turned


def _oracle(affine: NDArray[Any]) -> tuple[str, ...]:
    """nibabel's letters; it wants RAS."""
    return tuple(str(letter) for letter in aff2axcodes(lps_from_ras(affine)))


@pytest.mark.parametrize(("axes", "signs"), ALL_48)
def test_all_48_grids_have_nibabels_letters(axes: tuple[int, ...], signs: tuple[float, ...]) -> None:
    affine = _grid(axes, signs)
    assert axes_of(affine) == _oracle(affine)
    assert spacing_of(affine) == (3, 2, 1)


@given(
    grid=st.sampled_from(ALL_48),
    angles=st.tuples(*[st.floats(-20, 20)] * 3),
    steps=st.tuples(*[st.floats(0.1, 20)] * 3),
)
def test_tilted_grids_have_nibabels_letters(grid: Any, angles: Any, steps: Any) -> None:
    affine = _rotation(angles) @ _grid(*grid, steps)
    assert axes_of(affine) == _oracle(affine)


@given(grid=st.sampled_from(ALL_48), angles=st.tuples(*[st.sampled_from([0.0, 30.0, 45.0, 90.0, 135.0, 17.5])] * 3))
def test_letters_are_three_body_axes_whatever_the_tilt(grid: Any, angles: Any) -> None:
    affine = _rotation(angles) @ _grid(*grid)
    letters = axes_of(affine)
    assert sorted({"L": "R", "P": "A", "S": "I"}.get(letter, letter) for letter in letters) == ["A", "I", "R"]


@given(angles=st.tuples(*[st.sampled_from([0.0, 30.0, 45.0, 60.0, 12.0])] * 3), grid=st.sampled_from(ALL_48))
def test_a_grid_that_is_permuted_or_flipped_keeps_its_names(angles: Any, grid: Any) -> None:
    tilted = _rotation(angles) @ _grid((2, 1, 0), (1, 1, 1))
    order, signs = grid
    turned = tilted.copy()
    for new, (old, sign) in enumerate(zip(order, signs, strict=True)):
        turned[:3, new] = sign * tilted[:3, old]
    opposite = dict(zip("LRPASI", "RLAPIS", strict=True))
    names = axes_of(tilted)
    expected = tuple(names[old] if sign > 0 else opposite[names[old]] for old, sign in zip(order, signs, strict=True))
    assert axes_of(turned) == expected


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize(("axes", "signs"), ALL_48)
def test_every_grid_can_be_turned_to_every_plane(axes: tuple[int, ...], signs: tuple[float, ...], plane: Plane) -> None:
    affine = _grid(axes, signs)
    turn = reorientation_to(affine, plane)
    array = np.arange(np.prod(SHAPE)).reshape(SHAPE)
    turned, placed = turn.of_array(array), turn.of_affine(affine, SHAPE)
    assert axes_of(placed) == SCREEN_AXES[plane]
    assert np.shares_memory(turned, array)
    # Every voxel is still at its own place in the patient.
    back = np.linalg.inv(affine) @ placed
    for index in np.ndindex(turned.shape):
        origin = np.rint(back @ [*index, 1])[:3].astype(int)
        assert turned[index] == array[tuple(origin)]


def test_the_acquired_plane_is_the_grid_as_it_is() -> None:
    unturned = Reorientation((0, 1, 2), (False, False, False))
    assert reorientation_to(_grid((0, 2, 1), (1, -1, 1)), Plane.ACQUIRED) == unturned
    assert reorientation_to(_grid((0, 2, 1), (1, -1, 1)), Plane.AXIAL) != unturned


def test_colour_and_phases_stay_behind_the_three_axes() -> None:
    turn = reorientation_to(_grid((0, 1, 2), (1, 1, 1)), Plane.AXIAL)
    assert turn.of_array(np.zeros((3, 4, 5, 7))).shape == (5, 4, 3, 7)


@pytest.mark.parametrize(
    ("orientation", "step", "axes", "name"),
    [
        ((1, 0, 0, 0, 1, 0), (0, 0, 2), ("S", "P", "L"), "axial"),
        ((1, 0, 0, 0, 1, 0), (0, 0, -2), ("I", "P", "L"), "axial"),
        ((0, 1, 0, 0, 0, -1), (-2, 0, 0), ("R", "I", "P"), "sagittal"),
        ((1, 0, 0, 0, 0, -1), (0, 2, 0), ("P", "I", "L"), "coronal"),
    ],
)
def test_affine_of_a_dicom_stack(orientation: Any, step: Any, axes: tuple[str, ...], name: str) -> None:
    affine = affine_from_dicom(orientation, (-100, -90, 7), (0.5, 0.25), step)
    assert axes_of(affine) == axes
    assert orientation_of(affine) == name
    assert spacing_of(affine) == (2, 0.5, 0.25)
    # PS3.3 C.7.6.2.1-1: column index goes along the row direction with the column spacing.
    place = np.array([-100, -90, 7]) + 3 * 0.25 * np.array(orientation[:3]) + 2 * 0.5 * np.array(orientation[3:])
    np.testing.assert_allclose((affine @ [0, 2, 3, 1])[:3], place)


@pytest.mark.parametrize(
    ("degrees", "name"), [(0, "axial"), (14, "axial"), (16, "oblique"), (45, "oblique"), (76, "coronal")]
)
def test_a_plane_has_its_name_up_to_15_degrees(degrees: float, name: str) -> None:
    assert orientation_of(_rotation((degrees, 0, 0)) @ _grid((2, 1, 0), (1, 1, 1))) == name


@pytest.mark.parametrize(
    ("direction", "letters"),
    [
        ((1, 0, 0), "L"),
        ((-1, 0, 0), "R"),
        ((0, 1, 0), "P"),
        ((0, -1, 0), "A"),
        ((0, 0, 1), "S"),
        ((0, 0, -1), "I"),
        ((0.8, -0.6, 0), "LA"),
        ((0.6, 0, -0.8), "IL"),
        ((0.999, 0.04, 0), "L"),
        ((-0.5, 0.62, 0.6), "PSR"),
    ],
)
def test_letters_of_a_direction(direction: Any, letters: str) -> None:
    assert letters_of(direction) == letters


def test_ras_and_lps_are_half_a_turn_apart() -> None:
    affine = _grid((0, 1, 2), (1, 1, 1))
    np.testing.assert_array_equal(lps_from_ras(affine) @ [1, 1, 1, 1], [-13, 18, 31, 1])
    np.testing.assert_array_equal(lps_from_ras(lps_from_ras(affine)), affine)


@pytest.mark.parametrize(
    ("change", "usable"),
    [
        (lambda affine: None, True),
        (lambda affine: affine.__setitem__((slice(None), 0), 0), False),
        (lambda affine: affine.__setitem__((0, 0), np.nan), False),
        (lambda affine: affine.__setitem__((slice(0, 3), 0), affine[:3, 1]), False),
        (lambda affine: affine.__setitem__((slice(0, 3), slice(0, 3)), 1e-6 * np.eye(3)), True),
    ],
)
def test_usable_affines(change: Any, usable: bool) -> None:
    affine = _grid((0, 1, 2), (1, 1, 1))
    change(affine)
    assert is_usable(affine) is usable


def test_directions_are_unit_vectors() -> None:
    np.testing.assert_allclose(np.linalg.norm(directions_of(_grid((1, 0, 2), (1, -1, 1))), axis=0), 1)


@pytest.mark.parametrize(
    ("steps", "shape", "slice_axis", "plane"),
    [
        ((1, 1, 1), (9, 9, 9), None, Plane.AXIAL),
        ((1, 1, 1.6), (9, 9, 9), None, Plane.SAGITTAL),
        ((1, 1.6, 1), (9, 9, 9), None, Plane.CORONAL),
        ((1, 1.4, 1), (9, 9, 9), None, Plane.AXIAL),
        ((1, 1.6, 1), (9, 9, 9), 2, Plane.SAGITTAL),
        ((1, 1, 1.6), (9, 1, 9), 2, Plane.CORONAL),
        ((1, 1, 1), (1, 1, 9), None, Plane.AXIAL),
    ],
)
def test_plane_of_acquisition(steps: Any, shape: Any, slice_axis: int | None, plane: Plane) -> None:
    assert plane_of_acquisition(_grid((2, 1, 0), (1, 1, 1), steps), shape, slice_axis) is plane
