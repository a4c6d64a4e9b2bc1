"""Keys are changed in their table by hand; the new key works at once and after the next start."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox

from desktop.state.settings import KEYS
from desktop.ui.dialogs.help import KeysDialog
from desktop.ui.dialogs.key_editor import KeyEditor
from tests.journeys.conftest import Launch, Reader


def editor_of(reader: Reader) -> KeyEditor:
    reader.window.menus.actions["change_keys"].trigger()
    found = reader.window.findChild(KeyEditor)
    assert found is not None
    assert found.isVisible()
    return found


def is_inverted(reader: Reader) -> bool:
    assert reader.program.view is not None
    return reader.program.view.state.inverted


def test_a_key_is_taken_and_comes_back(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    editor = editor_of(reader)
    editor.choose("invert")
    QTest.keyClick(editor.key, Qt.Key.Key_F)
    assert "belongs to “Fit to the pane”" in editor.told.text()
    QTest.mouseClick(editor.use, Qt.MouseButton.LeftButton)
    assert editor.bindings.changed == {"invert": ("F",), "fit": ()}
    reader.key(Qt.Key.Key_F)
    assert is_inverted(reader)
    reader.key(Qt.Key.Key_I)
    assert is_inverted(reader), "the old key does nothing any more"
    reader.key(Qt.Key.Key_Question)
    sheet = reader.window.findChild(KeysDialog)
    assert sheet is not None
    sheet.close()

    every = next(one for one in editor.findChild(QDialogButtonBox).buttons() if one.text() == "All as at first")  # type: ignore[union-attr]
    QTest.mouseClick(every, Qt.MouseButton.LeftButton)
    reader.key(Qt.Key.Key_I)
    assert not is_inverted(reader)
    assert reader.window.menus.actions["fit"].shortcut().toString() == "F"


def test_changed_keys_hold_after_the_next_start_and_stand_on_the_buttons(launch: Launch, ct: Path) -> None:
    reader = launch(ct, kept={KEYS.name: '{"analyse":["Ctrl+K"],"heat":[]}'})
    reader.until_open()
    assert reader.window.model.analyse.text() == "Analyse   Ctrl+K"
    assert reader.window.model.heat.toggle.text() == "Heatmap"
