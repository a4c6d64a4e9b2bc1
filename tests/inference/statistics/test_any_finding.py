"""Any finding against the normal answer, counted by hand and by scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics as reference

from inference.contract.contract import Label, Task
from inference.statistics.any_finding import judge_any_finding, predictive_values
from inference.statistics.bootstrap import draw_group_weights
from inference.statistics.judged_cases import JudgedCases

NAMES = ("glioma", "none", "pituitary")
LABELS = tuple(Label(name=name, display=name) for name in NAMES)
TASK = Task(kind="multiclass", labels=LABELS, normal="none")


def judged(shown: list[int], said: list[int | None], task: Task = TASK) -> JudgedCases:
    """Cases of one label each; None was left open."""
    decided = np.zeros((len(shown), 3), dtype=bool)
    for row, label in enumerate(said):
        if label is not None:
            decided[row, label] = True
    return JudgedCases(task, np.eye(3, dtype=np.float32)[shown], decided.astype(np.float32), decided)


def test_another_tumour_is_a_tumour_and_what_is_left_open_is_wrong() -> None:
    #                  glioma         none           pituitary
    cases = judged([0, 0, 0, 0, 1, 1, 1, 1, 1, 2], [0, 2, 1, None, 1, 1, 1, 0, None, 2])
    found = judge_any_finding(cases, draw_group_weights(range(10), seed=0))
    assert found is not None
    assert (found.n, found.with_finding) == (10, 5)
    assert (found.sensitivity.value, found.specificity.value) == (0.6, 0.6)
    assert [one.prevalence for one in found.predictive] == [0.01, 0.1, 0.5]


def test_at_the_prevalence_of_the_cases_they_are_precisions() -> None:
    generator = np.random.default_rng(0)
    shown = generator.integers(0, 3, 300)
    said = np.where(generator.uniform(size=300) < 0.8, shown, generator.integers(0, 3, 300))
    draws = draw_group_weights(range(300), seed=0)
    found = judge_any_finding(judged(shown.tolist(), said.tolist()), draws)
    assert found is not None
    ill, called = shown != 1, said != 1
    rare, own = found.predictive[0], found.predictive[-1]
    assert own.positive is not None
    assert own.negative is not None
    assert rare.positive is not None
    assert found.sensitivity.value == pytest.approx(reference.recall_score(ill, called), abs=1e-5)
    assert found.specificity.value == pytest.approx(reference.recall_score(~ill, ~called), abs=1e-5)
    assert own.positive.value == pytest.approx(reference.precision_score(ill, called), abs=1e-5)
    assert own.negative.value == pytest.approx(reference.precision_score(~ill, ~called), abs=1e-5)
    # Of 10,000 people 100 are ill.
    hits, alarms = 100 * found.sensitivity.value, 9900 * (1 - found.specificity.value)
    assert rare.positive.value == pytest.approx(hits / (hits + alarms), abs=1e-4)
    assert rare.positive.low < rare.positive.value < rare.positive.high


def test_a_faultless_model_is_not_sure_where_few_are_ill() -> None:
    """Thirty of thirty healthy ones are a specificity of 0.88 to 1: at 1 % most of the alarms might be false."""
    shown = [0] * 30 + [1] * 30
    found = judge_any_finding(judged(shown, list(shown)), draw_group_weights(range(60), seed=0))
    assert found is not None
    positive = found.predictive[0].positive
    assert positive is not None
    end = np.array([0.025 ** (1 / 30)])
    assert (positive.value, positive.high) == (1, 1)
    assert positive.low == pytest.approx(predictive_values(end, end, 0.01)[0][0], abs=1e-5)
    assert positive.low < 0.1


def test_an_answer_that_is_never_given_has_no_value() -> None:
    found = judge_any_finding(judged([0, 1, 2, 1], [1, 1, 1, 1]), draw_group_weights(range(4), seed=0))
    assert found is not None
    assert all(one.positive is None and one.negative is not None for one in found.predictive)


def test_heads_that_were_not_asked_and_labels_side_by_side() -> None:
    """Of several outputs the normal label's own head decides; of labels side by side, any other label is a finding."""
    heads = Task(kind="several_outputs", labels=LABELS, heads=(("none", "glioma"), ("pituitary",)), normal="none")
    targets = np.array([[0, 1, np.nan], [1, 0, 1], [np.nan, np.nan, 1]], dtype=np.float32)
    decided = np.array([[False, True, True], [True, False, False], [False, True, True]])
    draws = draw_group_weights(range(3), seed=0)
    found = judge_any_finding(JudgedCases(heads, targets, decided.astype(np.float32), decided), draws)
    assert found is not None
    assert (found.n, found.with_finding, found.sensitivity.value, found.specificity.value) == (2, 1, 1, 1)
    beside = Task(kind="multilabel", labels=LABELS, normal="none")
    targets = np.array([[0, 1, 0], [1, 0, 0], [1, 0, 1]], dtype=np.float32)
    said = np.array([[False, True, True], [False, False, True], [True, True, True]])
    found = judge_any_finding(JudgedCases(beside, targets, said.astype(np.float32), said), draws)
    assert found is not None
    assert (found.sensitivity.value, found.specificity.value) == (0.5, 0)


@pytest.mark.parametrize("shown", [[1, 1, 1], [0, 2, 0]])
def test_one_side_alone_tells_nothing(shown: list[int]) -> None:
    assert judge_any_finding(judged(shown, list(shown)), draw_group_weights(range(3), seed=0)) is None


def test_without_a_normal_label_there_is_no_finding() -> None:
    task = TASK.model_copy(update={"normal": None})
    assert judge_any_finding(judged([0, 1], [0, 1], task), draw_group_weights(range(2), seed=0)) is None
