"""Measurements as a DICOM Comprehensive 3D SR (PS3.3 A.35.13): a Measurement Report, TID 1500 of PS3.16.

An area is a planar ROI group (TID 1410); a length, an angle or a value is a group (TID 1501) whose number is inferred
from its coordinates. Each group has the tracking identifiers of its shape. Points are (column, row) from the corner of
the first pixel (PS3.3 C.18.6.1.2), float32.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from pydicom import Dataset

from imaging.annotations.measurement import Measurement
from imaging.annotations.report_shapes import TRACKING, report_graphic
from imaging.annotations.shapes import AREAS, Shape, ShapeType
from imaging.export.dicom.origin import (
    UTF_8,
    Device,
    as_dataset,
    cut_text,
    derive_uid,
    encode,
    name_classes,
    new_identity,
    quiet_highdicom,
)
from imaging.export.dicom.structured_report import OWN_SCHEME
from imaging.formats.dicom.dataset.elements import silence_warnings
from imaging.volume.dicom_source import DicomSource

_DESCRIPTION = "Slicelens measurements, research use only"
_MILLIMETRES = {"mm": ("mm", "millimeter"), "mm²": ("mm2", "square millimeter"), "°": ("deg", "degree")}
_PIXELS = {"px": ("{pixels}", "pixels"), "px²": ("{pixels}2", "square pixels")}
_UNITS = _MILLIMETRES | _PIXELS | {"HU": ("[hnsf'U]", "Hounsfield unit")}
_NO_UNIT = ("1", "no units")
_CONCEPTS = {
    ShapeType.LENGTH: ("410668003", "SCT", "Length"),
    ShapeType.ANGLE: ("1483009", "SCT", "Angle"),
    ShapeType.COBB: ("285285000", "SCT", "Cobb angle"),
    ShapeType.POINT: ("pixel_value", OWN_SCHEME, "Modality value of a pixel"),
}
_AREA, _MEAN = ("42798000", "SCT", "Area"), ("373098007", "SCT", "Mean")
_SD = ("386136009", "SCT", "Standard Deviation")
_LEAST, _GREATEST = ("255605001", "SCT", "Minimum"), ("56851009", "SCT", "Maximum")
_COMMENT = ("121106", "DCM", "Comment")


@dataclass(frozen=True, kw_only=True)
class MeasurementsObject:
    """Shapes with what they measure, and the legal source of each: images of one study that can be referenced.

    `units` are those of modality values.
    """

    shapes: tuple[tuple[Shape, Measurement, DicomSource], ...]
    units: str | None
    device: Device


def write_measurements(one: MeasurementsObject) -> bytes:
    """Return the file of a measurement report."""
    from highdicom import sr
    from highdicom.coding_schemes import CodingSchemeIdentificationItem
    from pydicom.sr.codedict import codes

    quiet_highdicom()
    sources = {source.instance_uid: source for _, _, source in one.shapes}
    with silence_warnings():
        attributes = sr.DeviceObserverIdentifyingAttributes(
            one.device.uid, name=one.device.name, model_name=cut_text(one.device.version, 64)
        )
        observer = sr.ObserverContext(codes.DCM.Device, attributes)
        content = sr.MeasurementReport(
            sr.ObservationContext(observer_device_context=observer),
            procedure_reported=codes.SCT.ImagingProcedure,
            imaging_measurements=[_group_of(*measured, one.units) for measured in one.shapes],
            title=codes.DCM.ImagingMeasurementReport,
        )
        made: Any = sr.Comprehensive3DSR(
            [as_dataset(source) for source in sources.values()],
            content[0],
            is_complete=True,
            series_description=_DESCRIPTION,
            coding_schemes=[CodingSchemeIdentificationItem(OWN_SCHEME, "Codes of Slicelens")],
            specific_character_set=UTF_8,
            **new_identity("SR"),
            **one.device.equipment(),
        )
        name_classes(made, {uid: source.sop_class_uid for uid, source in sources.items()})
    return encode(made)


def _group_of(shape: Shape, found: Measurement, source: DicomSource, units: str | None) -> Any:
    """Return the group of one shape."""
    from highdicom import sr

    tracking = sr.TrackingIdentifier(_uid_of(shape.uid), f"{TRACKING}{shape.type.value}")
    kind, points = report_graphic(shape)
    graphic = np.asarray(points, dtype=np.float32)
    frames = None if source.frame is None else [source.frame]
    image = sr.SourceImageForRegion(source.sop_class_uid, source.instance_uid, frames)
    group: Any
    if shape.type in AREAS:
        group = sr.PlanarROIMeasurementsAndQualitativeEvaluations(
            tracking,
            referenced_region=sr.ImageRegion(kind, graphic, image),
            measurements=[sr.Measurement(_code(name), value, unit) for name, value, unit in _area_values(found, units)],
        )
        remarks = [_remark(shape.label)] if shape.label else []
    elif shape.type in _CONCEPTS and found.value is not None:
        where = sr.CoordinatesForMeasurement(kind, graphic, image)
        number = sr.Measurement(
            _code(_CONCEPTS[shape.type]), found.value, _unit(found.unit), referenced_coordinates=[where]
        )
        group = sr.MeasurementsAndQualitativeEvaluations(tracking, measurements=[number])
        remarks = [_remark(shape.label)] if shape.label else []
    else:
        group = sr.MeasurementsAndQualitativeEvaluations(tracking)
        remarks = [_remark(shape.label or shape.type.value, kind, graphic, image)]
    group[0].ContentSequence.extend(remarks)
    return group


def _area_values(found: Measurement, units: str | None) -> Iterator[tuple[tuple[str, str, str], float, Any]]:
    assert found.area is not None
    yield _AREA, found.area, _unit(found.area_unit)
    if (values := found.statistics) is not None:
        unit = _unit(units)
        yield from ((_MEAN, values.mean, unit), (_SD, values.sd, unit))
        yield from ((_LEAST, values.least, unit), (_GREATEST, values.greatest, unit))


def _remark(text: str, kind: str = "", graphic: Any = None, image: Any = None) -> Dataset:
    """Return a comment, with the coordinates that it is about if these stand nowhere else."""
    from highdicom import sr
    from pydicom.sr.codedict import codes

    made: Dataset = sr.TextContentItem(_code(_COMMENT), cut_text(text, 1024) or "-", "CONTAINS")
    if kind:
        where = sr.CoordinatesForMeasurement(kind, graphic, image, purpose=codes.SCT.Source)
        made.ContentSequence = sr.ContentSequence([where])
    return made


def _code(parts: tuple[str, str, str]) -> Any:
    from highdicom.sr import CodedConcept

    return CodedConcept(*parts)


def _unit(unit: str | None) -> Any:
    value, meaning = _UNITS.get(unit or "", _NO_UNIT)
    return _code((value, "UCUM", meaning))


def _uid_of(uid: str) -> str:
    """Return a tracking identifier as a UID: `2.25.` and the number of a UUID (PS3.5 B.2)."""
    try:
        return f"2.25.{UUID(uid).int}"
    except ValueError:
        return derive_uid(uid)
