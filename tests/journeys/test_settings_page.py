"""The page of settings: what is chosen there takes effect at once, and is kept."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QWidget

from desktop.state.settings import CORNER_TEXT, MEMORY, RADIOLOGICAL, SCALE, THEME
from desktop.ui.dialogs.settings import SettingsDialog
from desktop.ui.widgets.theme import SCALES, THEMES, apply_theme, colours, scale_of_app
from tests.journeys.conftest import Launch, Reader


def budget(reader: Reader) -> int:
    assert reader.program.document is not None
    return reader.program.document.reading.policy.memory_budget()


def page_of(reader: Reader) -> SettingsDialog:
    reader.key(Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    page = reader.window.findChild(SettingsDialog)
    assert page is not None
    assert page.isVisible()
    return page


def choose(page: SettingsDialog, row: int) -> None:
    page.memory.setCurrentIndex(row)
    page.memory.activated.emit(row)


def test_a_key_opens_it_and_the_window_stays_usable(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    page = page_of(reader)
    assert not page.isModal()
    before = reader.place
    reader.wheel(-120)
    assert reader.place != before
    assert page_of(reader) is page
    QTest.mouseClick(
        page.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Close),  # type: ignore[union-attr]
        Qt.MouseButton.LeftButton,
    )
    assert not page.isVisible()


def test_the_memory_budget(launch: Launch) -> None:
    reader = launch()
    reader.until_ready()
    settings = reader.window._settings
    page = page_of(reader)
    assert page.memory.currentIndex() == 0
    assert not page.mebibytes.isVisible()
    automatic = budget(reader)
    choose(page, 1)
    assert page.mebibytes.isVisible()
    # What is offered first is about what was automatic, so that nothing jumps.
    assert settings.get(MEMORY) == page.mebibytes.value()
    # What is free changes from moment to moment, with all that the machine does.
    assert abs(automatic - budget(reader)) < automatic / 2
    page.mebibytes.selectAll()
    QTest.keyClicks(page.mebibytes, "700")
    QTest.keyClick(page.mebibytes, Qt.Key.Key_Return)
    assert settings.get(MEMORY) == 700
    assert budget(reader) == 700 * 2**20
    choose(page, 0)
    assert settings.get(MEMORY) == 0
    assert budget(reader) > 700 * 2**20


def test_a_budget_that_was_set_is_shown(launch: Launch) -> None:
    reader = launch()
    reader.until_ready()
    reader.window._settings.set(MEMORY, 48)
    page = page_of(reader)
    assert page.mebibytes.value() == 48
    assert page.memory.currentIndex() == 1
    assert reader.window._settings.get(MEMORY) == 48


def test_size_corner_text_and_side(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    settings = reader.window._settings
    page = page_of(reader)
    assert page.side.isChecked()
    page.corners.setCurrentIndex(page.corners.findData("none"))
    page.corners.activated.emit(page.corners.currentIndex())
    assert reader.pane.writing.level == settings.get(CORNER_TEXT) == "none"
    QTest.mouseClick(page.side, Qt.MouseButton.LeftButton, pos=page.side.rect().center())
    page.side.click() if page.side.isChecked() else None
    assert settings.get(RADIOLOGICAL) is False
    assert not reader.window.menus.actions["radiological"].isChecked()
    row = SCALES.index(1.25)
    page.scale.setCurrentIndex(row)
    page.scale.activated.emit(row)
    assert settings.get(SCALE) == scale_of_app() == 1.25
    page.scale.activated.emit(SCALES.index(1.0))
    assert scale_of_app() == 1.0


def test_the_page_follows_keys_and_menus(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    page = page_of(reader)
    reader.window.menus.actions["radiological"].trigger()
    assert not page.side.isChecked()
    page.close()
    reader.key(Qt.Key.Key_T)
    assert page_of(reader).corners.currentData() == "some"


def test_every_control_has_a_name_for_screen_readers(launch: Launch) -> None:
    reader = launch()
    reader.until_ready()
    page = page_of(reader)
    controls: list[QWidget] = [page.memory, page.mebibytes, page.scale, page.corners, page.side]
    assert all(control.accessibleName() for control in controls)


def test_the_colours_change_at_once_and_hold_after_the_next_start(launch: Launch, qapp: QApplication) -> None:
    reader = launch()
    reader.until_ready()
    page = page_of(reader)
    page.theme.setCurrentIndex(page.theme.findData("light"))
    page.theme.activated.emit(page.theme.currentIndex())
    assert reader.window._settings.get(THEME) == "light"
    shown = reader.window.grab().toImage().pixelColor(4, reader.window.height() // 2)
    assert shown.lightness() > 200
    again = launch(kept={THEME.name: "dim"})
    assert colours() == THEMES["dim"]
    assert again.window.grab().toImage().pixelColor(4, again.window.height() // 2).lightness() < 40
    apply_theme(qapp, theme="dark")
