"""What a person may ask: dates moved, UIDs and the device kept, descriptions cleaned, boxes blacked out, a kept key."""

from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import FileDataset

from imaging.base.errors import Code, Refusal
from imaging.export.deidentify.description_words import clean_description, is_ordinary
from imaging.export.deidentify.dicom_copy import copy_dicom
from imaging.export.deidentify.file_record import BINARY, CURVES, FACE, OVERLAYS, WAVEFORMS
from imaging.export.deidentify.options import DeidentifyOptions
from imaging.export.deidentify.profile_table import Option
from imaging.export.deidentify.pseudonyms import Pseudonyms, load_or_make_map
from imaging.export.deidentify.value_rules import shift_times
from imaging.formats.dicom.dataset.elements import silence_warnings
from imaging.volume.series import Source
from tests.imaging.dicom_files import find
from tests.reading import POLICY

KEY = Pseudonyms(bytes(range(32)))
NOTHING_KEPT = DeidentifyOptions()


def copied(name: str, options: DeidentifyOptions = NOTHING_KEPT) -> FileDataset:
    path = find(name)
    made = copy_dicom(Source(path), path.read_bytes(), options, KEY, POLICY)
    return pydicom.dcmread(BytesIO(made.content))


def test_without_options_nothing_of_the_person_stays() -> None:
    old, new = pydicom.dcmread(find("CT_small.dcm")), copied("CT_small.dcm")
    assert new.PatientID == new.PatientName == KEY.name_person(old.PatientID.casefold())
    assert new.StudyDate == ""
    assert new.SOPInstanceUID == new.file_meta.MediaStorageSOPInstanceUID == KEY.new_uid(old.SOPInstanceUID)
    assert "StudyDescription" not in new
    assert new.LongitudinalTemporalInformationModified == "REMOVED"
    assert new.Rows == old.Rows
    assert new.pixel_array.tobytes() == old.pixel_array.tobytes()
    assert not [element.tag for element in new.iterall() if element.tag.is_private]


def test_dates_keep_their_distances() -> None:
    old, new = pydicom.dcmread(find("CT_small.dcm")), copied("CT_small.dcm", DeidentifyOptions(frozenset({"dates"})))
    moved = {
        shift_times("DA", one.encode(), KEY.days_back(old.PatientID.casefold()))
        for one in (old.StudyDate, old.ContentDate)
    }
    assert {new.StudyDate.encode(), new.ContentDate.encode()} == moved
    assert new.StudyTime == old.StudyTime
    assert new.PatientBirthDate == ""
    assert new.LongitudinalTemporalInformationModified == "MODIFIED"


def test_uids_and_device_stay_if_asked() -> None:
    old = pydicom.dcmread(find("CT_small.dcm"))
    new = copied("CT_small.dcm", DeidentifyOptions(frozenset({"uids", "device"})))
    assert new.SOPInstanceUID == old.SOPInstanceUID
    assert new.FrameOfReferenceUID == old.FrameOfReferenceUID
    assert new.StationName == old.StationName
    codes = [item.CodeValue for item in new.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113109", "113110"]


@pytest.mark.parametrize("keep", [frozenset(), frozenset({"uids"})])
def test_text_in_the_place_of_a_uid_goes_whatever_is_kept(keep: frozenset[Option], tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    with silence_warnings():
        made = pydicom.dcmread(find("CT_small.dcm"))
        made.StudyInstanceUID = made.FrameOfReferenceUID = "KOBOLDSON 1947"
        made.file_meta.MediaStorageSOPClassUID = "1.2.KOBOLDSON"
        made.save_as(path)
    assert path.read_bytes().count(b"KOBOLDSON") == 3
    content = copy_dicom(Source(path), path.read_bytes(), DeidentifyOptions(keep), KEY, POLICY).content
    assert b"KOBOLDSON" not in content


def test_a_description_keeps_only_words_that_say_how() -> None:
    assert clean_description("T1 AX SMITH post contrast 3 mm (Dr. Kobold)") == "T1 AX post contrast 3 mm"
    assert is_ordinary("Head without contrast")
    assert not is_ordinary("Head of Mr Kobold")
    assert clean_description("1234567") == ""


@pytest.mark.parametrize("name", ["CT_small.dcm", "JPEG2000.dcm", "MR_small_RLE.dcm", "SC_rgb_jpeg_dcmtk.dcm"])
def test_boxes_are_black_and_the_rest_is_as_it_was(name: str) -> None:
    plain = copied(name, DeidentifyOptions(boxes=((10, 20, 30, 40),)))
    assert not plain.file_meta.TransferSyntaxUID.is_compressed
    assert plain.BurnedInAnnotation == "NO"
    pixels = plain.pixel_array
    inside = pixels[10:30, 20:40]
    assert len(np.unique(inside)) == 1
    if name == "CT_small.dcm":
        old = pydicom.dcmread(find(name)).pixel_array
        outside = np.ones(old.shape, dtype=np.bool_)
        outside[10:30, 20:40] = False
        assert np.array_equal(pixels[outside], old[outside])
        assert inside[0, 0] == old.min()


def test_a_file_that_is_implicit_against_its_own_word_is_copied() -> None:
    new = copied("SC_rgb_jpeg.dcm")
    assert new.PatientIdentityRemoved == "YES"
    assert new.file_meta.TransferSyntaxUID.is_compressed


def test_a_document_is_refused() -> None:
    dataset = pydicom.dcmread(find("CT_small.dcm"))
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.104.1"
    buffer = BytesIO()
    dataset.save_as(buffer)
    with pytest.raises(Refusal) as caught:
        copy_dicom(Source(Path("a.dcm")), buffer.getvalue(), DeidentifyOptions(), KEY, POLICY)
    assert caught.value.code is Code.UNSUPPORTED


def test_the_name_in_an_attribute_that_may_stay_is_found_and_goes_too() -> None:
    dataset = pydicom.dcmread(find("CT_small.dcm"))
    dataset.PatientName, dataset.ConvolutionKernel = "Rumpelstiltskin^A", "RUMPELSTILTSKIN"
    buffer = BytesIO()
    dataset.save_as(buffer)
    path = find("CT_small.dcm")
    made = copy_dicom(Source(path), buffer.getvalue(), DeidentifyOptions(), KEY, POLICY)
    assert b"umpelstil" not in made.content.lower()
    assert pydicom.dcmread(BytesIO(made.content)).ConvolutionKernel == ""


def test_a_map_gives_the_same_in_a_later_run(tmp_path: Path) -> None:
    first = load_or_make_map(tmp_path / "map.json")
    again = load_or_make_map(tmp_path / "map.json")
    assert first.new_uid("1.2.3") == again.new_uid("1.2.3") != Pseudonyms().new_uid("1.2.3")
    assert first.days_back("a") == again.days_back("a")


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"version": 1, "key": "zz"}', b'{"version": 2, "key": "00"}', b"[1]"]
)
def test_a_file_that_is_no_map_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "map.json").write_bytes(content)
    with pytest.raises(Refusal) as caught:
        load_or_make_map(tmp_path / "map.json")
    assert caught.value.code is Code.ARGUMENT


@given(st.dates(min_value=date(1950, 1, 1)), st.integers(1, 3650))
def test_a_moved_date_is_a_date_of_the_same_length(day: date, days: int) -> None:
    moved = shift_times("DA", day.strftime("%Y%m%d").encode(), days)
    assert moved is not None
    assert len(moved) == 8
    assert moved.isdigit()


@pytest.mark.parametrize("value", [b"not a day", b"2021", b"20211345", b"CANARY12"])
def test_what_is_no_date_does_not_stay(value: bytes) -> None:
    assert shift_times("DA", value, 100) is None


@given(st.text(min_size=1))
def test_a_new_uid_is_a_uid(uid: str) -> None:
    assert pydicom.uid.UID(KEY.new_uid(uid)).is_valid


def notes_of(path: Path) -> tuple[str, ...]:
    return copy_dicom(Source(path), path.read_bytes(), NOTHING_KEPT, KEY, POLICY).record.notes


@pytest.mark.parametrize(
    ("name", "note"),
    [("waveform_ecg.dcm", WAVEFORMS), ("MR-SIEMENS-DICOM-WithOverlays.dcm", OVERLAYS)],
)
def test_content_that_is_removed_is_said(name: str, note: str) -> None:
    assert note in notes_of(find(name))
    assert notes_of(find("MR_small.dcm")) == (FACE,)


@pytest.mark.parametrize(
    ("tag", "vr", "note"),
    [
        (0x50003000, "OW", CURVES),
        (0x5002200C, "OW", CURVES),
        (0x60023000, "OW", OVERLAYS),
        (0x00189810, "OB", BINARY),
        (0x00091001, "OB", None),
    ],
)
def test_old_curves_sound_and_unknown_bytes_are_said(tag: int, vr: str, note: str | None, tmp_path: Path) -> None:
    dataset = pydicom.dcmread(find("CT_small.dcm"))
    plain = notes_of(find("CT_small.dcm"))
    dataset.add_new(tag, vr, b"\1\2\3\4")
    dataset.save_as(tmp_path / "a.dcm")
    assert set(notes_of(tmp_path / "a.dcm")) == {*plain, *([] if note is None else [note])}
