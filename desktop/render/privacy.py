"""Series as they are shown while patient data is hidden: who is who stays told apart, by numbers. No Qt here."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.state.texts.language import tr
from imaging.base.english import english

if TYPE_CHECKING:
    # At run time this would make the window wait for what reads files.
    from imaging.volume.series import Series

HIDDEN = english("Patient data hidden")
"""The mark on every pane whose texts are hidden."""


def hide_patients(series: "Sequence[Series]") -> "tuple[Series, ...]":
    """Return series without names, dates, identifiers and descriptions: patients, studies and files are numbered.

    Ages and sexes stay: models ask for them. A picture that is called after its file is called by its place instead.
    """
    from imaging.volume.series import Format, Patient  # there by now: somebody has series

    persons: dict[tuple[str, ...], int] = {}
    studies: dict[tuple[str, ...], int] = {}
    shown = []
    for place, one in enumerate(series, 1):
        is_stated = any(one.patient.study)
        person = persons.setdefault(one.patient.person, len(persons) + 1) if is_stated else 0
        study = studies.setdefault(one.patient.study, len(studies) + 1) if is_stated else 0
        patient = Patient(
            name=tr("Patient {person}", person=person) if is_stated else "",
            sex=one.patient.sex,
            age_years=one.patient.age_years,
            study_id=str(study) if is_stated else "",
            study_description=tr("Study {study}", study=study) if is_stated else "",
        )
        # A DICOM series without a description is shown by its number.
        is_numbered = one.format is Format.DICOM and one.number is not None
        shown.append(
            replace(one, patient=patient, description="" if is_numbered else tr("Picture {place}", place=place))
        )
    return tuple(shown)
