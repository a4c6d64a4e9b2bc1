"""How pixels are drawn in a pane: interpolation, scale bar, colours, the window of a region, the magnifier."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from tests.desktop.pane import to_pane
from tests.imaging.phantoms import write_series
from tests.journeys.conftest import Launch, Reader

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ROWS, COLUMNS = 20, 30


def ramp() -> np.ndarray:
    """Each pixel of a slice has a value of its own: 10·row + column."""
    one = 10 * np.arange(ROWS, dtype=np.int16)[:, None] + np.arange(COLUMNS, dtype=np.int16)
    return np.repeat(one[None], 6, axis=0)


@pytest.fixture
def reader(launch: Launch, tmp_path: Path) -> Reader:
    write_series(
        tmp_path / "ramp", values=ramp(), RescaleIntercept=-100, RescaleSlope=2, PixelSpacing=[0.5, 0.5],
        WindowCenter=100, WindowWidth=500,
    )  # fmt: skip
    reader = launch(tmp_path / "ramp")
    reader.until_open()
    alone(reader)
    return reader


def alone(reader: Reader) -> None:
    """Fold the panels, so that the pane has room to write in."""
    reader.window.set_left_shown(False)
    reader.window.set_right_shown(False)
    reader.until(lambda: reader.pane.width() > 500)
    reader.pane.setFocus()


def place(reader: Reader, row: float, column: float) -> QPoint:
    viewport = reader.pane.viewport
    assert viewport is not None
    x, y = to_pane(viewport, row, column)
    return QPoint(round(x), round(y))


def greys(reader: Reader, row: int) -> int:
    """How many different greys the pane has along a row of the slice, a little away from its letters."""
    line = reader.pixels()[place(reader, row + 0.3, 0).y()]
    return len(np.unique(line[place(reader, row, 4).x() : place(reader, row, 12).x(), 0]))


def test_interpolation_is_switched_and_kept(reader: Reader, launch: Launch, pictures: Path) -> None:
    # Less than the zoom at which pixels are squares anyway.
    while reader.pane.viewport is not None and reader.pane.viewport.zoom > 9:
        reader.wheel(-120, modifiers=CTRL)
    # A window in which neighbours differ by several greys.
    reader.key(Qt.Key.Key_7)
    smooth = greys(reader, 10)
    reader.key(Qt.Key.Key_S)
    assert greys(reader, 10) == 9
    assert smooth > 9
    reader.key(Qt.Key.Key_2, CTRL)
    assert reader.program.panes is not None
    assert [view.state.smooth for view in reader.program.panes.all] == [False, False]
    other = launch(pictures, kept={"smooth": "False"})
    other.until_open()
    assert not other.window.menus.actions["smooth"].isChecked()
    assert other.pane.picture is not None
    assert not other.pane.picture.smooth


def longest_white(before: np.ndarray, after: np.ndarray) -> int:
    """The length of the longest white line across that was drawn."""
    drawn = (after.min(axis=2) > 230) & (before != after).any(axis=2)
    ends = np.diff(np.pad(drawn.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    begins, stops = np.nonzero(ends == 1), np.nonzero(ends == -1)
    return int((stops[1] - begins[1]).max(initial=0))


def test_the_scale_bar_is_as_long_as_it_says_and_has_no_place_in_small_panes(reader: Reader) -> None:
    viewport = reader.pane.viewport
    assert viewport is not None
    # Half a millimetre a pixel; the bar has at most a quarter of the pane.
    a_millimetre = viewport.zoom / 0.5
    longest = min(viewport.width / 4, 180.0) / a_millimetre
    length = max(one for one in (0.5, 1.0, 2.0, 5.0) if one <= longest)
    assert longest_white(reader.pixels(), reader.pixels(scale_bar=True)) == pytest.approx(length * a_millimetre, abs=3)
    reader.wheel(240, modifiers=CTRL)
    assert longest_white(reader.pixels(), reader.pixels(scale_bar=True)) <= viewport.width / 4 + 3
    reader.window.set_left_shown(True)
    reader.window.set_right_shown(True)
    reader.key(Qt.Key.Key_2, CTRL)
    reader.until(lambda: reader.pane.width() < 320)
    assert np.array_equal(reader.pixels(), reader.pixels(scale_bar=True))


def test_colours_lie_over_grey_levels_and_esc_takes_them_away(reader: Reader) -> None:
    grey = reader.pixels()
    assert np.array_equal(grey[..., 0], grey[..., 2])
    reader.window.menus.actions["colours_inferno"].trigger()
    assert "Inferno" in reader.corner
    shown = reader.pixels()
    assert not np.array_equal(shown[..., 0], shown[..., 2])
    bar = reader.pane.picture.colour_bar if reader.pane.picture is not None else None
    assert bar is not None
    # LINEAR: from c - 0.5 - (w - 1) / 2 (C.11.2.1.2).
    assert (bar.low, bar.high) == ("−150 HU", "349 HU")
    reader.key(Qt.Key.Key_C, CTRL)
    copied = QApplication.clipboard().image()
    at = place(reader, 10, 15)
    colour = copied.pixelColor(at)
    assert (colour.red(), colour.green(), colour.blue()) == tuple(shown[at.y(), at.x()])
    reader.key(Qt.Key.Key_I)
    turned = reader.pane.picture.colour_bar if reader.pane.picture is not None else None
    assert turned is not None
    assert np.array_equal(turned.colours, bar.colours[::-1])
    reader.key(Qt.Key.Key_Escape)
    assert np.array_equal(reader.pixels(), grey)
    assert reader.window.menus.actions["colours_grey"].isChecked()


def test_a_picture_in_colour_has_no_table_and_its_bar_counts_pixels(launch: Launch, tmp_path: Path) -> None:
    colour = np.zeros((40, 60, 3), np.uint8)
    colour[..., 0] = 200
    Image.fromarray(colour).save(tmp_path / "red.png")
    reader = launch(tmp_path / "red.png")
    reader.until_open()
    alone(reader)
    assert not reader.window.menus.actions["colours_pet"].isEnabled()
    assert not reader.window.menus.actions["region_window"].isEnabled()
    picture = reader.pane.picture
    assert picture is not None
    assert picture.scale is not None
    assert (picture.scale.source, picture.scale.unit) == (None, "px")
    shown = picture.frame
    drag(reader, (5.0, 5.0), (30.0, 40.0), CTRL)
    assert "no grey values" in reader.window.strip.message.text_whole
    assert reader.pane.picture is not None
    assert reader.pane.picture.frame is shown


def drag(reader: Reader, one: tuple[float, float], other: tuple[float, float], modifiers: Qt.KeyboardModifier) -> None:
    begin, end = place(reader, *one), place(reader, *other)
    reader.qtbot.mousePress(reader.pane, Qt.MouseButton.LeftButton, modifiers, begin)
    reader.qtbot.mouseMove(reader.pane, (begin + end) / 2)
    reader.qtbot.mouseMove(reader.pane, end)
    reader.qtbot.mouseRelease(reader.pane, Qt.MouseButton.LeftButton, modifiers, end)


def test_a_rectangle_gives_the_window_of_its_values(reader: Reader) -> None:
    drag(reader, (15.0, 20.0), (4.0, 8.0), CTRL)
    values = 2.0 * ramp()[0][4:16, 8:21] - 100
    low, high = np.percentile(values, (0.5, 99.5))
    assert reader.program.view is not None
    voi = reader.program.view.state.voi
    assert (voi.centre, voi.width) == pytest.approx(((low + high) / 2, high - low), abs=1e-3)
    assert f"of {values.size} values" in reader.window.strip.message.text_whole
    assert "of a region" in reader.corner
    # Asked for by its key, the next drag needs no Ctrl; Esc takes that back, and so does a tool.
    for away in (Qt.Key.Key_Escape, Qt.Key.Key_L):
        reader.key(Qt.Key.Key_Q)
        assert reader.window.menus.actions["region_window"].isChecked()
        reader.key(away)
        assert not reader.window.menus.actions["region_window"].isChecked()
    reader.key(Qt.Key.Key_Q)
    drag(reader, (1.0, 1.0), (2.0, 3.0), Qt.KeyboardModifier.NoModifier)
    assert "of 6 values" in reader.window.strip.message.text_whole
    assert reader.pane.picture is not None
    assert reader.pane.picture.annotations == ()


def test_the_magnifier_shows_the_slices_own_pixels_under_the_cursor(reader: Reader) -> None:
    at = place(reader, 10, 15)
    plain = reader.pixels()
    reader.qtbot.mouseMove(reader.pane, at)
    reader.key(Qt.Key.Key_Z)
    shown, viewport = reader.pixels(), reader.pane.viewport
    assert viewport is not None
    # The pixel under the cursor stays; one beside it has moved three times as far out.
    assert tuple(shown[at.y(), at.x()]) == tuple(plain[at.y(), at.x()])
    beside = at.x() + round(3 * viewport.zoom)
    assert beside < at.x() + 96
    assert abs(int(shown[at.y(), beside, 0]) - int(plain[at.y(), round(at.x() + viewport.zoom), 0])) <= 2
    reader.key(Qt.Key.Key_Z)
    assert np.array_equal(reader.pixels(), plain)
    reader.key(Qt.Key.Key_Z, SHIFT)
    assert reader.window.menus.actions["magnifier"].isChecked()
    assert not np.array_equal(reader.pixels(), shown)
