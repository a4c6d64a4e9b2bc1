"""Facts about a slice in words: the topics of provenance, one `Reason` each, and sentences that every reader needs."""

from dataclasses import dataclass
from enum import StrEnum

from imaging.volume.series import Rescale, Series, StoredFrame
from imaging.volume.windowing import VoiTable


class Topic(StrEnum):
    """The topic of a reason, in the order of the list; the names stand in `inspect --why`."""

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


TITLES = {topic: topic.value.replace("_", " ").capitalize() for topic in Topic}
TITLES |= {
    Topic.SAMPLES: "Stored samples",
    Topic.COLOUR: "Grey or colour",
    Topic.VALUES: "Stored to shown value",
    Topic.WINDOW: "Window to begin with",
    Topic.ORDER: "Order of slices",
    Topic.DRAWINGS: "Drawings in the file",
}


@dataclass(frozen=True)
class Reason:
    """One fact: what it is about, what it came to, and the element, header field or rule that it comes from."""

    topic: Topic
    value: str
    source: str


def rescale_text(frame: StoredFrame) -> str:
    """Return the mapping of stored to modality values in words."""
    modality = frame.modality
    if not isinstance(modality, Rescale):
        return f"a table of {len(modality.entries)} entries from {modality.first}"
    if modality == Rescale():
        return "stored values as they are"
    sign = "−" if modality.intercept < 0 else "+"
    return f"stored × {modality.slope:g} {sign} {abs(modality.intercept):g}"


def window_reason(series: Series, frame: StoredFrame, source: str) -> Reason:
    """Return the window that the slice begins with; `source` names the origin of the file's own windows."""
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
    named = f" ({first.explanation})" if first.explanation else ""
    if isinstance(first, VoiTable):
        return Reason(Topic.WINDOW, f"a table of {len(first.entries)} entries from {first.first}{named}", source + more)
    text = f"centre {first.centre:g}, width {first.width:g}, {first.function.value}{named}"
    return Reason(Topic.WINDOW, text, source + more)


def spacing_text(pair: tuple[float, float]) -> str:
    """Return the millimetres between rows and between columns in words."""
    return f"{pair[0]:.4g} mm between rows, {pair[1]:.4g} mm between columns"


def axes_text(series: Series) -> str:
    """Return the plane, and the directions in which slice, row and column numbers grow."""
    if series.axes is None:
        return "unknown"
    plane = series.orientation or "by letters alone"
    return f"{plane}: slices toward {series.axes[0]}, rows {series.axes[1]}, columns {series.axes[2]}"


def depth_text(series: Series) -> str:
    """Return the millimetres between neighbouring slices in words."""
    if series.spacing is None or not series.depth_known:
        return "unknown"
    return f"{series.spacing[0]:.4g} mm"
