"""A person asks why the slice looks as it does."""

from pathlib import Path

from pydicom.data import get_testdata_file
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from tests.journeys.conftest import Launch


def test_the_panel_tells_and_follows_the_wheel(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    reader.qtbot.keyClick(reader.pane, Qt.Key.Key_W)
    panel = reader.window.why
    reader.until(lambda: "Rescale Slope" in panel.text())
    assert "stored × 1 − 100" in panel.text()
    assert "Slice 6 of 10" in panel._heading.text()
    reader.wheel(-120)
    reader.until(lambda: "Slice 7 of 10" in panel._heading.text())
    panel.copy_button.click()
    assert QGuiApplication.clipboard().text() == panel.text()
    assert "Roe" not in panel.text()
    reader.qtbot.keyClick(reader.pane, Qt.Key.Key_I)
    reader.until(lambda: "Inverted" in panel.text())
    assert "Turned on screen" not in panel.text()
    reader.qtbot.keyClick(reader.pane, Qt.Key.Key_R)
    reader.until(lambda: "turned clockwise by 90°" in panel.text())
    reader.qtbot.keyClick(reader.pane, Qt.Key.Key_W)
    assert not panel.isVisible()


def test_drawings_of_the_file_are_taken_away_and_brought_back(launch: Launch) -> None:
    reader = launch(get_testdata_file("examples_overlay.dcm", download=False))
    reader.until_open()
    action = reader.window.menus.actions["drawings"]
    assert action.isEnabled()
    assert action.isChecked()
    drawn = reader.pixels()
    reader.qtbot.keyClick(reader.pane, Qt.Key.Key_G)
    reader.until(lambda: not action.isChecked())
    without = reader.pixels()
    assert (drawn != without).any()
    reader.qtbot.keyClick(reader.pane, Qt.Key.Key_G)
    reader.until(action.isChecked)
    assert (reader.pixels() == drawn).all()
