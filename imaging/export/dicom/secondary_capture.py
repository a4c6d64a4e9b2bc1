"""A picture as a DICOM Secondary Capture Image (PS3.3 A.8.1)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.export.dicom.origin import UTF_8, Device, cut_text, encode, new_identity, quiet_highdicom
from imaging.formats.dicom.dataset.elements import silence_warnings
from imaging.volume.dicom_source import DicomSource

SC_CLASS = "1.2.840.10008.5.1.4.1.1.7"


@dataclass(frozen=True, eq=False, kw_only=True)
class CaptureObject:
    """A picture, uint8 [row, column] grey or [row, column, 3] RGB, in the study of a legal `origin`."""

    picture: NDArray[np.uint8]
    origin: DicomSource
    device: Device
    series_uid: str
    instance_uid: str
    description: str
    comments: str
    number: int = 1
    """Of the instance within its series."""
    has_text: bool = False
    """Whether text is burned in."""
    is_lossy: bool = False
    """Whether the pixels went through a lossy compression."""
    lossy_ratio: float | None = None
    """Its ratio, if that is known."""


def write_secondary_capture(one: CaptureObject) -> bytes:
    """Return the file of a capture."""
    from highdicom.sc import SCImage

    quiet_highdicom()
    origin = one.origin
    identity = new_identity("SC") | {"series_instance_uid": one.series_uid, "sop_instance_uid": one.instance_uid}
    identity["instance_number"] = one.number
    with silence_warnings():
        made: Any = SCImage(
            np.ascontiguousarray(one.picture),
            photometric_interpretation="MONOCHROME2" if one.picture.ndim == 2 else "RGB",
            bits_allocated=8,
            coordinate_system="PATIENT",
            study_instance_uid=origin.study_uid,
            patient_id=origin.patient_id,
            patient_name=origin.patient_name,
            patient_birth_date=origin.birth_date,
            patient_sex=origin.sex,
            accession_number=origin.accession_number,
            study_id=origin.study_id,
            study_date=origin.study_date or None,
            study_time=origin.study_time or None,
            referring_physician_name=origin.referring_physician,
            patient_orientation=("L", "P"),
            series_description=cut_text(one.description, 64),
            specific_character_set=UTF_8,
            **identity,
            **one.device.equipment(),
        )
        made.Laterality = None
        # highdicom wants letters; how a picture of a screen lies in the patient is not stated (type 2C).
        made.PatientOrientation = None
        made.BurnedInAnnotation = "YES" if one.has_text else "NO"
        made.DerivationDescription = cut_text(one.description, 1024)
        made.ImageComments = cut_text(one.comments, 10240)
        made.LossyImageCompression = "01" if one.is_lossy else "00"
        if one.is_lossy and one.lossy_ratio is not None:
            made.LossyImageCompressionRatio = round(one.lossy_ratio, 2)
    return encode(made)
