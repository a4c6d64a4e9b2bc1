"""Files that are deleted, cut short, or replaced while they are open: said in its place, listed, and nothing else."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.uid import JPEG2000Lossless
from PySide6.QtCore import Qt

from desktop.controllers import pixel_stream
from imaging.base.progress import Progress
from imaging.volume.volume import Volume
from tests.imaging.phantoms import l_values, save, write_series
from tests.journeys.conftest import Launch, Reader

SLICES = 12


class Held:
    """The stream of slices behind the first picture: it waits for leave."""

    def __init__(self, real: Callable[..., Any]) -> None:
        self._real = real
        self.leave = threading.Event()

    def __call__(self, shown: Any, reading: Any) -> Any:
        while not self.leave.wait(0.005):
            yield Progress("Reading slices", 0)
        return (yield from self._real(shown, reading))


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    made = Held(pixel_stream.stream_slices)
    monkeypatch.setattr(pixel_stream, "stream_slices", made)
    yield made
    made.leave.set()


def slices(folder: Path) -> list[Path]:
    """Uncompressed DICOM, in the order of the slices."""
    return write_series(folder, values=l_values(SLICES, 64, 64), WindowCenter=200, WindowWidth=400)


def packed_slices(folder: Path) -> list[Path]:
    """JPEG 2000."""
    paths = slices(folder)
    for path in paths:
        read = dcmread(path)
        read.compress(JPEG2000Lossless, generate_instance_uid=False)
        save(read, path)
    return paths


def pictures(folder: Path) -> list[Path]:
    """A stack of PNGs."""
    folder.mkdir()
    paths = [folder / f"slice{number}.png" for number in range(SLICES)]
    for number, path in enumerate(paths):
        Image.fromarray(l_values(SLICES, 64, 64)[number].astype(np.uint8)).save(path)
    return paths


SERIES = {"dicom": slices, "jpeg 2000": packed_slices, "png": pictures}


def deleted(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def text_instead(path: Path) -> None:
    path.write_text("no picture any more\n" * 9, encoding="ascii")


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe_instead(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def another_size(path: Path) -> None:
    """A sound file of the same kind, whose picture has another size."""
    if path.suffix == ".png":
        Image.fromarray(np.full((9, 9), 7, np.uint8)).save(path)
    else:
        write_series(path.parent, values=l_values(SLICES, 20, 20)[:1], names=[path.name])


def another_kind(path: Path) -> None:
    """The same size, other samples."""
    if path.suffix == ".png":
        Image.fromarray(np.full((64, 64), 7000, np.uint16)).save(path)
    else:
        write_series(path.parent, values=np.full((1, 64, 64), 7, np.uint8), names=[path.name])


def another_patient(path: Path) -> None:
    """A file of the same length and layout with other pixels, as an anonymised copy might be."""
    content = bytearray(path.read_bytes())
    content[-64:] = bytes(64)
    path.write_bytes(content)
    # File systems that count time coarsely would take it for the old one.
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 10**9))


CHANGED = "The file has changed since it was listed."
CASES = [
    (deleted, {"dicom": "E_MISSING", "jpeg 2000": "E_MISSING", "png": "E_MISSING"}),
    (cut, {"dicom": "E_HEADER", "jpeg 2000": "E_HEADER", "png": "E_TRUNCATED"}),
    (emptied, {"dicom": "E_EMPTY", "jpeg 2000": "E_EMPTY", "png": "E_EMPTY"}),
    (text_instead, {"dicom": "E_HEADER", "jpeg 2000": "E_HEADER", "png": "E_HEADER"}),
    (folder_instead, {"dicom": "E_UNKNOWN_FORMAT", "jpeg 2000": "E_UNKNOWN_FORMAT", "png": "E_UNKNOWN_FORMAT"}),
    (another_size, {"dicom": "E_HEADER", "jpeg 2000": "E_HEADER", "png": "E_HEADER"}),
    (another_kind, {"dicom": "E_HEADER", "jpeg 2000": "E_HEADER", "png": "E_HEADER"}),
    (another_patient, {"dicom": "E_HEADER", "jpeg 2000": "E_HEADER"}),
]
if hasattr(os, "mkfifo"):
    CASES.append((pipe_instead, dict.fromkeys(SERIES, "E_UNSUPPORTED")))


def opened(launch: Launch, path: Path) -> Reader:
    """The program with the first picture on screen, the rest held back."""
    reader = launch(path)
    reader.until(lambda: reader.program.view is not None and reader.program.view.slice is not None)
    return reader


def volume_of(reader: Reader) -> Volume:
    assert reader.program.view is not None
    assert reader.program.view.volume is not None
    return reader.program.view.volume


def rows(reader: Reader) -> list[tuple[str, str]]:
    assert reader.program.document is not None
    return [(Path(row.path).name, row.code.value) for row in reader.program.document.ledger.skipped]


def message(reader: Reader) -> str:
    assert reader.pane.picture is not None
    return reader.pane.picture.message


@pytest.mark.parametrize(
    ("kind", "spoil", "code"),
    [(kind, spoil, code) for spoil, codes in CASES for kind, code in codes.items()],
    ids=lambda value: value.__name__ if callable(value) else str(value),
)
def test_one_slice_that_is_gone_says_so_and_the_others_come(
    launch: Launch, tmp_path: Path, held: Held, kind: str, spoil: Callable[[Path], None], code: str
) -> None:
    paths = SERIES[kind](tmp_path / "open")
    reader = opened(launch, tmp_path / "open")
    spoil(paths[0])
    held.leave.set()
    reader.until_ready()
    volume = volume_of(reader)
    assert np.flatnonzero(~volume.loaded[0]).tolist() == [0]
    assert rows(reader) == [(paths[0].name, code)]
    assert reader.window.strip.ledger.text() == "11 opened, 1 skipped"
    reader.key(Qt.Key.Key_Home)
    assert message(reader)
    assert not message(reader).startswith("Reading")
    if code == "E_HEADER" and kind != "png":
        assert message(reader) == CHANGED
    assert not reader.window.strip.cancel.isVisible()
    reader.wheel(-120)
    assert message(reader) == ""


@pytest.mark.parametrize("kind", SERIES)
def test_a_medium_that_is_taken_out_leaves_what_was_read(launch: Launch, tmp_path: Path, held: Held, kind: str) -> None:
    paths = SERIES[kind](tmp_path / "open")
    reader = opened(launch, tmp_path / "open")
    before = reader.pixels()
    there = int(volume_of(reader).loaded.sum())
    shutil.rmtree(tmp_path / "open")
    held.leave.set()
    reader.until_ready()
    assert sorted(rows(reader)) == sorted(
        (path.name, "E_MISSING") for number, path in enumerate(paths) if not volume_of(reader).loaded[0, number]
    )
    assert len(rows(reader)) == SLICES - there
    assert np.array_equal(reader.pixels(), before)
    reader.key(Qt.Key.Key_End)
    assert message(reader) == "There is no file or folder at this path."
    write_series(tmp_path / "other", values=l_values(5))
    reader.open(tmp_path / "other")
    assert "Slice 3/5" in reader.corner
    assert reader.window.strip.ledger.text() == "5 opened"


def nifti(path: Path, value: int = 0, shape: Sequence[int] = (64, 64, SLICES)) -> Path:
    """One file that holds all slices."""
    values = np.zeros(shape, np.int16)
    values[2:-2, 2:-2] = np.arange(shape[2], dtype=np.int16) + 10 + value
    nibabel.save(nibabel.Nifti1Image(values, np.diag([1.0, 1.0, 3.0, 1.0])), path)
    if path.exists():
        os.utime(path, ns=(0, 10**18 + value * 10**9))
    return path


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
@pytest.mark.parametrize(
    ("spoil", "codes"),
    [
        (deleted, {"E_MISSING"}),
        (cut, {"E_TRUNCATED", "E_HEADER"}),
        (text_instead, {"E_HEADER"}),
        (lambda path: nifti(path, 5), {"E_HEADER"}),
        (lambda path: nifti(path, 5, (32, 64, SLICES)), {"E_HEADER"}),
    ],
    ids=["deleted", "cut", "text", "another of the same shape", "another of another shape"],
)
def test_one_file_of_all_slices_never_mixes_with_another(
    launch: Launch, tmp_path: Path, held: Held, name: str, spoil: Callable[[Path], object], codes: set[str]
) -> None:
    path = nifti(tmp_path / name)
    reader = opened(launch, path)
    volume = volume_of(reader)
    spoil(path)
    held.leave.set()
    reader.until_ready()
    for index in np.flatnonzero(volume.loaded[0]).tolist():
        assert volume.pixels(0, index).max() == 10 + volume.series.frame(0, index).index
    if volume.is_complete:
        # All of it was in memory by then: unpacking a file for one slice gives the others too.
        assert rows(reader) == []
        return
    assert {code for _, code in rows(reader)} <= codes
    assert [file for file, _ in rows(reader)] == [name]
    missing = int(np.flatnonzero(~volume.loaded[0])[0])
    reader.program.view.go(missing)  # type: ignore[union-attr]
    assert message(reader)
    assert not message(reader).startswith("Reading")


def test_a_series_that_is_gone_before_it_is_clicked_on_keeps_what_is_shown(launch: Launch, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write_series(
            tmp_path / "open" / str(number), values=l_values(5), SeriesInstanceUID=f"1.2.{number}",
            SeriesNumber=number, SeriesDescription=f"S{number}",
        )  # fmt: skip
    reader = launch(tmp_path / "open")
    reader.until_open()
    before = reader.pixels()
    shutil.rmtree(tmp_path / "open" / "2")
    reader.key(Qt.Key.Key_PageDown)
    reader.until_ready()
    assert volume_of(reader).series.description == "S1"
    assert "E_MISSING" in reader.window.strip.message.text_whole
    assert np.array_equal(reader.pixels(), before)
    reader.key(Qt.Key.Key_PageDown)
    reader.until(lambda: volume_of(reader).series.description == "S3")
    reader.until_ready()
    assert volume_of(reader).is_complete


def test_a_folder_that_is_emptied_while_it_is_scanned(
    launch: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from imaging import scan as scanning

    paths = slices(tmp_path / "open")
    real = scanning.identify_in_process
    seen = [0]

    def emptying(source: Any, policy: Any) -> Any:
        seen[0] += 1
        if seen[0] == 8:
            shutil.rmtree(tmp_path / "open")
        return real(source, policy)

    monkeypatch.setattr(scanning, "identify_in_process", emptying)
    reader = launch(tmp_path / "open")
    reader.until(lambda: seen[0] == SLICES)
    reader.until_ready()
    assert sorted(name for name, _ in rows(reader)) == sorted(path.name for path in paths)
    assert {code for _, code in rows(reader)} == {"E_MISSING"}
    assert "E_MISSING" in reader.window.strip.message.text_whole
    assert reader.program.view is not None
    assert reader.program.view.volume is None
