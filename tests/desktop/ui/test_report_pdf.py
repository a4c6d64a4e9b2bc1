"""The PDF of a report: every field in it as in the other formats, its font embedded, its papers."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop.state.report_options import Paper
from desktop.ui.print_preview import print_into_file
from desktop.ui.report_pdf import write_pdf
from imaging.base.errors import Code, Refusal
from imaging.provenance import SourceIdentity
from inference.bundle.bundle import load_bundle
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.classify.finding import FindingColour
from inference.report.content import FindingPicture, ReportContent, ReportField
from inference.report.subject import ReportSubject
from tests.inference.factory import make_bundle, spot_slice

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext (Debian: poppler-utils)")
REMARK = "finding by the first office: \u201cα ≥ 0.5\u201d <b>&amp;"


@pytest.fixture
def content(tmp_path: Path) -> ReportContent:
    fields = (
        ReportField(("report", "made"), "Made on", "2026-11-28T12:00:00+00:00"),
        ReportField(("slice", "sha256"), "SHA-256 of the file", "0123456789abcdef" * 4),
        ReportField(("finding", "probabilities", "a"), "Probability: A", 0.123457),
        ReportField(("finding", "reasons"), "Reasons", ("one", "two")),
        ReportField(("patient", "name"), "Name", None),
        ReportField(("reader", "remark"), "Remark", REMARK),
    )
    picture = FindingPicture("seen", "The slice", np.random.default_rng(0).integers(0, 255, (60, 80)).astype(np.uint8))
    bundle, slice_ = load_bundle(make_bundle(tmp_path / "models")), spot_slice()
    subject = ReportSubject(
        slice=slice_, analysis=analyse(slice_, Classifier(bundle)), bundle=bundle, series_number=0, program="Slicelens",
        identity=SourceIdentity("ab" * 32, "1.2.3", "1.2.3.4", "1.2.3.4.5"), made=datetime(2026, 11, 28, tzinfo=UTC),
    )  # fmt: skip
    return ReportContent("Finding of the first kind", "In contract.", FindingColour.RED, fields, (picture,), subject)


def said(path: Path, pdf: bytes) -> str:
    path.write_bytes(pdf)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True).stdout.decode()
    return re.sub(r"\s+", "", text)


@needs_poppler
@pytest.mark.usefixtures("qapp")
def test_every_field_is_in_it(content: ReportContent, tmp_path: Path) -> None:
    text = said(tmp_path / "a.pdf", write_pdf(content))
    assert re.sub(r"\s+", "", content.headline) in text
    assert re.sub(r"\s+", "", content.standing) in text
    assert "Researchuseonly.Notfordiagnosis." in text
    for field in content.fields:
        assert re.sub(r"\s+", "", field.words) in text
        assert re.sub(r"\s+", "", field.text) in text


@needs_poppler
@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize(("paper", "size"), [("A4", "595 x 842"), ("Letter", "612 x 792")])
def test_paper_and_font(content: ReportContent, tmp_path: Path, paper: Paper, size: str) -> None:
    (tmp_path / "a.pdf").write_bytes(write_pdf(content, paper))
    facts = subprocess.run(["pdfinfo", tmp_path / "a.pdf"], check=True, capture_output=True, text=True).stdout
    assert f"Page size:       {size}" in facts
    assert "JavaScript:      no" in facts
    fonts = subprocess.run(["pdffonts", tmp_path / "a.pdf"], check=True, capture_output=True, text=True).stdout
    rows = [row.split() for row in fonts.splitlines()[2:]]
    assert rows
    assert all(row[0].endswith(("DejaVuSans", "DejaVuSans-Bold")) and row[-5] == "yes" for row in rows), fonts


def test_it_says_that_it_is_archival(content: ReportContent, qtbot: QtBot) -> None:
    pdf = write_pdf(content)
    assert pdf.startswith(b"%PDF-1.4")
    assert b'pdfaid:part="1" pdfaid:conformance="B"' in pdf
    assert b"/GTS_PDFA1" in pdf
    assert set(re.findall(rb"/SMask\s*(\S+)", pdf)) <= {b"/None>>"}, "PDF/A-1 knows no transparency"


@needs_poppler
@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize(("paper", "size"), [("A4", "595 x 842"), ("Letter", "612 x 792")])
def test_a_printer_gets_the_same_report(content: ReportContent, tmp_path: Path, paper: Paper, size: str) -> None:
    print_into_file(content, paper, tmp_path / "printed.pdf")
    printed = (tmp_path / "printed.pdf").read_bytes()
    text = said(tmp_path / "again.pdf", printed)
    for field in content.fields:
        assert re.sub(r"\s+", "", field.words) in text
        assert re.sub(r"\s+", "", field.text) in text
    facts = subprocess.run(["pdfinfo", tmp_path / "printed.pdf"], check=True, capture_output=True, text=True).stdout
    assert f"Page size:       {size}" in facts
    assert "Slicelens report" in facts
    pages = (re.search(r"Pages: +(\d+)", facts), write_pdf(content, paper))
    assert pages[0] is not None
    assert pages[0][1] == str(pages[1].count(b"/Type /Page\n")), "as many pages as the saved one"


@pytest.mark.usefixtures("qapp")
def test_what_cannot_be_printed_into_a_file_is_refused(content: ReportContent, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        print_into_file(content, "A4", tmp_path / "no folder" / "printed.pdf")
    assert refused.value.code is Code.WRITE
