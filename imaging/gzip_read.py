"""Frames read out of a large gzip file by its gzip index, as `remote_read` reads those of whole files.

The upper half is called by the program, the lower half runs in a child process.
"""

import time
import zlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.files.gzip_index import (
    ByteRange,
    ChecksumProgress,
    GzipIndex,
    IndexedGzipReader,
    IndexPoint,
    find_index_points,
    gzip_index_for_source,
)
from imaging.files.sources import file_changed, open_source, stamp_of
from imaging.volume.series import Format, Series, Source, StoredFrame
from imaging.workers.messages import WorkerTask
from imaging.workers.pool import Reading

Frame = tuple[int, NDArray[Any] | Refusal]

_HERE = "imaging.gzip_read:"
# A task is unpacked from the point before it on: a few times what lies between two points.
BYTES_PER_TASK = 32 * 1024 * 1024
_LEAST_STEPS, _MOST_STEPS = 2, 8
_SECONDS_BETWEEN_TRIES = 0.05
_COPIES = 4
_DAMAGED = "The file is incomplete, or does not agree with its own checksum: any of its slices may be wrong."
_BYTES_PER_READ, BYTES_PER_CHECK = 4 * 1024 * 1024, 32 * 1024 * 1024


def is_indexable(series: Series) -> bool:
    """Return True for a series that lies in one gzip file, each frame a range of bytes of its own."""
    source = series.frames[0].source if series.frames else None
    return (
        source is not None and source.member is None and all(isinstance(one.layout, ByteRange) for one in series.frames)
    )


def gzip_index_for_series(series: Series) -> GzipIndex:
    """Return the gzip index of the file of an enterable series. Raises `Refusal` if the file is not there any more."""
    return gzip_index_for_source(series.frames[0].source, max(_byte_range(frame).end for frame in series.frames))


def extend_index(
    index: GzipIndex, position: int, reading: Reading, *, once: bool = False
) -> Generator[int, None, None]:
    """Find index points up to a position in the unpacked file, and yield how far they reach by then.

    Ends at once if they reach it already; with `once` after some hundred megabytes. Closing it stops the work; what was
    found is kept. Raises `Refusal` (CANCELLED) if the program ends meanwhile.
    """
    while not index.covers(position):
        if index.searching.acquire(blocking=False):
            try:
                yield from _search_index_points(index, position, reading)
            finally:
                index.searching.release()
        else:
            # Another thread is at it.
            time.sleep(_SECONDS_BETWEEN_TRIES)
            yield index.known_to
        if once:
            return


def _search_index_points(index: GzipIndex, position: int, reading: Reading) -> Generator[int, None, None]:
    before = index.known_to
    steps = min(max((position - before) // index.spacing, _LEAST_STEPS), _MOST_STEPS)
    common = index.source, index.stamp, index.last_points(), index.spacing
    task = WorkerTask(f"{_HERE}_find_points_task", tuple(range(steps)), common, together=True, memory=8 * index.spacing)
    for answer in reading.run([task], width=1):
        if answer is None:
            yield index.known_to
        elif not isinstance(answer.value, Refusal):
            index.add(answer.value)
            yield index.known_to
        elif answer.value.code is Code.CANCELLED:
            raise answer.value
        else:
            index.is_complete = True
    index.is_complete |= index.known_to == before


def last_offset(series: Series, wanted: Sequence[int]) -> int:
    """Return the last offset in the unpacked file at which one of these frames begins."""
    return max(_byte_range(series.frames[number]).begin for number in wanted)


def read_frames(
    series: Series, wanted: Sequence[int], index: GzipIndex, reading: Reading, *, urgent: bool = False
) -> Iterator[Frame | None]:
    """As `Reader.read_frames` for frames that are ranges of one gzip file, in the order of the file, on all cores.

    An array is good until the next step only. None is a sign of life, and a point to stop at.
    """
    ordered = sorted(wanted, key=lambda number: _byte_range(series.frames[number]).begin)
    if not ordered:
        return
    for _ in extend_index(index, last_offset(series, ordered), reading):
        yield None
    tasks = (_task(series, group, index) for group in _group_neighbours(series, ordered))
    for answer in reading.run(tasks, urgent=urgent, borrow=True):
        yield None if answer is None else (answer.task.key[answer.number], answer.value)


def _byte_range(frame: StoredFrame) -> ByteRange:
    assert isinstance(frame.layout, ByteRange)
    return frame.layout


def _group_neighbours(series: Series, ordered: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield neighbours, as many as one task takes."""
    group: list[int] = []
    for number in ordered:
        byte_range = _byte_range(series.frames[number])
        if group and byte_range.end - _byte_range(series.frames[group[0]]).begin > BYTES_PER_TASK:
            yield tuple(group)
            group = []
        group.append(number)
    yield tuple(group)


def _task(series: Series, group: tuple[int, ...], index: GzipIndex) -> WorkerTask:
    ranges = [_byte_range(series.frames[number]) for number in group]
    part = replace(series, frames=tuple(series.frames[number] for number in group))
    common = part, index.stamp, index.points_between(ranges[0].begin, ranges[-1].end)
    memory = _COPIES * (ranges[0].end - ranges[0].begin)
    return WorkerTask(f"{_HERE}_read_task", tuple(range(len(group))), common, together=True, memory=memory, key=group)


def check_further(index: GzipIndex, reading: Reading) -> Generator[None, None, None]:
    """Compare a further part of the file with its checksums; `index` knows how far that came, and what was found."""
    before = index.checked
    points = index.points_between(before.position, before.position)
    task = WorkerTask(f"{_HERE}_check_task", (0,), (index.source, index.stamp, points, before))
    for answer in reading.run([task], width=1):
        if answer is None:
            yield None
        elif not isinstance(answer.value, Refusal):
            # What goes on and on behind the last voxel is nobody's, and may have no end.
            is_past = answer.value.position > index.length + BYTES_PER_CHECK
            index.checked = replace(answer.value, is_all=True) if is_past else answer.value
        elif answer.value.code is Code.CANCELLED:
            raise answer.value
        else:
            index.damage = Refusal(answer.value.code, _DAMAGED)
            index.checked = replace(before, is_all=True)


# --- in the child ---


def _find_points_task(
    common: tuple[Source, tuple[int, int], tuple[IndexPoint, ...], int], steps: Sequence[int], policy: ReadingPolicy
) -> Iterator[tuple[int, tuple[IndexPoint, ...]]]:
    source, stamp, known, spacing = common
    _require_same(source, stamp)
    with open_source(source, policy) as stream:
        searching = find_index_points(stream, known, spacing)
        for number in steps:
            yield number, next(searching, ())


def _read_task(
    common: tuple[Series, tuple[int, int], tuple[IndexPoint, ...]], wanted: Sequence[int], policy: ReadingPolicy
) -> Iterator[Frame | None]:
    # nibabel is for the child.
    from imaging.formats.nifti.reader import read_frames as read_nifti

    series, stamp, points = common
    assert series.format is Format.NIFTI
    _require_same(series.frames[0].source, stamp)
    with open_source(series.frames[0].source, policy) as stream:
        yield from read_nifti(series, wanted, policy, IndexedGzipReader(stream, points))


def _check_task(
    common: tuple[Source, tuple[int, int], tuple[IndexPoint, ...], ChecksumProgress],
    _: Sequence[int],
    policy: ReadingPolicy,
) -> Iterator[tuple[int, ChecksumProgress | Refusal] | None]:
    source, stamp, points, before = common
    _require_same(source, stamp)
    with open_source(source, policy) as stream:
        content = IndexedGzipReader(stream, points)
        try:
            yield from content.check_from(before)
            while not content.checked().is_all and content.checked().position < before.position + BYTES_PER_CHECK:
                content.read(_BYTES_PER_READ)
                yield None
        except EOFError:
            raise Refusal(Code.TRUNCATED) from None
        except zlib.error:
            raise Refusal(Code.DECODE) from None
        yield 0, content.checked()


def _require_same(source: Source, stamp: tuple[int, int]) -> None:
    """Raise `Refusal` if the file is not the one that the index was made of."""
    try:
        is_same = stamp_of(source) == stamp
    except OSError:
        raise Refusal(Code.MISSING) from None
    if not is_same:
        raise file_changed()
