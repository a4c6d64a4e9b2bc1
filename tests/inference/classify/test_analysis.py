import time
from pathlib import Path

import numpy as np
import pytest

from inference.bundle.bundle import load_bundle
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.classify.finding import Status
from inference.contract.phantoms import slice_from_array
from tests.inference.factory import make_bundle, spot_slice


@pytest.fixture
def classifier(tmp_path: Path) -> Classifier:
    return Classifier(load_bundle(make_bundle(tmp_path)))


def test_the_whole_line(classifier: Classifier) -> None:
    started = time.perf_counter()
    analysis = analyse(spot_slice(), classifier)
    elapsed = (time.perf_counter() - started) * 1e3
    assert analysis.status is Status.OK
    assert analysis.finding is not None
    assert analysis.finding.decision == "bright"
    assert sum(score.probability for score in analysis.finding.scores) == pytest.approx(1.0)
    assert analysis.placement is not None
    assert analysis.placement.slice_shape == (64, 64)
    assert analysis.milliseconds.prepare > 0
    assert analysis.milliseconds.run > 0
    # In milliseconds: nearly all of the call, and no other unit.
    assert elapsed / 100 < analysis.milliseconds.prepare + analysis.milliseconds.run <= elapsed
    assert (analysis.code, analysis.message) == ("", "")


def test_the_same_slice_gives_the_same_bits(classifier: Classifier) -> None:
    first, second = analyse(spot_slice(), classifier), analyse(spot_slice(), classifier)
    assert first.raw is not None
    assert second.raw is not None
    assert first.raw.logits.tobytes() == second.raw.logits.tobytes()
    assert first.finding == second.finding


def test_a_slice_without_values_is_refused(classifier: Classifier) -> None:
    analysis = analyse(slice_from_array(np.full((8, 8), np.nan, np.float32)), classifier)
    assert analysis.status is Status.REFUSED
    assert analysis.code == "E_EMPTY_SLICE"
    assert analysis.finding is None
