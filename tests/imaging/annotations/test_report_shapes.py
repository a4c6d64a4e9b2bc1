"""Reports of other tools become shapes: highdicom's planar regions, OHIF's and dcmqi's ways of TID 1500."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, SegmentationStorage, generate_uid

from desktop.jobs.shape_work import read_shapes
from imaging.annotations.placement import find_slice
from imaging.annotations.report_shapes import SpatialOutline, count_unplaced, read_outlines
from imaging.annotations.shapes import Points, ShapeType
from imaging.base.policy import DEFAULT_POLICY
from imaging.base.progress import finish
from imaging.formats.dicom.report_reader import read_report
from imaging.load import allocate
from imaging.scan import scan
from imaging.volume.series import Source
from tests.imaging.phantoms import (
    code_item,
    content_item,
    l_values,
    number_item,
    save,
    structured_report,
    write_series,
)
from tests.reading import READING

IMAGE = "1.2.3.4"


def graphic(kind: str, *points: tuple[float, float], tie: str = "INFERRED FROM", image: str = IMAGE) -> Dataset:
    """Coordinates (column, row) on an image."""
    one = Dataset()
    one.ReferencedSOPClassUID, one.ReferencedSOPInstanceUID = CTImageStorage, image
    selected = content_item("IMAGE", "Source", tie="SELECTED FROM", ReferencedSOPSequence=[one])
    data = [float(part) for point in points for part in point]
    return content_item("SCOORD", "Source", selected, tie=tie, GraphicType=kind, GraphicData=data)


def measured(concept: str, value: float, shape: Dataset, unit: str = "mm") -> Dataset:
    number = number_item(concept, value, unit)
    number.ContentSequence = [shape]
    return number


def group(tracked: str, uid: str, *inside: Dataset) -> Dataset:
    return content_item(
        "CONTAINER", "Measurement Group",
        content_item("TEXT", "Tracking Identifier", tie="HAS OBS CONTEXT", TextValue=tracked),
        content_item("UIDREF", "Tracking Unique Identifier", tie="HAS OBS CONTEXT", UID=uid),
        *inside,
    )  # fmt: skip


def drawn(folder: Path, *groups: Dataset) -> tuple[list[tuple[ShapeType, Points, str]], int]:
    report = structured_report(content_item("CONTAINER", "Imaging Measurements", *groups))
    found, lost = read_outlines(read_report(Source(save(report, folder / "sr.dcm")), DEFAULT_POLICY))
    assert len({one.facts.uid if isinstance(one, SpatialOutline) else one.shape.uid for one in found}) == len(found)
    assert not any(isinstance(one, SpatialOutline) for one in found)
    return [(one.shape.type, one.shape.points, one.shape.label) for one in found], lost


def test_shapes_as_ohif_writes_them(tmp_path: Path) -> None:
    tools = "cornerstoneTools@^4.0.0:"
    box = [(10.5, 20.5), (30.5, 20.5), (30.5, 40.5), (10.5, 40.5), (10.5, 20.5)]
    ellipse = [(20.5, 10.5), (20.5, 50.5), (10.5, 30.5), (30.5, 30.5)]
    found, lost = drawn(
        tmp_path,
        group(f"{tools}Length", "1.2.1", measured("Length", 12.5, graphic("POLYLINE", (10.5, 20.5), (30.5, 20.5)))),
        group(f"{tools}Angle", "1.2.2", measured(
            "Angle", 90, graphic("POLYLINE", (1.5, 1.5), (1.5, 9.5), (1.5, 9.5), (9.5, 9.5)), "deg")),
        group(f"{tools}CobbAngle", "1.2.3", measured(
            "Cobb angle", 20, graphic("POLYLINE", (1.5, 1.5), (9.5, 2.5), (1.5, 20.5), (9.5, 22.5)), "deg")),
        group(f"{tools}RectangleROI", "1.2.4", measured("Area", 5, graphic("POLYLINE", *box), "mm2"),
              measured("Mean", 7, graphic("POLYLINE", *box), "HU")),
        group(f"{tools}EllipticalROI", "1.2.5", measured("Area", 5, graphic("ELLIPSE", *ellipse), "mm2")),
        group(f"{tools}Probe", "1.2.6", graphic("POINT", (7.5, 8.5), tie="CONTAINS")),
    )  # fmt: skip
    assert lost == 0
    assert found == [
        (ShapeType.LENGTH, ((20, 10), (20, 30)), "Length 12.5 mm"),
        (ShapeType.ANGLE, ((1, 1), (9, 1), (9, 9)), "Angle 90 deg"),
        (ShapeType.COBB, ((1, 1), (2, 9), (20, 1), (22, 9)), "Cobb angle 20 deg"),
        (ShapeType.RECTANGLE, ((20, 10), (40, 30)), "Area 5 mm2"),
        (ShapeType.ELLIPSE, ((10, 10), (50, 30)), "Area 5 mm2"),
        (ShapeType.POINT, ((8, 7),), f"{tools}Probe"),
    ]


def test_outlines_as_planar_regions(tmp_path: Path) -> None:
    finding = content_item("CODE", "Finding")
    finding.ConceptCodeSequence = [Dataset()]
    finding.ConceptCodeSequence[0].CodeValue, finding.ConceptCodeSequence[0].CodingSchemeDesignator = "1", "99TEST"
    finding.ConceptCodeSequence[0].CodeMeaning = "Nodule"
    outline = [(1.5, 1.5), (20.5, 2.5), (15.5, 30.5)]
    found, _ = drawn(
        tmp_path,
        group("lesion 1", "1.2.1", finding, graphic("POLYLINE", *outline, outline[0], tie="CONTAINS")),
        group("lesion 2", "1.2.2", finding, graphic("CIRCLE", (20.5, 20.5), (25.5, 20.5), tie="CONTAINS")),
        group("lesion 3", "1.2.3", graphic("POLYGON", *outline, tie="CONTAINS")),
    )
    corners = ((1, 1), (2, 20), (30, 15))
    assert found == [
        (ShapeType.FREEHAND, corners, "Nodule"),
        (ShapeType.ELLIPSE, ((15, 15), (25, 25)), "Nodule"),
        (ShapeType.FREEHAND, corners, "lesion 3"),
    ]


def test_what_cannot_be_drawn_is_counted(tmp_path: Path) -> None:
    space = content_item(
        "SCOORD3D", "Source", tie="CONTAINS", GraphicType="ELLIPSOID", GraphicData=[1.0] * 18,
        ReferencedFrameOfReferenceUID="1.2.9",
    )  # fmt: skip
    nowhere = graphic("POINT", (1.5, 1.5), tie="CONTAINS")
    del nowhere.ContentSequence
    found, lost = drawn(
        tmp_path,
        group("a", "1.2.1", space),
        group("b", "1.2.2", nowhere),
        group("c", "1.2.3", graphic("POLYLINE", (1.5, 1.5), (1.5, 1.5), tie="CONTAINS")),
        group("d", "1.2.4", graphic("ELLIPSE", (1.5, 1.5), (1.5, 8.5), tie="CONTAINS")),
    )
    assert (found, lost) == ([], 4)


def test_outlines_of_one_thing_on_several_slices_are_shapes_each(tmp_path: Path) -> None:
    uid = generate_uid()
    slices = [group("lesion", uid, graphic("POINT", (1.5, 1.5), tie="CONTAINS", image=f"1.2.{n}")) for n in range(3)]
    assert len(drawn(tmp_path, *slices)[0]) == 3
    # Read again they are the same shapes.
    first = read_outlines(read_report(Source(tmp_path / "sr.dcm"), DEFAULT_POLICY))[0]
    again = read_outlines(read_report(Source(tmp_path / "sr.dcm"), DEFAULT_POLICY))[0]
    assert [one.shape.uid for one in first] == [one.shape.uid for one in again]


def test_segments_as_dcmqi_measures_them_have_numbers_and_no_place(tmp_path: Path) -> None:
    """A group of tid1500writer (TID 1411): a segment of a segmentation, its source series, derived numbers."""
    segment = Dataset()
    segment.ReferencedSOPClassUID, segment.ReferencedSOPInstanceUID = SegmentationStorage, "1.2.3.5"
    segment.ReferencedSegmentNumber = 1
    mean = number_item("Attenuation Coefficient", "37.3289", "[hnsf'U]")
    mean.ContentSequence = [content_item("CODE", "Derivation", tie="HAS CONCEPT MOD")]
    mean.ContentSequence[0].ConceptCodeSequence = [code_item("373098007", "Mean", scheme="SCT")]
    volume = number_item("Volume", "70361.9", "mm3")
    liver = group(
        "Measurements group 1", generate_uid(),
        content_item("IMAGE", "Referenced Segment", ReferencedSOPSequence=[segment]),
        content_item("UIDREF", "Source series for segmentation", UID="1.2.3.6"),
        mean, volume,
    )  # fmt: skip
    library = content_item("CONTAINER", "Image Library", number_item("Pixel Spacing", 0.7))
    root = structured_report(library, content_item("CONTAINER", "Imaging Measurements", liver))
    report = read_report(Source(save(root, tmp_path / "dcmqi.dcm")), DEFAULT_POLICY)
    assert read_outlines(report) == ((), 0)
    assert count_unplaced(report) == 2
    said = {one.concept: one.text for one in report.items}
    assert said["Referenced Segment"] == "Segmentation Storage, segment 1"
    assert said["Attenuation Coefficient"].startswith("37.3289")
    assert said["Derivation"] == "Mean"
    assert said["Volume"] == "70361.9 mm3"


AXIAL_PLACES = {"LENGTH": ("POLYLINE", [(2.0, 3.0), (2.0, 30.0)]), "AREA": ("POLYGON", [(2, 3), (20, 4), (9, 30)])}


@pytest.mark.parametrize("tilt", [0.0, 0.3])
@pytest.mark.parametrize(("kind", "points"), AXIAL_PLACES.values(), ids=AXIAL_PLACES)
def test_coordinates_in_space_lie_on_the_slice_of_their_plane(
    kind: str, points: list[tuple[float, float]], tilt: float, tmp_path: Path
) -> None:
    across = np.array([np.cos(tilt), 0.0, np.sin(tilt)])
    down = np.array([0.0, 1.0, 0.0])
    folder = tmp_path / "ct"
    values, frame = l_values(rows=32, columns=40), "1.2.3.4.9"
    write_series(folder, values=values, spacing=(0.7, 0.9), orientation=(*across, *down), FrameOfReferenceUID=frame)
    (series,) = finish(scan((folder,), READING)).series
    assert series.affine is not None
    affine = series.affine
    placed = [(affine @ (4.2, row, column, 1.0))[:3] for row, column in points]
    if kind == "POLYGON":
        placed.append(placed[0])
    space = content_item(
        "SCOORD3D", "Source", tie="CONTAINS", GraphicType=kind,
        GraphicData=[float(part) for one in placed for part in one],
        ReferencedFrameOfReferenceUID=frame,
    )  # fmt: skip
    through = content_item(
        "SCOORD3D", "Source", tie="CONTAINS", GraphicType="POLYLINE",
        GraphicData=[float(part) for index in (1, 6) for part in (affine @ (index, 5, 5, 1.0))[:3]],
        ReferencedFrameOfReferenceUID=frame,
    )  # fmt: skip
    elsewhere = content_item(
        "SCOORD3D", "Source", tie="CONTAINS", GraphicType="POINT", GraphicData=[float(part) for part in placed[0]],
        ReferencedFrameOfReferenceUID="1.2.3.99",
    )  # fmt: skip
    groups = [group(name, f"1.2.{name}", one) for name, one in (("1", space), ("2", through), ("3", elsewhere))]
    root = structured_report(content_item("CONTAINER", "Imaging Measurements", *groups))
    volume = allocate(series, READING)
    found = finish(read_shapes(save(root, tmp_path / "sr.dcm"), volume, READING))
    (shape,) = found.shapes
    assert (shape.slice, found.lost) == (4, 2)
    assert shape.type is (ShapeType.LENGTH if kind == "POLYLINE" else ShapeType.FREEHAND)
    assert np.allclose(shape.points, points, atol=0.05 if tilt == 0 else 0.3)
    # As a file of shapes it is found again on the same slice.
    assert find_slice(shape, series) == 4


def test_coordinates_outside_the_picture_are_counted_and_the_others_drawn(tmp_path: Path) -> None:
    folder = tmp_path / "ct"
    write_series(folder, values=l_values(rows=32, columns=40))
    (series,) = finish(scan((folder,), READING)).series
    image = dcmread(series.frames[6].source.path).SOPInstanceUID
    inside = graphic("POLYLINE", (1.5, 2.5), (9.5, 8.5), tie="CONTAINS", image=image)
    outside = graphic("POLYLINE", (1.5, 2.5), (90.5, 8.5), tie="CONTAINS", image=image)
    root = structured_report(
        content_item("CONTAINER", "Imaging Measurements", group("a", "1.2.1", inside), group("b", "1.2.2", outside))
    )
    found = finish(read_shapes(save(root, tmp_path / "sr.dcm"), allocate(series, READING), READING))
    assert [(one.slice, one.points) for one in found.shapes] == [(6, ((2, 1), (8, 9)))]
    assert found.lost == 1


def test_highdicom_itself(tmp_path: Path) -> None:
    sr = pytest.importorskip("highdicom.sr")
    from pydicom.sr.codedict import codes

    from imaging.export.dicom.origin import as_dataset, quiet_highdicom
    from imaging.volume.dicom_source import DicomSource

    quiet_highdicom()
    origin = DicomSource(
        study_uid=generate_uid(), series_uid=generate_uid(), sop_class_uid=CTImageStorage, instance_uid=IMAGE
    )
    image = sr.SourceImageForRegion(CTImageStorage, IMAGE)
    region = sr.ImageRegion("POLYLINE", np.array([[1.5, 1.5], [9.5, 1.5], [9.5, 8.5], [1.5, 1.5]]), image)
    made = sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        sr.TrackingIdentifier(generate_uid(), "ROI"),
        referenced_region=region,
        finding_type=codes.SCT.Neoplasm,
        measurements=[sr.Measurement(codes.SCT.Area, 28.0, codes.UCUM.SquareMillimeter)],
    )
    context = sr.ObservationContext(
        observer_person_context=sr.ObserverContext(
            codes.DCM.Person, sr.PersonObserverIdentifyingAttributes("Reader^One")
        )
    )
    content = sr.MeasurementReport(context, codes.LN.CTUnspecifiedBodyRegion, imaging_measurements=[made])
    report = sr.Comprehensive3DSR(
        [as_dataset(origin)], content[0], generate_uid(), 1, generate_uid(), 1, manufacturer="Somebody"
    )
    report.save_as(tmp_path / "h.dcm")
    (found,), lost = read_outlines(read_report(Source(tmp_path / "h.dcm"), DEFAULT_POLICY))
    assert (found.shape.type, found.shape.points, lost) == (ShapeType.FREEHAND, ((1, 1), (1, 9), (8, 9)), 0)
    assert found.image.instance_uid == IMAGE
    assert "Neoplasm" in found.shape.label
