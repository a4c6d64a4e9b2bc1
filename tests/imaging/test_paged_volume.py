"""A volume that has no room for all its slices shows the same as one that has."""

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nibabel.nifti1 import Nifti1Image

from imaging import gzip_read
from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy, free_bytes
from imaging.base.progress import finish
from imaging.files import gzip_index
from imaging.formats import Access
from imaging.load import check_gzip_further, resident_slices
from imaging.paged_volume import PagedVolume, gzip_index_of
from imaging.volume.geometry import SCREEN_AXES, Plane
from imaging.volume.series import Format, Series, Source, StoredFrame
from imaging.volume.volume import Slice, Volume
from tests.imaging.phantoms import write_series
from tests.reading import READING, allocate, fill, read_volume, scan, with_memory

PLANES = (Plane.ACQUIRED, *SCREEN_AXES)


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
    assert volume.resident_slices is None
    assert volume.is_complete
    return volume


@pytest.fixture
def paged(series: Series, whole: Volume) -> PagedVolume:
    """The series with room for three slices."""
    volume = allocate(series, with_memory(3 * series.rows * series.columns * 2))
    assert isinstance(volume, PagedVolume)
    assert volume.resident_slices == 3
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


def test_there_is_no_slice_beyond_the_last(paged: PagedVolume) -> None:
    with pytest.raises(Refusal) as caught:
        paged.slice_at(Plane.ACQUIRED, 10_000)
    assert caught.value.code is Code.OUT_OF_RANGE


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


def test_phases_are_paged_alike(tmp_path: Path) -> None:
    for phase in range(3):
        values = np.arange(4 * 6 * 5, dtype=np.int16).reshape(4, 6, 5) + 1000 * phase
        write_series(tmp_path / str(phase), values=values, TemporalPositionIdentifier=phase + 1)
    (series,) = finish(scan([tmp_path])).series
    assert (series.phases, series.slices) == (3, 4)
    whole = read_volume(series)
    volume = allocate(series, with_memory(1))
    assert volume.resident_slices == 3
    for phase in range(3):
        for index in range(4):
            _same(volume.slice_at(Plane.ACQUIRED, index, phase), whole.slice_at(Plane.ACQUIRED, index, phase))


def eight(series: Series) -> Volume:
    """The series with room for eight slices of four bytes a pixel."""
    return allocate(series, with_memory(8 * series.rows * series.columns * 4))


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Series, Path, np.ndarray]]:
    """Makes a .nii.gz of 3 MB, of which index points are found every 64 KiB, and room for eight of its slices."""
    monkeypatch.setattr(gzip_index, "LEAST_SPACING", 2**16)
    monkeypatch.setattr(gzip_read, "BYTES_PER_TASK", 2**18)

    def made(shape: tuple[int, ...] = (64, 64, 96), zooms: tuple[float, ...] = (1, 1, 1)) -> tuple[Series, Path, Any]:
        values = np.random.default_rng(1).integers(0, 900, shape).astype(np.int32)
        values[..., ::3] = 7
        path = tmp_path / "large.nii.gz"
        Nifti1Image(values, np.diag([*zooms, 1.0])).to_filename(path)
        (series,) = finish(scan([path])).series
        return series, path, values

    return made


def test_a_packed_file_is_paged(packed: Callable[..., tuple[Series, Path, np.ndarray]]) -> None:
    series, _, values = packed()
    volume = eight(series)
    assert isinstance(volume, PagedVolume)
    assert volume.resident_slices == 8
    for index in (95, 0, 50, 94, 51, 3):
        found = volume.slice_at(Plane.ACQUIRED, index).stored
        np.testing.assert_array_equal(found, values[:, :, index].T[::-1, ::-1])
        assert volume.loaded.sum() <= 8
    assert gzip_index_of(volume) is not None
    assert gzip_index_of(volume).known_to > 2**20
    assert not gzip_index_of(volume).is_complete


@pytest.mark.parametrize("plane", PLANES)
def test_every_plane_of_a_packed_file_is_right(
    packed: Callable[..., tuple[Series, Path, np.ndarray]], plane: Plane
) -> None:
    series, _, _ = packed((24, 20, 16))
    paged = eight(series)
    whole = read_volume(series, with_memory(2**30))
    assert (paged.resident_slices, whole.resident_slices) == (8, None)
    for index in (0, whole.count(plane) - 1, 5):
        _same(paged.slice_at(plane, index), whole.slice_at(plane, index))


def test_phases_of_a_packed_file(packed: Callable[..., tuple[Series, Path, np.ndarray]]) -> None:
    series, _, values = packed((16, 16, 6, 40))
    volume = eight(series)
    assert volume.resident_slices == 8
    for index, phase in ((5, 39), (0, 0), (3, 20)):
        found = volume.slice_at(Plane.ACQUIRED, index, phase).stored
        np.testing.assert_array_equal(found, values[:, :, index, phase].T[::-1, ::-1])


def test_slices_across_the_runs_of_a_packed_file(packed: Callable[..., tuple[Series, Path, np.ndarray]]) -> None:
    series, _, values = packed((40, 30, 20), (4.0, 1.0, 1.0))
    volume = eight(series)
    assert (volume.resident_slices, gzip_index_of(volume)) == (8, None)
    for index in (39, 0, 20):
        found = volume.slice_at(Plane.ACQUIRED, index).stored
        np.testing.assert_array_equal(found, values[index].T[::-1, ::-1])


def test_a_way_that_is_left_goes_on_from_where_it_was(
    packed: Callable[..., tuple[Series, Path, np.ndarray]],
) -> None:
    series, _, values = packed()
    volume = eight(series)
    job = fill(volume, [95])
    steps = [next(job), next(job)]
    job.close()
    assert {step.doing for step in steps} == {"Unpacking, MiB"}
    assert gzip_index_of(volume) is not None
    reached = gzip_index_of(volume).known_to
    assert 0 < reached < series.frames[95].layout.begin  # type: ignore[union-attr]
    again = [step.done for step in fill(volume, [95]) if step.doing == "Unpacking, MiB"]
    assert again[0] >= reached // 2**20
    np.testing.assert_array_equal(volume.stored[0], values[:, :, 95].T[::-1, ::-1])
    # A second visit unpacks nothing but what lies around the slice.
    assert {step.doing for step in fill(volume, [10])} == {"Reading slices"}


def test_nothing_is_written_anywhere(
    packed: Callable[..., tuple[Series, Path, np.ndarray]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    series, path, _ = packed()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    volume = eight(series)
    volume.slice_at(Plane.ACQUIRED, 95)
    assert list(temporary.iterdir()) == []
    assert sorted(path.parent.iterdir()) == [path, temporary]


def _check_all(volume: Volume) -> None:
    for _ in range(50):
        if not finish(check_gzip_further(volume, READING)):
            return
    pytest.fail("the check does not end")


def test_a_whole_file_passes_the_check(packed: Callable[..., tuple[Series, Path, np.ndarray]]) -> None:
    series, _, _ = packed()
    volume = eight(series)
    _check_all(volume)
    assert not volume.is_damaged
    assert not volume.slice_at(Plane.ACQUIRED, 1).series.incomplete


def test_what_unpacks_without_end_behind_the_voxels_is_left_alone(
    packed: Callable[..., tuple[Series, Path, np.ndarray]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small file that would unpack to a gigabyte: no more of it is touched than its header asks for."""
    _, path, values = packed()
    content = gzip.decompress(path.read_bytes())
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    parts = [packer.compress(content), *(packer.compress(bytes(2**20)) for _ in range(1024)), packer.flush()]
    path.write_bytes(b"".join(parts))
    monkeypatch.setattr(gzip_read, "BYTES_PER_CHECK", 2**20)
    (series,) = finish(scan([path])).series
    # Zeros behind the voxels are padding.
    assert not series.incomplete
    volume = eight(series)
    np.testing.assert_array_equal(volume.slice_at(Plane.ACQUIRED, 95).stored, values[:, :, 95].T[::-1, ::-1])
    _check_all(volume)
    assert gzip_index_of(volume) is not None
    assert gzip_index_of(volume).checked.position < len(content) + 2**26


def test_a_wrong_checksum_marks_every_slice(packed: Callable[..., tuple[Series, Path, np.ndarray]]) -> None:
    _, path, _ = packed()
    content = bytearray(path.read_bytes())
    content[-6] ^= 1
    path.write_bytes(content)
    (series,) = finish(scan([path])).series
    volume = eight(series)
    assert not volume.slice_at(Plane.ACQUIRED, 1).series.incomplete
    _check_all(volume)
    assert volume.is_damaged
    assert volume.slice_at(Plane.ACQUIRED, 1).series.incomplete


def test_a_cut_file_shows_what_is_there_under_the_mark(
    packed: Callable[..., tuple[Series, Path, np.ndarray]],
) -> None:
    _, path, values = packed()
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    (series,) = finish(scan([path])).series
    volume = eight(series)
    shown = volume.slice_at(Plane.ACQUIRED, 20)
    assert shown.series.incomplete
    np.testing.assert_array_equal(shown.stored, values[:, :, 20].T[::-1, ::-1])
    (row,) = finish(fill(volume, [90]))
    assert row.code in (Code.TRUNCATED, Code.DECODE)
    assert volume.is_damaged


def test_a_file_that_changes_under_way_is_refused(packed: Callable[..., tuple[Series, Path, np.ndarray]]) -> None:
    series, path, _ = packed()
    volume = eight(series)
    volume.slice_at(Plane.ACQUIRED, 1)
    path.write_bytes(path.read_bytes() + b"more")
    (row,) = finish(fill(volume, [90]))
    assert row.code is Code.HEADER


def test_the_wrong_checksum_of_a_small_file_marks_it_too(tmp_path: Path) -> None:
    path = tmp_path / "a.nii.gz"
    Nifti1Image(np.arange(5000, dtype=np.int16).reshape(10, 10, 50), np.eye(4)).to_filename(path)
    content = bytearray(path.read_bytes())
    content[-6] ^= 1
    path.write_bytes(content)
    (series,) = finish(scan([path])).series
    volume = read_volume(series)
    assert volume.is_damaged
    assert volume.slice_at(Plane.ACQUIRED, 3).series.incomplete


def test_a_slice_whose_file_is_gone_is_refused_and_the_others_are_not(paged: PagedVolume) -> None:
    paged.series.frames[6].source.path.unlink()
    with pytest.raises(Refusal) as refused:
        paged.slice_at(Plane.ACQUIRED, 6)
    assert refused.value.code is Code.MISSING
    rows = finish(fill(paged, [5, 6]))
    assert [row.code for row in rows] == [Code.MISSING]
    assert paged.slice_at(Plane.ACQUIRED, 5).stored.any()


def test_the_budget_is_half_of_what_is_free_unless_it_is_set() -> None:
    assert 0 < ReadingPolicy().memory_budget() <= free_bytes()
    assert ReadingPolicy(memory_bytes=1234).memory_budget() == 1234


def test_a_series_that_a_person_gives_the_room_is_held_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.base.policy.free_bytes", lambda: 2**36)
    source = Source(Path("a.nii"))
    frames = tuple(StoredFrame(source, index, layout=Access.PLAIN) for index in range(700))
    series = Series(id="x", format=Format.NIFTI, frames=frames, slices=700, rows=1024, columns=1024, dtype="int16")
    assert resident_slices(series, ReadingPolicy()) == 512, "what is read again in no time is not held"
    assert resident_slices(series, ReadingPolicy(memory_bytes=2**31)) is None
    assert resident_slices(series, ReadingPolicy(memory_bytes=2**29)) == 256
