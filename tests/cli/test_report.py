"""`report`: one finding in three formats, private if asked for, whole or not there."""

import csv
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.datadict import dictionary_VR
from pydicom.uid import generate_uid

from desktop.jobs.report import WrittenReport, write_report
from imaging.base.progress import Job
from imaging.volume.series import Series
from inference.report.content import ReportContent
from tests.cli.conftest import ROOT, Cli
from tests.imaging.phantoms import dataset, l_values, write_series
from tests.inference.factory import make_bundle

# The PDF is printed in this process: the application that it would make for itself would stand in the way of windows.
pytestmark = pytest.mark.usefixtures("qapp")

FILES = {"report.json", "report.html", "report.csv", "report.pdf"}
OBJECTS = {"finding.sr.dcm", "heatmap.pm.dcm", "pane.sc.dcm", "outline.gsps.dcm"}
ALL_FORMATS = ("--formats", "json,html,csv,pdf,sr,pm,sc,gsps")
CANARY = "KESTREL"
KEYWORDS = (
    "PatientName", "PatientID", "IssuerOfPatientID", "OtherPatientIDs", "PatientBirthName", "PatientMotherBirthName",
    "PatientAddress", "PatientTelephoneNumbers", "Occupation", "EthnicGroup", "PatientComments",
    "AdditionalPatientHistory",
    "ReferringPhysicianName", "PerformingPhysicianName", "OperatorsName", "NameOfPhysiciansReadingStudy",
    "InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName", "StationName", "StudyID",
    "AccessionNumber", "StudyDescription", "SeriesDescription", "ProtocolName", "RequestedProcedureDescription",
    "PerformedProcedureStepDescription", "DeviceSerialNumber", "Manufacturer", "ManufacturerModelName",
    "BodyPartExamined", "ImageComments", "DerivationDescription", "RequestingPhysician",
    "AdmittingDiagnosesDescription",
)  # fmt: skip


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return make_bundle(tmp_path, id="tiny")


def slice_with_canaries(path: Path) -> tuple[Path, list[str]]:
    """A DICOM slice that holds a canary in every attribute that could name somebody, private and nested ones too."""
    lies = {"ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "ImagePositionPatient": [0, 0, 0], "PixelSpacing": [1, 1]}
    one = dataset(np.random.default_rng(0).integers(-50, 200, (64, 64)).astype(np.int16), **lies)
    canaries = []
    for number, keyword in enumerate(KEYWORDS):
        text = f"{CANARY}{number:03d}"
        setattr(one, keyword, text if dictionary_VR(keyword) != "PN" else f"{text}^GIVEN{number:03d}")
        canaries += [text] if dictionary_VR(keyword) != "PN" else [text, f"GIVEN{number:03d}"]
    for keyword, date in (("PatientBirthDate", "19310203"), ("StudyDate", "19980405"), ("SeriesDate", "19980406")):
        setattr(one, keyword, date)
        canaries += [date, f"{date[:4]}-{date[4:6]}-{date[6:]}"]
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID"):
        uid = generate_uid()
        setattr(one, keyword, uid)
        canaries.append(uid)
    one.file_meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID
    private = one.private_block(0x0011, f"{CANARY}MAKER", create=True)
    private.add_new(0x01, "LO", f"{CANARY}PRIVATE")
    nested = pydicom.Dataset()
    nested.RequestedProcedureDescription = f"{CANARY}NESTED"
    one.RequestAttributesSequence = [nested]
    one.save_as(path)
    return path, [*canaries, CANARY, path.stem]


def test_it_writes_all_formats_of_one_finding(cli: Cli, bundle: Path, tmp_path: Path) -> None:
    path, _ = slice_with_canaries(tmp_path / "KESTRELFILE.dcm")
    answer = cli("report", path, "--model", bundle, "--out", tmp_path / "out", "--json")
    assert answer.code == 0, answer.err
    assert {one.name for one in (tmp_path / "out").iterdir()} == FILES
    document = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert document == answer.document
    stored = pydicom.dcmread(path)
    assert document["patient"]["name"].startswith(f"{CANARY}000")
    assert document["study"]["uid"] == stored.StudyInstanceUID
    assert document["series"]["uid"] == stored.SeriesInstanceUID
    assert document["slice"]["instance_uid"] == stored.SOPInstanceUID
    scored = cli("classify", path, "--model", bundle, "--json").document["results"][0]
    assert document["finding"]["decision"] == scored["decision"]
    assert document["finding"]["standing"] == scored["standing"]
    for label, probability in scored["probabilities"].items():
        assert document["finding"]["probabilities"][label] == float(f"{probability:.6g}")
    with (tmp_path / "out" / "report.csv").open(encoding="utf-8-sig", newline="") as table:
        rows = {row["field"]: row["value"] for row in csv.DictReader(table)}
    assert rows["slice.sha256"] == document["slice"]["sha256"]


def test_a_private_report_holds_no_canary(cli: Cli, bundle: Path, tmp_path: Path) -> None:
    path, canaries = slice_with_canaries(tmp_path / "KESTRELFILE.dcm")
    answer = cli("report", path, "--model", bundle, "--out", tmp_path / "out", "--private", "--json", *ALL_FORMATS)
    assert answer.code == 0, answer.err
    assert {one.name for one in (tmp_path / "out").iterdir()} == FILES | OBJECTS
    written = [one.read_bytes() for one in (tmp_path / "out").iterdir()] + [answer.out.encode()]
    for content in written:
        assert [canary for canary in canaries if canary.lower().encode() in content.lower()] == []


def test_what_was_typed_takes_the_place_of_the_file(cli: Cli, bundle: Path, tmp_path: Path) -> None:
    path, canaries = slice_with_canaries(tmp_path / "one.dcm")
    typed = ("--name", "N. N.", "--date", "2026-11-01")
    answer = cli("report", path, "--model", bundle, "--out", tmp_path / "out", *typed, "--json")
    patient = answer.document["patient"]
    assert (patient["source"], patient["name"], patient["scan_date"]) == ("typed", "N. N.", "2026-11-01")
    assert not any(canary in json.dumps(patient) for canary in canaries)


def test_a_slice_in_a_zip_has_its_names_too(cli: Cli, bundle: Path, tmp_path: Path) -> None:
    path, _ = slice_with_canaries(tmp_path / "one.dcm")
    archive = tmp_path / "study.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.write(path, "one.dcm")
    document = cli("report", archive, "--model", bundle, "--out", tmp_path / "out", "--json").document
    assert document["slice"]["instance_uid"] == pydicom.dcmread(path).SOPInstanceUID
    assert document["slice"]["file"] == "one.dcm"


def test_the_real_program_sets_a_pdf_without_a_display(bundle: Path, tmp_path: Path) -> None:
    path, canaries = slice_with_canaries(tmp_path / "KESTRELFILE.dcm")
    words = ("report", str(path), "--model", str(bundle), "--out", str(tmp_path / "out"), "--private")
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "QT_QPA_PLATFORM")}
    done = subprocess.run(
        [sys.executable, "-m", "desktop.main", *words],
        capture_output=True,
        cwd=ROOT,
        env=environment,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert {one.name for one in (tmp_path / "out").iterdir()} == FILES
    pdf = (tmp_path / "out" / "report.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-1.4")
    assert not any(canary.encode() in pdf for canary in canaries)


def test_only_the_formats_that_were_asked_for(cli: Cli, bundle: Path, tmp_path: Path) -> None:
    path, _ = slice_with_canaries(tmp_path / "one.dcm")
    assert cli("report", path, "--model", bundle, "--out", tmp_path / "out", "--formats", "csv").code == 0
    assert {one.name for one in (tmp_path / "out").iterdir()} == {"report.csv"}
    refused = cli("report", path, "--model", bundle, "--out", tmp_path / "out", "--formats", "csv,gif")
    assert refused.is_refused_with("E_ARGUMENT")


def test_dicom_objects_stand_in_the_study_of_the_slice(cli: Cli, bundle: Path, tmp_path: Path) -> None:
    path, _ = slice_with_canaries(tmp_path / "one.dcm")
    formats = ("--formats", "sr,pm,sc,gsps")
    answer = cli("report", path, "--model", bundle, "--out", tmp_path / "out", *formats, "--json")
    assert answer.code == 0, answer.err
    assert {one.name for one in (tmp_path / "out").iterdir()} == OBJECTS
    stored = pydicom.dcmread(path)
    for one in (tmp_path / "out").iterdir():
        made = pydicom.dcmread(one)
        assert (made.StudyInstanceUID, made.PatientName) == (stored.StudyInstanceUID, stored.PatientName)
    # They are whole files, which this program opens too: the map and the capture are pictures.
    opened = cli("inspect", tmp_path / "out", "--json").document
    assert sorted(series["modality"] for series in opened["series"]) == ["OT", "OT"]
    assert opened["files"] == {"seen": 4, "opened": 2, "skipped": 2}


def test_the_report_of_a_series_has_its_curve(cli: Cli, bundle: Path, tmp_path: Path) -> None:
    # Of random slices, the last one has a bright spot, which the tiny model looks for.
    values = np.random.default_rng(1).integers(0, 50, (6, 32, 32)).astype(np.int16)
    values[4, 6:12, 18:24] = 3000
    write_series(tmp_path / "ct", values=values)
    report = ("report", tmp_path / "ct", "--model", bundle, "--out", tmp_path / "out", "--slice", "all", "--json")
    document = cli(*report).document
    scored = cli("classify", tmp_path / "ct", "--model", bundle, "--slice", "all", "--json").document["results"]
    expected = [one["probabilities"]["bright"] for one in scored]
    curve = document["curve"]
    assert (curve["label"], curve["slices"], curve["failed"]) == ("Bright spot", 6, 0)
    assert curve["mean"] == pytest.approx(np.mean(expected), abs=1e-6)
    assert curve["maximum"] == pytest.approx(max(expected), abs=1e-6)
    assert document["slice"]["index"] == curve["maximum_slice"] == int(np.argmax(expected))
    assert document["finding"]["probabilities"]["bright"] == pytest.approx(max(expected), abs=1e-6)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Probability of Bright spot over 6 slices" in page


def test_a_folder_has_a_report_on_each_series(cli: Cli, bundle: Path, tmp_path: Path) -> None:
    values = np.random.default_rng(1).integers(0, 50, (3, 32, 32)).astype(np.int16)
    for number, name in enumerate(("a", "b", "c")):
        pixels = np.full_like(values, -2000) if name == "b" else values + number
        uids = {"SeriesInstanceUID": f"1.2.3.{number}", "SeriesNumber": number + 1, "PixelPaddingValue": -2000}
        write_series(tmp_path / "in" / name, values=pixels, **uids)
    report = ("report", tmp_path / "in", "--model", bundle, "--series", "all", "--formats", "json")
    answer = cli(*report, "--out", tmp_path / "out", "--json")
    assert answer.code == 1
    # The one that is empty has no finding, and costs no other.
    assert [row["path"] for row in answer.document["skipped"]] == ["series 1"]
    written = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.json"))
    assert written == ["series-0/report.json", "series-2/report.json"]
    assert [one["series"]["index"] for one in answer.document["reports"]] == [0, 2]
    stored = json.loads((tmp_path / "out" / "series-2" / "report.json").read_text(encoding="utf-8"))
    assert stored == answer.document["reports"][1]
    empty = ("report", tmp_path / "in" / "b", "--model", bundle, "--series", "all", "--out", tmp_path / "none")
    assert cli(*empty).is_refused_with("E_EMPTY_SLICE")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("end", ["Ctrl+C", "the disk"])
def test_reports_that_were_written_before_the_end_are_named(
    end: str, cli: Cli, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = np.random.default_rng(1).integers(0, 50, (3, 32, 32)).astype(np.int16)
    for number in range(3):
        uids = {"SeriesInstanceUID": f"1.2.3.{number}", "SeriesNumber": number + 1}
        write_series(tmp_path / "in" / str(number), values=values + number, **uids)
    out = tmp_path / "out"
    if end == "the disk":
        (out / "series-2" / "report.json").mkdir(parents=True)
    else:

        def interrupted(content: ReportContent, series: Series, options: Any, *rest: Any) -> Job[WrittenReport]:
            if options.folder.name == "series-2":
                raise KeyboardInterrupt
            return write_report(content, series, options, *rest)

        monkeypatch.setattr("desktop.cli.commands.report.write_report", interrupted)
    report = ("report", tmp_path / "in", "--model", bundle, "--series", "all", "--formats", "json", "--out", out)
    answer = cli(*report, "--json")
    assert [one["series"]["index"] for one in answer.document["reports"]] == [0, 1]
    assert all((out / f"series-{number}" / "report.json").is_file() for number in (0, 1))
    if end == "the disk":
        assert (answer.code, answer.document["error"]["code"]) == (2, "E_WRITE")
    else:
        assert answer.code == 130
        assert "Interrupted; what was written by then is whole" in answer.err


def test_a_format_that_is_refused_is_named_and_the_others_are_written(cli: Cli, bundle: Path, tmp_path: Path) -> None:
    Image.fromarray(np.arange(4096, dtype=np.uint8).reshape(64, 64)).save(tmp_path / "one.png")
    report = ("report", tmp_path / "one.png", "--model", bundle, "--out", tmp_path / "out")
    answer = cli(*report, "--formats", "json,sr,pm", "--json")
    assert answer.code == 1
    assert {one.name for one in (tmp_path / "out").iterdir()} == {"report.json", "finding.sr.dcm", "pane.sc.dcm"}
    [left_out] = answer.document["skipped"]
    assert left_out["path"] == str(tmp_path / "out" / "heatmap.pm.dcm")
    assert left_out["message"] in answer.err
    assert cli(*report, "--formats", "pm,gsps").is_refused_with("E_UNSUPPORTED")


def test_no_finding_no_report(cli: Cli, bundle: Path, tmp_path: Path) -> None:
    empty = dataset(np.full((64, 64), -2000, np.int16), PixelPaddingValue=-2000)
    empty.save_as(tmp_path / "empty.dcm")
    answer = cli("report", tmp_path / "empty.dcm", "--model", bundle, "--out", tmp_path / "out")
    assert answer.is_refused_with("E_EMPTY_SLICE")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("given", [("--slice", "5"), ("--series", "3"), ("--phase", "2"), ("--prevalence", "1.5")])
def test_what_is_not_there_is_refused(cli: Cli, bundle: Path, tmp_path: Path, given: tuple[str, str]) -> None:
    path, _ = slice_with_canaries(tmp_path / "one.dcm")
    answer = cli("report", path, "--model", bundle, "--out", tmp_path / "out", *given)
    assert answer.is_refused_with("E_ARGUMENT" if given[0] == "--prevalence" else "E_OUT_OF_RANGE")
    assert not (tmp_path / "out").exists()


def test_a_full_disk_leaves_the_older_report_whole(bundle: Path, tmp_path: Path) -> None:
    """No file may grow beyond 2 KiB while the report is written: the system refuses as it does on a full disk."""
    pytest.importorskip("resource", reason="limits of files are POSIX's")
    path, _ = slice_with_canaries(tmp_path / "one.dcm")
    out = tmp_path / "out"
    out.mkdir()
    for name in FILES | OBJECTS:
        (out / name).write_text("older")
    code = "import sys; from tests.cli.test_report import run_with_small_files; sys.exit(run_with_small_files())"
    words = ["report", str(path), "--model", str(bundle), "--out", str(out), *ALL_FORMATS]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, env=environment, check=False, timeout=120
    )
    assert done.returncode == 2, done.stderr
    assert "[E_WRITE]" in done.stderr
    assert {one.name: one.read_text() for one in out.iterdir()} == dict.fromkeys(FILES | OBJECTS, "older")


def test_a_path_that_takes_no_report_is_said_and_costs_no_older_file(cli: Cli, bundle: Path, tmp_path: Path) -> None:
    path, _ = slice_with_canaries(tmp_path / "one.dcm")
    out = tmp_path / "out"
    (out / "report.html").mkdir(parents=True)
    (out / "report.json").write_text("older")
    for folder, said in ((path, "a file stands where the folder would be"), (out, "A folder stands in that folder")):
        answer = cli("report", path, "--model", bundle, "--out", folder, "--formats", "json,html")
        assert answer.is_refused_with("E_WRITE")
        assert said in answer.err
    assert (out / "report.json").read_text() == "older"
    assert path.is_file()


def run_with_small_files() -> int:
    """Run the command of this process's arguments; the files of its report may not grow beyond 2 KiB."""
    import resource

    from desktop.cli import run
    from desktop.jobs import report

    def write_all(folder: Path, files: dict[str, bytes]) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2048, resource.RLIM_INFINITY))
        kept(folder, files)

    kept, report.write_all = report.write_all, write_all  # type: ignore[assignment]
    return run(sys.argv[1:])


@pytest.mark.parametrize("method", ["occlusion", "lime"])
def test_a_map_says_its_parameters_and_whether_it_holds(cli: Cli, bundle: Path, tmp_path: Path, method: str) -> None:
    write_series(tmp_path / "ct", values=l_values())
    words = ("--method", method, "--formats", "json", "--out", tmp_path / "out")
    told = cli("report", tmp_path / "ct", "--model", bundle, *words, "--json").document["map"]
    assert told["method"] == method
    assert told["parameters"].lower().startswith(f"{method}: ")
    assert set(told["check"]) == {"weak", "stability", "deletion", "centre_deletion"}
