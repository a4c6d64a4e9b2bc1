"""How long work reports itself: a generator yields `Progress` and returns its result.

Each `yield` is both a report and a point at which a cancel takes effect (the runner closes the generator), so a job
yields at least every few hundred milliseconds.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True)
class Progress:
    """`done` of `total` (None while unknown) of what `doing` names, for example "Reading slices"."""

    doing: str
    done: int
    total: int | None = None


@dataclass(frozen=True)
class Milestone(Progress):
    """A step after which there is something to say that stays, for example an epoch's figures."""

    said: str = ""


Job = Generator[Progress, None, Result]

_is_stopped: ContextVar[Callable[[], bool] | None] = ContextVar("_is_stopped", default=None)


def finish(job: Job[Result], report: Callable[[Progress], None] | None = None) -> Result:
    """Run a job to its end in this thread and return its result, calling `report` at each step."""
    while True:
        try:
            step = next(job)
        except StopIteration as end:
            result: Result = end.value
            return result
        if report is not None:
            report(step)


def change_steps(job: Job[Result], change: Callable[[Progress], Progress]) -> Job[Result]:
    """Run a job as part of another one, which reports other steps in place of its steps."""
    while True:
        try:
            step = next(job)
        except StopIteration as end:
            result: Result = end.value
            return result
        yield change(step)


@contextmanager
def stopped_by(is_stopped: Callable[[], bool]) -> Iterator[None]:
    """Let `is_stopped` say within the block, in this thread, whether anybody still waits for what is done there."""
    token = _is_stopped.set(is_stopped)
    try:
        yield
    finally:
        _is_stopped.reset(token)


def is_stopped() -> bool:
    """Return whether nobody waits any more for what this thread does; for what waits itself, between two looks."""
    asked = _is_stopped.get()
    return asked is not None and asked()
