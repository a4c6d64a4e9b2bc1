"""Rows and their file: what a spreadsheet or a torn line could do to them."""

import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.base.csv_rows import read_rows
from imaging.base.errors import Code, Refusal
from imaging.base.progress import finish
from imaging.base.spreadsheet import defuse_formula, restore_text
from inference.batch.keys import KeyMaker, derive_salt, read_secret
from inference.batch.table import TableFile, age_band
from inference.cases.results import probability_columns
from tests.imaging.phantoms import write_series
from tests.reading import scan

COLUMNS = ("path", "p_a", "error")


@settings(max_examples=50)
@given(st.text())
def test_text_comes_back_and_is_no_formula(text: str) -> None:
    cell = defuse_formula(text)
    assert restore_text(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@settings(max_examples=40)
@given(rows=st.lists(st.lists(st.text(st.characters(codec="utf-8")), min_size=3, max_size=3)), cut=st.integers(0, 400))
def test_whatever_is_torn_off_whole_rows_stay(rows: list[list[str]], cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        file = TableFile(path, COLUMNS)
        for row in rows:
            file.add([row])
        file.close()
        head = len(",".join(COLUMNS)) + 1
        content = path.read_bytes()
        path.write_bytes(content[: max(head, len(content) - cut)])
        file = TableFile(path, COLUMNS)
        *whole, (end, _) = file.records()
        file.truncate(end)
        file.close()
        assert [cells for _, cells in whole] == rows[: len(whole)]
        assert content.startswith(path.read_bytes())
        read = [list(row.values()) for _, row in read_rows(path)]
        assert read == list(rows[: len(whole)])
        assert cut > 0 or len(whole) == len(rows)


def test_a_table_has_one_writer(tmp_path: Path) -> None:
    first = TableFile(tmp_path / "t.csv", COLUMNS)
    with pytest.raises(Refusal, match="Another program"):
        TableFile(tmp_path / "t.csv", COLUMNS)
    first.close()
    TableFile(tmp_path / "t.csv", COLUMNS).close()


def test_a_table_of_other_columns_does_not_go_on(tmp_path: Path) -> None:
    TableFile(tmp_path / "t.csv", COLUMNS).close()
    other = TableFile(tmp_path / "t.csv", ("path", "error"))
    with pytest.raises(Refusal, match="other columns"):
        list(other.records())
    other.close()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n3\n", "Line 3 has 1 cells; the first line has 2"),
        (b'a,b\n"1,2\n', "is not as a line of CSV"),
        (b"a,b\n\xff,2\n", "not text in UTF-8"),
        (b"", "empty"),
    ],
)
def test_what_is_no_table_is_a_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(Refusal, match=said):
        list(read_rows(path))
    with pytest.raises(Refusal) as refused:
        list(read_rows(tmp_path / "none.csv"))
    assert refused.value.code is Code.MISSING


def test_keys_are_those_of_a_salt(tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        write_series(
            tmp_path / str(number), PatientID=" p-7 " if number else "P-7", SeriesInstanceUID=f"1.2.{number}",
            StudyInstanceUID=f"1.3.{number}",
        )  # fmt: skip
    a, b = finish(scan([tmp_path])).series
    one, other = KeyMaker(b"1" * 32), KeyMaker(b"2" * 32)
    first, second = one.keys_of(a, a.frames[0]), one.keys_of(b, b.frames[0])
    assert first.patient == second.patient != ""
    assert first.study != second.study
    assert first.series != second.series
    assert len({one.keys_of(a, frame).sop for frame in a.frames}) == len(a.frames)
    assert set(vars(first).values()) & set(vars(other.keys_of(a, a.frames[0])).values()) == set()


def test_without_an_id_the_name_with_the_birth_date_tells_the_person_else_the_study(tmp_path: Path) -> None:
    told = [("Roe^Jane", ""), ("ROE^JANE", ""), ("Roe^Ann", ""), ("", "20010203"), ("", ""), ("", "")]
    for number, (name, birth) in enumerate(told):
        write_series(
            tmp_path / str(number), PatientID="", PatientName=name, PatientBirthDate=birth,
            SeriesInstanceUID=f"1.2.{number}", StudyInstanceUID=f"1.3.{max(number, 4)}",
        )  # fmt: skip
    series = sorted(finish(scan([tmp_path])).series, key=lambda one: one.frames[0].source.name)
    maker = KeyMaker(b"1" * 32)
    keys = [maker.keys_of(one, one.frames[0]).patient for one in series]
    assert all(keys)
    assert keys[0] == keys[1]
    assert len(set(keys[1:])) == len(keys) - 1


def test_a_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    path = tmp_path / "own" / "secret"
    secret = read_secret(path)
    assert read_secret(path) == secret
    assert len(secret) == 32
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o077 == 0
    assert derive_salt(secret, "a") == derive_salt(secret, "a") != derive_salt(secret, "b")
    assert derive_salt(secret, "a") != derive_salt(b"0" * 32, "a")
    path.write_bytes(b"short")
    assert len(read_secret(path)) == 32


def test_ages_are_tens_of_years() -> None:
    assert [age_band(years) for years in (None, 0.2, 9.99, 64.5, 100)] == ["", "0-9", "0-9", "60-69", "100-109"]


def test_labels_are_told_by_their_columns() -> None:
    assert probability_columns(("path", "p_a", "p_b c", "error")) == {"a": "p_a", "b c": "p_b c"}
