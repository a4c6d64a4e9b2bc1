"""The content of a report, once: every field with its path, its words and its value. All formats are made of it.

A field is a row of `ROWS`; docs/report.md lists them. Numbers are rounded here to six digits, so that they are the
same in every format. Pictures are handed in as arrays: nothing is drawn in this room.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from imaging.volume.series import Patient
from imaging.volume.windowing import Window
from inference.classify.finding import FindingColour, Standing, choose_colour, describe_standing, threshold_of
from inference.classify.finding_words import (
    NOT_ASKED,
    StatedFigures,
    describe_decision,
    describe_headline,
    describe_rule,
    find_label_at_stake,
    find_stated_figures,
)
from inference.contract.contract import NOTICE, Interval
from inference.report.label_codes import find_code
from inference.report.subject import ReportSubject
from inference.statistics.any_finding import predictive_values

Value: TypeAlias = str | int | float | bool | tuple[str, ...] | None
"""The value of a field; None is not stated, not known, or left out."""

SECTIONS = {
    "report": "Report",
    "patient": "Patient",
    "study": "Study",
    "series": "Series",
    "slice": "Slice",
    "model": "Model",
    "finding": "Finding",
    "figures": "What the bundle states",
    "map": "Heatmap",
    "curve": "Over the series",
    "reader": "Reader",
}
"""The first word of a field's path, and the heading that its fields stand under, in this order."""

_STANDINGS = {
    Standing.IN_CONTRACT: "in contract: all that the file states fits",
    Standing.UNVERIFIED: "not verified: the file does not state all that the model's contract asks",
    Standing.OUT_OF_CONTRACT: "out of contract: do not rely on the numbers",
}


@dataclass(frozen=True)
class ReportField:
    """One fact: its path in `report.json`, its words for a person, its value."""

    path: tuple[str, ...]
    words: str
    value: Value

    @property
    def name(self) -> str:
        """Return the path with dots, as tables write it."""
        return ".".join(self.path)

    @property
    def text(self) -> str:
        """Return the value as pages and tables write it; empty if there is none."""
        if self.value is None:
            return ""
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        if isinstance(self.value, float):
            return f"{self.value:.6g}"
        return "; ".join(self.value) if isinstance(self.value, tuple) else str(self.value)


@dataclass(frozen=True, eq=False)
class FindingPicture:
    """A picture of a report: uint8 [row, column] grey or [row, column, 3] RGB, and its caption."""

    name: str
    caption: str
    pixels: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class ReportContent:
    """A whole report: the headline with its colour, what it is worth, the fields in their order, the pictures."""

    headline: str
    standing: str
    colour: FindingColour
    fields: tuple[ReportField, ...]
    pictures: tuple[FindingPicture, ...]
    subject: ReportSubject
    """Of what it was made; formats of text take nothing from it."""


Part: TypeAlias = tuple[str, str, Value]
"""The last word of a path, what it adds to the words, and the value: of fields that come in several."""


@dataclass(frozen=True)
class Row:
    """A row of the table of fields. `read` returns the value, or parts of it whose names depend on the model."""

    name: str
    words: str
    read: Callable[[ReportSubject], Value | list[Part]]
    identifies: bool = False
    """Whether it can name the patient, and is left out of a private report."""


def compose_report(subject: ReportSubject, pictures: tuple[FindingPicture, ...] = ()) -> ReportContent:
    """Compose the content of a report on one slice."""
    analysis, contract = subject.analysis, subject.contract
    fields = tuple(field for row in ROWS for field in _read_row(row, subject))
    headline, standing = describe_headline(analysis, contract), describe_standing(analysis)
    if subject.is_private and analysis.finding is not None and analysis.is_withheld:
        points = ", ".join(_reasons(subject))
        headline, standing = f"Not scored: {points}", f"Out of contract: {points}. Do not rely on the number."
    return ReportContent(headline, standing, choose_colour(analysis, contract), fields, pictures, subject)


def _read_row(row: Row, subject: ReportSubject) -> Iterator[ReportField]:
    path = tuple(row.name.split("."))
    found = None if row.identifies and subject.is_private else row.read(subject)
    if not isinstance(found, list):
        yield ReportField(path, row.words, _rounded(found))
        return
    for name, words, value in found:
        yield ReportField((*path, name), f"{row.words}: {words}", _rounded(value))


def _rounded(value: Value) -> Value:
    """Return a number with six digits; text that says nothing is None."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if np.isfinite(value) else None
    return value if value != "" else None


# --- what the rows read ---


def _patient_source(subject: ReportSubject) -> str:
    if subject.is_private:
        return "left out"
    return "from the file" if subject.typed is None else "typed"


def _of_patient(read: Callable[[Patient], Value]) -> Callable[[ReportSubject], Value]:
    """Return a reader of the file's patient block, which counts for nothing if another was typed."""
    return lambda subject: read(subject.patient) if subject.typed is None else None


def _patient_name(subject: ReportSubject) -> str:
    return subject.patient.name if subject.typed is None else subject.typed.name


def _scan_date(subject: ReportSubject) -> str:
    return subject.patient.study_date if subject.typed is None else subject.typed.scan_date


def _phase(subject: ReportSubject) -> Value:
    names = subject.series.phase_names
    return names[subject.slice.phase] if names else None


def _file_name(subject: ReportSubject) -> Value:
    frame = subject.slice.frame
    return None if frame is None else frame.source.path.name if frame.source.member is None else frame.source.member


def _window(subject: ReportSubject) -> Value:
    voi = subject.voi
    return f"{voi.centre:g}/{voi.width:g}" if isinstance(voi, Window) else None


def _spacing(subject: ReportSubject) -> Value:
    spacing = subject.slice.spacing
    return None if spacing is None else tuple(f"{one:.6g}" for one in spacing)


def _reasons(subject: ReportSubject) -> tuple[str, ...]:
    """Return the reasons of the standing; of a private report their points alone, since reasons quote the file."""
    reasons = subject.analysis.applicability.reasons
    return tuple(reason.partition(":")[0] for reason in reasons) if subject.is_private else reasons


def _decision(subject: ReportSubject) -> Value:
    return None if subject.analysis.finding is None else subject.analysis.finding.decision


def _decision_words(subject: ReportSubject) -> Value:
    finding = subject.analysis.finding
    return None if finding is None else describe_decision(finding.decision, subject.contract)


def _probabilities(subject: ReportSubject) -> list[Part]:
    finding = subject.analysis.finding
    scores = () if finding is None else finding.scores
    return [(one.name, one.display, one.probability if one.asked else NOT_ASKED) for one in scores]


def _codes(subject: ReportSubject) -> list[Part]:
    coded = [(label, find_code(label)) for label in subject.contract.task.labels]
    return [(label.name, label.display, f"{code.code} ({code.scheme})") for label, code in coded]


def _thresholds(subject: ReportSubject) -> list[Part]:
    limits = [(label, threshold_of(subject.contract, label.name)) for label in subject.contract.task.labels]
    return [(label.name, label.display, limit) for label, limit in limits if limit is not None]


def _conformal(subject: ReportSubject) -> list[Part]:
    finding, promised = subject.analysis.finding, subject.contract.conformal
    if finding is None or promised is None or not finding.sets:
        return []
    strictest = finding.sets[0]
    answers = tuple(name for names in strictest.answers for name in names)
    return [
        ("alpha", "wrong in at most this share of cases", strictest.alpha),
        ("set", "answers that are left", answers),
        ("n", "cases that it was found on", promised.cases),
    ]


def _votes(subject: ReportSubject) -> list[Part]:
    votes = None if subject.analysis.finding is None else subject.analysis.finding.votes
    if votes is None:
        return []
    return [
        ("label", "label that they are asked for", votes.label),
        ("n", "members", len(votes.probabilities)),
        ("low", "least probability", min(votes.probabilities)),
        ("high", "greatest probability", max(votes.probabilities)),
        ("mean", "mean probability", votes.mean),
        ("alike", "members that decide so alone", votes.alike),
    ]


def _familiarity(subject: ReportSubject) -> list[Part]:
    unlike = subject.analysis.out_of_distribution
    if unlike is None:
        return []
    return [
        ("score", "distance to the training cases", unlike.score),
        ("limit", "limit", unlike.limit),
        ("refused", "unlike the training cases", unlike.refused),
        ("turned", "looks turned, upside down or inverted", unlike.turned),
    ]


def _stated(subject: ReportSubject) -> StatedFigures | None:
    label = find_label_at_stake(subject.analysis.finding, subject.contract)
    return find_stated_figures(subject.contract, label)


def _stated_value(read: Callable[[StatedFigures], Value | list[Part]]) -> Callable[[ReportSubject], Value | list[Part]]:
    def find(subject: ReportSubject) -> Value | list[Part]:
        stated = _stated(subject)
        return None if stated is None else read(stated)

    return find


def _interval(interval: Interval | None) -> Value | list[Part]:
    if interval is None:
        return None
    return [("value", "value", interval.value), ("low", "from", interval.low), ("high", "to", interval.high)]


def _map_check(subject: ReportSubject) -> list[Part]:
    check = None if subject.heatmap is None else subject.heatmap.check
    if check is None:
        return []
    return [
        ("weak", "weak: it does not hold, or points at no more than the middle does", check.is_weak),
        ("stability", "rank correlation after a shift of 2 px and mild noise", check.stability),
        ("deletion", "mean probability while what it points at is covered", check.deletion),
        ("centre_deletion", "the same for a blob in the middle", check.centre_deletion),
    ]


def _curve(subject: ReportSubject) -> list[Part]:
    curve = subject.curve
    if curve is None:
        return []
    return [
        ("label", "label", curve.label),
        ("slices", "slices", curve.slices),
        ("out_of_contract", "slices out of contract, which count for nothing here", curve.out_of_contract),
        ("failed", "slices without an answer", curve.failed),
        ("mean", "mean probability", curve.mean),
        ("maximum", "greatest probability", curve.maximum),
        ("maximum_slice", "slice of the greatest, counted from 0", curve.maximum_slice),
        ("peaks", "peaks, slice and probability", tuple(f"{index}: {value:.6g}" for index, value in curve.peaks)),
    ]


def _predictive(subject: ReportSubject) -> list[Part]:
    """Return the predictive values at the prevalence that was typed (Bayes; `inference.statistics.any_finding`)."""
    stated, share = _stated(subject), subject.prevalence
    if share is None or stated is None or stated.sensitivity is None or stated.specificity is None:
        return []
    sensitivity, specificity = np.array([stated.sensitivity.value]), np.array([stated.specificity.value])
    positive, negative = (float(values[0]) for values in predictive_values(sensitivity, specificity, share))
    return [
        ("prevalence", "prevalence that was typed", share),
        ("positive", "positive predictive value", positive),
        ("negative", "negative predictive value", negative),
    ]


ROWS: tuple[Row, ...] = (
    Row("report.program", "Made with", lambda one: one.program),
    Row("report.made", "Made on", lambda one: one.made.isoformat(timespec="seconds")),
    Row("report.private", "Without what could name the patient", lambda one: one.is_private),
    Row("report.notice", "Notice", lambda _: NOTICE),
    Row("patient.source", "Patient data", _patient_source),
    Row("patient.name", "Name", _patient_name, identifies=True),
    Row("patient.id", "Patient ID", _of_patient(lambda one: one.id), identifies=True),
    Row("patient.sex", "Sex", _of_patient(lambda one: one.sex), identifies=True),
    Row("patient.birth_date", "Date of birth", _of_patient(lambda one: one.birth_date), identifies=True),
    Row("patient.age_years", "Age in years", _of_patient(lambda one: one.age_years), identifies=True),
    Row("patient.scan_date", "Date of the scan", _scan_date, identifies=True),
    Row("study.uid", "Study Instance UID", lambda one: one.identity.study_uid, identifies=True),
    Row("study.description", "Study", lambda one: one.patient.study_description, identifies=True),
    Row("study.institution", "Institution", lambda one: one.patient.institution, identifies=True),
    Row("series.index", "Series, as the list counts from 0", lambda one: one.series_number),
    Row("series.uid", "Series Instance UID", lambda one: one.identity.series_uid, identifies=True),
    Row("series.number", "Series Number", lambda one: one.series.number),
    Row("series.description", "Series", lambda one: one.series.description, identifies=True),
    Row("series.modality", "Modality", lambda one: one.series.modality, identifies=True),
    Row("series.body_part", "Body part", lambda one: one.series.acquisition.body_part, identifies=True),
    Row("series.notes", "Notes", lambda one: one.series.notes, identifies=True),
    Row("slice.index", "Slice, counted from 0", lambda one: one.slice.index),
    Row("slice.count", "Slices", lambda one: one.slice.count),
    Row("slice.phase", "Phase, counted from 0", lambda one: one.slice.phase),
    Row("slice.phase_value", "Phase", _phase, identifies=True),
    Row("slice.file", "File", _file_name, identifies=True),
    Row("slice.sha256", "SHA-256 of the file", lambda one: one.identity.sha256),
    Row("slice.instance_uid", "SOP Instance UID", lambda one: one.identity.instance_uid, identifies=True),
    Row("slice.frame", "Frame within the file, counted from 1", lambda one: one.identity.frame),
    Row("slice.rows", "Rows", lambda one: one.slice.stored.shape[0]),
    Row("slice.columns", "Columns", lambda one: one.slice.stored.shape[1]),
    Row("slice.spacing_mm", "Millimetres between rows and between columns", _spacing),
    Row("slice.window", "Window (centre/width)", _window),
    Row("slice.lossy", "Lossy compression", lambda one: one.series.acquisition.is_lossy),
    Row("slice.burned_in", "Text burned into the pixels", lambda one: one.series.acquisition.burned_in),
    Row("slice.incomplete", "File incomplete", lambda one: one.series.incomplete),
    Row("model.name", "Model", lambda one: one.contract.name),
    Row("model.id", "Id", lambda one: one.contract.id),
    Row("model.version", "Version", lambda one: one.contract.version),
    Row("model.sha256", "SHA-256 of the bundle", lambda one: one.bundle.sha256),
    Row("model.licence", "Licence of the weights", lambda one: one.contract.weights_licence),
    Row("model.use", "Made for", lambda one: one.contract.intended_use.use),
    Row("model.not_for", "Not for", lambda one: one.contract.intended_use.not_for),
    Row("model.limits", "Known limits", lambda one: one.contract.intended_use.limits),
    Row("model.assumptions", "Assumed, since the file came without a contract", lambda one: one.bundle.assumptions),
    Row("finding.status", "Status", lambda one: one.analysis.status.value),
    Row("finding.standing", "Standing", lambda one: one.analysis.applicability.standing.value),
    Row("finding.standing_words", "What it is worth", lambda one: _STANDINGS[one.analysis.applicability.standing]),
    Row("finding.reasons", "Reasons", _reasons),
    Row("finding.decision", "Decision", _decision),
    Row("finding.decision_words", "Decision in words", _decision_words),
    Row("finding.colour", "Colour", lambda one: choose_colour(one.analysis, one.contract).value),
    Row("finding.advice", "Advice", lambda one: "" if one.analysis.finding is None else one.analysis.finding.advice),
    Row("finding.rule", "Rule of decision", lambda one: describe_rule(one.contract)),
    Row("finding.probabilities", "Probability", _probabilities),
    Row("finding.codes", "Code in DICOM objects", _codes),
    Row("finding.thresholds", "Threshold", _thresholds),
    Row("finding.conformal", "Conformal set", _conformal),
    Row("finding.members", "Members of the ensemble", _votes),
    Row("finding.familiarity", "Familiarity", _familiarity),
    Row("figures.label", "For the label", _stated_value(lambda one: one.label)),
    Row("figures.split", "Judged on", _stated_value(lambda one: one.split)),
    Row("figures.n", "Cases", _stated_value(lambda one: one.cases)),
    Row("figures.sensitivity", "Sensitivity", _stated_value(lambda one: _interval(one.sensitivity))),
    Row("figures.specificity", "Specificity", _stated_value(lambda one: _interval(one.specificity))),
    Row("figures.predictive", "Predictive values", _predictive),
    Row("map.label", "Label", lambda one: None if one.heatmap is None else one.heatmap.label),
    Row("map.method", "Method", lambda one: None if one.heatmap is None else one.heatmap.method),
    Row("map.layer", "Layer", lambda one: None if one.heatmap is None else one.heatmap.layer),
    Row("map.parameters", "Method with its parameters", lambda one: None if one.heatmap is None else one.heatmap.said),
    Row("map.check", "Check", _map_check),
    Row("map.notice", "Notice", lambda one: None if one.heatmap is None else one.contract.explanation.notice),
    Row("curve", "Over the series", _curve),
    Row("reader.label", "The reader's own answer", lambda one: one.reader.label),
    Row("reader.remark", "Remark", lambda one: one.reader.remark),
)
"""Every field that a report can have, in its order."""
