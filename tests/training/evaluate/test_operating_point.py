import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.base.errors import Refusal
from inference.classify.decision import decide_by_rule
from inference.contract.contract import Argmax, Band, Bands, Label, Task, TwoStep
from inference.statistics.judged_cases import JudgedCases
from training.evaluate.operating_point import bands, choose_decision, choose_temperature
from training.evaluate.predictions import ScoredCases, decided, decisions, probabilities
from training.recipe.recipe import LeastSensitivity, LeastSpecificity, Youden

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

SENSITIVE = LeastSensitivity(
    rule="least_sensitivity",
    least_sensitivity=0.97,
    **LEAST.model_dump(exclude={"rule", "least_specificity"}),
)


@given(st.floats(0.02, 0.98), st.floats(0, 3), st.floats(0, 1))
def test_bands_decide_as_the_threshold_does(threshold: float, doubt: float, probability: float) -> None:
    threshold = round(threshold, 4)
    found = bands(LEAST.model_copy(update={"doubt": doubt}), threshold, "well")
    assert [band.low for band in found.bands] == sorted(band.low for band in found.bands)
    score = np.float32(probability)
    words, _ = decide_by_rule(found, WELL_ILL, np.array([1 - score, score], dtype=np.float32))
    assert words == ("ill" if score >= np.float32(threshold) else "well")


@pytest.mark.parametrize(
    ("threshold", "doubt", "lows"),
    [(0.5, 1.0, [0.0, 0.2689, 0.5, 0.7311]), (0.1, 0.5, [0.0, 0.0631, 0.1, 0.1548])],
)
def test_the_doubt_is_as_wide_in_log_odds_on_both_sides(threshold: float, doubt: float, lows: list[float]) -> None:
    found = bands(LEAST.model_copy(update={"doubt": doubt}), threshold, "well")
    assert [band.low for band in found.bands] == lows


def test_every_rule_of_a_recipe_becomes_a_decision_of_a_bundle() -> None:
    shares = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.05, 0.95]], dtype=np.float32)
    targets = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32)
    cases = JudgedCases(WELL_ILL, targets, shares, np.zeros((4, 2), dtype=bool))
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
    for rule in (LEAST, SENSITIVE, Youden(rule="youden"), two_step, Argmax(rule="argmax")):
        chosen = choose_decision(rule, cases)
        assert decisions(shares, chosen.decision, WELL_ILL) == wanted, rule
    words = decisions(shares, choose_decision(fixed, cases).decision, WELL_ILL)
    assert words == ("well", "ambiguous", "ill", "ill")
    assert decided(words, WELL_ILL).tolist() == [[True, False], [False, False], [False, True], [False, True]]
    for one_sided, rule in (([1, 0], Youden(rule="youden")), ([0, 1], LEAST), ([1, 0], SENSITIVE)):
        only = replace(cases, targets=np.array([one_sided] * 4, dtype=np.float32))
        with pytest.raises(Refusal):
            choose_decision(rule, only)


def test_one_logit_speaks_for_both_labels() -> None:
    binary = Task(kind="binary", labels=WELL_ILL.labels)
    found = probabilities(np.array([[0.0], [2.0]], dtype=np.float32), binary)
    assert found[:, 1] == pytest.approx([0.5, 1 / (1 + math.exp(-2))])
    assert found.sum(axis=1) == pytest.approx([1, 1])


def answered(logits: np.ndarray, ill: np.ndarray, *, each: int = 2) -> ScoredCases:
    names = tuple(map(str, range(len(ill))))
    groups = tuple(f"g{number // each}" for number in range(len(ill)))
    targets = np.eye(2, dtype=np.float32)[ill.astype(int)]
    rows = np.stack([-logits / 2, logits / 2], axis=1).astype(np.float32)
    return ScoredCases("validation", names, groups, ("",) * len(names), targets, rows, rows)


def test_a_temperature_that_helps_other_groups_is_applied() -> None:
    generator = np.random.default_rng(0)
    logits = generator.normal(0, 2, 800)
    ill = generator.random(800) < 1 / (1 + np.exp(-logits))
    temperature, sentence = choose_temperature(answered(2.5 * logits, ill), WELL_ILL)
    assert temperature == pytest.approx(2.5, rel=0.15)
    assert sentence.startswith("the likeliest on the validation part (calibration error 0.")


@pytest.mark.parametrize("wrong", [0, 1])
def test_a_temperature_that_only_fits_the_groups_it_was_found_on_is_not_applied(wrong: int) -> None:
    """One group of forty is wrong and unsure: found on the others, the temperature makes every answer certain."""
    ill = np.arange(80) % 2 == 0
    logits = np.where(ill, 3.0, -3.0)
    logits[: 2 * wrong] *= -0.5
    temperature, sentence = choose_temperature(answered(logits, ill), WELL_ILL)
    if wrong:
        assert temperature == 1.0
        assert sentence.startswith("not applied: the likeliest, 0.")
    else:
        assert temperature < 1


def test_of_one_group_no_temperature_can_be_found() -> None:
    ill = np.arange(10) % 2 == 0
    assert choose_temperature(answered(np.where(ill, 0.5, -0.5), ill, each=10), WELL_ILL)[0] == 1.0
