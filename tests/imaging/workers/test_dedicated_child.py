"""A child of one's own: it keeps what was left in it, and whatever ends it, the next task finds another."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import stopped_by
from imaging.workers.dedicated_child import DedicatedChild
from imaging.workers.messages import WorkerTask
from imaging.workers.process import ChildDied
from imaging.workers.ring_buffer import PART_BYTES

HERE = "tests.imaging.worker_tasks:"


@pytest.fixture
def child() -> Iterator[DedicatedChild]:
    made = DedicatedChild()
    yield made
    made.close()


def run(child: DedicatedChild, call: str, *items: Any, common: Any = None, seconds: float = 30.0, **more: Any) -> Any:
    return child.run(WorkerTask(f"{HERE}{call}", items, common, **more), ReadingPolicy(seconds=seconds))


def test_one_process_does_one_task_after_another(child: DedicatedChild) -> None:
    assert child.pid is None
    first, second = run(child, "own_pid", 0, 0), run(child, "own_pid", 0)
    assert {*first, *second} == {child.pid}


@pytest.mark.parametrize("size", [1, 3, PART_BYTES // 4, PART_BYTES // 4 + 1, PART_BYTES])
def test_arrays_that_all_items_have_in_common_arrive_whole(child: DedicatedChild, size: int) -> None:
    """Small ones in shared memory, large ones in the message; again and again, and beside each other."""
    given = np.arange(2 * size, dtype=np.float32).reshape(2, size)
    for number in range(3):
        (sums,) = run(child, "sums", "once", common=(given + number, "text", given[:, ::-1], np.array(["a"])))
        assert sums == [float((given + number).sum(dtype=np.float64)), float(given.sum(dtype=np.float64))]


@pytest.mark.parametrize("misdeed", ["segfault", "kill"])
def test_the_process_after_a_death_is_another(child: DedicatedChild, misdeed: str) -> None:
    (before,) = run(child, "own_pid", 0)
    with pytest.raises(ChildDied):
        run(child, "misdeed", misdeed)
    assert child.pid is None
    (after,) = run(child, "own_pid", 0)
    assert after != before


@pytest.mark.parametrize("misdeed", ["hang", "stubborn"])
def test_what_takes_too_long_is_ended(child: DedicatedChild, misdeed: str) -> None:
    run(child, "own_pid", 0)
    with pytest.raises(Refusal) as refused:
        run(child, "misdeed", misdeed, seconds=0.5)
    assert refused.value.code is Code.TIMEOUT
    assert child.pid is None


def test_what_nobody_waits_for_any_more_is_ended(child: DedicatedChild) -> None:
    (pid,) = run(child, "own_pid", 0)
    stop = threading.Event()
    timer = threading.Timer(0.2, stop.set)
    timer.start()
    with stopped_by(stop.is_set), pytest.raises(Refusal) as refused:
        run(child, "misdeed", "stubborn")
    timer.join()
    assert refused.value.code is Code.CANCELLED
    assert not psutil.pid_exists(pid)


def test_a_task_says_how_much_memory_it_may_use(child: DedicatedChild) -> None:
    if not hasattr(os, "memfd_create"):
        pytest.skip("only Linux holds a process to it")
    item = ("uint8", (2**29,))
    (answer,) = run(child, "sizes", item, limit=2**28)
    assert isinstance(answer, Refusal)
    assert answer.code is Code.TOO_LARGE
    assert run(child, "sizes", item, limit=2**30) == [2**29]


def test_it_goes_with_the_last_reference() -> None:
    child = DedicatedChild()
    (pid,) = run(child, "own_pid", 0)
    del child
    assert not psutil.pid_exists(pid)


@pytest.mark.skipif(sys.platform == "win32", reason="there a virtual environment's Python is another's parent")
@pytest.mark.parametrize("misdeed", ["hang", "stubborn"])
def test_a_process_at_work_ends_when_the_program_does(misdeed: str) -> None:
    """Killed, so that nobody could tell it; the alarm ends what holds Python's lock, which ONNX Runtime does not."""
    code = (
        "from imaging.workers.dedicated_child import DedicatedChild; from imaging.workers.messages import WorkerTask;"
        "from imaging.base.policy import ReadingPolicy; child = DedicatedChild();"
        f"print(*child.run(WorkerTask('{HERE}own_pid', (0,)), ReadingPolicy()), flush=True);"
        f"child.run(WorkerTask('{HERE}misdeed', ('{misdeed}',)), ReadingPolicy(seconds=1.0))"
    )
    root = Path(__file__).resolve().parents[3]
    program = subprocess.Popen([sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE)
    assert program.stdout is not None
    pid = int(program.stdout.readline())
    time.sleep(0.2)
    program.kill()
    program.wait()
    program.stdout.close()
    deadline = time.monotonic() + 20
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
