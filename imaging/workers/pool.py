"""The pool: which child does what next, what happens when one dies, and the end of all of them.

Nothing here is a thread. Whoever runs tasks takes free children, listens to them in its own thread and gives them
back after each task, so that several threads share the pool and the more urgent of them gets the next free child.
"""

import os
import threading
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.workers.dispatch import SECONDS_BETWEEN_SIGNS, Dispatch
from imaging.workers.messages import TaskAnswer, WorkerTask
from imaging.workers.process import Child

EARLY_IMPORTS = ("imaging.remote_read", "imaging.formats.dicom.reader")
"""Modules that a child imports before it is asked: pydicom, which brings its decoders."""

_STARTS_WITHOUT_ANSWER = 3
_NOT_STARTED = "Slicelens could not start the process that reads such files."


class WorkerPool:
    """Children, as many as there are cores (one more for urgent work), started when they are first needed."""

    def __init__(self, count: int | None = None, modules: Sequence[str] = EARLY_IMPORTS) -> None:
        self.count = count or _cores()
        """How many tasks are done at a time."""
        self._modules = modules
        self._changed = threading.Condition()
        self._children: set[Child] = set()
        self._idle: list[Child] = []
        self._urgent_waiting = 0
        self._failed_starts = 0
        self._is_shut = False

    def warm(self, count: int | None = None) -> None:
        """Start children that are not there yet (all, or `count` in all); returns while they still import."""
        with self._changed:
            while len(self._children) < min(count or self.count, self.count) and (child := self._start()):
                self._idle.append(child)

    def pids(self) -> set[int]:
        """Return the numbers of the processes."""
        with self._changed:
            return {child.pid for child in self._children}

    def run(
        self,
        tasks: Iterable[WorkerTask],
        policy: ReadingPolicy,
        *,
        urgent: bool = False,
        borrow: bool = False,
        width: int | None = None,
    ) -> Generator[TaskAnswer | None, None, None]:
        """Do tasks on all free children (at most `width` at a time), and yield an `TaskAnswer` for every item of each.

        The next task is taken from `tasks` when a child is free for it. None is a sign that time passes: a point to
        report and to stop. Closing the iterator stops the work within a second. `urgent` goes before what is not,
        and has a child more. With `borrow` an array is only good until the next step, which spares a copy.
        """
        with self._changed:
            # What kept children from starting may be over.
            self._failed_starts = 0
        run = Dispatch(self, iter(tasks), policy, urgent=urgent, borrow=borrow, width=width or self.count + 1)
        try:
            yield from run.answers()
        finally:
            run.end()

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Kill every child. What still runs in other threads is answered with CANCELLED. May be called twice."""
        with self._changed:
            self._is_shut = True
            for child in self._idle:
                child.kill()
                self._children.discard(child)
            self._idle.clear()
            for child in self._children:
                child.interrupt()
            self._changed.notify_all()

    @property
    def is_shut(self) -> bool:
        """True after `close`."""
        return self._is_shut

    def take(self, *, urgent: bool) -> Child | None:
        """Return a free child, or None if there is none now. Raises `Refusal` if none can be started."""
        with self._changed:
            if self._is_shut:
                raise Refusal(Code.CANCELLED)
            if self._urgent_waiting and not urgent:
                return None
            while self._idle:
                # One that has begun before one that has not.
                child = next((one for one in self._idle if one.is_ready), self._idle[0])
                self._idle.remove(child)
                if child.is_alive:
                    return child
                child.kill()
                self._children.discard(child)
            if len(self._children) >= self.count + (1 if urgent else 0):
                return None
            child_or_none = self._start()
            if child_or_none is None and not self._children:
                raise Refusal(Code.INTERNAL, _NOT_STARTED)
            return child_or_none

    def give(self, child: Child) -> None:
        """Give a child back that has done its task; one more than wanted is let go."""
        with self._changed:
            self._failed_starts = 0
            if self._is_shut or len(self._children) > self.count:
                child.kill()
                self._children.discard(child)
            else:
                self._idle.append(child)
            self._changed.notify_all()

    def discard(self, child: Child) -> None:
        """Kill a child, and start another that is warm when it is needed."""
        was_ready = child.is_ready
        child.kill()
        with self._changed:
            self._children.discard(child)
            self._failed_starts = 0 if was_ready else self._failed_starts + 1
            if not self._is_shut and len(self._children) < self.count and (fresh := self._start()):
                self._idle.append(fresh)
            self._changed.notify_all()

    def wait_for_child(self, *, urgent: bool) -> None:
        """Wait a moment for a child to be given back."""
        with self._changed:
            self._urgent_waiting += urgent
            self._changed.wait(SECONDS_BETWEEN_SIGNS)
            self._urgent_waiting -= urgent

    def _start(self) -> Child | None:
        if self._failed_starts >= _STARTS_WITHOUT_ANSWER:
            return None
        try:
            child = Child(self._modules)
        except OSError:
            self._failed_starts += 1
            return None
        self._children.add(child)
        return child


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Reading:
    """How files may be read, and the processes that read them; given to everything that reads."""

    policy: ReadingPolicy
    pool: WorkerPool

    def run(
        self,
        tasks: Iterable[WorkerTask],
        *,
        urgent: bool = False,
        borrow: bool = False,
        width: int | None = None,
    ) -> Generator[TaskAnswer | None, None, None]:
        """As `WorkerPool.run`, under this policy."""
        return self.pool.run(tasks, self.policy, urgent=urgent, borrow=borrow, width=width)

    def ask(self, task: WorkerTask) -> list[Any]:
        """Return the answers to one urgent task, in the order of its items."""
        found: dict[int, Any] = {}
        for answer in self.run([task], urgent=True):
            if answer is not None:
                found[answer.number] = answer.value
        return [found[number] for number in range(len(task.items))]
