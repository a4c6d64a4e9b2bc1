"""Keys are changed in their table by hand; the new key works at once and after the next start."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel

from desktop.state.settings import GESTURES, KEYS
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


def test_a_gesture_is_changed_at_once_and_after_the_next_start(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    editor = editor_of(reader)
    page = editor.gestures
    page.choose("slices", "Left")
    assert "belongs to “Window" in page.told.text()
    QTest.mouseClick(page.use, Qt.MouseButton.LeftButton)
    assert page.bindings.changed == {"slices": ("Left",), "window": ()}
    before = reader.place
    reader.drag(Qt.MouseButton.LeftButton, 0, 24)
    assert reader.place[0] == before[0] + 3
    reader.wheel(-120)
    assert reader.place[0] == before[0] + 3, "the wheel does nothing any more"
    page.choose("window", "Ctrl+Middle")
    assert "is free" in page.told.text()
    QTest.mouseClick(page.use, Qt.MouseButton.LeftButton)
    page.choose("window", "Wheel")
    assert not page.use.isEnabled()
    reader.window.menus.actions["keys"].trigger()
    sheet = reader.window.findChild(KeysDialog)
    assert sheet is not None
    said = [label.text() for label in sheet.findChildren(QLabel)]
    assert "Ctrl+Middle drag" in said
    assert "Ctrl+Wheel" in said
    assert "Wheel" not in said
    sheet.close()
    kept = reader.window._settings.get(GESTURES)
    again = launch(ct, kept={GESTURES.name: kept})
    again.until_open()
    assert "Left drag: slices" in again.window.strip.message.text_whole
    at = again.place[0]
    again.drag(Qt.MouseButton.LeftButton, 0, -24)
    assert again.place[0] == at - 3


def test_all_gestures_come_back(launch: Launch, ct: Path) -> None:
    reader = launch(ct, kept={GESTURES.name: '{"slices":[],"zoom":["Left"],"window":["Right"]}'})
    reader.until_open()
    editor = editor_of(reader)
    before = reader.place[0]
    reader.wheel(-120)
    assert reader.place[0] == before
    every = next(one for one in editor.findChild(QDialogButtonBox).buttons() if one.text() == "All as at first")  # type: ignore[union-attr]
    QTest.mouseClick(every, Qt.MouseButton.LeftButton)
    reader.wheel(-120)
    assert reader.place[0] == before + 1


def test_a_right_click_is_the_menu_whatever_the_drag_does(launch: Launch, ct: Path) -> None:
    reader = launch(ct, kept={GESTURES.name: '{"zoom":[],"window":["Right"]}'})
    reader.until_open()
    asked: list[object] = []
    reader.pane.menu_requested.connect(asked.append)
    before = reader.corner
    reader.drag(Qt.MouseButton.RightButton, 40, 0)
    assert asked == []
    assert reader.corner != before
    QTest.mousePress(reader.pane, Qt.MouseButton.RightButton)
    QTest.mouseRelease(reader.pane, Qt.MouseButton.RightButton)
    assert len(asked) == 1
    QApplication.activePopupWidget().close()  # type: ignore[union-attr]
