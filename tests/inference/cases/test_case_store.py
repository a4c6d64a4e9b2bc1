"""What readers say of cases is kept, with its history, and makes the truth that `validate` reads."""

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from imaging.base.errors import Code, Refusal
from inference.cases.case_store import CANNOT_TELL, SCHEMA, CaseStore, GivenAnswer, Occasion
from inference.cases.labelled_truth import SettledBy, import_truth, settle_case, truth_of, write_truth_csv
from inference.cases.results import ModelResults, read_results
from inference.cases.truth import join_truth, read_truth
from tests.inference.cases.table_files import make_rows, write_table, write_truth

LABELS = ("normal", "bright")
PLACE = "/data/Roe_Jane/0001.dcm", "3"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "cases.sqlite"


@pytest.fixture
def store(path: Path) -> CaseStore:
    return CaseStore(path, patience=0.1)


@pytest.fixture
def results(tmp_path: Path) -> ModelResults:
    return read_results(write_table(tmp_path / "results.csv", make_rows(12)))[0]


def answer(reader: str, said: str | None, *, of: tuple[str, str] = PLACE, **more: object) -> GivenAnswer:
    return GivenAnswer(of, reader, said, **more)  # type: ignore[arg-type]


def test_history_says_who_when_and_what_before(store: CaseStore, path: Path) -> None:
    for said in ("normal", "bright", None, "normal"):
        store.add(LABELS, [answer("AB", said)])
    store.add(LABELS, [answer("CD", CANNOT_TELL, remark="blurred", seconds=2.5)])
    told = CaseStore(path).history(LABELS, [PLACE])[PLACE]
    assert [(one.given.reader, one.given.answer, one.before) for one in told] == [
        ("AB", "normal", None),
        ("AB", "bright", "normal"),
        ("AB", None, "bright"),
        ("AB", "normal", None),
        ("CD", CANNOT_TELL, None),
    ]
    assert all(one.at.endswith("+00:00") for one in told)
    assert (told[-1].given.remark, told[-1].given.seconds) == ("blurred", 2.5)
    assert [one.given.answer for one in store.answers(LABELS, [PLACE])[PLACE]] == ["normal", CANNOT_TELL]


def test_what_was_taken_back_does_not_count(store: CaseStore) -> None:
    store.add(LABELS, [answer("AB", "normal"), answer("AB", None)])
    assert store.answers(LABELS, [PLACE]) == {}


def test_keeping_an_answer_twice_doubles_nothing(store: CaseStore) -> None:
    said = answer("AB", "normal")
    for _ in range(2):
        store.add(LABELS, [said])
    assert len(store.history(LABELS, [PLACE])[PLACE]) == 1


def test_another_question_another_case(store: CaseStore) -> None:
    store.add(LABELS, [answer("AB", "normal")])
    assert store.answers(("normal", "fracture"), [PLACE]) == {}
    assert store.answers(LABELS, [("/data/other.dcm", "3"), (PLACE[0], "4")]) == {}


def test_neither_paths_nor_names_are_in_the_file(store: CaseStore, path: Path) -> None:
    store.add(LABELS, [answer("AB", "normal")])
    content = b"".join(one.read_bytes() for one in path.parent.iterdir())
    assert b"Roe" not in content
    assert b"0001.dcm" not in content


def test_a_damaged_store_is_put_aside_and_a_newer_one_left(store: CaseStore, path: Path) -> None:
    store.add(LABELS, [answer("AB", "normal")])
    path.write_bytes(path.read_bytes()[:5000])
    again = CaseStore(path)
    assert again.answers(LABELS, [PLACE]) == {}
    assert again.set_aside is not None
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    with pytest.raises(Refusal, match="store of labels was written by a newer") as refused:
        CaseStore(path).add(LABELS, [answer("AB", "bright")])
    assert refused.value.code is Code.UNSUPPORTED


@pytest.mark.parametrize(
    ("said", "label", "by"),
    [
        ([("AB", "normal")], "normal", SettledBy.ONE_READER),
        ([("AB", "normal"), ("CD", "normal")], "normal", SettledBy.AGREEMENT),
        ([("AB", "a+b"), ("CD", "b+a")], "a+b", SettledBy.AGREEMENT),
        ([("AB", "normal"), ("CD", "bright")], "", SettledBy.DISAGREEMENT),
        ([("AB", "normal"), ("CD", CANNOT_TELL)], "", SettledBy.DISAGREEMENT),
        ([("AB", CANNOT_TELL)], "", SettledBy.CANNOT_TELL),
    ],
)
def test_what_answers_come_to(store: CaseStore, said: list[tuple[str, str]], label: str, by: SettledBy) -> None:
    store.add(LABELS, [answer(*one) for one in said])
    settled = settle_case(store.answers(LABELS, [PLACE])[PLACE])
    assert settled is not None
    assert (settled.label, settled.by) == (label, by)


def test_an_adjudication_stands_above_all_and_a_study_is_no_truth(store: CaseStore) -> None:
    store.add(LABELS, [answer("AB", "bright", occasion=Occasion.WITH_MODEL, study="s", rating=5)])
    assert settle_case(store.answers(LABELS, [PLACE])[PLACE]) is None
    store.add(LABELS, [answer("AB", "normal"), answer("CD", "bright")])
    store.add(LABELS, [answer("EF", "bright", occasion=Occasion.ADJUDICATION)])
    settled = settle_case(store.answers(LABELS, [PLACE])[PLACE])
    assert settled is not None
    assert (settled.label, settled.by) == ("bright", SettledBy.ADJUDICATION)


def test_labels_are_the_truth_of_a_table(store: CaseStore, results: ModelResults, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="label some of them first"):
        truth_of(store, results)
    places = [row.place for row in results.rows]
    store.add(LABELS, [answer("AB", LABELS[n % 2], of=place) for n, place in enumerate(places[:8])])
    store.add(LABELS, [answer("CD", "normal", of=places[1]), answer("AB", CANNOT_TELL, of=places[8])])
    truth = truth_of(store, results)
    task = results.guess_task()
    targets = join_truth(truth, results, task).targets
    assert [row.labels for row in truth.rows] == [(LABELS[n % 2],) for n in (0, 2, 3, 4, 5, 6, 7)]
    assert truth.unlabelled == 2
    # As a file it says the same.
    out = tmp_path / "truth.csv"
    assert write_truth_csv(out, store.answers(LABELS, places)) == 7
    again = read_truth(out)
    assert again.unlabelled == 2
    np.testing.assert_array_equal(join_truth(again, results, task).targets, targets)
    assert "disagreement" in out.read_text(encoding="utf-8")


def test_a_truth_file_is_taken_in(store: CaseStore, results: ModelResults, tmp_path: Path) -> None:
    path = write_truth(tmp_path / "truth.csv", make_rows(12))
    found = import_truth(path, results, results.guess_task(), reader="registry")
    store.add(LABELS, found.answers)
    assert (len(found.answers), found.unknown, found.notes) == (12, (), ())
    assert len(truth_of(store, results).rows) == 12


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("path,label\n0001.png,normal\n0002.png,broken\n", "Line 3 of the truth has the label `broken`"),
        ("path,label\n0001.png,normal\n/data/0001.png,bright\n", "Lines 2 and 3 of the truth give one case two labels"),
        ("path,label\nnone.png,normal\n", "the first, line 2, does not"),
        ("file,label\n0001.png,normal\n", "A truth file has the column `label`"),
    ],
)
def test_a_truth_file_with_a_fault(results: ModelResults, tmp_path: Path, lines: str, said: str) -> None:
    path = tmp_path / "truth.csv"
    path.write_text(lines)
    with pytest.raises(Refusal, match=said):
        import_truth(path, results, results.guess_task(), reader="AB")


def test_unknown_lines_and_a_single_class_are_said(results: ModelResults, tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text("path,label\n0001.png,normal\nnone.png,normal\n0003.png,normal\n")
    found = import_truth(path, results, results.guess_task(), reader="AB")
    assert len(found.answers) == 2
    assert [one.message for one in found.unknown] == [
        "Line 3 of the truth names no row of the table that has probabilities."
    ]
    assert found.notes == ("Lines 2 to 4 all give the label `normal`; figures need cases of two labels at least.",)
