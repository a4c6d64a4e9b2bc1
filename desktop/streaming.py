"""Bringing in the rest of a series, outward from wherever the person is looking. No Qt here."""

from collections.abc import Callable

from imaging.ledger import Skipped
from imaging.loading import fill, outward_from_middle
from imaging.progress import Job, Progress
from imaging.series import Format
from imaging.volume import Volume

Focus = Callable[[], tuple[int, int]]
"""(phase, slice) that the person is looking at now."""

# How many slices are read between two looks at where the person is.
_AT_ONCE = 8
# These formats unpack a file from its beginning each time it is opened: asking piece by piece would cost the square.
_IN_ONE_GO = (Format.NIFTI, Format.ITK)


def stream(volume: Volume, focus: Focus) -> Job[tuple[Skipped, ...]]:
    """Read what is missing, nearest to `focus` first; progress counts all of it. Returns rows for what failed."""
    series = volume.series
    loaded = volume.loaded.reshape(-1)
    given_up: set[int] = set()
    skipped: list[Skipped] = []
    while True:
        phase, index = focus()
        order = outward_from_middle(series, first=index, phase=phase)
        missing = [number for number in order if not loaded[number] and number not in given_up]
        if not missing:
            return tuple(skipped)
        batch = missing if series.format in _IN_ONE_GO else missing[:_AT_ONCE]
        skipped += yield from _counted(fill(volume, batch), volume)
        given_up.update(number for number in batch if not loaded[number])


def _counted(job: Job[tuple[Skipped, ...]], volume: Volume) -> Job[tuple[Skipped, ...]]:
    """The same job, whose progress counts every slice of the volume."""
    try:
        while True:
            next(job)
            yield Progress("Reading slices", int(volume.loaded.sum()), volume.loaded.size)
    except StopIteration as end:
        rows: tuple[Skipped, ...] = end.value
        return rows
    finally:
        job.close()
