"""Measurements as a DICOM report: valid, and read back as they were."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage, generate_uid

from imaging.annotations.measurement import measure_shape
from imaging.annotations.report_shapes import read_outlines
from imaging.annotations.shapes import Points, Shape, ShapeType, new_uid
from imaging.base.policy import DEFAULT_POLICY
from imaging.export.dicom.measurement_report import MeasurementsObject, write_measurements
from imaging.export.dicom.origin import Device
from imaging.formats.dicom.report_reader import read_report
from imaging.volume.dicom_source import DicomSource
from imaging.volume.series import Source
from tests.imaging.annotations.slices import make_slice

SOURCE = DicomSource(
    patient_name="Roe^Jane", patient_id="A 1", study_uid=generate_uid(), series_uid=generate_uid(),
    sop_class_uid=CTImageStorage, instance_uid=generate_uid(), study_date="20240301",
)  # fmt: skip
SLICE = make_slice(np.arange(48 * 64, dtype=np.int16).reshape(48, 64), spacing=(0.5, 0.7), units="HU")
POINTS: dict[ShapeType, tuple[Points, ...]] = {
    ShapeType.LENGTH: (((1.0, 2.0), (30.25, 40.5)),),
    ShapeType.ANGLE: (((1.0, 2.0), (10.0, 2.0), (10.0, 30.0)),),
    ShapeType.COBB: (((1.0, 2.0), (3.0, 30.0), (20.0, 2.0), (15.0, 30.0)),),
    ShapeType.RECTANGLE: (((20.0, 30.0), (4.0, 3.0)), ((10.0, 10.0), (14.0, 16.0), (8.0, 20.0), (4.0, 14.0))),
    ShapeType.ELLIPSE: (
        ((30.0, 3.0), (4.0, 50.0)), ((1.0, 3.0), (40.0, 8.0)), ((4.0, 4.0), (24.0, 24.0), (19.0, 9.0), (9.0, 19.0)),
    ),
    ShapeType.FREEHAND: (((1.0, 1.0), (20.0, 5.0), (12.0, 40.0), (3.0, 22.5)),),
    ShapeType.POINT: (((5.0, 6.0),),),
    ShapeType.ARROW: (((5.0, 6.0), (20.0, 30.0)),),
    ShapeType.TEXT: (((15.0, 16.0),),),
}  # fmt: skip
SHAPES = [
    Shape(kind, points, 0, label=label, uid=new_uid())
    for kind, every in POINTS.items()
    for points in every
    for label in ("", "ä lesion")
    if label or kind is not ShapeType.TEXT
]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shapes = tuple((one, measure_shape(one, SLICE), SOURCE) for one in SHAPES)
    path = tmp_path_factory.mktemp("report") / "m.dcm"
    path.write_bytes(write_measurements(MeasurementsObject(shapes=shapes, units="HU", device=Device("Slicelens", "1"))))
    return path


def test_what_was_written_is_read_again(written: Path) -> None:
    found, lost = read_outlines(read_report(Source(written), DEFAULT_POLICY))
    assert lost == 0
    assert [one.shape for one in found] == SHAPES
    assert {one.image.instance_uid for one in found} == {SOURCE.instance_uid}


def test_the_report_is_valid(written: Path) -> None:
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy (Debian: dicom3tools) is not installed")
    said = subprocess.run(["dciodvfy", str(written)], capture_output=True, text=True, check=False)
    assert [line for line in said.stderr.splitlines() if line.startswith("Error")] == []


def test_it_stands_in_the_study_and_names_numbers_units_and_tracking(written: Path) -> None:
    made = pydicom.dcmread(written)
    assert (made.PatientID, made.StudyInstanceUID) == ("A 1", SOURCE.study_uid)
    assert made.ContentTemplateSequence[0].TemplateIdentifier == "1500"
    evidence = made.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0].ReferencedSOPSequence
    assert [one.ReferencedSOPClassUID for one in evidence] == [CTImageStorage]
    report = read_report(Source(written), DEFAULT_POLICY)
    numbers = {(one.concept, one.unit): one.number for one in report.items if one.kind == "NUM"}
    line = measure_shape(SHAPES[0], SLICE)
    assert numbers["Length", "mm"] == pytest.approx(line.value)
    assert {("Area", "mm2"), ("Mean", "Hounsfield unit"), ("Angle", "deg"), ("Cobb angle", "deg")} <= set(numbers)
    assert len([one for one in report.items if one.concept == "Tracking Unique Identifier"]) == len(SHAPES)


def test_frames_of_one_file_are_named(tmp_path: Path) -> None:
    frames = [replace(SOURCE, sop_class_uid=EnhancedCTImageStorage, frame=number) for number in (3, 7)]
    shapes = tuple((replace(SHAPES[0], uid=new_uid()), measure_shape(SHAPES[0], SLICE), one) for one in frames)
    path = tmp_path / "m.dcm"
    path.write_bytes(write_measurements(MeasurementsObject(shapes=shapes, units=None, device=Device("Slicelens", "1"))))
    found, _ = read_outlines(read_report(Source(path), DEFAULT_POLICY))
    assert [one.image.frames for one in found] == [(3,), (7,)]
