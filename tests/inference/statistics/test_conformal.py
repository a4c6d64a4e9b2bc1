"""Conformal sets: q-hat by hand, and the coverage that is promised."""

import math
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.contract.contract import Conformal, Label, Task
from inference.statistics.bootstrap import draw_group_weights
from inference.statistics.conformal import answer_scores, answers_within, calibrate_conformal, prediction_sets, q_hat
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
        sets = prediction_sets(halves[1], calibrate_conformal(halves[0], [alpha]), f"{alpha:g}")
        covered.append(sets.holds.mean())
        assert sets.size.min() >= 1
    # The mean of 30 has a deviation of about sqrt(2 alpha (1 - alpha) / 150 / 30). A guess is right in a third of the
    # cases, so scores are spread and the promise is kept from above as well, but for one case in 151.
    error = 5 * math.sqrt(2 * alpha * (1 - alpha) / 4500)
    assert 1 - alpha - error <= np.mean(covered) <= 1 - alpha + 1 / 151 + error


def test_adaptive_scores_by_hand() -> None:
    shares = np.array([[0.5, 0.2, 0.3], [0.4, 0.4, 0.2]])
    np.testing.assert_allclose(answer_scores(shares, "aps"), [[0, 0.8, 0.5], [0, 0, 0.8]])
    np.testing.assert_allclose(answer_scores(shares, "score"), 1 - shares)


@pytest.mark.parametrize(
    ("rule", "limit", "answers"),
    [
        ("aps", 0.0, ["b"]),
        ("aps", 0.61, ["b", "a"]),
        ("aps", 1.0, ["b", "a", "c"]),
        # Of version 1: an answer has to be as probable as 1 - q-hat, and here none is.
        ("score", 0.3, []),
        ("score", 0.45, ["b"]),
    ],
)
def test_the_set_of_one_slice_follows_the_rule_of_its_contract(
    rule: Literal["aps", "score"], limit: float, answers: list[str]
) -> None:
    three = Task(kind="multiclass", labels=tuple(Label(name=name, display=name) for name in "abc"))
    promised = Conformal(rule=rule, q_hat={"0.1": limit}, cases=100)
    shares = np.array([0.3, 0.6, 0.1], dtype=np.float32)
    nothing = np.zeros(3, dtype=bool)
    assert answers_within(shares, three, promised, "0.1", nothing) == [answers]
    cases = JudgedCases(three, np.array([[1, 0, 0]], dtype=np.float32), shares[None], nothing[None])
    sets = prediction_sets(cases, promised, "0.1")
    assert (sets.size.tolist(), sets.holds.tolist()) == ([len(answers)], ["a" in answers])


@pytest.mark.parametrize(("decided", "answers"), [("c", ["b", "c"]), ("b", ["b"]), ("", ["b"])])
def test_what_was_decided_is_not_ruled_out(decided: str, answers: list[str]) -> None:
    """A rule may decide for an answer that is not the most probable one: a low threshold of a dangerous disease."""
    three = Task(kind="multiclass", labels=tuple(Label(name=name, display=name) for name in "abc"))
    promised = Conformal(rule="aps", q_hat={"0.1": 0.0}, cases=100)
    shares, chosen = np.array([0.1, 0.7, 0.2], dtype=np.float32), np.array([name == decided for name in "abc"])
    assert answers_within(shares, three, promised, "0.1", chosen) == [answers]
    right = JudgedCases(three, np.array([[0, 0, 1]], dtype=np.float32), shares[None], chosen[None])
    sets = prediction_sets(right, promised, "0.1")
    assert (sets.size.tolist(), sets.holds.tolist()) == ([len(answers)], ["c" in answers])


def test_sets_of_yes_and_no_and_of_what_was_not_asked() -> None:
    two = Task(kind="multilabel", labels=(Label(name="well", display="Well"), Label(name="ill", display="Ill")))
    targets = np.array([[1, np.nan], [0, 1]], dtype=np.float32)
    shares = np.array([[0.9, 0.2], [0.6, 0.3]], dtype=np.float32)
    promised = Conformal(rule="score", q_hat={"0.5": 0.5}, cases=3)
    sets = prediction_sets(JudgedCases(two, targets, shares, shares >= 0.5), promised, "0.5")
    assert sets.holds.tolist() == [True, False, False]
    assert sets.size.tolist() == [1, 1, 1]
    assert sets.case.tolist() == [0, 1, 1]
    assert answers_within(shares[1], two, promised, "0.5", shares[1] >= 0.5) == [["well"], ["no ill"]]
    by_size = sets.by_size(draw_group_weights([0, 1], seed=0))
    assert by_size["1"].n == 3
    assert by_size["1"].coverage.value == pytest.approx(1 / 3, abs=1e-4)
