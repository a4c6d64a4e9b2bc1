"""The one door through which pixels come: from a series (headers) to a volume (stored pixels in memory).

Nothing else calls a reader's `read_frames`. What a later version does to make decoding killable or parallel happens
behind these functions.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from imaging.geometry import Plane
from imaging.ledger import Skipped
from imaging.progress import Job, Progress, finish
from imaging.readers import reader_for
from imaging.refusal import Code, Refusal
from imaging.series import Series
from imaging.volume import Slice, Volume


def allocate(series: Series) -> Volume:
    """An empty volume of the series' stored dtype, no slice loaded. Raises `Refusal` (TOO_LARGE)."""
    shape = (series.phases, series.slices, series.rows, series.columns, *((3,) if series.channels == 3 else ()))
    try:
        stored = np.zeros(shape, dtype=series.dtype)
    except (MemoryError, ValueError) as error:
        raise Refusal(Code.TOO_LARGE) from error
    return Volume(series=series, stored=stored, loaded=np.zeros(shape[:2], dtype=np.bool_))


def fill(volume: Volume, wanted: Sequence[int] | None = None) -> Job[tuple[Skipped, ...]]:
    """Read frames into the volume (all that are missing, or those of `wanted`), in the order of `outward_from_middle`.

    Yields after every frame, and in between where a reader takes longer. Returns a row for each frame that could not
    be read; its slice stays not loaded.
    """
    series = volume.series
    loaded = volume.loaded.reshape(-1)
    order = [number for number in (wanted if wanted is not None else outward_from_middle(series)) if not loaded[number]]
    skipped = []
    done = 0
    for step in _frames(volume, order):
        if step is not None:
            done += 1
            number, refusal = step
            if refusal is not None:
                skipped.append(Skipped.because(series.frames[number].source.name, refusal))
        yield Progress("Reading slices", done, len(order))
    return tuple(skipped)


def _frames(volume: Volume, order: Sequence[int]) -> Iterator[tuple[int, Refusal | None] | None]:
    """Read frames into the volume; each is told with what went wrong, and None is the reader's sign of life."""
    series = volume.series
    loaded = volume.loaded.reshape(-1)
    stored = volume.stored.reshape(-1, *volume.stored.shape[2:])
    for step in reader_for(series.format).read_frames(series, order):
        if step is None:
            yield None
            continue
        number, pixels = step
        if isinstance(pixels, Refusal):
            yield number, pixels
        elif pixels.shape != stored.shape[1:]:
            yield number, Refusal(Code.HEADER)
        else:
            stored[number] = pixels
            loaded[number] = True
            yield number, None


def outward_from_middle(series: Series, first: int | None = None, phase: int = 0) -> list[int]:
    """Every frame number of the series: the slices of `phase` by their distance from `first`, then the other phases."""
    start = series.middle if first is None else first
    near = sorted(range(series.slices), key=lambda index: (abs(index - start), index))
    phases = sorted(range(series.phases), key=lambda number: (number != phase, number))
    return [number * series.slices + index for number in phases for index in near]


def read_volume(series: Series) -> Volume:
    """The whole series, in this thread. Raises `Refusal` where no slice could be read."""
    volume = allocate(series)
    skipped = finish(fill(volume))
    if not volume.loaded.any() and skipped:
        raise Refusal(skipped[0].code, skipped[0].message)
    return volume


def read_slices(series: Series, plane: Plane, indices: Sequence[int], phase: int = 0) -> Iterator[Slice | Refusal]:
    """Slices one after another, reading no more than they need; a slice that cannot be read comes as its `Refusal`.

    The frames behind all of them are read in one go, since a packed file would otherwise be unpacked for every slice.
    """
    volume = allocate(series)
    count = volume.count(plane)
    first = phase * series.slices
    exists = [0 <= index < count and 0 <= phase < series.phases for index in indices]
    if plane is Plane.ACQUIRED:
        needed = [[first + index] if there else [] for index, there in zip(indices, exists, strict=True)]
    else:
        needed = [list(range(first, first + series.slices)) if there else [] for there in exists]
    reading = _frames(volume, list(dict.fromkeys(number for numbers in needed for number in numbers)))
    told: dict[int, Refusal | None] = {}
    for index, there, numbers in zip(indices, exists, needed, strict=True):
        if not there:
            yield Refusal(Code.OUT_OF_RANGE, f"There is no slice {index} in phase {phase} of this series.")
            continue
        _read_on(reading, told, set(numbers))
        refusals = [told.get(number, Refusal(Code.DECODE)) for number in numbers]
        refusal = next((refusal for refusal in refusals if refusal is not None), None)
        yield volume.slice_at(plane, index, phase) if refusal is None else refusal


def _read_on(
    reading: Iterator[tuple[int, Refusal | None] | None], told: dict[int, Refusal | None], wanted: set[int]
) -> None:
    """Take steps of a reading, and keep what they told, until everything wanted was told of."""
    while not wanted <= told.keys():
        try:
            step = next(reading)
        except StopIteration:
            return
        if step is not None:
            told[step[0]] = step[1]
