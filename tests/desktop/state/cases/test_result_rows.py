"""Rows of a table as they are looked at: sorted, found, held against a threshold; and read in the background."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.jobs.cases.table_reading import read_table
from desktop.state.cases.batch_choice import BatchEnd
from desktop.state.cases.result_rows import ResultTable, RowArrangement, count_scores, shown_cell
from imaging.base.errors import Refusal
from imaging.base.progress import finish
from tests.inference.cases.table_files import make_rows, write_table

CELLS = st.sampled_from(["", "0.5", "0.25", "1", "x"])

ROWS = st.lists(st.tuples(st.text("abX", max_size=2), CELLS), max_size=20)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.text("abX", max_size=2), CELLS), max_size=20), st.booleans(), st.sampled_from(["", "a", "x"])
)
def test_rows_stand_as_they_are_wanted(rows: list[tuple[str, str]], descending: bool, text: str) -> None:
    table = ResultTable(Path("t.csv"), ("path", "p_a"), tuple(rows), tuple(range(2, len(rows) + 2)))
    assert table.arrange(RowArrangement(lines=frozenset({3, 99}))).tolist() == [1][: max(0, len(rows) - 1)]
    with_text = [number for number, row in enumerate(rows) if text in "\n".join(row).casefold()]
    assert table.arrange(RowArrangement(text=text)).tolist() == with_text
    by_name = table.arrange(RowArrangement("path", descending, text))
    names = [rows[number][0].casefold() for number in by_name]
    assert names == sorted(names, reverse=descending)
    by_score = table.arrange(RowArrangement("p_a", descending, text))
    scores = table.numbers("p_a")[by_score]
    known = scores[np.isfinite(scores)]
    assert known.tolist() == sorted(known.tolist(), reverse=descending)
    assert np.isnan(scores[len(known) :]).all(), "what is no number stands last"
    assert sorted(by_name.tolist()) == sorted(by_score.tolist()) == with_text
    reached = table.arrange(RowArrangement(score="p_a", threshold=0.5))
    assert [rows[number][1] for number in reached] == [row[1] for row in rows if row[1] in ("0.5", "1")]


def test_scores_are_counted_in_equal_parts() -> None:
    counts = count_scores(np.array([0.0, 0.01, 0.02, 0.999, 1.0, np.nan]))
    assert (counts[0], counts[1], counts[-1], counts.sum()) == (2, 1, 2, 5)


@pytest.mark.parametrize(
    ("text", "column", "shown"),
    [
        ("0.98765", "p_a", "0.988"), ("", "p_a", ""), ("/a/b/c.png", "path", "c.png"), ("a\\b", "path", "b"),
        ("normal", "decision", "normal"),
    ],
)  # fmt: skip
def test_cells_are_shortened_where_they_are_read(text: str, column: str, shown: str) -> None:
    assert shown_cell(text, column) == shown


def test_a_table_is_read_and_what_is_none_refused(tmp_path: Path) -> None:
    table = finish(read_table(write_table(tmp_path / "r.csv", make_rows(5))))
    assert (len(table.rows), table.scores, table.cell(2, "path")) == (5, ("p_normal", "p_bright"), "/data/0002.png")
    assert table.cell(0, "no such column") == ""
    with pytest.raises(Refusal, match="no table of results"):
        finish(read_table(write_table(tmp_path / "x.csv", [{"path": "x"}])))
    (tmp_path / "head.csv").write_text((tmp_path / "r.csv").read_text().splitlines()[0] + "\n")
    with pytest.raises(Refusal, match="no rows"):
        finish(read_table(tmp_path / "head.csv"))


def test_an_end_is_one_line() -> None:
    assert BatchEnd(Path("t"), 3, 6, 0).sentence == "Done: 3 slices scored, 6 rows added."
    assert "go on: 3 slices scored, 6 rows added, 2 without a finding" in BatchEnd(Path("t"), 3, 6, 2, True).sentence
