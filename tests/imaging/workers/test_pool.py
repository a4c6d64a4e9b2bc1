"""Child processes: every way to die is one answer, the others go on, pixels arrive whole, and nothing is left."""

import ctypes
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from pickletools import genops
from typing import Any

import numpy as np
import psutil
import pytest

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.volume.series import Source
from imaging.workers import WORKER_ARGUMENT
from imaging.workers.messages import WorkerTask, pack_message, unpack_message
from imaging.workers.pool import WorkerPool
from imaging.workers.process import seconds_without_core
from imaging.workers.ring_buffer import PART_BYTES, RING_BYTES, RingBuffer
from tests.reading import POLICY

HERE = "tests.imaging.worker_tasks:"
posix = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")


def is_wine() -> bool:
    """True where Windows is Wine, which takes note of a Job Object's limits and holds nobody to them."""
    return sys.platform == "win32" and hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    """Two children of the tests' own, which import nothing that the tests do not need."""
    made = WorkerPool(2, modules=())
    yield made
    made.close()


def ask(pool: WorkerPool, task: WorkerTask, policy: ReadingPolicy = POLICY) -> list[Any]:
    """The answers to a task, in the order of its items."""
    found = {answer.number: answer.value for answer in pool.run([task], policy, urgent=True) if answer is not None}
    return [found[number] for number in range(len(task.items))]


def told(pool: WorkerPool, *items: str, seconds: float = 30.0, together: bool = False) -> list[Any]:
    """What became of each misdeed: a code, or the value."""
    task = WorkerTask(f"{HERE}misdeed", items, together=together)
    answers = ask(pool, task, ReadingPolicy(seconds=seconds))
    return [answer.code if isinstance(answer, Refusal) else answer for answer in answers]


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE}


def ended(pids: set[int]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if not alive(pids):
            return True
        time.sleep(0.02)
    return False


class AsDebian(StrEnum):
    """Pickled as Python 3.11.0 to 3.11.3 does it, which calls a function that messages must not name."""

    ONE = "one"

    def __reduce_ex__(self, _: object) -> tuple[Any, ...]:
        return getattr, (AsDebian, self.name)


def test_a_message_with_an_enumeration_calls_nothing() -> None:
    """Debian 12's Python 3.11.2: every task was refused, and so every compressed picture."""
    words = [word for _, word, _ in genops(pack_message((AsDebian.ONE, Code.DECODE)))]
    assert "getattr" not in words
    assert {"AsDebian", "one", "Code"} <= set(map(str, words))
    assert unpack_message(pack_message(Code.DECODE)) is Code.DECODE


@pytest.mark.leaves("the module's pool")
def test_values_come_back_with_what_all_have_in_common(pool: WorkerPool) -> None:
    assert ask(pool, WorkerTask(f"{HERE}tell", (1, "two", Source(Path("x"), "m")), {"k": 3.5})) == [
        ({"k": 3.5}, 1),
        ({"k": 3.5}, "two"),
        ({"k": 3.5}, Source(Path("x"), "m")),
    ]


@pytest.mark.slow
@pytest.mark.leaves("the module's pool")
def test_whoever_listens_may_be_busy_for_longer_than_a_task_may_take(pool: WorkerPool) -> None:
    """A network that takes its time over a slice, for example: what children have said meanwhile counts."""
    items = [("uint8", (PART_BYTES,))] * 4
    tasks = [WorkerTask(f"{HERE}arrays", tuple(items)) for _ in range(3)]
    answers = []
    for answer in pool.run(tasks, ReadingPolicy(seconds=1.0), width=2):
        if answer is not None:
            answers.append(answer.value)
            if len(answers) in (1, 2, 6):
                # Longer than the task's second, and than the child's own watcher waits beyond it.
                time.sleep(7)
    assert [type(value) for value in answers] == [np.ndarray] * 12


@pytest.mark.leaves("the module's pool")
@pytest.mark.parametrize(
    ("misdeed", "code"),
    [
        ("segfault", Code.DECODE),
        ("kill", Code.DECODE),
        pytest.param("abort", Code.DECODE, marks=posix),
        ("strange", Code.DECODE),
        ("hang", Code.TIMEOUT),
        ("stubborn", Code.TIMEOUT),
    ],
)
def test_a_child_that_dies_costs_one_item(pool: WorkerPool, misdeed: str, code: Code) -> None:
    assert told(pool, "one", misdeed, "three", seconds=3.0 if code is Code.TIMEOUT else 30.0) == ["one", code, "three"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_who_waits_for_a_core_is_told_from_who_sleeps() -> None:
    core = min(os.sched_getaffinity(0))
    pin = f"import os; os.sched_setaffinity(0, [{core}])\n"
    busy = [subprocess.Popen([sys.executable, "-c", f"{pin}while True: pass"]) for _ in range(3)]
    ready = "import time; print('ready', flush=True); time.sleep(60)"
    asleep = subprocess.Popen([sys.executable, "-c", ready], stdout=subprocess.PIPE)
    try:
        # Until it sleeps, it waits for a core as others do.
        assert asleep.stdout is not None
        assert asleep.stdout.readline()
        deadline = time.monotonic() + 30
        while min(seconds_without_core(one.pid) for one in busy) < 0.3 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert min(seconds_without_core(one.pid) for one in busy) >= 0.3
        clock, before = time.monotonic(), seconds_without_core(asleep.pid)
        time.sleep(0.5)
        assert seconds_without_core(asleep.pid) - before < time.monotonic() - clock
    finally:
        for one in (*busy, asleep):
            one.kill()
            one.wait()
        if asleep.stdout is not None:
            asleep.stdout.close()
    assert seconds_without_core(2**22 + 1) == 0.0


@pytest.mark.leaves("the module's pool")
@pytest.mark.parametrize(
    ("misdeed", "code"),
    [
        ("exit", Code.DECODE),
        ("panic", Code.DECODE),
        ("raise", Code.DECODE),
        ("refuse", Code.ENCRYPTED),
        ("memory", Code.TOO_LARGE),
    ],
)
def test_what_is_raised_ends_the_task_and_not_the_child(pool: WorkerPool, misdeed: str, code: Code) -> None:
    pool.warm()
    before = pool.pids()
    assert told(pool, "one", misdeed, "three") == ["one", code, code]
    assert pool.pids() == before


@pytest.mark.leaves("the module's pool")
def test_parts_of_one_thing_fail_together(pool: WorkerPool) -> None:
    assert told(pool, "one", "segfault", "three", together=True) == ["one", Code.DECODE, Code.DECODE]


@pytest.mark.leaves("the module's pool")
def test_sentences_are_ours(pool: WorkerPool) -> None:
    answers = ask(pool, WorkerTask(f"{HERE}misdeed", ("panic", "raise")))
    answers += ask(pool, WorkerTask(f"{HERE}misdeed", ("strange",)))
    assert not any("PATIENT" in str(answer) or "Loud" in str(answer) for answer in answers)
    (refused,) = ask(pool, WorkerTask(f"{HERE}misdeed", ("refuse",)))
    assert refused.message == "A sentence of ours."


@pytest.mark.leaves("the module's pool")
def test_what_a_child_prints_reaches_nobody(pool: WorkerPool, capfd: pytest.CaptureFixture[str]) -> None:
    assert told(pool, "print") == ["print"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.leaves("the module's pool")
@pytest.mark.skipif(sys.platform == "darwin" or is_wine(), reason="macOS and Wine limit no memory")
def test_memory_is_limited_and_a_task_may_have_more(pool: WorkerPool) -> None:
    size = ("u1", (3 * 2**30,))
    (refused,) = ask(pool, WorkerTask(f"{HERE}sizes", (size,)))
    assert isinstance(refused, Refusal)
    assert refused.code is Code.TOO_LARGE
    assert ask(pool, WorkerTask(f"{HERE}sizes", (size,), memory=4 * 2**30)) == [3 * 2**30]


@pytest.mark.leaves("the module's pool")
@pytest.mark.skipif(sys.platform != "win32", reason="Job Objects are Windows'")
def test_a_child_is_in_a_job_of_its_own(pool: WorkerPool) -> None:
    assert ask(pool, WorkerTask(f"{HERE}limited", (2**30,))) == [True]


@pytest.mark.leaves("the module's pool")
@pytest.mark.parametrize("borrow", [True, False])
def test_arrays_of_every_size_arrive_whole(pool: WorkerPool, borrow: bool) -> None:
    kinds = [
        ("u1", ()), ("i2", (0, 5)), ("u2", (512, 512)), ("f4", (7, 1)), ("u1", (PART_BYTES,)),
        ("u1", (PART_BYTES + 1,)), ("f8", (RING_BYTES // 8 + 3,)), ("i2", (3, 1000, 1001)), (">i4", (5,)),
    ]  # fmt: skip
    seen = 0
    for answer in pool.run([WorkerTask(f"{HERE}arrays", tuple(kinds * 3))], POLICY, borrow=borrow):
        if answer is None:
            continue
        kind, shape = kinds[answer.number % len(kinds)]
        assert answer.value.dtype == np.dtype(kind)
        assert answer.value.shape == shape
        np.testing.assert_array_equal(answer.value, np.full(shape, answer.number + 1, dtype=kind))
        seen += 1
    assert seen == 3 * len(kinds)


@pytest.mark.leaves("the module's pool")
def test_copies_outlive_the_next_step(pool: WorkerPool) -> None:
    made = ask(pool, WorkerTask(f"{HERE}arrays", (("u2", (512, 512)),) * 60))
    assert [int(one.min()) for one in made] == [int(one.max()) for one in made] == list(range(1, 61))


@pytest.mark.leaves("the module's pool")
def test_tasks_are_taken_when_a_child_is_free_for_them(pool: WorkerPool) -> None:
    taken: list[int] = []

    def tasks() -> Iterator[WorkerTask]:
        for number in range(6):
            taken.append(number)
            yield WorkerTask(f"{HERE}own_pid", (0.05,), key=number)

    pids = set()
    ahead = []
    finished = 0
    for answer in pool.run(tasks(), POLICY):
        if answer is not None:
            pids.add(answer.value)
            finished += 1
            ahead.append(len(taken) - finished)
    assert finished == 6
    assert pids <= pool.pids()
    assert max(ahead) <= 2


@pytest.mark.leaves("the module's pool")
def test_closing_a_run_stops_its_children_and_keeps_those_that_listen(pool: WorkerPool) -> None:
    pool.warm()
    ask(pool, WorkerTask(f"{HERE}tell", (1,)))
    run = pool.run([WorkerTask(f"{HERE}endless", (1,)), WorkerTask(f"{HERE}misdeed", ("stubborn",))], POLICY)
    while next(run) is not None or not all(_is_ready(pool)):
        pass
    before = pool.pids()
    run.close()  # type: ignore[attr-defined]
    after = pool.pids()
    assert len(before & after) == 1
    assert ended(before - after)
    assert told(pool, "fine") == ["fine"]


def _is_ready(pool: WorkerPool) -> list[bool]:
    return [child.is_ready for child in pool._children]


@pytest.mark.leaves("the module's pool")
def test_a_child_killed_while_it_waits_is_replaced(pool: WorkerPool) -> None:
    pool.warm()
    told(pool, "fine")
    before = pool.pids()
    for pid in before:
        psutil.Process(pid).kill()
    assert ended(before)
    assert told(pool, "one", "two") == ["one", "two"]
    assert not before & pool.pids()


@pytest.mark.leaves("the module's pool")
def test_threads_share_the_pool_and_the_urgent_one_is_first() -> None:
    pool = WorkerPool(1, modules=())
    order: list[str] = []
    begun = threading.Event()

    def background() -> None:
        for answer in pool.run((WorkerTask(f"{HERE}own_pid", (0.05,)) for _ in range(12)), POLICY):
            if answer is not None:
                order.append("background")
                begun.set()

    thread = threading.Thread(target=background)
    thread.start()
    assert begun.wait(60)
    ask(pool, WorkerTask(f"{HERE}own_pid", (0.0,)))
    order.append("urgent")
    thread.join()
    pool.close()
    assert order.index("urgent") < len(order) - 1
    assert order.count("background") == 12


def test_shutting_down_ends_every_child_and_answers_what_runs() -> None:
    pool = WorkerPool(2, modules=())
    run = pool.run([WorkerTask(f"{HERE}endless", (1,)), WorkerTask(f"{HERE}endless", (1, 2))], POLICY)
    next(run)
    pids = pool.pids()
    assert pids
    pool.close()
    codes = [answer.value.code for answer in run if answer is not None]
    assert codes == [Code.CANCELLED] * 3
    assert ended(pids)
    assert pool.pids() == set()
    pool.close()


def test_nothing_is_started_before_it_is_needed() -> None:
    pool = WorkerPool(2, modules=())
    assert pool.pids() == set()
    assert list(pool.run([], POLICY)) == []
    pool.close()


def test_where_no_process_can_be_started_everything_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/program")
    pool = WorkerPool(2, modules=())
    answers = ask(pool, WorkerTask(f"{HERE}tell", (1, 2)))
    assert [answer.code for answer in answers] == [Code.INTERNAL] * 2
    pool.close()


@posix
def test_a_child_that_cannot_even_begin_does_not_go_round_for_ever(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    pool = WorkerPool(2, modules=())
    assert [answer.code for answer in ask(pool, WorkerTask(f"{HERE}tell", (1,)))] == [Code.INTERNAL]
    pool.close()


PARENT = """
import sys
from imaging.workers.messages import WorkerTask
from tests.reading import POOL, READING
POOL.warm()
run = READING.run([WorkerTask("tests.imaging.worker_tasks:endless", (1,))])
next(run)
list(READING.run([WorkerTask("tests.imaging.worker_tasks:tell", (1,))]))
print(*POOL.pids(), flush=True)
sys.stdin.read()
"""


def test_children_end_with_their_parent_however_it_ends(root: Path) -> None:
    """Also one that is at work, and nothing of the parent's main script is run again in a child."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pids = set(map(int, parent.stdout.readline().split()))
    assert pids
    assert alive(pids) == pids
    parent.kill()
    parent.communicate()
    assert ended(pids)


def test_a_packaged_program_starts_itself(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`sys.frozen` and a program that knows the hidden argument: our own main module, as PyInstaller would start it."""
    script = f"import sys; sys.path.insert(0, {str(root)!r}); from desktop.main import program; program()"
    seen: list[list[str]] = []
    start = subprocess.Popen

    def started(command: list[str], **options: Any) -> Any:
        seen.append(command)
        return start([sys.executable, "-c", script, *command[1:]], **options)

    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr("imaging.workers.process.subprocess.Popen", started)
    pool = WorkerPool(1, modules=())
    assert told(pool, "fine") == ["fine"]
    pool.close()
    assert seen[0][:2] == [sys.executable, WORKER_ARGUMENT]


def test_a_pool_ends_with_its_block() -> None:
    with WorkerPool(1, modules=()) as pool:
        assert told(pool, "fine") == ["fine"]
        pids = pool.pids()
        assert pids
    assert ended(pids)
    assert pool.is_shut


@pytest.mark.parametrize(
    "content", [b"", b"rubbish", pack_message(os.getcwd), pack_message(subprocess.Popen), pack_message(print)]
)
def test_a_message_that_is_none_of_ours_is_not_understood(content: bytes) -> None:
    with pytest.raises((Exception,)):
        unpack_message(content)


def test_an_order_is_understood() -> None:
    order = WorkerTask("a:b", (1,)), ReadingPolicy().with_grant("a.zip", 9).with_password("word")
    assert "word" not in repr(order)
    assert unpack_message(pack_message(order)) == order


def test_the_ring_waits_for_its_reader() -> None:
    writer = RingBuffer.create()
    reader = RingBuffer(os.dup(writer.handle) if isinstance(writer.handle, int) else writer.handle)
    part = np.arange(PART_BYTES, dtype=np.uint64).view(np.uint8)[:PART_BYTES]
    places = []
    for _ in range(2):
        start = writer.write(part, lambda: False)
        assert start is not None
        places.append((start, writer.written))
    assert writer.write(part, lambda: True) is None
    for start, written in places:
        np.testing.assert_array_equal(reader.view(start, part.size), part)
        reader.take(written)
    # Empty again: the next part lies where the first one did.
    assert writer.write(part[:100], lambda: False) == places[0][0]
    with pytest.raises(ValueError):
        reader.view(RING_BYTES - 1, 2)
    reader.close()
    writer.close()
