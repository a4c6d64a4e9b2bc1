"""Tables and truth files: what fits together, and the sentence with its line where something does not."""

from pathlib import Path

import numpy as np
import pytest

from imaging.base.errors import Refusal
from inference.cases.results import read_results
from inference.cases.truth import join_truth, read_truth
from tests.inference.cases.table_files import make_rows, write_table


def join(tmp_path: Path, rows: list[dict], truth: list[dict]) -> tuple[list[list[float]], int]:
    (results,) = read_results(write_table(tmp_path / "r.csv", rows))
    joined = join_truth(read_truth(write_table(tmp_path / "t.csv", truth)), results, results.guess_task())
    return joined.targets.tolist(), len(joined.unknown)


@pytest.mark.parametrize(
    "named",
    [{"path": "/data/0001.png"}, {"path": "0001.png"}, {"path": "data\\0001.png"}, {"sop_key": "s1"}],
)
def test_a_case_is_named_by_path_by_the_end_of_its_path_or_by_key(tmp_path: Path, named: dict[str, str]) -> None:
    targets, unknown = join(tmp_path, make_rows(3), [named | {"label": "bright"}])
    assert targets[1] == [0, 1]
    assert np.isnan(targets[0]).all()
    assert unknown == 0


def test_a_slice_narrows_and_a_person_widens(tmp_path: Path) -> None:
    rows = make_rows(4)
    for number, row in enumerate(rows):
        row |= {"path": "/data/ct.nii", "slice": number}
    targets, _ = join(tmp_path, rows, [{"path": "ct.nii", "slice": "2", "label": "normal"}])
    assert [not np.isnan(row[0]) for row in targets] == [False, False, True, False]
    targets, _ = join(tmp_path, rows, [{"patient_key": "p1", "label": "bright"}])
    assert [not np.isnan(row[0]) for row in targets] == [False, False, True, True]


def test_an_end_that_two_files_share_names_neither(tmp_path: Path) -> None:
    rows = make_rows(2)
    rows[0]["path"], rows[1]["path"] = "/a/x.png", "/b/x.png"
    targets, unknown = join(
        tmp_path, rows, [{"path": "x.png", "label": "normal"}, {"path": "b/x.png", "label": "bright"}]
    )
    assert np.isnan(targets[0]).all()
    assert targets[1] == [0, 1]
    assert unknown == 1


def test_labels_that_do_not_compete_may_be_several_or_none(tmp_path: Path) -> None:
    rows = make_rows(3)
    for row in rows:
        row |= {"p_normal": "0.9", "p_bright": "0.8"}
    truth = [{"path": "0000.png", "label": "normal+bright"}, {"path": "0001.png", "label": "none"}]
    targets, _ = join(tmp_path, rows, truth)
    assert targets[:2] == [[1, 1], [0, 0]]


@pytest.mark.parametrize(
    ("truth", "said"),
    [
        (
            [{"path": "0000.png", "label": "dark"}],
            "Line 2 of the truth has the label `dark`; those of the model",
        ),
        (
            [{"path": "0000.png", "label": "bright"}, {"path": "/data/0000.png", "label": "normal"}],
            "Lines 2 and 3 of the truth give one case two labels: `bright` and `normal`",
        ),
        ([{"path": "none.png", "label": "bright"}], "No line of the truth names a row of the table; the first, line 2"),
        ([{"file": "0000.png", "label": "bright"}], "has the column `label`, and `path` or one of"),
        ([{"path": "", "label": "bright"}], "Line 2 of the truth names no case"),
        ([{"path": "0000.png", "label": " "}], "no line with a label"),
        ([{"path": "0000.png", "label": "bright+normal"}], "Line 2 of the truth has several labels"),
    ],
)
def test_a_bad_truth_is_a_sentence_with_its_line(tmp_path: Path, truth: list[dict], said: str) -> None:
    with pytest.raises(Refusal) as refused:
        join(tmp_path, make_rows(3), truth)
    assert said in refused.value.message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"p_bright": "nan"}, "Line 3 has a probability that is no number from 0 to 1"),
        ({"p_bright": "high"}, "Line 3 has a probability"),
        ({"p_bright": "1.5"}, "Line 3 has a probability"),
        ({"p_bright": ""}, "Line 3 has other probabilities than the rows of its model"),
    ],
)
def test_a_bad_table_is_a_sentence_with_its_line(tmp_path: Path, change: dict[str, str], said: str) -> None:
    rows = make_rows(3)
    rows[1] |= change
    with pytest.raises(Refusal) as refused:
        read_results(write_table(tmp_path / "r.csv", rows))
    assert said in refused.value.message


def test_what_is_no_table_of_batch_says_which_column_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="the column slice, model, model_sha256, status, standing, decision is missing"):
        read_results(write_table(tmp_path / "r.csv", [{"path": "x", "p_a": "1"}]))
    with pytest.raises(Refusal, match="no row with probabilities"):
        read_results(write_table(tmp_path / "r.csv", [row | {"status": "skipped"} for row in make_rows(2)]))


def test_models_of_one_table_are_told_apart_and_skipped_rows_left_out(tmp_path: Path) -> None:
    rows = make_rows(4) + make_rows(4, ("a", "b", "c"), model="other", model_sha256="1" * 64)
    rows.append(dict.fromkeys(rows[0], "") | {"path": "notes.txt", "status": "skipped"})
    first, second = read_results(write_table(tmp_path / "r.csv", rows))
    assert (first.model, first.labels, len(first.rows)) == ("tiny", ("normal", "bright"), 4)
    assert (second.model, second.labels, second.probabilities.shape) == ("other", ("a", "b", "c"), (4, 3))
    assert second.rows[0].line == 6
