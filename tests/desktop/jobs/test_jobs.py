"""Jobs: answers, order, cancelling, what happens to failures, and that nothing is left."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from desktop.jobs.jobs import Jobs, Lane
from desktop.startup import crash_reports
from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job, Progress, is_stopped


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    jobs = Jobs()
    yield jobs
    jobs.shut_down()
    jobs.deleteLater()


class Gate:
    """Work that waits to be let through; generators look again every millisecond."""

    def __init__(self, answer: str = "done") -> None:
        self.answer = answer
        self.open = threading.Event()
        self.began = threading.Event()
        self.closed = threading.Event()

    def call(self) -> str:
        self.began.set()
        self.open.wait(20)
        return self.answer

    def job(self) -> Job[str]:
        self.began.set()
        try:
            while not self.open.wait(0.001):
                yield Progress("Waiting", 0)
        finally:
            self.closed.set()
        return self.answer


def test_a_plain_callable_runs_elsewhere_and_answers_here(jobs: Jobs, qtbot: QtBot) -> None:
    heard: list[Any] = []
    here = QThread.currentThread()
    jobs.start(
        Lane.OPEN,
        lambda: QThread.currentThread() is not here,
        returned=lambda elsewhere: heard.append((elsewhere, QThread.currentThread() is here)),
    )
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [(True, True)]
    assert not jobs.is_busy()


def test_a_generator_reports_and_returns(jobs: Jobs, qtbot: QtBot) -> None:
    def work() -> Job[int]:
        for number in range(3):
            yield Progress("Counting", number, 3)
        return 7

    heard: list[Any] = []
    jobs.start(Lane.OPEN, work, returned=heard.append, progressed=heard.append)
    qtbot.waitUntil(lambda: 7 in heard)
    assert heard[0] == Progress("Counting", 0, 3)


def test_reports_do_not_swamp_the_window(jobs: Jobs, qtbot: QtBot) -> None:
    def work() -> Job[int]:
        for number in range(100_000):
            yield Progress("Counting", number)
        return 7

    heard: list[Any] = []
    jobs.start(Lane.OPEN, work, returned=heard.append, progressed=heard.append)
    qtbot.waitUntil(lambda: 7 in heard, timeout=20_000)
    assert len(heard) < 1000


@pytest.mark.parametrize("as_job", [False, True])
def test_the_late_answer_of_superseded_work_is_dropped(jobs: Jobs, qtbot: QtBot, as_job: bool) -> None:
    heard: list[str] = []
    first, second = Gate("first"), Gate("second")
    for gate in (first, second):
        jobs.start(Lane.OPEN, gate.job if as_job else gate.call, returned=heard.append)
        assert gate.began.wait(20)
    first.open.set()
    second.open.set()
    qtbot.waitUntil(lambda: bool(heard))
    qtbot.wait(20)
    assert heard == ["second"]


def test_lanes_do_not_disturb_each_other(jobs: Jobs, qtbot: QtBot) -> None:
    heard: list[str] = []
    one, other = Gate(Lane.SCORE), Gate(Lane.HEAT)
    jobs.start(Lane.SCORE, one.call, returned=heard.append)
    jobs.start(Lane.HEAT, other.call, returned=heard.append)
    other.open.set()
    qtbot.waitUntil(lambda: heard == [Lane.HEAT])
    assert jobs.is_busy(Lane.SCORE)
    assert not jobs.is_busy(Lane.HEAT)
    one.open.set()
    qtbot.waitUntil(lambda: heard == [Lane.HEAT, Lane.SCORE])


def test_cancel_closes_the_generator_at_its_next_yield(jobs: Jobs, qtbot: QtBot) -> None:
    gate = Gate()
    heard: list[Any] = []
    jobs.start(Lane.OPEN, gate.job, returned=heard.append, refused=heard.append)
    assert gate.began.wait(20)
    assert jobs.is_busy(Lane.OPEN)
    jobs.cancel(Lane.OPEN)
    assert gate.closed.wait(1)
    qtbot.wait(20)
    assert heard == []
    assert not jobs.is_busy(Lane.OPEN)


def test_the_newest_wins(jobs: Jobs, qtbot: QtBot) -> None:
    gate = Gate("first")
    heard: list[str] = []
    ran: list[str] = []

    def named(name: str) -> Callable[[], str]:
        def work() -> str:
            ran.append(name)
            return name

        return work

    jobs.start_latest(Lane.OPEN, gate.call, returned=heard.append, refused=heard.append)
    assert gate.began.wait(20)
    for name in ("second", "third", "fourth"):
        jobs.start_latest(Lane.OPEN, named(name), returned=heard.append, refused=heard.append)
    gate.open.set()
    qtbot.waitUntil(lambda: heard == ["first", "fourth"])
    assert ran == ["fourth"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Refusal(Code.TRUNCATED), Code.TRUNCATED),
        (MemoryError(), Code.TOO_LARGE),
        (ValueError("Doe^John 19700101"), Code.INTERNAL),
        (SystemExit(3), Code.INTERNAL),
    ],
)
@pytest.mark.parametrize("as_job", [False, True])
def test_a_failure_is_a_value_of_ours(
    jobs: Jobs, qtbot: QtBot, fault: BaseException, code: Code, as_job: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails() -> str:
        raise fault

    def fails_later() -> Job[str]:
        yield Progress("Working", 0)
        raise fault

    heard: list[Refusal] = []
    jobs.start(Lane.OPEN, fails_later if as_job else fails, refused=heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard[0].code is code
    assert "Doe" not in str(heard[0])
    reports = crash_reports.find_unseen()
    assert len(reports) == (code is Code.INTERNAL), "what nobody foresaw is kept for the next start"
    for report in reports:
        assert ".fails" in report.text
        assert "Doe" not in report.text
        crash_reports.delete(report)
    written = capfd.readouterr()
    assert "Traceback" not in written.err
    assert "Doe" not in written.err


def test_shutting_down_waits_for_what_runs_and_starts_nothing_more(qtbot: QtBot) -> None:
    jobs = Jobs()
    gate = Gate()
    heard: list[Any] = []
    jobs.start(Lane.OPEN, gate.job, returned=heard.append)
    jobs.start_latest(Lane.OPEN, lambda: 2, returned=heard.append, refused=heard.append)
    assert gate.began.wait(20)
    jobs.shut_down()
    assert gate.closed.is_set()
    jobs.start(Lane.OPEN, lambda: 3, returned=heard.append)
    qtbot.wait(20)
    assert heard == []
    jobs.deleteLater()


@pytest.mark.leaves("a thread that nobody waits for")
def test_shutting_down_leaves_alone_what_does_not_end(qtbot: QtBot) -> None:
    """A library in C that hangs: the window closes all the same."""
    jobs = Jobs()
    gate = Gate()
    jobs.start(Lane.OPEN, gate.call)
    assert gate.began.wait(20)
    jobs.shut_down()
    assert not gate.open.is_set()
    jobs.deleteLater()
    qtbot.wait(1)
    gate.open.set()


def test_the_newest_does_not_wait_for_ever(jobs: Jobs, qtbot: QtBot) -> None:
    heard: list[str] = []
    hung = Gate("first")
    jobs.start_latest(Lane.SCORE, hung.call, returned=heard.append, refused=heard.append)
    assert hung.began.wait(20)
    for answer in ("second", "third"):
        jobs.start_latest(Lane.SCORE, lambda answer=answer: answer, returned=heard.append, refused=heard.append)
    qtbot.waitUntil(lambda: heard == ["third"], timeout=15_000)
    hung.open.set()
    qtbot.wait(20)
    assert heard == ["third"]


def test_work_can_ask_whether_anybody_waits_for_it(jobs: Jobs, qtbot: QtBot) -> None:
    asked: list[bool] = []
    gate = Gate()

    def work() -> None:
        asked.append(is_stopped())
        gate.call()
        asked.append(is_stopped())

    jobs.start(Lane.SCORE, work)
    assert gate.began.wait(20)
    jobs.cancel(Lane.SCORE)
    gate.open.set()
    qtbot.waitUntil(lambda: len(asked) == 2)
    assert asked == [False, True]
    assert not is_stopped()
