"""One DICOM file's header: what it is, how its pixels are stored, and its frames."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import BinaryIO

from pydicom.uid import UID

from imaging.base.english import Text, english
from imaging.base.errors import Code, Refusal, ReportRefusal, refusal_of
from imaging.base.frozen_copy import with_fields
from imaging.base.policy import ReadingPolicy
from imaging.files.sources import changed_at, open_source
from imaging.formats.dicom.dataset.elements import Elements, RawElement, silence_warnings, tag_of
from imaging.formats.dicom.dataset.parser import (
    PRIVATE_TAGS,
    REFERENCED,
    Opened,
    PixelElement,
    open_dataset,
    refuse_pixels_elsewhere,
    syntax_name,
)
from imaging.formats.dicom.dataset.structure import MOST_ELEMENTS
from imaging.formats.dicom.frame_groups import FrameHeader, orientation_of, position_of, read_frame_headers
from imaging.formats.dicom.luts import modality_of, overlays_of, padding_of, rescale_of, units_of, windows_of
from imaging.formats.dicom.mosaic import overlays_of_tiles, unfold_mosaic
from imaging.formats.dicom.patient_and_acquisition import (
    acquisition_of,
    aspect_of,
    edges_of,
    modality_notes,
    patient_of,
    plane_spacing,
    regions_of,
)
from imaging.formats.dicom.pixels.codestream import is_encapsulated, syntax_in_fragments
from imaging.formats.dicom.pixels.pixel_module import PixelLayout, fit_to_file, is_without_codec, read_layout
from imaging.formats.dicom.rules import OWN_KEYWORDS, shared_values, with_own_values
from imaging.volume.series import Acquisition, LengthRegion, OverlayPlane, Patient, Source, digest_name
from imaging.volume.windowing import PaddingRange

# What differs from slice to slice, and what a series shares does not depend on.
_OWN = frozenset(
    int(tag_of(keyword))
    for keyword in (
        "SOPInstanceUID", "ImagePositionPatient", "ContentDate", *OWN_KEYWORDS,
    )
).union(PRIVATE_TAGS)  # fmt: skip
_FACTS_OF_A_SERIES = 2
# The root of all SOP classes of structured reports (PS3.6 A.1).
_REPORTS = "1.2.840.10008.5.1.4.1.1.88."
REMEMBERED_SERIES = 64
"""How many sets of elements that slices share are kept with what was made of them."""


@dataclass(frozen=True, eq=False)
class SharedHeader:
    """The part of a header that slices of a series usually share: worth finding out once."""

    layout: PixelLayout
    notes: tuple[Text, ...]
    base: FrameHeader
    modality: str
    number: int | None
    description: str
    edges: tuple[str, str] | None
    """Patient Orientation: the letters toward which (row, column) grow."""
    padding: PaddingRange | None
    patient: Patient
    acquisition: Acquisition
    regions: tuple[LengthRegion, ...]
    """The regions of an ultrasound picture that have scales of their own."""
    units: str | None
    """The unit of modality values, if frames are rescaled as the top of the data set says."""
    is_mosaic: bool
    is_other_length: bool
    """Whether the pixels' stated length is not that of plain ones."""


@dataclass(frozen=True, eq=False)
class DicomHeader:
    """The header of one file."""

    source: Source
    shared: SharedHeader
    layout: PixelLayout
    frames: tuple[FrameHeader, ...]
    instance_uid: str
    series_uid: str
    instance_number: int
    pixel_aspect: float
    units: str | None
    notes: tuple[Text, ...]
    overlays: tuple[tuple[OverlayPlane, ...], ...]
    """The planes over each frame of the file."""
    segments: dict[int, str]
    """The labels of a segmentation's segments, by their numbers."""


def read_header(source: Source, policy: ReadingPolicy) -> DicomHeader:
    """Read a file's header, without its pixels.

    Raises `Refusal`: those of `open_source`; UNKNOWN_FORMAT; HEADER; NOT_AN_IMAGE; NO_PIXELS; TRUNCATED; UNSUPPORTED.
    """
    with open_source(source, policy) as stream:
        return read_open_header(source, stream, policy)


def read_open_header(source: Source, stream: BinaryIO, policy: ReadingPolicy, most: int = MOST_ELEMENTS) -> DicomHeader:
    """Read the header of a source that is open already, wherever its stream stands. Raises `LongHeader` too."""
    try:
        stream.seek(0)
        opened = open_dataset(stream, policy, source.name, most)
        if opened.elements.plain is not None:
            return _header(source, opened, changed_at(stream))
        with silence_warnings():
            return _header(source, opened, changed_at(stream))
    except Refusal:
        raise
    except OSError as error:
        raise (refusal_of(error) if error.errno is not None else Refusal(Code.HEADER)) from None
    except Exception:
        # Whatever pydicom trips over in a damaged header; its text may quote the patient and goes no further.
        raise Refusal(Code.HEADER) from None


def _header(source: Source, opened: Opened, changed: int) -> DicomHeader:
    elements = opened.elements
    sop_class = elements.text("SOPClassUID") or opened.meta_class
    if not opened.is_part10 and not (
        UID(sop_class).is_valid if sop_class else elements.integer("Rows") and elements.integer("Columns")
    ):
        raise Refusal(Code.UNKNOWN_FORMAT, "This is not a DICOM file.")
    if opened.pixels is None:
        raise _without_pixels(opened, sop_class)
    at, syntax, unsaid = opened.pixels, opened.transfer_syntax, None
    shared = None if at.length is None else _recalled(elements, syntax, with_fields(at, offset=0))
    if shared is None or (shared.is_other_length and is_encapsulated(opened)):
        at = with_fields(at, length=None)
        unsaid = syntax_in_fragments(opened, elements) if is_without_codec(syntax) else None
        shared = _recalled(elements, unsaid or syntax, with_fields(at, offset=0))
    layout, notes = fit_to_file(shared.layout, at.offset, opened.size, changed)
    base = _own_frame(elements, shared.base)
    frames = read_frame_headers(elements, base, layout.frames, layout.signed)
    missing: list[Text] = []
    overlays = overlays_of(elements, layout, opened.stream, missing)
    notes = (*shared.notes, *notes, *dict.fromkeys(missing))
    if shared.is_mosaic and len(frames) == 1:
        layout, frames, more = unfold_mosaic(elements, layout, base)
        notes = (*notes, *more)
        if layout.tiles is not None:
            overlays = overlays_of_tiles(overlays[0], layout.tiles)
    if len(frames) > 1 and all(frame.position is None for frame in frames) and base.position is not None:
        notes = (*notes, english("one position is given for many frames, so where each lies is unknown"))
    if unsaid is not None:
        notes = (
            *notes,
            english("the pixels are compressed ({syntax}), which the header does not say", syntax=syntax_name(unsaid)),
        )
    pixel_aspect = aspect_of(elements, frames[0].spacing)
    return DicomHeader(
        source=source,
        shared=shared,
        layout=layout,
        frames=frames,
        instance_uid=elements.text("SOPInstanceUID"),
        series_uid=_series_uid(elements, source),
        instance_number=elements.integer("InstanceNumber") or 0,
        pixel_aspect=pixel_aspect,
        units=_units(elements, shared, frames[0]),
        notes=tuple(dict.fromkeys((*notes, *elements.remarks))),
        overlays=tuple(overlays),
        segments={
            int(number): item.prose("SegmentLabel")
            for item in elements.items("SegmentSequence")
            if (number := item.integer("SegmentNumber")) is not None
        },
    )


def _recalled(elements: Elements, syntax: str, pixels: PixelElement) -> SharedHeader:
    """Return what the slices of a series share, found out once for all that do."""
    raw = elements.plain
    if raw is None:
        return _shared(elements, syntax, pixels)
    return _shared_of_raw(tuple([pair for pair in raw.items() if pair[0] not in _OWN]), syntax, pixels)


@lru_cache(maxsize=REMEMBERED_SERIES)
def _shared_of_raw(raw: tuple[tuple[int, RawElement], ...], syntax: str, pixels: PixelElement) -> SharedHeader:
    # Made from these elements alone, so that it cannot depend on one that is not part of the key.
    with silence_warnings():
        return _shared(Elements.of_raw(dict(raw)), syntax, pixels)


def _shared(elements: Elements, syntax: str, pixels: PixelElement) -> SharedHeader:
    layout, notes = read_layout(elements, syntax, pixels)
    modality = elements.text("Modality")
    spacing, source = plane_spacing(elements, modality)
    base = _base_frame(elements, layout, spacing)
    made = SharedHeader(
        layout=layout,
        notes=(*notes, *modality_notes(elements, modality)),
        base=base,
        modality=modality,
        number=elements.integer("SeriesNumber"),
        description=elements.prose("SeriesDescription"),
        edges=edges_of(elements),
        padding=padding_of(elements, layout.signed),
        patient=patient_of(elements),
        acquisition=acquisition_of(elements, syntax, source),
        regions=regions_of(elements) if modality == "US" else (),
        units=units_of(elements, modality, base.rescale_type, base.is_rescaled),
        is_mosaic=modality == "MR" and "MOSAIC" in elements.texts("ImageType"),
        is_other_length=pixels.length is not None and not 0 <= pixels.length - layout.plain_bytes <= 1,
    )
    return replace(made, notes=(*made.notes, *elements.remarks))


def _base_frame(elements: Elements, layout: PixelLayout, spacing: tuple[float, float] | None) -> FrameHeader:
    """Return the frame without position and time, which `_own_frame` adds."""
    modality = modality_of(elements, layout.signed)
    return FrameHeader(
        index=0,
        position=None,
        orientation=orientation_of(elements),
        spacing=spacing,
        thickness=elements.number("SliceThickness") or None,
        modality=modality,
        windows=windows_of(elements, modality, layout.signed),
        values=shared_values(elements),
        rescale_type=elements.text("RescaleType"),
        is_rescaled=rescale_of(elements) is not None,
        step=elements.number("SpacingBetweenSlices"),
    )


def _own_frame(elements: Elements, base: FrameHeader) -> FrameHeader:
    """Return the frame with its own position and time."""
    position, orientation = position_of(elements), base.orientation
    if position is None and orientation is None:
        detector = elements.item("DetectorInformationSequence")
        position, orientation = position_of(detector), orientation_of(detector)
    values = with_own_values(elements, base.values)
    return with_fields(base, position=position, orientation=orientation, values=values)


def _units(elements: Elements, shared: SharedHeader, frame: FrameHeader) -> str | None:
    """Return the unit of a file's values by its first frame, which may have a rescale of its own."""
    if (frame.rescale_type, frame.is_rescaled) == (shared.base.rescale_type, shared.base.is_rescaled):
        return shared.units
    return units_of(elements, shared.modality, frame.rescale_type, frame.is_rescaled)


def _without_pixels(opened: Opened, sop_class: str) -> Refusal:
    """Why a parsed file without pixels is not opened: cut short, or no picture by its very kind, or simply empty."""
    name = UID(sop_class).name if sop_class else ""
    if opened.transfer_syntax in REFERENCED:
        return refuse_pixels_elsewhere(opened.transfer_syntax)
    if sop_class.startswith(_REPORTS):
        return ReportRefusal(name.removesuffix(" Storage"))
    if name != sop_class and "Image Storage" not in name:
        return Refusal(Code.NOT_AN_IMAGE, english("This DICOM object is not an image ({name}).", name=name))
    return Refusal(Code.TRUNCATED if opened.was_cut else Code.NO_PIXELS)


def _series_uid(elements: Elements, source: Source) -> str:
    """The series' UID; without one, files of one study and series number belong together, else each stands alone.

    Where one of these is gone too, slices that have positions are told by the patient and the frame of reference: two
    facts must agree. A file's name may be that of a patient, and what stands in for a UID gives none away.
    """
    stated = elements.text("SeriesInstanceUID")
    if stated:
        return stated
    study, number = elements.text("StudyInstanceUID"), elements.text("SeriesNumber")
    if study and number:
        return f"{study}/{number}"
    facts = (study, number, elements.text("FrameOfReferenceUID"), elements.text("PatientID"))
    if "ImagePositionPatient" in elements and sum(map(bool, facts)) >= _FACTS_OF_A_SERIES:
        return digest_name("/".join(facts))
    return elements.text("SOPInstanceUID") or digest_name(source.name)
