"""From the paths on a command line to series, with a refusal where there is nothing to work on."""

from collections.abc import Sequence
from pathlib import Path

from desktop.cli.output import run_job
from desktop.render.frame import default_voi_of
from imaging.base.errors import Code, Refusal
from imaging.base.ledger import Ledger
from imaging.load import fill, fill_for_window
from imaging.scan import Scan, scan
from imaging.volume.geometry import Plane
from imaging.volume.series import Series
from imaging.volume.volume import Slice, Volume
from imaging.volume.windowing import VoiTable, Window


def scanned(paths: Sequence[Path]) -> Scan:
    """What the paths hold, with a progress bar on a terminal."""
    return run_job(scan(paths))


def open_series(paths: Sequence[Path]) -> Scan:
    """What the paths hold. Raises `Refusal` where that is no series at all."""
    found = scanned(paths)
    if not found.series:
        raise nothing_opened(found.ledger)
    return found


def nothing_opened(ledger: Ledger) -> Refusal:
    """Why there is no series: the one file's own reason, or how many there were and the first reason."""
    if not ledger.skipped:
        return Refusal(Code.MISSING, "There is no file that Slicelens could open.")
    first = ledger.skipped[0]
    if len(ledger.skipped) == 1:
        return Refusal(first.code, first.message)
    return Refusal(first.code, f"None of the {len(ledger.skipped)} files could be opened; the first: {first.message}")


def series_numbered(found: Scan, number: int) -> Series:
    """The series with a number of `inspect`. Raises `Refusal` (OUT_OF_RANGE)."""
    last = len(found.series) - 1
    if not 0 <= number <= last:
        raise Refusal(Code.OUT_OF_RANGE, f"There is no series {number}; the last is {last}, counted from 0.")
    return found.series[number]


def read_slice(volume: Volume, plane: Plane, index: int, phase: int) -> Slice:
    """A slice of a volume that may not be loaded yet; only the frames that it needs are read.

    Raises `Refusal` where there is no such slice, or where one of its frames cannot be read.
    """
    slice_ = volume.slice_at(plane, index, phase)
    if volume.window is not None:
        # A paged volume has read what that takes.
        return slice_
    first = phase * volume.series.slices
    needed = [first + index] if plane is Plane.ACQUIRED else range(first, first + volume.series.slices)
    skipped = run_job(fill(volume, needed))
    if skipped:
        raise Refusal(skipped[0].code, skipped[0].message)
    # A cut across slices may have been put together from the empty volume above.
    return slice_ if plane is Plane.ACQUIRED else volume.slice_at(plane, index, phase)


def first_voi(volume: Volume) -> Window | VoiTable | None:
    """What the viewer begins with; the slices that say it are read."""
    run_job(fill_for_window(volume))
    return default_voi_of(volume)
