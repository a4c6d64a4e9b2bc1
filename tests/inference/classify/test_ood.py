"""The check of orientation and polarity beside the distance: what it refuses, and what is said of it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save

from imaging.base.errors import Refusal
from inference.bundle.bundle import load_bundle, save_bundle
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.classify.finding import out_of_distribution_sentence
from inference.contract.codes import ModelCode
from tests.inference.factory import CHANNELS, make_contract, spot_slice, tiny_model

FAR, NEVER = 1e6, -1.0


def _bundle(folder: Path, orientation: NDArray[np.float32] | None, *, cut_off: float, limit: float = FAR) -> Path:
    rule: dict[str, Any] = {"method": "mahalanobis", "statistics": "statistics.safetensors", "cut_off": limit}
    rule |= {"in_distribution_refused": 0.05}
    rule["orientation"] = {"cut_off": cut_off, "in_distribution_refused": 0.01, "caught": {"upside down": 0.99}}
    tensors = {"mean": np.zeros((1, CHANNELS), np.float32), "precision": np.eye(CHANNELS, dtype=np.float32)}
    if orientation is not None:
        tensors["orientation"] = orientation
    contract = make_contract(schema_version=2, out_of_distribution=rule)
    files = {"model.onnx": tiny_model(contract), "README.md": b"# Made in a test\n"}
    save_bundle(folder, contract=contract, files=files | {"statistics.safetensors": save(tensors)})
    return folder


@pytest.mark.parametrize(
    ("offset", "limit", "refused", "turned", "words"),
    [
        (0.0, FAR, False, False, None),
        (2.0, FAR, True, True, "It looks turned, upside down or inverted against the training cases. Do not"),
        (0.0, NEVER, True, False, "It is unlike the training cases. Do not"),
        (2.0, NEVER, True, True, "inverted against the training cases. It is unlike the training cases. Do not"),
    ],
)
def test_each_of_both_checks_refuses_and_is_named(
    tmp_path: Path, offset: float, limit: float, refused: bool, turned: bool, words: str | None
) -> None:
    weights = np.zeros(CHANNELS + 1, np.float32)
    weights[-1] = offset
    classifier = Classifier(load_bundle(_bundle(tmp_path / "b", weights, cut_off=1.0, limit=limit)))
    analysis = analyse(spot_slice(), classifier)
    assert analysis.out_of_distribution is not None
    assert (analysis.out_of_distribution.refused, analysis.out_of_distribution.turned) == (refused, turned)
    said = out_of_distribution_sentence(analysis)
    assert (said is None) == (words is None)
    assert words is None or words in str(said)


def test_the_score_is_that_of_the_features(tmp_path: Path) -> None:
    weights = np.array([0.5, -1, 2, 0.25, -0.125], np.float32)[: CHANNELS + 1]
    plain = Classifier(load_bundle(_bundle(tmp_path / "a", weights, cut_off=FAR)))
    raw = analyse(spot_slice(), plain).raw
    assert raw is not None
    assert raw.features is not None
    score = float(raw.features.astype(np.float64) @ weights[:-1] + weights[-1])
    for number, cut_off in enumerate((score - 1e-3, score + 1e-3)):
        classifier = Classifier(load_bundle(_bundle(tmp_path / f"{number}", weights, cut_off=cut_off)))
        found = analyse(spot_slice(), classifier).out_of_distribution
        assert found is not None
        assert found.turned == (cut_off < score)


@pytest.mark.parametrize(
    "orientation", [None, np.zeros(CHANNELS, np.float32), np.full(CHANNELS + 1, np.nan, np.float32)]
)
def test_weights_that_do_not_fit_are_refused(tmp_path: Path, orientation: NDArray[np.float32] | None) -> None:
    with pytest.raises(Refusal) as caught:
        Classifier(load_bundle(_bundle(tmp_path / "b", orientation, cut_off=1.0)))
    assert caught.value.code is ModelCode.GRAPH
