"""`slicelens validate`: its document, its report, and what it refuses."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import cv2
import pytest

from inference.bundle.catalog import user_models_folder
from tests.cli.conftest import Cli
from tests.imaging.phantoms import write_series
from tests.inference.cases.table_files import make_rows, write_table, write_truth
from tests.inference.factory import make_bundle

FIELDS = {
    "version", "model", "n", "persons", "labels", "matrix", "matrix_columns", "refused", "enough", "metrics",
    "by_label", "calibration", "subgroups", "against_card", "notes", "by", "seed", "others", "differences", "skipped",
    "notice",
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    rows = make_rows(80) + make_rows(80, seed=9, model="other", model_sha256="1" * 64)
    return write_table(tmp_path / "r.csv", rows), write_truth(tmp_path / "t.csv", rows[:80], right=0.8)


def test_the_document_is_what_the_command_line_promises(files: tuple[Path, Path], cli: Cli) -> None:
    answer = cli("validate", files[0], "--truth", files[1], "--by", "patient", "--json")
    assert (answer.code, answer.err) == (0, "")
    document = answer.document
    assert set(document) == FIELDS
    assert (document["version"], document["n"], document["persons"], document["by"]) == (2, 80, 40, "patient")
    assert document["labels"] == ["normal", "bright"]
    assert sum(map(sum, document["matrix"])) == 80
    assert list(document["metrics"]) == [
        "auc", "accuracy", "sensitivity", "specificity", "ppv", "npv", "f1", "macro_f1", "ece", "kappa",
    ]  # fmt: skip
    assert all(set(one) == {"value", "low", "high"} for one in document["metrics"].values())
    (other,) = document["others"]
    assert other["model"]["id"] == "other"
    (difference,) = document["differences"]
    assert difference["metrics"]["auc"]["method"] == "bootstrap", "cases of one person are not independent"
    assert document["against_card"] is None
    assert any("not installed" in note for note in document["notes"])


@pytest.mark.usefixtures("qapp")
def test_the_report_is_whole_and_opens_without_a_network(files: tuple[Path, Path], tmp_path: Path, cli: Cli) -> None:
    out = tmp_path / "new" / "report"
    answer = cli("validate", files[0], "--truth", files[1], "--out", out)
    assert answer.code == 0
    assert "tiny: Accuracy 0." in answer.out
    names = {path.name for path in out.iterdir()}
    assert names == {
        "validation.json", "validation.html", "validation.csv", "validation.pdf",
        *(f"{plot}-{number}.{kind}" for plot in ("roc", "calibration") for number in (0, 1) for kind in ("svg", "png")),
    }  # fmt: skip
    assert (out / "validation.pdf").read_bytes().startswith(b"%PDF")
    assert cv2.imread(str(out / "roc-0.png")).shape[2] == 3
    for name in names:
        if name.endswith("svg"):
            assert ElementTree.parse(out / name).getroot().tag.endswith("svg")
    page = (out / "validation.html").read_text(encoding="utf-8")
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    assert "<script" not in page
    document = json.loads((out / "validation.json").read_text(encoding="utf-8"))
    assert f"{document['metrics']['auc']['value']:.3f}" in page
    assert (out / "validation.csv").read_bytes().count(b"\r\n") > 20


@pytest.mark.usefixtures("qapp")
def test_names_of_labels_do_no_harm(tmp_path: Path, cli: Cli) -> None:
    rows = make_rows(60, ("a", "<b>&"))
    table, truth = write_table(tmp_path / "r.csv", rows), write_truth(tmp_path / "t.csv", rows)
    assert cli("validate", table, "--truth", truth, "--out", tmp_path / "report").code == 0
    page = (tmp_path / "report" / "validation.html").read_text(encoding="utf-8")
    assert "<b>" not in page
    assert "&lt;b&gt;&amp;" in page
    ElementTree.parse(tmp_path / "report" / "roc.svg")


def test_lines_that_name_nothing_are_listed_and_the_rest_counts(files: tuple[Path, Path], cli: Cli) -> None:
    with open(files[1], "a", encoding="utf-8") as stream:
        stream.write("elsewhere.png,bright\n")
    answer = cli("validate", files[0], "--truth", files[1], "--json")
    assert answer.code == 1
    assert [row["message"][:24] for row in answer.document["skipped"]] == ["Line 82 of the truth nam"]
    assert answer.document["n"] == 80


@pytest.mark.parametrize("content", ["path,label\n0001.png,dark\n", "nothing", "path,label\n0001.png,bright\n"])
def test_a_truth_that_does_not_fit_is_refused(files: tuple[Path, Path], cli: Cli, content: str) -> None:
    files[1].write_text(content)
    assert cli("validate", files[0], "--truth", files[1]).code == 2
    assert cli("validate", files[0], "--truth", files[1], "--json").document["error"]["code"].startswith("E_")


def test_from_a_folder_to_figures_beside_the_card(tmp_path: Path, cli: Cli) -> None:
    interval = {"value": 0.9, "low": 0.85, "high": 0.95}
    stated = {
        "split": "test", "grouped_by": "patient", "n": 100, "macro_f1": interval, "accuracy": interval, "auc": interval,
        "labels": {},
    }  # fmt: skip
    make_bundle(user_models_folder(), evaluation=[stated])
    (tmp_path / "ct").mkdir()
    write_series(tmp_path / "ct")
    table, truth = tmp_path / "r.csv", tmp_path / "t.csv"
    assert cli("batch", tmp_path / "ct", "--model", "tiny", "--slice", "all", "--out", table).code == 0
    lines = [f"{number},{'normal' if number < 5 else 'bright'}" for number in range(10)]
    first = table.read_text(encoding="utf-8").splitlines()[1].split(",")
    truth.write_text("patient_key,slice,label\n" + "".join(f"{first[1]},{line}\n" for line in lines))
    answer = cli("validate", table, "--truth", truth, "--json")
    assert answer.code == 0
    assert (answer.document["n"], answer.document["persons"]) == (10, 1)
    assert answer.document["model"]["version"] == "1.0"
    card = answer.document["against_card"]
    assert (card["split"], card["n"]) == ("test", 100)
    assert {figure["real"] for figure in card["figures"].values()} == {None}, "ten cases conclude nothing"
