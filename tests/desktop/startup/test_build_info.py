"""Which program this is, from source and built, and what it consists of."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.startup import build_info
from desktop.startup.build_info import find_damage
from imaging.base.errors import Code, Refusal

FACTS = {
    "version": "3.1.4",
    "build": "0123456789ab+",
    "made": "2026-11-21",
    "edition": "lite",
    "system": "Linux x86_64",
}


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The resources of a program that was built."""
    (tmp_path / "build.json").write_text(json.dumps(FACTS))
    (tmp_path / "licences" / "numpy").mkdir(parents=True)
    (tmp_path / "licences" / "numpy" / "LICENSE.txt").write_text("BSD\n")
    (tmp_path / "licences" / "numpy" / "NOTICE.txt").write_text("Thanks\n")
    rows = [{"name": "numpy", "version": "2", "licence": "BSD", "texts": ["numpy/LICENSE.txt", "numpy/NOTICE.txt"]}]
    (tmp_path / "licences" / "index.json").write_text(json.dumps(rows))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(build_info, "resources_folder", lambda: tmp_path)
    build_info.edition.cache_clear()
    yield tmp_path
    build_info.edition.cache_clear()


def test_from_source_it_says_so() -> None:
    build_info.edition.cache_clear()
    found = build_info.edition()
    assert not found.is_built
    assert "from source" in found.line()
    assert found.name in ("lite", "full")
    assert find_damage() == ()


def test_a_built_program_reads_its_own_facts(built: Path) -> None:
    found = build_info.edition()
    assert found.is_built
    assert found.line() == "Slicelens 3.1.4 lite (0123456789ab+, 2026-11-21)"


@pytest.mark.usefixtures("built")
def test_a_built_program_without_a_list_of_files_is_damaged() -> None:
    with pytest.raises(Refusal) as caught:
        find_damage()
    assert caught.value.code is Code.DAMAGED


@pytest.mark.usefixtures("built")
def test_licences_of_a_built_program_come_with_their_texts() -> None:
    (part,) = build_info.list_licences()
    assert part.text() == "BSD\n\n\nThanks\n"


def test_licences_from_source_are_those_of_the_viewer() -> None:
    names = {part.name.lower() for part in build_info.list_licences()}
    assert {"numpy", "pydicom", "onnxruntime", "simpleitk"} <= names
    assert not {"torch", "pytest", "pyinstaller"} & names
    assert all(part.licence for part in build_info.list_licences())


def test_the_system_line_names_no_machine_and_no_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.node", lambda: "ward7-janes-pc")
    assert "ward7" not in build_info.system_line()
