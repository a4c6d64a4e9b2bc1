"""What journeys share: the real program, started as `slicelens` starts it, and the inputs that people bring."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import nibabel
import numpy as np
import psutil
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from desktop.app import Program, start
from desktop.cli.parser import parse_launch
from desktop.startup import crash_reports
from desktop.state.settings import LANGUAGE, Settings
from desktop.state.texts.language import hide_paths, use_translation
from desktop.ui.slice_view.pane_text import PaneText
from desktop.ui.slice_view.slice_view import SliceView
from inference.bundle.catalog import user_models_folder
from tests.imaging.phantoms import l_values, write_series
from tests.inference.factory import make_bundle
from tests.reading import POOL

PATIENCE_MS = 120_000
"""How long something may take to be seen on a machine that has much else to do; nothing waits longer than it must."""
Launch = Callable[..., "Reader"]
Dialog = TypeVar("Dialog", bound=QDialog)


class SettingsKept(dict[str, str]):
    """Settings of one start; `__setitem__` is its own, so that writing can be counted."""

    def __setitem__(self, name: str, text: str) -> None:
        super().__setitem__(name, text)


class Reader:
    """A person before the window: sees what is shown, uses wheel, mouse and keys."""

    def __init__(self, program: Program, qtbot: QtBot) -> None:
        self.program = program
        self.window = program.main_window
        self.qtbot = qtbot

    @property
    def pane(self) -> SliceView:
        """The active pane."""
        return self.window.slice_view

    def until(self, seen: Callable[[], object]) -> None:
        """Wait until something is seen."""
        self.qtbot.waitUntil(lambda: bool(seen()), timeout=PATIENCE_MS)

    def until_ready(self) -> None:
        """Wait until everything is loaded and nothing runs."""
        self.until(lambda: self.program.model is not None and not self.program.jobs.is_busy())

    def until_open(self) -> None:
        """Wait until a series is on screen, read whole."""
        self.until(lambda: self.program.view is not None and self.program.view.volume is not None)
        self.until_ready()

    def open(self, *paths: Path) -> None:
        """Drop something on the window."""
        self.window.paths_requested.emit(list(paths))
        self.qtbot.wait(1)
        self.until_ready()

    def dialog(self, kind: type[Dialog]) -> Dialog | None:
        """The dialog of a kind that is on screen, if there is one."""
        return next((one for one in self.window.findChildren(kind) if one.isVisible()), None)

    def until_asked(self, kind: type[Dialog]) -> Dialog:
        """Wait until a dialog of a kind is on screen."""
        self.until(lambda: self.dialog(kind) is not None)
        found = self.dialog(kind)
        assert found is not None
        return found

    @property
    def place(self) -> tuple[int, int]:
        """(slice, phase) on screen."""
        assert self.program.view is not None
        return self.program.view.state.index, self.program.view.state.phase

    @property
    def corner(self) -> str:
        """All corner text."""
        picture = self.pane.picture
        assert picture is not None
        assert picture.corners is not None
        corners = picture.corners
        return "\n".join((*corners.top_left, *corners.top_right, *corners.bottom_left, *corners.bottom_right))

    def pixels(self, *, scale_bar: bool = False) -> np.ndarray:
        """The pane as it is painted, without its text: RGB [y, x, 3]."""
        writing, self.pane.writing = self.pane.writing, PaneText("none", has_scale_bar=scale_bar)
        picture = self.pane.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        self.pane.writing = writing
        lines = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), picture.bytesPerLine())
        return lines[:, : picture.width() * 3].reshape(picture.height(), picture.width(), 3).copy()

    def wheel(self, angle: int, *, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Turn the wheel over the pane; -120 is one notch toward the person."""
        at = QPointF(self.pane.width() / 2, self.pane.height() / 2)
        event = QWheelEvent(
            at, self.pane.mapToGlobal(at), QPoint(), QPoint(0, angle), Qt.MouseButton.NoButton, modifiers,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self.pane, event)

    def drag(self, button: Qt.MouseButton, right: int, down: int) -> None:
        """Drag over the pane."""
        begin = self.pane.rect().center()
        self.qtbot.mousePress(self.pane, button, pos=begin)
        for share in (0.25, 0.5, 1.0):
            self.qtbot.mouseMove(self.pane, begin + QPoint(round(right * share), round(down * share)))
        self.qtbot.mouseRelease(self.pane, button, pos=begin + QPoint(right, down))

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key."""
        # On Windows a window takes a turn of the event loop to become the one that keys go to.
        self.until(lambda: QApplication.activeWindow() is not None)
        self.qtbot.keyClick(self.pane, key, modifiers)
        if key in (Qt.Key.Key_E, Qt.Key.Key_Z):
            # No finger is faster: a press within 60 ms of a release is how X11 repeats a key that is held.
            self.qtbot.wait(80)


def end_window_beside(reader: Reader) -> list[str]:
    """Wait for a window in a process of its own, end it, and return its command line.

    It is known by the trace that the program leaves while it runs.
    """
    traces: list[Path] = []

    def is_there() -> bool:
        traces[:] = crash_reports.reports_folder().glob("running-*.txt")
        return bool(traces)

    reader.until(is_there)
    (trace,) = traces
    window = psutil.Process(int(trace.stem.rpartition("-")[2]))
    words = window.cmdline()
    window.kill()
    reader.until(lambda: not window.is_running() or window.status() == psutil.STATUS_ZOMBIE)
    trace.unlink()
    return words


@pytest.fixture
def launch(qtbot: QtBot) -> Iterator[Launch]:
    """Starts the program with the arguments of a command line and the settings kept, and ends it after the test."""
    programs: list[Program] = []

    def launched(*arguments: object, kept: dict[str, str] | None = None) -> Reader:
        # Whatever the machine speaks; a test in German says so.
        kept = {LANGUAGE.name: "english"} | (kept or {})
        request = parse_launch([str(argument) for argument in arguments])
        program = start(request, Settings(SettingsKept(kept)), POOL)
        programs.append(program)
        qtbot.waitExposed(program.main_window)
        program.main_window.activateWindow()
        return Reader(program, qtbot)

    yield launched
    use_translation(None)
    hide_paths(False)
    for program in programs:
        program.shut_down()
        program.deleteLater()


@pytest.fixture
def ct(tmp_path: Path) -> Path:
    """A folder with an axial CT series of 10 slices; the names say nothing of the order."""
    folder = tmp_path / "ct"
    folder.mkdir()
    write_series(folder, values=l_values(), PatientName="Roe^Jane", RescaleIntercept=-100, RescaleSlope=1)
    return folder


@pytest.fixture
def head(tmp_path: Path) -> Path:
    """A 4D NIfTI: 3 phases of 5 slices, each with its own value."""
    values = np.zeros((16, 24, 5, 3), dtype=np.int16)
    for phase in range(3):
        for index in range(5):
            values[2:-2, 2:-2, index, phase] = 100 * phase + 10 * index + 5
    path = tmp_path / "head.nii.gz"
    nibabel.save(nibabel.Nifti1Image(values, np.diag([1.0, 1.0, 3.0, 1.0])), path)
    return path


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of 12 numbered PNGs of one size, whose grey is their number."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(1, 13):
        grey = np.full((40, 60), number * 10, dtype=np.uint8)
        grey[:4, :4] = 255
        Image.fromarray(grey).save(folder / f"slice{number}.png")
    return folder


@pytest.fixture
def tiny_model() -> str:
    """The id of a small model that is installed where the person's own bundles are kept."""
    make_bundle(user_models_folder())
    return "tiny"
