"""kill -9 at each system call that writes: the old or the new is there, never neither; the next look tidies."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from imaging.base.atomic_folder import write_folder
from imaging.base.leftovers import recover_folders, sweep_leftovers
from inference.bundle.bundle import load_bundle
from inference.bundle.catalog import list_installed
from tests.hostile.harness import strace
from tests.hostile.kill_points import draw_points, kill_points, run_killed
from tests.inference.factory import make_bundle

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3000),
    pytest.mark.skipif(strace() is None, reason="kills are injected by strace, which is not here or not allowed"),
]

OLD, NEW = b"old" * 40_000, b"new" * 50_000
HOURS = 2 * 3600

FOLDER = """
import sys
from pathlib import Path
from imaging.base import atomic_folder
if sys.argv[2] == "without":
    atomic_folder.exchange_folders = lambda one, other: False
atomic_folder.write_folder(Path(sys.argv[1]), {"a.json": b"new" * 50_000, "in/b.json": b"new"})
"""
BUNDLE = """
import sys
from pathlib import Path
from inference.bundle.bundle import load_bundle, save_bundle
old = load_bundle(Path(sys.argv[1]))
contract = old.contract.model_copy(update={"version": "2.0"})
save_bundle(Path(sys.argv[1]), contract=contract, files={"model.onnx": old.read("model.onnx")})
"""
SETTINGS = """
from desktop.state.settings import CORNER_TEXT, HEAT_CUT, Settings
from desktop.stored_settings import StoredSettings
settings = Settings(StoredSettings())
settings.set(CORNER_TEXT, "none")
"""
RESULTS = """
import sys
from pathlib import Path
import numpy as np
from desktop.cli.commands.slices import write_npy, write_png
from imaging.base.atomic_write import write_with_folder
folder = Path(sys.argv[1])
write_npy(folder / "a.npy", np.full((200, 200), 2.0, np.float32))
write_png(folder / "a.png", np.full((200, 200), 2, np.uint8))
write_with_folder(folder / "a.csv", b"2," * 50_000)
write_with_folder(folder / "a.json", b"[2]")
"""
CHECKPOINT = """
import sys
from pathlib import Path
import torch
from training.fit.runs import write_checkpoint
write_checkpoint(Path(sys.argv[1]) / "last.pt", {"epoch": 2, "weights": torch.full((300, 300), 2.0)})
"""


def points(one_in: int) -> object:
    """Every tenth point in each run, all on demand."""
    return pytest.param(one_in, marks=[pytest.mark.on_demand] if one_in == 1 else [], id=f"one in {one_in}")


EVERY = pytest.mark.parametrize("one_in", [points(10), points(1)])


def tidied(folder: Path) -> list[str]:
    """What is left in a folder after the next look, two hours later."""
    for one in folder.iterdir():
        if "slicelens-" in one.name:
            os.utime(one, (time.time() - HOURS,) * 2)
    sweep_leftovers.cache_clear()
    sweep_leftovers(folder)
    return sorted(one.name for one in folder.iterdir())


@dataclass(frozen=True)
class Files:
    """Files that a program replaces, each by itself."""

    folder: Path
    old: dict[str, bytes]

    def reset(self) -> None:
        self.folder.mkdir(exist_ok=True)
        for one in self.folder.iterdir():
            one.unlink()
        for name, content in self.old.items():
            (self.folder / name).write_bytes(content)

    def read(self) -> dict[str, bytes]:
        return {name: (self.folder / name).read_bytes() for name in self.old}


def check_files(script: str, files: Files, home: Path, one_in: int) -> None:
    """Kill a program that replaces files everywhere, and find each file old or new and nothing else."""
    files.reset()
    points = kill_points(script, [str(files.folder)], home)
    new = files.read()
    assert all(new[name] != content for name, content in files.old.items())
    seen: list[dict[str, bytes]] = []
    for point in draw_points(points, one_in):
        files.reset()
        assert run_killed(script, [str(files.folder)], home, point), point
        assert tidied(files.folder) == sorted(files.old), point
        seen.append(files.read())
        assert all(content in (files.old[name], new[name]) for name, content in seen[-1].items()), point
    assert len(seen) >= 3
    assert files.old in seen


@EVERY
def test_results_are_old_or_new(tmp_path: Path, one_in: int) -> None:
    old = {"a.npy": b"1" * 999, "a.png": b"1" * 999, "a.csv": b"1" * 999, "a.json": b"1" * 999}
    check_files(RESULTS, Files(tmp_path / "out", old), tmp_path, one_in)


@EVERY
def test_a_checkpoint_is_old_or_new(tmp_path: Path, one_in: int) -> None:
    pytest.importorskip("torch")
    check_files(CHECKPOINT, Files(tmp_path / "run", {"last.pt": b"1" * 999}), tmp_path, one_in)


@EVERY
def test_settings_are_old_or_new(tmp_path: Path, one_in: int) -> None:
    old = {"slicelens.ini": b'[General]\nformat=1\ncorner_text=all\npanels="200, 300"\n'}
    check_files(SETTINGS, Files(tmp_path / "slicelens", old), tmp_path, one_in)


@EVERY
@pytest.mark.parametrize("exchange", ["with", "without"])
def test_a_folder_is_old_or_new(tmp_path: Path, exchange: str, one_in: int) -> None:
    folder = tmp_path / "models/a"
    old = {"a.json": OLD, "c.json": b"old"}
    new = {"a.json": NEW, "in/b.json": b"new"}
    seen = set()

    def reset() -> None:
        write_folder(folder, old)

    reset()
    for point in draw_points(kill_points(FOLDER, [str(folder), exchange], tmp_path), one_in):
        reset()
        assert run_killed(FOLDER, [str(folder), exchange], tmp_path, point), point
        recover_folders(folder.parent)
        content = {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
        assert content in (old, new), point
        seen.add(content == new)
        assert tidied(folder.parent) == ["a"], point
    assert one_in > 1 or seen == {True, False}


@EVERY
def test_a_bundle_is_old_or_new(tmp_path: Path, one_in: int) -> None:
    models = tmp_path / "models"
    made = load_bundle(make_bundle(tmp_path / "first"))
    old = {name: made.files.read(name) for name in made.files.names}

    def reset() -> None:
        write_folder(models / "tiny", old)

    reset()
    for point in draw_points(kill_points(BUNDLE, [str(models / "tiny")], tmp_path), one_in):
        reset()
        run_killed(BUNDLE, [str(models / "tiny")], tmp_path, point)
        (found,) = list_installed([models])
        assert found.faults == (), point
        assert load_bundle(models / "tiny").contract.version in ("1.0", "2.0"), point
        assert tidied(models) == ["tiny"], point


def test_the_next_look_puts_a_folder_in_place(tmp_path: Path) -> None:
    """Where the system exchanges nothing, and the program ended between its two moves."""
    staged = tmp_path / ".slicelens-0123456789abcdef"
    for name in ("old", "new"):
        (staged / name / "a").mkdir(parents=True)
        (staged / name / "a/which").write_text(name)
    recover_folders(tmp_path)
    assert (tmp_path / "a/which").read_text() == "new"
    recover_folders(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".slicelens-0123456789abcdef", "a"]


@pytest.mark.parametrize("missing", ["new", "exchange"])
def test_what_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(tmp_path / "a", {"x": b"old"})
    if missing == "exchange":
        monkeypatch.setattr("imaging.base.atomic_folder.exchange_folders", lambda one, other: False)
        write_folder(tmp_path / "a", {"x": b"new"})
        assert (tmp_path / "a/x").read_bytes() == b"new"
    else:
        with pytest.raises(OSError):
            write_folder(tmp_path / "a", {"x": b"new", "x/y": b"new"})
        assert (tmp_path / "a/x").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
