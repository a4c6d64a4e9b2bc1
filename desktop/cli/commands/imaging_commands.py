"""`inspect`, `render` and `values`: what the files hold, a slice as the viewer shows it, a slice as numbers."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from desktop.cli.files import write_npy, write_png
from desktop.cli.opening import first_voi, nothing_opened, open_series, read_slice, scanned, series_numbered
from desktop.cli.output import CommandOutcome, file_counts, skipped_rows
from desktop.cli.parser import InspectRequest, RenderRequest, SliceRequest
from desktop.render.frame import grey_frame, with_graphics
from imaging.base.errors import Code, Refusal
from imaging.load import allocate
from imaging.provenance import reasons
from imaging.scan import Scan
from imaging.volume.facts import TITLES, Topic
from imaging.volume.geometry import Plane
from imaging.volume.series import Series, middle_of
from imaging.volume.volume import Slice, Volume
from imaging.volume.windowing import VoiFunction, Window


def inspect(request: InspectRequest) -> CommandOutcome:
    """The series and the ledger of what was named."""
    found = scanned(request.paths)
    document = {
        "version": 1,
        "series": [
            {**_series_row(number, series), **(_why_row(series) if request.why else {})}
            for number, series in enumerate(found.series)
        ],
        "skipped": skipped_rows(found.ledger.skipped),
        "files": file_counts(found.ledger),
    }
    lines = []
    for number, series in enumerate(found.series):
        lines += _series_lines(number, series)
        lines += _why_lines(series) if request.why else []
    lines.append(f"{found.ledger.seen} seen, {found.ledger.sentence()}")
    return CommandOutcome(
        document, lines, found.ledger.skipped, error=None if found.series else nothing_opened(found.ledger)
    )


def render(request: RenderRequest) -> CommandOutcome:
    """The 8-bit frame of a slice, composed by what composes the viewer's, written as PNG."""
    found, volume, slice_ = _wanted(request)
    voi = _window_given(request, slice_) if request.window is not None else first_voi(volume)
    frame = with_graphics(grey_frame(slice_, voi), slice_)
    write_png(request.out, frame)
    window = (voi.centre, voi.width) if isinstance(voi, Window) else None
    return replace(_written(request, found, slice_, window=window), warnings=_told(request, slice_))


def _told(request: RenderRequest, slice_: Slice) -> tuple[str, ...]:
    """What a person should know of the frame that was written."""
    unused = "Colour pictures have no window; --window was not used."
    burned = "Text is burned into these pixels and may name the patient; it is in the written picture too."
    return (
        *((unused,) if request.window and slice_.is_colour else ()),
        *((burned,) if slice_.series.acquisition.burned_in else ()),
    )


def values(request: SliceRequest) -> CommandOutcome:
    """The modality values of a slice, written as float32 .npy."""
    found, _, slice_ = _wanted(request)
    write_npy(request.out, slice_.values)
    return _written(request, found, slice_)


def _wanted(request: SliceRequest) -> tuple[Scan, Volume, Slice]:
    """The slice that was asked for, and where it was found. Raises `Refusal` where there is none to be had."""
    found = open_series((request.path,))
    series = series_numbered(found, request.series)
    _spare_the_sources(request.out, series)
    volume = allocate(series)
    plane = Plane(request.plane)
    index = request.slice if isinstance(request.slice, int) else middle_of(volume.count(plane))
    return found, volume, read_slice(volume, plane, index, request.phase)


def _window_given(request: RenderRequest, slice_: Slice) -> Window | None:
    """The window of the command line; LINEAR is defined from width 1 upward only (PS3.3 C.11.2.1.2)."""
    if request.window is None or slice_.is_colour:
        return None
    centre, width = request.window
    return Window(centre, width, VoiFunction.LINEAR if width >= 1 else VoiFunction.LINEAR_EXACT)


def _spare_the_sources(out: Path, series: Series) -> None:
    """Refuse to write over a file that the series was read from."""
    if out.exists() and any(frame.source.path.samefile(out) for frame in series.frames if frame.source.path.exists()):
        raise Refusal(Code.WRITE, "The file to write is one of the files that were opened; they are never changed.")


def _written(request: SliceRequest, found: Scan, slice_: Slice, **more: Any) -> CommandOutcome:
    """What was written where, and what was skipped on the way."""
    document = {
        "version": 1,
        "out": str(request.out),
        "series": request.series,
        "slice": slice_.index,
        "phase": slice_.phase,
        "plane": slice_.plane.value,
        "rows": slice_.stored.shape[0],
        "columns": slice_.stored.shape[1],
        **more,
        "skipped": skipped_rows(found.ledger.skipped),
    }
    return CommandOutcome(document, (f"slice {slice_.index} of {slice_.count}: {request.out}",), found.ledger.skipped)


def _series_row(number: int, series: Series) -> dict[str, Any]:
    window = _first_linear_window(series)
    return {
        "index": number,
        "id": series.id,
        "format": series.format.value,
        "modality": series.modality,
        "description": series.description,
        "slices": series.slices,
        "phases": series.phases,
        "rows": series.rows,
        "columns": series.columns,
        "channels": series.channels,
        "spacing_mm": _spacing_row(series),
        "orientation": series.orientation,
        "axes": series.axes,
        "window": None if window is None else (window.centre, window.width),
        "units": series.units,
        "notes": series.notes,
    }


def _why_row(series: Series) -> dict[str, Any]:
    """Where the facts about the middle slice come from, or why that cannot be told any more."""
    try:
        told: dict[str, Any] = {
            "reasons": [
                {"topic": reason.topic.value, "value": reason.value, "source": reason.source}
                for reason in reasons(series, index=series.middle)
            ]
        }
    except Refusal as refusal:
        told = {"reasons": [], "error": {"code": refusal.code.value, "message": refusal.message}}
    return {"why": {"slice": series.middle, "phase": 0, **told}}


def _why_lines(series: Series) -> list[str]:
    """The same for a person, one line a fact; notes stand among the series' own lines already."""
    try:
        told = [reason for reason in reasons(series, index=series.middle) if reason.topic is not Topic.NOTE]
    except Refusal as refusal:
        return [f"   why: {refusal.message} ({refusal.code.value})"]
    return [f"   {TITLES[reason.topic]}: {reason.value}  [{reason.source}]" for reason in told]


def _spacing_row(series: Series) -> tuple[float | None, float, float] | None:
    """Millimetres along (slice, row, column); None in the place of a slice's depth that the file does not tell."""
    if series.spacing is None or series.depth_known:
        return series.spacing
    return (None, *series.spacing[1:])


def _first_linear_window(series: Series) -> Window | None:
    """The first window of the middle slice that a (centre, width) pair describes; None where the file has none."""
    linear = (VoiFunction.LINEAR, VoiFunction.LINEAR_EXACT)
    windows = (voi for voi in series.file_windows if isinstance(voi, Window))
    return next((window for window in windows if window.function in linear), None)


def _series_lines(number: int, series: Series) -> list[str]:
    """A series for a person: one line of facts, one for each note."""
    facts = [f"{number}: {series.modality or series.format.value}", f"{series.columns} x {series.rows}"]
    facts.append(f"{series.slices} slice{'s' if series.slices != 1 else ''}")
    if series.phases > 1:
        facts.append(f"{series.phases} phases")
    if series.channels == 3:
        facts.append("colour")
    if series.orientation and series.axes:
        facts.append(f"{series.orientation} ({''.join(series.axes)})")
    if series.spacing:
        known = series.spacing if series.depth_known else series.spacing[1:]
        facts.append(" x ".join(f"{step:.4g}" for step in known) + " mm")
    if series.description:
        facts.append(series.description)
    return [", ".join(facts), *(f"   note: {note}" for note in series.notes)]
