"""In what order slices come in, and what a scan shows while it still runs. No window here."""

import zipfile
from itertools import chain, repeat
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

from desktop.jobs import open
from desktop.jobs.open import (
    Preview,
    Staged,
    find_nearest_missing,
    grow_first_picture,
    grow_volume,
    read_first_picture,
    stage_files,
    stream_slices,
)
from imaging import remote_read
from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job, finish
from imaging.paged_volume import PagedVolume
from imaging.scan import RunningScan
from imaging.volume.series import Series
from imaging.volume.volume import Volume
from tests.imaging.phantoms import write_series
from tests.reading import READING, allocate, fill, read_volume, scan, with_memory


def _values(slices: int, start: int = 0) -> "np.ndarray[tuple[int, ...], np.dtype[np.int16]]":
    return np.arange(start, start + slices * 30, dtype=np.int16).reshape(slices, 6, 5)


def _series(folder: Path, slices: int = 40) -> Series:
    write_series(folder, values=_values(slices))
    (series,) = finish(scan([folder])).series
    return series


def _order(volume: Volume, job: Job[object]) -> list[int]:
    """The slices of phase 0 in the order in which they came in."""
    order: list[int] = []
    for _ in job:
        order += [index for index in np.flatnonzero(volume.loaded[0]).tolist() if index not in order]
    return order


def test_slices_come_in_outward_from_the_one_that_is_looked_at(tmp_path: Path) -> None:
    volume = allocate(_series(tmp_path))
    order = _order(volume, stream_slices(lambda: [(volume, 0, 7)], READING))
    assert order == sorted(range(40), key=lambda index: (abs(index - 7), index))
    assert volume.is_complete


def test_a_slice_that_is_gone_to_comes_first(tmp_path: Path) -> None:
    volume = allocate(_series(tmp_path))
    place = [0, 5]
    job = stream_slices(lambda: [(volume, place[0], place[1])], READING)
    for seen, _ in enumerate(job, start=1):
        if seen == 3:
            place[1] = 35
        if volume.loaded[0, 35]:
            break
    # What was under way when the person moved is finished, no more.
    assert volume.loaded.sum() <= 9


def test_the_own_phase_comes_before_the_others(tmp_path: Path) -> None:
    for phase in range(3):
        write_series(tmp_path / str(phase), values=_values(4, 1000 * phase), TemporalPositionIdentifier=phase + 1)
    (series,) = finish(scan([tmp_path])).series
    volume = allocate(series)
    assert find_nearest_missing(volume, 2, 1, children=2)[:8] == [9, 8, 10, 11, 5, 4, 6, 7]


def test_what_cannot_be_read_is_told_and_not_tried_again(tmp_path: Path) -> None:
    series = _series(tmp_path, 12)
    series.frames[3].source.path.unlink()
    volume = allocate(series)
    lost = finish(stream_slices(lambda: [(volume, 0, 6)], READING))[volume]
    assert {number: refusal.code for number, refusal in lost.items()} == {3: Code.MISSING}
    assert volume.loaded.sum() == 11


def test_of_a_paged_volume_the_neighbourhood_comes_in(tmp_path: Path) -> None:
    series = _series(tmp_path)
    whole = read_volume(series)
    volume = allocate(series, with_memory(12 * 60))
    assert isinstance(volume, PagedVolume)
    for focus in (20, 35, 0, 21, 39):
        assert finish(stream_slices(lambda focus=focus: [(volume, 0, focus)], READING)) == {volume: {}}  # type: ignore[misc]
        there = np.flatnonzero(volume.loaded[0])
        assert len(there) <= 12
        near = sorted(range(40), key=lambda index: (abs(index - focus), index))[:9]
        assert set(near) <= set(there.tolist())
        for index in near:
            np.testing.assert_array_equal(volume.pixels(0, index), whole.pixels(0, index))


def test_closing_the_stream_stops_it(tmp_path: Path) -> None:
    volume = allocate(_series(tmp_path))
    job = stream_slices(lambda: [(volume, 0, 0)], READING)
    next(job)
    job.close()
    assert volume.loaded.sum() == 1


# --- the first picture while the scan still runs ---


@pytest.fixture
def two_series(tmp_path: Path) -> Path:
    for number in (1, 2):
        uid = f"1.2.{number}"
        write_series(
            tmp_path / str(number), values=_values(20, 500 * number), SeriesInstanceUID=uid, SeriesNumber=number
        )
    return tmp_path


def _staged(job: Job[Staged]) -> tuple[list[Preview], Staged]:
    previews: list[Preview] = []
    result = finish(job, lambda step: previews.append(step) if isinstance(step, Preview) else None)
    return previews, result


def test_a_long_scan_gives_a_picture_before_it_is_done(two_series: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open, "PREVIEW_SECONDS", 0.0)
    (preview,), staged = _staged(stage_files([two_series], READING))
    assert preview.first is not None
    assert preview.series[0].slices < 20
    assert preview.first.slice.stored.any()
    assert staged.first is None
    assert [one.slices for one in staged.series] == [20, 20]
    # What is said of a slice is kept by the series' id and the slice's number, and the number will be another one.
    assert preview.series[0].id != staged.series[0].id


def test_a_short_scan_and_a_particular_wish_give_none(two_series: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open, "PREVIEW_SECONDS", 3600.0)
    previews, staged = _staged(stage_files([two_series], READING))
    assert previews == []
    assert staged.first is not None
    monkeypatch.setattr(open, "PREVIEW_SECONDS", 0.0)
    previews, staged = _staged(stage_files([two_series], READING, series=1))
    assert previews == []
    assert staged.first is not None


def test_a_long_walk_through_a_folder_does_not_put_off_the_early_picture(
    two_series: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(250):
        (two_series / f"{number}.txt").touch()
    # The time is up before there is any header, and then stands still.
    clock = chain([0.0], repeat(1.0))
    monkeypatch.setattr(open, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    previews, staged = _staged(stage_files([two_series], READING))
    assert len(previews) == 1
    assert [one.slices for one in staged.series] == [20, 20]


def test_the_early_picture_comes_though_the_scan_holds_every_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scan stands still meanwhile, so that none of its children is given back."""
    packed = Path(str(get_testdata_file("JPEG2000.dcm", download=False)))
    Image.fromarray(np.zeros((30, 20), np.uint8)).save(tmp_path / "a.png")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(packed, "000.dcm")
        for number in range(200):
            archive.write(tmp_path / "a.png", f"{number}.png")
    monkeypatch.setattr(remote_read, "FILES_PER_TASK", 1)
    monkeypatch.setattr(open, "PREVIEW_SECONDS", 0.0)
    waited = 0
    for step in stage_files([tmp_path / "a.zip"], READING):
        if isinstance(step, Preview):
            break
        waited += step.doing == "Reading slices"
        # Each of them is a twentieth of a second at most.
        assert waited < 800
    else:
        pytest.fail("the scan was over first")


def _half_known(folder: Path) -> Series:
    """The first series as it is after some of its files."""
    scanning = RunningScan(READING)
    for _ in scanning.run([folder]):
        found = scanning.series_so_far()
        if found and found[0].slices > 5:
            return found[0]
    raise AssertionError


def test_the_series_on_screen_grows_and_keeps_what_was_read(two_series: Path) -> None:
    half = _half_known(two_series)
    volume = allocate(half)
    finish(fill(volume, [2, 3]))
    full = finish(scan([two_series])).series
    larger, (phase, index) = finish(grow_volume(volume, (0, 3), full, READING))
    assert larger.series is full[0]
    assert larger.series.frame(phase, index).source == half.frame(0, 3).source
    assert larger.loaded.sum() == 2
    np.testing.assert_array_equal(larger.pixels(phase, index), volume.pixels(0, 3))
    begun = finish(grow_first_picture(volume, (0, 3), full, READING))
    afresh = finish(read_first_picture(full[0], READING))
    assert begun.slice.index == afresh.slice.index == full[0].middle
    np.testing.assert_array_equal(begun.slice.stored, afresh.slice.stored)
    assert begun.voi == afresh.voi


def test_a_series_that_was_known_whole_keeps_its_pixels_in_place(two_series: Path) -> None:
    full = finish(scan([two_series])).series
    volume = read_volume(full[1])
    again = finish(scan([two_series])).series
    same, place = finish(grow_volume(volume, (0, 7), again, READING))
    assert same.stored is volume.stored
    assert place == (0, 7)
    assert same.series is again[1]


def test_a_frame_that_is_in_no_series_after_all_is_refused(two_series: Path, tmp_path: Path) -> None:
    full = finish(scan([two_series])).series
    with pytest.raises(Refusal):
        finish(grow_volume(allocate(full[0]), (0, 0), full[1:], READING))
