"""The upright grid around a tilted stack: every voxel keeps its place in the patient."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.volume.deskew import UprightGrid
from imaging.volume.geometry import affine_from_dicom


@given(
    slices=st.integers(2, 30),
    step=st.floats(0.5, 8.0),
    lean=st.tuples(st.floats(-3.0, 3.0), st.floats(-3.0, 3.0)),
    spacing=st.tuples(st.floats(0.3, 3.0), st.floats(0.3, 3.0)),
    turn=st.floats(-3.1, 3.1),
)
def test_every_voxel_keeps_its_place(
    slices: int, step: float, lean: tuple[float, float], spacing: tuple[float, float], turn: float
) -> None:
    row = np.array([np.cos(turn), np.sin(turn), 0.0])
    column = np.array([-np.sin(turn) * 0.6, np.cos(turn) * 0.6, 0.8])
    along = step * np.cross(row, column) + lean[0] * column + lean[1] * row
    affine = affine_from_dicom((*row, *column), (3.0, -5.0, 7.0), spacing, along)
    shape = (slices, 12, 9)
    grid = UprightGrid.of(affine, shape)
    assert grid.affine[:3, 0] @ row == pytest.approx(0, abs=1e-6)
    assert grid.affine[:3, 0] @ column == pytest.approx(0, abs=1e-6)
    for index in (0, slices - 1):
        for corner in ((0, 0), (11, 8)):
            place = [corner[part] + index * grid.shift[part] - grid.first[part] for part in range(2)]
            assert all(-1e-6 <= at <= count - 1 + 1e-6 for at, count in zip(place, grid.shape[1:], strict=True))
            np.testing.assert_allclose(grid.affine @ (index, *place, 1), affine @ (index, *corner, 1), atol=1e-6)


def test_between_two_rows_values_are_interpolated_and_outside_there_are_none() -> None:
    affine = affine_from_dicom((1, 0, 0, 0, 1, 0), (0, 0, 0), (1, 1), (0, 0.5, 2))
    grid = UprightGrid.of(affine, (3, 4, 5))
    assert grid.shape == (3, 5, 5)

    def line_of(slice_: int, axis: int, number: int) -> np.ndarray:
        return np.full(5 if axis == 1 else 4, 100 * slice_ + 10 * number, np.float32)

    np.testing.assert_array_equal(grid.cut(1, 1, line_of, 4)[:, 0], [10, 105, 200])
    np.testing.assert_array_equal(grid.cut(1, 4, line_of, 4)[:, 0], [np.nan, np.nan, 230])
    down = grid.cut(2, 2, line_of, 5)
    np.testing.assert_array_equal(np.isnan(down), [[0, 0, 0, 0, 1], [1, 0, 0, 0, 1], [1, 0, 0, 0, 0]])
