"""What new objects take over from their source: legal values alone, and nothing that names anybody if so wished."""

from dataclasses import fields, replace

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import UID

from imaging.export.dicom.origin import as_dataset, cut_text, derive_uid, encode, legal_source, without_identity
from imaging.export.dicom.structured_report import own_code
from imaging.volume.dicom_source import DicomSource, legal_uid

WHOLE = DicomSource(
    patient_name="Yamada^Tarou=\u5c71\u7530^\u592a\u90ce", patient_id="K-1", birth_date="19310203", sex="F",
    study_uid="1.2.3", study_id="S", study_date="20260102", study_time="235959.5", accession_number="A",
    referring_physician="Doe^Jo", series_uid="1.2.4", sop_class_uid="1.2.840.10008.5.1.4.1.1.2", instance_uid="1.2.5",
    frame_of_reference_uid="1.2.6", frame=2,
)  # fmt: skip


def test_legal_values_stay() -> None:
    assert legal_source(WHOLE) == WHOLE
    made = as_dataset(WHOLE)
    assert (made.PatientName, made.StudyTime) == (WHOLE.patient_name, WHOLE.study_time)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("patient_name", "A" * 65), ("patient_name", "a=b=c=d"), ("patient_name", "a^b^c^d^e^f"),
        ("patient_id", "a\\b"), ("patient_id", "x" * 65),
        ("birth_date", "19310230"), ("birth_date", "1931-02-03"), ("sex", "f"),
        ("study_uid", "1.2.03"), ("study_uid", "9.2.3"), ("study_uid", "1." * 40 + "1"), ("study_id", "s" * 17),
        ("study_date", "2026"), ("study_time", "2460"), ("accession_number", "a\nb"), ("instance_uid", "none"),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_left_empty(field: str, value: str) -> None:
    assert legal_source(replace(WHOLE, **{field: value})) == replace(WHOLE, **{field: ""})


@given(st.text(max_size=80), st.sampled_from([field.name for field in fields(DicomSource) if field.name != "frame"]))
def test_no_text_makes_an_object_that_cannot_be_written(text: str, field: str) -> None:
    made = as_dataset(legal_source(replace(WHOLE, **{field: text})))
    made.SOPInstanceUID = "1.2.5"
    made.file_meta = pydicom.dataset.FileMetaDataset()
    made.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    assert encode(made)[128:132] == b"DICM"


def test_stand_ins_name_nobody_and_are_the_same_each_time() -> None:
    hidden = without_identity(WHOLE, "ab" * 32)
    assert hidden == without_identity(replace(WHOLE, patient_name="Other"), "ab" * 32)
    assert hidden.sop_class_uid == WHOLE.sop_class_uid
    stated = {value for one in fields(WHOLE) if isinstance(value := getattr(WHOLE, one.name), str)}
    assert not (stated - {WHOLE.sop_class_uid}) & {getattr(hidden, one.name) for one in fields(hidden)}
    assert hidden.can_be_referenced
    assert not without_identity(replace(WHOLE, instance_uid=""), "ab" * 32).can_be_referenced


@given(st.lists(st.text(), min_size=1))
def test_a_derived_uid_is_legal_and_always_the_same(words: list[str]) -> None:
    uid = derive_uid(*words)
    assert uid == derive_uid(*words)
    assert UID(uid).is_valid
    assert legal_uid(uid) == uid


def test_codes_and_texts_fit_their_elements() -> None:
    long = own_code("finding.probabilities." + "x" * 80, "words")
    assert len(long.code) <= 64
    assert long.code != own_code("finding.probabilities." + "x" * 81, "words").code
    assert cut_text("a\\b\nc" + "d" * 80, 8) == "a b cddd"
