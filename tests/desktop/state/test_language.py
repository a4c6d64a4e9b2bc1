"""What is said in the window's language, whatever makes the look-up."""

from collections.abc import Iterator
from pathlib import PurePath

import pytest

from desktop.state.texts.language import hide_paths, show_path, tr, use_translation
from imaging.base.english import english
from imaging.base.errors import Code, Refusal

GERMAN = {
    "The file is empty.": "Die Datei ist leer.",
    "{n} of {all} slices": "{all} Schichten, davon {n}",
    "Not read: {why}": "Nicht gelesen: {why}",
}


@pytest.fixture(autouse=True)
def _german() -> Iterator[None]:
    use_translation(lambda source, comment, count: f"%n ({count})" if count >= 0 else GERMAN.get(source))
    yield
    use_translation(None)


def test_a_sentence_and_its_facts() -> None:
    assert tr("The file is empty.") == "Die Datei ist leer."
    assert tr("{n} of {all} slices", n=2, all=9) == "9 Schichten, davon 2"
    assert tr("%n slice(s)", "", 3) == "3 (3)"
    assert tr("No German for this.") == "No German for this."


def test_a_refusal_is_said_with_its_facts() -> None:
    why = english("{n} of {all} slices", n=1, all=4)
    refusal = Refusal(Code.HEADER, english("Not read: {why}", why=why))
    assert refusal.message == "Not read: 1 of 4 slices"
    assert tr(refusal.message) == "Nicht gelesen: 4 Schichten, davon 1"
    assert tr(Refusal(Code.EMPTY).message) == "Die Datei ist leer."


def test_without_a_translation_it_is_english() -> None:
    use_translation(None)
    assert tr("%n entr(y|ies) of {name}", "", 1, name="a") == "1 entry of a"


def test_paths_are_left_out_while_patient_data_is_hidden() -> None:
    why = english("Not read: {why}", why=english("{path} is gone", path=PurePath("Roe")))
    assert tr(why) == "Nicht gelesen: Roe is gone"
    hide_paths(True)
    try:
        assert tr(why) == "Nicht gelesen: … is gone"
        assert show_path("Roe") == "…"
    finally:
        hide_paths(False)
    assert show_path("Roe") == "Roe"
