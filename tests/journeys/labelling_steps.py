"""The steps of labelling that several journeys take: begin, one key a case, end."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.state.cases.labelling import LabellingPurpose
from desktop.ui.cases.labelling_dialog import LabellingDialog
from desktop.ui.cases.labelling_window import LabellingWindow
from tests.journeys.conftest import Reader


def begin(
    reader: Reader, asked: LabellingDialog, name: str, purpose: LabellingPurpose | None = None
) -> LabellingWindow:
    """Start as a reader, and wait for the first case."""
    asked.reader.clear()
    QTest.keyClicks(asked.reader, name)
    if purpose is not None:
        asked.purpose.setCurrentIndex(asked.purpose.findData(purpose))
    QTest.mouseClick(asked.start, Qt.MouseButton.LeftButton)
    window = reader.until_asked(LabellingWindow)
    until_seen(reader, window)
    return window


def until_seen(reader: Reader, window: LabellingWindow) -> None:
    """Wait until a case is on screen."""
    reader.until(lambda: window.pane.picture is not None and not window.problem.text_whole)


def press(reader: Reader, window: LabellingWindow, key: Qt.Key) -> None:
    """Press a key on a case that is seen."""
    until_seen(reader, window)
    QTest.keyClick(window.pane, key)


def end(reader: Reader, window: LabellingWindow) -> None:
    """Wait until all cases are done and kept, then end."""
    reader.until(lambda: "All cases are done." in window.problem.text_whole)
    reader.until(lambda: not reader.program.jobs.is_busy())
    window.close()
