"""Opens without end: studies of many kinds, dropped one after another on one window, leave nothing behind.

A hundred opens, and twenty rounds of open, MPR and close, in every run; all thousand, and all two hundred, with
`-m "on_demand or not on_demand"`.
"""

import ctypes
import gc
import gzip
import os
import sys
import threading
import zipfile
from pathlib import Path

import nibabel
import numpy as np
import psutil
import pytest
import SimpleITK
from PIL import Image
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from imaging.base.heap import share_heap
from imaging.volume.series import Series
from imaging.volume.volume import Volume
from tests.imaging.phantoms import l_values, write_series
from tests.journeys.conftest import Launch, Reader

# The program does it before its first thread; here it is done before those of pytest, while tests are collected.
share_heap()

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
STUDIES = 20
SETTLED = 100
"""Opens after which memory is looked at for the first time: caches are full by then."""
MOST_GROWTH = 1.05


def write_studies(folder: Path) -> list[Path]:
    """Twenty small studies: DICOM in four packings, in a ZIP, NIfTI of two kinds, NRRD, MetaImage, stacks of PNGs."""
    random = np.random.default_rng(7)
    made: list[Path] = []
    for number in range(STUDIES):
        values = (l_values(12, 96, 96) + random.integers(0, 9, (12, 96, 96))).astype(np.int16)
        path = folder / f"study{number:02d}"
        kind = number % 10
        if kind < 5:
            path.mkdir()
            syntax = {1: JPEG2000Lossless, 2: JPEGLSLossless, 3: RLELossless}.get(kind)
            write_series(path, values=values, **({} if syntax is None else {"syntax": syntax}))
            if kind == 4:
                with zipfile.ZipFile(path.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
                    for one in sorted(path.iterdir()):
                        archive.write(one, one.name)
                path = path.with_suffix(".zip")
        elif kind == 5:
            path = path.with_suffix(".nii")
            nibabel.save(nibabel.Nifti1Image(values, np.eye(4)), path)
        elif kind == 6:
            plain = folder / "plain.nii"
            nibabel.save(nibabel.Nifti1Image(values, np.eye(4)), plain)
            path = path.with_suffix(".nii.gz")
            path.write_bytes(gzip.compress(plain.read_bytes(), 1))
        elif kind in (7, 8):
            path = path.with_suffix(".nrrd" if kind == 7 else ".mha")
            SimpleITK.WriteImage(SimpleITK.GetImageFromArray(values), str(path), useCompression=True)
        else:
            path.mkdir()
            for slice_number, plane in enumerate(values.clip(0, 255).astype(np.uint8)):
                Image.fromarray(plane).save(path / f"slice{slice_number:02d}.png")
        made.append(path)
    return made


def drop(reader: Reader, path: Path) -> None:
    """Drop a path on the window as a file browser does, wait until it is read, and turn the wheel once."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    assert reader.program.view is not None
    view, before = reader.program.view, reader.program.view.volume
    at = reader.window.rect().center().toPointF()
    for kind, where in ((QDragEnterEvent, at.toPoint()), (QDragMoveEvent, at.toPoint()), (QDropEvent, at)):
        QApplication.sendEvent(reader.window, kind(where, Qt.DropAction.CopyAction, data, LEFT, NONE))
    reader.until(lambda: view.volume is not None and view.volume is not before and view.volume.is_complete)
    reader.until_ready()
    reader.wheel(-120)


def open_files() -> list[str]:
    """What stands behind the handles of this process, as far as the system tells.

    Each thread of Qt's pool has an event of its own; threads come and go with the work.
    """
    handles = Path("/proc/self/fd")
    if not handles.is_dir():
        return [one.path for one in psutil.Process().open_files()]
    targets = (os.readlink(one) for one in sorted(handles.iterdir()) if one.is_symlink())
    return [target for target in targets if target != "anon_inode:[eventfd]"]


def held(own: psutil.Process, temporary: Path) -> dict[str, int]:
    """What a program can forget to let go of, but for its memory."""
    gc.collect()
    return {
        "files": len(open_files()),
        "children": len(own.children(recursive=True)),
        "threads": threading.active_count(),
        "left": len(list(temporary.iterdir())),
    }


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("opens", [100, pytest.param(1000, marks=pytest.mark.on_demand)])
def test_what_was_opened_before_leaves_nothing_behind(
    launch: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opens: int
) -> None:
    temporary, folder = tmp_path / "temporary", tmp_path / "studies"
    for one in (temporary, folder):
        one.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    studies = write_studies(folder)
    reader = launch()
    reader.until_ready()
    own, first, memory = psutil.Process(), {}, 0
    # Of a hundred, memory is looked at after half: caches of twenty studies are full by then.
    settled = min(SETTLED, opens // 2)
    for number in range(opens):
        drop(reader, studies[number % STUDIES])
        if number + 1 == settled:
            first, memory = held(own, temporary), own.memory_info().rss
    last, now = held(own, temporary), own.memory_info().rss
    assert {name: (count, first[name]) for name, count in last.items() if count > first[name]} == {}
    assert first["left"] == 0
    assert now <= MOST_GROWTH * memory, f"{memory / 2**20:.0f} MiB after {settled} opens, {now / 2**20:.0f} at the end"


def go_round(reader: Reader, path: Path) -> None:
    """Open a study, look at it in three planes, step through them, and close it."""
    drop(reader, path)
    reader.key(Qt.Key.Key_M)
    reader.until(lambda: len(reader.window.panes.shown) == 3)
    reader.until(lambda: all(pane.picture is not None for pane in reader.window.panes.shown))
    reader.until_ready()
    reader.wheel(-120)
    reader.until_ready()
    reader.key(Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    reader.until(lambda: reader.window.start_page.isVisible())
    reader.until_ready()


def opened(own: psutil.Process, temporary: Path) -> dict[str, int]:
    """What a program can forget to let go of, series and volumes among it."""
    kinds = [type(one) for one in gc.get_objects()]
    return held(own, temporary) | {"volumes": kinds.count(Volume), "series": kinds.count(Series)}


def memory_held(own: psutil.Process) -> float:
    """The MiB of memory of the program, less what the allocator could give back at any time."""
    gc.collect()
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)
    return float(own.memory_info().rss / 2**20)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rounds", [20, pytest.param(200, marks=pytest.mark.on_demand)])
def test_rounds_of_open_mpr_and_close_leave_nothing_behind(
    launch: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    temporary, folder = tmp_path / "temporary", tmp_path / "studies"
    for one in (temporary, folder):
        one.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    # A stack of pictures has no millimetres, and so no planes.
    studies = [path for number, path in enumerate(write_studies(folder)) if number % 10 != 9]
    reader = launch()
    reader.until_ready()
    own, first, memory = psutil.Process(), {}, []
    for number in range(rounds):
        go_round(reader, studies[number % len(studies)])
        memory.append(memory_held(own))
        if number + 1 == rounds // 2:
            first = opened(own, temporary)
    last = opened(own, temporary)
    assert {name: (count, first[name]) for name, count in last.items() if count > first[name]} == {}
    assert first["left"] == 0
    if rounds > SETTLED:
        # Other tests, which ran before a short run in this process, have made heaps that threads do not share.
        tenth, after = memory[9], max(memory[-10:])
        assert after <= MOST_GROWTH * tenth, f"{tenth:.0f} MiB after ten rounds, {after:.0f} at the end"
