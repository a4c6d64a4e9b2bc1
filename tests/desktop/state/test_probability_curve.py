"""Peaks of a curve, its gaps, and what is said of it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.render.curve_text import describe_curve
from desktop.state.probability_curve import SliceState, build_curve, choose_curve_label, empty_scores, find_peaks
from tests.inference.factory import make_contract

levels = st.integers(0, 20).map(lambda number: number / 20)


def plain_peaks(values: list[float], prominence: float) -> list[int]:
    """The same by its definition: walk to both sides until it gets higher, and take the deepest valley on the way."""
    found, padded, at = [], [0.0, *values, 0.0], 1
    while at < len(padded) - 1:
        end = at
        while padded[end + 1 : end + 2] == [padded[at]]:
            end += 1
        height = padded[at]
        if end < len(padded) - 1 and padded[at - 1] < height > padded[end + 1]:
            valleys = []
            for way in (padded[at - 1 :: -1], padded[end + 1 :]):
                walked = []
                for value in way:
                    if value > height:
                        break
                    walked.append(value)
                valleys.append(min(walked))
            if height - max(valleys) >= prominence:
                found.append((at + end) // 2 - 1)
        at = end + 1
    return found


@given(st.lists(levels, max_size=30), st.sampled_from([0.01, 0.12, 0.33]))
def test_peaks_are_those_of_the_definition(values: list[float], prominence: float) -> None:
    assert list(find_peaks(np.array(values, np.float64), prominence)) == plain_peaks(values, prominence)  # type: ignore[arg-type]


@given(st.lists(levels, min_size=1, max_size=12), st.lists(levels, min_size=1, max_size=12))
def test_a_gap_parts_a_curve_into_two(before: list[float], after: list[float]) -> None:
    whole = np.array([*before, np.nan, *after])
    parts = [find_peaks(np.array(part)) for part in (before, after)]
    assert find_peaks(whole) == (*parts[0], *(len(before) + 1 + at for at in parts[1]))


def test_a_curve_is_drawn_where_a_model_may_speak_and_says_the_rest() -> None:
    scores = empty_scores(make_contract(), phase=0, slices=6)
    scores.probabilities[:5] = [[0.9, 0.1], [0.2, 0.8], [0.5, 0.5], [0.1, 0.9], [np.nan, np.nan]]
    scores.states[:5] = [
        SliceState.SCORED, SliceState.SCORED, SliceState.SCORED, SliceState.WITHHELD, SliceState.FAILED,
    ]  # fmt: skip
    curve = build_curve(scores, None, revealed=False)
    assert np.array_equal(curve.values, np.array([0.1, 0.8, 0.5, *[np.nan] * 3], np.float32), equal_nan=True)
    assert curve.peaks == (), "not whole yet"
    said = describe_curve(curve)
    assert "mean 46.7 %, maximum 80.0 % on slice 2" in said
    assert "5 of 6 slices scored; 1 of 6 out of contract; 1 without an answer" in said
    shown = build_curve(scores, "normal", revealed=True)
    assert np.array_equal(shown.values[:4], np.array([0.9, 0.2, 0.5, 0.1], np.float32))
    assert shown.is_doubtful
    assert "do not rely on it" in describe_curve(shown)
    scores.states[5] = SliceState.FAILED
    assert build_curve(scores, None, revealed=False).peaks == (1,)


@pytest.mark.parametrize("state", [SliceState.WITHHELD, SliceState.FAILED, SliceState.WAITING])
def test_without_a_number_none_is_said(state: SliceState) -> None:
    scores = empty_scores(make_contract(), phase=0, slices=3)
    scores.probabilities[:] = [0.25, 0.75]
    scores.states[:] = state
    curve = build_curve(scores, None, revealed=False)
    assert curve.is_empty
    assert curve.peaks == ()
    assert "%" not in describe_curve(curve)


def test_of_many_labels_the_highest_is_drawn_and_never_the_normal_one() -> None:
    contract = make_contract()
    names = ("one", "normal", "two")
    labels = tuple(replace_label(contract.task.labels[0], name) for name in names)
    task = contract.task.model_copy(update={"labels": labels, "normal": "normal"})
    scores = empty_scores(contract.model_copy(update={"task": task}), phase=0, slices=2)
    scores.states[:] = SliceState.SCORED
    scores.probabilities[:] = [[0.1, 0.8, 0.1], [0.2, 0.5, 0.3]]
    assert choose_curve_label(scores) == "two"
    assert choose_curve_label(replace(scores, probabilities=scores.probabilities[:, ::-1])) == "one"


def replace_label(label: object, name: str) -> object:
    return label.model_copy(update={"name": name, "display": name})  # type: ignore[attr-defined]
