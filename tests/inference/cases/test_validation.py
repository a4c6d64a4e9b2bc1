"""Figures of one's own cases against scikit-learn; too few, subgroups, the card, and two models on the same cases."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from imaging.base.errors import Refusal
from inference.cases.comparison import compare_models, compare_with_card
from inference.cases.results import read_results
from inference.cases.truth import join_truth, read_truth
from inference.cases.validation import Validation, select_cases, validate_cases
from inference.contract.contract import Evaluation, Interval
from inference.statistics.bootstrap import draw_group_weights
from tests.inference.cases.table_files import make_rows, write_table, write_truth
from tests.inference.factory import make_contract


def validated(folder: Path, rows: list[dict], *, by_patient: bool = False, **truth: Any) -> list[Validation]:
    results = read_results(write_table(folder / "r.csv", rows))
    firsts = [row for row in rows if row["model_sha256"] == results[0].sha256]
    found = read_truth(write_truth(folder / "t.csv", firsts, **truth))
    return [
        validate_cases(select_cases(one, join_truth(found, one, task), task, by_patient=by_patient))
        for one in results
        for task in [one.guess_task()]
    ]


@settings(max_examples=8)
@given(st.integers(40, 120), st.integers(0, 1000))
def test_points_are_those_of_scikit_learn(count: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (found,) = validated(Path(folder), make_rows(count, seed=seed), seed=seed + 1)
    judged = found.cases.judged
    true, said = judged.targets[:, 1], judged.decided[:, 1]
    right, wrong = reference.recall_score(true, said), reference.recall_score(true, said, pos_label=0)
    wanted = {
        "auc": reference.roc_auc_score(true, judged.probabilities[:, 1]),
        "accuracy": reference.accuracy_score(true, said),
        "sensitivity": right,
        "specificity": wrong,
        "ppv": reference.precision_score(true, said),
        "npv": reference.precision_score(true, said, pos_label=0),
        "f1": reference.f1_score(true, said),
        "macro_f1": reference.f1_score(true, said, average="macro"),
        "kappa": reference.cohen_kappa_score(true, said),
    }
    for name, value in wanted.items():
        assert found.metrics[name].value == pytest.approx(value, abs=1e-9), name
        assert found.metrics[name].low <= value <= found.metrics[name].high
    assert [list(row[:2]) for row in found.matrix] == reference.confusion_matrix(true, said).tolist()


def test_figures_of_three_labels_are_means_over_them(tmp_path: Path) -> None:
    (found,) = validated(tmp_path, make_rows(150, ("a", "b", "c")))
    true, said = found.cases.judged.targets.argmax(axis=1), found.cases.judged.decided.argmax(axis=1)
    areas = [reference.roc_auc_score(true == one, found.cases.judged.probabilities[:, one]) for one in range(3)]
    assert found.metrics["auc"].value == pytest.approx(np.mean(areas), abs=1e-9)
    assert found.metrics["kappa"].value == pytest.approx(reference.cohen_kappa_score(true, said), abs=1e-9)
    assert "sensitivity" not in found.metrics
    assert any("No label is known to be the normal one" in note for note in found.notes)


def test_intervals_are_those_of_the_seeded_draws(tmp_path: Path) -> None:
    (found,) = validated(tmp_path, make_rows(80))
    draws = draw_group_weights([str(row.line) for row in found.cases.rows], seed=20261128)
    true, said = found.cases.judged.targets[:, 1] == 1, found.cases.judged.decided[:, 1]
    drawn = [(weights[true] @ said[true]) / weights[true].sum() for weights in draws.weights]
    low, high = np.percentile(drawn, (2.5, 97.5))
    assert found.metrics["sensitivity"].low == pytest.approx(low, abs=1e-12)
    assert found.metrics["sensitivity"].high == pytest.approx(high, abs=1e-12)


def test_persons_are_drawn_whole(tmp_path: Path) -> None:
    rows = make_rows(100)
    for first, second in zip(rows[::2], rows[1::2], strict=True):
        second |= {name: first[name] for name in first if name.startswith("p_") or name == "decision"}
    by_case, by_patient = (validated(tmp_path, rows, by_patient=flag, right=0.9)[0] for flag in (False, True))
    assert by_patient.persons == by_case.persons == 50
    assert len(set(by_patient.cases.groups)) == 50
    rows[3]["patient_key"] = ""
    assert validated(tmp_path, rows)[0].persons is None
    with pytest.raises(Refusal, match="line 5 of the table has none"):
        validated(tmp_path, rows, by_patient=True)


def test_too_few_cases_conclude_nothing(tmp_path: Path) -> None:
    (few,) = validated(tmp_path, make_rows(20))
    assert not few.is_enough
    assert few.notes[0].startswith("Too few cases to conclude anything: 20")
    assert [part.metrics for part in few.subgroups] == [None, None]
    rows = [row | {"decision": "normal"} for row in make_rows(12)]
    with pytest.raises(Refusal, match=r"All 12 cases of the truth are `normal`"):
        validated(tmp_path, rows)


def test_subgroups_are_judged_where_they_are_large_enough(tmp_path: Path) -> None:
    rows = make_rows(160)
    for row in rows[:20]:
        row["maker"] = "Rare"
    (found,) = validated(tmp_path, rows)
    parts = {(part.column, part.value): part for part in found.subgroups}
    assert {key: part.n for key, part in parts.items()} == {("sex", "F"): 80, ("sex", "M"): 80, ("maker", "Rare"): 20}
    assert parts["maker", "Rare"].metrics is None
    women = found.cases.at(np.arange(0, 160, 2))
    metrics = parts["sex", "F"].metrics
    assert metrics is not None
    expected = reference.roc_auc_score(women.judged.targets[:, 1], women.judged.probabilities[:, 1])
    assert metrics["auc"].value == pytest.approx(expected, abs=1e-9)


def test_what_was_left_open_counts_as_wrong(tmp_path: Path) -> None:
    rows = make_rows(60)
    results = read_results(write_table(tmp_path / "r.csv", rows))[0]
    truth = read_truth(write_truth(tmp_path / "t.csv", rows, right=1.0))
    for row in rows[:10]:
        row["decision"] = "ambiguous"
    results = read_results(write_table(tmp_path / "r.csv", rows))[0]
    task = results.guess_task()
    found = validate_cases(select_cases(results, join_truth(truth, results, task), task, by_patient=False))
    assert found.metrics["accuracy"].value == pytest.approx(50 / 60)
    assert sum(row[-1] for row in found.matrix) == 10
    assert found.metrics["ppv"].value == 1


def test_decisions_with_words_of_their_own_are_the_most_probable_label(tmp_path: Path) -> None:
    rows = make_rows(60)
    truth = read_truth(write_truth(tmp_path / "t.csv", rows, right=0.8))
    for row in rows:
        row["decision"] = "look_again"
    results = read_results(write_table(tmp_path / "r.csv", rows))[0]
    task = results.guess_task()
    found = validate_cases(select_cases(results, join_truth(truth, results, task), task, by_patient=False))
    assert found.metrics["accuracy"].value > 0.6
    assert any("most probable label was taken" in note for note in found.notes)


@pytest.mark.parametrize(("card", "real"), [((0.99, 0.985, 0.995), True), ((0.79, 0.74, 0.84), False)])
def test_the_card_stands_beside_and_says_whether_it_differs(
    tmp_path: Path, card: tuple[float, float, float], real: bool
) -> None:
    (found,) = validated(tmp_path, make_rows(200), right=0.5)
    value, low, high = card
    interval = Interval(value=value, low=low, high=high)
    stated = Evaluation(
        split="test", grouped_by="patient", n=500, macro_f1=interval, accuracy=interval, auc=None, labels={}
    )
    contract = make_contract().model_copy(update={"evaluation": (stated,)})
    against = compare_with_card(found, contract)
    assert against is not None
    assert (against.split, against.n, set(against.figures)) == ("test", 500, {"accuracy", "macro_f1"})
    assert against.figures["accuracy"].is_real is real
    (few,) = validated(tmp_path, make_rows(12), right=0.5)
    unsure = compare_with_card(few, contract)
    assert unsure is not None
    assert unsure.figures["accuracy"].is_real is None


def test_two_models_are_compared_on_the_cases_both_answered(tmp_path: Path) -> None:
    first = make_rows(120, seed=1)
    second = make_rows(130, seed=5, model="other", model_sha256="1" * 64)[10:]
    a, b = validated(tmp_path, first + second, right=0.9)
    found = compare_models(a, b)
    assert found is not None
    assert found.n == 110
    assert found.method == {"auc": "delong", "accuracy": "bootstrap", "macro_f1": "bootstrap", "ece": "bootstrap"}
    accuracy = found.differences["accuracy"]
    assert accuracy.is_real
    assert accuracy.difference == pytest.approx(accuracy.second - accuracy.first)
    apart = sum(x["decision"] != y["decision"] for x, y in zip(first[10:], second[:110], strict=True))
    assert len(found.disagreements) == apart
    same = compare_models(a, a)
    assert same is not None
    assert not any(one.is_real for one in same.differences.values())


def test_models_of_other_labels_are_not_compared(tmp_path: Path) -> None:
    (a,) = validated(tmp_path, make_rows(60))
    (b,) = validated(tmp_path, make_rows(60, ("a", "b", "c")))
    assert compare_models(a, b) is None
