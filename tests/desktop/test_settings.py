"""Settings as rows of a table."""

import pytest

from desktop.settings import CORNER_TEXT, HEAT_OPACITY, MODEL, RADIOLOGICAL, SETTINGS, Memory, Settings


def test_what_was_set_is_got() -> None:
    settings = Settings(Memory({}))
    settings.set(RADIOLOGICAL, False)
    settings.set(HEAT_OPACITY, 0.25)
    settings.set(CORNER_TEXT, "some")
    settings.set(MODEL, "pneumonia-cxr")
    assert settings.get(RADIOLOGICAL) is False
    assert settings.get(HEAT_OPACITY) == 0.25
    assert settings.get(CORNER_TEXT) == "some"
    assert settings.get(MODEL) == "pneumonia-cxr"


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
    assert Settings(Memory({name: text})).get(row) == row.default


def test_no_setting_can_hold_a_path_or_a_name() -> None:
    free_text = [row.name for row in SETTINGS if isinstance(row.default, str) and not row.choices]
    assert free_text == ["model"]
