"""What a killed run left is swept once it is an hour old, and nothing else."""

import os
import time
from pathlib import Path

import pytest

from imaging.base.atomic_write import write_whole
from imaging.base.leftovers import sweep_leftovers

HOUR = 3600


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    sweep_leftovers.cache_clear()


def made(path: Path, *, hours: float) -> Path:
    is_folder = not path.suffix
    if is_folder:
        path.mkdir()
        (path / "copy.raw").write_bytes(b"patient")
    else:
        path.write_bytes(b"patient")
    os.utime(path, (time.time() - hours * HOUR,) * 2)
    return path


def test_only_what_is_ours_and_old_goes(tmp_path: Path) -> None:
    gone = [made(tmp_path / "slicelens-abcdefg1", hours=2), made(tmp_path / ".slicelens-0123456789abcdef", hours=30)]
    kept = [
        made(tmp_path / "slicelens-abcdefg2", hours=0.5),
        made(tmp_path / "slicelens-notes", hours=99),
        made(tmp_path / "slicelens-abcdefg3.txt", hours=99),
        made(tmp_path / "other-abcdefgh", hours=99),
    ]
    assert sweep_leftovers(tmp_path) == len(gone)
    assert not any(path.exists() for path in gone)
    assert all(path.exists() for path in kept)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/file").write_bytes(b"x")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/slicelens-abcdefgh").symlink_to(tmp_path / "outside")
    os.utime(tmp_path / "in/slicelens-abcdefgh", (0, 0), follow_symlinks=False)
    assert sweep_leftovers(tmp_path / "in") == 1
    assert (tmp_path / "outside/file").exists()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert sweep_leftovers(tmp_path / "none") == 0


def test_writing_a_file_sweeps_its_folder(tmp_path: Path) -> None:
    old = made(tmp_path / ".slicelens-0123456789abcdef", hours=2)
    write_whole(tmp_path / "a.json", b"{}")
    assert not old.exists()
    assert os.listdir(tmp_path) == ["a.json"]
