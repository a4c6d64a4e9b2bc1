"""One DICOM file's header: what it is, how its pixels are stored, and its frames."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import BinaryIO

from pydicom.uid import UID

from imaging.base.errors import Code, Refusal, refusal_of
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
)
from imaging.formats.dicom.frame_groups import FrameHeader, moment_of, orientation_of, position_of, read_frame_headers
from imaging.formats.dicom.luts import modality_of, overlays_of, padding_of, rescale_of, units_of, windows_of
from imaging.formats.dicom.mosaic import overlays_of_tiles, unfold_mosaic
from imaging.formats.dicom.patient_and_acquisition import (
    acquisition_of,
    aspect_of,
    edges_of,
    modality_notes,
    patient_of,
    plane_spacing,
)
from imaging.formats.dicom.pixels.pixel_module import PixelLayout, fit_to_file, read_layout
from imaging.volume.series import Acquisition, OverlayPlane, Patient, Source, digest_name
from imaging.volume.windowing import PaddingRange

# What differs from slice to slice, and what a series shares does not depend on.
_OWN = frozenset(
    int(tag_of(keyword))
    for keyword in (
        "SOPInstanceUID", "InstanceNumber", "ImagePositionPatient", "AcquisitionNumber", "AcquisitionDateTime",
        "AcquisitionTime", "ContentDate", "ContentTime", "TriggerTime", "TemporalPositionIdentifier", "DiffusionBValue",
        "FrameReferenceTime",
    )
).union(PRIVATE_TAGS)  # fmt: skip
REMEMBERED_SERIES = 64
"""How many sets of elements that slices share are kept with what was made of them."""


@dataclass(frozen=True, eq=False)
class SharedHeader:
    """The part of a header that slices of a series usually share: worth finding out once."""

    layout: PixelLayout
    notes: tuple[str, ...]
    base: FrameHeader
    modality: str
    number: int | None
    description: str
    family: tuple[str, ...]
    """What all slices of a series share besides geometry."""
    edges: tuple[str, str] | None
    """Patient Orientation: the letters toward which (row, column) grow."""
    padding: PaddingRange | None
    patient: Patient
    acquisition: Acquisition
    is_mosaic: bool


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
    notes: tuple[str, ...]
    overlays: tuple[tuple[OverlayPlane, ...], ...]
    """The planes over each frame of the file."""


def read_header(source: Source, policy: ReadingPolicy) -> DicomHeader:
    """Read a file's header, without its pixels.

    Raises `Refusal`: those of `open_source`; UNKNOWN_FORMAT; HEADER; NOT_AN_IMAGE; NO_PIXELS; TRUNCATED; UNSUPPORTED.
    """
    with open_source(source, policy) as stream:
        return read_open_header(source, stream, policy)


def read_open_header(source: Source, stream: BinaryIO, policy: ReadingPolicy) -> DicomHeader:
    """Read the header of a source that is open already, wherever its stream stands."""
    with silence_warnings():
        try:
            stream.seek(0)
            return _header(source, open_dataset(stream, policy, source.name), changed_at(stream))
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
    at = opened.pixels
    pixels = PixelElement(at.tag, 0, at.length, at.little_endian, at.in_words)
    shared = _recalled(elements, opened.transfer_syntax, pixels)
    layout, notes = fit_to_file(shared.layout, at.offset, opened.size, changed)
    base = _own_frame(elements, shared.base)
    frames = read_frame_headers(elements, base, layout.frames, layout.signed)
    missing: list[str] = []
    overlays = overlays_of(elements, layout, opened.stream, missing)
    notes = (*shared.notes, *notes, *dict.fromkeys(missing))
    if shared.is_mosaic and len(frames) == 1:
        layout, frames, more = unfold_mosaic(elements, layout, base)
        notes = (*notes, *more)
        if layout.tiles is not None:
            overlays = overlays_of_tiles(overlays[0], layout.tiles)
    if len(frames) > 1 and all(frame.position is None for frame in frames) and base.position is not None:
        notes = (*notes, "one position is given for many frames, so where each lies is unknown")
    return DicomHeader(
        source=source,
        shared=shared,
        layout=layout,
        frames=frames,
        instance_uid=elements.text("SOPInstanceUID"),
        series_uid=_series_uid(elements, source),
        instance_number=elements.integer("InstanceNumber") or 0,
        pixel_aspect=aspect_of(elements, frames[0].spacing),
        units=units_of(elements, shared.modality, frames[0].rescale_type, frames[0].is_rescaled),
        notes=notes,
        overlays=tuple(overlays),
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
    return _shared(Elements.of_raw(dict(raw)), syntax, pixels)


def _shared(elements: Elements, syntax: str, pixels: PixelElement) -> SharedHeader:
    layout, notes = read_layout(elements, syntax, pixels)
    modality = elements.text("Modality")
    spacing, label = plane_spacing(elements, modality)
    return SharedHeader(
        layout=layout,
        notes=(*notes, *modality_notes(elements, modality)),
        base=_base_frame(elements, layout, spacing),
        modality=modality,
        number=elements.integer("SeriesNumber"),
        description=elements.prose("SeriesDescription"),
        family=_family(elements, modality),
        edges=edges_of(elements),
        padding=padding_of(elements, layout.signed),
        patient=patient_of(elements),
        acquisition=acquisition_of(elements, syntax, label),
        is_mosaic=modality == "MR" and "MOSAIC" in elements.texts("ImageType"),
    )


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
        variant=(),
        moment=(),
        rescale_type=elements.text("RescaleType"),
        is_rescaled=rescale_of(elements) is not None,
    )


def _own_frame(elements: Elements, base: FrameHeader) -> FrameHeader:
    """Return the frame with its own position and time."""
    position, orientation = position_of(elements), base.orientation
    if position is None and orientation is None:
        detector = elements.item("DetectorInformationSequence")
        position, orientation = position_of(detector), orientation_of(detector)
    return replace(base, position=position, orientation=orientation, moment=moment_of(elements))


def _without_pixels(opened: Opened, sop_class: str) -> Refusal:
    """Why a parsed file without pixels is not opened: cut short, or no picture by its very kind, or simply empty."""
    name = UID(sop_class).name if sop_class else ""
    if opened.transfer_syntax in REFERENCED:
        return refuse_pixels_elsewhere(opened.transfer_syntax)
    if name != sop_class and "Image Storage" not in name:
        return Refusal(Code.NOT_AN_IMAGE, f"This DICOM object is not an image ({name}).")
    return Refusal(Code.TRUNCATED if opened.was_cut else Code.NO_PIXELS)


def _series_uid(elements: Elements, source: Source) -> str:
    """The series' UID; without one, files of one study and series number belong together, else each stands alone.

    A file's name may be that of a patient, and what stands in for a UID gives none away.
    """
    stated = elements.text("SeriesInstanceUID")
    if stated:
        return stated
    study, number = elements.text("StudyInstanceUID"), elements.text("SeriesNumber")
    return f"{study}/{number}" if study and number else elements.text("SOPInstanceUID") or digest_name(source.name)


def _family(elements: Elements, modality: str) -> tuple[str, ...]:
    echo = elements.number("EchoTime")
    joined = ("\\".join(elements.texts(keyword)) for keyword in ("ImageType", "ConvolutionKernel", "EchoNumbers"))
    side = elements.text("ImageLaterality") or elements.text("Laterality")
    return (modality, *joined, "" if echo is None else f"{echo:.2f}", elements.text("ViewPosition"), side)
