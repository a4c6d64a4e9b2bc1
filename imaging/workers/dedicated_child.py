"""A child of one's own, for what has to stay in a process from one task to the next: a stranger's model.

Nothing here is a thread: whoever runs a task waits for it, looks now and then whether anybody still wants the answer
(`imaging.base.progress.stopped_by`), and ends the process at once if nobody does.
"""

import threading
import weakref
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import is_stopped
from imaging.workers.messages import WorkerTask
from imaging.workers.process import Child, ChildDied

_SECONDS_BETWEEN_LOOKS = 0.05


class DedicatedChild:
    """A process that is started for the first task, kept for the following ones, and replaced when it had to end.

    It ends with the last reference to this object, with `close`, and with the program.
    """

    def __init__(self, modules: Sequence[str] = ()) -> None:
        """Name the modules that the process imports before its first task."""
        self._modules = modules
        self._held: list[Child] = []
        self._lock = threading.Lock()
        weakref.finalize(self, _kill_all, self._held)

    @property
    def pid(self) -> int | None:
        """The number of the process, which is another one after each end; None if there is none now."""
        return next((child.pid for child in self._held if child.is_alive), None)

    def run(self, task: WorkerTask, policy: ReadingPolicy) -> list[Any]:
        """Do a task, and return the answers to its items, in their order.

        Raises `Refusal`: TIMEOUT after `policy.seconds`, CANCELLED once nobody wants the answer. Raises `ChildDied`.
        After each of these the process is gone, and with it what was left there.
        """
        with self._lock, ExitStack() as failed:
            failed.callback(_kill_all, self._held)
            answers = self._listen(self._begun(task, policy), len(task.items))
            failed.pop_all()
            return answers

    def close(self) -> None:
        """End the process, after the task that is under way."""
        with self._lock:
            _kill_all(self._held)

    def _begun(self, task: WorkerTask, policy: ReadingPolicy) -> Child:
        if not all(child.is_alive for child in self._held):
            _kill_all(self._held)
        if not self._held:
            try:
                self._held.append(Child(self._modules))
            except OSError:
                raise ChildDied from None
        (child,) = self._held
        child.begin(task, policy)
        return child

    def _listen(self, child: Child, count: int) -> list[Any]:
        found: dict[int, Any] = {}
        while child.task is not None:
            if is_stopped():
                raise Refusal(Code.CANCELLED)
            if child.is_over_time:
                raise Refusal(Code.TIMEOUT)
            try:
                child.connection.poll(_SECONDS_BETWEEN_LOOKS)
            except OSError:
                raise ChildDied from None
            found |= child.answers()
        if len(found) != count:
            raise ChildDied
        return [found[number] for number in range(count)]


def _kill_all(children: list[Child]) -> None:
    while children:
        children.pop().kill()
