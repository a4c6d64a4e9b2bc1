"""The table of commands: its keys, its handlers, its place in menus and help."""

from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence

from desktop.controllers.document import DocumentController
from desktop.controllers.model import ModelController
from desktop.controllers.view import ViewController
from desktop.state.commands import COMMANDS, GESTURES, PRESETS, Command, command, key_rows, shown_key
from desktop.ui.main_window import MainWindow

TARGETS = {
    "main_window": MainWindow,
    "document": DocumentController,
    "view": ViewController,
    "model": ModelController,
}


def test_ids_and_keys_are_used_once() -> None:
    for what in ([row.id for row in COMMANDS], [key for row in COMMANDS for key in row.keys]):
        assert [name for name, count in Counter(what).items() if count > 1] == []


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.id)
def test_every_handler_is_there(row: Command) -> None:
    target, _, method = row.handler.partition(".")
    assert callable(getattr(TARGETS[target], method))


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.id)
def test_every_key_is_one_that_qt_knows(row: Command) -> None:
    for key in row.keys:
        assert not QKeySequence(key).isEmpty()
        assert "Unknown" not in QKeySequence(key).toString()


def test_the_reading_rooms_keys() -> None:
    keys = {key for row in COMMANDS for key in row.keys}
    assert keys >= set("0123456IRHVEF?,.") | {"Shift+R", "Up", "Down", "Left", "Right", "Shift+Up", "Shift+Down"}
    assert keys >= {"PgUp", "PgDown", "Home", "End", "Ctrl+Return", "Esc"}


def test_presets_are_those_of_the_reading_room() -> None:
    assert [(width, centre) for _, _, width, centre in PRESETS] == [
        (400, 40), (1500, -600), (2500, 480), (80, 40), (400, 80), (150, 90),
    ]  # fmt: skip
    assert command("preset_3").argument == (-600, 1500)


def test_help_shows_every_command_with_a_key_and_every_gesture() -> None:
    rows = list(key_rows())
    assert len(rows) == len(GESTURES) + sum(1 for row in COMMANDS if row.keys)
    assert all(keys and title and group for keys, title, group in rows)


@pytest.mark.parametrize(
    ("key", "shown"), [("PgDown", "PgDn"), ("Ctrl+Return", "Ctrl+Enter"), ("Shift+Up", "Shift+↑"), ("Ctrl++", "Ctrl++")]
)
def test_keys_as_they_stand_on_the_keyboard(key: str, shown: str) -> None:
    assert shown_key(key) == shown
