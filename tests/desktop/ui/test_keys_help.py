"""The sheet of keys."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QScrollArea
from pytestqt.qtbot import QtBot

from desktop.state.commands import key_rows
from desktop.ui.dialogs.help import KeysDialog, spread_groups
from tests.desktop.ui import material


@pytest.fixture
def sheet(shown: Callable[[KeysDialog], KeysDialog]) -> KeysDialog:
    return shown(KeysDialog(material.KEYS))


def test_shows_every_key_title_and_group(sheet: KeysDialog) -> None:
    said = [label.text() for label in sheet.findChildren(QLabel)]
    for keys, title, group in material.KEYS:
        assert title in said
        assert group in said
        assert set(keys.split(" / ")) <= set(said)


def test_a_small_screen_shows_each_line_whole(shown: Callable[[KeysDialog], KeysDialog]) -> None:
    keys = list(key_rows(lambda command: command.keys, lambda gesture: gesture.keys))
    sheet = shown(KeysDialog(keys))
    (area,) = sheet.findChildren(QScrollArea)
    assert sheet.width() <= sheet.screen().availableSize().width()
    assert area.horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize(("key", "text"), [(Qt.Key.Key_Escape, ""), (Qt.Key.Key_Question, "?")])
def test_escape_and_its_own_key_close_it(sheet: KeysDialog, qtbot: QtBot, key: Qt.Key, text: str) -> None:
    if text:
        qtbot.keyClicks(sheet, text)
    else:
        qtbot.keyClick(sheet, key)
    assert not sheet.isVisible()


def test_groups_keep_their_order_and_none_is_lost() -> None:
    sizes = {"a": 9, "b": 2, "c": 8, "d": 1, "e": 4}
    columns = spread_groups(sizes, 3)
    assert [name for column in columns for name in column] == list(sizes)
    assert len(columns) <= 3
    assert all(columns)


def test_a_group_stands_in_the_column_of_its_middle() -> None:
    assert spread_groups({"a": 10, "b": 14, "c": 27}, 3) == [["a"], ["b"], ["c"]]
