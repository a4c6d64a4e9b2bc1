"""A packed volume larger than its budget is opened, scrolled to its far end and back, and left half way."""

from pathlib import Path

import numpy as np
import pytest
from nibabel.nifti1 import Nifti1Image
from PySide6.QtCore import Qt

from imaging.files import gzip_index
from imaging.paged_volume import PagedVolume, gzip_index_of
from tests.journeys.conftest import Launch, Reader

SLICES = 120
# Room for 64 of them.
LIMIT = ("--memory-limit", 1)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries every 64 KiB."""
    monkeypatch.setattr(gzip_index, "LEAST_SPACING", 2**16)


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    values = np.random.default_rng(3).integers(0, 50, (64, 64, SLICES)).astype(np.int32)
    values[16:48, 16:48] = 100 + np.arange(SLICES)
    Nifti1Image(values, np.eye(4)).to_filename(tmp_path / "large.nii.gz")
    return tmp_path / "large.nii.gz"


def volume_of(reader: Reader) -> PagedVolume:
    assert reader.program.view is not None
    assert isinstance(reader.program.view.volume, PagedVolume)
    return reader.program.view.volume


def value_on_screen(reader: Reader) -> int:
    assert reader.program.view is not None
    reader.until(lambda: reader.program.view is not None and reader.program.view.slice is not None)
    shown = reader.program.view.slice
    assert shown is not None
    return int(shown.stored[32, 32]) - 100


def test_from_end_to_end_and_back(launch: Launch, packed: Path) -> None:
    reader = launch(*LIMIT, packed)
    reader.until_open()
    assert volume_of(reader).resident_slices == 64
    assert value_on_screen(reader) == SLICES // 2
    for key, index in ((Qt.Key.Key_End, SLICES - 1), (Qt.Key.Key_Home, 0), (Qt.Key.Key_End, SLICES - 1)):
        reader.key(key)
        assert value_on_screen(reader) == index
    reader.until_ready()
    for _ in range(30):
        reader.wheel(120)
    assert value_on_screen(reader) == SLICES - 31
    reader.until_ready()
    assert volume_of(reader).loaded.sum() <= 64
    # What runs in the background has compared the whole file with its checksum by now.
    known = gzip_index_of(volume_of(reader))
    assert known is not None
    assert known.checked.is_all
    assert "INCOMPLETE" not in reader.corner


def test_the_way_to_the_far_end_can_be_cancelled(launch: Launch, packed: Path) -> None:
    reader = launch(*LIMIT, packed)
    reader.until_open()
    reader.key(Qt.Key.Key_Home)
    reader.until_ready()
    reader.key(Qt.Key.Key_End)
    reader.key(Qt.Key.Key_Escape)
    reader.until(lambda: not reader.program.jobs.is_busy())
    reader.key(Qt.Key.Key_Home)
    assert value_on_screen(reader) == 0


def test_damage_is_said_over_the_slice_as_soon_as_it_is_known(launch: Launch, packed: Path) -> None:
    content = bytearray(packed.read_bytes())
    content[-7] ^= 1
    packed.write_bytes(content)
    reader = launch(*LIMIT, packed)
    reader.until_open()
    assert value_on_screen(reader) == SLICES // 2
    reader.until(lambda: "DATA INCOMPLETE" in reader.corner)
    assert "checksum" in reader.window.strip.message.text_whole
