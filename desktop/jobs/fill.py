"""Bringing in the rest of a series, outward from wherever the person is looking. No Qt here."""

from collections.abc import Callable, Collection

import numpy as np

from imaging.base.errors import Refusal
from imaging.base.progress import Job, Progress
from imaging.formats import Access
from imaging.load import approach, check_on, fill_each
from imaging.paged_volume import gzip_index_of
from imaging.remote_read import access, frame_bytes
from imaging.volume.series import Format
from imaging.volume.volume import Volume
from imaging.workers.pool import Reading

Focus = Callable[[], tuple[int, int]]
"""(phase, slice) that the person is looking at now."""

# How many slices are read between two looks at where the person is: here, and by each child process.
_AT_ONCE = 8
# Of a file in which slices may lie across each other, so many bytes at once: each time it may be read from end to end.
_BYTES_AT_ONCE = 64 * 1024 * 1024
# How much of a window is filled around the person; the rest is what was passed on the way.
_AHEAD = 0.75


def stream_slices(volume: Volume, focus: Focus, reading: Reading) -> Job[dict[int, Refusal]]:
    """Read what is missing, nearest to `focus` first; progress counts all of it. Returns why a frame was not read.

    Of a paged volume only what lies around the focus is read; with no more of that missing the work is done.
    """
    given_up: dict[int, Refusal] = {}
    while True:
        phase, index = focus()
        volume.look_at(phase, index)
        batch = find_nearest_missing(volume, phase, index, given_up.keys(), children=reading.pool.count)
        if not batch:
            if (yield from check_on(volume, reading)):
                continue
            return given_up
        # Where it is a long way to there in a packed file, a person may be somewhere else by then.
        if not (yield from approach(volume, reading, batch[:1], once=True)):
            continue
        given_up |= yield from _counted(fill_each(volume, reading, batch), volume)


def find_nearest_missing(
    volume: Volume, phase: int, index: int, given_up: Collection[int] = (), *, children: int
) -> list[int]:
    """The frames to read next: those nearest to a slice that are not there, its own phase before the others."""
    series = volume.series
    phases, slices = np.ogrid[: series.phases, : series.slices]
    distances = (np.abs(phases - phase) * series.slices + np.abs(slices - index)).reshape(-1)
    order = np.argsort(distances, kind="stable")
    if volume.window is not None:
        order = order[: max(1, round(volume.window * _AHEAD))]
    there = volume.loaded.reshape(-1).copy()
    there[list(given_up)] = True
    missing = order[~there[order]]
    return missing[: _batch(volume, int(missing[0]), children)].tolist() if len(missing) else []


def _batch(volume: Volume, number: int, children: int) -> int | None:
    """How many slices to read at once; None is all of them, for a file that is unpacked from its beginning."""
    series = volume.series
    kind = access(series, series.frames[number])
    if kind is Access.CODED:
        return _AT_ONCE * children
    if kind is Access.WHOLE and gzip_index_of(volume) is None and series.frames[0].source == series.frames[-1].source:
        return None
    return max(_AT_ONCE, _BYTES_AT_ONCE // frame_bytes(series)) if series.format is Format.NIFTI else _AT_ONCE


def _counted(job: Job[dict[int, Refusal]], volume: Volume) -> Job[dict[int, Refusal]]:
    """The same job, whose progress counts every slice that there is room for."""
    total = min(volume.loaded.size, volume.window or volume.loaded.size)
    try:
        while True:
            next(job)
            yield Progress("Reading slices", int(volume.loaded.sum()), total)
    except StopIteration as end:
        lost: dict[int, Refusal] = end.value
        return lost
    finally:
        job.close()
