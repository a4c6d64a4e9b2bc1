"""A report as DICOM objects: structured report, parametric map, secondary capture, presentation state.

They stand in the patient and the study of the source. Where no DICOM image can be named (a picture, a file without
UIDs, a private report), UIDs derived from the hash of the file stand in, and the report refers to the capture.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job, Progress
from imaging.export.dicom.origin import Device, derive_uid, legal_source, without_identity
from imaging.export.dicom.parametric_map import MapObject
from imaging.export.dicom.presentation_state import OutlineObject
from imaging.export.dicom.secondary_capture import SC_CLASS, CaptureObject
from imaging.export.dicom.structured_report import (
    Algorithm,
    LabelResult,
    ReportedSection,
    ReportObject,
    own_code,
)
from imaging.export.dicom.writers import DicomObject, write_objects
from imaging.volume.dicom_source import DicomSource
from imaging.volume.series import Polarity
from imaging.workers.pool import Reading
from inference.classify.finding_words import describe_rule
from inference.contract.codes import ModelCode
from inference.contract.contract import NOTICE
from inference.report.content import SECTIONS, FindingPicture, ReportContent
from inference.report.label_codes import find_code

FILE_NAMES = {"sr": "finding.sr.dcm", "pm": "heatmap.pm.dcm", "sc": "pane.sc.dcm", "gsps": "outline.gsps.dcm"}
"""The file of each DICOM format of a report."""
OUTLINE_LEVEL = 0.5
"""The share of a heatmap's strongest value from which it lies within its outline."""
MOST_LABELS = 32
"""The most labels with groups of their own, the most probable first; the fields hold them all."""
MOST_FIELDS = 5_000
"""The most fields that a structured report is made of; it takes a second for every 800."""
_DESCRIPTION = "Slicelens, research use only"
_CORNERS = 3


@dataclass(frozen=True)
class DicomFiles:
    """The content of each file by its name, and the formats that were refused, each with the reason."""

    files: dict[str, bytes]
    refused: tuple[tuple[str, Refusal], ...] = ()


def write_dicom_objects(content: ReportContent, formats: tuple[str, ...], reading: Reading) -> Job[DicomFiles]:
    """Make the objects of these `formats`, keys of `FILE_NAMES`. A report that can only name a capture brings it."""
    drafts = _Drafts(content)
    wanted = [one for one in FILE_NAMES if one in formats or (one == "sc" and "sr" in formats and drafts.names_capture)]
    made: dict[str, Callable[[], DicomObject]] = {
        "sr": drafts.structured_report,
        "pm": drafts.parametric_map,
        "sc": drafts.secondary_capture,
        "gsps": drafts.presentation_state,
    }
    drawn: dict[str, DicomObject] = {}
    refused: dict[str, Refusal] = {}
    for one in wanted:
        try:
            drawn[one] = made[one]()
        except Refusal as refusal:
            refused[one] = refusal
    files: dict[str, bytes] = {}
    for answer in write_objects(tuple(drawn.values()), reading) if drawn else ():
        if answer is not None:
            one, written = list(drawn)[answer[0]], answer[1]
            if isinstance(written, Refusal):
                refused[one] = written
            else:
                files[FILE_NAMES[one]] = written
        yield Progress("Writing DICOM objects", len(files), len(drawn))
    return DicomFiles(files, tuple(refused.items()))


def outline_heat(heat: NDArray[np.float32], level: float = OUTLINE_LEVEL) -> tuple[NDArray[np.float32], ...]:
    """Return the closed outlines of a map from `level` of its maximum on, each [point, 2] of (row, column)."""
    greatest = float(heat.max(initial=0.0))
    if greatest <= 0:
        return ()
    inside = np.asarray(heat >= level * greatest, dtype=np.uint8)
    found, _ = cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    return tuple(np.asarray(one[:, 0, ::-1], np.float32) for one in found if len(one) >= _CORNERS)


class _Drafts:
    """The objects of one report: each method makes one, or raises `Refusal` with the way out."""

    def __init__(self, content: ReportContent) -> None:
        self._content = content
        self._subject = content.subject
        self._device = Device("Slicelens", content.subject.program)
        self._sha256 = content.subject.identity.sha256
        stated = legal_source(content.subject.identity.dicom or DicomSource())
        self._is_named = stated.can_be_referenced
        self.names_capture = content.subject.is_private or not self._is_named
        """Whether the structured report can only refer to the capture."""
        self._origin = self._settle(stated)
        self._capture_uid = self._find_capture_uid()

    def structured_report(self) -> ReportObject:
        """Make the structured report."""
        if len(self._content.fields) > MOST_FIELDS:
            says = (
                f"The model has too many labels for a structured report (of {MOST_FIELDS} fields); choose json or csv."
            )
            raise Refusal(Code.TOO_LARGE, says)
        origin = self._origin
        if self.names_capture:
            uids = {"series_uid": derive_uid(self._sha256, "capture"), "instance_uid": self._capture_uid}
            origin = replace(origin, **uids, sop_class_uid=SC_CLASS, frame=None)
        contract, bundle = self._subject.contract, self._subject.bundle
        parameters = (f"id {contract.id}", f"SHA-256 {bundle.sha256}", describe_rule(contract))
        standing = self._subject.analysis.applicability.standing.value
        return ReportObject(
            origin=origin,
            device=self._device,
            algorithm=Algorithm(name=contract.name, version=contract.version, parameters=parameters),
            results=tuple(self._results(origin)),
            standing=own_code(standing, standing.replace("_", " ")),
            sections=self._sections(),
            description=_DESCRIPTION,
        )

    def secondary_capture(self) -> CaptureObject:
        """Make the capture of the slice with its heatmap, or of the slice alone."""
        picture, made = self._picture(), self._subject.series.acquisition
        lossy = made.lossy_ratio if made.is_lossy else None
        return CaptureObject(
            picture=picture.pixels,
            origin=self._origin,
            device=self._device,
            series_uid=derive_uid(self._sha256, "capture"),
            instance_uid=self._capture_uid,
            description=_DESCRIPTION,
            comments=f"{picture.caption} {NOTICE}",
            has_text=made.burned_in,
            is_lossy=made.is_lossy,
            lossy_ratio=lossy,
        )

    def parametric_map(self) -> MapObject:
        """Make the map in the slice's own pixels."""
        heat, origin, slice_ = self._heat("pm"), self._origin, self._subject.slice
        if slice_.affine is None:
            says = "The file does not say where the slice lies in the patient, so no map can be placed; choose sc."
            raise Refusal(Code.NO_GEOMETRY, says)
        if not origin.frame_of_reference_uid:
            origin = replace(origin, frame_of_reference_uid=derive_uid(origin.series_uid, "frame of reference"))
        series = self._subject.series
        return MapObject(
            heat=heat,
            affine=slice_.affine,
            origin=origin,
            device=self._device,
            meaning="Where the model looked, 0 to 1",
            description=_DESCRIPTION,
            thickness=series.spacing[0] if series.spacing is not None and series.depth_known else None,
        )

    def presentation_state(self) -> OutlineObject:
        """Make the outline over the grey image, with its window."""
        heat, slice_ = self._heat("gsps"), self._subject.slice
        if slice_.is_colour:
            says = "The picture is in colour, and a grayscale presentation state is for grey ones alone; choose sc."
            raise Refusal(Code.UNSUPPORTED, says)
        rows, columns = heat.shape
        return OutlineObject(
            outlines=outline_heat(heat),
            origin=self._origin,
            device=self._device,
            shape=(rows, columns),
            rescale=slice_.modality,
            voi=self._subject.voi,
            is_inverse=slice_.series.polarity is Polarity.MONOCHROME1,
            spacing=slice_.spacing,
            pixel_aspect=slice_.pixel_aspect,
            layer="Where the model looked, from half of the strongest value on",
            description=_DESCRIPTION,
        )

    def _settle(self, stated: DicomSource) -> DicomSource:
        """Return the source that objects name: without identity, or as it was typed, with a study in any case."""
        subject = self._subject
        if subject.is_private:
            settled = without_identity(stated, self._sha256)
        elif subject.typed is not None:
            typed, nobody = subject.typed, DicomSource()
            settled = replace(
                stated,
                patient_name=typed.name,
                patient_id=nobody.patient_id,
                birth_date=nobody.birth_date,
                sex=nobody.sex,
                study_date=typed.scan_date.replace("-", ""),
                study_time=nobody.study_time,
            )
        else:
            settled = stated
        return legal_source(replace(settled, study_uid=settled.study_uid or derive_uid(self._sha256, "study_uid")))

    def _find_capture_uid(self) -> str:
        """Return the UID of the capture: of the file and of what is drawn, since other pixels are another instance."""
        pixels = hashlib.sha256(self._picture().pixels.tobytes()).hexdigest()
        return derive_uid(self._sha256, pixels, self._origin.study_uid, self._origin.patient_name)

    def _picture(self) -> FindingPicture:
        named = {one.name: one for one in self._content.pictures}
        return named.get("map") or named["seen"]

    def _heat(self, format_: str) -> NDArray[np.float32]:
        """Return the map of an object that must name the original. Raises `Refusal`."""
        if not self._is_named:
            says = f"The file is no DICOM image with UIDs, which {format_} would have to refer to; choose sr and sc."
            raise Refusal(Code.UNSUPPORTED, says)
        heat = self._subject.heat
        if heat is None or not heat.any():
            says = f"There is no heatmap for this slice, and {format_} holds nothing else; choose sr and sc."
            raise Refusal(ModelCode.NO_HEATMAP, says)
        return heat

    def _results(self, origin: DicomSource) -> Iterator[LabelResult]:
        """Yield the labels that are asked for with their probabilities; none if the model is not applicable."""
        analysis, bundle = self._subject.analysis, self._subject.bundle
        if analysis.finding is None or analysis.is_withheld:
            return
        labels = {label.name: label for label in self._subject.contract.task.labels}
        decided = analysis.finding.decision.split("+")
        asked = (score for score in analysis.finding.scores if score.asked)
        ranked = sorted(asked, key=lambda score: -score.probability)
        for score in ranked[:MOST_LABELS]:
            frame = str(origin.frame or 0)
            yield LabelResult(
                label=find_code(labels[score.name]),
                probability=float(f"{score.probability:.6g}"),
                is_decided=score.name in decided,
                tracking_id=f"{bundle.contract.id} {score.name}",
                tracking_uid=derive_uid(origin.instance_uid, frame, bundle.sha256, score.name),
            )

    def _sections(self) -> tuple[ReportedSection, ...]:
        return tuple(
            ReportedSection(
                name=name,
                heading=SECTIONS[name],
                fields=tuple((field.name, field.words, field.value) for field in fields),
            )
            for name, fields in groupby(self._content.fields, key=lambda field: field.path[0])
        )
