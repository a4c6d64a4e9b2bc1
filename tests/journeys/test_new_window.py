"""File › New window: another window in a process of its own, which keeps what is hidden here hidden there."""

from pathlib import Path

from PySide6.QtCore import Qt

from tests.journeys.conftest import Launch, end_window_beside

CTRL = Qt.KeyboardModifier.ControlModifier


def test_another_window_opens_beside_this_one_which_goes_on(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    reader.key(Qt.Key.Key_N, CTRL)
    assert "--private" not in end_window_beside(reader)
    reader.until(lambda: reader.window.strip.message.text_whole == "Another window opens in a moment.")
    before = reader.place
    reader.wheel(-120)
    assert reader.place != before
    reader.until_ready()


def test_patient_data_that_is_hidden_here_is_hidden_there(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    reader.key(Qt.Key.Key_D)
    reader.key(Qt.Key.Key_N, CTRL)
    words = end_window_beside(reader)
    assert words[-2:] == ["--new-window", "--private"]
    assert str(ct) not in words
    reader.until_ready()
