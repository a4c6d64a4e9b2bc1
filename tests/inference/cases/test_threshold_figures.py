"""The figures at every threshold are those that deciding by it would give."""

from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as reference

from inference.cases.results import read_results
from inference.cases.threshold_figures import ThresholdFigures, judge_thresholds, lines_at_threshold
from inference.cases.truth import join_truth, read_truth
from inference.cases.validation import ValidatedCases, lines_in_matrix, select_cases, validate_cases
from tests.inference.cases.table_files import make_rows, write_table, write_truth


def cases_of(folder: Path, count: int, *, by_patient: bool = True) -> ValidatedCases:
    rows = make_rows(count)
    (results,) = read_results(write_table(folder / "r.csv", rows))
    truth = read_truth(write_truth(folder / "t.csv", rows, right=0.8))
    task = results.guess_task()
    return select_cases(results, join_truth(truth, results, task), task, by_patient=by_patient)


@pytest.fixture
def found(tmp_path: Path) -> tuple[ValidatedCases, ThresholdFigures]:
    cases = cases_of(tmp_path, 240)
    return cases, judge_thresholds(cases, "bright", (0.4137,))


def test_every_figure_is_that_of_scikit_learn(found: tuple[ValidatedCases, ThresholdFigures]) -> None:
    cases, figures = found
    true, scores = cases.judged.targets[:, 1], cases.judged.probabilities[:, 1]
    for step in (0, 20, figures.nearest(0.4137), 70, len(figures.thresholds) - 1):
        said = scores >= np.float32(figures.thresholds[step])
        assert figures.counts[step].tolist() == reference.confusion_matrix(true, said).tolist()
        wanted = {
            "sensitivity": reference.recall_score(true, said),
            "specificity": reference.recall_score(true, said, pos_label=0),
            "accuracy": reference.accuracy_score(true, said),
            "f1": reference.f1_score(true, said),
        }
        for name, value in wanted.items():
            one = figures.figures[step][name]
            assert one.value == pytest.approx(value, abs=1e-9), name
            assert one.low <= value <= one.high
    assert figures.thresholds[figures.nearest(0.4137)] == 0.4137


def test_at_one_half_they_are_those_of_the_validation(found: tuple[ValidatedCases, ThresholdFigures]) -> None:
    cases, figures = found
    validation, step = validate_cases(cases), figures.nearest(0.5)
    for name in ("sensitivity", "specificity", "ppv", "npv", "accuracy", "f1"):
        assert figures.figures[step][name].ends == pytest.approx(validation.metrics[name].ends, abs=1e-9), name


def test_cells_name_the_cases_that_they_count(found: tuple[ValidatedCases, ThresholdFigures]) -> None:
    cases, figures = found
    validation, step = validate_cases(cases), figures.nearest(0.4137)
    for row in (0, 1):
        for column in (0, 1):
            lines = lines_at_threshold(cases, "bright", 0.4137, with_label=bool(row), reaches=bool(column))
            assert len(lines) == figures.counts[step, row, column]
            assert len(lines_in_matrix(cases, row, column)) == validation.matrix[row][column]
    wrong = lines_in_matrix(cases, 0, 1)
    told = {
        row.line: (row.cells["decision"], target) for row, target in zip(cases.rows, cases.judged.targets, strict=True)
    }
    assert all(told[line][0] == "bright" and told[line][1][0] == 1 for line in wrong)
