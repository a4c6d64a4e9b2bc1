import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.base.errors import Refusal
from inference.contract.label_names import find_normal, label_rows, parse_label_names, read_label_names

NAMES = ("normal", "bacterial pneumonia", "viral pneumonia")


@pytest.mark.parametrize(
    "text",
    [
        "normal\nbacterial pneumonia\nviral pneumonia\n",
        "normal, bacterial pneumonia; viral pneumonia",
        "normal\tbacterial pneumonia\tviral pneumonia",
        "0: normal\r\n1: bacterial pneumonia\r\n2: viral pneumonia",
        "2,viral pneumonia\n0,normal\n1,bacterial pneumonia",
        "1. normal\n2. bacterial pneumonia\n3. viral pneumonia",
        json.dumps(NAMES),
        json.dumps(dict(enumerate(NAMES))),
        json.dumps({name: number for number, name in enumerate(NAMES)}),
    ],
)
def test_names_are_read_as_people_keep_them(text: str) -> None:
    assert parse_label_names(text) == NAMES


@pytest.mark.parametrize(
    "text", ["", " \n ", "a,,b", "[1, 2]", '{"a": 1, "b": 2}', "[", "a\nb\x07", "x" * 300, '{"a":[]}']
)
def test_what_is_no_list_of_names_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        parse_label_names(text)


@given(st.text(max_size=60))
def test_any_text_is_names_or_a_refusal(text: str) -> None:
    try:
        names = parse_label_names(text)
    except Refusal:
        return
    assert names
    assert all(name == name.strip() and name for name in names)


def test_a_file_of_names(tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_text("\ufeffnormal\nUnauffällig", encoding="utf-8")
    assert read_label_names(path) == ("normal", "Unauffällig")
    path.write_bytes(b"\xff\xfe\x00")
    for one in (path, tmp_path / "nowhere.txt"):
        with pytest.raises(Refusal, match="names of the classes"):
            read_label_names(one)


def test_the_normal_answer_is_known_by_its_words_alone() -> None:
    assert find_normal(("NORMAL", "tumour")) == "NORMAL"
    assert find_normal(("tumour", "no_finding")) == "no_finding"
    assert find_normal(("abnormal", "tumour")) is None
    assert find_normal(("normal", "healthy")) is None


def test_labels_keep_what_was_written() -> None:
    assert label_rows(["Bacterial  pneumonia"]) == [{"name": "Bacterial_pneumonia", "display": "Bacterial  pneumonia"}]
