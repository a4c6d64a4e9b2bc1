"""Headers of many files by several processes: the findings and their order are those of one process alone."""

import os
import shutil
import signal
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nibabel.nifti1 import Nifti1Image
from PIL import Image

from imaging import identify, parallel_scan
from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import finish
from imaging.identify import look_here
from imaging.parallel_scan import Abreast
from imaging.scan import Scan, Scanning
from imaging.volume.series import Source
from imaging.workers.pool import Reading, WorkerPool
from tests.conformance.real_files import real_files
from tests.imaging.phantoms import l_values, write_series
from tests.imaging.test_dicom_quick import _plain
from tests.reading import POLICY, POOL, scan

SECONDS_OF_PATIENCE = 60.0


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkerPool]:
    """Two children that wait, whatever this machine has, and lists of any length are worth their help."""
    made = WorkerPool(3)
    monkeypatch.setattr(parallel_scan, "FEWEST", 1)
    monkeypatch.setattr(parallel_scan, "_PIECES_A_TASK", 2)
    made.warm(2)
    until(lambda: len(warm_children(made)) == 2)
    yield made
    made.close()


def warm_children(pool: WorkerPool) -> list[Any]:
    """Those that have imported what they need."""
    return [child for child in pool._idle if child.is_warm()]


def until(seen: Callable[[], object]) -> None:
    """Wait for something."""
    deadline = time.monotonic() + SECONDS_OF_PATIENCE
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process gives its children time between two files, so that they have a share however fast it is."""
    original = look_here

    def slowly(source: Source, policy: ReadingPolicy) -> Any:
        time.sleep(0.002)
        return original(source, policy)

    monkeypatch.setattr(parallel_scan, "look_here", slowly)


def everything(folder: Path) -> Path:
    """Every kind of file that this machine has, several times, with rubbish and containers among them."""
    (folder / "real").mkdir(parents=True)
    for number, (_, path) in enumerate(real_files()):
        for one in sorted(path.iterdir())[::20] if path.is_dir() else [path]:
            if one.is_file() and one.stat().st_size < 300_000:
                (folder / "real" / f"{number:03d} {one.name}").symlink_to(one)
    write_series(folder / "ct", values=l_values(60))
    shutil.copytree(folder / "ct", folder / "again")
    for number in range(3):
        (folder / f"empty{number}").touch()
        (folder / f"text{number}.dcm").write_text("no DICOM at all, whatever its name says" * 9, encoding="ascii")
        Image.fromarray(np.zeros((9, 8), np.uint8)).save(folder / f"p{number}.png")
        Nifti1Image(np.zeros((3, 4, 5), np.int16), np.eye(4)).to_filename(folder / f"n{number}.nii")
        with zipfile.ZipFile(folder / f"z{number}.zip", "w") as archive:
            archive.writestr("one.png", (folder / f"p{number}.png").read_bytes())
    return folder


def facts(found: Scan) -> Any:
    """All that a scan tells, as values that can be compared."""
    return _plain(found.series), found.ledger


@pytest.mark.usefixtures("waiting")
def test_children_and_one_process_find_the_same(
    tmp_path: Path, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = everything(tmp_path / "drop")
    here = Counter[str]()
    original = parallel_scan.look_here

    def counted(source: Source, policy: ReadingPolicy) -> Any:
        here[source.name] += 1
        return original(source, policy)

    monkeypatch.setattr(parallel_scan, "look_here", counted)
    reading = Reading(POLICY, pool)
    together = finish(scan([folder], reading))
    files = sum(path.is_file() for path in folder.rglob("*"))
    assert 0 < here.total() < files
    monkeypatch.setattr(parallel_scan, "FEWEST", 10**9)
    alone = finish(scan([folder], reading))
    assert facts(together) == facts(alone)
    assert [str(series.frames[0].source.path) for series in together.series] == [
        str(series.frames[0].source.path) for series in alone.series
    ]
    assert together.ledger.skipped


def series_of(folder: Path, slices: int) -> list[Source]:
    write_series(folder, values=l_values(slices))
    return [Source(path) for path in sorted(folder.iterdir())]


@pytest.mark.usefixtures("waiting")
def test_every_file_comes_once_and_in_its_order(tmp_path: Path, pool: WorkerPool) -> None:
    sources = series_of(tmp_path / "ct", 150)
    sources.insert(140, Source(tmp_path / "gone"))
    abreast_ = Abreast(sources, Reading(POLICY, pool))
    most = 0
    seen = []
    for source, looked in abreast_.each():
        most = max(most, abreast_.ahead)
        seen.append(source)
        if source.name.endswith("gone"):
            assert isinstance(looked, Refusal)
            assert looked.code is Code.MISSING
        else:
            assert looked is not None
            assert not isinstance(looked, Refusal)
            assert looked.header.source == source
    assert seen == sources
    assert most > 0
    assert abreast_.ahead == 0


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize("what", ["SIGKILL", "SIGSTOP"])
@pytest.mark.usefixtures("waiting")
def test_children_that_die_or_stand_still_cost_nothing(tmp_path: Path, pool: WorkerPool, what: str) -> None:
    sources = series_of(tmp_path / "ct", 150)
    seen = []
    for source, looked in Abreast(sources, Reading(POLICY, pool)).each():
        if len(seen) == 20:
            for pid in pool.pids():
                os.kill(pid, getattr(signal, what))
        seen.append(source)
        assert isinstance(looked, identify.Looked)
    assert seen == sources


@pytest.mark.usefixtures("waiting")
def test_closing_it_gives_the_children_back(tmp_path: Path, pool: WorkerPool) -> None:
    each = Abreast(series_of(tmp_path / "ct", 150), Reading(POLICY, pool)).each()
    for _ in range(20):
        next(each)
    each.close()
    until(lambda: len(warm_children(pool)) == 2)


def test_few_files_start_no_process(tmp_path: Path) -> None:
    before = POOL.pids()
    found = finish(scan([series_of(tmp_path / "ct", 40)[0].path.parent]))
    assert found.series[0].slices == 40
    assert POOL.pids() == before


def test_children_that_are_not_there_yet_are_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = WorkerPool(3, modules=())
    monkeypatch.setattr(parallel_scan, "FEWEST", 1)
    assert len(list(Abreast(series_of(tmp_path / "ct", 40), Reading(POLICY, pool)).each())) == 40
    assert pool.pids() == set()


def test_one_core_looks_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = WorkerPool(1)
    monkeypatch.setattr(parallel_scan, "FEWEST", 1)
    monkeypatch.setattr(parallel_scan, "_WORTH_STARTING", 1)
    assert len(list(Abreast(series_of(tmp_path / "ct", 40), Reading(POLICY, pool)).each())) == 40
    assert pool.pids() == set()


def test_what_a_child_leaves_to_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = everything(tmp_path / "drop")
    names = ("z0.zip", "p0.png", "n0.nii", "empty0", "text0.dcm", "ct/IM0000")
    sources = [Source(next(folder.glob(f"{name}*"))) for name in names]
    found = identify.look_ahead(sources, POLICY)
    assert list(found) == [1, 2, 3, 4, 5]
    assert found[1] is None
    assert [found[number].code for number in (3, 4)] == [Code.EMPTY, Code.UNKNOWN_FORMAT]  # type: ignore[union-attr]

    def fails(*_: object, **__: object) -> Any:
        raise MemoryError

    monkeypatch.setattr(identify, "_look_here", fails)
    assert identify.look_ahead(sources, POLICY) == {}


@pytest.mark.usefixtures("waiting")
def test_progress_counts_what_children_found(tmp_path: Path, pool: WorkerPool) -> None:
    folder = series_of(tmp_path / "ct", 150)[0].path.parent
    steps = [step for step in Scanning(Reading(POLICY, pool)).run([folder]) if step.doing == "Reading headers"]
    counts = [step.done for step in steps]
    assert counts == sorted(counts)
    assert all(step.done <= (step.total or 0) for step in steps)
