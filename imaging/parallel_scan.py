"""Headers of many plain files: this process goes through the list from its front, warm children from its end.

What the children found waits until this process comes to it, and what they still owe by then it looks at itself. So the
order and the findings are those of one process alone, and a child that is slow, or dies, costs nothing but its help.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.identify import Looked, look_ahead, look_here, refusal_or
from imaging.volume.series import Source
from imaging.workers.messages import TaskAnswer, WorkerTask
from imaging.workers.pool import Reading

FEWEST = 500
"""Fewer files than this are looked at sooner than children could be told of them."""

_WORTH_STARTING = 2000
"""For so many files children are started; for fewer, those help that are there."""

# A message of a child, and a task: large enough that what comes of it is worth the trip, small enough that little is
# looked at twice in the end.
_FILES_A_PIECE, _PIECES_A_TASK = 16, 8
# How many files are looked at here between two times of listening, and how many messages are heard at a time.
_FILES_BETWEEN, _MESSAGES_AT_ONCE = 16, 16

Found = Looked | Refusal | None


class Abreast:
    """One list of files on its way; see `each`."""

    def __init__(self, sources: Sequence[Source], reading: Reading) -> None:
        self._sources = sources
        self._reading = reading
        self._early: dict[int, Found] = {}
        self._at = 0
        self._end = len(sources)
        """What children were given begins here."""

    @property
    def ahead(self) -> int:
        """How many files were looked at whose turn has not come."""
        return len(self._early)

    def each(self) -> Generator[tuple[Source, Found], None, None]:
        """Every file in its order, with what `look_here` finds (or refuses)."""
        pool, policy = self._reading.pool, self._reading.policy
        # One is left to others: a picture may be wanted while this waits to go on.
        width = pool.count - 1
        if len(self._sources) < FEWEST or width < 1:
            for source in self._sources:
                yield source, refusal_or(look_here, source, policy)
            return
        if len(self._sources) >= _WORTH_STARTING:
            pool.warm(width)
        with closing(self._reading.run(self._tasks(), aside=True, width=width)) as helping:
            for at, source in enumerate(self._sources):
                self._at = at
                if at % _FILES_BETWEEN == 0:
                    self._listen(helping)
                if at in self._early:
                    yield source, self._early.pop(at)
                else:
                    yield source, refusal_or(look_here, source, policy)

    def _tasks(self) -> Iterator[WorkerTask]:
        """The rest of the list from its end, in pieces that end with those nearest to this process."""
        while self._at + _FILES_BETWEEN < self._end:
            first = max(self._at + _FILES_BETWEEN, self._end - _FILES_A_PIECE * _PIECES_A_TASK)
            starts = range(first, self._end, _FILES_A_PIECE)[::-1]
            pieces = tuple(tuple(self._sources[start : min(start + _FILES_A_PIECE, self._end)]) for start in starts)
            self._end = first
            yield WorkerTask(f"{__name__}:_look", pieces, fault=Code.HEADER, key=starts)

    def _listen(self, helping: Iterator[TaskAnswer | None]) -> None:
        """Take what children have said by now."""
        for answer in islice(helping, _MESSAGES_AT_ONCE):
            if answer is None:
                return
            # A refused piece is one over which a child has died: this process comes to its files in any case.
            if not isinstance(answer.value, Refusal):
                self._take(answer.task.key[answer.number], answer.value)

    def _take(self, start: int, found: Mapping[int, Found]) -> None:
        for number, one in found.items():
            if start + number >= self._at:
                self._early[start + number] = one


# --- in the child ---


def _look(
    _: None, pieces: Sequence[Sequence[Source]], policy: ReadingPolicy
) -> Iterator[tuple[int, Mapping[int, object]]]:
    for number, sources in enumerate(pieces):
        yield number, look_ahead(sources, policy)
