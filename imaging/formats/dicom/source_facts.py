"""The facts about a DICOM image that a new object on it repeats, read from its file once more."""

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.files.sources import open_source
from imaging.formats.dicom.dataset.parser import Opened, open_elements
from imaging.volume.dicom_source import DicomSource
from imaging.volume.series import StoredFrame

_KEYWORDS = (
    "SpecificCharacterSet", "SOPClassUID", "SOPInstanceUID", "StudyDate", "StudyTime", "AccessionNumber",
    "ReferringPhysicianName", "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID",
    "SeriesInstanceUID", "StudyID", "FrameOfReferenceUID", "NumberOfFrames",
)  # fmt: skip


def read_dicom_source(frame: StoredFrame, policy: ReadingPolicy) -> DicomSource:
    """Read patient, study and references of a frame's file. Raises `Refusal`: those of `open_source`, HEADER."""
    source = frame.source
    with open_source(source, policy) as stream:
        try:
            return _facts_of(open_elements(stream, policy, source.name, _KEYWORDS), frame.index)
        except Refusal:
            raise
        except Exception:
            # Whatever pydicom trips over in a file that was changed since; its text may quote the patient.
            raise Refusal(Code.HEADER) from None


def _facts_of(opened: Opened, index: int) -> DicomSource:
    elements = opened.elements
    several = (elements.integer("NumberOfFrames") or 1) > 1 and index >= 0
    return DicomSource(
        patient_name=elements.prose("PatientName"),
        patient_id=elements.prose("PatientID"),
        birth_date=elements.text("PatientBirthDate"),
        sex=elements.text("PatientSex"),
        study_uid=elements.text("StudyInstanceUID"),
        study_id=elements.prose("StudyID"),
        study_date=elements.text("StudyDate"),
        study_time=elements.text("StudyTime"),
        accession_number=elements.prose("AccessionNumber"),
        referring_physician=elements.prose("ReferringPhysicianName"),
        series_uid=elements.text("SeriesInstanceUID"),
        sop_class_uid=elements.text("SOPClassUID") or opened.meta_class,
        instance_uid=elements.text("SOPInstanceUID"),
        frame_of_reference_uid=elements.text("FrameOfReferenceUID"),
        frame=index + 1 if several else None,
    )
