"""A slice or a few of each of many volumes, by child processes on all cores: how pictures are read for a model.

A series is for looking at; here what is asked for stands for itself, and the way to a child is paid for many at once.
"""

from collections.abc import Iterator, Sequence
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
from imaging.volume.series import Series, Source, middle_of
from imaging.volume.volume import Slice, Volume
from imaging.workers.item_answers import answer_each
from imaging.workers.messages import WorkerTask
from imaging.workers.pool import Reading

VolumeRequest = tuple[tuple[Source, ...], tuple[tuple[Plane, int | None], ...]]
"""The files of one volume (mostly one), and which of its slices in which plane; None is the middle one."""

_FILES_PER_TASK, _SLICES_PER_TASK = 16, 64


def read_slices_of_volumes(
    wanted: Sequence[VolumeRequest], reading: Reading
) -> Iterator[tuple[int, tuple[Slice | Refusal, ...]] | None]:
    """Yield for each volume, by its number in `wanted`, its slices in the order asked, or why each cannot be had.

    Volumes come in any order; of files with several series the first is read. None is a sign of life.
    """
    tasks = (
        WorkerTask("imaging.batch_read:_read_task", tuple(wanted[number] for number in numbers), key=tuple(numbers))
        for numbers in _batches(wanted)
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


def _batches(wanted: Sequence[VolumeRequest]) -> Iterator[list[int]]:
    """Yield the numbers of a few volumes each: as many as files and slices may be held at a time."""
    batch: list[int] = []
    files = slices = 0
    for number, (sources, indices) in enumerate(wanted):
        if batch and (files + len(sources) > _FILES_PER_TASK or slices + len(indices) > _SLICES_PER_TASK):
            yield batch
            batch, files, slices = [], 0, 0
        batch.append(number)
        files, slices = files + len(sources), slices + len(indices)
    if batch:
        yield batch


# --- in the child ---


def _read_task(
    _: None, items: Sequence[VolumeRequest], policy: ReadingPolicy
) -> Iterator[tuple[int, tuple[Slice | Refusal, ...] | Refusal]]:
    return answer_each(lambda item: _read_slices(*item, policy), items, fault=Code.DECODE)


def _read_slices(
    sources: Sequence[Source], wanted: Sequence[tuple[Plane, int | None]], policy: ReadingPolicy
) -> tuple[Slice | Refusal, ...]:
    identified = [identify_file(source, policy) for source in sources]
    if identified[0].format is None:
        raise Refusal(Code.UNSUPPORTED, "A folder in a file (a ZIP, a DICOMDIR) holds no slice of its own.")
    reader = reader_for(identified[0].format)
    series = reader.group([one.header for one in identified])[0]
    volume = _allocate(reader, series, policy)
    is_cut = any(plane is not Plane.ACQUIRED for plane, _ in wanted)
    numbers = dict.fromkeys(series.middle if index is None else index for _, index in wanted)
    # A cut across the volume shows every slice that was acquired.
    needed = range(series.slices) if is_cut else [number for number in numbers if 0 <= number < series.slices]
    refusals: dict[int, Refusal] = {}
    for step in reader.read_frames(series, needed, policy):
        if step is None:
            continue
        frame, pixels = step
        if isinstance(pixels, Refusal):
            refusals[frame] = pixels
        else:
            volume.store_frame(frame, pixels)
    found: list[Slice | Refusal] = []
    for plane, index in wanted:
        try:
            number = middle_of(volume.count(plane)) if index is None else index
            if lost := next(iter(refusals.values()), None) if is_cut else refusals.get(number):
                raise lost
            found.append(volume.slice_at(plane, number))
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
