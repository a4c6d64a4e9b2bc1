"""A volume that has no room for all its slices shows the same as one that has."""

from pathlib import Path

import numpy as np
import pytest

from imaging import loading
from imaging.budget import budget, free_bytes, set_budget
from imaging.geometry import Plane
from imaging.loading import allocate, fill, read_slices, read_volume
from imaging.paging import PagedVolume
from imaging.progress import finish
from imaging.refusal import Code, Refusal
from imaging.scan import scan
from imaging.series import Series
from imaging.volume import Slice, Volume
from tests.imaging.phantoms import write_series

PLANES = tuple(Plane)


def _series(folder: Path, **how: object) -> Series:
    write_series(folder, **how)  # type: ignore[arg-type]
    (series,) = finish(scan([folder])).series
    return series


@pytest.fixture(params=["upright", "tilted"])
def series(request: pytest.FixtureRequest, tmp_path: Path) -> Series:
    return _series(tmp_path, tilt=0.7 if request.param == "tilted" else 0.0)


@pytest.fixture
def whole(series: Series) -> Volume:
    """The series in memory as a whole."""
    volume = read_volume(series)
    assert volume.window is None
    assert volume.is_complete
    return volume


@pytest.fixture
def paged(series: Series, whole: Volume, monkeypatch: pytest.MonkeyPatch) -> PagedVolume:
    """The series with room for three slices."""
    monkeypatch.setattr(loading, "budget", lambda: 3 * series.rows * series.columns * 2)
    volume = allocate(series)
    assert isinstance(volume, PagedVolume)
    assert volume.window == 3
    return volume


def _same(one: Slice, other: Slice) -> None:
    assert one.stored.dtype == other.stored.dtype
    np.testing.assert_array_equal(one.stored, other.stored)
    np.testing.assert_array_equal(one.values, other.values)
    assert one.modality == other.modality
    assert one.count == other.count


@pytest.mark.parametrize("plane", PLANES)
def test_every_slice_is_that_of_the_whole_volume(paged: PagedVolume, whole: Volume, plane: Plane) -> None:
    for index in [*range(whole.count(plane)), 0]:
        _same(paged.slice_at(plane, index), whole.slice_at(plane, index))
        assert paged.loaded.sum() <= 3


@pytest.mark.parametrize("plane", PLANES)
def test_read_slices_gives_the_same(paged: PagedVolume, whole: Volume, plane: Plane) -> None:
    wanted = [3, 0, whole.count(plane) - 1, 10_000]
    found = list(read_slices(paged.series, plane, wanted))
    for index, slice_ in zip(wanted[:3], found, strict=False):
        assert isinstance(slice_, Slice)
        _same(slice_, whole.slice_at(plane, index))
    assert isinstance(found[3], Refusal)
    assert found[3].code is Code.OUT_OF_RANGE


def test_a_slice_stays_what_it_was_when_its_place_is_given_away(paged: PagedVolume) -> None:
    first = paged.slice_at(Plane.ACQUIRED, 0)
    before = first.stored.copy()
    for index in range(paged.series.slices):
        paged.slice_at(Plane.ACQUIRED, index)
    assert not paged.loaded[0, 0]
    np.testing.assert_array_equal(first.stored, before)


def test_what_is_near_the_focus_stays(paged: PagedVolume) -> None:
    paged.look_at(0, 5)
    for number in (0, 4, 5, 6, 9):
        finish(fill(paged, [number]))
    # 4 had to go for 6, and 9 took the place of the further one of 5's neighbours.
    assert paged.loaded[0, 5]
    assert not paged.loaded[0, 0]
    assert paged.loaded.sum() == 3


def test_fill_reads_no_more_than_there_is_room_for(paged: PagedVolume) -> None:
    finish(fill(paged))
    assert paged.loaded.sum() == 3
    assert not paged.is_complete


def test_phases_are_paged_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for phase in range(3):
        values = np.arange(4 * 6 * 5, dtype=np.int16).reshape(4, 6, 5) + 1000 * phase
        write_series(tmp_path / str(phase), values=values, TemporalPositionIdentifier=phase + 1)
    (series,) = finish(scan([tmp_path])).series
    assert (series.phases, series.slices) == (3, 4)
    whole = read_volume(series)
    monkeypatch.setattr(loading, "budget", lambda: 1)
    volume = allocate(series)
    assert volume.window == 3
    for phase in range(3):
        for index in range(4):
            _same(volume.slice_at(Plane.ACQUIRED, index, phase), whole.slice_at(Plane.ACQUIRED, index, phase))


def test_a_slice_whose_file_is_gone_is_refused_and_the_others_are_not(paged: PagedVolume) -> None:
    paged.series.frames[6].source.path.unlink()
    with pytest.raises(Refusal) as refused:
        paged.slice_at(Plane.ACQUIRED, 6)
    assert refused.value.code is Code.MISSING
    rows = finish(fill(paged, [5, 6]))
    assert [row.code for row in rows] == [Code.MISSING]
    assert paged.slice_at(Plane.ACQUIRED, 5).stored.any()


def test_the_budget_is_half_of_what_is_free_unless_it_is_set() -> None:
    assert 0 < budget() <= free_bytes()
    set_budget(1234)
    try:
        assert budget() == 1234
    finally:
        set_budget(None)
