"""The content of a report, and that every format holds the same of it."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pydicom
import pytest

from imaging.base.progress import finish
from imaging.provenance import SourceIdentity
from imaging.volume.windowing import Window
from inference.bundle.bundle import load_bundle
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.classify.finding import MemberVotes
from inference.contract.contract import Evaluation, Interval, LabelFigures
from inference.explain.map_check import MapCheck
from inference.report.content import ROWS, SECTIONS, FindingPicture, ReportContent, compose_report
from inference.report.csv_table import HEAD, write_csv
from inference.report.dicom_objects import FILE_NAMES, write_dicom_objects
from inference.report.html_page import write_html
from inference.report.json_document import make_document, write_json
from inference.report.subject import CurveNote, HeatmapNote, ReaderNote, ReportSubject, TypedPatient
from tests.inference.factory import make_bundle, make_contract, spot_slice
from tests.reading import READING

DOCS = Path(__file__).resolve().parents[3] / "docs" / "report.md"

PICTURES = (FindingPicture("seen", "The slice", np.zeros((8, 9), np.uint8)),)


class DataFields(HTMLParser):
    """Collects the text of every cell that has a `data-field`, and the tags of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.tags: set[str] = set()
        self._at: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._at = dict(attrs).get("data-field")
        if self._at is not None:
            self.fields[self._at] = ""

    def handle_endtag(self, tag: str) -> None:
        self._at = None

    def handle_data(self, data: str) -> None:
        if self._at is not None:
            self.fields[self._at] += data


def interval(value: float) -> Interval:
    return Interval(value=value, low=value - 0.0123456789, high=min(1.0, value + 0.01))


def subject(tmp_path: Path, **changes) -> ReportSubject:
    contract = make_contract()
    figures = {
        name: LabelFigures(n=50, precision=None, recall=interval(0.9 - 0.05 * number), f1=None, auc=None)
        for number, name in enumerate(contract.task.names)
    }
    stated = Evaluation(
        split="test (grouped)", grouped_by="persons", n=100, macro_f1=interval(0.9), accuracy=interval(0.9),
        auc=None, labels=figures,
    )  # fmt: skip
    bundle = load_bundle(make_bundle(tmp_path, evaluation=[stated.model_dump(mode="json")]))
    slice_ = spot_slice()
    given = {
        "slice": slice_,
        "analysis": analyse(slice_, Classifier(bundle)),
        "bundle": bundle,
        "identity": SourceIdentity("ab" * 32, "1.2.3", "1.2.3.4", "1.2.3.4.5"),
        "series_number": 2,
        "program": "Slicelens 0",
        "made": datetime(2026, 11, 28, 12, 0, tzinfo=UTC),
        "voi": Window(40.0, 400.0),
        "prevalence": 0.123456789,
        "heatmap": HeatmapNote(contract.task.names[0], "grad-cam", None, check=MapCheck(0.87654321, 0.3, 0.5)),
        "curve": CurveNote("Bright", 9, 2, 1, 0.123456789, 0.9, 4, ((1, 0.5), (4, 0.9))),
        "reader": ReaderNote("mine", '=a remark, with "quotes"\nand a second line <b>'),
    }
    return ReportSubject(**{**given, **changes})


@pytest.fixture
def content(tmp_path: Path) -> ReportContent:
    return compose_report(subject(tmp_path), PICTURES)


@pytest.fixture
def of_an_ensemble(tmp_path: Path) -> ReportContent:
    """Of several members, with a label that is not asked for."""
    alone = subject(tmp_path)
    finding = alone.analysis.finding
    assert finding is not None
    *asked, last = finding.scores
    votes = MemberVotes(asked[0].name, (0.61234567, 0.7, 0.123456789), 2)
    changed = replace(finding, votes=votes, scores=(*asked, replace(last, asked=False)))
    # In contract: a structured report has groups of labels then.
    analysis = replace(alone.analysis, finding=changed, concerns=(), out_of_distribution=None)
    return compose_report(replace(alone, analysis=analysis), PICTURES)


def in_csv(content: ReportContent) -> dict[str, str]:
    head, *rows = csv.reader(io.StringIO(write_csv(content).decode("utf-8-sig"), newline=""))
    assert tuple(head) == HEAD
    return {name: value for name, _, value in rows}


def in_html(content: ReportContent) -> DataFields:
    parser = DataFields()
    parser.feed(write_html(content).decode())
    return parser


def in_sr(content: ReportContent) -> dict[str, list[object]]:
    """Return the values of the fields by their codes: those under a heading of our own scheme."""
    written = finish(write_dicom_objects(content, ("sr",), READING)).files[FILE_NAMES["sr"]]
    found: dict[str, list[object]] = {}
    for heading in pydicom.dcmread(io.BytesIO(written)).ContentSequence:
        if heading.ConceptNameCodeSequence[0].CodingSchemeDesignator == "99SLICELENS":
            for item in heading.ContentSequence:
                name = item.ConceptNameCodeSequence[0]
                found.setdefault(name.get("CodeValue") or name.LongCodeValue, []).append(value_of(item))
    return found


def value_of(item: pydicom.Dataset) -> object:
    if item.ValueType == "NUM":
        return float(item.MeasuredValueSequence[0].NumericValue)
    if item.ValueType == "CODE":
        return {"373066001": True, "373067005": False}[item.ConceptCodeSequence[0].CodeValue]
    assert item.ValueType == "TEXT"
    return item.TextValue


def in_json(document: dict, path: tuple[str, ...]) -> object:
    for word in path:
        document = document[word]
    return document


@pytest.mark.parametrize("made", ["content", "of_an_ensemble"])
def test_every_field_is_in_every_format_and_equal(made: str, request: pytest.FixtureRequest) -> None:
    content = request.getfixturevalue(made)
    table, page, document = in_csv(content), in_html(content).fields, json.loads(write_json(content))
    report = in_sr(content)
    names = [field.name for field in content.fields]
    assert len(set(names)) == len(names)
    assert list(table) == list(page) == names
    for field in content.fields:
        value = in_json(document, field.path)
        assert value == (list(field.value) if isinstance(field.value, tuple) else field.value)
        assert page[field.name] == field.text
        # What has no value stands in no structured report.
        texts = field.value if isinstance(field.value, tuple) else (field.value,)
        assert report.get(field.name, []) == [one for one in texts if one is not None]
        # A spreadsheet must not work out what a person typed.
        assert table[field.name] in (field.text, f"'{field.text}")
        if isinstance(field.value, float):
            assert float(field.text) == value
            assert float(table[field.name]) == value
    assert document == make_document(content)
    assert report.keys() <= set(names)


def test_members_and_what_is_not_asked_are_said(of_an_ensemble: ReportContent) -> None:
    values = {field.name: field.value for field in of_an_ensemble.fields}
    first, last = make_contract().task.names
    members = {name.rpartition(".")[2]: value for name, value in values.items() if "finding.members." in name}
    spread = {"low": 0.123457, "high": 0.7, "mean": 0.478601}
    assert members == {"label": first, "n": 3, **spread, "alike": 2}
    assert values[f"finding.probabilities.{last}"] == "not asked"
    written = finish(write_dicom_objects(of_an_ensemble, ("sr",), READING)).files[FILE_NAMES["sr"]]
    groups = [f"{make_contract().id} {label}".encode() in written for label in (first, last)]
    assert groups == [True, False]


def test_a_remark_is_no_formula_and_no_markup(content: ReportContent) -> None:
    assert in_csv(content)["reader.remark"].startswith("'=")
    page = in_html(content)
    assert page.fields["reader.remark"].endswith("<b>")
    assert "b" not in page.tags
    assert "script" not in page.tags


def test_the_page_fetches_nothing(content: ReportContent) -> None:
    page = write_html(content).decode()
    assert "default-src 'none'" in page
    assert not re.search(r"(?:src|href)=\"(?!data:)", page)


def test_predictive_values_are_those_of_bayes(content: ReportContent) -> None:
    values = {field.name: field.value for field in content.fields}
    sensitivity, specificity = values["figures.sensitivity.value"], values["figures.specificity.value"]
    share = values["figures.predictive.prevalence"]
    assert share == 0.123457
    found, alarms = sensitivity * 0.123456789, (1 - specificity) * (1 - 0.123456789)
    assert values["figures.predictive.positive"] == pytest.approx(found / (found + alarms), abs=1e-6)
    cleared, missed = specificity * (1 - 0.123456789), (1 - sensitivity) * 0.123456789
    assert values["figures.predictive.negative"] == pytest.approx(cleared / (cleared + missed), abs=1e-6)


def test_what_identifies_is_left_out_of_a_private_report(tmp_path: Path) -> None:
    private = compose_report(subject(tmp_path, is_private=True))
    values = {field.name: field.value for field in private.fields}
    assert all(values[row.name] is None for row in ROWS if row.identifies)
    assert values["patient.source"] == "left out"
    assert values["slice.sha256"] == "ab" * 32
    assert values["model.sha256"]


def test_what_was_typed_stands_instead_of_the_file(tmp_path: Path) -> None:
    typed = compose_report(subject(tmp_path, typed=TypedPatient("N. N.", "2026-11-01")))
    values = {field.name: field.value for field in typed.fields if field.path[0] == "patient"}
    assert values.pop("patient.source") == "typed"
    assert values.pop("patient.name") == "N. N."
    assert values.pop("patient.scan_date") == "2026-11-01"
    assert set(values.values()) == {None}


def test_without_a_curve_no_field_speaks_of_one(tmp_path: Path) -> None:
    alone = compose_report(subject(tmp_path, curve=None))
    assert not [field for field in alone.fields if field.path[0] == "curve"]


def test_the_page_of_fields_lists_them_all() -> None:
    listed = re.findall(r"^\| `([a-z_.0-9]+)`.*\| (.+?) \| (\*\*P\*\*)? ?\|$", DOCS.read_text(encoding="utf-8"), re.M)
    assert [(name, words, bool(mark)) for name, words, mark in listed] == [
        (row.name, row.words, row.identifies) for row in ROWS
    ]
    assert {row.name.partition(".")[0] for row in ROWS} == set(SECTIONS)
