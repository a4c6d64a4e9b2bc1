"""Settings as rows of a table."""

import pytest

from desktop.state import settings as rows
from desktop.state.settings import (
    CORNER_TEXT,
    FORMAT,
    HEAT_OPACITY,
    RADIOLOGICAL,
    WINDOW,
    Setting,
    Settings,
)
from imaging.base.errors import Code, Refusal

SETTINGS = [row for row in vars(rows).values() if isinstance(row, Setting)]


def test_what_was_set_is_got() -> None:
    settings = Settings({})
    settings.set(RADIOLOGICAL, False)
    settings.set(HEAT_OPACITY, 0.25)
    settings.set(CORNER_TEXT, "some")
    settings.set(WINDOW, "12,34,900,600,0")
    assert settings.get(RADIOLOGICAL) is False
    assert settings.get(HEAT_OPACITY) == 0.25
    assert settings.get(CORNER_TEXT) == "some"
    assert settings.get(WINDOW) == "12,34,900,600,0"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("radiological", "yes"),
        ("heat_opacity", "much"),
        ("heat_opacity", "7"),
        ("heat_opacity", "nan"),
        ("corner_text", ""),
    ],
)
def test_a_text_that_is_no_value_counts_as_not_there(name: str, text: str) -> None:
    row = next(row for row in SETTINGS if row.name == name)
    assert Settings({name: text}).get(row) == row.default


def test_what_a_newer_version_added_stays_where_it_is() -> None:
    kept = {"format": "1", "loupe": "3", "corner_text": "some"}
    settings = Settings(kept)
    settings.require_known("here")
    settings.set(CORNER_TEXT, "none")
    assert kept == {"format": "1", "loupe": "3", "corner_text": "none"}


def test_settings_get_their_format_with_the_first_value() -> None:
    kept: dict[str, str] = {}
    settings = Settings(kept)
    settings.require_known("here")
    settings.set(RADIOLOGICAL, True)
    assert kept == {"format": str(FORMAT), "radiological": "True"}


def test_settings_in_a_newer_format_are_refused_and_left_alone() -> None:
    kept = {"format": str(FORMAT + 1), "radiological": "maybe"}
    with pytest.raises(Refusal) as caught:
        Settings(kept).require_known("/home/x/slicelens.ini")
    assert caught.value.code is Code.UNSUPPORTED
    assert "newer version" in caught.value.message
    assert "/home/x/slicelens.ini" in caught.value.message
    assert kept == {"format": str(FORMAT + 1), "radiological": "maybe"}


@pytest.mark.parametrize("text", ["", "-1", "0", "1", "one", "²"])
def test_a_format_that_is_no_newer_number_is_no_reason_not_to_start(text: str) -> None:
    Settings({"format": text}).require_known("here")


def test_no_setting_can_hold_a_path_or_a_name() -> None:
    free_text = [row.name for row in SETTINGS if isinstance(row.default, str) and not row.choices]
    # Whole numbers, and names of commands and gestures with their keys: nothing else is read from them
    # (`window_place.read_numbers`, `key_bindings.Bindings.read`). `trainer` is where a program lies, not a scan.
    assert free_text == ["window", "panels", "trainer", "gestures", "keys"]
