"""A finding as a DICOM Comprehensive 3D SR (PS3.3 A.35.13): a Measurement Report, TID 1500 of PS3.16.

Each label stands in a group of its own (TID 1501) with its code, its probability and whether it was decided; below
them stand all fields of the report, one content item each, named by codes of our own scheme.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydicom import Dataset

from imaging.export.dicom.origin import (
    UTF_8,
    Device,
    as_dataset,
    cut_text,
    derive_uid,
    encode,
    name_source,
    new_identity,
    quiet_highdicom,
)
from imaging.formats.dicom.dataset.elements import silence_warnings
from imaging.volume.dicom_source import DicomSource

OWN_SCHEME = "99SLICELENS"
"""The designator of our own codes (PS3.16 8.2: private ones begin with 99)."""
_LONGEST_MEANING, _LONGEST_CODE = 64, 64
_NOT_STATED = "not stated"
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")

ReportedValue: TypeAlias = str | int | float | bool | tuple[str, ...] | None


@dataclass(frozen=True)
class ConceptCode:
    """A code with its scheme (`SCT`, `RADLEX`, `DCM`, `99SLICELENS`) and its meaning in words."""

    code: str
    scheme: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class LabelResult:
    """A label with its probability in 0…1, whether the model's rule decided for it, and its tracking UID."""

    label: ConceptCode
    probability: float
    is_decided: bool
    tracking_id: str
    tracking_uid: str


@dataclass(frozen=True, kw_only=True)
class ReportedSection:
    """Fields of a report under one heading: (code, words, value) each; those without a value are left out."""

    name: str
    heading: str
    fields: tuple[tuple[str, str, ReportedValue], ...]


@dataclass(frozen=True, kw_only=True)
class Algorithm:
    """The model: its name, version, and parameters in words."""

    name: str
    version: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReportObject:
    """A finding on a legal `origin` that can be referenced. `results` are empty if no number is said."""

    origin: DicomSource
    device: Device
    algorithm: Algorithm
    results: tuple[LabelResult, ...]
    standing: ConceptCode
    sections: tuple[ReportedSection, ...]
    description: str


def own_code(code: str, meaning: str) -> ConceptCode:
    """Return a code of our own scheme; one that no code of DICOM can be is cut and ends in its hash."""
    legal = cut_text(code.encode("ascii", "replace").decode(), _LONGEST_CODE)
    if legal != code or not code:
        legal = f"{legal[:40]}-{hashlib.sha256(code.encode()).hexdigest()[:16]}"
    return ConceptCode(legal, OWN_SCHEME, meaning)


def write_structured_report(one: ReportObject) -> bytes:
    """Return the file of a report."""
    from highdicom.coding_schemes import CodingSchemeIdentificationItem
    from highdicom.sr import Comprehensive3DSR

    quiet_highdicom()
    with silence_warnings():
        groups = [_group_of(result, one) for result in one.results] or [_group_without_number(one)]
        content = _measurement_report(groups, one.device)
        fields = (_container(section) for section in one.sections)
        content[0].ContentSequence.extend(part for part in fields if part is not None)
        made: Any = Comprehensive3DSR(
            [as_dataset(one.origin)],
            content[0],
            is_complete=True,
            series_description=cut_text(one.description, 64),
            coding_schemes=[CodingSchemeIdentificationItem(OWN_SCHEME, "Codes of Slicelens")],
            specific_character_set=UTF_8,
            **new_identity("SR"),
            **one.device.equipment(),
        )
        name_source(made, one.origin)
    return encode(made)


def _measurement_report(groups: list[Any], device: Device) -> Any:
    from highdicom.sr import (
        DeviceObserverIdentifyingAttributes,
        MeasurementReport,
        ObservationContext,
        ObserverContext,
    )
    from pydicom.sr.codedict import codes

    attributes = DeviceObserverIdentifyingAttributes(
        device.uid, name=device.name, manufacturer_name=device.name, model_name=cut_text(device.version, 64)
    )
    observer = ObserverContext(codes.DCM.Device, attributes)
    return MeasurementReport(
        ObservationContext(observer_device_context=observer),
        procedure_reported=codes.SCT.ImagingProcedure,
        imaging_measurements=groups,
        title=codes.DCM.ImagingMeasurementReport,
    )


def _group_of(result: LabelResult, one: ReportObject) -> Any:
    """Return the group of one label (TID 1501)."""
    from highdicom.sr import Measurement, QualitativeEvaluation, TrackingIdentifier
    from pydicom.sr.codedict import codes

    answer = codes.SCT.Yes if result.is_decided else codes.SCT.No
    decided = QualitativeEvaluation(_concept(own_code("decided", "Decided by the model's rule")), answer)
    return _group(
        TrackingIdentifier(result.tracking_uid, result.tracking_id),
        one,
        finding_type=_concept(result.label),
        measurements=[Measurement(codes.DCM.Probability, result.probability, codes.UCUM.NoUnits)],
        qualitative_evaluations=[decided, _standing(one.standing)],
    )


def _group_without_number(one: ReportObject) -> Any:
    from highdicom.sr import TrackingIdentifier

    tracking = TrackingIdentifier(derive_uid(one.origin.instance_uid, one.algorithm.name), one.algorithm.name)
    return _group(tracking, one, qualitative_evaluations=[_standing(one.standing)])


def _group(tracking: Any, one: ReportObject, **contents: Any) -> Any:
    from highdicom import sr

    algorithm, origin = one.algorithm, one.origin
    return sr.MeasurementsAndQualitativeEvaluations(
        tracking,
        algorithm_id=sr.AlgorithmIdentification(
            algorithm.name.strip() or _NOT_STATED, algorithm.version.strip() or _NOT_STATED, list(algorithm.parameters)
        ),
        source_images=[sr.SourceImageForMeasurementGroup(origin.sop_class_uid, origin.instance_uid)],
        **contents,
    )


def _standing(standing: ConceptCode) -> Any:
    from highdicom.sr import QualitativeEvaluation

    return QualitativeEvaluation(_concept(own_code("standing", "Standing of the finding")), _concept(standing))


def _container(section: ReportedSection) -> Dataset | None:
    """Return the fields under one heading; None if none of them has a value."""
    from highdicom.sr import ContainerContentItem, ContentSequence

    items = [item for code, words, value in section.fields for item in _items(_concept(own_code(code, words)), value)]
    if not items:
        return None
    made: Dataset = ContainerContentItem(
        _concept(own_code(section.name, section.heading)), relationship_type="CONTAINS"
    )
    made.ContentSequence = ContentSequence(items)
    return made


def _items(concept: Any, value: ReportedValue) -> list[Any]:
    """Return the content items of one field: several for several texts, none without a value."""
    from highdicom.sr import CodeContentItem, NumContentItem, TextContentItem
    from pydicom.sr.codedict import codes

    if isinstance(value, bool):
        return [CodeContentItem(concept, codes.SCT.Yes if value else codes.SCT.No, "CONTAINS")]
    if isinstance(value, int | float):
        number = NumContentItem(concept, value, codes.UCUM.NoUnits, relationship_type="CONTAINS")
        number.MeasuredValueSequence[0].NumericValue = f"{value:.6g}" if isinstance(value, float) else value
        return [number]
    texts = () if value is None else (value,) if isinstance(value, str) else value
    shown = (_NO_TEXT.sub(" ", text) for text in texts)
    return [TextContentItem(concept, text, "CONTAINS") for text in shown if text.strip()]


def _concept(one: ConceptCode) -> Any:
    from highdicom.sr import CodedConcept

    return CodedConcept(one.code, one.scheme, cut_text(one.meaning, _LONGEST_MEANING) or one.code[:_LONGEST_MEANING])
