"""A slice or a few of each of many files, by child processes on all cores: how pictures are read for a model.

A series is for looking at; here each file stands for itself, and the way to a child is paid for many files at once.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.formats import Reader, reader_for
from imaging.identify import identify_file
from imaging.load import empty_frames, resident_slices, whole_volume
from imaging.paged_volume import PagedVolume
from imaging.volume.geometry import Plane
from imaging.volume.series import Series, Source
from imaging.volume.volume import Slice, Volume
from imaging.workers.messages import WorkerTask
from imaging.workers.pool import Reading

SliceRequest = tuple[Source, tuple[int | None, ...]]
"""A file, and which of its slices as acquired; None is the middle one."""

_FILES_PER_TASK = 16


def read_slices_of_files(
    wanted: Sequence[SliceRequest], reading: Reading
) -> Iterator[tuple[int, tuple[Slice | Refusal, ...]] | None]:
    """Yield for each file, by its number in `wanted`, its slices in the order asked, or why each cannot be had.

    Files come in any order; of one with several series the first is read. None is a sign of life.
    """
    waiting = iter(enumerate(wanted))
    batches = iter(lambda: tuple(islice(waiting, _FILES_PER_TASK)), ())
    tasks = (
        WorkerTask(
            "imaging.batch_read:_read_task", tuple(one for _, one in items), key=tuple(number for number, _ in items)
        )
        for items in batches
    )
    for answer in reading.run(tasks):
        if answer is None:
            yield None
            continue
        number = answer.task.key[answer.number]
        if isinstance(answer.value, Refusal):
            yield number, (answer.value,) * len(wanted[number][1])
        else:
            yield number, answer.value


# --- in the child ---


def _read_task(
    _: None, items: Sequence[SliceRequest], policy: ReadingPolicy
) -> Iterator[tuple[int, tuple[Slice | Refusal, ...] | Refusal]]:
    for number, (source, indices) in enumerate(items):
        try:
            yield number, _read_slices(source, indices, policy)
        except Refusal as refusal:
            yield number, refusal
        except MemoryError:
            yield number, Refusal(Code.TOO_LARGE)
        except Exception:
            # The boundary: what a reader or a library under it trips over costs this file only.
            yield number, Refusal(Code.DECODE)


def _read_slices(source: Source, indices: Sequence[int | None], policy: ReadingPolicy) -> tuple[Slice | Refusal, ...]:
    identified = identify_file(source, policy)
    if identified.format is None:
        raise Refusal(Code.UNSUPPORTED, "A folder in a file (a ZIP, a DICOMDIR) holds no slice of its own.")
    reader = reader_for(identified.format)
    series = reader.group([identified.header])[0]
    volume = _allocate(reader, series, policy)
    numbers = [series.middle if index is None else index for index in indices]
    refusals: dict[int, Refusal] = {}
    there = [number for number in dict.fromkeys(numbers) if 0 <= number < series.slices]
    for step in reader.read_frames(series, there, policy):
        if step is None:
            continue
        frame, pixels = step
        if isinstance(pixels, Refusal):
            refusals[frame] = pixels
        else:
            volume.store_frame(frame, pixels)
    found: list[Slice | Refusal] = []
    for number in numbers:
        try:
            if refusal := refusals.get(number):
                raise refusal
            found.append(volume.slice_at(Plane.ACQUIRED, number))
        except Refusal as refusal:
            found.append(refusal)
    return tuple(found)


def _allocate(reader: Reader, series: Series, policy: ReadingPolicy) -> Volume:
    """As `imaging.load.allocate`, but a slice that a paged volume lacks is read here: a child has no children."""
    resident = resident_slices(series, policy)
    if resident is None:
        return whole_volume(series)

    def read(numbers: Sequence[int]) -> Iterator[tuple[int, NDArray[Any] | Refusal]]:
        yield from (step for step in reader.read_frames(series, numbers, policy) if step is not None)

    loaded = np.zeros((series.phases, series.slices), dtype=np.bool_)
    return PagedVolume(series=series, stored=empty_frames(series, (resident,)), loaded=loaded, read=read)
