"""Settings on disk: Qt reads what we write, whatever stands in it, and what others wrote stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSettings

from desktop.state.settings import CORNER_TEXT, HEAT_CUT, RADIOLOGICAL, WINDOW, Settings, format_settings
from desktop.stored_settings import StoredSettings
from imaging.base.errors import Code, Refusal

NAMES = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz_"), min_size=1, max_size=12)
TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)


def file_of_settings() -> Path:
    return Path(QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "slicelens", "slicelens").fileName())


@pytest.fixture
def path() -> Iterator[Path]:
    """The file of settings, which is not there. Qt looks once in a process where it lies."""
    path = file_of_settings()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


@given(texts=st.dictionaries(NAMES, TEXTS, max_size=6))
def test_qt_reads_back_what_is_written(texts: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("settings") / "s.ini"
    path.write_text(format_settings(texts))
    read = QSettings(str(path), QSettings.Format.IniFormat)
    assert {name: read.value(name) for name in read.allKeys()} == texts


def test_settings_come_back_and_what_others_wrote_stays(path: Path) -> None:
    one = Settings(StoredSettings())
    one.set(CORNER_TEXT, "some")
    one.set(WINDOW, "1, 2, 3, 4, True")
    other = Settings(StoredSettings())
    other.set(HEAT_CUT, 0.5)
    one.set(RADIOLOGICAL, False)
    again = Settings(StoredSettings())
    told = (again.get(CORNER_TEXT), again.get(WINDOW), again.get(HEAT_CUT), again.get(RADIOLOGICAL))
    assert told == ("some", "1, 2, 3, 4, True", 0.5, False)
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("content", [b"\x00\xff\x13garbage", b"[Gen", b"\x8f" * 300])
def test_a_damaged_file_is_set_aside_and_said(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    aside = path.with_suffix(".damaged.ini")
    stored = StoredSettings()
    assert stored.refusal is not None
    assert str(aside) in stored.refusal.message
    assert aside.read_bytes() == content
    Settings(stored).set(HEAT_CUT, 0.5)
    again = StoredSettings()
    assert again.refusal is None
    assert Settings(again).get(HEAT_CUT) == 0.5
    aside.unlink()


def test_rows_that_this_program_does_not_know_stay(path: Path) -> None:
    path.write_text('[General]\nformat=1\nof_tomorrow="a, b"\nscale=1.5\n')
    Settings(StoredSettings()).set(HEAT_CUT, 0.5)
    text = path.read_text()
    assert 'of_tomorrow="a, b"\n' in text
    assert 'scale="1.5"\n' in text


def test_settings_of_a_newer_program_are_refused_and_left_alone(path: Path) -> None:
    path.write_text("[General]\nformat=99\n")
    with pytest.raises(Refusal) as refused:
        StoredSettings()
    assert refused.value.code is Code.UNSUPPORTED
    assert path.read_text() == "[General]\nformat=99\n"


def test_settings_that_cannot_be_written_hold_until_the_end(path: Path) -> None:
    path.mkdir()
    settings = Settings(StoredSettings())
    settings.set(CORNER_TEXT, "none")
    assert settings.get(CORNER_TEXT) == "none"
    path.rmdir()
