"""Facts about a slice in words: the topics of provenance, one `Reason` each, and sentences that every reader needs."""

from dataclasses import dataclass
from enum import StrEnum

from imaging.base.english import Text, english, join_english
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
    Topic.SAMPLES: english("Stored samples"),
    Topic.COLOUR: english("Grey or colour"),
    Topic.VALUES: english("Stored to shown value"),
    Topic.WINDOW: english("Window to begin with"),
    Topic.ORDER: english("Order of slices"),
    Topic.DRAWINGS: english("Drawings in the file"),
}


@dataclass(frozen=True)
class Reason:
    """One fact: what it is about, what it came to, and the element, header field or rule that it comes from."""

    topic: Topic
    value: str
    source: str


def rescale_text(frame: StoredFrame) -> Text:
    """Return the mapping of stored to modality values in words."""
    modality = frame.modality
    if not isinstance(modality, Rescale):
        return english("a table of {entries} entries from {first}", entries=len(modality.entries), first=modality.first)
    if modality == Rescale():
        return english("stored values as they are")
    sign = "−" if modality.intercept < 0 else "+"
    return english(
        "stored × {slope:g} {sign} {intercept:g}", slope=modality.slope, sign=sign, intercept=abs(modality.intercept)
    )


def window_reason(series: Series, frame: StoredFrame, source: str) -> Reason:
    """Return the window that the slice begins with; `source` names the origin of the file's own windows."""
    windows = frame.windows or series.file_windows
    if series.channels == 3:
        return Reason(Topic.WINDOW, english("none"), english("colour pictures have no window"))
    if not windows:
        rule = english(
            "the file has no window: the 0.5 and 99.5 percentile of the first slice from the middle that is not empty"
        )
        return Reason(Topic.WINDOW, english("automatic"), rule)
    first = windows[0]
    more = english(", the first of {windows}", windows=len(windows)) if len(windows) > 1 else ""
    named = f" ({first.explanation})" if first.explanation else ""
    if isinstance(first, VoiTable):
        return Reason(
            Topic.WINDOW,
            english(
                "a table of {entries} entries from {first}{named}",
                entries=len(first.entries),
                first=first.first,
                named=named,
            ),
            join_english("", (source, more)),
        )
    text = english(
        "centre {centre:g}, width {width:g}, {value}{named}",
        centre=first.centre,
        width=first.width,
        value=first.function.value,
        named=named,
    )
    return Reason(Topic.WINDOW, text, join_english("", (source, more)))


def spacing_text(pair: tuple[float, float]) -> Text:
    """Return the millimetres between rows and between columns in words."""
    return english("{pair:.4g} mm between rows, {pair_2:.4g} mm between columns", pair=pair[0], pair_2=pair[1])


def axes_text(series: Series) -> Text:
    """Return the plane, and the directions in which slice, row and column numbers grow."""
    if series.axes is None:
        return english("unknown")
    plane = Text(series.orientation) if series.orientation else english("by letters alone")
    return english(
        "{plane}: slices toward {axes}, rows {axes_2}, columns {axes_3}",
        plane=plane,
        axes=series.axes[0],
        axes_2=series.axes[1],
        axes_3=series.axes[2],
    )


def depth_text(series: Series) -> Text:
    """Return the millimetres between neighbouring slices in words."""
    if series.spacing is None or not series.depth_known:
        return english("unknown")
    return english("{spacing:.4g} mm", spacing=series.spacing[0])
