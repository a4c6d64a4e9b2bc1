"""Two series in one patient: which share a space, how deep their slices lie, where one cuts another."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.volume.geometry import affine_from_dicom
from imaging.volume.patient_space import are_parallel, cut_line, share_space, slice_depths
from imaging.volume.series import Acquisition, Format, Series, Source, StoredFrame

AXIAL, SAGITTAL = (1, 0, 0, 0, 1, 0), (0, 1, 0, 0, 0, -1)


def series_of(space: str, orientation: tuple[float, ...] = AXIAL, *, step: float = 2.0, name: str = "x") -> Series:
    cosines = np.asarray(orientation, dtype=float)
    along = step * np.cross(cosines[:3], cosines[3:])
    affine = affine_from_dicom(cosines, (1.0, 2.0, 3.0), (1.0, 1.0), along)
    frames = tuple(StoredFrame(Source(Path("a.dcm")), index) for index in range(5))
    made = Acquisition(frame_of_reference=space)
    return Series(
        id=name, format=Format.DICOM, frames=frames, slices=5, rows=9, columns=7, dtype="int16",
        affine=affine, acquisition=made,
    )  # fmt: skip


def test_only_a_stated_space_is_shared() -> None:
    one, other = series_of("1.2", name="a"), series_of("1.2", name="b")
    assert share_space(one, other)
    assert not share_space(one, series_of("1.3", name="b"))
    unstated = series_of("", name="c")
    assert share_space(unstated, unstated)
    assert not share_space(unstated, series_of("", name="d"))
    assert not share_space(one, replace(other, affine=None))


def test_parallel_is_told_by_the_normals() -> None:
    assert are_parallel(series_of("1.2"), series_of("1.2", (1, 0, 0, 0, -1, 0)))
    assert not are_parallel(series_of("1.2"), series_of("1.2", SAGITTAL))


def test_depths_are_those_of_the_slices_own_positions() -> None:
    assert slice_depths(series_of("1.2")).tolist() == [3, 5, 7, 9, 11]
    series = series_of("1.2")
    moved = replace(series.frames[4], position=(1.0, 2.0, 20.0))
    assert slice_depths(replace(series, frames=(*series.frames[:4], moved))).tolist() == [3, 5, 7, 9, 20]


@given(place=st.floats(0, 6), turn=st.floats(-0.6, 0.6))
def test_both_ends_of_a_cut_lie_in_both_planes(place: float, turn: float) -> None:
    plane = affine_from_dicom(AXIAL, (0, 0, 0), (1, 1), (0, 0, 2))
    along = (np.sin(turn), np.cos(turn), 0.0)
    other = affine_from_dicom((*along, 0, 0, -1), (place, 0, 4), (1, 1), np.cross(along, (0, 0, -1)))
    found = cut_line(plane, other, (9, 7))
    assert found is not None
    for row, column in found:
        at = (plane @ (0, row, column, 1))[:3]
        assert (np.linalg.solve(other, [*at, 1]))[0] == pytest.approx(0, abs=1e-6)


def test_planes_that_do_not_meet_have_no_line() -> None:
    plane = affine_from_dicom(AXIAL, (0, 0, 0), (1, 1), (0, 0, 2))
    above = affine_from_dicom(SAGITTAL, (3, 0, 40), (1, 1), (-1, 0, 0))
    assert cut_line(plane, above, (9, 7)) is None
    assert cut_line(plane, plane @ np.diag([1.0, 1, 1, 1]), (9, 7)) is None
