"""The patient, the study and the image that a new object belongs to, and the device that makes it.

Everything that highdicom copies from a source image is made here of checked values: a value that breaks the rules of
its VR is left empty, since a file of ours must be valid if the source is not.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID, uuid5

from pydicom import Dataset
from pydicom.uid import generate_uid

from imaging.formats.dicom.dataset.elements import silence_warnings
from imaging.volume.dicom_source import DicomSource, legal_uid

UTF_8 = "ISO_IR 192"
_OURS = UUID("6f1f4a52-0f0b-4c9e-9a51-7a1f0d7a5c11")
_LONG_STRING, _SHORT_STRING = 64, 16
_NAME_GROUPS, _NAME_PARTS = 3, 5
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")
_DATE = re.compile(r"\d{8}")
_TIME = re.compile(r"([01]\d|2[0-3])([0-5]\d([0-5]\d(\.\d{1,6})?)?)?")
# highdicom asks a multi-frame source for its functional groups, and knows no private class. The references are
# corrected by `name_source`.
_STAND_IN_CLASS = "1.2.840.10008.5.1.4.1.1.4"
# Of these no frame can be named, however many a file holds against their rules (PS3.3 A.2 to A.26).
_SINGLE_FRAME = frozenset(
    f"1.2.840.10008.5.1.4.1.1.{end}"
    for end in ("1", "1.1", "1.1.1", "1.2", "1.2.1", "1.3", "1.3.1", "2", "4", "6.1", "7", "128")
)
_SERIES_NUMBERS = {"SR": 9001, "OT": 9002, "SC": 9003, "PR": 9004}


@dataclass(frozen=True)
class Device:
    """The program that makes an object."""

    name: str
    version: str

    @property
    def uid(self) -> str:
        """Return a UID that stands for the program in this version."""
        return derive_uid(self.name, self.version)

    def equipment(self) -> dict[str, Any]:
        """Return the arguments by which highdicom's constructors name a device."""
        return {
            "manufacturer": self.name,
            "manufacturer_model_name": self.name,
            "software_versions": cut_text(self.version, _LONG_STRING),
            "device_serial_number": "none",
        }


def derive_uid(*words: str) -> str:
    """Return the UID that stands for these words, always the same one (PS3.5 B.2, from a UUID by name)."""
    return f"2.25.{uuid5(_OURS, '/'.join(words)).int}"


def new_identity(kind: str) -> dict[str, Any]:
    """Return the arguments for a new object in a series of its own; `kind` is a key of its series number."""
    return {
        "series_instance_uid": generate_uid(prefix=None),
        "sop_instance_uid": generate_uid(prefix=None),
        "series_number": _SERIES_NUMBERS[kind],
        "instance_number": 1,
    }


def legal_source(source: DicomSource) -> DicomSource:
    """Return a source with every value that its VR forbids left empty (PS3.5 6.2)."""
    return replace(
        source,
        patient_name=_name(source.patient_name),
        patient_id=_text(source.patient_id, _LONG_STRING),
        birth_date=_date(source.birth_date),
        sex=source.sex if source.sex in ("M", "F", "O") else "",
        study_uid=legal_uid(source.study_uid),
        study_id=_text(source.study_id, _SHORT_STRING),
        study_date=_date(source.study_date),
        study_time=source.study_time if _TIME.fullmatch(source.study_time) else "",
        accession_number=_text(source.accession_number, _SHORT_STRING),
        referring_physician=_name(source.referring_physician),
        series_uid=legal_uid(source.series_uid),
        sop_class_uid=legal_uid(source.sop_class_uid),
        instance_uid=legal_uid(source.instance_uid),
        frame_of_reference_uid=legal_uid(source.frame_of_reference_uid),
    )


def without_identity(source: DicomSource, sha256: str) -> DicomSource:
    """Return a source that names nobody: UIDs derived from the hash of its file stand for its own, if it has any."""
    uids = ("study_uid", "series_uid", "instance_uid", "frame_of_reference_uid")
    stand_ins = {field: derive_uid(sha256, field) for field in uids if getattr(source, field)}
    return DicomSource(sop_class_uid=source.sop_class_uid, frame=source.frame, **stand_ins)


def as_dataset(source: DicomSource) -> Dataset:
    """Return what highdicom takes for the source image: patient, study and references of a legal source."""
    made = Dataset()
    made.SpecificCharacterSet = UTF_8
    made.SOPClassUID, made.SOPInstanceUID = _STAND_IN_CLASS, source.instance_uid
    made.StudyInstanceUID, made.SeriesInstanceUID = source.study_uid, source.series_uid
    made.PatientName, made.PatientID = source.patient_name, source.patient_id
    made.PatientBirthDate, made.PatientSex = source.birth_date, source.sex
    made.StudyID, made.AccessionNumber = source.study_id, source.accession_number
    made.StudyDate, made.StudyTime = source.study_date, source.study_time
    made.ReferringPhysicianName = source.referring_physician
    return made


def name_source(made: Dataset, source: DicomSource) -> None:
    """Give every reference to the source in an object its class, and its frame if a frame can be named."""
    for item, is_evidence in _references(made, source.instance_uid):
        item.ReferencedSOPClassUID = source.sop_class_uid
        if source.frame is not None and not is_evidence and source.sop_class_uid not in _SINGLE_FRAME:
            item.ReferencedFrameNumber = source.frame


def name_classes(made: Dataset, classes: Mapping[str, str]) -> None:
    """Give every reference to an image its true class; `classes` are those of instances by their UIDs."""
    for element in made:
        for item in element.value if element.VR == "SQ" else ():
            if (uid := item.get("ReferencedSOPInstanceUID")) in classes:
                item.ReferencedSOPClassUID = classes[uid]
            name_classes(item, classes)


def encode(made: Dataset) -> bytes:
    """Return an object as the content of a file (PS3.10)."""
    content = BytesIO()
    with silence_warnings():
        made.save_as(content, enforce_file_format=True)
    return content.getvalue()


def quiet_highdicom() -> None:
    """Keep highdicom's messages, which quote values, out of every log."""
    logging.getLogger("highdicom").setLevel(logging.CRITICAL)


def cut_text(text: str, length: int) -> str:
    """Return text of at most so many bytes in UTF-8, without characters that no short DICOM text may hold.

    DICOM counts characters (PS3.5 6.2); programs that count bytes are many.
    """
    return _CONTROL.sub(" ", text).encode("utf-8", "ignore")[:length].decode("utf-8", "ignore").strip()


def _references(made: Dataset, instance_uid: str) -> Iterator[tuple[Dataset, bool]]:
    """Yield the items that name an instance, and whether they stand in a list of instances, which names no frame."""
    evidence = ("ReferencedSOPSequence", "ReferencedInstanceSequence")
    for element in made:
        if element.VR != "SQ":
            continue
        for item in element.value:
            if item.get("ReferencedSOPInstanceUID") == instance_uid:
                is_content = "ValueType" in made
                yield item, element.keyword in evidence and not is_content
            yield from _references(item, instance_uid)


def _text(text: str, length: int) -> str:
    return "" if len(text) > length or _CONTROL.search(text) else text


def _name(text: str) -> str:
    """Return a person's name of at most three groups (alphabetic, ideographic, phonetic) of five parts each."""
    groups = text.split("=")
    is_legal = len(groups) <= _NAME_GROUPS and not _CONTROL.search(text)
    return text if is_legal and all(len(one) <= _LONG_STRING and one.count("^") < _NAME_PARTS for one in groups) else ""


def _date(text: str) -> str:
    if not _DATE.fullmatch(text):
        return ""
    try:
        date.fromisoformat(text)
    except ValueError:
        return ""
    return text
