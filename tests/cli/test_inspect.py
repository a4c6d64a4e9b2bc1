from pathlib import Path

import pydicom
import pytest
from pydicom.data import get_testdata_file

from tests.cli.conftest import Cli
from tests.imaging.phantoms import content_item, number_item, save, structured_report, write_series

FIELDS = {
    "index": int,
    "id": str,
    "format": str,
    "modality": str,
    "description": str,
    "number": (int, type(None)),
    "study": int,
    "slices": int,
    "phases": int,
    "phase_of": (str, type(None)),
    "phase_values": (list, type(None)),
    "rows": int,
    "columns": int,
    "channels": int,
    "spacing_mm": (list, type(None)),
    "orientation": (str, type(None)),
    "axes": (list, type(None)),
    "window": (list, type(None)),
    "units": (str, type(None)),
    "notes": list,
}


def real(name: str) -> Path:
    found = get_testdata_file(name, download=False)
    assert isinstance(found, str)
    return Path(found)


def check_series_row(row: dict) -> None:
    assert set(row) == set(FIELDS)
    for field, kind in FIELDS.items():
        assert isinstance(row[field], kind), (field, row[field])
        assert not isinstance(row[field], bool)
    assert row["format"] in ("dicom", "nifti", "raster", "itk")
    assert row["orientation"] in (None, "axial", "sagittal", "coronal", "oblique")
    assert row["channels"] in (1, 3)
    assert min(row[size] for size in ("slices", "phases", "rows", "columns")) >= 1
    assert all(isinstance(note, str) for note in row["notes"])
    if row["axes"] is not None:
        assert sorted(["RL", "AP", "IS"]["RLAPIS".index(letter) // 2] for letter in row["axes"]) == ["AP", "IS", "RL"]
    for field, length in (("spacing_mm", 3), ("window", 2)):
        if row[field] is not None:
            assert len(row[field]) == length
            # Of one slice the thickness may be unknown: None stands in its place.
            known = row[field][1:] if row[field][0] is None and row["slices"] == 1 else row[field]
            assert all(isinstance(number, int | float) for number in known)


def check_inspection(document: dict) -> None:
    assert set(document) == {"version", "series", "studies", "skipped", "files"}
    assert document["version"] == 2
    assert [row["index"] for row in document["series"]] == list(range(len(document["series"])))
    for row in document["series"]:
        check_series_row(row)
    for row in document["skipped"]:
        assert set(row) == {"path", "code", "message"}
        assert row["code"].startswith("E_")
        assert row["message"].endswith(".")
    files = document["files"]
    assert set(files) == {"seen", "opened", "skipped"}
    assert files["seen"] == files["opened"] + files["skipped"]
    assert files["skipped"] == len(document["skipped"])


def test_a_ct_slice_with_everything_that_its_header_says(cli):
    answer = cli("inspect", real("CT_small.dcm"), "--json")
    assert (answer.code, answer.err) == (0, "")
    document = answer.document
    check_inspection(document)
    header = pydicom.dcmread(real("CT_small.dcm"), stop_before_pixels=True)
    (series,) = document["series"]
    assert series["id"].startswith(header.SeriesInstanceUID)
    assert (series["format"], series["modality"]) == ("dicom", "CT")
    assert (series["rows"], series["columns"], series["channels"]) == (128, 128, 1)
    assert (series["slices"], series["phases"]) == (1, 1)
    assert series["spacing_mm"][1:] == pytest.approx([float(step) for step in header.PixelSpacing])
    assert (series["orientation"], series["axes"]) == ("axial", ["S", "P", "L"])
    assert series["units"] == "HU"
    assert document["files"] == {"seen": 1, "opened": 1, "skipped": 0}


def test_the_window_is_the_first_linear_one(tmp_path, cli):
    dataset = pydicom.dcmread(real("CT_small.dcm"))
    dataset.WindowCenter, dataset.WindowWidth = ["40", "-600"], ["400", "1500"]
    dataset.save_as(tmp_path / "two.dcm")
    assert cli("inspect", tmp_path / "two.dcm", "--json").document["series"][0]["window"] == [40, 400]
    dataset.VOILUTFunction = "SIGMOID"
    dataset.save_as(tmp_path / "two.dcm")
    assert cli("inspect", tmp_path / "two.dcm", "--json").document["series"][0]["window"] is None
    del dataset.WindowCenter, dataset.WindowWidth
    dataset.save_as(tmp_path / "two.dcm")
    assert cli("inspect", tmp_path / "two.dcm", "--json").document["series"][0]["window"] is None


def test_a_folder_with_rubbish_in_it(tmp_path, cli):
    (tmp_path / "ct").write_bytes(real("CT_small.dcm").read_bytes())
    (tmp_path / "notes.txt").write_text("remember the milk")
    (tmp_path / "empty.dcm").touch()
    answer = cli("inspect", tmp_path, "--json")
    assert answer.code == 1
    check_inspection(answer.document)
    assert len(answer.document["series"]) == 1
    skipped = {Path(row["path"]).name: row["code"] for row in answer.document["skipped"]}
    assert skipped == {"notes.txt": "E_UNKNOWN_FORMAT", "empty.dcm": "E_EMPTY"}
    assert len(answer.err.splitlines()) == 2


def test_several_paths_one_of_them_missing(tmp_path, cli):
    answer = cli("inspect", real("CT_small.dcm"), tmp_path / "nowhere", real("MR_small.dcm"), "--json")
    assert answer.code == 1
    check_inspection(answer.document)
    assert [row["modality"] for row in answer.document["series"]] == ["CT", "MR"]
    assert [(row["path"], row["code"]) for row in answer.document["skipped"]] == [
        (str(tmp_path / "nowhere"), "E_MISSING")
    ]


def test_for_a_person_it_is_lines(tmp_path, cli):
    answer = cli("inspect", real("CT_small.dcm"))
    assert answer.code == 0
    first, last = answer.out.splitlines()[0], answer.out.splitlines()[-1]
    assert first.startswith("0: CT, 128 x 128, 1 slice, axial (SPL)")
    assert last == "1 seen, 1 opened"


def test_an_answer_is_the_same_every_time(shared, cli):
    answers = {cli("inspect", shared / "nifti", "--json").out for _ in range(2)}
    assert len(answers) == 1


def test_the_shared_series(shared, cli):
    answer = cli("inspect", shared / "dicom" / "abdomen_ct", "--json")
    assert answer.code == 0
    (series,) = answer.document["series"]
    assert (series["slices"], series["rows"], series["columns"]) == (60, 512, 512)
    assert series["axes"] == ["S", "P", "L"]
    assert series["units"] == "HU"
    check_inspection(answer.document)


def test_a_four_dimensional_file_has_phases(shared, cli):
    (series,) = cli("inspect", shared / "nifti" / "pcasl.nii.gz", "--json").document["series"]
    assert series["phases"] > 1
    assert series["format"] == "nifti"


def test_why_names_the_source_of_each_fact(cli) -> None:
    answer = cli("inspect", real("CT_small.dcm"), "--why", "--json")
    (row,) = answer.document["series"]
    assert set(row) == {*FIELDS, "why"}
    assert row["why"]["slice"] == 0
    told = {reason["topic"]: reason for reason in row["why"]["reasons"]}
    assert told["values"] == {
        "topic": "values",
        "value": "stored × 1 − 1024",
        "source": "(0028,1053) Rescale Slope, (0028,1052) Rescale Intercept",
    }
    for_a_person = cli("inspect", real("CT_small.dcm"), "--why").out
    assert "Stored to shown value: stored × 1 − 1024  [(0028,1053)" in for_a_person
    assert "why" not in cli("inspect", real("CT_small.dcm"), "--json").document["series"][0]


def test_structured_reports_are_listed_with_their_items(cli: Cli, tmp_path: Path) -> None:
    write_series(tmp_path / "ct")
    outline = content_item("SCOORD", "Outline", GraphicType="POINT", GraphicData=[1.5, 2.5])
    path = save(structured_report(number_item("Diameter", 5), outline), tmp_path / "ct" / "report.dcm")
    (tmp_path / "ct" / "cut.dcm").write_bytes(path.read_bytes()[:-30])
    answer = cli("inspect", tmp_path / "ct", "--json")
    cut, whole = answer.document["reports"]
    assert (whole["title"], whole["kind"], whole["study"]) == ("Imaging Measurement Report", "Comprehensive SR", 0)
    diameter, point = whole["items"]
    assert (diameter["concept"], diameter["number"], diameter["unit"]) == ("Diameter", 5.0, "mm")
    assert point["shape"] == {"kind": "POINT", "points": [[1.5, 2.5]]}
    assert cut["error"]["code"] in ("E_TRUNCATED", "E_HEADER")
    files = answer.document["files"]
    assert files["seen"] == files["opened"] + files["skipped"]
    assert {row["code"] for row in answer.document["skipped"]} == {"E_NOT_AN_IMAGE"}
    assert "report: Imaging Measurement Report, 2 items" in cli("inspect", tmp_path / "ct").out
