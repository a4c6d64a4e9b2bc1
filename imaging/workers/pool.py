"""The pool: which child does what next, what happens when one dies, and the end of all of them.

Nothing here is a thread. Whoever runs tasks takes free children, listens to them in its own thread and gives them
back after each task, so that several threads share the pool and the more urgent of them gets the next free child.
"""

import os
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import wait
from time import monotonic
from typing import Any

from imaging.base.english import Text, english
from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.base.scratch import clear_scratch
from imaging.workers.messages import TaskAnswer, WorkerTask
from imaging.workers.process import Child, ChildDied

EARLY_IMPORTS = ("imaging.remote_read", "imaging.formats.dicom.reader")
"""Modules that a child imports before it is asked: pydicom, which brings its decoders."""

_STARTS_WITHOUT_ANSWER = 3
# How long a run may go on without giving its caller the chance to stop it.
_SECONDS_BETWEEN_SIGNS = 0.05
# A cancel takes effect within a second; a child that does not leave its task in this time is killed.
_SECONDS_TO_STOP = 0.3
_NOT_STARTED = "Slicelens could not start the process that reads such files."
_TOO_LONG = english("Reading it took longer than {seconds:.0f} seconds and was stopped; the file is probably damaged.")


@dataclass(frozen=True, eq=False)
class _TaskPart:
    """Those items of a task that a child is at, by their numbers in the task."""

    task: WorkerTask
    numbers: tuple[int, ...]

    def answer(self, number: int, value: Any) -> TaskAnswer:
        """Return the answer to the child's item of that number."""
        return TaskAnswer(self.task, self.numbers[number], value)


@dataclass(eq=False)
class _Dispatch:
    """One caller's tasks on their way: handed out, listened to, done again if a child died. See `WorkerPool.run`."""

    workers: "WorkerPool"
    tasks: Iterator[WorkerTask]
    policy: ReadingPolicy
    urgent: bool
    borrow: bool
    width: int
    again: deque[_TaskPart] = field(default_factory=deque)
    busy: dict[Any, tuple[Child, _TaskPart]] = field(default_factory=dict)
    is_over: bool = False
    """Whether all tasks were taken."""

    def answers(self) -> Iterator[TaskAnswer | None]:
        """Yield answers as they come; None while time passes without one."""
        while True:
            yield from self._hand_out()
            if self.busy:
                yield from self._listen()
            elif self.is_over and not self.again:
                return
            else:
                self.workers.wait_for_child(urgent=self.urgent)
                yield None

    def end(self) -> None:
        """Give every child back, or kill it if it does not leave its task."""
        deadline = monotonic() + _SECONDS_TO_STOP
        children = [child for child, _ in self.busy.values()]
        self.busy.clear()
        for child in children:
            child.ask_to_stop()
        for child in children:
            if child.has_stopped(deadline):
                self.workers.give(child)
            else:
                self.workers.discard(child)

    def _hand_out(self) -> Iterator[TaskAnswer]:
        """Give tasks to free children; if none can be had at all, every item is refused."""
        while len(self.busy) < self.width and (self.again or not self.is_over):
            try:
                child = self.workers.take(urgent=self.urgent)
            except Refusal as refusal:
                yield from self._refuse_all(refusal)
                return
            if child is None:
                return
            part = self._next()
            if part is None:
                self.workers.give(child)
                return
            try:
                items = tuple(part.task.items[number] for number in part.numbers)
                child.begin(replace(part.task, items=items), self.policy)
                self.busy[child.connection] = child, part
            except ChildDied:
                self.workers.discard(child)
                self.again.appendleft(part)

    def _next(self) -> _TaskPart | None:
        if self.again:
            return self.again.popleft()
        task = next(self.tasks, None)
        if task is None:
            self.is_over = True
            return None
        return _TaskPart(task, tuple(range(len(task.items))))

    def _listen(self) -> Iterator[TaskAnswer | None]:
        """Hear every child that has something to say; end those that are over their time."""
        ready = wait(list(self.busy), timeout=_SECONDS_BETWEEN_SIGNS)
        for connection in ready:
            child, part = self.busy[connection]
            try:
                for number, value in child.answers(borrow=self.borrow):
                    yield part.answer(number, value)
            except ChildDied:
                if not self.workers.is_shut:
                    yield from self._handle_death(child, part, Refusal(part.task.fault))
                continue
            if child.task is None:
                del self.busy[connection]
                self.workers.give(child)
        for child, part in list(self.busy.values()):
            if child.is_over_time:
                refusal = Refusal(Code.TIMEOUT, Text(_TOO_LONG, facts={"seconds": self.policy.seconds}))
                yield from self._handle_death(child, part, refusal)
        if not ready:
            yield None
        if self.workers.is_shut:
            yield from self._refuse_all(Refusal(Code.CANCELLED))

    def _handle_death(self, child: Child, part: _TaskPart, refusal: Refusal) -> Iterator[TaskAnswer]:
        """Refuse the item a child died over (all, if they are one thing); the others are done again."""
        left, had_begun = tuple(child.left), child.is_ready
        del self.busy[child.connection]
        self.workers.discard(child)
        # One that died over its own imports never came as far as an item.
        guilty = 0 if not had_begun else len(left) if part.task.together else 1
        if rest := left[guilty:]:
            self.again.appendleft(_TaskPart(part.task, tuple(part.numbers[number] for number in rest)))
        for number in left[:guilty]:
            yield part.answer(number, refusal)

    def _refuse_all(self, refusal: Refusal) -> Iterator[TaskAnswer]:
        """Refuse every item that is left, since nothing can be done any more."""
        parts = []
        for child, part in self.busy.values():
            parts.append(_TaskPart(part.task, tuple(part.numbers[number] for number in child.left)))
            self.workers.discard(child)
        self.busy.clear()
        for part in (*iter(self._next, None), *parts):
            for number in part.numbers:
                yield TaskAnswer(part.task, number, refusal)


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
        self.is_shut = False
        """True after `close`."""

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
        run = _Dispatch(self, iter(tasks), policy, urgent, borrow, width or self.count + 1)
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
            self.is_shut = True
            for child in self._idle:
                child.kill()
                self._children.discard(child)
            self._idle.clear()
            for child in self._children:
                child.interrupt()
            self._changed.notify_all()
        clear_scratch()

    def take(self, *, urgent: bool) -> Child | None:
        """Return a free child, or None if there is none now. Raises `Refusal` if none can be started."""
        with self._changed:
            if self.is_shut:
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
            if self.is_shut or len(self._children) > self.count:
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
            if not self.is_shut and len(self._children) < self.count and (fresh := self._start()):
                self._idle.append(fresh)
            self._changed.notify_all()

    def wait_for_child(self, *, urgent: bool) -> None:
        """Wait a moment for a child to be given back."""
        with self._changed:
            self._urgent_waiting += urgent
            self._changed.wait(_SECONDS_BETWEEN_SIGNS)
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
        self, tasks: Iterable[WorkerTask], *, urgent: bool = False, borrow: bool = False, width: int | None = None
    ) -> Generator[TaskAnswer | None, None, None]:
        """As `WorkerPool.run`, under this policy."""
        return self.pool.run(tasks, self.policy, urgent=urgent, borrow=borrow, width=width)
