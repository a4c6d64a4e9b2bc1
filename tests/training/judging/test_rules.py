import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.base.errors import Refusal
from inference.classify.decision import decided_by
from inference.contract.contract import Argmax, Band, Bands, Label, Task, TwoStep
from training.evaluate.answers import decided, decisions, probabilities
from training.evaluate.conformal import calibrated, q_hat, sets_of
from training.evaluate.decision_rules import bands, choose, lowest_threshold, youden_threshold
from training.evaluate.metric_arrays import Answered
from training.recipe.recipe_parts import LeastSpecificity, Youden

WELL_ILL = Task(kind="multiclass", labels=(Label(name="well", display="Well"), Label(name="ill", display="Ill")))
LEAST = LeastSpecificity(
    rule="least_specificity",
    label="ill",
    least_specificity=0.97,
    doubt=1.0,
    below="a",
    doubtful_below="b",
    doubtful_above="c",
    above="d",
)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 999)), min_size=1, max_size=60),
    st.sampled_from([0.5, 0.9, 0.97, 1.0]),
)
def test_the_threshold_is_the_lowest_that_keeps_the_specificity(rows: list[tuple[bool, int]], wanted: float) -> None:
    positive = np.array([ill for ill, _ in rows])
    scores = np.array([score / 1000 for _, score in rows], dtype=np.float32)
    if positive.all():
        with pytest.raises(Refusal):
            lowest_threshold(positive, scores, wanted)
        return
    threshold = lowest_threshold(positive, scores, wanted)
    assert 0.02 <= threshold <= 0.98
    if threshold < 0.98:
        assert (scores[~positive] < np.float32(threshold)).mean() >= wanted - 1e-9
    lower = [score for score in scores.tolist() if score < threshold]
    if lower and threshold > 0.02:
        # Just at the next lower score, one case more would be called ill.
        below = np.float32(max(lower))
        assert (scores[~positive] < below).mean() < wanted or not (~positive & (scores == below)).any()


@given(st.floats(0.02, 0.98), st.floats(0, 3), st.floats(0, 1))
def test_bands_decide_as_the_threshold_does(threshold: float, doubt: float, probability: float) -> None:
    threshold = round(threshold, 4)
    found = bands(LEAST.model_copy(update={"doubt": doubt}), threshold, "well")
    assert [band.low for band in found.bands] == sorted(band.low for band in found.bands)
    score = np.float32(probability)
    words, _ = decided_by(found, WELL_ILL, np.array([1 - score, score], dtype=np.float32))
    assert words == ("ill" if score >= np.float32(threshold) else "well")


def test_youden_by_hand() -> None:
    scores = np.array([0.1, 0.2, 0.3, 0.4, 0.8, 0.9], dtype=np.float32)
    # From 0.8 up, midway to 0.4, all six are right.
    assert youden_threshold(np.array([0, 0, 0, 0, 1, 1]) == 1, scores) == pytest.approx(0.6)
    # From 0.2 both ill and one of two well are right, from 0.9 one of two ill and both well: the wider gap decides.
    mixed = np.array([0.1, 0.2, 0.3, 0.9], dtype=np.float32)
    assert youden_threshold(np.array([False, True, False, True]), mixed) == pytest.approx(0.6)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 99)), min_size=2, max_size=40))
def test_no_threshold_beats_youdens(rows: list[tuple[bool, int]]) -> None:
    positive = np.array([ill for ill, _ in rows])
    scores = np.array([score / 100 for _, score in rows], dtype=np.float32)
    if positive.all() or not positive.any():
        return

    def gain(threshold: float) -> float:
        reached = scores >= np.float32(threshold)
        return float(reached[positive].mean() - reached[~positive].mean())

    assert gain(youden_threshold(positive, scores)) >= max(gain(one) for one in np.linspace(0, 1, 203)) - 1e-9


def test_every_rule_of_a_recipe_becomes_a_decision_of_a_bundle() -> None:
    shares = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.05, 0.95]], dtype=np.float32)
    targets = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32)
    wanted = ("well", "well", "ill", "ill")
    two_step = TwoStep(rule="two_step", normal="well", gate=0.5, values={"ill": 0.6})
    fixed = Bands(
        rule="bands",
        label="ill",
        bands=(
            Band(low=0.0, decision="well", sentence=""),
            Band(low=0.3, decision="ambiguous", sentence=""),
            Band(low=0.7, decision="ill", sentence=""),
        ),
    )
    for rule in (LEAST, Youden(rule="youden"), two_step, Argmax(rule="argmax")):
        chosen = choose(rule, shares, targets, WELL_ILL)
        assert decisions(shares, chosen.decision, WELL_ILL) == wanted, rule
    words = decisions(shares, choose(fixed, shares, targets, WELL_ILL).decision, WELL_ILL)
    assert words == ("well", "ambiguous", "ill", "ill")
    assert decided(words, WELL_ILL).tolist() == [[True, False], [False, False], [False, True], [False, True]]
    with pytest.raises(Refusal):
        choose(Youden(rule="youden"), shares, np.array([[1, 0]] * 4, dtype=np.float32), WELL_ILL)


def test_q_hat_by_hand() -> None:
    scores = np.array([0.5, 0.1, 0.9, 0.3])
    assert q_hat(scores, 0.2) == 0.9  # ceil(5 × 0.8) = the fourth
    assert q_hat(scores, 0.5) == 0.5  # ceil(5 × 0.5) = the third
    assert q_hat(scores, 0.1) == 1.0  # four cases are too few to promise nine of ten


@given(st.integers(0, 1000), st.sampled_from([0.05, 0.1, 0.3]))
@settings(max_examples=20, deadline=None)
def test_sets_cover_as_often_as_promised(seed: int, alpha: float) -> None:
    """Over many draws of exchangeable validation and test cases; the model may be as bad as it likes."""
    generator = np.random.default_rng(seed)
    three = Task(kind="multiclass", labels=tuple(Label(name=name, display=name) for name in "abc"))
    covered = []
    for _ in range(30):
        shares = generator.dirichlet(np.ones(3), 300).astype(np.float32)
        targets = np.eye(3, dtype=np.float32)[generator.integers(0, 3, 300)]
        halves = [
            Answered(three, targets[part], shares[part], np.zeros((150, 3), dtype=bool))
            for part in (slice(0, 150), slice(150, 300))
        ]
        limit = calibrated(halves[0], [alpha]).q_hat[f"{alpha:g}"]
        covered.append(sets_of(halves[1], limit).holds.mean())
    # The mean of 30 has a deviation of about sqrt(2 alpha (1 - alpha) / 150 / 30).
    assert np.mean(covered) >= 1 - alpha - 5 * math.sqrt(2 * alpha * (1 - alpha) / 4500)


def test_sets_of_yes_and_no_and_of_what_was_not_asked() -> None:
    two = Task(kind="multilabel", labels=WELL_ILL.labels)
    targets = np.array([[1, np.nan], [0, 1]], dtype=np.float32)
    shares = np.array([[0.9, 0.2], [0.6, 0.3]], dtype=np.float32)
    sets = sets_of(Answered(two, targets, shares, np.zeros((2, 2), dtype=bool)), 0.5)
    assert sets.holds.tolist() == [True, False, False]
    assert sets.size.tolist() == [1, 1, 1]
    assert sets.case.tolist() == [0, 1, 1]


def test_one_logit_speaks_for_both_labels() -> None:
    binary = Task(kind="binary", labels=WELL_ILL.labels)
    found = probabilities(np.array([[0.0], [2.0]], dtype=np.float32), binary)
    assert found[:, 1] == pytest.approx([0.5, 1 / (1 + math.exp(-2))])
    assert found.sum(axis=1) == pytest.approx([1, 1])
