"""The documents of `inspect` and `classify`, field by field, as version 2 of the command line promises them."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import safetensors.numpy
from pydicom.dataset import Dataset

from inference.bundle.bundle import save_bundle
from tests.cli.conftest import Cli
from tests.imaging.phantoms import dataset, save, write_series
from tests.inference.factory import make_bundle, make_contract, tiny_model

NUMBER, TEXT = (int, float), str
ROW = {"path": TEXT, "code": TEXT, "message": TEXT}
FILES = {"seen": int, "opened": int, "skipped": int}
INSPECTION = {
    "version": int,
    "series": [{
        "index": int, "id": TEXT, "format": {"dicom", "nifti", "raster", "itk"}, "modality": TEXT, "description": TEXT,
        "number": (int, None), "study": int, "slices": int, "phases": int, "phase_of": (TEXT, None),
        "phase_values": ([(int, float, TEXT, None)], None), "rows": int, "columns": int, "channels": int,
        "spacing_mm": ([(int, float, None)], None), "orientation": (TEXT, None), "axes": ([TEXT], None),
        "window": ([NUMBER], None), "units": (TEXT, None), "notes": [TEXT],
    }],
    "studies": [{"index": int, "patient": int, "date": (TEXT, None), "description": (TEXT, None)}],
    "skipped": [ROW],
    "files": FILES,
}  # fmt: skip
CLASSIFICATION = {
    "version": int,
    "model": {"id": TEXT, "version": TEXT, "sha256": TEXT, "assumptions": [TEXT],
              "assumed": [{"what": TEXT, "value": TEXT, "why": TEXT}], "local": (TEXT, None)},
    "results": [{
        "path": TEXT, "series": int, "slice": int, "phase": int, "status": {"ok", "refused", "model_error"},
        "standing": {"in_contract", "unverified", "out_of_contract"}, "reasons": [TEXT],
        "probabilities": {TEXT: NUMBER}, "unasked": [TEXT],
        "members": ({"label": TEXT, "probabilities": [NUMBER], "mean": NUMBER, "alike": int}, None),
        "decision": (TEXT, None), "colour": {"green", "red", "yellow", "grey"},
        "advice": (TEXT, None), "threshold": {TEXT: NUMBER},
        "conformal": ({"alpha": NUMBER, "set": [TEXT], "n": int}, None),
        "answer_sets": [{"alpha": NUMBER, "answers": [[TEXT]]}],
        "out_of_distribution": ({"score": NUMBER, "limit": NUMBER, "refused": bool}, None),
        "explanation": ({"method": {"grad-cam", "hires-cam", "occlusion", "lime"}, "layer": (TEXT, None)}, None),
        "heatmap": (TEXT, None), "heatmap_label": (TEXT, None), "overlay": (TEXT, None),
        "heatmap_empty": (bool, None),
        "milliseconds": {"read": NUMBER, "prepare": NUMBER, "run": NUMBER},
        "concerns": [{"point": TEXT, "kind": {"mismatch", "unknown"}, "sentence": TEXT}],
        "code": (TEXT, None), "message": (TEXT, None),
    }],
    "skipped": [ROW],
    "files": FILES,
    "notice": {"Research use only. Not for diagnosis."},
}  # fmt: skip
LABELS = {"normal", "bright"}
CHILDREN = {"population": {"age_years": [1, 5], "description": "children"}}


def misfits(value: Any, shape: Any, at: str = "") -> list[str]:
    """Where a document is not what the shape says: exact keys, kinds, lists of one kind, words of a set."""
    if isinstance(shape, tuple):
        found = [misfits(value, one, at) for one in shape]
        return min(found, key=len)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{at}: no list"]
        return [row for number, one in enumerate(value) for row in misfits(one, shape[0], f"{at}[{number}]")]
    if isinstance(shape, dict) and set(shape) == {TEXT}:
        items = value.items() if isinstance(value, dict) else [("", value)]
        return [row for key, one in items for row in misfits(one, shape[TEXT], f"{at}.{key}")]
    if isinstance(shape, dict):
        if not isinstance(value, dict) or set(value) != set(shape):
            return [f"{at}: {sorted(value) if isinstance(value, dict) else value} instead of {sorted(shape)}"]
        return [row for key, one in shape.items() for row in misfits(value[key], one, f"{at}.{key}")]
    if isinstance(shape, set):
        return [] if value in shape else [f"{at}: {value!r} is none of {sorted(shape)}"]
    is_kind = value is None if shape is None else isinstance(value, shape)
    is_true = isinstance(value, bool) and shape is not bool
    return [] if is_kind and not is_true else [f"{at}: {value!r} is no {shape}"]


def results(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of a whole document."""
    assert misfits(document, CLASSIFICATION) == []
    assert document["version"] == 2
    assert document["files"]["seen"] == document["files"]["opened"] + document["files"]["skipped"]
    rows: list[dict[str, Any]] = document["results"]
    for row in rows:
        assert (row["status"] == "ok") == bool(row["probabilities"]) == (row["decision"] is not None)
        assert (row["code"] is None) == (row["status"] == "ok")
        assert (row["standing"] == "in_contract") == (row["reasons"] == [])
        assert set(row["threshold"]) <= LABELS
    return rows


def chest(folder: Path, **elements: Any) -> Path:
    """A radiograph of somebody of three years."""
    pixels = np.random.default_rng(1).integers(0, 1000, (40, 48)).astype(np.uint16)
    return save(dataset(pixels, **{"Modality": "DX", "PatientAge": "003Y", **elements}), folder / "chest.dcm")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A model for radiographs of children, with thresholds and a promise."""
    return make_bundle(
        tmp_path / "bundles", task={"normal": "normal"}, input={"modality": ["DX"]}, intended_use=CHILDREN,
        decision={"rule": "thresholds", "values": {"normal": 0.1, "bright": 0.9}},
        conformal={"q_hat": {"0.1": 0.6, "0.05": 0.99}, "cases": 522}, schema_version=2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("elements", "standing", "reasons", "colours"),
    [
        ({}, "in_contract", [], {"green", "red", "yellow"}),
        ({"PatientAge": None}, "unverified", ["age: not stated, made for 1 to 5 years"], {"green", "red", "yellow"}),
        ({"PatientAge": "064Y"}, "out_of_contract", ["age: 64 years, made for 1 to 5"], {"grey"}),
        (
            {"Modality": "CT", "PatientAge": "064Y"},
            "out_of_contract",
            ["modality: CT, made for DX", "age: 64 years, made for 1 to 5"],
            {"grey"},
        ),
    ],
)
def test_the_number_is_given_with_its_standing_whatever_that_is(
    bundle: Path,
    tmp_path: Path,
    cli: Cli,
    elements: dict[str, Any],
    standing: str,
    reasons: list[str],
    colours: set[str],
) -> None:
    answer = cli("classify", chest(tmp_path, **elements), "--model", bundle, "--json")
    (row,) = results(answer.document)
    assert (answer.code, row["status"], row["standing"], row["reasons"]) == (0, "ok", standing, reasons)
    assert row["colour"] in colours
    assert set(row["probabilities"]) == LABELS
    assert row["threshold"] == {"normal": 0.1, "bright": 0.9}
    assert (row["conformal"]["alpha"], row["conformal"]["n"]) == (0.05, 522)
    assert {row["decision"]} <= set(row["conformal"]["set"]) | {"ambiguous"} <= LABELS | {"ambiguous"}
    assert row["milliseconds"]["read"] > 0
    said = cli("classify", chest(tmp_path, **elements), "--model", bundle).out.splitlines()
    words = {"in_contract": "In contract: ", "unverified": "Not verified: age", "out_of_contract": "Out of contract: "}
    assert any(words[standing] in line for line in said)
    assert all(line.startswith(str(tmp_path)) for line in said[:-1]), "every line names its file"


@pytest.mark.parametrize(("limit", "standing"), [(1.0, "out_of_contract"), (1e9, "in_contract")])
def test_a_slice_unlike_the_training_cases_is_out_of_contract(
    tmp_path: Path, cli: Cli, limit: float, standing: str
) -> None:
    rule = {"method": "mahalanobis", "statistics": "far.safetensors", "cut_off": limit, "in_distribution_refused": 0.05}
    contract = make_contract(out_of_distribution=rule)
    far = {"mean": np.full((1, 4), 1e3, np.float32), "precision": np.eye(4, dtype=np.float32)}
    files = {"model.onnx": tiny_model(contract), "far.safetensors": safetensors.numpy.save(far)}
    save_bundle(tmp_path / "tiny", contract=contract, files=files)
    (row,) = results(cli("classify", chest(tmp_path), "--model", tmp_path / "tiny", "--json").document)
    assert (row["status"], row["standing"]) == ("ok", standing)
    assert row["out_of_distribution"]["limit"] == limit
    assert row["out_of_distribution"]["refused"] == bool(row["reasons"]) == (standing == "out_of_contract")


@pytest.mark.parametrize(
    ("words", "explanation"),
    [
        ((), {"method": "grad-cam", "layer": None}),
        (("--method", "cam"), {"method": "grad-cam", "layer": None}),
        (("--method", "occlusion"), {"method": "occlusion", "layer": None}),
        (("--method", "lime"), {"method": "lime", "layer": None}),
    ],
)
def test_an_explanation_says_how_it_was_made(
    bundle: Path, tmp_path: Path, cli: Cli, words: tuple[str, ...], explanation: dict[str, Any]
) -> None:
    answer = cli("classify", chest(tmp_path), "--model", bundle, "--explain", tmp_path / "maps", *words, "--json")
    (row,) = results(answer.document)
    assert row["explanation"]["method"] == explanation["method"]
    assert np.load(row["heatmap"]).shape == (40, 48)


def test_class_maps_of_a_model_that_has_none_are_refused(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "bare.onnx").write_bytes(tiny_model(make_contract(), tail=("Sin",), maps=False))
    answer = cli("classify", chest(tmp_path), "--model", tmp_path / "bare.onnx", "--method", "cam", "--json")
    assert answer.is_refused_with("E_NO_HEATMAP")


def test_what_cannot_be_read_or_scored_is_a_row_of_the_same_fields(bundle: Path, tmp_path: Path, cli: Cli) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    chest(folder)
    save(dataset(np.zeros((4, 4), np.uint16), Modality="DX", SeriesInstanceUID="1.2.3"), folder / "flat.dcm")
    cut = folder / "cut.png"
    cv2.imwrite(str(cut), np.random.default_rng(1).integers(0, 255, (50, 50)))
    cut.write_bytes(cut.read_bytes()[:2000])
    (folder / "note.txt").write_text("no scan")
    answer = cli("classify", folder, "--model", bundle, "--slice", "all", "--json")
    rows = results(answer.document)
    assert answer.code == 1
    assert {row["status"] for row in rows} >= {"ok"}
    assert answer.document["skipped"]


def test_an_inspection_of_several_patients_and_formats(tmp_path: Path, cli: Cli) -> None:
    folder = tmp_path / "in"
    whom = {"PatientID": "A 1", "PatientName": "Doe^Jane", "PatientBirthDate": "19700101"}

    def state(made: Dataset, _: int) -> None:
        made.StudyDate, made.StudyDescription, made.SeriesNumber = "20240301", "Thorax", 4

    write_series(folder / "a", edit=state, SeriesInstanceUID="1.2.1", StudyInstanceUID="1.1", **whom)
    write_series(folder / "b", edit=state, SeriesInstanceUID="1.2.2", StudyInstanceUID="1.1", **whom)
    write_series(folder / "c", SeriesInstanceUID="1.2.3", StudyInstanceUID="1.3", **whom)
    write_series(folder / "d", SeriesInstanceUID="1.2.4", StudyInstanceUID="1.4", PatientName="Roe^Ann")
    cv2.imwrite(str(folder / "p.png"), np.zeros((8, 9), np.uint8))
    (folder / "note.txt").write_text("no scan")
    document = cli("inspect", folder, "--json").document
    assert misfits(document, INSPECTION) == []
    of = {row["id"].split("#")[0]: row for row in document["series"]}
    assert of["1.2.1"]["number"] == 4
    assert of["1.2.1"]["study"] == of["1.2.2"]["study"]
    studies = document["studies"]
    assert [row["index"] for row in studies] == list(range(4))
    told = [studies[of[uid]["study"]] for uid in ("1.2.1", "1.2.3", "1.2.4")]
    assert [(row["date"], row["description"]) for row in told] == [("20240301", "Thorax"), (None, None), (None, None)]
    assert told[0]["patient"] == told[1]["patient"] != told[2]["patient"]
    assert "Doe" not in str(document["studies"])


@pytest.mark.parametrize("words", [("inspect", "nowhere"), ("classify", "nowhere", "--model", "nobody")])
def test_a_refused_command_has_the_same_fields(words: tuple[str, ...], cli: Cli) -> None:
    document = cli(*words, "--json").document
    shape = INSPECTION if words[0] == "inspect" else CLASSIFICATION | {"model": None}
    assert misfits(document, shape | {"error": {"code": TEXT, "message": TEXT}}) == []
    assert document["version"] == 2
