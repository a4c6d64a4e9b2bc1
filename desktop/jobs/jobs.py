"""The module that knows threads: work runs on a small pool, its answers arrive in the GUI thread, in order.

Work is a generator of `Progress` (`imaging.base.progress.Job`) or a plain callable. It belongs to a lane. In a lane
either the new work supersedes what runs (`start`), or it waits for that, and only the newest waits (`start_latest`).
An answer counts only while its ticket is the one that its lane runs; late answers are dropped.
"""

import sys
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, QThreadPool, QTimer, Signal

from desktop.startup.crash_reports import take_fault
from imaging.base.errors import Refusal
from imaging.base.progress import Progress, stopped_by

Result = TypeVar("Result")
Work = Callable[[], Generator[Progress, None, Result]] | Callable[[], Result]
Fact = Progress | Callable[[], None]
"""How far work has come; or, in the end, the call that tells its answer."""

_THREADS = 4
# A report a frame would swamp the event loop; the eye needs no more than this.
_SECONDS_BETWEEN_REPORTS = 0.04
# How long one thread may keep Python to itself while another wants it: the GUI thread waits for this at most.
_SWITCH_SECONDS = 0.001
# How long the newest work of a lane waits for what runs there: a slow model follows the wheel, one that hangs does not.
_PATIENCE_MS = 3000
_MS_TO_CLOSE = 2000
# Pools with a thread that did not end in time. Qt would wait for it where one of them is destroyed.
_abandoned: list[QThreadPool] = []


class Lane(Enum):
    """The purpose of a piece of work; of each there runs one at a time."""

    LOAD = auto()  # importing what opens files, then what runs models, then what draws plots
    CHILDREN = auto()  # starting the processes that read compressed files
    OPEN = auto()  # scanning what a person opened, up to a first picture
    SHOW = auto()  # the first picture of another series, or the whole series that a preview has grown to
    PIXELS = auto()  # the remaining slices of the series on screen
    WANTED = auto()  # the one slice that a person looks at and that is not there yet
    FRAME = auto()  # drawing a large slice whole
    RESLICE = auto()  # cutting planes through a volume
    PROJECTION = auto()  # projecting a volume whole
    THUMBNAILS = auto()
    PROVENANCE = auto()
    HEADER = auto()  # the whole header of the slice's file
    OFFERS = auto()  # finding the installed models
    NEAREST = auto()  # finding the model that a slice looks made for
    MODEL = auto()  # loading and checking a model
    SCORE = auto()
    SHARES = auto()  # opening the model again, for several slices at a time
    SECOND = auto()  # loading a second model, and asking it about a slice
    HEAT = auto()
    CHECK = auto()  # whether the heatmap on screen holds
    INPUT = auto()  # what the model sees of the slice on screen
    LAYERS = auto()  # building the network in torch, to learn its layers
    SERIES = auto()  # scoring all slices of a series
    PREVIEW = auto()  # trying a model without a contract under a person's answers
    WIZARD = auto()  # names of its classes from a file, and its bundle
    REPORTS = auto()  # reading structured reports among the files
    SESSION = auto()  # the file of what is open
    WINDOW = auto()  # starting another window
    ANNOTATIONS = auto()  # finding in the store what was drawn, and saving it
    MEASURE = auto()  # statistics of a large area
    SHAPES = auto()  # a file of shapes, written or read
    SENDING = auto()  # an export, or copies without identity
    LETTERS = auto()  # looking for burned-in text on a slice
    REPORT = auto()  # a report on the slice on screen, and its files
    BATCH = auto()  # scoring folders into a table
    TABLE = auto()  # reading a table of results, counting its scores
    ARRANGE = auto()  # sorting and finding its rows
    ROW_PICTURES = auto()  # the small pictures of its rows
    JUDGE = auto()  # its models against a truth file, and the report on that
    THRESHOLDS = auto()  # the figures of a label at every threshold
    TRAINING = auto()  # writing the set of a training, and reading what came of it
    TRAINING_CURVE = auto()  # reading the losses of a training under way
    CASES = auto()  # the picture of a case that is labelled, then those of the next ones
    LABELS = auto()  # keeping what a reader said of cases
    READERS = auto()  # what is labelled and in which order, how far readers agree, the truth as a file


Track = Lane | tuple[Lane, int]
"""A lane, or the part of a lane that belongs to one pane: panes do not wait for each other."""


def _belongs(track: Track, wanted: Track) -> bool:
    """Return whether a track is the one that is meant, or a part of that lane."""
    return track == wanted or (isinstance(track, tuple) and track[0] is wanted)


def _nothing(_: object) -> None:
    """Stand in for a caller who does not want to hear."""


@dataclass(frozen=True, eq=False)
class _Ticket:
    """One piece of work on its way, and who hears its answers."""

    lane: Track
    work: Callable[[], Any]
    returned: Callable[[Any], None]
    refused: Callable[[Refusal], None]
    progressed: Callable[[Progress], None]
    stop: threading.Event = field(default_factory=threading.Event)


class Jobs(QObject):
    """Starts, cancels and delivers background work. Lives in the GUI thread; nothing else starts a thread."""

    closing = Signal()  # the program ends; what runs elsewhere than in a lane is to end too
    _arrived = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(_THREADS)
        self._running: dict[Track, _Ticket] = {}
        self._waiting: dict[Track, _Ticket] = {}
        self._closed = False
        # Queued: the call comes back in the thread of this object, whichever thread it was made in.
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def start(
        self,
        lane: Track,
        work: Work[Result],
        *,
        returned: Callable[[Result], None] = _nothing,
        refused: Callable[[Refusal], None] = _nothing,
        progressed: Callable[[Progress], None] = _nothing,
    ) -> None:
        """Run `work` now; whatever the lane was doing is cancelled and its late answers are dropped."""
        self.cancel(lane)
        self._run(_Ticket(lane, work, returned, refused, progressed))

    def start_latest(
        self, lane: Track, work: Work[Result], *, returned: Callable[[Result], None], refused: Callable[[Refusal], None]
    ) -> None:
        """Run `work` after what the lane is doing; of several that wait only the newest is ever run.

        What goes on for seconds more is cancelled: nobody looks at it any longer.
        """
        ticket = _Ticket(lane, work, returned, refused, _nothing)
        running = self._running.get(lane)
        if running is None:
            self._run(ticket)
            return
        if lane not in self._waiting:
            QTimer.singleShot(_PATIENCE_MS, self, partial(self._supersede, running))
        self._waiting[lane] = ticket

    def _supersede(self, ticket: _Ticket) -> None:
        """Cancel a piece of work that still runs, for the one that waits for it."""
        following = self._waiting.get(ticket.lane)
        if following is not None and self._running.get(ticket.lane) is ticket:
            self.cancel(ticket.lane)
            self._run(following)

    def cancel(self, *lanes: Track) -> None:
        """Stop the work of lanes at its next yield, and drop its answers."""
        for wanted in lanes:
            for waiting in [one for one in self._waiting if _belongs(one, wanted)]:
                del self._waiting[waiting]
            for running in [one for one in self._running if _belongs(one, wanted)]:
                self._running.pop(running).stop.set()

    def is_busy(self, *lanes: Track) -> bool:
        """Return true while one of the lanes (or, without any, one at all) works."""
        if not lanes:
            return bool(self._running)
        return any(_belongs(one, wanted) for one in self._running for wanted in lanes)

    def shut_down(self) -> None:
        """Cancel everything and wait until no thread is left; two seconds at most, then the rest is left alone."""
        self._closed = True
        self.closing.emit()
        self.cancel(*Lane)
        self._pool.clear()
        if not self._pool.waitForDone(_MS_TO_CLOSE):
            _abandoned.append(self._pool)

    def _run(self, ticket: _Ticket) -> None:
        if self._closed:
            return
        self._running[ticket.lane] = ticket
        # The callable itself, no QRunnable: Python and the pool would both think that they own that.
        self._pool.start(partial(_work, ticket, self._arrived.emit))

    def _deliver(self, ticket: _Ticket, fact: Fact) -> None:
        if self._closed or self._running.get(ticket.lane) is not ticket:
            return
        if isinstance(fact, Progress):
            ticket.progressed(fact)
            return
        del self._running[ticket.lane]
        following = self._waiting.pop(ticket.lane, None)
        if following is not None:
            self._run(following)
        fact()


def _work(ticket: _Ticket, post: Callable[[_Ticket, Fact], None]) -> None:
    """Run in a thread of the pool, report, and turn every failure into a value."""

    def tell(fact: Fact) -> None:
        if not ticket.stop.is_set():
            post(ticket, fact)

    try:
        with stopped_by(ticket.stop.is_set):
            answer = ticket.work() if not ticket.stop.is_set() else None
            answer = _driven(answer, ticket, tell) if isinstance(answer, Generator) else answer
        tell(partial(ticket.returned, answer))
    # BaseException: a panic of a decoder written in Rust derives from it, and an exception must not end the thread.
    except BaseException as fault:
        if not ticket.stop.is_set():
            tell(partial(ticket.refused, take_fault(fault)))


def _driven(job: Generator[Progress, None, Any], ticket: _Ticket, tell: Callable[[Progress], None]) -> Any:
    """Return the generator's result, or None if it was stopped (nobody hears of that result)."""
    reported = 0.0
    try:
        while not ticket.stop.is_set():
            step = next(job)
            now = time.monotonic()
            # A report that carries more than a count is never left out.
            if type(step) is not Progress or now - reported >= _SECONDS_BETWEEN_REPORTS:
                reported = now
                tell(step)
    except StopIteration as end:
        return end.value
    finally:
        job.close()
    return None
