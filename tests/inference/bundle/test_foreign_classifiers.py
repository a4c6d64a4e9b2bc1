"""Foreign classifiers through the questions and through the command line: the same scores as ONNX Runtime by hand."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
from numpy.typing import NDArray

from desktop.cli import run
from imaging.base.progress import finish
from inference.bundle.bundle import load_bundle
from inference.bundle.model_questions import MOST_QUESTIONS, answer_questions, answered_bundle, ask_questions
from inference.bundle.provisional import open_onnx
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.contract.model_answers import ModelAnswers
from inference.contract.phantoms import slice_from_array
from inference.contract.storage import Bundle
from inference.explain.methods import explain
from tests.inference.bundle.foreign import SIDE, Foreign, classifiers

FOREIGN = classifiers()


@pytest.fixture(scope="module")
def levels() -> NDArray[np.uint8]:
    """A slice of the models' own size, from 0 to 255, so that nothing is resized."""
    random = np.random.default_rng(5).integers(0, 256, (SIDE, SIDE)).astype(np.uint8)
    random[0, :2] = 0, 255
    return random


def by_hand(one: Foreign, path: Path, levels: NDArray[np.uint8]) -> NDArray[np.float64]:
    session = ort.InferenceSession(str(path))
    row = session.run([one.output], {"image": one.feed(levels / 255.0)})[0]
    return one.read(np.asarray(row).reshape(-1))


def option(name: str, value: Any) -> list[str]:
    text = (
        f"{value[0]}x{value[1]}" if name == "size" else ",".join(map(str, value)) if isinstance(value, tuple) else value
    )
    return [f"--{'mean-spread' if name == 'own_scale' else name}", str(text)]


def save(path: Path, answers: ModelAnswers, out: Path) -> Bundle:
    options = [word for name, value in vars(answers).items() if value is not None for word in option(name, value)]
    assert run(["model", "save", str(path), *options, "--out", str(out)]) == 0
    return load_bundle(out)


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_classifier(name: str, levels: NDArray[np.uint8], tmp_path: Path) -> None:
    one = FOREIGN[name]
    path = tmp_path / "foreign.onnx"
    path.write_bytes(one.model)
    bare = open_onnx(path)
    assert len(ask_questions(bare).questions) <= MOST_QUESTIONS
    expected = by_hand(one, path, levels)
    slice_ = slice_from_array(levels)
    asked = answered_bundle(bare, answer_questions(bare.contract, one.answers))
    for bundle in (asked, save(path, one.answers, tmp_path / "saved.slb")):
        classifier = Classifier(bundle)
        analysis = analyse(slice_, classifier)
        assert analysis.finding is not None, analysis.message
        scores = [score.probability for score in analysis.finding.scores]
        assert scores == pytest.approx(list(expected), abs=one.tolerance)
        explained = finish(explain(analysis, slice_, classifier, None))
        assert explained.method == one.method
        raw = explained.analysis.raw
        assert raw is not None
        assert raw.cams is not None
        assert len(raw.cams) == len(bundle.contract.task.labels)
        assert np.abs(raw.cams).max() > 0
        assert raw.cams.shape[1:] in ((8, 8), (14, 14))


def test_there_are_ten_and_more() -> None:
    assert len(FOREIGN) >= 10
