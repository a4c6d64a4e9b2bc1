from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from imaging.base.errors import Refusal
from imaging.volume.series import Acquisition, Format, Patient
from imaging.volume.volume import Slice
from inference.bundle.bundle import load_bundle, save_bundle
from inference.classify.analysis import analyse
from inference.classify.applicability import find_concerns
from inference.classify.classifier import Classifier
from inference.classify.finding import ConcernKind
from inference.classify.ood import mahalanobis_distance
from inference.contract.phantoms import make_phantoms, slice_from_array
from tests.inference.factory import make_contract, spot_slice, tiny_model

CHEST = {
    "input": {"modality": ["CR", "DX"], "body_part": ["CHEST"]},
    "intended_use": {
        "use": "Chest radiographs of children.",
        "not_for": "Adults.",
        "limits": [],
        "population": {"age_years": [1, 5], "description": "children"},
        "notice": "Research use only. Not for diagnosis.",
    },
}


def radiograph(*, modality: str = "DX", body_part: str = "CHEST", age: float | None = 3.0, **facts: Any) -> Slice:
    slice_ = slice_from_array(np.arange(64, dtype=np.int16).reshape(8, 8))
    series = replace(
        slice_.series,
        format=Format.DICOM,
        modality=modality,
        acquisition=Acquisition(body_part=body_part),
        patient=Patient(age_years=age),
    )
    return replace(slice_, series=replace(series, **facts))


def points(slice_: Slice, **changes: Any) -> dict[str, str]:
    return {found.point: found.kind.value for found in find_concerns(slice_, make_contract(**changes))}


def test_what_the_model_was_made_for_raises_no_concern() -> None:
    assert points(radiograph(), **CHEST) == {}
    assert points(radiograph(body_part="Chest PA"), **CHEST) == {}
    assert points(radiograph(modality=""), input={"body_part": ["CHEST"]}) == {}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"modality": "CT"}, {"modality": "mismatch"}),
        ({"modality": ""}, {"modality": "unknown"}),
        ({"body_part": "SKULL"}, {"body part": "mismatch"}),
        ({"body_part": ""}, {"body part": "unknown"}),
        ({"age": None}, {"age": "unknown"}),
        ({"age": 0.5}, {"age": "mismatch"}),
        ({"age": 1.0}, {}),
        ({"age": 5.0}, {}),
        ({"age": 5.9}, {}),
        ({"age": 6.0}, {"age": "mismatch"}),
        ({"age": 61.0}, {"age": "mismatch"}),
        ({"format": Format.RASTER}, {"polarity": "unknown"}),
        (
            {"modality": "MR", "body_part": "BRAIN", "age": 40.0},
            {"modality": "mismatch", "body part": "mismatch", "age": "mismatch"},
        ),
    ],
)
def test_each_point_of_the_contract(facts: dict[str, Any], expected: dict[str, str]) -> None:
    assert points(radiograph(**facts), **CHEST) == expected


def test_the_sentence_says_both_sides() -> None:
    (found,) = find_concerns(radiograph(age=61.0), make_contract(**CHEST))
    assert found.kind is ConcernKind.MISMATCH
    assert "61 years" in found.sentence
    assert "1 to 5 years" in found.sentence
    assert found.reason == "age: 61 years, made for 1 to 5"


def test_every_concern_says_both_sides_in_a_few_words() -> None:
    found = find_concerns(
        radiograph(modality="", body_part="SKULL", age=None, format=Format.RASTER), make_contract(**CHEST)
    )
    assert [one.reason for one in found] == [
        "modality: not stated, made for CR or DX",
        "body part: skull, made for the chest",
        "polarity: not stated, dense tissue taken to be bright",
        "age: not stated, made for 1 to 5 years",
    ]


def test_plane_and_orientation() -> None:
    axial = np.diag([1.0, 1.0, 1.0, 1.0])[:, [2, 1, 0, 3]]
    sagittal = np.diag([1.0, 1.0, 1.0, 1.0])[:, [0, 2, 1, 3]]
    wanted = {"input": {"plane": "axial", "orientation": "radiological"}}
    grey = np.arange(64, dtype=np.int16).reshape(8, 8)
    assert points(slice_from_array(grey, affine=axial), **wanted) == {}
    assert points(slice_from_array(grey, affine=sagittal), **wanted) == {"plane": "mismatch"}
    assert points(slice_from_array(grey), **wanted) == {"plane": "unknown"}
    turned = axial.copy()
    angle = np.deg2rad(30)
    cosine, sine = np.cos(angle), np.sin(angle)
    turned[:3, :3] = np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]]) @ axial[:3, :3]
    assert points(slice_from_array(grey, affine=turned), **wanted) == {"plane": "mismatch"}


def test_colour() -> None:
    grey = np.arange(64, dtype=np.uint8).reshape(8, 8)
    colour = np.stack([grey, grey[::-1], grey], axis=2)
    assert points(slice_from_array(colour)) == {"colour": "mismatch"}
    assert points(slice_from_array(np.stack([grey] * 3, axis=2))) == {}
    rgb = {"input": {"colour": "rgb", "mean": [0.0] * 3, "std": [1.0] * 3}}
    assert points(slice_from_array(colour), **rgb) == {}
    assert points(slice_from_array(grey), **rgb) == {"colour": "mismatch"}


# --- out of distribution --------------------------------------------------------------------------------------------


def test_distance_is_that_to_the_nearest_class() -> None:
    mean = np.float32([[0, 0], [10, 0]])
    precision = np.float32([[1, 0], [0, 4]])
    assert mahalanobis_distance(np.float32([0, 0]), mean, precision) == 0
    assert mahalanobis_distance(np.float32([3, 0]), mean, precision) == pytest.approx(3)
    assert mahalanobis_distance(np.float32([0, 3]), mean, precision) == pytest.approx(6)
    assert mahalanobis_distance(np.float32([9, 0]), mean, precision) == pytest.approx(1)


def _with_statistics(tmp_path: Path, mean: np.ndarray, precision: np.ndarray) -> Classifier:
    rule = {
        "method": "mahalanobis",
        "statistics": "ood.safetensors",
        "cut_off": 1.0,
        "in_distribution_refused": 0.05,
    }
    contract = make_contract(out_of_distribution=rule)
    files = {
        "model.onnx": tiny_model(contract),
        "ood.safetensors": safetensors.numpy.save({"mean": mean, "precision": precision}),
    }
    save_bundle(tmp_path / "tiny", contract=contract, files=files)
    return Classifier(load_bundle(tmp_path / "tiny"))


def test_a_slice_unlike_the_training_set_keeps_its_finding_and_says_so(tmp_path: Path) -> None:
    usual = make_phantoms(make_contract())[0].slice
    plain = Classifier(load_bundle(_plain(tmp_path / "plain")))
    raw = analyse(usual, plain).raw
    assert raw is not None
    assert raw.features is not None
    classifier = _with_statistics(tmp_path, raw.features[np.newaxis], np.eye(4, dtype=np.float32) * 1e4)
    near, far = analyse(usual, classifier), analyse(spot_slice(), classifier)
    assert near.out_of_distribution is not None
    assert far.out_of_distribution is not None
    assert (near.out_of_distribution.refused, far.out_of_distribution.refused) == (False, True)
    assert near.out_of_distribution.score < 0.01 < far.out_of_distribution.score
    assert far.finding is not None
    assert analyse(usual, plain).out_of_distribution is None


def _plain(folder: Path) -> Path:
    contract = make_contract()
    save_bundle(folder, contract=contract, files={"model.onnx": tiny_model(contract)})
    return folder


@pytest.mark.parametrize("shape", [((4,), (4, 4)), ((1, 4), (4, 3)), ((1, 4), (4,))])
def test_statistics_of_another_model_are_refused(tmp_path: Path, shape: Any) -> None:
    with pytest.raises(Refusal):
        _with_statistics(tmp_path, np.zeros(shape[0], np.float32), np.zeros(shape[1], np.float32))
