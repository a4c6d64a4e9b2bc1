"""The DICOM reader: `read_header`, `group`, `read_frames` and `reasons` as `imaging.formats.Reader` asks for.

The way of a file: `dataset.parser` parses it, `pixels.pixel_module` finds its pixels, `frame_groups`, `luts` and
`patient_and_acquisition` read what it says, `header` puts that together, `grouping` makes series of files, and
`pixels.frames` reads the frames that are wanted. Here the source of each fact is told, by the readers that used it.
"""

from collections.abc import Callable

from imaging.base.english import Text, english, join_english
from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.files.sources import open_source
from imaging.formats.dicom.dataset.elements import Elements, silence_warnings
from imaging.formats.dicom.dataset.parser import Opened, open_dataset, syntax_name
from imaging.formats.dicom.frame_groups import orientation_of
from imaging.formats.dicom.grouping import group
from imaging.formats.dicom.header import DicomHeader, read_header, read_open_header
from imaging.formats.dicom.luts import rescale_of, windows_of
from imaging.formats.dicom.patient_and_acquisition import edges_of, plane_spacing, regions_of
from imaging.formats.dicom.pixels.frames import access, read_frames, read_into
from imaging.formats.dicom.pixels.pixel_module import PixelLayout
from imaging.formats.dicom.rules import ORDERING, RULES
from imaging.formats.dicom.tag_rows import list_header
from imaging.volume.facts import Reason, Topic, axes_text, depth_text, rescale_text, spacing_text, window_reason
from imaging.volume.series import ModalityTable, Series, SpacingSource, StoredFrame

__all__ = [
    "DicomHeader",
    "access",
    "group",
    "list_header",
    "read_frames",
    "read_header",
    "read_into",
    "read_open_header",
    "reasons",
]

_Fact = tuple[str, str] | None
"""What it came to, and where it comes from; None if there is nothing to tell."""


class _FrameFacts:
    """A frame of a series, the elements of its file, and the functional groups of the frame."""

    def __init__(self, series: Series, frame: StoredFrame, opened: Opened) -> None:
        self.series, self.frame, self.opened = series, frame, opened
        self.elements = opened.elements
        self.is_tile = isinstance(frame.layout, PixelLayout) and frame.layout.tiles is not None
        per_frame = self.elements.items("PerFrameFunctionalGroupsSequence")
        own = per_frame[frame.index : frame.index + 1] if frame.index >= 0 else []
        shared = self.elements.items("SharedFunctionalGroupsSequence")[:1]
        self._levels = [(one, english("functional groups of frame {index}", index=frame.index + 1)) for one in own]
        self._levels += [(one, english("functional groups shared by all frames")) for one in shared]

    def level_of(self, sequence: str, read: Callable[[Elements], object]) -> str:
        """Return which functional groups hold a sequence, its own before the shared ones; empty if it reads as none."""
        for level, name in self._levels:
            if (item := level.item(sequence)) is not None:
                return name if read(item) else ""
        return ""


def reasons(series: Series, frame: StoredFrame, policy: ReadingPolicy) -> tuple[Reason, ...]:
    """Return what shaped one frame. Raises `Refusal`: those of `open_source`, HEADER if it cannot be parsed now."""
    with open_source(frame.source, policy) as stream, silence_warnings():
        try:
            facts = _FrameFacts(series, frame, open_dataset(stream, policy, frame.source.name))
            told = [Reason(topic, *fact) for topic, tell in _FACTS.items() if (fact := tell(facts)) is not None]
            return (*told, window_reason(series, frame, _window_source(facts)))
        except Refusal:
            raise
        except Exception:
            # Whatever pydicom trips over in a file that was changed since; its text may quote the patient.
            raise Refusal(Code.HEADER) from None


def _syntax(facts: _FrameFacts) -> _Fact:
    uid = facts.opened.transfer_syntax
    if not uid:
        return english("not stated, read as uncompressed"), english(
            "the file's first bytes; the file names no transfer syntax"
        )
    return f"{syntax_name(uid)} ({uid})", "(0002,0010) Transfer Syntax UID"


def _samples(facts: _FrameFacts) -> _Fact:
    allocated, stored = facts.elements.integer("BitsAllocated"), facts.elements.integer("BitsStored")
    sign = english("signed") if facts.elements.integer("PixelRepresentation") else english("unsigned")
    depth = (
        english("{stored} of {allocated} bits, {sign}", stored=stored, allocated=allocated, sign=sign)
        if allocated and stored
        else english("floating point")
    )
    return depth, "(0028,0100) Bits Allocated, (0028,0101) Bits Stored, (0028,0103) Representation"


def _values(facts: _FrameFacts) -> _Fact:
    if facts.series.channels == 3:
        return english("colours as they are"), english("a rescale has no meaning for colour")
    source: str
    if level := facts.level_of("PixelValueTransformationSequence", rescale_of):
        source = english("(0028,9145) Pixel Value Transformation in the {level}", level=level)
    elif isinstance(facts.frame.modality, ModalityTable):
        source = "(0028,3000) Modality LUT Sequence"
    elif rescale_of(facts.elements) is not None:
        source = "(0028,1053) Rescale Slope, (0028,1052) Rescale Intercept"
    elif facts.elements.number("DoseGridScaling"):
        source = "(3004,000E) Dose Grid Scaling"
    else:
        source = english("the file names no rescale")
    return rescale_text(facts.frame), source


def _units(facts: _FrameFacts) -> _Fact:
    series = facts.series
    if series.channels == 3:
        return None
    if series.units is None:
        return english("not stated"), english("the file names no unit")
    if series.modality == "PT":
        decay = facts.elements.text("DecayCorrection")
        return series.units, "(0054,1001) Units" + (
            english("; (0054,1102) Decay Correction {decay}", decay=decay) if decay else ""
        )
    if series.modality == "RTDOSE":
        return series.units, "(3004,0002) Dose Units"
    unnamed = english("CT with a rescale and no Rescale Type (PS3.3 C.8.2.1.1.2), or per frame")
    return series.units, "(0028,1054) Rescale Type" if facts.elements.text("RescaleType") else unnamed


def _window_source(facts: _FrameFacts) -> str:
    if level := facts.level_of("FrameVOILUTSequence", lambda item: windows_of(item, facts.frame.modality, False)):
        return english("(0028,9132) Frame VOI LUT in the {level}", level=level)
    if facts.elements.items("VOILUTSequence"):
        return "(0028,3010) VOI LUT Sequence"
    if not facts.frame.windows:
        return english("the series' middle slice, since this one has no window")
    return "(0028,1050) Window Center, (0028,1051) Window Width"


def _padding(facts: _FrameFacts) -> _Fact:
    pad = facts.series.padding
    if pad is None:
        return None
    text = f"{pad.low:g}" if pad.low == pad.high else english("{low:g} to {high:g}", low=pad.low, high=pad.high)
    limit = english(", (0028,0121) Range Limit") if "PixelPaddingRangeLimit" in facts.elements else ""
    return english("stored {text} is no picture", text=text), english(
        "(0028,0120) Pixel Padding Value{limit}", limit=limit
    )


def _pixel_spacing(facts: _FrameFacts) -> _Fact:
    series = facts.series
    if series.pixel_spacing is None:
        regions = [one.spacing for one in regions_of(facts.elements) if one.spacing is not None]
        if regions:
            lengths = "; ".join(
                english("region {number}: {spacing_text}", number=number, spacing_text=spacing_text(one))
                for number, one in enumerate(regions, start=1)
            )
            return english(
                "unknown for the picture as a whole; {lengths}", lengths=lengths
            ), "(0018,6011) Sequence of Ultrasound Regions"
        aspect = (
            ""
            if series.pixel_aspect == 1.0
            else english("; pixels {pixel_aspect:g} times as high as wide", pixel_aspect=series.pixel_aspect)
        )
        return english("unknown{aspect}", aspect=aspect), english("no usable spacing in the file")
    source = "(0028,0030) Pixel Spacing"
    if level := facts.level_of("PixelMeasuresSequence", lambda item: item.vector("PixelSpacing", 2)):
        source = english("(0028,9110) Pixel Measures in the {level}", level=level)
    elif plane_spacing(facts.elements, series.modality)[1] is SpacingSource.DETECTOR:
        source = english("(0018,1164) Imager Pixel Spacing: at the detector, so lengths in the body are smaller")
    return spacing_text(series.pixel_spacing), source


def _slice_spacing(facts: _FrameFacts) -> _Fact:
    text, stated = depth_text(facts.series), facts.elements.number("SpacingBetweenSlices")
    if facts.is_tile:
        source = "(0018,0088) Spacing Between Slices" if stated else "(0018,0050) Slice Thickness"
        return text, english("{source}, as the slices lie in one picture (a mosaic)", source=source)
    if text == "unknown":
        return text, english("too few positions, and no thickness for a single slice")
    if facts.series.slices == 1:
        return text, english("(0018,0050) Slice Thickness, as there is one slice")
    unused = (
        ""
        if stated is None
        else english("; (0018,0088) Spacing Between Slices says {stated:g} and is not used", stated=stated)
    )
    return text, english("distances of the slices' Image Position (Patient){unused}", unused=unused)


def _orientation(facts: _FrameFacts) -> _Fact:
    text = axes_text(facts.series)
    if level := facts.level_of("PlaneOrientationSequence", orientation_of):
        return text, english("(0020,9116) Plane Orientation in the {level}", level=level)
    if orientation_of(facts.elements) is not None:
        return text, "(0020,0037) Image Orientation (Patient)"
    if orientation_of(facts.elements.item("DetectorInformationSequence")) is not None:
        return text, "(0054,0022) Detector Information"
    if (edges := edges_of(facts.elements)) is not None:
        letters = english(
            "letters only: rows grow toward {edges}, columns toward {edges_2}", edges=edges[0], edges_2=edges[1]
        )
        return letters, "(0020,0020) Patient Orientation"
    return text, english("the file does not say how the slice lies in the patient")


def _order(facts: _FrameFacts) -> _Fact:
    phases = english("; phases by {phase_of}", phase_of=facts.series.phase_of) if facts.series.phase_of else ""
    if facts.is_tile:
        source = english("Slice Normal Vector of the private header (0029,xx10){phases}", phases=phases)
        return english("by place in the mosaic, along the normal of the slices"), source
    if facts.frame.position is None:
        rows = join_english(", ", (Text(RULES[number].name) for number in ORDERING))
        return english("by number"), english(
            "the first of {rows} that tells the slices apart, else the names of the files", rows=rows
        )
    return english("by position along the normal of the slices"), english(
        "Image Position (Patient){phases}", phases=phases
    )


def _drawings(facts: _FrameFacts) -> _Fact:
    count = len(facts.frame.overlays)
    text = english("%n overlay(s), drawn over the picture, not part of its values", "", count)
    return (text, "(60xx,3000) Overlay Data") if count else None


_FACTS: dict[Topic, Callable[[_FrameFacts], _Fact]] = {
    Topic.FORMAT: lambda facts: (
        "DICOM",
        english("the mark DICM at byte 128") if facts.opened.is_part10 else english("its elements"),
    ),
    Topic.TRANSFER_SYNTAX: _syntax,
    Topic.SAMPLES: _samples,
    Topic.COLOUR: lambda facts: (
        facts.elements.text("PhotometricInterpretation") or english("not stated"),
        "(0028,0004) Photometric Interpretation",
    ),
    Topic.VALUES: _values,
    Topic.UNITS: _units,
    Topic.PADDING: _padding,
    Topic.PIXEL_SPACING: _pixel_spacing,
    Topic.SLICE_SPACING: _slice_spacing,
    Topic.ORIENTATION: _orientation,
    Topic.ORDER: _order,
    Topic.DRAWINGS: _drawings,
}
