"""How long work reports itself: a generator yields `Progress` and returns its result.

Each `yield` is both a report and a point at which a cancel takes effect (the runner closes the generator), so a job
yields at least every few hundred milliseconds.
"""

from collections.abc import Callable, Generator
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
