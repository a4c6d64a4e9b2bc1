"""Bringing a series in: the first picture, then the rest, outward from wherever the person is looking. No Qt here."""

from collections.abc import Callable

from desktop.compose import Grey, default_voi_of, grey_frame, thumbnail
from imaging.geometry import Plane
from imaging.ledger import Skipped
from imaging.loading import fill, outward_from_middle
from imaging.progress import Job, Progress
from imaging.refusal import Code, Refusal
from imaging.series import Format
from imaging.volume import Slice, Volume

Focus = Callable[[], tuple[int, int]]
"""(phase, slice) that the person is looking at now."""

# How many slices are read between two looks at where the person is.
_AT_ONCE = 8
# These formats unpack a file from its beginning each time it is opened: asking piece by piece would cost the square.
_IN_ONE_GO = (Format.NIFTI, Format.ITK)


def first_slice(volume: Volume, index: int | None = None, phase: int = 0) -> Job[Slice]:
    """Read one slice (the middle one) and the one that says the default window. Raises `Refusal` where none can be.

    Where the wanted slice is damaged, the nearest one that can be read is the answer.
    """
    series = volume.series
    order = outward_from_middle(series, first=index, phase=phase)
    middle = phase * series.slices + (series.slices - 1) // 2
    failed: list[Skipped] = []
    for number in order:
        failed += yield from fill(volume, [number])
        if volume.loaded.reshape(-1)[number]:
            yield from fill(volume, [middle])
            return volume.slice_at(Plane.ACQUIRED, number % series.slices, number // series.slices)
    raise Refusal(failed[0].code, failed[0].message) if failed else Refusal(Code.NO_PIXELS)


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


def picture_of(volume: Volume) -> Grey:
    """The thumbnail of a series: its middle slice (or the nearest one loaded) with its default window."""
    series = volume.series
    loaded = volume.loaded[0]
    index = next((n for n in outward_from_middle(series) if n < series.slices and loaded[n]), 0)
    slice_ = volume.slice_at(Plane.ACQUIRED, index)
    return thumbnail(grey_frame(slice_, default_voi_of(volume)), pixel_aspect=slice_.pixel_aspect)


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
