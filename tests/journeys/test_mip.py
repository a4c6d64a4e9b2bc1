"""The maximum intensity projection beside a series: turned with the mouse, the wheel and by itself; and back."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from desktop.controllers.multiplanar.rotating_projection import RotatingProjection
from desktop.jobs.jobs import Lane
from desktop.ui.slice_view.slice_view import SliceView
from tests.imaging.phantoms import l_values, write_series
from tests.journeys.conftest import Launch, Reader

SHIFT = Qt.KeyboardModifier.ShiftModifier
SLICES = 10


@pytest.fixture
def reader(launch: Launch, ct: Path) -> Reader:
    reader = launch(ct)
    reader.until_open()
    reader.window.set_left_shown(False)
    reader.window.set_right_shown(False)
    reader.pane.setFocus()
    return reader


@pytest.fixture
def projection(reader: Reader) -> SliceView:
    """The pane of the projection, once it is whole."""
    reader.key(Qt.Key.Key_P, SHIFT)
    reader.until(lambda: len(reader.window.panes.shown) == 2)
    settle(reader)
    return reader.pane


def settle(reader: Reader) -> None:
    """Wait for the whole projection."""
    reader.until(lambda: reader.pane.picture is not None)
    reader.until_ready()


def frame(view: SliceView) -> np.ndarray:
    assert view.picture is not None
    return view.picture.frame


def letters(view: SliceView) -> str:
    assert view.picture is not None
    shown = view.picture.letters
    assert shown is not None
    return f"{shown.left} {shown.right} {shown.top} {shown.bottom}"


def test_it_stands_beside_the_series_and_is_seen_from_the_front(reader: Reader, projection: SliceView) -> None:
    slices, right = reader.window.panes.shown
    assert right is projection
    assert slices.picture is not None
    assert letters(projection) == "R L S I"
    assert "Projection 1/72" in reader.corner
    assert [pane.accessibleName() for pane in (slices, right)] == [
        "Slice, pane 1 of 2",
        "Projection, pane 2 of 2, active",
    ]
    slider = reader.window.sliders.slices
    assert slider.accessibleName() == "Angle"
    assert "Maximum of the whole volume, turned 0°" in reader.corner
    assert "Drag: turn" in reader.window.strip.message.text_whole
    # No model and no measurement is about a projection; a value has no one point in the patient.
    assert not reader.window.model.analyse.isEnabled()
    reader.qtbot.mouseMove(projection, projection.rect().center())
    reader.until(lambda: "(interpolated)" in projection.writing.probe)
    assert " mm" not in projection.writing.probe
    # The series beside it can be scrolled, and is another pane.
    reader.key(Qt.Key.Key_Tab)
    assert reader.pane is slices
    reader.wheel(-120)
    assert reader.place[0] == SLICES // 2 + 1
    assert "Projection" not in reader.corner
    reader.window.menus.actions["mip"].trigger()
    settle(reader)
    assert slider.accessibleName() == "Slice"


def test_the_command_line_begins_with_it(launch: Launch, ct: Path) -> None:
    reader = launch("--layout", "mip", ct)
    reader.until_open()
    reader.until(lambda: len(reader.window.panes.shown) == 2)
    settle(reader)
    assert "Projection 1/72" in reader.corner


def test_a_drag_turns_it_after_the_hand(reader: Reader, projection: SliceView) -> None:
    before = frame(projection)
    reader.drag(Qt.MouseButton.LeftButton, 180, 0)
    settle(reader)
    # Half a degree a pixel: the front has gone to the right, and the patient's right side is before us.
    assert "turned 90°" in reader.corner
    assert letters(projection) == "P A S I"
    assert not np.array_equal(frame(projection), before)
    reader.drag(Qt.MouseButton.LeftButton, 0, 60)
    settle(reader)
    assert "tilted 30°" in reader.corner
    camera = projection.picture.camera if projection.picture is not None else None
    # Other drags are what they are in every pane.
    begin = projection.rect().center()
    reader.qtbot.mousePress(projection, Qt.MouseButton.LeftButton, SHIFT, begin)
    reader.qtbot.mouseMove(projection, begin + QPoint(30, 20))
    reader.qtbot.mouseRelease(projection, Qt.MouseButton.LeftButton, SHIFT, begin + QPoint(30, 20))
    assert projection.picture is not None
    assert projection.picture.camera != camera
    assert "tilted 30°" in reader.corner


def test_it_is_projected_whole_once_when_the_hand_rests(reader: Reader, projection: SliceView) -> None:
    mip = reader.window.findChild(RotatingProjection)
    assert mip is not None
    assert reader.program.view is not None
    goes_on: list[bool] = []
    reader.program.view.picture_changed.connect(
        lambda _: goes_on.append(mip.is_ready and reader.program.jobs.is_busy(Lane.PROJECTION))
    )
    # In one go, so that the hand rests before the projection at half the resolution is there.
    mip.turn(40.0, 0.0)
    mip.let_go()
    assert not mip.is_ready
    reader.until(lambda: mip.is_ready)
    assert goes_on
    assert not any(goes_on)


def test_the_wheel_goes_around(reader: Reader, projection: SliceView) -> None:
    reader.wheel(120)
    settle(reader)
    assert "Projection 72/72" in reader.corner
    assert "turned 355°" in reader.corner
    reader.wheel(-240)
    settle(reader)
    assert "turned 5°" in reader.corner
    assert reader.window.sliders.slices.maximum() == 71
    reader.key(Qt.Key.Key_End)
    settle(reader)
    assert "turned 355°" in reader.corner
    reader.key(Qt.Key.Key_C)
    reader.until(lambda: "turned 355°" not in reader.corner)
    reader.key(Qt.Key.Key_C)


def test_back_to_the_panes_before(reader: Reader, projection: SliceView) -> None:
    reader.key(Qt.Key.Key_P, SHIFT)
    assert len(reader.window.panes.shown) == 1
    assert "Slice 6/10" in reader.corner
    assert projection.picture is None
    # Straight on to MPR, and from there to the projection.
    reader.key(Qt.Key.Key_P, SHIFT)
    settle(reader)
    reader.key(Qt.Key.Key_M)
    reader.until(lambda: len(reader.window.panes.shown) == 3)
    settle(reader)
    reader.key(Qt.Key.Key_P, SHIFT)
    reader.until(lambda: len(reader.window.panes.shown) == 2)
    settle(reader)
    assert "Projection" in reader.corner


def test_another_series_takes_its_place(reader: Reader, projection: SliceView, pictures: Path) -> None:
    reader.open(pictures)
    reader.until(lambda: len(reader.window.panes.shown) == 1)
    assert reader.pane is not projection


def test_what_cannot_be_projected_says_why(launch: Launch, pictures: Path, tmp_path: Path) -> None:
    def gap(made: object, index: int) -> None:
        if index == 4:
            raise LookupError

    write_series(tmp_path / "uneven", values=l_values(), edit=gap)
    for path, why in ((pictures, "other planes cannot be made"), (tmp_path / "uneven", "evenly spaced")):
        reader = launch(path)
        reader.until_open()
        reader.pane.setFocus()
        reader.key(Qt.Key.Key_P, SHIFT)
        assert len(reader.window.panes.shown) == 1
        assert why in reader.window.strip.message.text_whole
