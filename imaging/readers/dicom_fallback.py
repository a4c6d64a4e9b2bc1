"""A second decoder for grey JPEG that pydicom's plug-ins refuse: 12 bits with odd scan parameters, retired processes.

The codestream is handed to SimpleITK's DICOM reader in a file of its own that says nothing but how its pixels are
stored, so that no value of the patient's is in it and nothing is rescaled.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, SecondaryCaptureImageStorage, generate_uid

from imaging.readers.dicom_layout import PixelLayout
from imaging.readers.itk_toolkit import toolkit
from imaging.refusal import Code, Refusal

# Baseline, extended, lossless and lossless SV1; `dicom_layout` names the retired ones among these.
_JPEG = {f"1.2.840.10008.1.2.4.{number}" for number in (50, 51, 57, 70)}


def can_fall_back(layout: PixelLayout) -> bool:
    """True for grey JPEG, lossless or not. (Of colour, ITK does not say which space it gives.)"""
    return layout.samples == 1 and layout.decoder_syntax in _JPEG


def decoded_by_itk(content: bytes, layout: PixelLayout) -> NDArray[Any]:
    """Stored pixels [row, column] of one codestream. Raises `Refusal` (DECODE)."""
    with tempfile.TemporaryDirectory(prefix="slicelens-") as folder:
        path = Path(folder) / "frame.dcm"
        _alone(content, layout).save_as(path, enforce_file_format=True)
        reader = toolkit().ImageFileReader()
        reader.SetImageIO("GDCMImageIO")
        reader.SetFileName(str(path))
        try:
            pixels: NDArray[Any] = toolkit().GetArrayFromImage(reader.Execute())
        except RuntimeError:
            raise Refusal(Code.DECODE) from None
    if pixels.size != layout.rows * layout.columns or pixels.dtype.kind not in "iu":
        raise Refusal(Code.DECODE)
    return np.asarray(pixels.reshape(layout.rows, layout.columns))


def _alone(content: bytes, layout: PixelLayout) -> Dataset:
    """A file of this one frame."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = UID(layout.decoder_syntax)
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID = SecondaryCaptureImageStorage
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID = generate_uid()
    made.Rows, made.Columns, made.SamplesPerPixel = layout.rows, layout.columns, 1
    made.PhotometricInterpretation = "MONOCHROME2"
    made.BitsAllocated, made.BitsStored = layout.bits_allocated, layout.bits_stored
    made.HighBit = layout.bits_stored - 1
    made.PixelRepresentation = int(layout.signed)
    made.PixelData = encapsulate([content])
    made["PixelData"].is_undefined_length = True
    return made
