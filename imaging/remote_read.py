"""Reading in child processes: whatever is compressed, archived, or read by more than pydicom's headers and NumPy.

The upper half is called by the program, the lower half runs in a child (`imaging.workers`). A file that crashes,
hangs or blows up what reads it is answered with a `Refusal` like any other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.formats import Access, reader_for
from imaging.identify import IdentifiedFile, identify_file
from imaging.identify import list_header as list_header_here
from imaging.volume.dicom_source import DicomSource
from imaging.volume.facts import Reason
from imaging.volume.header_rows import HeaderListing
from imaging.volume.series import Series, Source, StoredFrame
from imaging.volume.structured_report import StructuredReport
from imaging.workers.item_answers import answer_each
from imaging.workers.messages import WorkerTask
from imaging.workers.pool import Reading

Frame = tuple[int, NDArray[Any] | Refusal]

_HERE = "imaging.remote_read:"
# Decoders work on copies of a frame in 32 bits, several at a time; ITK on the whole file.
_COPIES, _WHOLE_COPIES = 8, 3
# Few enough that what is more urgent need not wait long, enough that handing out costs nothing beside decoding.
_FRAMES_PER_TASK, _BYTES_PER_TASK = 8, 4 * 1024 * 1024
FILES_PER_TASK = 16


def access(series: Series, frame: StoredFrame) -> Access:
    """Return how a frame is accessed: a member of an archive is always unpacked from its beginning."""
    return Access.WHOLE if frame.source.member is not None else reader_for(series.format).access(frame)


def identify_files(
    sources: Iterable[Source], reading: Reading
) -> Iterator[tuple[Source, IdentifiedFile | Refusal] | None]:
    """Yield headers (or contents) of files that children read, in the order of the files; None while time passes."""
    waiting = iter(sources)
    groups: Iterator[tuple[Source, ...]] = iter(lambda: tuple(islice(waiting, FILES_PER_TASK)), ())
    tasks = (
        WorkerTask(f"{_HERE}_identify_task", items, fault=Code.HEADER, key=number * FILES_PER_TASK)
        for number, items in enumerate(groups)
    )
    # Which of two equal files counts as the second must not depend on which child was quicker.
    early: dict[int, tuple[Source, IdentifiedFile | Refusal]] = {}
    following = 0
    for answer in reading.run(tasks):
        if answer is not None:
            early[answer.task.key + answer.number] = (answer.task.items[answer.number], answer.value)
        yield None
        while following in early:
            yield early.pop(following)
            following += 1


def read_frames(
    series: Series, wanted: Sequence[int], reading: Reading, *, urgent: bool = False
) -> Iterator[Frame | None]:
    """As `Reader.read_frames`, on all cores, for frames whose `access` is not PLAIN; about in the order of `wanted`.

    An array is good until the next step only. None is a sign of life, and a point to stop at.
    """
    for answer in reading.run(split_into_tasks(series, wanted, reading.pool.count), urgent=urgent, borrow=True):
        yield None if answer is None else (answer.task.key[answer.number], answer.value)


def reasons(series: Series, frame: StoredFrame, reading: Reading) -> tuple[Reason, ...]:
    """As `Reader.reasons`. Raises `Refusal`."""
    task = WorkerTask(f"{_HERE}_reasons_task", (frame,), replace(series, frames=()), fault=Code.HEADER)
    return cast(tuple[Reason, ...], _only_answer(task, reading))


def read_dicom_source(frame: StoredFrame, reading: Reading) -> DicomSource:
    """As `imaging.formats.dicom.source_facts.read_dicom_source`."""
    task = WorkerTask(f"{_HERE}_dicom_source_task", (frame,), fault=Code.HEADER)
    return cast(DicomSource, _only_answer(task, reading))


def read_reports(
    sources: Sequence[Source], reading: Reading
) -> Iterator[tuple[int, StructuredReport | Refusal] | None]:
    """Yield (number of the source, its structured report or why it cannot be read), in any order; None meanwhile."""
    tasks = (
        WorkerTask(f"{_HERE}_report_task", (source,), fault=Code.HEADER, key=number)
        for number, source in enumerate(sources)
    )
    for answer in reading.run(tasks):
        yield None if answer is None else (answer.task.key, answer.value)


def list_header(source: Source, reading: Reading) -> HeaderListing:
    """List all that one file's header says, for a person to read. Raises `Refusal`."""
    return cast(HeaderListing, _only_answer(WorkerTask(f"{_HERE}_header_task", (source,), fault=Code.HEADER), reading))


def _only_answer(task: WorkerTask, reading: Reading) -> Any:
    """Return the answer to a task of one item. Raises `Refusal` if that is one."""
    (answer,) = (one.value for one in reading.run([task], urgent=True) if one is not None)
    if isinstance(answer, Refusal):
        raise answer
    return answer


def frame_bytes(series: Series) -> int:
    """Return the bytes that one frame of the series takes in memory."""
    return series.rows * series.columns * series.channels * np.dtype(series.dtype).itemsize


def split_into_tasks(series: Series, wanted: Sequence[int], children: int) -> Iterator[WorkerTask]:
    """Yield tasks of a few frames each; all those of a file that is unpacked from its beginning together."""
    size = frame_bytes(series)
    most = max(1, min(_FRAMES_PER_TASK, _BYTES_PER_TASK // max(size, 1), -(-len(wanted) // children)))
    left = dict.fromkeys(wanted)
    of_file: dict[Source, list[int]] = {}
    for number in wanted:
        frame = series.frames[number]
        if access(series, frame) is Access.WHOLE:
            of_file.setdefault(frame.source, []).append(number)
    while left:
        first = next(iter(left))
        whole = of_file.get(series.frames[first].source)
        group = whole or [number for number in islice(left, most) if series.frames[number].source not in of_file]
        for number in group:
            del left[number]
        yield _task(series, group, size, is_whole=whole is not None)


def _task(series: Series, group: Sequence[int], size: int, *, is_whole: bool) -> WorkerTask:
    """Return frames for one child, with no more of the series than their reading takes."""
    return WorkerTask(
        f"{_HERE}_read_task",
        tuple(range(len(group))),
        replace(series, frames=tuple(series.frames[number] for number in group)),
        together=is_whole,
        memory=_WHOLE_COPIES * size * len(series.frames) if is_whole else _COPIES * size,
        key=tuple(group),
    )


# --- in the child ---


def _identify_task(
    _: None, sources: Sequence[Source], policy: ReadingPolicy
) -> Iterator[tuple[int, IdentifiedFile | Refusal]]:
    return answer_each(lambda source: identify_file(source, policy), sources, fault=Code.HEADER)


def _read_task(series: Series, wanted: Sequence[int], policy: ReadingPolicy) -> Iterator[Frame | None]:
    yield from reader_for(series.format).read_frames(series, wanted, policy)


def _reasons_task(series: Series, frames: Sequence[StoredFrame], policy: ReadingPolicy) -> Iterator[tuple[int, Any]]:
    reader = reader_for(series.format)
    return answer_each(lambda frame: reader.reasons(series, frame, policy), frames, fault=Code.HEADER)


def _header_task(
    _: None, sources: Sequence[Source], policy: ReadingPolicy
) -> Iterator[tuple[int, HeaderListing | Refusal]]:
    return answer_each(lambda source: list_header_here(source, policy), sources, fault=Code.HEADER)


def _dicom_source_task(
    _: None, frames: Sequence[StoredFrame], policy: ReadingPolicy
) -> Iterator[tuple[int, DicomSource | Refusal]]:
    from imaging.formats.dicom import source_facts  # pydicom comes with the first DICOM file

    return answer_each(lambda frame: source_facts.read_dicom_source(frame, policy), frames, fault=Code.HEADER)


def _report_task(
    _: None, sources: Sequence[Source], policy: ReadingPolicy
) -> Iterator[tuple[int, StructuredReport | Refusal]]:
    from imaging.formats.dicom.report_reader import read_report  # pydicom comes with the first DICOM file

    return answer_each(lambda source: read_report(source, policy), sources, fault=Code.HEADER)
