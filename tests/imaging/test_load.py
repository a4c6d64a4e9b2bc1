"""The one door for pixels: order, failures as rows, no more reading than asked for."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nibabel.nifti1 import Nifti1Image
from numpy.typing import NDArray
from PIL import Image

from imaging import load, remote_read
from imaging.base.errors import Code, Refusal
from imaging.base.progress import finish
from imaging.formats.dicom import reader as dicom
from imaging.formats.nifti import reader as nifti
from imaging.formats.raster import reader as raster
from imaging.load import fill_each, outward_from_middle
from imaging.volume.geometry import Plane
from imaging.volume.series import Format, Series, Source
from tests.imaging.phantoms import l_values, write_series
from tests.reading import POLICY, READING, allocate, fill, read_volume

FLAT = np.zeros((3, 4), dtype=np.uint8)


def _series(**facts: Any) -> Series:
    given: dict[str, Any] = {"slices": 1, "rows": 3, "columns": 4, "dtype": "uint8"} | facts
    return Series(id="x", format=Format.RASTER, frames=(), **given)


def _stack(folder: Path, count: int = 5) -> Series:
    for number in range(count):
        Image.fromarray(FLAT + number).save(folder / f"x{number}.png")
    (series,) = raster.group([raster.read_header(Source(folder / f"x{number}.png"), POLICY) for number in range(count)])
    return series


def _plain(folder: Path) -> Series:
    """Five slices that are read in this process, one after the other; those of child processes come as they come."""
    (series,) = dicom.group(
        [dicom.read_header(Source(path), POLICY) for path in write_series(folder, values=l_values(5))]
    )
    return series


@pytest.mark.parametrize(
    ("slices", "phases", "first", "phase", "order"),
    [
        (5, 1, None, 0, [2, 1, 3, 0, 4]),
        (4, 1, None, 0, [2, 1, 3, 0]),
        (4, 1, 3, 0, [3, 2, 1, 0]),
        (3, 2, None, 0, [1, 0, 2, 4, 3, 5]),
        (3, 3, 0, 1, [3, 4, 5, 0, 1, 2, 6, 7, 8]),
        (1, 1, None, 0, [0]),
    ],
)
def test_order_is_outward_from_the_slice_in_view(
    slices: int, phases: int, first: int | None, phase: int, order: list[int]
) -> None:
    assert outward_from_middle(_series(slices=slices, phases=phases), first, phase) == order


def test_frames_arrive_in_that_order(tmp_path: Path) -> None:
    volume = allocate(_plain(tmp_path))
    arrived: list[set[int]] = []
    for _ in fill(volume):
        arrived.append(set(np.flatnonzero(volume.loaded[0]).tolist()))
    assert [sorted(now - before)[0] for before, now in zip([set(), *arrived], arrived, strict=False)] == [2, 1, 3, 0, 4]
    assert volume.is_complete


def test_what_is_loaded_is_not_read_again(tmp_path: Path) -> None:
    volume = allocate(_stack(tmp_path))
    finish(fill(volume, [2]))
    assert volume.loaded[0].tolist() == [False, False, True, False, False]
    for path in tmp_path.iterdir():
        if path.name != "x0.png":
            path.unlink()
    assert finish(fill(volume, [2, 0])) == ()
    assert volume.stored[0, 0, 0, 0] == 0
    assert volume.stored[0, 2, 0, 0] == 2


def test_frames_that_fail_are_rows_and_the_rest_is_there(tmp_path: Path) -> None:
    series = _stack(tmp_path)
    (tmp_path / "x1.png").unlink()
    (tmp_path / "x3.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    Image.fromarray(FLAT[:2]).save(tmp_path / "x4.png")
    volume = allocate(series)
    skipped = finish(fill(volume))
    assert {(Path(row.path).name, row.code) for row in skipped} == {
        ("x1.png", Code.MISSING),
        ("x3.png", Code.HEADER),
        ("x4.png", Code.HEADER),
    }
    assert volume.loaded[0].tolist() == [True, False, True, False, False]
    assert not volume.is_complete


def test_a_series_without_one_readable_frame_is_refused(tmp_path: Path) -> None:
    series = _stack(tmp_path)
    for path in tmp_path.iterdir():
        path.unlink()
    with pytest.raises(Refusal) as caught:
        read_volume(series)
    assert caught.value.code is Code.MISSING


def test_progress_counts_frames(tmp_path: Path) -> None:
    steps = list(fill(allocate(_plain(tmp_path))))
    assert [(step.done, step.total) for step in steps] == [(number, 5) for number in range(1, 6)]


def test_an_impossible_size_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        allocate(_series(slices=10**9, rows=10**6, columns=10**6, dtype="float32"))
    assert caught.value.code is Code.TOO_LARGE


@pytest.mark.parametrize(("channels", "shape"), [(1, (2, 5, 3, 4)), (3, (2, 5, 3, 4, 3))])
def test_shape_of_an_empty_volume(channels: int, shape: tuple[int, ...]) -> None:
    volume = allocate(_series(slices=5, phases=2, channels=channels))
    assert volume.stored.shape == shape
    assert volume.loaded.shape == (2, 5)
    assert not volume.loaded.any()


def test_a_slice_that_cannot_be_read_leaves_the_others_in_place(tmp_path: Path) -> None:
    volume = allocate(_stack(tmp_path))
    (tmp_path / "x3.png").unlink()
    refused = finish(fill_each(volume, READING, [4, 3, 0]))
    assert {index: refusal.code for index, refusal in refused.items()} == {3: Code.MISSING}
    assert [int(volume.slice_at(Plane.ACQUIRED, index).stored[0, 0]) for index in (4, 0)] == [4, 0]
    with pytest.raises(Refusal) as caught:
        volume.slice_at(Plane.ACQUIRED, 9)
    assert caught.value.code is Code.OUT_OF_RANGE


def _scan(tmp_path: Path) -> tuple[Series, NDArray[Any]]:
    values = np.arange(2 * 6 * 7 * 8, dtype=np.int16).reshape(6, 7, 8, 2)
    Nifti1Image(values, np.eye(4)).to_filename(tmp_path / "a.nii.gz")
    return nifti.group([nifti.read_header(Source(tmp_path / "a.nii.gz"), POLICY)])[0], values


@pytest.mark.parametrize("plane", [Plane.ACQUIRED, Plane.SAGITTAL])
def test_many_slices_of_a_packed_file_cost_one_reading(
    tmp_path: Path, plane: Plane, monkeypatch: pytest.MonkeyPatch
) -> None:
    series, values = _scan(tmp_path)
    readings = []
    original = nifti.read_frames

    def counted(*arguments: Any) -> Any:
        readings.append(arguments[1])
        return original(*arguments)

    # Here and not in a child process, where nothing could be counted.
    monkeypatch.setattr(
        remote_read, "read_frames", lambda series, wanted, reading, urgent: counted(series, wanted, POLICY)
    )
    volume = allocate(series)
    wanted = [5, 0, 3] if plane is Plane.ACQUIRED else range(series.slices)
    assert finish(fill(volume, [series.slices + index for index in wanted])) == ()
    assert len(readings) == 1
    for index in (5, 0, 3):
        one = volume.slice_at(plane, index, phase=1)
        expected = values[:, :, index, 1] if plane is Plane.ACQUIRED else values[index, :, :, 1]
        assert sorted(one.stored.ravel()) == sorted(expected.ravel())


def test_a_plane_that_cannot_be_cut_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        read_volume(_stack(tmp_path)).slice_at(Plane.CORONAL, 0)
    assert caught.value.code is Code.NO_GEOMETRY


def test_closing_the_job_cancels_it(tmp_path: Path) -> None:
    volume = allocate(_plain(tmp_path))
    job = fill(volume)
    next(job)
    job.close()
    assert volume.loaded.sum() == 1


def test_nothing_else_calls_a_reader() -> None:
    """Pixels come through this module only; child processes read theirs, letters to be covered among them."""
    root = Path(load.__file__).parents[1]
    sources = [path for room in ("imaging", "inference", "desktop", "training") for path in (root / room).rglob("*.py")]
    calling = {path.name for path in sources if ".read_frames(" in path.read_text("utf-8")}
    assert calling == {"remote_read.py", "load.py", "batch_read.py", "dicom_copy.py"}
