"""A report as DICOM objects, of sources of every kind: valid, true to what it says, and nothing said twice."""

import io
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.uid import generate_uid

from imaging.base.errors import Code
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import finish
from imaging.provenance import identify_source
from imaging.volume.geometry import Plane
from imaging.volume.volume import Slice
from imaging.volume.windowing import auto_window
from inference.bundle.bundle import load_bundle
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.contract.codes import ModelCode
from inference.contract.contract import Label
from inference.report.content import FindingPicture, compose_report
from inference.report.dicom_objects import FILE_NAMES, DicomFiles, outline_heat, write_dicom_objects
from inference.report.label_codes import find_code
from inference.report.subject import HeatmapNote, ReportSubject, TypedPatient
from tests.imaging.phantoms import dataset, enhanced, save
from tests.inference.factory import make_bundle
from tests.reading import READING, read_volume, scan, under

ALL = tuple(FILE_NAMES)
AXIAL = {
    "ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "ImagePositionPatient": [-30.5, -20.25, 77.0],
    "PixelSpacing": [0.5, 0.75], "SliceThickness": 2.5,
}  # fmt: skip
UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID")
CODED = [
    {"name": "normal", "display": "Normal"},
    {"name": "bright", "display": "Bright spot", "snomed_ct": "233604007"},
]

Given = Callable[..., tuple[ReportSubject, DicomFiles]]


def grey(rows: int = 48, columns: int = 40, **elements: Any) -> pydicom.Dataset:
    """One CT slice with UIDs of its own."""
    pixels = np.random.default_rng(1).integers(-200, 300, (rows, columns)).astype(np.int16)
    return dataset(pixels, **{**AXIAL, **{keyword: generate_uid() for keyword in UIDS}, **elements})


def colour_frames(**elements: Any) -> pydicom.Dataset:
    pixels = np.random.default_rng(2).integers(0, 255, (3, 32, 36, 3)).astype(np.uint8)
    given = {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.3.1", "Modality": "US", **elements}
    return dataset(pixels, **{**{keyword: generate_uid() for keyword in UIDS}, **given})


def frames_of_mr() -> pydicom.Dataset:
    values = np.random.default_rng(3).integers(0, 900, (4, 30, 28)).astype(np.int16)
    own = {keyword: generate_uid() for keyword in UIDS}
    return enhanced(values, positions=[(0.0, 0.0, 2.0 * number) for number in range(4)], **own)


def chest(**elements: Any) -> pydicom.Dataset:
    """A digital radiograph, dark where it is dense, without a place in the patient."""
    nowhere = dict.fromkeys(("ImageOrientationPatient", "ImagePositionPatient", "FrameOfReferenceUID"))
    own = {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.1.1", "Modality": "DX", "PhotometricInterpretation": "MONOCHROME1"}
    return grey(**{**own, **nowhere, **elements})


MADE: dict[str, Callable[[], pydicom.Dataset]] = {
    "ct": grey,
    "mr of several frames": frames_of_mr,
    "us in colour": colour_frames,
    "dx": chest,
    "cr with a broken name": lambda: chest(
        SOPClassUID="1.2.840.10008.5.1.4.1.1.1", Modality="CR", PatientName="A" * 80, PatientSex="X", StudyID="S" * 30
    ),
    "pet": lambda: grey(SOPClassUID="1.2.840.10008.5.1.4.1.1.128", Modality="PT", StudyTime="2561", PatientID="\u00e9"),
    "a private class": lambda: grey(SOPClassUID="1.2.840.113619.4.26", Modality="MR"),
}
STORED = (
    "CT_small.dcm", "MR_small.dcm", "image_dfl.dcm", "ExplVR_BigEnd.dcm", "examples_palette.dcm",
    "examples_overlay.dcm", "liver_1frame.dcm", "rtdose_1frame.dcm", "examples_rgb_color.dcm", "JPEG-lossy.dcm",
    "SC_rgb_rle_2frame.dcm", "mlut_18.dcm", "vlut_04.dcm", "RG1_UNCR.dcm", "emri_small.dcm", "US1_UNCR.dcm",
    "color-pl.dcm", "eCT_Supplemental.dcm",
)  # fmt: skip


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    folder = tmp_path_factory.mktemp("bundle")
    return Classifier(load_bundle(make_bundle(folder, schema_version=2, task={"kind": "multiclass", "labels": CODED})))


@pytest.fixture
def given(classifier: Classifier) -> Given:
    """Return the subject of a report on a file's middle slice, and its objects of these formats."""

    def write(path: Path, formats: tuple[str, ...] = ALL, **changes: Any) -> tuple[ReportSubject, DicomFiles]:
        series = finish(scan([path])).series[0]
        slice_ = read_volume(series).slice_at(Plane.ACQUIRED, series.middle)
        assert slice_.frame is not None
        heat = heat_of(slice_)
        subject = ReportSubject(
            slice=slice_, series_number=0, identity=finish(identify_source(series, slice_.frame, READING)),
            program="Slicelens 0", made=datetime(2026, 11, 28, tzinfo=UTC),
            voi=None if slice_.is_colour else next(iter(slice_.frame.windows), auto_window(slice_.values)),
            **{
                "bundle": classifier.bundle, "analysis": analyse(slice_, classifier), "heat": heat,
                "heatmap": HeatmapNote("bright", "grad-cam", None), **changes,
            },
        )  # fmt: skip
        pictures = [FindingPicture("seen", "The slice", np.full((8, 9), 7, np.uint8))]
        if subject.heat is not None:
            pictures.append(FindingPicture("map", "The map", np.full((8, 9, 3), 9, np.uint8)))
        return subject, finish(write_dicom_objects(compose_report(subject, tuple(pictures)), formats, READING))

    return write


def heat_of(slice_: Slice) -> np.ndarray:
    """A map with a block of ones, in which half of it reaches further."""
    rows, columns = slice_.stored.shape[:2]
    heat = np.zeros((rows, columns), np.float32)
    heat[rows // 4 : rows // 2, columns // 4 : columns // 2] = 1.0
    heat[: rows // 8, : columns // 8] = 0.3
    return heat


def read(files: DicomFiles, format_: str) -> pydicom.Dataset:
    return pydicom.dcmread(io.BytesIO(files.files[FILE_NAMES[format_]]))


def items_of(item: pydicom.Dataset) -> list[pydicom.Dataset]:
    return [one for child in item.get("ContentSequence", []) for one in (child, *items_of(child))]


def named(report: pydicom.Dataset, meaning: str) -> list[pydicom.Dataset]:
    return [one for one in items_of(report) if one.ConceptNameCodeSequence[0].CodeMeaning == meaning]


def errors_of(content: bytes, path: Path) -> list[str]:
    path.write_bytes(content)
    said = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
    return [line for line in (said.stdout + said.stderr).splitlines() if line.startswith(("Error", "Abort"))]


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy (Debian: dicom3tools) is not installed")
@pytest.mark.parametrize(
    ("name", "is_private"), [*((name, False) for name in (*MADE, *STORED)), *((name, True) for name in MADE)]
)
def test_every_object_is_valid(given: Given, tmp_path: Path, name: str, is_private: bool) -> None:
    if name in MADE:
        with pydicom.config.disable_value_validation():
            path = save(MADE[name](), tmp_path / "source.dcm")
    else:
        stored = get_testdata_file(name, download=False)
        if stored is None:
            pytest.skip(f"{name} is not installed (pydicom-data)")
        path = Path(str(stored))
    _, written = given(path, is_private=is_private)
    assert set(written.files) | {FILE_NAMES[one] for one, _ in written.refused} == set(FILE_NAMES.values())
    assert {"finding.sr.dcm", "pane.sc.dcm"} <= set(written.files)
    assert [one for name, content in written.files.items() for one in errors_of(content, tmp_path / name)] == []


def test_a_code_is_that_of_snomed_else_of_radlex_else_one_of_the_name() -> None:
    def coded(**codes: str) -> tuple[str, str, str]:
        found = find_code(Label(name="bright", display="Bright spot", **codes))
        return found.code, found.scheme, found.meaning

    assert coded(snomed_ct="233604007", radlex="RID5350") == ("233604007", "SCT", "Bright spot")
    assert coded(radlex="RID5350") == ("RID5350", "RADLEX", "Bright spot")
    assert coded()[1:] == ("99SLICELENS", "Bright spot")


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy (Debian: dicom3tools) is not installed")
def test_names_that_no_code_can_be(tmp_path: Path, given: Given) -> None:
    labels = [
        {"name": "back\\slash", "display": "Back\\slash"},
        {"name": "long " * 30, "display": "A long name " * 12},
        {"name": "\u80ba\u708e", "display": "\u80ba\u708e"},
    ]
    bundle = load_bundle(make_bundle(tmp_path, version=" ", task={"kind": "multiclass", "labels": labels}))
    path = save(grey(), tmp_path / "source.dcm")
    slice_ = read_volume(finish(scan([path])).series[0]).slice_at(Plane.ACQUIRED, 0)
    changes = {"bundle": bundle, "analysis": analyse(slice_, Classifier(bundle)), "heatmap": None, "heat": None}
    _, written = given(path, ("sr",), **changes)
    assert errors_of(written.files["finding.sr.dcm"], tmp_path / "sr.dcm") == []
    groups = named(read(written, "sr"), "Measurement Group")
    codes = [one.ConceptCodeSequence[0] for group in groups for one in named(group, "Finding")]
    assert len({code.get("CodeValue") or code.LongCodeValue for code in codes}) == len(labels)
    assert {code.CodeMeaning for code in codes} >= {"\u80ba\u708e", "Back slash"}


def test_they_stand_in_the_patient_and_the_study_of_the_source(given: Given, tmp_path: Path) -> None:
    source = grey(
        PatientName="Kestrel^Ann", PatientID="K-1", PatientBirthDate="19310203", PatientSex="F", StudyDate="20260102",
        AccessionNumber="A1", StudyID="S1", ReferringPhysicianName="Doe^Jo",
    )  # fmt: skip
    _, written = given(save(source, tmp_path / "source.dcm"))
    assert not written.refused
    seen = set()
    for one in ALL:
        made = read(written, one)
        for keyword in (
            "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate",
            "AccessionNumber", "StudyID", "ReferringPhysicianName",
        ):  # fmt: skip
            assert made[keyword].value == source[keyword].value, (one, keyword)
        seen |= {made.SeriesInstanceUID, made.SOPInstanceUID}
    assert len(seen) == 2 * len(ALL)
    assert not seen & {source.SeriesInstanceUID, source.SOPInstanceUID}


def test_the_map_reads_back_equal_and_lies_where_the_slice_does(given: Given, tmp_path: Path) -> None:
    from highdicom.pm import ParametricMap

    source = grey()
    subject, written = given(save(source, tmp_path / "source.dcm"), ("pm",))
    made = ParametricMap.from_dataset(read(written, "pm"))
    assert made.pixel_array.dtype == np.float32
    np.testing.assert_array_equal(np.squeeze(made.pixel_array), subject.heat)
    shared = made.SharedFunctionalGroupsSequence[0]
    assert list(shared.PlaneOrientationSequence[0].ImageOrientationPatient) == [1, 0, 0, 0, 1, 0]
    assert list(shared.PixelMeasuresSequence[0].PixelSpacing) == [0.5, 0.75]
    position = made.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[0].ImagePositionPatient
    assert list(position) == [-30.5, -20.25, 77.0]
    assert made.FrameOfReferenceUID == source.FrameOfReferenceUID
    assert made.SourceImageSequence[0].ReferencedSOPInstanceUID == source.SOPInstanceUID
    # Another program finds the map in its place, by its own reading.
    (series,) = finish(scan([save(made, tmp_path / "map.dcm")])).series
    assert series.affine is not None
    np.testing.assert_allclose(series.affine[:3, 1:], subject.slice.affine[:3, 1:], atol=1e-6)
    again = read_volume(series).slice_at(Plane.ACQUIRED, 0)
    np.testing.assert_array_equal(again.values, subject.heat)


def test_the_frame_of_a_file_of_several_is_named(given: Given, tmp_path: Path) -> None:
    source = frames_of_mr()
    subject, written = given(save(source, tmp_path / "source.dcm"))
    assert subject.slice.frame is not None
    number = subject.slice.frame.index + 1
    report, state, heat = read(written, "sr"), read(written, "gsps"), read(written, "pm")
    (reference,) = named(report, "Source of Measurement")[0].ReferencedSOPSequence
    (shown,) = state.ReferencedSeriesSequence[0].ReferencedImageSequence
    (drawn,) = state.GraphicAnnotationSequence[0].ReferencedImageSequence
    for one in (reference, shown, drawn, heat.SourceImageSequence[0]):
        assert one.ReferencedSOPClassUID == source.SOPClassUID
        assert one.ReferencedSOPInstanceUID == source.SOPInstanceUID
        assert one.ReferencedFrameNumber == number


def test_the_report_says_labels_with_codes_probabilities_and_the_decision(given: Given, tmp_path: Path) -> None:
    source = grey()
    subject, written = given(save(source, tmp_path / "source.dcm"), ("sr",))
    report = read(written, "sr")
    assert report.SOPClassUID == "1.2.840.10008.5.1.4.1.1.88.34"
    assert report.ContentTemplateSequence[0].TemplateIdentifier == "1500"
    finding = subject.analysis.finding
    assert finding is not None
    groups = named(report, "Measurement Group")
    assert len(groups) == len(CODED)
    said = {}
    for group in groups:
        (label,) = (one.ConceptCodeSequence[0] for one in named(group, "Finding"))
        (number,) = (one.MeasuredValueSequence[0].NumericValue for one in named(group, "Probability"))
        (decided,) = (one.ConceptCodeSequence[0].CodeMeaning for one in named(group, "Decided by the model's rule"))
        said[label.CodeMeaning] = (label.CodingSchemeDesignator, label.CodeValue, float(number), decided == "Yes")
        (image,) = named(group, "Source of Measurement")
        assert image.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == source.SOPInstanceUID
        assert named(group, "Tracking Unique Identifier")[0].UID.startswith("2.25.")
        assert named(group, "Algorithm Name")[0].TextValue == "Tiny"
        assert any(subject.bundle.sha256 in one.TextValue for one in named(group, "Algorithm Parameters"))
    codes = {"Normal": ("99SLICELENS", "normal"), "Bright spot": ("SCT", "233604007")}
    assert said == {
        one.display: (*codes[one.display], float(f"{one.probability:.6g}"), one.name == finding.decision)
        for one in finding.scores
    }
    assert named(report, "Observer Type")[0].ConceptCodeSequence[0].CodeMeaning == "Device"
    assert report.CurrentRequestedProcedureEvidenceSequence[0].StudyInstanceUID == source.StudyInstanceUID
    scheme, code = "Code in DICOM objects: Normal", "normal (99SLICELENS)"
    assert [one.TextValue for one in named(report, scheme)] == [code]


def test_another_program_finds_the_groups_of_template_1500(given: Given, tmp_path: Path) -> None:
    from highdicom.sr import Comprehensive3DSR

    subject, written = given(save(grey(), tmp_path / "source.dcm"), ("sr",))
    groups = Comprehensive3DSR.from_dataset(read(written, "sr")).content.get_image_measurement_groups()
    finding = subject.analysis.finding
    assert finding is not None
    found = {group.finding_type.meaning: group.get_measurements()[0] for group in groups}
    assert {name: one.value for name, one in found.items()} == {
        one.display: float(f"{one.probability:.6g}") for one in finding.scores
    }
    assert {(one.name.meaning, one.unit.value) for one in found.values()} == {("Probability", "1")}


def test_the_time_limit_of_reading_is_not_that_of_writing(given: Given, tmp_path: Path) -> None:
    subject, _ = given(save(grey(), tmp_path / "source.dcm"), ())
    content = compose_report(subject, (FindingPicture("seen", "The slice", np.full((8, 9), 7, np.uint8)),))
    written = finish(write_dicom_objects(content, ("sr",), under(ReadingPolicy(seconds=0.01))))
    assert set(written.files) == {"finding.sr.dcm"}


def test_the_same_finding_of_the_same_slice_is_tracked(given: Given, tmp_path: Path) -> None:
    path = save(grey(), tmp_path / "source.dcm")
    reports = [read(given(path, ("sr",))[1], "sr") for _ in range(2)]
    tracked = [[one.UID for one in named(report, "Tracking Unique Identifier")] for report in reports]
    assert tracked[0] == tracked[1]
    assert len(set(tracked[0])) == len(CODED)
    assert reports[0].SOPInstanceUID != reports[1].SOPInstanceUID


def test_the_outline_lies_around_the_strong_half(given: Given, tmp_path: Path) -> None:
    subject, written = given(save(grey(RescaleSlope=2, RescaleIntercept=-5), tmp_path / "source.dcm"), ("gsps",))
    state = read(written, "gsps")
    (annotation,) = state.GraphicAnnotationSequence
    (figure,) = annotation.GraphicObjectSequence
    points = np.reshape(figure.GraphicData, (-1, 2))
    assert (figure.GraphicType, figure.GraphicAnnotationUnits) == ("POLYLINE", "PIXEL")
    assert points[0].tolist() == points[-1].tolist()
    # The block of ones is rows 12 to 23 and columns 10 to 19; a pixel's centre lies half a pixel from its corner.
    assert points.min(0).tolist() == [10.5, 12.5]
    assert points.max(0).tolist() == [19.5, 23.5]
    assert (state.RescaleSlope, state.RescaleIntercept) == (2, -5)
    window = state.SoftcopyVOILUTSequence[0]
    assert float(window.WindowCenter) == pytest.approx(subject.voi.centre)  # type: ignore[union-attr]
    assert list(state.DisplayedAreaSelectionSequence[0].PresentationPixelSpacing) == [0.5, 0.75]


def test_a_map_without_evidence_has_no_outline() -> None:
    assert outline_heat(np.zeros((5, 5), np.float32)) == ()


def test_the_capture_is_the_picture(given: Given, tmp_path: Path) -> None:
    path = save(grey(), tmp_path / "source.dcm")
    made = read(given(path, ("sc",))[1], "sc")
    assert made.pixel_array.tolist() == np.full((8, 9, 3), 9).tolist()
    assert "Research use only" in made.ImageComments
    bare = read(given(path, ("sc",), heat=None, heatmap=None)[1], "sc")
    assert bare.pixel_array.tolist() == np.full((8, 9), 7).tolist()
    assert bare.SOPInstanceUID != made.SOPInstanceUID


def test_the_capture_says_that_its_source_lost_something(given: Given, tmp_path: Path) -> None:
    lossy = grey(LossyImageCompression="01", LossyImageCompressionRatio="10.4567")
    made = read(given(save(lossy, tmp_path / "lossy.dcm"), ("sc",))[1], "sc")
    assert (made.LossyImageCompression, made.LossyImageCompressionRatio) == ("01", 10.46)
    made = read(given(save(grey(), tmp_path / "plain.dcm"), ("sc",))[1], "sc")
    assert (made.LossyImageCompression, made.get("LossyImageCompressionRatio")) == ("00", None)


def test_a_picture_gets_a_capture_that_the_report_refers_to(given: Given, tmp_path: Path) -> None:
    Image.fromarray(np.arange(4800, dtype=np.uint8).reshape(60, 80)).save(tmp_path / "one.png")
    _, written = given(tmp_path / "one.png", ("sr", "pm", "gsps"))
    assert set(written.files) == {"finding.sr.dcm", "pane.sc.dcm"}
    assert {one: refusal.code for one, refusal in written.refused} == dict.fromkeys(("pm", "gsps"), Code.UNSUPPORTED)
    assert all("choose sr and sc" in refusal.message for _, refusal in written.refused)
    report, capture = read(written, "sr"), read(written, "sc")
    (reference,) = named(report, "Source of Measurement")[0].ReferencedSOPSequence
    assert reference.ReferencedSOPInstanceUID == capture.SOPInstanceUID
    assert reference.ReferencedSOPClassUID == capture.SOPClassUID
    assert report.StudyInstanceUID == capture.StudyInstanceUID
    evidence = report.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0]
    assert evidence.SeriesInstanceUID == capture.SeriesInstanceUID
    # Derived from the file: the same study for the same file.
    again = read(given(tmp_path / "one.png", ("sc",))[1], "sc")
    assert (again.StudyInstanceUID, again.SOPInstanceUID) == (capture.StudyInstanceUID, capture.SOPInstanceUID)


@pytest.mark.parametrize("gone", UIDS[:3])
def test_a_source_without_uids_is_as_a_picture(given: Given, tmp_path: Path, gone: str) -> None:
    path = save(grey(**{gone: None}), tmp_path / "source.dcm")
    _, written = given(path)
    assert {one for one, _ in written.refused} == {"pm", "gsps"}
    report, capture = read(written, "sr"), read(written, "sc")
    (reference,) = named(report, "Source of Measurement")[0].ReferencedSOPSequence
    assert reference.ReferencedSOPInstanceUID == capture.SOPInstanceUID


def test_a_slice_that_the_model_is_not_for_has_no_number_in_a_group(tmp_path: Path, given: Given) -> None:
    folder = make_bundle(tmp_path, input={"modality": ["MR"]})
    bundle = load_bundle(folder)
    path = save(grey(), tmp_path / "source.dcm")
    series = finish(scan([path])).series[0]
    slice_ = read_volume(series).slice_at(Plane.ACQUIRED, 0)
    analysis = analyse(slice_, Classifier(bundle))
    assert analysis.is_withheld
    _, written = given(path, ("sr",), analysis=analysis)
    report = read(written, "sr")
    (group,) = named(report, "Measurement Group")
    assert not named(group, "Probability")
    assert not named(group, "Finding")
    (standing,) = named(group, "Standing of the finding")
    assert standing.ConceptCodeSequence[0].CodeValue == "out_of_contract"


def test_without_a_heatmap_its_objects_are_refused(given: Given, tmp_path: Path) -> None:
    _, written = given(save(grey(), tmp_path / "source.dcm"), heat=None, heatmap=None)
    assert {one: refusal.code for one, refusal in written.refused} == dict.fromkeys(
        ("pm", "gsps"), ModelCode.NO_HEATMAP
    )


def test_without_a_place_or_in_colour_the_reason_is_said(given: Given, tmp_path: Path) -> None:
    _, flat = given(save(chest(), tmp_path / "chest.dcm"))
    assert [(one, refusal.code) for one, refusal in flat.refused] == [("pm", Code.NO_GEOMETRY)]
    assert read(flat, "gsps").PresentationLUTShape == "INVERSE"
    _, colour = given(save(colour_frames(), tmp_path / "colour.dcm"))
    assert "colour" in dict(colour.refused)["gsps"].message


def test_what_was_typed_stands_in_the_objects(given: Given, tmp_path: Path) -> None:
    path = save(grey(PatientName="Kestrel^Ann", PatientID="K-1", StudyDate="20200102"), tmp_path / "source.dcm")
    _, written = given(path, typed=TypedPatient("N. N.", "2026-11-01"))
    for one in ALL:
        made = read(written, one)
        assert (str(made.PatientName), made.PatientID, made.StudyDate) == ("N. N.", "", "20261101")


def test_a_private_report_names_nobody(given: Given, tmp_path: Path) -> None:
    source = grey(PatientName="Kestrel^Ann", PatientID="K-1", StudyDate="20200102", AccessionNumber="KESTREL7")
    _, written = given(save(source, tmp_path / "KESTREL.dcm"), is_private=True)
    assert not written.refused
    canaries = ["kestrel", "k-1", "20200102", *(source[keyword].value for keyword in UIDS)]
    for content in written.files.values():
        assert [one for one in canaries if one.encode() in content.lower()] == []
    report, capture = read(written, "sr"), read(written, "sc")
    (reference,) = named(report, "Source of Measurement")[0].ReferencedSOPSequence
    assert reference.ReferencedSOPInstanceUID == capture.SOPInstanceUID
    assert len({read(written, one).StudyInstanceUID for one in ALL}) == 1
