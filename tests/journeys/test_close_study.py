"""Closing a study: its series, pixels and work are gone, what was drawn on it is kept, the rest stays."""

import gc
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu

from tests.imaging.phantoms import l_values, write_series
from tests.journeys.conftest import Launch, Reader

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def studies(tmp_path: Path) -> Path:
    """Two patients, of whom the first has two studies; two series each."""
    for number, name in enumerate(("Roe^Jane", "Roe^Jane", "Doe^John")):
        for part in range(2):
            write_series(
                tmp_path / "studies" / f"{number}{part}", values=l_values(), PatientName=name, PatientID=name[:3],
                StudyInstanceUID=f"1.2.{number}", StudyDate=f"2026010{number + 1}", SeriesNumber=10 * number + part,
                SeriesInstanceUID=f"1.2.{number}.{part}", SeriesDescription="Thorax",
            )  # fmt: skip
    return tmp_path / "studies"


@pytest.fixture
def reader(launch: Launch, studies: Path) -> Reader:
    reader = launch(studies)
    reader.until_open()
    reader.until(lambda: len(reader.window.series.rows.series) == 6)
    reader.until_ready()
    reader.pane.setFocus()
    return reader


def numbers(reader: Reader) -> list[int | None]:
    return [series.number for series in reader.window.series.rows.series]


def shown(reader: Reader) -> list[int | None]:
    """The series number in each pane, None for an empty one."""
    assert reader.program.panes is not None
    return [view.series.number if view.series else None for view in reader.program.panes]


def test_the_study_of_the_active_pane_goes_and_the_next_one_comes(reader: Reader) -> None:
    assert numbers(reader) == [0, 1, 10, 11, 20, 21]
    assert shown(reader) == [0]
    reader.key(Qt.Key.Key_2, CTRL)
    reader.key(Qt.Key.Key_Tab)
    reader.window.series.series_requested.emit(reader.window.series.rows.series[2].id)
    reader.until(lambda: shown(reader) == [10, 0])
    reader.until_ready()
    reader.key(Qt.Key.Key_W, CTRL)
    assert numbers(reader) == [0, 1, 20, 21]
    reader.until(lambda: shown(reader) == [20, 0])
    reader.until_ready()


def test_its_memory_is_free_also_after_mpr(reader: Reader) -> None:
    assert reader.program.view is not None
    volume = weakref.ref(reader.program.view.volume)
    pixels = weakref.ref(reader.program.view.volume.stored)  # type: ignore[union-attr]
    reader.key(Qt.Key.Key_M)
    reader.until(lambda: len(reader.window.panes.shown) == 3)
    reader.until_ready()
    reader.key(Qt.Key.Key_W, CTRL)
    reader.until(lambda: shown(reader) == [10])
    reader.until_ready()
    gc.collect()
    assert volume() is None
    assert pixels() is None


def test_when_the_last_one_is_closed_the_start_page_is_there(reader: Reader, studies: Path) -> None:
    for _ in range(3):
        reader.key(Qt.Key.Key_W, CTRL)
        reader.until_ready()
    assert numbers(reader) == []
    assert reader.window.start_page.isVisible()
    assert not reader.window.strip.ledger.isVisible()
    reader.open(studies)
    reader.until(lambda: shown(reader) == [0])
    assert not reader.window.start_page.isVisible()


def test_what_was_drawn_is_there_again_when_it_is_opened_anew(reader: Reader, studies: Path) -> None:
    reader.key(Qt.Key.Key_L)
    reader.drag(Qt.MouseButton.LeftButton, 60, 30)
    reader.until(lambda: reader.pane.picture is not None and len(reader.pane.picture.annotations) == 1)
    reader.until_ready()
    reader.key(Qt.Key.Key_W, CTRL)
    reader.until(lambda: shown(reader) == [10])
    reader.until_ready()
    reader.open(studies)
    reader.until(lambda: shown(reader) == [0])
    reader.until(lambda: reader.pane.picture is not None and len(reader.pane.picture.annotations) == 1)
    reader.until_ready()


def test_another_study_is_closed_by_a_right_click_in_the_list(reader: Reader) -> None:
    view = reader.window.series.list
    at = view.visualRect(reader.window.series.rows.index(4, 0)).center()
    where = view.viewport().mapToGlobal(at)
    QApplication.sendEvent(view.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, where))
    menus = [one for one in view.findChildren(QMenu) if one.isVisible()]
    assert len(menus) == 1
    (close,) = menus[0].actions()
    assert close.text() == "Close this study"
    close.trigger()
    menus[0].close()
    assert numbers(reader) == [0, 1, 10, 11]
    assert shown(reader) == [0]


def test_closing_while_files_are_read_stops_the_reading(launch: Launch, studies: Path, ct: Path) -> None:
    reader = launch(studies)
    reader.until_open()
    reader.window.paths_dropped.emit([ct])
    reader.window.menus.actions["close_study"].trigger()
    reader.until_ready()
    assert numbers(reader)[:4] == [10, 11, 20, 21]
