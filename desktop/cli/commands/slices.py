"""`render` and `values`: one slice as a PNG or as an array; and from paths to series and slices for other commands."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.cli.output import CommandOutcome, run_job, skipped_rows
from desktop.cli.parser import PlaneRequest, RenderRequest, SliceRequest
from desktop.render.frame import choose_voi, draw_frame, draw_graphics
from imaging.base.atomic_write import write_whole
from imaging.base.errors import Code, Ledger, Refusal
from imaging.load import allocate, fill, fill_for_window
from imaging.scan import Scan, scan
from imaging.volume.geometry import Plane
from imaging.volume.reslice import (
    Projection,
    Resampler,
    Slab,
    choose_directions,
    plan_plane,
    plane_of_slice,
    require_resampling,
)
from imaging.volume.series import Series, middle_of
from imaging.volume.volume import Slice, Volume
from imaging.volume.windowing import VoiFunction, VoiTable, Window
from imaging.workers.pool import Reading
from inference.report.png_file import encode_png


def why_nothing_opened(ledger: Ledger) -> Refusal:
    """Return why there is no series: the one file's own reason, or how many there were and the first reason."""
    if not ledger.skipped:
        return Refusal(Code.MISSING, "There is no file that Slicelens could open.")
    first = ledger.skipped[0]
    if len(ledger.skipped) == 1:
        return Refusal(first.code, first.message)
    return Refusal(first.code, f"None of the {ledger.skipped_files} files could be opened; the first: {first.message}")


def find_series(found: Scan, number: int) -> Series:
    """Return the series with a number of `inspect`. Raises `Refusal` (OUT_OF_RANGE)."""
    last = len(found.series) - 1
    if not 0 <= number <= last:
        raise Refusal(Code.OUT_OF_RANGE, f"There is no series {number}; the last is {last}, counted from 0.")
    return found.series[number]


def read_slice(volume: Volume, reading: Reading, plane: Plane, index: int, phase: int) -> Slice:
    """Return a slice; read only the frames that it needs. Raises `Refusal` if it or one of them is not to be had."""
    slice_ = volume.slice_at(plane, index, phase)
    if volume.resident_slices is not None:
        # A paged volume has read what that takes.
        return slice_
    first = phase * volume.series.slices
    needed = [first + index] if plane is Plane.ACQUIRED else range(first, first + volume.series.slices)
    skipped = run_job(fill(volume, reading, needed))
    if skipped:
        raise Refusal(skipped[0].code, skipped[0].message)
    # A cut across slices may have been put together from the empty volume above.
    return slice_ if plane is Plane.ACQUIRED else volume.slice_at(plane, index, phase)


def read_plane(volume: Volume, reading: Reading, request: PlaneRequest, number: int | None) -> Slice:
    """Return the slice with a number in the plane that was asked for, None for the middle one. Raises `Refusal`."""
    if request.oblique is not None or request.slab is not None:
        return read_cut(volume, reading, request, number)
    plane = Plane(request.plane)
    index = middle_of(volume.count(plane)) if number is None else number
    return read_slice(volume, reading, plane, index, request.phase)


def read_cut(volume: Volume, reading: Reading, request: PlaneRequest, number: int | None) -> Slice:
    """Return an oblique plane, or a slab; the whole phase is read. Raises `Refusal` if it would not be true."""
    grid, series = require_resampling(volume), volume.series
    slab = None if request.slab is None else Slab(request.slab[0], Projection(request.slab[1]))
    if request.oblique is not None:
        shape = series.slices, series.rows, series.columns
        plane = plan_plane(grid, shape, choose_directions(request.oblique), number)
        if not (0 <= plane.index < plane.count and 0 <= request.phase < series.phases):
            there = f"There are planes 0 to {plane.count - 1} in this direction, and {series.phases} phase(s)."
            raise Refusal(Code.OUT_OF_RANGE, there)
    else:
        index = middle_of(volume.count(Plane(request.plane))) if number is None else number
        plane = plane_of_slice(volume.slice_at(Plane(request.plane), index, request.phase), volume)
    first = request.phase * series.slices
    skipped = run_job(fill(volume, reading, range(first, first + series.slices)))
    if skipped:
        raise Refusal(skipped[0].code, skipped[0].message)
    return Resampler(volume, request.phase).cut(plane, slab)


def read_initial_voi(volume: Volume, reading: Reading) -> Window | VoiTable | None:
    """Return the window that the viewer begins with; the slices that say it are read."""
    run_job(fill_for_window(volume, reading))
    return choose_voi(volume)


def write_png(path: Path, frame: NDArray[np.uint8]) -> None:
    """Write an 8-bit frame, grey [row, column] or RGB [row, column, 3], as PNG. Raises `Refusal` (WRITE)."""
    write_whole(path, encode_png(frame))


def write_npy(path: Path, values: NDArray[np.float32]) -> None:
    """Write an array as .npy, C order, under exactly this name. Raises `Refusal` (WRITE)."""
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(values), allow_pickle=False)
    write_whole(path, buffer.getvalue())


def find_slice(request: SliceRequest, reading: Reading) -> tuple[Scan, Volume, Slice]:
    """Return the slice that was asked for, and what was scanned for it. Raises `Refusal` if there is none."""
    found = run_job(scan((request.path,), reading))
    if not found.series:
        raise why_nothing_opened(found.ledger)
    series = find_series(found, request.series)
    read_from = (frame.source.path for frame in series.frames)
    if request.out.exists() and any(path.exists() and path.samefile(request.out) for path in read_from):
        raise Refusal(Code.WRITE, "The file to write is one of the files that were opened; they are never changed.")
    volume = allocate(series, reading)
    number = request.slice if isinstance(request.slice, int) else None
    return found, volume, read_plane(volume, reading, request, number)


def slice_outcome(request: SliceRequest, found: Scan, slice_: Slice, **more: Any) -> CommandOutcome:
    """Return the answer of a command that wrote a slice, and what was skipped on the way."""
    document = {
        "out": str(request.out),
        "series": request.series,
        "slice": slice_.index,
        "phase": slice_.phase,
        "plane": slice_.plane.value,
        "oblique": request.oblique,
        "slab": None if request.slab is None else {"millimetres": request.slab[0], "projection": request.slab[1]},
        "interpolated": slice_.is_interpolated,
        "rows": slice_.stored.shape[0],
        "columns": slice_.stored.shape[1],
        **more,
        "skipped": skipped_rows(found.ledger.skipped),
    }
    return CommandOutcome(document, (f"slice {slice_.index} of {slice_.count}: {request.out}",), found.ledger.skipped)


def render(request: RenderRequest, reading: Reading) -> CommandOutcome:
    """Write the 8-bit frame of a slice, composed as the viewer's, as PNG."""
    found, volume, slice_ = find_slice(request, reading)
    voi = (
        requested_window(request.window, is_colour=slice_.is_colour)
        if request.window is not None
        else read_initial_voi(volume, reading)
    )
    frame = draw_graphics(draw_frame(slice_, voi), slice_)
    write_png(request.out, frame)
    window = (voi.centre, voi.width) if isinstance(voi, Window) else None
    return replace(slice_outcome(request, found, slice_, window=window), warnings=_warnings(request, slice_))


def _warnings(request: RenderRequest, slice_: Slice) -> tuple[str, ...]:
    """Return what a person should know of the frame that was written."""
    unused = "Colour pictures have no window; --window was not used."
    burned = "Text is burned into these pixels and may name the patient; it is in the written picture too."
    return (
        *((unused,) if request.window and slice_.is_colour else ()),
        *((burned,) if slice_.series.acquisition.burned_in else ()),
    )


def requested_window(window: tuple[float, float] | None, *, is_colour: bool) -> Window | None:
    """Return the window of the command line; LINEAR is defined from width 1 upward only (PS3.3 C.11.2.1.2)."""
    if window is None or is_colour:
        return None
    centre, width = window
    return Window(centre, width, VoiFunction.LINEAR if width >= 1 else VoiFunction.LINEAR_EXACT)


def values(request: SliceRequest, reading: Reading) -> CommandOutcome:
    """Write the modality values of a slice as float32 .npy."""
    found, _, slice_ = find_slice(request, reading)
    write_npy(request.out, slice_.values)
    return slice_outcome(request, found, slice_)
