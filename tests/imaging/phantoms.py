"""Phantoms made by code: an asymmetric L as a DICOM series, every element open to change.

The L stands at the patient's left, its foot points anterior, and only the superior half of the stack has it, so that
no flip or permutation leaves it as it was. One voxel of each slice holds the slice's number.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import (
    ComprehensiveSRStorage,
    CTImageStorage,
    EnhancedMRImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    generate_uid,
)

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
OBLIQUE = (0.8, 0.6, 0.0, -0.36, 0.48, 0.8)

L_VALUE = 500
NUMBER_BASE = 1000
"""The voxel [k, -1, 0] (posterior, right, in an axial stack) of slice k holds this plus k."""

Edit = Callable[[Dataset, int], None]


def l_values(slices: int = 10, rows: int = 24, columns: int = 16) -> NDArray[np.int16]:
    """[slice, row, column] of an axial stack: slices toward S, rows toward P, columns toward L."""
    values = np.zeros((slices, rows, columns), dtype=np.int16)
    values[slices // 2 :, 2 : rows - 4, columns - 4 : columns - 2] = L_VALUE
    values[slices // 2 :, 2:5, columns - 9 : columns - 2] = L_VALUE
    values[:, -1, 0] = NUMBER_BASE + np.arange(slices)
    return values


def dataset(pixels: NDArray[Any], *, syntax: str = ExplicitVRLittleEndian, **elements: Any) -> FileDataset:
    """One file of `pixels`: [row, column], [frame, row, column] or [(frame,) row, column, 3].

    Elements are set by keyword after the defaults; `None` deletes one. Compressed syntaxes are encoded.
    """
    meta = FileMetaDataset()
    native = syntax in (ExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian)
    meta.TransferSyntaxUID = syntax if native else ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    encoding = {"is_implicit_VR": syntax == ImplicitVRLittleEndian, "is_little_endian": syntax != ExplicitVRBigEndian}
    made = FileDataset("", {}, file_meta=meta, preamble=bytes(128), **encoding)
    made.SOPClassUID = CTImageStorage
    made.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    made.Modality = "CT"
    made.PatientName = "Phantom^L"
    made.StudyInstanceUID = made.SeriesInstanceUID = "1.2.826.0.1.3680043.8.498.1"
    _set_pixels(made, pixels, big_endian=syntax == ExplicitVRBigEndian)
    for keyword, value in elements.items():
        if value is None:
            if keyword in made:
                delattr(made, keyword)
        else:
            setattr(made, keyword, value)
    if not native:
        made.compress(syntax, generate_instance_uid=False)
    return made


def _set_pixels(made: Dataset, pixels: NDArray[Any], *, big_endian: bool) -> None:
    colour = pixels.ndim >= 3 and pixels.shape[-1] == 3
    grid = pixels.shape[:-1] if colour else pixels.shape
    bits = pixels.dtype.itemsize * 8
    made.SamplesPerPixel = 3 if colour else 1
    made.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        made.PlanarConfiguration = 0
    if len(grid) == 3:
        made.NumberOfFrames = grid[0]
    made.Rows, made.Columns = grid[-2:]
    made.BitsAllocated = made.BitsStored = bits
    made.HighBit = bits - 1
    made.PixelRepresentation = int(pixels.dtype.kind == "i")
    stored = pixels.astype(pixels.dtype.newbyteorder(">" if big_endian else "<")).tobytes()
    made.PixelData = stored + bytes(len(stored) % 2)
    made["PixelData"].VR = "OW" if bits > 8 else "OB"


def save(made: Dataset, path: Path, **options: Any) -> Path:
    """Write a data set and return its path."""
    made.save_as(path, enforce_file_format=bool(options.pop("enforce_file_format", False)), **options)
    return path


def write_series(
    folder: Path,
    *,
    values: NDArray[Any] | None = None,
    step: float = 2.5,
    spacing: tuple[float, float] = (1.0, 1.0),
    orientation: Sequence[float] = AXIAL,
    origin: Sequence[float] = (-8.0, -12.0, 100.0),
    tilt: float = 0.0,
    names: Sequence[str] | None = None,
    edit: Edit | None = None,
    **elements: Any,
) -> list[Path]:
    """A series of one file a slice (slice k at origin + k·step·normal), sheared by `tilt` mm a slice along the columns.

    `edit` changes the data set of slice k before it is written, and may raise `LookupError` to leave that file out.
    """
    values = l_values() if values is None else values
    cosines = np.asarray(orientation)
    normal = np.cross(cosines[:3], cosines[3:])
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, pixels in enumerate(values):
        position = np.asarray(origin) + number * (step * normal + tilt * cosines[3:])
        made = dataset(
            pixels,
            **{
                "ImageOrientationPatient": list(map(float, orientation)),
                "ImagePositionPatient": [float(round(value, 6)) for value in position],
                "PixelSpacing": list(spacing),
                "SliceThickness": step,
                "InstanceNumber": number + 1,
                "SeriesNumber": 1,
                "RescaleSlope": 1,
                "RescaleIntercept": 0,
                **elements,
            },
        )
        try:
            if edit is not None:
                edit(made, number)
        except LookupError:
            continue
        paths.append(save(made, folder / (names[number] if names else f"IM{number:04d}.dcm")))
    return paths


def enhanced(
    values: NDArray[Any],
    *,
    positions: Sequence[Sequence[float]],
    slopes: Sequence[float] | None = None,
    windows: Sequence[tuple[float, float]] | None = None,
    orientation: Sequence[float] = AXIAL,
    spacing: tuple[float, float] = (1.0, 1.0),
    thickness: float = 2.0,
    **elements: Any,
) -> FileDataset:
    """An Enhanced multi-frame file: position, slope and window for each frame, orientation and measures shared."""
    shared = Dataset()
    shared.PlaneOrientationSequence = [_item(ImageOrientationPatient=list(map(float, orientation)))]
    shared.PixelMeasuresSequence = [_item(PixelSpacing=list(spacing), SliceThickness=thickness)]
    frames = []
    for number, position in enumerate(positions):
        frame = Dataset()
        frame.PlanePositionSequence = [_item(ImagePositionPatient=list(map(float, position)))]
        if slopes is not None:
            item = _item(RescaleSlope=slopes[number], RescaleIntercept=0, RescaleType="US")
            frame.PixelValueTransformationSequence = [item]
        if windows is not None:
            centre, width = windows[number]
            frame.FrameVOILUTSequence = [_item(WindowCenter=centre, WindowWidth=width)]
        frames.append(frame)
    return dataset(
        values,
        **{
            "SOPClassUID": EnhancedMRImageStorage,
            "Modality": "MR",
            "SharedFunctionalGroupsSequence": DicomSequence([shared]),
            "PerFrameFunctionalGroupsSequence": DicomSequence(frames),
            **elements,
        },
    )


def _item(**elements: Any) -> Dataset:
    item = Dataset()
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    return item


def structured_report(*items: Dataset, **elements: Any) -> FileDataset:
    """A Comprehensive SR whose content tree holds these items, in the study of `dataset`'s files."""
    made = dataset(np.zeros((1, 1), np.uint8))
    for keyword in ("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PixelData"):
        delattr(made, keyword)
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = ComprehensiveSRStorage
    made.Modality = "SR"
    made.SeriesInstanceUID = "1.2.826.0.1.3680043.8.498.2"
    made.ValueType = "CONTAINER"
    made.ConceptNameCodeSequence = [code_item("126000", "Imaging Measurement Report")]
    made.CompletionFlag, made.VerificationFlag = "COMPLETE", "UNVERIFIED"
    made.ContentSequence = DicomSequence(items)
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    return made


def content_item(kind: str, concept: str, *below: Dataset, tie: str = "CONTAINS", **elements: Any) -> Dataset:
    """One item of a content tree, with the items below it."""
    item = _item(ValueType=kind, RelationshipType=tie, ConceptNameCodeSequence=[code_item("1", concept)], **elements)
    if below:
        item.ContentSequence = DicomSequence(below)
    return item


def number_item(concept: str, value: float | str, unit: str = "mm", **elements: Any) -> Dataset:
    """An item of value type NUM with a unit of UCUM."""
    measured = _item(NumericValue=str(value), MeasurementUnitsCodeSequence=[code_item(unit, unit, scheme="UCUM")])
    return content_item("NUM", concept, MeasuredValueSequence=[measured], **elements)


def code_item(value: str, meaning: str, *, scheme: str = "99TEST") -> Dataset:
    """A code."""
    return _item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)
