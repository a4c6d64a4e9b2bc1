"""The facts about a DICOM image that a new object on it must repeat: patient, study, references."""

import re
from dataclasses import dataclass

_UID = re.compile(r"[0-2](\.(0|[1-9]\d*))+")
_LONGEST_UID = 64


@dataclass(frozen=True, kw_only=True)
class DicomSource:
    """Facts about one frame of a DICOM file as it states them (dates as `YYYYMMDD`); empty if it does not."""

    patient_name: str = ""
    """As PN: `Family^Given`."""
    patient_id: str = ""
    birth_date: str = ""
    sex: str = ""
    study_uid: str = ""
    study_id: str = ""
    study_date: str = ""
    study_time: str = ""
    accession_number: str = ""
    referring_physician: str = ""
    series_uid: str = ""
    sop_class_uid: str = ""
    instance_uid: str = ""
    frame_of_reference_uid: str = ""
    frame: int | None = None
    """The number of the frame within its file, counted from 1; None if that holds one."""

    @property
    def can_be_referenced(self) -> bool:
        """Return whether another object can name this one."""
        return bool(self.study_uid and self.series_uid and self.sop_class_uid and self.instance_uid)


def legal_uid(text: str) -> str:
    """Return a UID that keeps to PS3.5 9.1; empty for any other text."""
    return text if len(text) <= _LONGEST_UID and _UID.fullmatch(text) else ""
