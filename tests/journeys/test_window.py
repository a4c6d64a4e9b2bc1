"""The window itself: it fits its screen, comes back as it was left, and answers at once however large a picture is."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import Program, start
from desktop.render.frame import draw_frame
from desktop.state.launch_request import LaunchRequest
from desktop.state.settings import Settings
from desktop.ui.dialogs.settings import SettingsDialog
from desktop.ui.panels.series_rows import HEADING_ROLE, WANTED_ROLE
from imaging.volume.windowing import Window
from tests.imaging.phantoms import l_values, write_series
from tests.journeys.conftest import PATIENCE_MS, Launch, Reader, SettingsKept
from tests.reading import POOL

LEFT = Qt.MouseButton.LeftButton

# --- A5: size and place ---

SCREENS = [(1024, 700, 1.0), (1280, 800, 1.0), (1920, 1080, 1.5), (3840, 2160, 2.0)]
MEASURE = """
import sys
from desktop.app import start
from desktop.state.launch_request import LaunchRequest
from desktop.state.settings import Settings
program = start(LaunchRequest(size=eval(sys.argv[1])), Settings(eval(sys.argv[2]) or {}))
window = program.main_window
room = window.screen().availableGeometry()
around = window.frameGeometry()
least = window.minimumSizeHint()
is_small = least.width() <= room.width() and least.height() <= room.height()
print(window.width(), window.height(), room.contains(around), is_small)
program.shut_down()
"""


@pytest.fixture
def measure(root: Path, tmp_path: Path) -> Callable[..., list[str]]:
    """Starts the program on a screen of a size and a scale; returns width, height, whether it fits."""

    def measured(width: int, height: int, scale: float, *, size: object = None, kept: object = None) -> list[str]:
        screen = {"name": "one", "x": 0, "y": 0, "width": width, "height": height, "dpr": 1.0}
        (tmp_path / "screens.json").write_text(json.dumps({"screens": [screen]}))
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, repr(size), repr(kept)],
            cwd=root, capture_output=True, text=True, timeout=100, check=True,
            env={**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={tmp_path / 'screens.json'}",
                 "QT_SCALE_FACTOR": str(scale)},
        )  # fmt: skip
        return done.stdout.split()

    return measured


@pytest.mark.parametrize(("width", "height", "scale"), SCREENS)
def test_the_window_fits_the_screen(measure: Callable[..., list[str]], width: int, height: int, scale: float) -> None:
    for kept in ({}, {"window": "9000,-500,4000,3000,0"}, {"scale": "1.5"}):
        assert measure(width, height, scale, kept=kept)[2:] == ["True", "True"], kept


def test_a_size_that_is_asked_for_is_taken(measure: Callable[..., list[str]]) -> None:
    assert measure(1024, 700, 1.0, size=(1400, 900))[:2] == ["1400", "900"]


def test_a_closed_window_comes_back_as_it_was(qtbot: QtBot) -> None:
    kept = SettingsKept()
    programs: list[Program] = []

    def launched() -> Reader:
        programs.append(start(LaunchRequest(), Settings(kept), POOL))
        qtbot.waitExposed(programs[-1].main_window)
        return Reader(programs[-1], qtbot)

    first = launched()
    first.until_ready()
    first.window.resize(770, 560)
    first.window.move(12, 34)
    splitter = first.window.series.parentWidget()
    handle = splitter.handle(1)
    qtbot.mousePress(handle, LEFT, pos=QPoint(2, 50))
    qtbot.mouseMove(handle, QPoint(32, 50))
    qtbot.mouseRelease(handle, LEFT, pos=QPoint(32, 50))
    first.key(Qt.Key.Key_BracketRight)
    qtbot.wait(1)
    width = first.window.series.width()
    first.window.close()
    second = launched()
    second.until_ready()
    assert (second.window.width(), second.window.height()) == (770, 560)
    assert (second.window.x(), second.window.y()) == (12, 34)
    assert second.window.series.width() == pytest.approx(width, abs=2)
    assert not second.window.model.isVisible()
    second.key(Qt.Key.Key_BracketRight)
    assert second.window.model.isVisible()
    second.until(lambda: second.window.model.width() > 150)
    for program in programs:
        program.shut_down()
        program.deleteLater()


def test_damaged_settings_are_said_in_the_window(qtbot: QtBot, ct: Path) -> None:
    kept = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "slicelens", "slicelens")
    path = Path(kept.fileName())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"[Gen")
    program = start(LaunchRequest(paths=(ct,)), None, POOL)
    try:
        qtbot.waitExposed(program.main_window)
        qtbot.waitUntil(lambda: program.view is not None and program.view.picture is not None, timeout=PATIENCE_MS)
        assert str(path.with_suffix(".damaged.ini")) in program.main_window.strip.message.text_whole
    finally:
        program.shut_down()
        program.deleteLater()
        for left in path.parent.iterdir():
            left.unlink()


def test_windows_of_a_screen_that_is_unplugged_come_back(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    screen = app.primaryScreen()
    reader.window.menus.actions["settings"].trigger()
    page = reader.until_asked(SettingsDialog)
    reader.window.resize(700, 500)
    here = reader.window.pos()
    app.screenRemoved.emit(screen)
    reader.qtbot.wait(1)
    assert reader.window.pos() == here, "what can be reached stays"
    for window in (reader.window, page):
        window.move(9000, -4000)
    app.screenRemoved.emit(screen)
    area = screen.availableGeometry()
    reader.until(lambda: area.contains(reader.window.frameGeometry()) and area.contains(page.frameGeometry()))
    before = reader.place
    reader.wheel(-120)
    assert reader.place != before


# --- B6: rows of many series ---


def test_rows_have_patient_and_study_above_them_and_their_series_number(launch: Launch, tmp_path: Path) -> None:
    for number, (name, study) in enumerate((("Roe^Jane", "1.2.1"), ("Roe^Jane", "1.2.2"), ("Doe^John", "1.2.3"))):
        for part in (1, 2):
            folder = tmp_path / f"{number}-{part}"
            folder.mkdir()
            write_series(
                folder, values=l_values(), PatientName=name, PatientID=name[:3], StudyInstanceUID=study,
                StudyDate=f"2024010{number + 1}", StudyDescription=f"Visit {number + 1}", SeriesNumber=part,
                SeriesInstanceUID=f"1.2.3.{number}.{part}", SeriesDescription="Thorax",
            )  # fmt: skip
    reader = launch(tmp_path)
    reader.until_open()
    view = reader.window.series.list
    rows = [view.model().index(row, 0) for row in range(6)]
    assert [tuple(one.text for one in index.data(HEADING_ROLE)) for index in rows] == [
        ("Roe, Jane  Roe", "2024-01-01  Visit 1"), (),
        ("2024-01-02  Visit 2",), (),
        ("Doe, John  Doe", "2024-01-03  Visit 3"), (),
    ]  # fmt: skip
    spoken = [index.data(Qt.ItemDataRole.AccessibleTextRole) for index in rows]
    assert "1 · Thorax" in spoken[0]
    assert "2 · Thorax" in spoken[1]
    assert view.visualRect(rows[0]).height() > view.visualRect(rows[1]).height()
    picture = view.grab().toImage()
    ratio = picture.devicePixelRatio()
    band = [view.visualRect(index).translated(view.viewport().pos()) for index in rows[:2]]
    top = picture.copy(0, round(band[0].top() * ratio), round(view.width() * ratio), round(30 * ratio))
    grey = {top.pixelColor(x, y).value() for x in range(0, top.width(), 2) for y in range(0, top.height(), 2)}
    assert max(grey) - min(grey) > 100, "the heading is written there"
    reader.qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(rows[4]).center())
    reader.until(lambda: reader.window.series.rows.shown.row() == 4)
    reader.until_ready()


# --- B10: a picture of 48 megapixels ---


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A film of 8000 × 6000 pixels, with fine stripes that a reduced frame does not have."""
    ramp = np.linspace(20, 220, 8000).astype(np.uint8)
    film = np.broadcast_to(ramp, (6000, 8000)).copy()
    film[:, ::2] += 20
    Image.fromarray(film).save(tmp_path / "film.tif", compression=None)
    return tmp_path / "film.tif"


@pytest.mark.slow
def test_the_row_of_a_large_picture_lights_at_once_and_its_window_follows_the_hand(
    launch: Launch, ct: Path, large: Path
) -> None:
    reader = launch(ct, large)
    reader.until_open()
    rows, view = reader.window.series.rows, reader.window.series.list
    film = next(row for row, one in enumerate(rows.series) if one.columns == 8000)
    index = rows.index(film, 0)
    other = rows.index(1 - film, 0)
    if rows.shown == index:
        reader.qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(other).center())
        reader.until(lambda: rows.shown == other)
        reader.until_ready()
    lit: list[bool] = []
    rows.dataChanged.connect(lambda *_: lit.append(index.data(WANTED_ROLE)))
    kept = reader.program.document
    assert kept is not None
    kept._kept.restrict(())
    reader.qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(index).center())
    assert index.data(WANTED_ROLE), "lit before anything was read"
    reader.until(lambda: rows.shown == index)
    assert not index.data(WANTED_ROLE)
    reader.until_ready()
    state = reader.program.view
    assert state is not None
    assert state.slice is not None

    def shown() -> np.ndarray:
        assert reader.pane.picture is not None
        return reader.pane.picture.frame

    assert shown().shape == (6000, 8000)
    begin = reader.pane.rect().center()
    reader.qtbot.mousePress(reader.pane, LEFT, pos=begin)
    for step in (20, 40, 60):
        reader.qtbot.mouseMove(reader.pane, begin + QPoint(step, 0))
        assert shown().size < 2 * 2**20, "a reduced frame while the hand moves"
        assert reader.pane.picture is not None
        assert reader.pane.picture.size == (6000, 8000)
        viewport = reader.pane.viewport
        assert viewport is not None
        assert (viewport.rows, viewport.columns) == (6000, 8000)
    reader.qtbot.mouseRelease(reader.pane, LEFT, pos=begin + QPoint(60, 0))
    reader.until(lambda: shown().shape == (6000, 8000))
    reader.until_ready()
    voi = state.state.voi
    assert isinstance(voi, Window)
    assert np.array_equal(shown(), draw_frame(state.slice, voi))


def test_keys_reach_the_slice_after_a_panel_was_folded(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    reader.key(Qt.Key.Key_BracketLeft)
    index = reader.place[0]
    focused = QApplication.focusWidget()
    assert focused is reader.pane
    reader.key(Qt.Key.Key_Down)
    assert reader.place[0] == index + 1


def test_titles_of_windows_name_nobody(launch: Launch, tmp_path: Path, tiny_model: str) -> None:
    """A title stands in the list of the task bar, and in other programs' pictures of the screen."""
    whom = {"PatientName": "QZ0001K^Jane", "PatientID": "QZ0002K", "StudyDescription": "QZ0003K"}
    write_series(tmp_path / "QZ0004K", SeriesDescription="QZ0005K", **whom)
    reader = launch(tmp_path / "QZ0004K", "--model", tiny_model)
    reader.until_open()
    reader.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    reader.until(lambda: reader.program.model and reader.program.model.answer)
    reader.key(Qt.Key.Key_W)
    reader.until_ready()
    titles = [one.windowTitle() for one in QApplication.topLevelWidgets()]
    assert any(titles)
    assert not any("QZ" in title for title in titles)
