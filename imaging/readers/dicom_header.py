"""One DICOM file's header: what it is, how its pixels are stored, and its frames."""

import hashlib
from dataclasses import dataclass

from pydicom.uid import UID

from imaging.readers.dicom_elements import Elements, quiet
from imaging.readers.dicom_facts import acquisition_of, aspect_of, edges_of, patient_of, plane_spacing
from imaging.readers.dicom_functional import FrameHeader, moment_of, orientation_of, position_of, read_frames_of
from imaging.readers.dicom_grey import modality_of, padding_of, rescale_of, units_of, windows_of
from imaging.readers.dicom_layout import PixelLayout, layout_of
from imaging.readers.dicom_overlays import overlays_of
from imaging.readers.dicom_stream import Opened, open_dataset
from imaging.refusal import Code, Refusal
from imaging.series import Acquisition, OverlayPlane, Patient, Source
from imaging.sources import open_source, refusal_of
from imaging.windowing import PaddingRange

_NOT_DICOM = "This is not a DICOM file."


@dataclass(frozen=True, eq=False)
class DicomHeader:
    """What one file says of itself. `family` is what all slices of a series share besides geometry."""

    source: Source
    layout: PixelLayout
    frames: tuple[FrameHeader, ...]
    instance_uid: str
    series_uid: str
    number: int | None
    instance_number: int
    modality: str
    description: str
    family: tuple[str, ...]
    edges: tuple[str, str] | None
    """Patient Orientation: the letters toward which (row, column) grow."""
    pixel_aspect: float
    units: str | None
    padding: PaddingRange | None
    patient: Patient
    acquisition: Acquisition
    notes: tuple[str, ...]
    overlays: tuple[tuple[OverlayPlane, ...], ...]
    """The planes over each frame of the file."""


def read_header(source: Source) -> DicomHeader:
    """What the file says of itself, without its pixels.

    Raises `Refusal`: those of `open_source`; UNKNOWN_FORMAT; HEADER; NOT_AN_IMAGE; NO_PIXELS; TRUNCATED; UNSUPPORTED.
    """
    with open_source(source) as stream, quiet():
        try:
            return _header(source, open_dataset(stream))
        except Refusal:
            raise
        except OSError as error:
            raise (refusal_of(error) if error.errno is not None else Refusal(Code.HEADER)) from None
        except Exception:
            # Whatever pydicom trips over in a damaged header; its text may quote the patient and goes no further.
            raise Refusal(Code.HEADER) from None


def _header(source: Source, opened: Opened) -> DicomHeader:
    elements = opened.elements
    sop_class = elements.text("SOPClassUID") or opened.meta_class
    if not opened.is_part10 and not _looks_like_dicom(elements, sop_class):
        raise Refusal(Code.UNKNOWN_FORMAT, _NOT_DICOM)
    if opened.pixels is None:
        raise _without_pixels(opened, sop_class)
    layout, notes = layout_of(opened, opened.pixels)
    modality = elements.text("Modality")
    spacing, label = plane_spacing(elements, modality)
    base = _base_frame(elements, layout, spacing)
    frames = read_frames_of(elements, base, layout.frames, layout.signed)
    missing: list[str] = []
    overlays = overlays_of(elements, layout.frames, missing)
    notes = (*notes, *dict.fromkeys(missing))
    if len(frames) > 1 and all(frame.position is None for frame in frames) and base.position is not None:
        notes = (*notes, "one position is given for many frames, so where each lies is unknown")
    return DicomHeader(
        source=source,
        layout=layout,
        frames=frames,
        instance_uid=elements.text("SOPInstanceUID"),
        series_uid=_series_uid(elements, source),
        number=elements.integer("SeriesNumber"),
        instance_number=elements.integer("InstanceNumber") or 0,
        modality=modality,
        description=elements.prose("SeriesDescription"),
        family=_family(elements, modality),
        edges=edges_of(elements),
        pixel_aspect=aspect_of(elements, frames[0].spacing),
        units=units_of(elements, modality, frames[0].rescale_type, frames[0].is_rescaled),
        padding=padding_of(elements, layout.signed),
        patient=patient_of(elements),
        acquisition=acquisition_of(elements, opened.transfer_syntax, label),
        notes=notes,
        overlays=tuple(overlays),
    )


def _base_frame(elements: Elements, layout: PixelLayout, spacing: tuple[float, float] | None) -> FrameHeader:
    modality = modality_of(elements, layout.signed)
    position, orientation = position_of(elements), orientation_of(elements)
    if position is None and orientation is None:
        detector = elements.item("DetectorInformationSequence")
        position, orientation = position_of(detector), orientation_of(detector)
    return FrameHeader(
        index=0,
        position=position,
        orientation=orientation,
        spacing=spacing,
        thickness=elements.number("SliceThickness") or None,
        modality=modality,
        windows=windows_of(elements, modality, layout.signed),
        variant=(),
        moment=moment_of(elements),
        rescale_type=elements.text("RescaleType"),
        is_rescaled=rescale_of(elements) is not None,
    )


def _looks_like_dicom(elements: Elements, sop_class: str) -> bool:
    return UID(sop_class).is_valid if sop_class else bool(elements.integer("Rows") and elements.integer("Columns"))


def _without_pixels(opened: Opened, sop_class: str) -> Refusal:
    """Why a parsed file without pixels is not opened: cut short, or no picture by its very kind, or simply empty."""
    name = UID(sop_class).name if sop_class else ""
    known = name != sop_class
    is_picture = "Image Storage" in name
    if known and not is_picture:
        return Refusal(Code.NOT_AN_IMAGE, f"This DICOM object is not an image ({name}).")
    if opened.was_cut:
        return Refusal(Code.TRUNCATED)
    return Refusal(Code.NO_PIXELS)


def _series_uid(elements: Elements, source: Source) -> str:
    """The series' UID; without one, files of one study and series number belong together, else each stands alone.

    A file's name may be that of a patient, and what stands in for a UID gives none away.
    """
    stated = elements.text("SeriesInstanceUID")
    if stated:
        return stated
    study, number = elements.text("StudyInstanceUID"), elements.text("SeriesNumber")
    return f"{study}/{number}" if study and number else elements.text("SOPInstanceUID") or _mark_of(source)


def _mark_of(source: Source) -> str:
    return hashlib.sha256(source.name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _family(elements: Elements, modality: str) -> tuple[str, ...]:
    echo = elements.number("EchoTime")
    return (
        modality,
        "\\".join(elements.texts("ImageType")),
        "\\".join(elements.texts("ConvolutionKernel")),
        "\\".join(elements.texts("EchoNumbers")),
        "" if echo is None else f"{echo:.2f}",
        elements.text("ViewPosition"),
        elements.text("ImageLaterality") or elements.text("Laterality"),
    )
