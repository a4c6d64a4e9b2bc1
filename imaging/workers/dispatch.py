"""One caller's tasks on their way through the pool: handed out, listened to, done again if a child died."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from time import monotonic
from typing import Any, Protocol

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.workers.messages import TaskAnswer, WorkerTask
from imaging.workers.process import Child, ChildDied

SECONDS_BETWEEN_SIGNS = 0.05
"""How long a run may go on without giving its caller the chance to stop it."""

# A cancel takes effect within a second; a child that does not leave its task in this time is killed.
_SECONDS_TO_STOP = 0.3
_TOO_LONG = "Reading it took longer than {seconds:.0f} seconds and was stopped; the file is probably damaged."


class ChildLender(Protocol):
    """Where children come from and go back to; `imaging.workers.pool.WorkerPool`."""

    @property
    def is_shut(self) -> bool:
        """True once there are no children any more."""

    def take(self, *, urgent: bool) -> Child | None:
        """Return a free child, or None if there is none now. Raises `Refusal` if there will be none."""

    def give(self, child: Child) -> None:
        """Give a child back."""

    def discard(self, child: Child) -> None:
        """Kill a child."""

    def wait_for_child(self, *, urgent: bool) -> None:
        """Wait a moment for a free one."""


@dataclass(frozen=True, eq=False)
class _TaskPart:
    """Those items of a task that a child is at, by their numbers in the task."""

    task: WorkerTask
    numbers: tuple[int, ...]

    def as_task(self) -> WorkerTask:
        """Return the task that the child is given."""
        if len(self.numbers) == len(self.task.items):
            return self.task
        return replace(self.task, items=tuple(self.task.items[number] for number in self.numbers))

    def answer(self, number: int, value: Any) -> TaskAnswer:
        """Return the answer to the child's item of that number."""
        return TaskAnswer(self.task, self.numbers[number], value)


class Dispatch:
    """See `WorkerPool.run`."""

    def __init__(
        self,
        workers: ChildLender,
        tasks: Iterator[WorkerTask],
        policy: ReadingPolicy,
        *,
        urgent: bool = False,
        borrow: bool = False,
        width: int,
    ) -> None:
        self._workers = workers
        self._tasks = tasks
        self._policy = policy
        self._urgent = urgent
        self._borrow = borrow
        self._width = width
        self._again: deque[_TaskPart] = deque()
        self._busy: dict[Any, tuple[Child, _TaskPart]] = {}
        self._is_over = False
        """Whether all tasks were taken."""

    def answers(self) -> Iterator[TaskAnswer | None]:
        """Yield answers as they come; None while time passes without one."""
        while True:
            yield from self._hand_out()
            if self._busy:
                yield from self._listen()
            elif self._is_over and not self._again:
                return
            else:
                self._workers.wait_for_child(urgent=self._urgent)
                yield None

    def end(self) -> None:
        """Give every child back, or kill it if it does not leave its task."""
        deadline = monotonic() + _SECONDS_TO_STOP
        children = [child for child, _ in self._busy.values()]
        self._busy.clear()
        for child in children:
            child.ask_to_stop()
        for child in children:
            if child.has_stopped(deadline):
                self._workers.give(child)
            else:
                self._workers.discard(child)

    def _hand_out(self) -> Iterator[TaskAnswer]:
        """Give tasks to free children; if none can be had at all, every item is refused."""
        while len(self._busy) < self._width and (self._again or not self._is_over):
            try:
                child = self._workers.take(urgent=self._urgent)
            except Refusal as refusal:
                yield from self._refuse_all(refusal)
                return
            if child is None:
                return
            part = self._next()
            if part is None:
                self._workers.give(child)
                return
            try:
                child.begin(part.as_task(), self._policy)
                self._busy[child.connection] = child, part
            except ChildDied:
                self._workers.discard(child)
                self._again.appendleft(part)

    def _next(self) -> _TaskPart | None:
        if self._again:
            return self._again.popleft()
        task = next(self._tasks, None)
        if task is None:
            self._is_over = True
            return None
        return _TaskPart(task, tuple(range(len(task.items))))

    def _listen(self) -> Iterator[TaskAnswer | None]:
        """Hear every child that has something to say; end those that are over their time."""
        ready = wait(list(self._busy), timeout=SECONDS_BETWEEN_SIGNS)
        for connection in ready:
            child, part = self._busy[connection]
            try:
                for number, value in child.answers(borrow=self._borrow):
                    yield part.answer(number, value)
            except ChildDied:
                if not self._workers.is_shut:
                    yield from self._handle_death(child, part, Refusal(part.task.fault))
                continue
            if child.task is None:
                del self._busy[connection]
                self._workers.give(child)
        for child, part in list(self._busy.values()):
            if child.is_over_time:
                yield from self._handle_death(
                    child, part, Refusal(Code.TIMEOUT, _TOO_LONG.format(seconds=self._policy.seconds))
                )
        if not ready:
            yield None
        if self._workers.is_shut:
            yield from self._refuse_all(Refusal(Code.CANCELLED))

    def _handle_death(self, child: Child, part: _TaskPart, refusal: Refusal) -> Iterator[TaskAnswer]:
        """Refuse the item a child died over (all, if they are one thing); the others are done again."""
        left, had_begun = child.left, child.is_ready
        del self._busy[child.connection]
        self._workers.discard(child)
        # One that died over its own imports never came as far as an item.
        guilty = 0 if not had_begun else len(left) if part.task.together else 1
        if rest := left[guilty:]:
            self._again.appendleft(_TaskPart(part.task, tuple(part.numbers[number] for number in rest)))
        for number in left[:guilty]:
            yield part.answer(number, refusal)

    def _refuse_all(self, refusal: Refusal) -> Iterator[TaskAnswer]:
        """Refuse every item that is left, since nothing can be done any more."""
        busy = list(self._busy.values())
        self._busy.clear()
        parts = [*self._again]
        self._again.clear()
        for child, part in busy:
            parts.append(_TaskPart(part.task, tuple(part.numbers[number] for number in child.left)))
            self._workers.discard(child)
        while (part_or_none := self._next()) is not None:
            parts.append(part_or_none)
        for part in parts:
            for number in part.numbers:
                yield TaskAnswer(part.task, number, refusal)
