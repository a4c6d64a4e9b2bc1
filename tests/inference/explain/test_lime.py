"""LIME's maps: against captum, the regression against scikit-learn, the same bytes twice, the part looked at."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.cli.parser import EXPLANATIONS
from imaging.base.errors import Refusal
from imaging.base.progress import finish
from inference.bundle.bundle import load_bundle
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.classify.preprocess import picture_of_input, prepare
from inference.contract.codes import ModelCode
from inference.explain.lime import MIXES, compute_lime_cams, find_superpixels, fit_ridge, weigh_by_nearness
from inference.explain.methods import METHODS, explain
from inference.explain.normalise_cam import heat_in_slice
from tests.inference.factory import make_bundle, spot_slice


@pytest.fixture
def classifier(tmp_path: Path) -> Classifier:
    return Classifier(load_bundle(make_bundle(tmp_path)))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.integers(1, 4))
def test_the_regression_is_scikit_learns(seed: int, superpixels: int, labels: int) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    random = np.random.default_rng(seed)
    kept = random.random((60, superpixels)) < 0.5
    kept[0] = True
    targets, weights = random.random((60, labels)), weigh_by_nearness(kept)
    ours = fit_ridge(kept.astype(np.float64), targets, weights)
    theirs = linear_model.Ridge(alpha=1.0).fit(kept.astype(np.float64), targets, sample_weight=weights).coef_
    np.testing.assert_allclose(ours.T, np.atleast_2d(theirs), rtol=0, atol=1e-9)


def test_nearness_is_that_of_the_authors_library() -> None:
    kept = np.array([[True] * 4, [True, False, False, False], [False] * 4])
    cosine = np.array([0.0, 1 - 0.5, 1.0])
    np.testing.assert_allclose(weigh_by_nearness(kept), np.sqrt(np.exp(-(cosine**2) / 0.25**2)))


def test_superpixels_cover_the_picture_and_keep_to_edges() -> None:
    picture = np.full((96, 128), 40, np.uint8)
    picture[:, 64:] = 200
    segments = find_superpixels(picture)
    assert segments.shape == picture.shape
    assert sorted(np.unique(segments)) == list(range(segments.max() + 1))
    assert segments.max() >= 8
    # Beside the edge itself, which the smoothing widens, no superpixel lies on both sides.
    assert not set(segments[:, :60].ravel()) & set(segments[:, 68:].ravel())
    colour = np.dstack([picture, picture, 255 - picture])
    assert find_superpixels(colour).shape == picture.shape


def test_the_same_slice_has_the_same_map_and_it_shows_the_spot(classifier: Classifier) -> None:
    slice_ = spot_slice(at=(16, 40), half=6)
    analysis = analyse(slice_, classifier)
    steps: list[int] = []
    first = finish(explain(analysis, slice_, classifier, "lime"), lambda step: steps.append(step.done)).analysis
    again = finish(explain(analysis, slice_, classifier, "lime")).analysis
    assert steps == list(range(1, MIXES + 1))
    assert first.raw is not None
    assert again.raw is not None
    assert first.raw.cams is not None
    assert again.raw.cams is not None
    assert first.raw.cams.tobytes() == again.raw.cams.tobytes()
    label = classifier.contract.task.names[int(np.argmax(first.raw.probabilities))]
    heat = heat_in_slice(first, classifier.contract, label)
    assert heat[16, 40] == heat.max() > 0
    assert heat[50:, :20].mean() < 0.5 * heat[12:20, 36:44].mean()


def test_the_map_is_captums(classifier: Classifier) -> None:
    """Mixes drawn by captum, its regression, the same superpixels and nearness: maps alike but for the draw."""
    torch = pytest.importorskip("torch")
    attributions = pytest.importorskip("captum.attr")
    pytest.importorskip("sklearn")
    from captum._utils.models.linear_model import SkLearnRidge

    spec = classifier.contract.input
    input_ = prepare(spot_slice(at=(16, 40), half=6), spec)
    segments = find_superpixels(picture_of_input(input_, spec))
    ours = finish(compute_lime_cams(input_, classifier))[1]
    lime = attributions.Lime(
        lambda tensor: float(classifier.run_variant(tensor.numpy())[1]),
        interpretable_model=SkLearnRidge(alpha=1.0),
        similarity_func=lambda _, __, kept, **___: float(weigh_by_nearness(kept.numpy().astype(bool))[0]),
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        theirs = lime.attribute(
            torch.from_numpy(input_.tensor),
            baselines=float(input_.tensor.mean()),
            feature_mask=torch.from_numpy(segments[np.newaxis, np.newaxis]),
            n_samples=2 * MIXES,
        ).numpy()[0, 0]
    numbers = range(segments.max() + 1)
    ours_of, theirs_of = ([one[segments == number].mean() for number in numbers] for one in (ours, theirs))
    assert np.corrcoef(ours_of, theirs_of)[0, 1] > 0.98


def test_every_method_that_can_be_named_explains(classifier: Classifier) -> None:
    assert METHODS == EXPLANATIONS
    slice_ = spot_slice()
    analysis = analyse(slice_, classifier)
    found = [finish(explain(analysis, slice_, classifier, method)) for method in METHODS]
    assert [one.method for one in found] == ["grad-cam", "occlusion", "lime"]
    for one in found:
        assert one.analysis.raw is not None
        assert one.analysis.raw.cams is not None
        assert len(one.analysis.raw.cams) == len(classifier.contract.task.names)


def test_without_an_answer_there_is_nothing_to_explain(classifier: Classifier) -> None:
    slice_ = spot_slice()
    slice_.stored[:] = 0
    failed = analyse(slice_, classifier)
    failed = failed if failed.raw is None else type(failed)(failed.status, (), failed.milliseconds)
    with pytest.raises(Refusal) as refused:
        finish(explain(failed, slice_, classifier, "lime"))
    assert refused.value.code is ModelCode.NO_HEATMAP
