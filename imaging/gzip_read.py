"""Frames out of the midst of a large gzip file, by way of its gzip index: what `remote_read` is for whole files.

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
from imaging.files.gzip_index import ByteRange, Checked, Entered, GzipIndex, IndexPoint, entries_of, walk
from imaging.files.sources import file_changed, open_source, stamp_of
from imaging.volume.series import Format, Series, Source, StoredFrame
from imaging.workers.messages import WorkerTask
from imaging.workers.pool import Reading

Frame = tuple[int, NDArray[Any] | Refusal]

_HERE = "imaging.gzip_read:"
# A task is unpacked from the entry before it on: a few times what lies between two entries.
_BYTES_A_TASK = 32 * 1024 * 1024
_LEAST_STEPS, _MOST_STEPS = 2, 8
_SECONDS_BETWEEN_LOOKS = 0.05
_COPIES = 4
_DAMAGED = "The file is incomplete, or does not agree with its own checksum: any of its slices may be wrong."
_BYTES_A_LOOK, _BYTES_A_CHECK = 4 * 1024 * 1024, 32 * 1024 * 1024


def is_enterable(series: Series) -> bool:
    """True for a series that lies in one gzip file, each frame a run of bytes of its own."""
    source = series.frames[0].source if series.frames else None
    return (
        source is not None and source.member is None and all(isinstance(one.layout, ByteRange) for one in series.frames)
    )


def entries_for(series: Series) -> GzipIndex:
    """Return the gzip index of the file of an enterable series. Raises `Refusal` if the file is not there any more."""
    return entries_of(series.frames[0].source, max(_run(frame).end for frame in series.frames))


def approach(entries: GzipIndex, position: int, reading: Reading) -> Generator[int, None, None]:
    """Find index points up to a position in the unpacked file, and yield how far they reach by then.

    Ends at once if they reach it already. Closing it stops the work; what was found is kept. Raises `Refusal`
    (CANCELLED) if the program ends meanwhile.
    """
    while not entries.reaches(position):
        yield from nearer(entries, position, reading)


def nearer(entries: GzipIndex, position: int, reading: Reading) -> Generator[int, None, None]:
    """Go a part of that way, some hundred megabytes at most."""
    if not entries.begin_walk():
        # Another thread is at it.
        time.sleep(_SECONDS_BETWEEN_LOOKS)
        yield entries.reach
        return
    try:
        yield from _walked(entries, position, reading)
    finally:
        entries.end_walk()


def _walked(entries: GzipIndex, position: int, reading: Reading) -> Generator[int, None, None]:
    before = entries.reach
    steps = min(max((position - before) // entries.apart, _LEAST_STEPS), _MOST_STEPS)
    common = entries.source, entries.stamp, entries.last(), entries.apart
    task = WorkerTask(f"{_HERE}_walk", tuple(range(steps)), common, together=True, memory=8 * entries.apart)
    for answer in reading.run([task], width=1):
        if answer is None:
            yield entries.reach
        elif not isinstance(answer.value, Refusal):
            entries.add(answer.value)
            yield entries.reach
        elif answer.value.code is Code.CANCELLED:
            raise answer.value
        else:
            entries.is_walked_out = True
    entries.is_walked_out |= entries.reach == before


def last_begin(series: Series, wanted: Sequence[int]) -> int:
    """The last place in the unpacked file at which one of these frames begins."""
    return max(_run(series.frames[number]).begin for number in wanted)


def read_frames(
    series: Series, wanted: Sequence[int], entries: GzipIndex, reading: Reading, *, urgent: bool = False
) -> Iterator[Frame | None]:
    """As `Reader.read_frames` for frames that are runs of one gzip file, in the order of the file, on all cores.

    An array is good until the next step only. None is a sign of life, and a place to stop.
    """
    ordered = sorted(wanted, key=lambda number: _run(series.frames[number]).begin)
    if not ordered:
        return
    for _ in approach(entries, last_begin(series, ordered), reading):
        yield None
    tasks = (_task(series, piece, entries) for piece in _pieces(series, ordered))
    for answer in reading.run(tasks, urgent=urgent, borrow=True):
        yield None if answer is None else (answer.task.key[answer.number], answer.value)


def _run(frame: StoredFrame) -> ByteRange:
    assert isinstance(frame.layout, ByteRange)
    return frame.layout


def _pieces(series: Series, ordered: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Neighbours, as many as one task takes."""
    piece: list[int] = []
    for number in ordered:
        run = _run(series.frames[number])
        if piece and run.end - _run(series.frames[piece[0]]).begin > _BYTES_A_TASK:
            yield tuple(piece)
            piece = []
        piece.append(number)
    yield tuple(piece)


def _task(series: Series, piece: tuple[int, ...], entries: GzipIndex) -> WorkerTask:
    runs = [_run(series.frames[number]) for number in piece]
    part = replace(series, frames=tuple(series.frames[number] for number in piece))
    common = part, entries.stamp, entries.around(runs[0].begin, runs[-1].end)
    memory = _COPIES * (runs[0].end - runs[0].begin)
    return WorkerTask(f"{_HERE}_frames", tuple(range(len(piece))), common, together=True, memory=memory, key=piece)


def check(entries: GzipIndex, reading: Reading) -> Generator[None, None, None]:
    """Compare a further part of the file with its checksums; `entries` know how far that came, and what was found."""
    before = entries.checked
    around = entries.around(before.position, before.position)
    task = WorkerTask(f"{_HERE}_check", (0,), (entries.source, entries.stamp, around, before))
    for answer in reading.run([task], width=1):
        if answer is None:
            yield None
        elif not isinstance(answer.value, Refusal):
            # What goes on and on behind the last voxel is nobody's, and may have no end.
            is_past = answer.value.position > entries.length + _BYTES_A_CHECK
            entries.checked = replace(answer.value, is_all=True) if is_past else answer.value
        elif answer.value.code is Code.CANCELLED:
            raise answer.value
        else:
            entries.damage = Refusal(answer.value.code, _DAMAGED)
            entries.checked = replace(before, is_all=True)


# --- in the child ---


def _walk(
    common: tuple[Source, tuple[int, int], tuple[IndexPoint, ...], int], steps: Sequence[int], policy: ReadingPolicy
) -> Iterator[tuple[int, tuple[IndexPoint, ...]]]:
    source, stamp, known, apart = common
    _require_same(source, stamp)
    with open_source(source, policy) as stream:
        walking = walk(stream, known, apart)
        for number in steps:
            yield number, next(walking, ())


def _frames(
    common: tuple[Series, tuple[int, int], tuple[IndexPoint, ...]], wanted: Sequence[int], policy: ReadingPolicy
) -> Iterator[Frame | None]:
    # nibabel is for the child.
    from imaging.formats.nifti.reader import read_entered

    series, stamp, entries = common
    assert series.format is Format.NIFTI
    _require_same(series.frames[0].source, stamp)
    with open_source(series.frames[0].source, policy) as stream:
        yield from read_entered(series, wanted, Entered(stream, entries), policy)


def _check(
    common: tuple[Source, tuple[int, int], tuple[IndexPoint, ...], Checked], _: Sequence[int], policy: ReadingPolicy
) -> Iterator[tuple[int, Checked | Refusal] | None]:
    source, stamp, entries, before = common
    _require_same(source, stamp)
    with open_source(source, policy) as stream:
        content = Entered(stream, entries)
        try:
            yield from content.check_from(before)
            while not content.checked().is_all and content.checked().position < before.position + _BYTES_A_CHECK:
                content.read(_BYTES_A_LOOK)
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
