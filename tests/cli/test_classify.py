import json
import zipfile
from pathlib import Path

import cv2
import numpy as np
import onnx
import pydicom
import pytest
import safetensors.numpy
from pydicom.data import get_testdata_file

from inference.bundle.bundle import save_bundle
from tests.hostile import graphs
from tests.inference.factory import (
    break_bundle,
    ensemble_model,
    labels,
    make_bundle,
    make_contract,
    rewrite,
    tiny_model,
)

DOCUMENT = {"version", "model", "results", "skipped", "files", "notice"}
RESULT = {
    "path": str,
    "series": int,
    "slice": int,
    "phase": int,
    "status": str,
    "standing": str,
    "reasons": list,
    "probabilities": dict,
    "unasked": list,
    "members": (dict, type(None)),
    "decision": (str, type(None)),
    "colour": str,
    "advice": (str, type(None)),
    "threshold": dict,
    "conformal": (dict, type(None)),
    "answer_sets": list,
    "out_of_distribution": (dict, type(None)),
    "explanation": (dict, type(None)),
    "heatmap": (str, type(None)),
    "heatmap_label": (str, type(None)),
    "heatmap_empty": (bool, type(None)),
    "overlay": (str, type(None)),
    "milliseconds": dict,
    "concerns": list,
    "code": (str, type(None)),
    "message": (str, type(None)),
}


def real(name: str) -> Path:
    found = get_testdata_file(name, download=False)
    assert isinstance(found, str)
    return Path(found)


def check_results(document: dict) -> list[dict]:
    assert set(document) - {"error"} == DOCUMENT
    assert document["version"] == 2
    assert {"id", "version", "sha256"} <= set(document["model"])
    assert len(document["model"]["sha256"]) == 64
    assert document["notice"] == "Research use only. Not for diagnosis."
    for row in document["results"]:
        assert set(row) == set(RESULT)
        for field, kind in RESULT.items():
            assert isinstance(row[field], kind), (field, row[field])
        assert row["status"] in ("ok", "refused", "model_error")
        assert set(row["milliseconds"]) == {"read", "prepare", "run"}
        if row["out_of_distribution"] is not None:
            assert set(row["out_of_distribution"]) == {"score", "limit", "refused"}
        if row["status"] == "ok":
            assert row["decision"]
            assert row["advice"]
            assert all(0 <= probability <= 1 for probability in row["probabilities"].values())
            assert row["code"] is None
        else:
            assert row["probabilities"] == {}
            assert row["decision"] is None
            assert row["code"].startswith("E_")
            assert row["message"].endswith(".")
    places = [(row["series"], row["slice"]) for row in document["results"]]
    assert places == sorted(places)
    return document["results"]


def without_times(document: dict) -> dict:
    for row in document["results"]:
        del row["milliseconds"]
    return document


@pytest.fixture
def bundle(tmp_path):
    return make_bundle(tmp_path / "bundles")


@pytest.fixture
def pictures(tmp_path):
    """Three numbered pictures of one size: one stack of three slices."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in (1, 2, 10):
        picture = np.full((60, 80), 20, np.uint8)
        picture[10:20, 5 * number : 5 * number + 10] = 250
        cv2.imwrite(str(folder / f"img{number}.png"), picture)
    return folder


def test_one_slice(bundle, cli):
    answer = cli("classify", real("CT_small.dcm"), "--model", bundle, "--json")
    assert (answer.code, answer.err) == (0, "")
    (row,) = check_results(answer.document)
    assert (row["status"], row["series"], row["slice"]) == ("ok", 0, 0)
    assert row["path"] == str(real("CT_small.dcm"))
    assert list(row["probabilities"]) == ["normal", "bright"]
    assert row["decision"] == max(row["probabilities"], key=row["probabilities"].__getitem__)
    assert sum(row["probabilities"].values()) == pytest.approx(1, abs=1e-6)
    assert row["milliseconds"]["run"] > 0
    assert row["heatmap"] is None


def test_every_slice_of_a_stack_names_its_own_file(bundle, pictures, cli):
    answer = cli("classify", pictures, "--model", bundle, "--slice", "all", "--json")
    assert answer.code == 0
    rows = check_results(answer.document)
    assert [Path(row["path"]).name for row in rows] == ["img1.png", "img2.png", "img10.png"]
    assert [row["slice"] for row in rows] == [0, 1, 2]


def test_the_middle_slice_of_every_series_is_the_default(bundle, pictures, tmp_path, cli):
    answer = cli("classify", pictures, real("CT_small.dcm"), "--model", bundle, "--json")
    rows = check_results(answer.document)
    assert len({row["series"] for row in rows}) == 2
    (stack,) = [row for row in rows if row["path"].endswith(".png")]
    assert (stack["slice"], Path(stack["path"]).name) == (1, "img2.png")


def test_all_is_what_one_by_one_gives(bundle, pictures, cli):
    everything = check_results(cli("classify", pictures, "--model", bundle, "--slice", "all", "--json").document)
    for row in everything:
        (alone,) = check_results(
            cli("classify", pictures, "--model", bundle, "--slice", row["slice"], "--json").document
        )
        assert alone["probabilities"] == row["probabilities"]


def test_members_of_an_ensemble_and_what_is_not_asked_are_told(tmp_path, pictures, cli):
    heads = {"kind": "several_outputs", "labels": labels("none", "found", "mild", "severe")}
    asked_if = {"heads": [["none", "found"], ["mild", "severe"]], "asked_if": [None, "found"]}
    rule = {"rule": "thresholds", "values": {"none": 0.0, "found": 1.0, "mild": 0.5, "severe": 0.5}}
    several = make_bundle(tmp_path, id="several", task=heads | asked_if, decision=rule)
    [row] = check_results(cli("classify", pictures, "--model", several, "--json").document)
    assert (row["decision"], row["unasked"], row["members"]) == ("none", ["mild", "severe"], None)

    changes = {"id": "ensemble", "output": {"members": "members"}}
    model = ensemble_model(make_contract(**changes), (0.5, 1.0, 2.0))
    ensemble = make_bundle(tmp_path, model=model, **changes)
    [row] = check_results(cli("classify", pictures, "--model", ensemble, "--json").document)
    assert row["unasked"] == []
    members = row["members"]
    assert members["label"] == row["decision"]
    assert members["probabilities"][1] == pytest.approx(row["probabilities"][row["decision"]], abs=1e-6)
    assert members["mean"] == pytest.approx(np.mean(members["probabilities"]))
    assert members["alike"] == 3


def test_two_runs_say_the_same(bundle, pictures, cli):
    words = ("classify", pictures, "--model", bundle, "--slice", "all", "--json")
    assert without_times(cli(*words).document) == without_times(cli(*words).document)


def test_heatmaps_in_slice_pixels(bundle, pictures, tmp_path, cli):
    maps = tmp_path / "new" / "maps"
    answer = cli("classify", pictures, "--model", bundle, "--slice", "all", "--explain", maps, "--json")
    rows = check_results(answer.document)
    for row in rows:
        heat = np.load(row["heatmap"], allow_pickle=False)
        assert (heat.dtype, heat.shape) == (np.float32, (60, 80))
        assert 0 <= heat.min() <= heat.max() <= 1
        overlay = cv2.imread(row["overlay"], cv2.IMREAD_UNCHANGED)
        assert overlay.shape == (60, 80, 3)
        assert row["heatmap_label"] in row["probabilities"]
    assert sorted(path.name for path in maps.iterdir()) == sorted(
        f"series-000_slice-{number:04d}.{ending}" for number in range(3) for ending in ("npy", "png")
    )


def test_the_heatmap_is_hot_where_the_evidence_is(tmp_path, pictures, cli):
    bundle = make_bundle(tmp_path, decision={"rule": "thresholds", "values": {"normal": 1.0, "bright": 0.0}})
    rows = check_results(
        cli("classify", pictures, "--model", bundle, "--slice", 2, "--explain", tmp_path / "m", "--json").document
    )
    assert rows[0]["heatmap_label"] == "bright"
    row, column = np.unravel_index(np.load(rows[0]["heatmap"]).argmax(), (60, 80))
    assert abs(row - 14.5) <= 60 / 8
    assert abs(column - 54.5) <= 80 / 8


def test_the_overlay_is_the_viewer_s_frame_where_the_map_is_cold(bundle, pictures, tmp_path, cli):
    cli("render", pictures, "--slice", 0, "--out", tmp_path / "f.png")
    frame = cv2.imread(str(tmp_path / "f.png"), cv2.IMREAD_UNCHANGED)
    (row,) = check_results(
        cli("classify", pictures, "--model", bundle, "--slice", 0, "--explain", tmp_path / "m", "--json").document
    )
    heat, overlay = np.load(row["heatmap"]), cv2.imread(row["overlay"])
    cold = heat < 0.2
    assert cold.any()
    assert (overlay[cold] == frame[cold][:, np.newaxis]).all()


def test_a_decision_that_names_no_label_is_explained_by_the_best_one(tmp_path, pictures, cli):
    bundle = make_bundle(tmp_path, decision={"rule": "thresholds", "values": {"normal": 1.0, "bright": 1.0}})
    (row,) = check_results(cli("classify", pictures, "--model", bundle, "--explain", tmp_path / "m", "--json").document)
    assert row["decision"] == "ambiguous"
    assert row["heatmap_label"] == max(row["probabilities"], key=row["probabilities"].__getitem__)


def test_a_heatmap_of_zeros_is_said(tmp_path, pictures, cli):
    """Label 1 wins by its bias, and every bright place speaks against it."""
    bias = graphs.weight("B", raw_data=np.array([-99, 99], np.float32).tobytes())
    (tmp_path / "m.onnx").write_bytes(graphs.classifier(bias))
    words = ("classify", pictures, "--model", tmp_path / "m.onnx", "--explain", tmp_path / "m")
    (row,) = check_results(cli(*words, "--json").document)
    assert row["heatmap_empty"] is True
    assert not np.load(row["heatmap"]).any()
    assert "The heatmap of class_1 is zero everywhere" in cli(*words).out


def test_a_model_without_class_maps_is_explained_by_occlusion(tmp_path, pictures, cli):
    contract = make_contract()
    model = onnx.load_model_from_string(tiny_model(contract, tail=("Sin",), maps=False))
    onnx.save(model, tmp_path / "bare.onnx")
    answer = cli("classify", pictures, "--model", tmp_path / "bare.onnx", "--explain", tmp_path / "m", "--json")
    assert answer.code == 0
    (row,) = check_results(answer.document)
    assert np.load(row["heatmap"]).shape == (60, 80)
    assert answer.document["model"]["assumptions"]
    assert any(concern["point"] == "contract" for concern in row["concerns"])


def test_labels_and_patients_never_name_a_file(tmp_path, cli):
    bundle = make_bundle(tmp_path, task={"labels": labels("../evil", "a/b")})
    dataset = pydicom.dcmread(real("CT_small.dcm"))
    dataset.PatientName = "DOE^JANE"
    dataset.save_as(tmp_path / "ct.dcm")
    answer = cli("classify", tmp_path / "ct.dcm", "--model", bundle, "--explain", tmp_path / "m", "--json")
    assert answer.code == 0
    assert {path.name for path in (tmp_path / "m").iterdir()} == {
        "series-000_slice-0000.npy",
        "series-000_slice-0000.png",
    }
    assert "DOE" not in answer.out + answer.err


def test_what_the_slice_does_not_meet_stands_beside_the_number(tmp_path, cli):
    bundle = make_bundle(
        tmp_path,
        input={"modality": ["DX"]},
        intended_use={"population": {"age_years": [1, 5], "description": "children"}},
    )
    (row,) = check_results(cli("classify", real("CT_small.dcm"), "--model", bundle, "--json").document)
    assert row["status"] == "ok"
    assert {(one["point"], one["kind"]) for one in row["concerns"]} >= {("modality", "mismatch")}
    assert all(one["sentence"].endswith(".") for one in row["concerns"])


def test_a_slice_that_cannot_be_read_is_a_refused_result_and_the_rest_go_on(bundle, pictures, cli):
    whole = (pictures / "img2.png").read_bytes()
    (pictures / "img2.png").write_bytes(whole[: len(whole) * 2 // 3])
    answer = cli("classify", pictures, "--model", bundle, "--slice", "all", "--json")
    assert answer.code == 1
    rows = check_results(answer.document)
    assert sorted(row["status"] for row in rows).count("ok") == 2
    named = [*answer.document["skipped"], *(row for row in rows if row["status"] == "refused")]
    assert any(row["path"].endswith("img2.png") for row in named)


def test_a_model_that_answers_nan_gives_a_model_error_and_no_number(tmp_path, pictures, cli):
    contract = make_contract()
    graph = onnx.load_model_from_string(tiny_model(contract, tail=("Log", "Sqrt"), maps=False))
    onnx.save(graph, tmp_path / "nan.onnx")
    answer = cli("classify", pictures, "--model", tmp_path / "nan.onnx", "--slice", "all", "--json")
    assert answer.is_refused_with("E_MODEL_ERROR")
    rows = check_results(answer.document)
    assert {row["status"] for row in rows} == {"model_error"}
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("wrong hash", "E_BUNDLE_HASH"),
        ("nan", "E_GOLDEN"),
        ("external data", "E_ONNX_EXTERNAL_DATA"),
        ("custom domain", "E_ONNX_CUSTOM_DOMAIN"),
        ("unknown key", "E_BUNDLE_SCHEMA"),
        ("no contract", "E_NOT_A_BUNDLE"),
        ("missing file", "E_BUNDLE_FILE_MISSING"),
        ("zip slip", "E_BUNDLE_PATH"),
    ],
)
def test_a_broken_bundle(fault, code, bundle, cli):
    path = break_bundle(bundle, fault)
    answer = cli("classify", real("CT_small.dcm"), "--model", path, "--json")
    if fault != "nan":
        assert answer.is_refused_with(code)
    assert answer.code == 2
    assert answer.document["results"] == []
    assert answer.document["notice"]
    checked = cli("model", "check", path, "--json")
    assert checked.code == 2
    assert checked.document["accepted"] is False
    assert fault == "nan" or code in [reason["code"] for reason in checked.document["reasons"]]
    assert all(set(reason) == {"code", "where", "message"} for reason in checked.document["reasons"])


def test_every_reason_is_named_and_not_only_the_first(bundle, cli):
    (bundle / "extra.md").write_text("x")
    rewrite(bundle, edit=lambda whole: whole["input"].update(zoom=2, size=["32", 32]))
    codes = [reason["code"] for reason in cli("model", "check", bundle, "--json").document["reasons"]]
    assert codes.count("E_BUNDLE_SCHEMA") == 2
    assert "E_BUNDLE_FILE_EXTRA" in codes
    lines = cli("model", "check", bundle).out.splitlines()
    assert len(lines) == len(codes)


def test_a_good_bundle_is_accepted(bundle, cli):
    answer = cli("model", "check", bundle, "--json")
    assert (answer.code, answer.err) == (0, "")
    assert answer.document["accepted"] is True
    assert "pictures of other quality" in answer.document["unknown"]
    assert answer.document["unknown"] in cli("model", "check", bundle).out.splitlines()
    assert answer.document["reasons"] == []
    assert answer.document["model"]["id"] == "tiny"


@pytest.mark.parametrize("name", ["external.onnx", "text.onnx", "nowhere.onnx", "empty.onnx"])
def test_an_onnx_file_that_cannot_be_used(name, tmp_path, cli):
    if name == "external.onnx":
        model = onnx.load_model_from_string(tiny_model(make_contract()))
        onnx.save_model(model, tmp_path / name, save_as_external_data=True, size_threshold=0, location="weights.bin")
        (tmp_path / "weights.bin").unlink()
    elif name != "nowhere.onnx":
        (tmp_path / name).write_bytes(b"hello" if name == "text.onnx" else b"")
    code = {"external.onnx": "E_ONNX_EXTERNAL_DATA", "nowhere.onnx": "E_MISSING"}.get(name, "E_ONNX_GRAPH")
    for words in (("classify", real("CT_small.dcm"), "--model"), ("model", "check")):
        answer = cli(*words, tmp_path / name, "--json")
        assert answer.is_refused_with(code)
        assert answer.document["error"]["code"] == code


def test_a_model_that_nobody_knows(cli):
    assert cli("classify", real("CT_small.dcm"), "--model", "nobody", "--json").is_refused_with("E_UNKNOWN_MODEL")


@pytest.mark.parametrize("words", [("--slice", "9"), ("--phase", "1"), ("--series", "4")])
def test_slices_that_do_not_exist(words, bundle, cli):
    answer = cli("classify", real("CT_small.dcm"), "--model", bundle, *words, "--json")
    assert answer.is_refused_with("E_OUT_OF_RANGE")


def test_a_slice_that_only_one_series_has(bundle, pictures, cli):
    answer = cli("classify", pictures, real("CT_small.dcm"), "--model", bundle, "--slice", 2, "--json")
    assert answer.code == 1
    assert sorted(row["status"] for row in check_results(answer.document)) == ["ok", "refused"]


def test_a_member_of_an_archive_is_named(bundle, tmp_path, cli):
    with zipfile.ZipFile(tmp_path / "scan.zip", "w") as archive:
        archive.write(real("CT_small.dcm"), "DICOM/IM0001")
    (row,) = check_results(cli("classify", tmp_path / "scan.zip", "--model", bundle, "--json").document)
    assert row["path"] == f"{tmp_path / 'scan.zip'}/DICOM/IM0001"


def test_installed_models_are_listed(tmp_path, monkeypatch, cli):
    folder = tmp_path / "installed"
    make_bundle(folder)
    broken = make_bundle(folder, id="broken")
    rewrite(broken, edit=lambda whole: whole.pop("intended_use"))
    monkeypatch.setattr("inference.bundle.catalog.default_folders", lambda: (folder,))
    answer = cli("models", "--json")
    assert answer.code == 1
    rows = {row["id"]: row for row in answer.document["models"]}
    assert rows["tiny"]["labels"] == ["normal", "bright"]
    assert rows["tiny"]["reasons"] == []
    assert [reason["where"] for reason in rows["broken"]["reasons"]] == ["intended_use"]
    assert cli("classify", real("CT_small.dcm"), "--model", "tiny", "--json").code == 0
    assert cli("model", "check", "tiny", "--json").document["accepted"] is True
    assert json.loads(answer.out)["notice"] == "Research use only. Not for diagnosis."


def test_for_a_person_it_is_lines_with_the_notice(bundle, cli):
    answer = cli("classify", real("CT_small.dcm"), "--model", bundle)
    assert answer.code == 0
    assert answer.out.splitlines()[-1] == "Research use only. Not for diagnosis."
    assert "bright" in answer.out
    assert cli("models").out.splitlines()[-1] == "Research use only. Not for diagnosis."


def test_a_file_that_cannot_be_opened_stands_in_the_ledger_of_a_refused_answer(bundle, tmp_path, cli):
    (tmp_path / "note.dcm").write_text("no scan")
    answer = cli("classify", tmp_path / "note.dcm", "--model", bundle, "--json")
    assert answer.is_refused_with("E_UNKNOWN_FORMAT")
    document = answer.document
    assert check_results(document) == []
    assert [row["code"] for row in document["skipped"]] == ["E_UNKNOWN_FORMAT"]
    assert document["files"] == {"seen": 1, "opened": 0, "skipped": 1}


def test_a_person_is_told_of_a_slice_unlike_the_training_set(tmp_path, cli):
    rule = {"method": "mahalanobis", "statistics": "far.safetensors", "cut_off": 1.0, "in_distribution_refused": 0.05}
    contract = make_contract(out_of_distribution=rule)
    far = {"mean": np.full((1, 4), 1e3, np.float32), "precision": np.eye(4, dtype=np.float32)}
    files = {"model.onnx": tiny_model(contract), "far.safetensors": safetensors.numpy.save(far)}
    save_bundle(tmp_path / "tiny", contract=contract, files=files)
    answer = cli("classify", real("CT_small.dcm"), "--model", tmp_path / "tiny")
    assert answer.code == 0
    assert ": Out of contract: unlike the training cases (1999.8 times the limit). Do not rely on the nu" in answer.out
    assert "distance" not in answer.out


def test_the_sentence_of_a_refused_bundle_names_the_key(bundle, cli):
    rewrite(bundle, edit=lambda whole: whole["input"].update(layout="HWCN"))
    answer = cli("model", "check", bundle)
    assert answer.code == 2
    assert "input.layout: This must be 'NCHW' or 'NHWC'." in answer.err
