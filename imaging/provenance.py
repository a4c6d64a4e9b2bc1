"""Why a slice looks as it does: each fact that shapes the picture, its value, and where in the file it was taken from.

Asked for one slice at a time, so the reader looks at that slice's file again instead of every header carrying this.
"""

from dataclasses import dataclass
from enum import StrEnum

from imaging import remote_read
from imaging.base.errors import Code, Refusal
from imaging.formats import Access, reader_for
from imaging.remote_read import access
from imaging.volume.series import Rescale, Series, StoredFrame
from imaging.volume.windowing import VoiTable, Window


class Topic(StrEnum):
    """What a reason is about, in the order in which they are listed; the names stand in `inspect --why`."""

    FORMAT = "format"
    TRANSFER_SYNTAX = "transfer_syntax"
    SAMPLES = "samples"
    COLOUR = "colour"
    VALUES = "values"
    UNITS = "units"
    WINDOW = "window"
    PADDING = "padding"
    PIXEL_SPACING = "pixel_spacing"
    SLICE_SPACING = "slice_spacing"
    ORIENTATION = "orientation"
    ORDER = "order"
    DRAWINGS = "drawings"
    NOTE = "note"


TITLES: dict[Topic, str] = {
    Topic.FORMAT: "Format",
    Topic.TRANSFER_SYNTAX: "Transfer syntax",
    Topic.SAMPLES: "Stored samples",
    Topic.COLOUR: "Grey or colour",
    Topic.VALUES: "Stored to shown value",
    Topic.UNITS: "Units",
    Topic.WINDOW: "Window to begin with",
    Topic.PADDING: "Padding",
    Topic.PIXEL_SPACING: "Pixel spacing",
    Topic.SLICE_SPACING: "Slice spacing",
    Topic.ORIENTATION: "Orientation",
    Topic.ORDER: "Order of slices",
    Topic.DRAWINGS: "Drawings in the file",
    Topic.NOTE: "Note",
}


@dataclass(frozen=True)
class Reason:
    """One fact: what it is about, what it came to, and the element, header field or rule that it comes from."""

    topic: Topic
    value: str
    source: str


def reasons(series: Series, *, index: int, phase: int = 0) -> tuple[Reason, ...]:
    """Everything that shaped the slice `index` of `phase`, counted as acquired; the series' notes come last.

    Reads the header of the slice's file. Raises `Refusal`: OUT_OF_RANGE, and those of the format's `read_header` where
    the file is no longer there or was changed.
    """
    if not (0 <= index < series.slices and 0 <= phase < series.phases):
        raise Refusal(Code.OUT_OF_RANGE)
    frame = series.frame(phase, index)
    here = access(series, frame) is Access.PLAIN
    own: tuple[Reason, ...] = (reader_for(series.format) if here else remote_read).reasons(series, frame)
    notes = tuple(Reason(Topic.NOTE, note, "what the files of this series say together") for note in series.notes)
    order = list(Topic)
    return (*sorted(own, key=lambda reason: order.index(reason.topic)), *notes)


# --- sentences that every reader needs ---


def rescale_text(frame: StoredFrame) -> str:
    """The mapping of stored to modality values in words."""
    modality = frame.modality
    if not isinstance(modality, Rescale):
        return f"a table of {len(modality.entries)} entries from {modality.first}"
    if modality == Rescale():
        return "stored values as they are"
    sign = "−" if modality.intercept < 0 else "+"
    return f"stored × {modality.slope:g} {sign} {abs(modality.intercept):g}"


def window_reason(series: Series, frame: StoredFrame, source: str) -> Reason:
    """The window that the slice begins with; `source` tells where the file's own ones come from."""
    windows = frame.windows or series.file_windows
    if series.channels == 3:
        return Reason(Topic.WINDOW, "none", "colour pictures have no window")
    if not windows:
        rule = (
            "the file has no window: the 0.5 and 99.5 percentile of the first slice from the middle that is not empty"
        )
        return Reason(Topic.WINDOW, "automatic", rule)
    first = windows[0]
    more = f", the first of {len(windows)}" if len(windows) > 1 else ""
    if isinstance(first, VoiTable):
        named = f" ({first.explanation})" if first.explanation else ""
        return Reason(Topic.WINDOW, f"a table of {len(first.entries)} entries from {first.first}{named}", source + more)
    return Reason(Topic.WINDOW, _window_text(first), source + more)


def _window_text(window: Window) -> str:
    named = f" ({window.explanation})" if window.explanation else ""
    return f"centre {window.centre:g}, width {window.width:g}, {window.function.value}{named}"


def spacing_text(pair: tuple[float, float]) -> str:
    """Millimetres between rows and between columns."""
    return f"{pair[0]:.4g} mm between rows, {pair[1]:.4g} mm between columns"


def axes_text(series: Series) -> str:
    """Where slice, row and column numbers grow to, and the plane."""
    if series.axes is None:
        return "unknown"
    return f"{series.orientation}: slices toward {series.axes[0]}, rows {series.axes[1]}, columns {series.axes[2]}"


def depth_text(series: Series) -> str:
    """Millimetres between neighbouring slices."""
    if series.spacing is None or not series.depth_known:
        return "unknown"
    return f"{series.spacing[0]:.4g} mm"
