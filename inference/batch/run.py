"""Slices of many series through one or several models: read ahead, scored side by side, answered in their order.

Threads take series in the order of the plan and read them (in child processes, `imaging.workers`); others score what
was read. Each run of a model has one thread and one slice, so that an answer does not depend on how many run at a time.
What is ahead of the slice that is answered next is bounded in number and in bytes; that slice itself never waits.
"""

import threading
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from queue import SimpleQueue
from time import perf_counter

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import stopped_by
from imaging.load import allocate, fill_each
from imaging.volume.geometry import Plane
from imaging.volume.series import Series
from imaging.volume.volume import Slice, Volume
from imaging.workers.pool import Reading
from inference.batch.plan import SeriesPlan, count_slices
from inference.classify.allowed_models import is_allowed
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.classify.finding import Analysis
from inference.contract.storage import Bundle

Lane = tuple[Classifier, ...]
"""The models of a run, ready for one thread."""

_SLICES_AHEAD, _BYTES_AHEAD = 32, 256 * 2**20
_SECONDS_BETWEEN_SIGNS = 0.05
# A stranger's graph has a process of its own for each thread that runs it, and each holds the weights.
_MOST_PROCESSES = 4


@dataclass(frozen=True, eq=False)
class SliceAnswer:
    """The answers of all models for one slice, in their order; none if it could not be read, and `refusal` says why."""

    plan: SeriesPlan
    index: int
    analyses: tuple[Analysis, ...] = ()
    refusal: Refusal | None = None
    slice: Slice | None = None
    volume: Volume | None = None
    read: float = 0.0
    """Milliseconds that its pixels took to read; of slices that were read together, the mean."""

    @property
    def series(self) -> Series:
        """Return the series of the slice."""
        return self.plan.series

    @property
    def path(self) -> str:
        """Return the name of the slice's file, with its member in an archive."""
        return self.plan.frame(self.index).source.name


Answers = Generator[SliceAnswer | None, None, None]
"""Answers in the order of a plan; None is a sign of life."""


def open_lanes(bundles: Sequence[Bundle], count: int, policy: ReadingPolicy, *, threads: int = 1) -> tuple[Lane, ...]:
    """Return the models for so many runs at a time: one session for all if it runs here, else processes side by side.

    Each run has `threads` of its own.

    Raises `Refusal` as `Classifier`.
    """
    by_model: list[list[Classifier]] = []
    for bundle in bundles:
        separate = 1 if is_allowed(bundle.sha256) else min(count, _MOST_PROCESSES)
        opened = [Classifier(bundle, threads, policy=policy, lane=number) for number in range(separate)]
        by_model.append([opened[number % separate] for number in range(count)])
    return tuple(zip(*by_model, strict=True))


def answer_slices(plan: Sequence[SeriesPlan], lanes: Sequence[Lane], reading: Reading) -> Answers:
    """Yield an answer for every slice of a plan, in its order, on as many threads as there are lanes.

    None is a sign of life: a point to report and to stop. Closing the iterator ends the work within a second.
    """
    running = _Pipeline(plan, lanes, reading)
    try:
        yield from running.answers()
    finally:
        running.stop()


class _Pipeline:
    """One run under way. All that threads share is guarded by one condition."""

    def __init__(self, plan: Sequence[SeriesPlan], lanes: Sequence[Lane], reading: Reading) -> None:
        self._reading = reading
        self._total = count_slices(plan)
        self._waiting = iter(_with_first_numbers(plan))
        self._lanes: SimpleQueue[Lane] = SimpleQueue()
        for lane in lanes:
            self._lanes.put(lane)
        self._changed = threading.Condition()
        self._ready: dict[int, Future[SliceAnswer]] = {}
        self._answered = 0
        self._bytes = 0
        self._is_stopped = False
        self._scorers = ThreadPoolExecutor(len(lanes), "score")
        self._readers = ThreadPoolExecutor(len(lanes), "read")
        self._reading_all = [self._readers.submit(self._read_all) for _ in range(min(len(lanes), len(plan)))]

    def answers(self) -> Iterator[SliceAnswer | None]:
        """Yield the answers as `answer_slices`."""
        for number in range(self._total):
            while (future := self._find_ready(number)) is None or not future.done():
                yield None
            answer = future.result()
            with self._changed:
                del self._ready[number]
                self._answered += 1
                if answer.index == answer.plan.indices[-1]:
                    self._bytes -= answer.plan.bytes
                self._changed.notify_all()
            yield answer

    def stop(self) -> None:
        """End all threads: readers leave at the next sign of their children, models after the slice they are at."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()
        self._readers.shutdown()
        self._scorers.shutdown(cancel_futures=True)

    def _find_ready(self, number: int) -> Future[SliceAnswer] | None:
        """Return what will be the answer for a slice; wait a moment for it. Raises what ended a reader."""
        with self._changed:
            future = self._ready.get(number)
            if future is None or not future.done():
                self._changed.wait(_SECONDS_BETWEEN_SIGNS)
                future = self._ready.get(number)
        for reader in self._reading_all:
            if future is None and reader.done():
                # A reader that is done raises what it stumbled over, if it did.
                reader.result()
        return future

    # --- threads that read ---

    def _read_all(self) -> None:
        while True:
            with self._changed:
                found = next(self._waiting, None)
            if found is None or not self._read_series(*found):
                return

    def _read_series(self, first: int, plan: SeriesPlan) -> bool:
        """Read the slices of a series and hand them on; `first` is the number of the first. Return False if stopped."""
        if not self._reserve(first, plan.bytes):
            return False
        try:
            plan.require_there()
            volume = allocate(plan.series, self._reading)
        except Refusal as refusal:
            for number, index in enumerate(plan.indices, first):
                self._hand_on(number, _completed(SliceAnswer(plan, index, refusal=refusal)))
            return True
        number = first
        for block in plan.blocks(volume.resident_slices):
            if not self._wait_until(number, 0):
                return False
            started = perf_counter()
            lost = self._fill(volume, [plan.phase * plan.series.slices + index for index in block])
            together = (perf_counter() - started) * 1e3 / len(block)
            for index in block:
                if self._is_stopped:
                    return False
                why = lost.get(plan.phase * plan.series.slices + index)
                self._hand_on(number, self._submit(plan, index, volume, why, together))
                number += 1
        return True

    def _reserve(self, number: int, count: int) -> bool:
        """Wait until so many bytes may be read, and count them. Return False if stopped."""
        with self._changed:
            is_free = self._wait_until(number, count)
            self._bytes += count
            return is_free

    def _wait_until(self, number: int, count: int) -> bool:
        """Wait until a slice is near the one that is answered next, and there is room. Return False if stopped."""

        def is_near() -> bool:
            has_room = count == 0 or self._bytes + count <= _BYTES_AHEAD
            is_next = number <= self._answered
            return self._is_stopped or is_next or (has_room and number < self._answered + _SLICES_AHEAD)

        with self._changed:
            self._changed.wait_for(is_near)
        return not self._is_stopped

    def _fill(self, volume: Volume, numbers: list[int]) -> dict[int, Refusal]:
        """Read frames of a volume; return why for each that cannot be had."""
        with closing(fill_each(volume, self._reading, numbers)) as job:
            while not self._is_stopped:
                try:
                    next(job)
                except StopIteration as end:
                    lost: dict[int, Refusal] = end.value
                    return lost
        return dict.fromkeys(numbers, Refusal(Code.CANCELLED))

    def _submit(
        self, plan: SeriesPlan, index: int, volume: Volume, lost: Refusal | None, together: float
    ) -> Future[SliceAnswer]:
        started = perf_counter()
        try:
            if lost is not None:
                raise lost
            # Of a paged volume this one may have to be read again.
            slice_ = volume.slice_at(Plane.ACQUIRED, index, plan.phase)
        except Refusal as refusal:
            return _completed(SliceAnswer(plan, index, refusal=refusal))
        read = together + (perf_counter() - started) * 1e3
        return self._scorers.submit(self._score, plan, index, slice_, volume, read)

    def _hand_on(self, number: int, future: Future[SliceAnswer]) -> None:
        with self._changed:
            self._ready[number] = future
        future.add_done_callback(self._notify)

    def _notify(self, _: Future[SliceAnswer]) -> None:
        with self._changed:
            self._changed.notify_all()

    # --- threads that score ---

    def _score(self, plan: SeriesPlan, index: int, slice_: Slice, volume: Volume, read: float) -> SliceAnswer:
        if self._is_stopped:
            raise CancelledError
        lane = self._lanes.get()
        try:
            with stopped_by(lambda: self._is_stopped):
                analyses = tuple(analyse(slice_, classifier) for classifier in lane)
        finally:
            self._lanes.put(lane)
        return SliceAnswer(plan, index, analyses, slice=slice_, volume=volume, read=read)


def _with_first_numbers(plan: Sequence[SeriesPlan]) -> Iterator[tuple[int, SeriesPlan]]:
    """Yield each series with the number of its first slice among all of the run."""
    number = 0
    for one in plan:
        yield number, one
        number += len(one.indices)


def _completed(answer: SliceAnswer) -> Future[SliceAnswer]:
    future: Future[SliceAnswer] = Future()
    future.set_result(answer)
    return future
