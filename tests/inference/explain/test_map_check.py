"""How far a heatmap can be believed: correlation by its definition, a map of the evidence, a map of nothing."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.base.errors import Refusal
from imaging.base.progress import finish
from inference.bundle.bundle import load_bundle
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.classify.preprocess import prepare
from inference.contract.codes import ModelCode
from inference.explain.map_check import MapCheck, centre_blob, check_map, rank_correlation
from inference.explain.methods import choose_maker
from inference.explain.normalise_cam import heatmap
from tests.inference.factory import make_bundle, spot_slice


@pytest.fixture
def classifier(tmp_path: Path) -> Classifier:
    return Classifier(load_bundle(make_bundle(tmp_path)))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
def test_the_correlation_is_spearmans_with_ties_too(seed: int, levels: int) -> None:
    random = np.random.default_rng(seed)
    first, second = (random.integers(0, levels, (7, 9)).astype(np.float32) for _ in range(2))
    if first.min() == first.max() or second.min() == second.max():
        assert rank_correlation(first, second) == 0.0
        return
    # By its definition: Pearson's correlation of ranks, each the mean of those that its equals take up.
    flat = first.ravel(), second.ravel()
    ranks = [[(one < value).sum() + ((one == value).sum() + 1) / 2 for value in one] for one in flat]
    assert rank_correlation(first, second) == pytest.approx(np.corrcoef(ranks)[0, 1], abs=1e-12)


def test_a_map_of_the_evidence_is_not_weak_and_the_check_is_the_same_twice(classifier: Classifier) -> None:
    slice_ = spot_slice(at=(12, 48), half=5)
    analysis = analyse(slice_, classifier)
    assert analysis.raw is not None
    label = classifier.contract.task.names[int(np.argmax(analysis.raw.probabilities))]
    heat = heatmap(analysis.raw, classifier.contract, label)
    input_ = prepare(slice_, classifier.contract.input)
    found = [
        finish(check_map(heat, input_, classifier, label=label, make_cams=choose_maker(method, classifier)))
        for method in ("grad-cam", "grad-cam", "occlusion", "lime")
    ]
    assert found[0] == found[1]
    assert found[0].beats_centre
    assert not found[0].is_weak
    assert all(-1.0 <= one.stability <= 1.0 for one in found)


def test_a_map_that_points_elsewhere_is_weak(classifier: Classifier) -> None:
    slice_ = spot_slice(at=(12, 48), half=5)
    label = classifier.contract.task.names[0]
    input_ = prepare(slice_, classifier.contract.input)
    rows, columns = classifier.contract.input.size
    wrong = np.zeros((rows, columns), np.float32)
    wrong[-4:, :4] = 1.0
    make_cams = choose_maker("grad-cam", classifier)
    assert finish(check_map(wrong, input_, classifier, label=label, make_cams=make_cams)).is_weak


def test_an_empty_map_has_nothing_to_check(classifier: Classifier) -> None:
    slice_ = spot_slice()
    empty, input_ = np.zeros(classifier.contract.input.size, np.float32), prepare(slice_, classifier.contract.input)
    label, make_cams = classifier.contract.task.names[0], choose_maker("grad-cam", classifier)
    with pytest.raises(Refusal) as refused:
        finish(check_map(empty, input_, classifier, label=label, make_cams=make_cams))
    assert refused.value.code is ModelCode.NO_HEATMAP


@pytest.mark.parametrize(
    ("check", "weak"),
    [
        (MapCheck(0.9, 0.2, 0.5), False),
        (MapCheck(0.49, 0.2, 0.5), True),
        (MapCheck(0.5, 0.2, 0.5), False),
        (MapCheck(0.9, 0.5, 0.5), True),
        (MapCheck(0.9, 0.6, 0.5), True),
    ],
)
def test_weak_is_what_does_not_hold_or_says_no_more_than_the_middle(check: MapCheck, weak: bool) -> None:
    assert check.is_weak is weak


def test_the_blob_knows_the_middle_alone() -> None:
    blob = centre_blob((9, 11))
    assert blob.argmax() == 4 * 11 + 5
    assert np.array_equal(blob, blob[::-1, ::-1])
