import json
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from imaging.base.policy import ReadingPolicy
from inference.bundle.bundle import check_bundle, load_bundle
from inference.bundle.goldens import GoldenAnswer, tensor_checksum, verify_goldens, write_goldens
from inference.classify.classifier import Classifier
from inference.classify.finding import RawOutput
from inference.classify.preprocess import ModelInput, prepare
from inference.contract.codes import ModelCode
from inference.contract.contract import Contract
from inference.contract.phantoms import make_phantoms
from tests.inference.factory import make_bundle, make_contract, rewrite, tiny_model

RICH: dict[str, Any] = {
    "plane": "axial",
    "orientation": "radiological",
    "resize": "letterbox",
    "intensity": {"method": "percentile", "low": 1.0, "high": 99.0},
    "clahe": {"clip_limit": 2.0, "grid": [8, 8]},
    "size": [64, 64],
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("golden"), input=RICH)


@pytest.fixture
def bundle(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / whole.name))


def _edit_arrays(folder: Path, name: str, key: str, change: Any) -> None:
    path = f"golden/{name}.safetensors"
    arrays = safetensors.numpy.load((folder / path).read_bytes())
    arrays[key] = np.ascontiguousarray(change(arrays[key]))
    rewrite(folder, files={path: safetensors.numpy.save(arrays)})


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("logits", lambda values: values + np.float32([0.05, 0.0])),
        ("cams", lambda values: values[:, ::-1]),
        ("heat", lambda values: values[:, ::-1]),
        ("checksum", lambda values: values + 0.01),
        ("stored", lambda values: values[::-1]),
        ("logits", lambda values: values[:1]),
        ("logits", lambda values: values * np.nan),
        ("stored", lambda values: values.ravel()),
        ("stored", lambda values: values[:0]),
    ],
)
def test_a_pair_that_does_not_hold_is_a_fault(bundle: Path, key: str, change: Any) -> None:
    _edit_arrays(bundle, "texture", key, change)
    faults = check_bundle(bundle)
    assert {fault.code for fault in faults} == {ModelCode.GOLDEN}
    assert {fault.key_path for fault in faults} == {"golden/texture.safetensors"}


def test_what_another_processor_may_change_is_no_fault(bundle: Path) -> None:
    for key in ("logits", "cams", "checksum"):
        _edit_arrays(bundle, "discs", key, lambda values: values * (1 + 1e-5) + 1e-6)
    assert check_bundle(bundle) == []


@pytest.mark.parametrize(
    "change",
    [
        {"polarity": "monochrome1"},
        {"resize": "stretch"},
        {"resize": "centre_crop"},
        {"interpolation": "bilinear"},
        {"interpolation": "nearest"},
        {"orientation": "as_stored"},
        {"plane": "coronal"},
        {"clahe": None},
        {"clahe": {"clip_limit": 3.0, "grid": [8, 8]}},
        {"gaussian_sigma": 1.0},
        {"intensity": {"method": "min_max"}},
        {"intensity": {"method": "percentile", "low": 2.0, "high": 99.0}},
        {"mean": [0.01]},
        {"std": [1.05]},
    ],
)
def test_the_checksum_moves_with_every_step_of_the_preprocessing(change: dict[str, Any]) -> None:
    contract, other = make_contract(input=RICH), make_contract(input={**RICH, **change})
    moved = [
        np.abs(_checksum(contract, number) - _checksum(other, number)).max()
        for number, _ in enumerate(make_phantoms(contract))
    ]
    assert max(moved) > 2e-3


def _checksum(contract: Contract, number: int) -> Any:
    phantom = make_phantoms(make_contract(input=RICH))[number]
    return tensor_checksum(prepare(phantom.slice, contract.input), contract)


def test_the_answers_may_come_from_another_implementation(tmp_path: Path) -> None:
    contract = make_contract()
    model = tiny_model(contract)
    files = write_goldens(contract, model)
    arrays = {name: safetensors.numpy.load(content) for name, content in files.items() if name.endswith("tensors")}
    answers = {
        Path(name).stem: GoldenAnswer(one["logits"] + np.float32(1e-5), one["cams"]) for name, one in arrays.items()
    }
    again = write_goldens(contract, model, answers)
    for name, one in arrays.items():
        assert safetensors.numpy.load(again[name])["logits"] == pytest.approx(one["logits"] + 1e-5, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b'{"version": 1, "cases": []}',
        b'{"version": 2, "cases": [{}]}',
        b'{"version": 1, "cases": [{"name": "../x", "polarity": "monochrome2", "affine": null}]}',
    ],
)
def test_a_list_of_cases_that_is_none_is_a_fault(bundle: Path, text: bytes) -> None:
    rewrite(bundle, files={"golden/cases.json": text})
    assert [fault.code for fault in check_bundle(bundle)] == [ModelCode.GOLDEN]


def test_a_pair_whose_arrays_are_damaged_is_a_fault(bundle: Path) -> None:
    rewrite(bundle, files={"golden/ramp.safetensors": b"\xff" * 64})
    assert [fault.key_path for fault in check_bundle(bundle)] == ["golden/ramp.safetensors"]


def test_goldens_hold_for_every_colour_and_range_of_values(tmp_path: Path) -> None:
    for number, change in enumerate(
        (
            {"intensity": {"method": "window", "centre": 40.0, "width": 400.0}},
            {"intensity": {"method": "eight_bit"}, "polarity": "monochrome1"},
            {"colour": "rgb", "mean": [0.5] * 3, "std": [0.5] * 3, "layout": "NHWC"},
        )
    ):
        folder = make_bundle(tmp_path / str(number), input=change)
        assert verify_goldens(load_bundle(folder)) == []
        assert len(json.loads((folder / "golden" / "cases.json").read_text())["cases"]) == 3


def test_pairs_that_take_too_long_all_together_are_a_fault(bundle: Path) -> None:
    loaded = load_bundle(bundle)
    classifier, asked = Classifier(loaded), []

    def run_slowly(input_: ModelInput) -> RawOutput:
        asked.append(input_)
        time.sleep(0.1)
        return classifier.run(input_)

    (fault,) = verify_goldens(loaded, run_slowly, policy=ReadingPolicy(seconds=0.01))
    assert fault.code is ModelCode.TIMEOUT
    assert len(asked) == 1
    assert verify_goldens(loaded, run_slowly) == []
