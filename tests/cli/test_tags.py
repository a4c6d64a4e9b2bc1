"""`slicelens tags`: the tree, what is found in it, the difference between two files."""

import json
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from desktop.cli import run
from tests.imaging.phantoms import l_values, write_series

PLAN = str(get_testdata_file("rtplan.dcm"))


def test_the_tree_as_lines_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tags", PLAN]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "(0010,0010) PN Patient's Name: Last^First^mid^pre" in lines
    at = lines.index("(300A,0010) SQ Dose Reference Sequence: 2 items")
    assert lines[at + 1 : at + 3] == ["  Item 1", "    (300A,0012) IS Dose Reference Number: 1"]
    assert run(["tags", PLAN, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["version"], document["format"], document["omitted"]) == (2, "dicom", 0)
    sequence = next(one for one in document["tags"] if one["keyword"] == "DoseReferenceSequence")
    assert [one["name"] for one in sequence["items"]] == ["Item 1", "Item 2"]
    assert sequence["items"][0]["items"][0] == {
        "number": "(300A,0012)",
        "name": "Dose Reference Number",
        "keyword": "DoseReferenceNumber",
        "kind": "IS",
        "value": "1",
        "private": False,
        "items": [],
    }


def test_what_is_found_stands_in_its_tree(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tags", PLAN, "--find", "dosereferencenumber"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("(300A,0010) SQ")
    assert not any("Patient's Name" in line for line in lines)
    assert run(["tags", PLAN, "--find", "no such thing"]) == 0
    assert "Nothing in this header holds" in capsys.readouterr().out


def test_the_difference_between_two_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_series(tmp_path, values=l_values())
    first, second = sorted(tmp_path.iterdir())[:2]
    assert run(["tags", str(first), "--diff", str(second), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    numbers = [one["number"] for one in document["differences"]]
    assert "(0008,0018)" in numbers
    assert "(0010,0010)" not in numbers
    assert run(["tags", str(first), "--diff", str(first)]) == 0
    assert "say the same" in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "code"), [(["."], "E_ARGUMENT"), (["nowhere.dcm"], "E_MISSING"), ([], "E_ARG")])
def test_what_is_no_file_is_refused(arguments: list[str], code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tags", *arguments, "--json"]) == 2
    printed = capsys.readouterr()
    assert code in printed.err
    assert json.loads(printed.out)["tags"] == []
