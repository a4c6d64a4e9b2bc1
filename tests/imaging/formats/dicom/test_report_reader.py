"""Structured reports of other programs become rows of text; what cannot be read is refused, and never hangs."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from imaging.base.errors import Code, Refusal, ReportRefusal, Skipped
from imaging.base.policy import NESTING, ReadingPolicy
from imaging.base.progress import finish
from imaging.formats.dicom.report_reader import MOST_CONTENT_ITEMS, read_report
from imaging.identify import refusal_or
from imaging.remote_read import read_reports
from imaging.volume.series import Source
from imaging.volume.structured_report import ReferencedInstance, ReportedShape, ReportItem, StructuredReport
from tests.imaging.phantoms import code_item, content_item, number_item, save, structured_report, write_series
from tests.reading import POLICY, READING, scan

CT = "1.2.840.10008.5.1.4.1.1.2"


def read(path: Path, policy: ReadingPolicy = POLICY) -> StructuredReport:
    return read_report(Source(path), policy)


def item(made: Dataset, tmp_path: Path) -> ReportItem:
    """The first item of a report on it alone."""
    return read(save(structured_report(made), tmp_path / "one.dcm")).items[0]


def image(uid: str, **elements: object) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = CT, uid
    for keyword, value in elements.items():
        setattr(reference, keyword, value)
    return content_item("IMAGE", "Source", ReferencedSOPSequence=[reference], tie="SELECTED FROM")


@pytest.mark.parametrize(
    ("made", "value", "unit"),
    [
        (lambda: number_item("Diameter", 12.5), "12.5", "mm"),
        (lambda: number_item("Ratio", "0.25", "1"), "0.25", ""),
        (lambda: content_item("NUM", "Lost"), "not measured", ""),
        (lambda: content_item("CODE", "Finding", ConceptCodeSequence=[code_item("9", "Nodule")]), "Nodule", ""),
        (lambda: content_item("CODE", "Finding", ConceptCodeSequence=[code_item("9", "")]), "9", ""),
        (lambda: content_item("TEXT", "Remark", TextValue="two\nlines"), "two\nlines", ""),
        (lambda: content_item("TEXT", "Long", TextValue="x" * 20_000), "x" * 10_000 + " … (cut here)", ""),
        (lambda: content_item("DATE", "Day", Date="20260102"), "20260102", ""),
        (lambda: content_item("PNAME", "Reader", PersonName="Doe^Jo"), "Doe, Jo", ""),
        (lambda: content_item("UIDREF", "Id", UID="1.2.3"), "1.2.3", ""),
        (lambda: content_item("CONTAINER", "Group"), "", ""),
        (lambda: content_item("TABLE", "Rows"), "not shown: a value of the kind TABLE", ""),
        (lambda: content_item("", "Nothing"), "not shown: its kind is not stated", ""),
        (lambda: Dataset(), "not shown: its kind is not stated", ""),
    ],
)
def test_values_of_every_kind(made: Callable[[], Dataset], value: str, unit: str, tmp_path: Path) -> None:
    found = item(made(), tmp_path)
    assert (found.value, found.unit) == (value, unit)


def test_numbers_stay_numbers(tmp_path: Path) -> None:
    assert item(number_item("Diameter", "1.5e1"), tmp_path).number == 15.0
    empty = item(number_item("Diameter", ""), tmp_path)
    assert (empty.number, empty.value) == (None, "not measured")


def test_images_and_coordinates_are_kept_for_those_who_draw(tmp_path: Path) -> None:
    on_image = content_item(
        "SCOORD", "Outline", image("1.2.3", ReferencedFrameNumber=[4]), GraphicType="POLYLINE",
        GraphicData=[1.5, 2.5, 3.5, 4.5],
    )  # fmt: skip
    found = item(on_image, tmp_path)
    assert found.shape == ReportedShape("POLYLINE", ((1.5, 2.5), (3.5, 4.5)))
    assert found.references == (ReferencedInstance("1.2.3", CT, (4,)),)
    in_space = content_item(
        "SCOORD3D", "Point", GraphicType="POINT", GraphicData=[1.0, 2.0, 3.0], ReferencedFrameOfReferenceUID="1.9"
    )
    assert item(in_space, tmp_path).shape == ReportedShape("POINT", ((1.0, 2.0, 3.0),), "1.9")
    no_points = content_item("SCOORD", "Point", GraphicType="POINT", GraphicData=[float("nan"), 1.0])
    assert item(no_points, tmp_path).shape is None
    assert item(image("1.2.3"), tmp_path).value == "CT Image Storage"


def test_the_tree_is_in_its_order_with_its_depths(tmp_path: Path) -> None:
    tree = content_item(
        "CONTAINER", "A", content_item("TEXT", "B", content_item("TEXT", "C")), content_item("TEXT", "D")
    )
    report = read(save(structured_report(tree, content_item("TEXT", "E")), tmp_path / "one.dcm"))
    assert [(one.depth, one.concept) for one in report.items] == [(0, "A"), (1, "B"), (2, "C"), (1, "D"), (0, "E")]


def test_facts_about_the_report(tmp_path: Path) -> None:
    template, evidence = Dataset(), Dataset()
    template.TemplateIdentifier, evidence.StudyInstanceUID = "99999", "1.2.7"
    made = structured_report(
        content_item("TEXT", "A"), ContentTemplateSequence=[template], ContentDate="20260102", Manufacturer="Others",
        VerificationFlag="VERIFIED", PertinentOtherEvidenceSequence=[evidence],
    )  # fmt: skip
    report = read(save(made, tmp_path / "one.dcm"))
    assert (report.title, report.kind) == ("Imaging Measurement Report", "Comprehensive SR")
    assert (report.template, report.date, report.maker) == ("99999", "20260102", "Others")
    assert (report.is_complete, report.is_verified) == (True, True)
    assert report.studies == (made.StudyInstanceUID, "1.2.7")


def test_a_real_report_of_another_program() -> None:
    report = read(Path(str(get_testdata_file("test-SR.dcm"))))
    assert len(report.items) == 28
    assert [(one.concept, one.text) for one in report.items if one.kind == "NUM"] == [("Diameter", "3 Length Unit")] * 2
    assert "see item 1.3.2" in {one.value for one in report.items}


def with_content(content: bytes, path: Path) -> Path:
    """Write a report whose content sequence is these bytes: quicker than to write ten thousand items, or deep ones."""
    stored = structured_report()
    del stored.ContentSequence
    written = io.BytesIO()
    stored.save_as(written, enforce_file_format=True)
    path.write_bytes(written.getvalue() + b"\x40\x00\x30\xa7SQ\0\0" + content)
    return path


def items(count: int) -> bytes:
    """So many equal items, encoded."""
    written = DicomBytesIO()
    written.is_little_endian, written.is_implicit_VR = True, False
    write_dataset(written, number_item("Diameter", 1))
    one = written.getvalue()
    whole = (b"\xfe\xff\x00\xe0" + struct.pack("<I", len(one)) + one) * count
    return struct.pack("<I", len(whole)) + whole


def test_many_items_are_read(tmp_path: Path) -> None:
    assert len(read(with_content(items(1_000), tmp_path / "many.dcm")).items) == 1_000


@pytest.mark.parametrize("count", [MOST_CONTENT_ITEMS + 1, 60_000])
def test_too_many_items_are_refused(count: int, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="more than") as refused:
        read(with_content(items(count), tmp_path / "too_many.dcm"))
    assert refused.value.code in (Code.TOO_LARGE, Code.HEADER)


@pytest.mark.parametrize("depth", [NESTING + 5, 800])
def test_sequences_too_deep_are_refused(depth: int, tmp_path: Path) -> None:
    # Of undefined lengths, each sequence with one item.
    begin = b"\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    end = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0"
    content = b"\x40\x00\x30\xa7SQ\0\0".join([begin] * depth) + end * depth
    with pytest.raises(Refusal, match="levels deep"):
        read(with_content(content, tmp_path / "deep.dcm"))


def whole_report() -> bytes:
    content = io.BytesIO()
    tree = content_item("CONTAINER", "A", number_item("B", 1), image("1.2.3"), content_item("TEXT", "C", TextValue="D"))
    structured_report(tree, tree).save_as(content, enforce_file_format=True)
    return content.getvalue()


WHOLE = whole_report()


@given(length=st.integers(140, len(WHOLE) - 1))
def test_a_report_that_was_cut_is_refused_or_read(length: int, tmp_path: Path) -> None:
    (tmp_path / "cut.dcm").write_bytes(WHOLE[:length])
    found = refusal_or(read_report, Source(tmp_path / "cut.dcm"), POLICY)
    assert found.message if isinstance(found, Refusal) else len(found.items) <= 8


@given(at=st.integers(200, len(WHOLE) - 1), byte=st.integers(0, 255))
def test_a_damaged_byte_costs_no_more_than_the_report(at: int, byte: int, tmp_path: Path) -> None:
    (tmp_path / "damaged.dcm").write_bytes(WHOLE[:at] + bytes((byte,)) + WHOLE[at + 1 :])
    found = refusal_or(read_report, Source(tmp_path / "damaged.dcm"), POLICY)
    assert found.message if isinstance(found, Refusal) else found.items


def test_a_report_without_content_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="no content") as refused:
        read(save(structured_report(), tmp_path / "empty.dcm"))
    assert refused.value.code is Code.NOT_AN_IMAGE


def test_a_folder_lists_its_reports_and_its_ledger_adds_up(tmp_path: Path) -> None:
    write_series(tmp_path)
    path = save(structured_report(number_item("Diameter", 5)), tmp_path / "report.dcm")
    found = finish(scan([tmp_path]))
    assert found.reports == (Source(path),)
    assert found.ledger.skipped == (Skipped.because(str(path), ReportRefusal("Comprehensive SR")),)
    assert found.ledger.skipped[0].code is Code.NOT_AN_IMAGE
    assert found.ledger.seen == found.ledger.opened + 1
    (answer,) = (one for one in read_reports(found.reports, READING) if one is not None)
    assert isinstance(answer[1], StructuredReport)
    assert answer[1] == read(path)


def test_reports_are_read_in_children_and_one_costs_no_other(tmp_path: Path) -> None:
    good = save(structured_report(number_item("Diameter", 5)), tmp_path / "good.dcm")
    (tmp_path / "cut.dcm").write_bytes(WHOLE[:400])
    sources = [Source(tmp_path / "cut.dcm"), Source(good), Source(tmp_path / "gone.dcm")]
    found = dict(one for one in read_reports(sources, READING) if one is not None)
    assert isinstance(found[0], Refusal)
    assert found[1].title == "Imaging Measurement Report"
    assert found[2].code is Code.MISSING
