import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.refusal import Refusal
from training.calibrate import bands, find_temperature, lowest_threshold, probabilities
from training.evaluate import decide
from training.recipe import OperatingPoint


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_that_was_put_in_is_found(temperature: float) -> None:
    generator = np.random.default_rng(0)
    logits = generator.normal(0, 2, (20_000, 2)).astype(np.float32)
    drawn = generator.uniform(0, 1, 20_000) < probabilities(logits)[:, 1]
    found = find_temperature((logits * temperature).astype(np.float32), drawn.astype(np.int64))
    assert found == pytest.approx(temperature, rel=0.05)


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
    rule = OperatingPoint(
        label="ill",
        least_specificity=0.97,
        doubt=doubt,
        below="a",
        doubtful_below="b",
        doubtful_above="c",
        above="d",
    )
    threshold = round(threshold, 4)
    found = bands(rule, threshold, "well").bands
    assert [band.low for band in found] == sorted(band.low for band in found)
    score = np.float32(probability)
    chosen = next(band for band in reversed(found) if score >= np.float32(band.low))
    expected = decide(np.array([score]), threshold, positive=1)[0]
    assert chosen.decision == ("well", "ill")[expected]
