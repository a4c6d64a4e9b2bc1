"""`slicelens model save` with answers: the bundle that comes of it, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.cli import run
from inference.bundle.bundle import check_bundle, load_bundle
from tests.inference.factory import make_contract, tiny_model

Save = Callable[..., int]


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "net.onnx"
    path.write_bytes(tiny_model(make_contract(), maps=False))
    return path


@pytest.fixture
def save(net: Path) -> Save:
    """The exit code of `model save net.onnx …`."""
    return lambda *rest: run(["model", "save", str(net), *map(str, rest)])


def test_answers_become_a_bundle(save: Save, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = tmp_path / "names.txt"
    names.write_text("0 normal\n1 bright spot\n")
    out = tmp_path / "spots.slb"
    code = save(
        "--labels-file", names, "--threshold", "0.6", "--scale", "signed", "--window", "-600,1500", "--range", "window",
        "--fit", "letterbox", "--modality", "ct", "--name", "Spots", "--use", "Tests.", "--out", out, "--json",
    )  # fmt: skip
    assert code == 0
    assert json.loads(capsys.readouterr().out)["model"]["id"] == "spots"
    assert check_bundle(out) == []
    contract = load_bundle(out).contract
    assert [label.display for label in contract.task.labels] == ["normal", "bright spot"]
    assert contract.task.normal == "normal"
    assert contract.decision.model_dump()["values"] == {"normal": 0.6, "bright_spot": 0.6}
    assert contract.input.intensity.model_dump() == {"method": "window", "centre": -600.0, "width": 1500.0}
    assert (contract.input.mean, contract.input.std) == ((0.5,), (0.5,))
    assert (contract.input.resize, contract.input.modality) == ("letterbox", ("CT",))
    card = load_bundle(out).read("README.md").decode()
    assert "this was assumed" in card
    assert "**For:** Tests." in card


def test_answers_go_before_the_file_and_that_before_assumptions(save: Save, tmp_path: Path) -> None:
    said = tmp_path / "said.json"
    said.write_text('{"name": "From the file", "input": {"modality": ["MR"]}}')
    assert save("--contract", said, "--name", "From the answer", "--out", tmp_path / "out") == 0
    contract = load_bundle(tmp_path / "out").contract
    assert (contract.name, contract.input.modality) == ("From the answer", ("MR",))


def test_without_a_place_answers_are_printed_with_the_rest(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    assert save("--labels", "a,b", "--json") == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [label["name"] for label in document["contract"]["task"]["labels"]] == ["a", "b"]
    assert {"scale", "fit", "size"} <= {row["what"] for row in document["assumed"]}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--labels", "a,b,c"), "Give 2 names"),
        (("--labels", "a,b", "--labels-file", "x.txt"), "once"),
        (("--labels-file", "nowhere.txt"), "cannot be read"),
        (("--labels", "a,b", "--normal", "c"), "one of the classes"),
        (("--range", "window"), "belong together"),
        (("--window", "40,400", "--range", "8-bit"), "belong together"),
        (("--size", "64"), "input.size"),
        (("--layout", "NHWC"), "input"),
        (("--labels", "a,,b"), "no name of a class"),
        (("--size", "9000x2"), "4096"),
        (("--modality", "C/T"), "DICOM codes"),
        (("--scale", "metric"), "invalid choice"),
        (("--threshold", "2"), "within 0 and 1"),
        ((), "Nothing was answered"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(
    options: tuple[str, ...], says: str, save: Save, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(tmp_path.iterdir())
    assert save(*options, "--out", tmp_path / "out") == 2
    assert says in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before
