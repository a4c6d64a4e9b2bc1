"""The door through which pixels come for a person: from a series (headers) to a volume (stored pixels in memory)."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging import gzip_read, remote_read
from imaging.base.errors import Code, Refusal, Skipped
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import Job, Progress
from imaging.files.gzip_index import GzipIndex
from imaging.files.sources import file_changed, stamp_of
from imaging.formats import Access, FrameArray, reader_for
from imaging.paged_volume import PagedVolume, gzip_index_of
from imaging.remote_read import access, frame_bytes
from imaging.volume.series import Format, Series
from imaging.volume.volume import Volume
from imaging.workers.pool import Reading

CHEAP_BYTES = 2**30
"""The resident slices of a series that lies uncompressed in its files: reading one again takes under a millisecond."""

# How many slices may be passed over as empty for the automatic window.
_SLICES_FOR_WINDOW = 64
_FEWEST_RESIDENT = 3
_MIB = 2**20
_DAMAGE = frozenset({Code.DECODE, Code.TRUNCATED})
# Of a packed file whose slices lie across its runs of bytes the child that reads it has the wanted ones too.
_ACROSS_BYTES = CHEAP_BYTES // 2
_IN_ONE_PIECE = (
    "This series needs more memory than it may have, and its slices cannot be read one by one out of this kind of "
    "file. As NIfTI it would open; so it would with more memory (in the settings, or with --memory-limit)."
)


def allocate(series: Series, reading: Reading) -> Volume:
    """Return an empty volume of the series' stored dtype; a paged one if the budget is too small for all slices.

    Raises `Refusal` (TOO_LARGE) if not even that can be had.
    """
    resident = resident_slices(series, reading.policy)
    if resident is None:
        return whole_volume(series)
    stored = empty_frames(series, (resident,))
    index = gzip_read.gzip_index_for_series(series) if gzip_read.is_indexable(series) else None
    read = partial(_read_frames_now, series, index, reading)
    return PagedVolume(series=series, stored=stored, loaded=_none_loaded(series), read=read, gzip_index=index)


def whole_volume(series: Series) -> Volume:
    """Return an empty volume that holds every slice. Raises `Refusal` (TOO_LARGE)."""
    loaded = _none_loaded(series)
    return Volume(series=series, stored=empty_frames(series, loaded.shape), loaded=loaded)


def resident_slices(series: Series, policy: ReadingPolicy) -> int | None:
    """Return how many slices of a series may be in memory at once; None for all. Raises `Refusal` (TOO_LARGE)."""
    size, count = frame_bytes(series), len(series.frames)
    is_plain = bool(series.frames) and access(series, series.frames[0]) is Access.PLAIN
    is_indexable = gzip_read.is_indexable(series)
    budget = policy.memory_budget()
    # What is read again in no time need not be held, unless a person gives it the room: for planes it must be whole.
    is_cheap = (is_plain or is_indexable) and policy.memory_bytes is None
    limit = min(budget, CHEAP_BYTES) if is_cheap else budget
    if size * count <= limit or count <= _FEWEST_RESIDENT:
        return None
    if not is_plain and not is_indexable and _is_one_piece(series):
        if series.format is not Format.NIFTI or series.frames[0].source.member is not None:
            raise Refusal(Code.TOO_LARGE, _IN_ONE_PIECE)
        limit = min(limit, _ACROSS_BYTES)
    return min(max(_FEWEST_RESIDENT, limit // size), count)


def empty_frames(series: Series, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return zeroed frames of the series' dtype as [*shape, row, column(, 3)]. Raises `Refusal` (TOO_LARGE)."""
    grid = (series.rows, series.columns, *((3,) if series.channels == 3 else ()))
    try:
        return np.zeros((*shape, *grid), dtype=series.dtype)
    except (MemoryError, ValueError) as error:
        raise Refusal(Code.TOO_LARGE) from error


def _none_loaded(series: Series) -> NDArray[np.bool_]:
    return np.zeros((series.phases, series.slices), dtype=np.bool_)


def _is_one_piece(series: Series) -> bool:
    """Return True if a file has to be read from its beginning for any of its slices."""
    if series.format is Format.DICOM or not series.frames:
        return False
    # Asked for every few slices: the frames of a file stand together, so that its ends tell.
    return series.frames[0].source == series.frames[-1].source


def _read_frames_now(
    series: Series, index: GzipIndex | None, reading: Reading, numbers: Sequence[int]
) -> Iterator[tuple[int, NDArray[Any] | Refusal]]:
    """Yield the pixels of some frames, read now, each good until the next step."""
    for step in _read_steps(series, numbers, reading, index=index):
        if step is not None and step[1] is not None:
            yield step[0], step[1]


def fill(
    volume: Volume, reading: Reading, wanted: Sequence[int] | None = None, *, urgent: bool = False
) -> Job[tuple[Skipped, ...]]:
    """Read frames into the volume (all that are missing, or those of `wanted`), in the order of `outward_from_middle`.

    Yields after every frame, and in between if a reader takes longer. Returns a row for each frame that could not
    be read; its slice stays not loaded. What is `urgent` goes before other work that child processes have.
    """
    lost = yield from fill_each(volume, reading, wanted, urgent=urgent)
    frames = volume.series.frames
    return tuple(Skipped.because(frames[number].source.name, refusal) for number, refusal in lost.items())


def fill_each(
    volume: Volume, reading: Reading, wanted: Sequence[int] | None = None, *, urgent: bool = False
) -> Job[dict[int, Refusal]]:
    """As `fill`; returns why for each frame that could not be read."""
    loaded = volume.loaded.reshape(-1)
    # Of a paged volume no more than has room: the first would have to go again for the last.
    all_ = outward_from_middle(volume.series)[: volume.resident_slices]
    order = [number for number in (wanted if wanted is not None else all_) if not loaded[number]]
    yield from extend_gzip_index(volume, reading, order)
    lost: dict[int, Refusal] = {}
    done = 0
    for step in _read_into(volume, reading, order, urgent=urgent):
        if step is not None:
            done += 1
            number, refusal = step
            if refusal is not None:
                lost[number] = refusal
                if refusal.code in _DAMAGE and _is_one_piece(volume.series):
                    volume.flaws.append(refusal)
        yield Progress("Reading slices", done, len(order))
    return lost


def extend_gzip_index(volume: Volume, reading: Reading, order: Sequence[int], *, once: bool = False) -> Job[bool]:
    """Get near frames that lie in the midst of a large packed file; with `once` only a part of the way.

    Returns whether they can be read without much more unpacking now, which for all other volumes is true at once.
    """
    index = gzip_index_of(volume)
    if index is None or not order:
        return True
    end = gzip_read.last_offset(volume.series, order)
    with closing(gzip_read.extend_index(index, end, reading, once=once)) as way:
        for reach in way:
            yield Progress("Unpacking, MiB", reach // _MIB, end // _MIB)
    return index.covers(end)


def check_gzip_further(volume: Volume, reading: Reading) -> Job[bool]:
    """Compare a further part of a large packed file with its checksums; true while there is more to compare.

    What is found is the volume's `is_damaged`. All other files are checked as they are read.
    """
    index = gzip_index_of(volume)
    if index is None or index.checked.is_all:
        return False
    with closing(gzip_read.check_further(index, reading)) as checking:
        for _ in checking:
            yield Progress("Checking the file, MiB", index.checked.position // _MIB, index.length // _MIB)
    return not index.checked.is_all


def _read_into(
    volume: Volume, reading: Reading, order: Sequence[int], *, urgent: bool = False
) -> Iterator[tuple[int, Refusal | None] | None]:
    """Read frames into the volume; each is told with what went wrong, and None is the reader's sign of life."""
    series = volume.series
    grid = (series.rows, series.columns, *((3,) if series.channels == 3 else ()))
    if _is_another_file(volume):
        yield from ((number, file_changed()) for number in order)
        return
    for step in _read_steps(series, order, reading, volume.frame_array, index=gzip_index_of(volume), urgent=urgent):
        if step is None:
            yield None
            continue
        number, pixels = step
        if isinstance(pixels, Refusal):
            yield number, pixels
        elif pixels is not None and (pixels.shape != grid or pixels.dtype != series.dtype):
            yield number, file_changed()
        else:
            volume.store_frame(number, pixels)
            yield number, None


def _is_another_file(volume: Volume) -> bool:
    """Return True if the one file of a volume has changed since its first slices came."""
    if not _is_one_piece(volume.series):
        return False
    try:
        stamp = stamp_of(volume.series.frames[0].source)
    except OSError:
        # The reader says what is wrong.
        return False
    if not volume.stamps:
        volume.stamps.append(stamp)
    return volume.stamps[0] != stamp


def _read_steps(
    series: Series,
    order: Sequence[int],
    reading: Reading,
    array_of: FrameArray | None = None,
    *,
    index: GzipIndex | None = None,
    urgent: bool = False,
) -> Iterator[tuple[int, NDArray[Any] | Refusal | None] | None]:
    """Read plainly stored frames here, everything else by child processes.

    Pixels are None if a reader could put them into their array at once.
    """
    if index is not None:
        yield from gzip_read.read_frames(series, order, index, reading, urgent=urgent)
        return
    plain = [number for number in order if access(series, series.frames[number]) is Access.PLAIN]
    if plain:
        reader = reader_for(series.format)
        read_into = getattr(reader, "read_into", None) if array_of is not None else None
        if read_into is None:
            yield from reader.read_frames(series, plain, reading.policy)
        else:
            yield from read_into(series, plain, array_of, reading.policy)
    if len(plain) < len(order):
        there = set(plain)
        others = [number for number in order if number not in there]
        yield from remote_read.read_frames(series, others, reading, urgent=urgent)


def fill_for_window(volume: Volume, reading: Reading, phase: int = 0, *, urgent: bool = False) -> Job[None]:
    """Read what the window is taken from that a phase is first shown with: nothing if the file offers one, else
    slices from the middle outward until one is not empty.
    """
    series = volume.series
    if series.channels == 3 or series.frame(phase, series.middle).windows or series.file_windows:
        return
    for number in frames_for_window(series, phase):
        yield from fill(volume, reading, [number], urgent=urgent)
        index = number % series.slices
        if volume.loaded[phase, index] and is_not_empty(volume.pixels(phase, index)):
            return


def frames_for_window(series: Series, phase: int) -> list[int]:
    """Return the frames whose first that is not empty gives a phase its automatic window, from the middle outward."""
    return outward_from_middle(series, phase=phase)[: min(series.slices, _SLICES_FOR_WINDOW)]


def is_not_empty(pixels: NDArray[Any]) -> bool:
    """Return True if a slice has at least two different values."""
    return bool(pixels.min() != pixels.max())


def outward_from_middle(series: Series, first: int | None = None, phase: int = 0) -> list[int]:
    """Return every frame number: the slices of `phase` by their distance from `first`, then the other phases."""
    start = series.middle if first is None else first
    near = sorted(range(series.slices), key=lambda index: (abs(index - start), index))
    phases = sorted(range(series.phases), key=lambda number: (number != phase, number))
    return [number * series.slices + index for number in phases for index in near]
