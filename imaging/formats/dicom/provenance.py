"""The source of each fact about one frame of a DICOM file, element by element, by the same readers that used them."""

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.files.sources import open_source
from imaging.formats.dicom.dataset.elements import Elements, silence_warnings
from imaging.formats.dicom.dataset.parser import open_dataset, syntax_name
from imaging.formats.dicom.luts import rescale_of, windows_of
from imaging.formats.dicom.patient_and_acquisition import edges_of, plane_spacing, regions_of
from imaging.formats.dicom.pixels.pixel_module import PixelLayout
from imaging.formats.dicom.slice_geometry import orientation_of, position_of
from imaging.volume.facts import Reason, Topic, axes_text, depth_text, rescale_text, spacing_text, window_reason
from imaging.volume.series import ModalityTable, Series, StoredFrame

_STATED = "the file's first bytes; the file names no transfer syntax"
_PER_FRAME, _SHARED = "PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"
_ORDER_IN_PLACE = (
    "at one place by temporal position, acquisition and reference time, trigger time, b-value, dimension indices, "
    "acquisition and instance number"
)


class _FrameElements:
    """The data set of a file, and the functional groups of one of its frames."""

    def __init__(self, elements: Elements, index: int) -> None:
        self.elements = elements
        per_frame = elements.items(_PER_FRAME)
        own = per_frame[index] if index < len(per_frame) else None
        shared = elements.item(_SHARED)
        named = f"functional groups of frame {index + 1}"
        self._groups = [
            (level, name) for level, name in ((own, named), (shared, "functional groups shared by all frames")) if level
        ]

    def group(self, sequence: str) -> tuple[Elements, str] | None:
        """Return the item of a functional group and the words for its level; a frame's own before the shared one."""
        for level, name in self._groups:
            found = level.item(sequence)
            if found is not None:
                return found, name
        return None


def reasons(series: Series, frame: StoredFrame, policy: ReadingPolicy) -> tuple[Reason, ...]:
    """Return what shaped one frame. Raises `Refusal`: those of `open_source`, HEADER if it cannot be parsed now."""
    with open_source(frame.source, policy) as stream, silence_warnings():
        try:
            opened = open_dataset(stream, policy, frame.source.name)
            header = _FrameElements(opened.elements, frame.index)
            return (
                Reason(Topic.FORMAT, "DICOM", "the mark DICM at byte 128" if opened.is_part10 else "its elements"),
                _syntax(opened.transfer_syntax),
                *_samples(header.elements),
                *_values(series, frame, header),
                window_reason(series, frame, _window_source(frame, header)),
                *_padding(series, header.elements),
                _pixel_spacing(series, header),
                _slice_spacing(series, header, is_tile=_is_tile(frame)),
                _orientation(series, header),
                _order(series, header, is_tile=_is_tile(frame)),
                *_drawings(frame),
            )
        except Refusal:
            raise
        except Exception:
            # Whatever pydicom trips over in a file that was changed since; its text may quote the patient.
            raise Refusal(Code.HEADER) from None


def _syntax(uid: str) -> Reason:
    if not uid:
        return Reason(Topic.TRANSFER_SYNTAX, "not stated, read as uncompressed", _STATED)
    return Reason(Topic.TRANSFER_SYNTAX, f"{syntax_name(uid)} ({uid})", "(0002,0010) Transfer Syntax UID")


def _samples(elements: Elements) -> tuple[Reason, ...]:
    allocated, stored = elements.integer("BitsAllocated"), elements.integer("BitsStored")
    sign = "signed" if elements.integer("PixelRepresentation") else "unsigned"
    depth = f"{stored} of {allocated} bits, {sign}" if allocated and stored else "floating point"
    photometric = elements.text("PhotometricInterpretation") or "not stated"
    return (
        Reason(Topic.SAMPLES, depth, "(0028,0100) Bits Allocated, (0028,0101) Bits Stored, (0028,0103) Representation"),
        Reason(Topic.COLOUR, photometric, "(0028,0004) Photometric Interpretation"),
    )


def _values(series: Series, frame: StoredFrame, header: _FrameElements) -> tuple[Reason, ...]:
    if series.channels == 3:
        return (Reason(Topic.VALUES, "colours as they are", "a rescale has no meaning for colour"),)
    units = series.units or "not stated"
    return (
        Reason(Topic.VALUES, rescale_text(frame), _rescale_source(frame, header)),
        Reason(Topic.UNITS, units, _units_source(series, header.elements)),
    )


def _rescale_source(frame: StoredFrame, header: _FrameElements) -> str:
    transformation = header.group("PixelValueTransformationSequence")
    if transformation is not None and rescale_of(transformation[0]) is not None:
        return f"(0028,9145) Pixel Value Transformation in the {transformation[1]}"
    if isinstance(frame.modality, ModalityTable):
        return "(0028,3000) Modality LUT Sequence"
    if rescale_of(header.elements) is not None:
        return "(0028,1053) Rescale Slope, (0028,1052) Rescale Intercept"
    if header.elements.number("DoseGridScaling"):
        return "(3004,000E) Dose Grid Scaling"
    return "the file names no rescale"


def _units_source(series: Series, elements: Elements) -> str:
    if series.units is None:
        return "the file names no unit"
    if series.modality == "PT":
        decay = elements.text("DecayCorrection")
        return "(0054,1001) Units" + (f"; (0054,1102) Decay Correction {decay}" if decay else "")
    if series.modality == "RTDOSE":
        return "(3004,0002) Dose Units"
    named = elements.text("RescaleType")
    return (
        "(0028,1054) Rescale Type"
        if named
        else "CT with a rescale and no Rescale Type (PS3.3 C.8.2.1.1.2), or per frame"
    )


def _window_source(frame: StoredFrame, header: _FrameElements) -> str:
    voi = header.group("FrameVOILUTSequence")
    if voi is not None and windows_of(voi[0], frame.modality, False):
        return f"(0028,9132) Frame VOI LUT in the {voi[1]}"
    if header.elements.items("VOILUTSequence"):
        return "(0028,3010) VOI LUT Sequence"
    if not frame.windows:
        return "the series' middle slice, since this one has no window"
    return "(0028,1050) Window Center, (0028,1051) Window Width"


def _padding(series: Series, elements: Elements) -> tuple[Reason, ...]:
    pad = series.padding
    if pad is None:
        return ()
    text = f"{pad.low:g}" if pad.low == pad.high else f"{pad.low:g} to {pad.high:g}"
    limit = ", (0028,0121) Range Limit" if "PixelPaddingRangeLimit" in elements else ""
    return (Reason(Topic.PADDING, f"stored {text} is no picture", f"(0028,0120) Pixel Padding Value{limit}"),)


def _pixel_spacing(series: Series, header: _FrameElements) -> Reason:
    if series.pixel_spacing is None:
        regions = regions_of(header.elements)
        if regions:
            lengths = "; ".join(f"region {number}: {spacing_text(one)}" for number, one in enumerate(regions, start=1))
            source = "(0018,6011) Sequence of Ultrasound Regions"
            return Reason(Topic.PIXEL_SPACING, f"unknown for the picture as a whole; {lengths}", source)
        aspect = "" if series.pixel_aspect == 1.0 else f"; pixels {series.pixel_aspect:g} times as high as wide"
        return Reason(Topic.PIXEL_SPACING, f"unknown{aspect}", "no usable spacing in the file")
    text = spacing_text(series.pixel_spacing)
    measures = header.group("PixelMeasuresSequence")
    if measures is not None and measures[0].vector("PixelSpacing", 2) is not None:
        return Reason(Topic.PIXEL_SPACING, text, f"(0028,9110) Pixel Measures in the {measures[1]}")
    _, kind = plane_spacing(header.elements, series.modality)
    if kind == "mm at detector":
        source = "(0018,1164) Imager Pixel Spacing: at the detector, so lengths in the body are smaller"
        return Reason(Topic.PIXEL_SPACING, text, source)
    return Reason(Topic.PIXEL_SPACING, text, "(0028,0030) Pixel Spacing")


def _is_tile(frame: StoredFrame) -> bool:
    """True for a slice of a mosaic."""
    return isinstance(frame.layout, PixelLayout) and frame.layout.tiles is not None


def _slice_spacing(series: Series, header: _FrameElements, *, is_tile: bool) -> Reason:
    text = depth_text(series)
    if is_tile:
        stated = header.elements.number("SpacingBetweenSlices")
        source = "(0018,0088) Spacing Between Slices" if stated else "(0018,0050) Slice Thickness"
        return Reason(Topic.SLICE_SPACING, text, f"{source}, as the slices lie in one picture (a mosaic)")
    if text == "unknown":
        return Reason(Topic.SLICE_SPACING, text, "too few positions, and no thickness for a single slice")
    if series.slices == 1:
        return Reason(Topic.SLICE_SPACING, text, "(0018,0050) Slice Thickness, as there is one slice")
    stated = header.elements.number("SpacingBetweenSlices")
    unused = "" if stated is None else f"; (0018,0088) Spacing Between Slices says {stated:g} and is not used"
    return Reason(Topic.SLICE_SPACING, text, f"distances of the slices' Image Position (Patient){unused}")


def _orientation(series: Series, header: _FrameElements) -> Reason:
    group = header.group("PlaneOrientationSequence")
    if group is not None and orientation_of(group[0]) is not None:
        return Reason(Topic.ORIENTATION, axes_text(series), f"(0020,9116) Plane Orientation in the {group[1]}")
    if orientation_of(header.elements) is not None:
        return Reason(Topic.ORIENTATION, axes_text(series), "(0020,0037) Image Orientation (Patient)")
    if orientation_of(header.elements.item("DetectorInformationSequence")) is not None:
        return Reason(Topic.ORIENTATION, axes_text(series), "(0054,0022) Detector Information")
    edges = edges_of(header.elements)
    if edges is not None:
        text = f"letters only: rows grow toward {edges[0]}, columns toward {edges[1]}"
        return Reason(Topic.ORIENTATION, text, "(0020,0020) Patient Orientation")
    return Reason(Topic.ORIENTATION, axes_text(series), "the file does not say how the slice lies in the patient")


def _order(series: Series, header: _FrameElements, *, is_tile: bool) -> Reason:
    if is_tile:
        text = "by place in the mosaic, along the normal of the slices"
        return Reason(Topic.ORDER, text, f"Slice Normal Vector of the private header (0029,xx10); {_ORDER_IN_PLACE}")
    located = position_of(header.elements) or (
        (group := header.group("PlanePositionSequence")) is not None and position_of(group[0])
    )
    by_place = bool(located) and series.affine is not None
    if not by_place:
        return Reason(Topic.ORDER, "by number", "(0020,0013) Instance Number, then the number of the frame")
    text = "by position along the normal of the slices"
    return Reason(Topic.ORDER, text, f"Image Position (Patient); {_ORDER_IN_PLACE}")


def _drawings(frame: StoredFrame) -> tuple[Reason, ...]:
    if not frame.overlays:
        return ()
    count = len(frame.overlays)
    text = f"{count} overlay{'s' if count > 1 else ''}, drawn over the picture, not part of its values"
    return (Reason(Topic.DRAWINGS, text, "(60xx,3000) Overlay Data"),)
