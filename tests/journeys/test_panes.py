"""Several panes: any series in any of them, each with its own state, and one that keys and menus speak of."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop.ui.slice_view.slice_view import SliceView
from desktop.ui.widgets.drops import SERIES_FORMAT
from tests.imaging.phantoms import l_values, write_series
from tests.journeys.conftest import Launch, Reader

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
SLICES = 10


@pytest.fixture
def studies(tmp_path: Path) -> Path:
    """Three CT series in one folder, told apart by their brightness."""
    for number in range(3):
        write_series(
            tmp_path / "studies" / str(number),
            values=l_values(SLICES) + np.int16(100 * number),
            SeriesInstanceUID=f"1.2.3.{number}",
            SeriesNumber=number + 1,
            SeriesDescription=f"Series {number}",
        )
    return tmp_path / "studies"


@pytest.fixture
def reader(launch: Launch, studies: Path) -> Reader:
    reader = launch(studies)
    reader.until_open()
    reader.until(lambda: reader.window.series.rows.rowCount() == 3)
    reader.until_ready()
    reader.pane.setFocus()
    return reader


def drop(onto: QWidget, data: QMimeData, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
    """Drop as a window system does: enter, then drop, on the widget that accepts."""
    place, action, button = QPointF(at), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    QApplication.sendEvent(onto, QDragEnterEvent(at, action, data, button, modifiers))
    event = QDropEvent(place, action, data, button, modifiers)
    QApplication.sendEvent(onto, event)
    assert event.isAccepted()
    assert event.dropAction() is Qt.DropAction.CopyAction


def drag_series(reader: Reader, row: int, onto: SliceView) -> None:
    index = reader.window.series.rows.index(row, 0)
    data = reader.window.series.rows.mimeData([index])
    panes = reader.window.panes
    drop(panes, data, panes.mapFromGlobal(onto.mapToGlobal(onto.rect().center())), Qt.KeyboardModifier.NoModifier)


def drop_files(reader: Reader, path: Path, onto: SliceView, modifiers: Qt.KeyboardModifier) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    drop(reader.window, data, reader.window.mapFromGlobal(onto.mapToGlobal(onto.rect().center())), modifiers)
    reader.until_ready()


def titles(reader: Reader) -> list[str]:
    """The description of the series in each pane, by the corner text."""
    found = []
    for view in reader.window.panes.shown:
        corners = None if view.picture is None else view.picture.corners
        found.append(
            "" if corners is None else next((line for line in corners.bottom_right if line.startswith("Series ")), "")
        )
    return found


def outlined(reader: Reader) -> list[bool]:
    """Which panes have the warm outline, as painted."""
    found = []
    for view in reader.window.panes.shown:
        pixel = QColor(view.grab().toImage().pixel(0, view.height() // 3))
        found.append(pixel.red() > 180 > pixel.blue() + 60)
    return found


def test_a_series_in_each_pane_and_each_keeps_its_state(reader: Reader) -> None:
    first = reader.pane
    reader.key(Qt.Key.Key_2, CTRL)
    assert len(reader.window.panes.shown) == 2
    assert outlined(reader) == [True, False]
    empty = reader.window.panes.shown[1]
    assert empty.picture is None
    drag_series(reader, 1, empty)
    reader.until(lambda: empty.picture is not None)
    reader.until_ready()
    assert outlined(reader) == [False, True]
    assert reader.window.series.rows.shown.row() == 1
    reader.key(Qt.Key.Key_3)
    reader.key(Qt.Key.Key_R)
    reader.wheel(-120)
    moved = reader.place
    assert moved[0] == SLICES // 2 + 1
    reader.qtbot.mouseClick(first, Qt.MouseButton.MiddleButton)
    assert reader.pane is first
    assert reader.place[0] == SLICES // 2
    assert reader.window.series.rows.shown.row() == 0
    assert reader.window.sliders.slices.value() == SLICES // 2
    assert first.picture is not None
    assert empty.picture is not None
    assert first.picture.turn != empty.picture.turn
    assert "W 1500" not in reader.corner
    reader.key(Qt.Key.Key_Tab)
    assert reader.pane is empty
    assert reader.place == moved
    assert "W 1500" in reader.corner


def test_double_click_brings_one_pane_to_the_front_and_back(reader: Reader) -> None:
    reader.key(Qt.Key.Key_4, CTRL)
    assert len(reader.window.panes.shown) == 4
    width = reader.pane.width()
    reader.qtbot.mouseDClick(reader.pane, Qt.MouseButton.LeftButton)
    reader.until(lambda: reader.pane.width() > 1.5 * width)
    assert reader.window.panes.shown == (reader.pane,)
    reader.qtbot.mouseDClick(reader.pane, Qt.MouseButton.LeftButton)
    reader.until(lambda: reader.pane.width() == width)
    assert len(reader.window.panes.shown) == 4


def test_a_click_in_the_list_goes_to_the_active_pane(reader: Reader) -> None:
    reader.key(Qt.Key.Key_2, CTRL)
    reader.key(Qt.Key.Key_Tab)
    reader.window.series.series_requested.emit(reader.window.series.rows.series[2].id)
    reader.until(lambda: titles(reader)[1:] == ["Series 2"])
    assert titles(reader) == ["Series 0", "Series 2"]
    reader.key(Qt.Key.Key_PageUp)
    reader.until(lambda: titles(reader) == ["Series 0", "Series 1"])


def test_series_dropped_one_after_the_other_all_come(reader: Reader) -> None:
    reader.key(Qt.Key.Key_4, CTRL)
    _, *others = reader.window.panes.shown
    for row, onto in zip((1, 2, 1), others, strict=True):
        drag_series(reader, row, onto)
    reader.until(lambda: titles(reader) == ["Series 0", "Series 1", "Series 2", "Series 1"])
    reader.until_ready()
    assert reader.program.panes is not None
    assert all(view.volume is not None and view.volume.is_complete for view in reader.program.panes.all)


def test_a_drop_adds_a_study_and_with_shift_replaces(reader: Reader, ct: Path, pictures: Path) -> None:
    reader.key(Qt.Key.Key_2, CTRL)
    left, right = reader.window.panes.shown
    drop_files(reader, pictures / "slice1.png", right, Qt.KeyboardModifier.NoModifier)
    reader.until(lambda: reader.window.series.rows.rowCount() == 4)
    assert reader.pane is right
    assert right.picture is not None
    assert left.picture is not None
    shown = left.picture
    assert titles(reader)[0] == "Series 0"
    drop_files(reader, ct, right, SHIFT)
    reader.until(lambda: reader.window.series.rows.rowCount() == 1)
    assert left.picture is not shown
    assert left.picture is None
    assert right.picture is not None


def test_a_drop_while_another_one_loads_loses_neither(reader: Reader, ct: Path, pictures: Path) -> None:
    reader.key(Qt.Key.Key_2, CTRL)
    left, right = reader.window.panes.shown
    for path, onto in ((ct, right), (pictures / "slice1.png", left)):
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        # No turn of the event loop in between: the first is still being read for certain.
        place = reader.window.mapFromGlobal(onto.mapToGlobal(onto.rect().center()))
        drop(reader.window, data, place, Qt.KeyboardModifier.NoModifier)
    reader.until(lambda: len(reader.window.series.rows.series) == 5)
    reader.until_ready()
    assert {series.modality for series in reader.window.series.rows.series} >= {"CT", ""}
    assert reader.pane is left
    assert left.picture is not None


def test_four_large_volumes_share_the_memory_that_is_allowed(launch: Launch, tmp_path: Path) -> None:
    deep = 40
    for number in range(4):
        values = np.broadcast_to(np.arange(deep, dtype=np.int16)[:, None, None] + 100 * number, (deep, 256, 256))
        write_series(
            tmp_path / "large" / str(number), values=values.copy(), RescaleSlope=1, RescaleIntercept=0,
            SeriesInstanceUID=f"1.2.3.{number}", SeriesNumber=number + 1, SeriesDescription=f"Series {number}",
        )  # fmt: skip
    # A volume takes 5 MiB here.
    reader = launch("--memory-limit", "2", "--layout", "2x2", tmp_path / "large")
    reader.until_open()
    reader.until(lambda: len(reader.window.series.rows.series) == 4)
    for row, onto in enumerate(reader.window.panes.shown):
        drag_series(reader, row, onto)
    reader.until(lambda: titles(reader) == [f"Series {number}" for number in range(4)])
    reader.until_ready()
    assert reader.program.panes is not None
    views = reader.program.panes.all
    assert all(view.volume is not None and view.volume.resident_slices is not None for view in views)
    for view in views:
        view.go(deep - 1)
    reader.until(lambda: all(view.slice is not None and view.slice.index == deep - 1 for view in views))
    reader.until_ready()
    for number, view in enumerate(views):
        assert view.slice is not None
        assert view.volume is not None
        assert int(view.slice.stored[5, 5]) == deep - 1 + 100 * number
        assert view.volume.loaded.sum() * 256 * 256 * 2 <= 2 * 2**20


def test_a_smaller_layout_keeps_the_active_pane(reader: Reader) -> None:
    reader.key(Qt.Key.Key_2, CTRL)
    reader.key(Qt.Key.Key_Tab)
    drag_series(reader, 2, reader.pane)
    reader.until(lambda: titles(reader) == ["Series 0", "Series 2"])
    reader.key(Qt.Key.Key_1, CTRL)
    assert titles(reader) == ["Series 2"]
    assert outlined(reader) == [False]
    reader.key(Qt.Key.Key_2, CTRL)
    assert sorted(titles(reader)) == ["Series 0", "Series 2"]


def test_what_is_dragged_out_of_the_list_names_nobody(reader: Reader) -> None:
    data = reader.window.series.rows.mimeData([reader.window.series.rows.index(0, 0)])
    assert data.formats() == [SERIES_FORMAT]
    assert data.data(SERIES_FORMAT) == QByteArray(reader.window.series.rows.series[0].id.encode())


def test_a_series_that_is_gone_is_no_drop(reader: Reader) -> None:
    data = QMimeData()
    data.setData(SERIES_FORMAT, QByteArray(b"nothing"))
    reader.key(Qt.Key.Key_2, CTRL)
    panes = reader.window.panes
    drop(panes, data, panes.shown[1].geometry().center(), Qt.KeyboardModifier.NoModifier)
    reader.until_ready()
    assert panes.shown[1].picture is None


def test_a_file_of_an_open_series_is_added_to_it(reader: Reader, studies: Path, tmp_path: Path) -> None:
    reader.key(Qt.Key.Key_End)
    one = next((studies / "0").iterdir())
    drop_files(reader, one, reader.pane, Qt.KeyboardModifier.NoModifier)
    assert [series.slices for series in reader.window.series.rows.series] == [SLICES] * 3
    assert reader.place[0] == SLICES - 1
    assert "30 opened" in reader.window.strip.ledger.text()
    # One more slice that came later, of the same series.
    write_series(
        tmp_path / "later", values=l_values(1), origin=(-8.0, -12.0, 100.0 + 2.5 * SLICES),
        SeriesInstanceUID="1.2.3.0", SeriesNumber=1, SeriesDescription="Series 0",
    )  # fmt: skip
    drop_files(reader, tmp_path / "later", reader.pane, Qt.KeyboardModifier.NoModifier)
    assert {series.id: series.slices for series in reader.window.series.rows.series}["1.2.3.0"] == SLICES + 1
    assert reader.place[0] == SLICES - 1


def test_fewer_slices_of_the_same_series_are_shown_within_them(reader: Reader, studies: Path) -> None:
    reader.key(Qt.Key.Key_End)
    for path in list((studies / "0").iterdir())[1:]:
        path.unlink()
    drop_files(reader, studies / "0", reader.pane, Qt.KeyboardModifier.NoModifier)
    reader.until(lambda: reader.place[0] == 0)
    assert reader.pane.picture is not None


def test_the_probe_survives_a_smaller_series_that_moves_the_pane(launch: Launch, head: Path, tmp_path: Path) -> None:
    write_series(tmp_path / "large", values=np.zeros((3, 256, 256), np.int16))
    reader = launch(tmp_path / "large", head, "--size", "1280x800")
    reader.until_open()
    reader.until(lambda: reader.window.series.rows.rowCount() >= 2)
    for _ in range(2):
        # A slider for phases comes and goes: the pane is resized while the other slice is taken.
        for series in reader.window.series.rows.series:
            reader.qtbot.mouseMove(reader.pane, reader.pane.rect().center() + QPoint(200, 200))
            reader.window.series.series_requested.emit(series.id)
            reader.until(lambda series=series: reader.program.view.series is series)  # type: ignore[misc, union-attr]
            reader.until_ready()
            assert reader.window.strip.dismiss.isHidden(), "no fault is told"


def test_an_empty_pane_takes_a_series_by_key(reader: Reader) -> None:
    reader.key(Qt.Key.Key_4, CTRL)
    reader.key(Qt.Key.Key_Tab)
    assert reader.pane.picture is None
    reader.key(Qt.Key.Key_PageUp)
    reader.until(lambda: titles(reader)[1] == "Series 2")
    reader.key(Qt.Key.Key_Tab)
    reader.key(Qt.Key.Key_PageDown)
    reader.until(lambda: titles(reader)[2] == "Series 0")


def test_a_layout_at_the_start_is_filled_whatever_comes_first(launch: Launch, studies: Path) -> None:
    reader = launch(studies / "2", studies, "--layout", "1+2", "--series", "2", "--screenshot", studies / "a.png")
    reader.until(lambda: sorted(titles(reader)) == ["Series 0", "Series 1", "Series 2"])
