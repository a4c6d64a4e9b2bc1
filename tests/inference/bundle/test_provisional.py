import json
from pathlib import Path
from typing import Any

import pytest

from desktop.cli import run
from imaging.base.errors import Refusal
from inference.bundle.bundle import check_bundle, load_bundle
from inference.bundle.provisional import complete_contract, open_onnx, provisional_text
from inference.contract.codes import ModelCode
from tests.inference.factory import labels, make_contract, tiny_model

KNOWN: dict[str, Any] = {
    "id": "spots",
    "name": "Bright spots",
    "version": "1.0",
    "task": {"labels": labels("normal", "bright")},
    "input": {"modality": ["MR"], "intensity": {"method": "percentile", "low": 1.0, "high": 99.0}},
    "decision": {"rule": "thresholds", "values": {"normal": 0.5, "bright": 0.5}},
    "intended_use": {"use": "Tests."},
}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "net.onnx"
    path.write_bytes(tiny_model(make_contract(), maps=False))
    return path


def test_what_is_said_becomes_a_bundle(model: Path, tmp_path: Path) -> None:
    said = tmp_path / "said.json"
    said.write_text(json.dumps(KNOWN))
    out = tmp_path / "spots"
    assert run(["model", "save", str(model), "--contract", str(said), "--out", str(out)]) == 0
    assert check_bundle(out) == []
    contract = load_bundle(out).contract
    assert contract.task.names == ("normal", "bright")
    assert contract.input.intensity.method == "percentile"
    assert contract.input.size == (32, 32)  # as the graph says
    assert contract.explanation.method == "grad_cam"
    assert load_bundle(out).assumptions == ()
    assert "nobody has checked it" in (out / "README.md").read_text(encoding="utf-8")


def test_without_a_place_the_assumptions_are_printed(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["model", "save", str(model)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [label["name"] for label in printed["task"]["labels"]] == ["class_0", "class_1"]
    # What was printed is what may be given back.
    assert complete_contract(open_onnx(model), json.dumps(printed).encode()).task == open_onnx(model).contract.task
    assert json.loads(provisional_text(open_onnx(model))) == printed


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"zoom": 1}, "zoom"),
        ({"task": {"labels": labels("one", "two", "three")}}, "is not [N, 3]"),
        ({"input": {"size": ["32", 32]}}, "input.size"),
        ({"decision": {"rule": "thresholds", "values": {"class_0": 0.5}}}, "decision.values.class_1"),
        ({"input": {"intensity": {"low": 1.0}}}, "input.intensity"),
    ],
)
def test_what_does_not_fit_is_refused(
    change: dict[str, Any], key: str, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = tmp_path / "said.json"
    said.write_text(json.dumps(change))
    out = tmp_path / "out"
    assert run(["model", "save", str(model), "--contract", str(said), "--out", str(out)]) == 2
    assert key in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_refused(text: bytes, model: Path) -> None:
    with pytest.raises(Refusal) as refused:
        complete_contract(open_onnx(model), text)
    assert refused.value.code is ModelCode.SCHEMA


def test_both_or_neither(model: Path, tmp_path: Path) -> None:
    assert run(["model", "save", str(model), "--out", str(tmp_path / "out")]) == 2
    assert run(["model", "save", str(model), "--contract", str(tmp_path / "nothing.json"), "--out", "x"]) == 2
