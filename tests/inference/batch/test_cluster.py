"""Two Dask workers on this machine write the table that this process writes; one that dies costs a retry."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from imaging.base.errors import Refusal
from imaging.base.policy import DEFAULT_POLICY
from imaging.base.progress import finish
from inference.batch.batch_run import BatchOrder, BatchRun
from inference.batch.cluster import ClusterScoring, describe_machine, require_safe_address, split_for_workers
from inference.batch.plan import plan_slices
from inference.batch.resume import job_file
from tests.imaging.phantoms import l_values, write_series
from tests.inference.factory import make_bundle
from tests.reading import READING, scan

VERSION = version("slicelens")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "localhost:8786", "tcp://[::1]:1", "tls://far.example:1"])
def test_here_or_by_tls(address: str) -> None:
    require_safe_address(address)


@pytest.mark.parametrize(
    "address", ["tcp://10.0.0.5:8786", "far.example:8786", "8786", "ws://127.0.0.1:1", "", "tls://"]
)
def test_nowhere_else(address: str) -> None:
    with pytest.raises(Refusal, match="tls://HOST:PORT"):
        require_safe_address(address)


def test_without_dask_a_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    order = BatchOrder(paths=(), models=("x",), out=tmp_path / "r.csv", program=VERSION)
    with pytest.raises(Refusal, match=r"pip install 'slicelens\[cluster\]'"):
        ClusterScoring("127.0.0.1:1", order, DEFAULT_POLICY)


def test_blocks_hold_every_slice_once_and_in_order(folder: Path) -> None:
    plan = plan_slices(enumerate(finish(scan([folder])).series), "all")
    parts = list(split_for_workers(plan))
    found = [(one.number, index) for part in parts for one in part for index in one.indices]
    assert found == [(one.number, index) for one in plan for index in one.indices]
    assert max(sum(len(one.indices) for one in part) for part in parts) <= 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, count in enumerate((100, 3, 60)):
        (tmp_path / "cases" / str(number)).mkdir(parents=True)
        write_series(
            tmp_path / "cases" / str(number), values=l_values(slices=count), SeriesInstanceUID=f"1.2.3.{number}"
        )
    return tmp_path / "cases"


@pytest.fixture
def cluster() -> Iterator[Any]:
    from distributed import LocalCluster

    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with LocalCluster(host="127.0.0.1", silence_logs=50, **options) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.leaves("Dask keeps threads of its own until the interpreter ends")
@pytest.mark.filterwarnings("ignore")
def test_two_workers_write_the_same_bytes_and_one_that_dies_costs_nothing(
    folder: Path, tmp_path: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = make_bundle(tmp_path / "bundles")

    def run(name: str, *, on: str | None = None, program: str = VERSION) -> tuple[bytes, set[str]]:
        out = tmp_path / name
        order = BatchOrder(
            paths=(Path("cases"),), models=(str(bundle),), out=out, program=program, choice="all", resume=True
        )
        if name != "first.csv":
            job_file(out).write_bytes(job_file(tmp_path / "first.csv").read_bytes())
        running = BatchRun(order, READING)
        scoring = None if on is None else ClusterScoring(on, order, DEFAULT_POLICY)
        running.score_elsewhere = scoring
        finish(running.run())
        assert running.failed == []
        return out.read_bytes(), set() if scoring is None else scoring.machines

    # The paths are relative here, and the workers stand somewhere else.
    monkeypatch.chdir(tmp_path)
    address = cluster.scheduler_address
    wanted, _ = run("first.csv")
    found, machines = run("second.csv", on=address)
    assert found == wanted
    assert machines == {describe_machine()}
    victim = next(iter(cluster.workers.values())).pid
    pending = _kill_when_it_works(victim, tmp_path / "third.csv")
    assert run("third.csv", on=address)[0] == wanted
    pending.join()
    job = job_file(tmp_path / "first.csv")
    job.write_text(job.read_text().replace(f'"program": "{VERSION}"', '"program": "9.9"'))
    with pytest.raises(Refusal, match=f"A worker runs Slicelens {VERSION}, and this job is of 9.9"):
        run("fourth.csv", on=address, program="9.9")


def _kill_when_it_works(pid: int, table: Path) -> Any:
    """Kill a worker once rows come."""

    def watch() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and (not table.exists() or table.stat().st_size < 2000):
            time.sleep(0.01)
        os.kill(pid, signal.SIGKILL)

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


@pytest.mark.slow
@pytest.mark.leaves("Dask keeps threads of its own until the interpreter ends")
@pytest.mark.filterwarnings("ignore")
def test_where_nobody_answers_a_sentence_says_so(folder: Path, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "bundles")
    order = BatchOrder(paths=(folder,), models=(str(bundle),), out=tmp_path / "r.csv", program=VERSION)
    running = BatchRun(order, READING, score_elsewhere=ClusterScoring("127.0.0.1:9", order, DEFAULT_POLICY))
    with pytest.raises(Refusal, match="No Dask scheduler answered"):
        finish(running.run())
