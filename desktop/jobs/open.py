"""Opening files: a first picture before anything on screen changes, then the rest of its series. No Qt here."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

import numpy as np

from desktop.render.frame import Grey, choose_voi, draw_frame, make_thumbnail
from desktop.state.texts.language import tr
from imaging.base.english import english
from imaging.base.errors import Code, Ledger, Refusal, Skipped
from imaging.base.progress import Job, Progress
from imaging.formats import Access
from imaging.load import (
    allocate,
    check_gzip_further,
    extend_gzip_index,
    fill,
    fill_each,
    fill_for_window,
    outward_from_middle,
)
from imaging.paged_volume import gzip_index_of
from imaging.remote_read import access, frame_bytes
from imaging.scan import RunningScan, Scan
from imaging.volume.geometry import Plane
from imaging.volume.series import Format, Series, Source, StoredFrame
from imaging.volume.volume import Slice, Volume
from imaging.volume.windowing import VoiTable, Window
from imaging.workers.pool import Reading

# A scan that is done by then needs no picture in between.
PREVIEW_SECONDS = 0.3
_UNFINISHED = " (unfinished)"
# How many slices are read before the focus is asked for again: here, and by each child process.
_AT_ONCE = 8
# Of a file in which slices may lie across each other, so many bytes at once: each time it may be read from end to end.
_BYTES_AT_ONCE = 64 * 1024 * 1024
# How much of the resident slices is filled around the person; the rest is what was passed on the way.
_AHEAD = 0.75

Shown = Callable[[], Sequence[tuple[Volume, int, int]]]
"""The volumes on screen now, each with the (phase, slice) that is looked at."""
Lost = dict[Volume, dict[int, Refusal]]
"""Why frames of volumes were not read, by their numbers."""


def finished_id(series: Series) -> str:
    """Return the id that a series has once all its files were found."""
    return series.id.removesuffix(_UNFINISHED)


@dataclass(frozen=True, eq=False)
class FirstPicture:
    """A series of which one slice was read, the window that it is first shown with, its frame and its thumbnail."""

    volume: Volume
    slice: Slice
    voi: Window | VoiTable | None
    frame: Grey
    thumbnail: Grey


@dataclass(frozen=True, eq=False)
class Staged:
    """All that it takes to show files that were just opened: series, ledger, and one slice with its volume.

    `first` is None if nothing can be shown (`refusal` says why), and after a `Preview`.
    """

    series: tuple[Series, ...]
    ledger: Ledger
    first: FirstPicture | None = None
    refusal: Refusal | None = None
    reports: tuple[Source, ...] = ()
    """Structured reports among the files."""


@dataclass(frozen=True)
class Preview(Progress):
    """A first picture while the scan still runs; `series` are those known by then, under ids of their own."""

    series: tuple[Series, ...] = ()
    first: FirstPicture | None = None


def stage_files(
    paths: Sequence[Path],
    reading: Reading,
    *,
    known: Sequence[Series] = (),
    series: int | None = None,
    index: int | None = None,
    preferred: Path | None = None,
) -> Job[Staged]:
    """Scan, then read the first picture: of the series with a number, else of the first one that can be read.

    Of series that are `known` already, files that were found now are added to those that they had. A series of the
    file `preferred` goes before the others. A scan that takes long, and of which nothing particular is wanted, gives a
    `Preview`.
    """
    found, is_shown = yield from _scanned(paths, reading, early=series is None and index is None and preferred is None)
    if missing := _list_missing(found.series, known):
        found, _ = yield from _scanned((*missing, *paths), reading, early=False)
    ledger = _without_known(found, known)
    if not found.series:
        return Staged((), ledger, refusal=_why_nothing(found), reports=found.reports)
    if series is not None and not 0 <= series < len(found.series):
        raise Refusal(Code.OUT_OF_RANGE, english("There are series 0 to {series}.", series=len(found.series) - 1))
    ordered = tuple(sorted(found.series, key=lambda one: one.frames[0].source.path != preferred))
    if is_shown:
        return Staged(ordered, ledger, reports=found.reports)
    refusal: Refusal | None = None
    for one in ordered if series is None else ordered[series : series + 1]:
        if index is not None and not 0 <= index < one.slices:
            raise Refusal(Code.OUT_OF_RANGE, english("This series has slices 0 to {slices}.", slices=one.slices - 1))
        try:
            first = yield from read_first_picture(one, reading, index)
        except Refusal as failure:
            refusal = refusal or failure
            # Rows of the same file count once.
            rows = [Skipped(frame.source.name, failure.code, failure.message) for frame in one.frames]
            ledger = add_unread(ledger, rows)
            continue
        return Staged(ordered, ledger, first, reports=found.reports)
    return Staged((), ledger, refusal=refusal, reports=found.reports)


def _scanned(paths: Sequence[Path], reading: Reading, *, early: bool) -> Job[tuple[Scan, bool]]:
    """Return the scan, and whether a `Preview` was given on the way."""
    scanning = RunningScan(reading)
    looking = scanning.run(paths)
    due = time.monotonic() + PREVIEW_SECONDS if early else inf
    is_shown = False
    try:
        while True:
            try:
                yield next(looking)
            except StopIteration as end:
                return end.value, is_shown
            # While there is no header yet, as in the walk through a large folder, nothing is lost by asking again.
            if time.monotonic() < due or not scanning.headers:
                continue
            preview = yield from _preview(scanning)
            is_shown = preview is not None
            # Sorting what is known by now takes longer the more it is.
            due = inf if is_shown else time.monotonic() + 4 * PREVIEW_SECONDS
            if preview is not None:
                yield preview
    finally:
        looking.close()


def _list_missing(found: Sequence[Series], known: Sequence[Series]) -> tuple[Path, ...]:
    """Return the files that series had before and that the same series, as they were found now, have not."""
    there = {one.id: {frame.source for frame in one.frames} for one in found}
    sources = {frame.source: one.id for one in known if one.id in there for frame in one.frames}
    return tuple(dict.fromkeys(source.path for source, name in sources.items() if source not in there[name]))


def _without_known(found: Scan, known: Sequence[Series]) -> Ledger:
    """Return the ledger of a scan without the files that are counted already, as those of series that are known."""
    before, now = ({frame.source for one in series for frame in one.frames} for series in (known, found.series))
    again, ledger = len(before & now), found.ledger
    return Ledger(ledger.seen - again, ledger.opened - again, ledger.skipped)


def _preview(scanning: RunningScan) -> Job[Preview | None]:
    """Return a picture of what is known by now; None if there is none to be had yet."""
    known = tuple(replace(one, id=f"{one.id}{_UNFINISHED}") for one in scanning.series_so_far())
    if not known:
        return None
    try:
        # The scan waits meanwhile, and holds children that are not given back before it goes on.
        first = yield from read_first_picture(known[0], scanning.reading, urgent=True)
    except Refusal:
        return None
    return Preview(tr("Reading headers"), scanning.done, None, known, first)


def grow_volume(
    volume: Volume, position: tuple[int, int], series: Sequence[Series], reading: Reading
) -> Job[tuple[Volume, tuple[int, int]]]:
    """Return the volume of the series that holds the frame at `position` (phase, slice), and the position there.

    Slices that were read already are taken along. Raises `Refusal` (MISSING) if no series holds the frame.
    """
    grid = volume.series.rows, volume.series.columns, volume.series.dtype
    marks = [(frame.source, frame.index) for frame in volume.series.frames]
    for one in series:
        at = find_frame(volume.series.frame(*position), one)
        if at is None or (one.rows, one.columns, one.dtype) != grid:
            continue
        numbers = {(frame.source, frame.index): number for number, frame in enumerate(one.frames)}
        if list(numbers) == marks and volume.series.phases == one.phases:
            return replace(volume, series=one), at
        larger = allocate(one, reading)
        for number, mark in enumerate(marks):
            phase, index = divmod(number, volume.series.slices)
            if mark in numbers and volume.loaded[phase, index]:
                larger.store_frame(numbers[mark], volume.pixels(phase, index))
                yield Progress(tr("Sorting slices"), number, len(marks))
        return larger, at
    raise Refusal(Code.MISSING)


def find_frame(frame: StoredFrame, series: Series) -> tuple[int, int] | None:
    """Return the (phase, slice) at which a series holds a stored frame of another one; None if it does not."""
    for number, one in enumerate(series.frames):
        if (one.source, one.index) == (frame.source, frame.index):
            return divmod(number, series.slices)
    return None


def add_unread(ledger: Ledger, rows: Sequence[Skipped]) -> Ledger:
    """Return the ledger after opened files turned out to have slices that cannot be read; one row for each file."""
    known = {row.path for row in ledger.skipped}
    fresh = {row.path: row for row in rows if row.path not in known}
    return Ledger(ledger.seen, max(0, ledger.opened - len(fresh)), (*ledger.skipped, *fresh.values()))


def read_first_picture(
    series: Series | Volume, reading: Reading, index: int | None = None, *, urgent: bool = False
) -> Job[FirstPicture]:
    """Read one slice (the middle one; if damaged, the nearest) and the one that says the window. Raises `Refusal`.

    Of a volume that another pane shows, what is there is taken.
    """
    volume = series if isinstance(series, Volume) else allocate(series, reading)
    return (yield from _first_of(volume, reading, index, urgent=urgent))


def grow_first_picture(
    volume: Volume, position: tuple[int, int], series: Sequence[Series], reading: Reading
) -> Job[FirstPicture]:
    """Read the first picture of the series that `grow_volume` finds, with what was read already."""
    larger, _ = yield from grow_volume(volume, position, series, reading)
    return (yield from _first_of(larger, reading, None))


def _first_of(volume: Volume, reading: Reading, index: int | None, *, urgent: bool = False) -> Job[FirstPicture]:
    series = volume.series
    failed: list[Skipped] = []
    for number in outward_from_middle(series, first=index):
        failed += yield from fill(volume, reading, [number], urgent=urgent)
        if volume.loaded.reshape(-1)[number]:
            yield from fill_for_window(volume, reading, number // series.slices, urgent=urgent)
            shown = volume.slice_at(Plane.ACQUIRED, number % series.slices, number // series.slices)
            voi = choose_voi(volume, shown.phase)
            frame = draw_frame(shown, voi)
            small = make_thumbnail(frame, pixel_aspect=shown.pixel_aspect)
            return FirstPicture(volume, shown, voi, frame, small)
    raise Refusal(failed[0].code, failed[0].message) if failed else Refusal(Code.NO_PIXELS)


def _why_nothing(found: Scan) -> Refusal:
    """Return why there is nothing to show: the reason of a single file, or how many were tried."""
    skipped = found.ledger.skipped
    if not skipped:
        return Refusal(Code.MISSING, "There is nothing in there to open.")
    if len(skipped) == 1:
        return Refusal(skipped[0].code, skipped[0].message)
    return Refusal(
        skipped[0].code,
        english("None of the {skipped} files could be opened. The list says why for each.", skipped=len(skipped)),
    )


# --- the rest of a series ---


def stream_slices(shown: Shown, reading: Reading) -> Job[Lost]:
    """Read what is missing of the volumes on screen in turn, nearest to where each is looked at first.

    Progress counts all of it. Return why frames were not read. Of a paged volume only what lies around the slice on
    screen is read; with no more of that missing the work is done.
    """
    given_up: Lost = {}
    while True:
        is_over = True
        for volume, phase, index in shown():
            lost = given_up.setdefault(volume, {})
            if (yield from _read_nearest(volume, phase, index, lost, reading)):
                is_over = False
        if is_over:
            return given_up


def _read_nearest(volume: Volume, phase: int, index: int, lost: dict[int, Refusal], reading: Reading) -> Job[bool]:
    """Read the slices of a volume that are nearest to one; return false if none of those is missing."""
    volume.look_at(phase, index)
    batch = find_nearest_missing(volume, phase, index, lost.keys(), children=reading.pool.count)
    if not batch:
        return (yield from check_gzip_further(volume, reading))
    # Where it is a long way to there in a packed file, a person may be somewhere else by then.
    if (yield from extend_gzip_index(volume, reading, batch[:1], once=True)):
        lost |= yield from _counted(fill_each(volume, reading, batch), volume)
    return True


def find_nearest_missing(
    volume: Volume, phase: int, index: int, given_up: Collection[int] = (), *, children: int
) -> list[int]:
    """Return the frames to read next: missing ones, nearest to a slice, its own phase before the others."""
    series = volume.series
    phases, slices = np.ogrid[: series.phases, : series.slices]
    distances = (np.abs(phases - phase) * series.slices + np.abs(slices - index)).reshape(-1)
    order = np.argsort(distances, kind="stable")
    if volume.resident_slices is not None:
        order = order[: max(1, round(volume.resident_slices * _AHEAD))]
    there = volume.loaded.reshape(-1).copy()
    there[list(given_up)] = True
    missing = order[~there[order]]
    return missing[: _batch(volume, int(missing[0]), children)].tolist() if len(missing) else []


def _batch(volume: Volume, number: int, children: int) -> int | None:
    """Return how many slices to read at once; None is all of them, for a file that is unpacked from its beginning."""
    series = volume.series
    kind = access(series, series.frames[number])
    if kind is Access.CODED:
        return _AT_ONCE * children
    if kind is Access.WHOLE and gzip_index_of(volume) is None and series.frames[0].source == series.frames[-1].source:
        return None
    return max(_AT_ONCE, _BYTES_AT_ONCE // frame_bytes(series)) if series.format is Format.NIFTI else _AT_ONCE


def _counted(job: Job[dict[int, Refusal]], volume: Volume) -> Job[dict[int, Refusal]]:
    """Run a job whose progress counts every slice that there is room for."""
    total = min(volume.loaded.size, volume.resident_slices or volume.loaded.size)
    try:
        while True:
            next(job)
            yield Progress(tr("Reading slices"), int(volume.loaded.sum()), total)
    except StopIteration as end:
        lost: dict[int, Refusal] = end.value
        return lost
    finally:
        job.close()
