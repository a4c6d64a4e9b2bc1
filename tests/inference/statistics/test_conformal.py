"""Conformal sets: q-hat by hand, and the coverage that is promised."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.contract.contract import Label, Task
from inference.statistics.conformal import calibrate_conformal, prediction_sets, q_hat
from inference.statistics.judged_cases import JudgedCases


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
            JudgedCases(three, targets[part], shares[part], np.zeros((150, 3), dtype=bool))
            for part in (slice(0, 150), slice(150, 300))
        ]
        limit = calibrate_conformal(halves[0], [alpha]).q_hat[f"{alpha:g}"]
        covered.append(prediction_sets(halves[1], limit).holds.mean())
    # The mean of 30 has a deviation of about sqrt(2 alpha (1 - alpha) / 150 / 30).
    assert np.mean(covered) >= 1 - alpha - 5 * math.sqrt(2 * alpha * (1 - alpha) / 4500)


def test_sets_of_yes_and_no_and_of_what_was_not_asked() -> None:
    two = Task(kind="multilabel", labels=(Label(name="well", display="Well"), Label(name="ill", display="Ill")))
    targets = np.array([[1, np.nan], [0, 1]], dtype=np.float32)
    shares = np.array([[0.9, 0.2], [0.6, 0.3]], dtype=np.float32)
    sets = prediction_sets(JudgedCases(two, targets, shares, np.zeros((2, 2), dtype=bool)), 0.5)
    assert sets.holds.tolist() == [True, False, False]
    assert sets.size.tolist() == [1, 1, 1]
    assert sets.case.tolist() == [0, 1, 1]
