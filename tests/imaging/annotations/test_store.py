"""The store: what was saved is there, whatever became of the program, the file or its neighbours."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from imaging.annotations.shapes import Shape, ShapeType
from imaging.annotations.store import SCHEMA, AnnotationStore
from imaging.base.errors import Code, Refusal

NAMES = ("dicom", "1.2.3", "1.2.4", "doe", "roe^jane", "19700101")
LINE = Shape(ShapeType.LENGTH, ((1.0, 2.0), (3.0, 4.5)), 3, label="a", uid="u1", origin=(1.0, 2.0, 3.0))
OTHER = replace(LINE, uid="u2", colour="#ff0000")


@pytest.fixture
def store(tmp_path: Path) -> AnnotationStore:
    return AnnotationStore(path_in(tmp_path), patience=0.1)


def path_in(folder: Path) -> Path:
    return folder / "data" / "annotations.sqlite"


def test_shapes_are_kept_changed_and_deleted(store: AnnotationStore, tmp_path: Path) -> None:
    assert store.load(NAMES) == ()
    store.save(NAMES, {"u1": LINE, "u2": OTHER})
    again = AnnotationStore(path_in(tmp_path))
    assert again.load(NAMES) == (LINE, OTHER)
    again.save(NAMES, {"u1": replace(LINE, label="b"), "u2": None, "u3": None})
    assert store.load(NAMES) == (replace(LINE, label="b"),)
    assert store.load(("dicom", "other")) == ()


def test_saving_twice_doubles_nothing(store: AnnotationStore) -> None:
    for _ in range(3):
        store.save(NAMES, {"u1": LINE})
    assert store.load(NAMES) == (LINE,)


def test_neither_names_nor_uids_are_in_the_file(store: AnnotationStore, tmp_path: Path) -> None:
    store.save(NAMES, {"u1": LINE})
    folder = path_in(tmp_path).parent
    assert [one.name for one in folder.iterdir()] == ["annotations.sqlite"]
    content = path_in(tmp_path).read_bytes()
    assert not any(name.encode() in content for name in NAMES if len(name) > 3)


def test_two_stores_have_two_salts(tmp_path: Path) -> None:
    keys = set()
    for name in ("a", "b"):
        AnnotationStore(path_in(tmp_path / name)).save(NAMES, {"u1": LINE})
        with closing(sqlite3.connect(path_in(tmp_path / name))) as connection:
            keys |= set(connection.execute("SELECT series FROM shapes").fetchall())
    assert len(keys) == 2


def test_two_windows_keep_what_each_has_drawn(store: AnnotationStore, tmp_path: Path) -> None:
    second = AnnotationStore(path_in(tmp_path))
    second.load(NAMES)
    store.save(NAMES, {"u1": LINE})
    second.save(NAMES, {"u2": OTHER})
    assert store.load(NAMES) == (LINE, OTHER)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.9])
def test_a_damaged_store_is_put_aside_and_said(store: AnnotationStore, tmp_path: Path, share: float) -> None:
    store.save(NAMES, {str(n): replace(LINE, uid=str(n)) for n in range(200)})
    path = path_in(tmp_path)
    whole = path.read_bytes()
    damaged = whole[: int(len(whole) * share)] or b"\xff" * 5000
    path.write_bytes(damaged)
    again = AnnotationStore(path)
    assert again.load(NAMES) == ()
    assert again.set_aside is not None
    assert again.set_aside.read_bytes() == damaged
    again.save(NAMES, {"u1": LINE})
    assert AnnotationStore(path).load(NAMES) == (LINE,)


def test_tables_of_somebody_else_are_put_aside(store: AnnotationStore, tmp_path: Path) -> None:
    path = path_in(tmp_path)
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE shapes (what TEXT); INSERT INTO shapes VALUES ('x');")
    assert store.load(NAMES) == ()
    assert store.set_aside is not None


def test_a_store_of_a_newer_program_is_not_touched(store: AnnotationStore, tmp_path: Path) -> None:
    store.save(NAMES, {"u1": LINE})
    path = path_in(tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    before = path.read_bytes(), path.stat().st_mtime_ns
    for act in (lambda one: one.load(NAMES), lambda one: one.save(NAMES, {"u1": None})):
        with pytest.raises(Refusal, match="newer") as refused:
            act(AnnotationStore(path))
        assert refused.value.code is Code.UNSUPPORTED
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_store_that_another_program_holds_is_said_to_be_held(store: AnnotationStore, tmp_path: Path) -> None:
    store.save(NAMES, {"u1": LINE})
    with closing(sqlite3.connect(path_in(tmp_path), isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(Refusal, match="Another program"):
            store.save(NAMES, {"u2": OTHER})
        assert store.load(NAMES) == (LINE,)
        connection.execute("ROLLBACK")
    store.save(NAMES, {"u2": OTHER})
    assert store.load(NAMES) == (LINE, OTHER)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions stop nobody here")
def test_a_folder_that_may_not_be_written_to(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(Refusal, match="cannot be written"):
        AnnotationStore(path_in(tmp_path)).save(NAMES, {"u1": LINE})
    tmp_path.chmod(0o700)


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    with pytest.raises(Refusal, match="cannot be written"):
        AnnotationStore(path_in(tmp_path)).load(NAMES)


SAVING = """
import sys
from pathlib import Path
from imaging.annotations.shapes import Shape, ShapeType
from imaging.annotations.store import AnnotationStore
store = AnnotationStore(Path(sys.argv[1]))
first = int(sys.argv[2])
for number in range(first, first + 100_000):
    uid = str(number)
    store.save(("s",), {uid: Shape(ShapeType.LENGTH, ((0.0, 0.0), (1.0, float(number))), 0, uid=uid)})
    print(uid, flush=True)
"""


def kill_while_saving(path: Path, times: int) -> None:
    """Kill a program that saves at random moments; what it said to be saved is there, and once."""
    told: list[str] = []
    draw = random.Random(1)
    root = Path(__file__).resolve().parents[3]
    environment = os.environ | {"PYTHONPATH": str(root)}
    for number in range(times):
        words = [sys.executable, "-c", SAVING, str(path), str(number * 100_000)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, env=environment, text=True) as child:
            assert child.stdout is not None
            first = child.stdout.readline()
            time.sleep(draw.uniform(0, 0.05))
            child.kill()
            lines = (first + child.stdout.read()).splitlines(keepends=True)
        told += [line.strip() for line in lines if line.endswith("\n")]
        found = AnnotationStore(path).load(("s",))
        uids = [one.uid for one in found]
        assert len(set(uids)) == len(uids)
        assert set(told) <= set(uids)
        # At most the one that was on its way when the program died is there untold.
        assert len(uids) - len(told) <= number + 1
        assert all(one.points[1][1] == float(one.uid) for one in found)
    assert len(told) >= times


@pytest.mark.skipif(sys.platform == "win32", reason="another way to end a program")
def test_nothing_acknowledged_is_lost_by_kill_9(tmp_path: Path) -> None:
    kill_while_saving(path_in(tmp_path), 6)


@pytest.mark.on_demand
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="another way to end a program")
def test_nothing_acknowledged_is_lost_by_100_kills(tmp_path: Path) -> None:
    kill_while_saving(path_in(tmp_path), 100)
