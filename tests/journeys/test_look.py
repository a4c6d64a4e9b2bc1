"""Contrast, turning, zoom, probe: what a person does to see better."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from desktop.state.view import FIT
from desktop.ui.dialogs.help import KeysDialog
from imaging.volume.windowing import Window
from tests.desktop.pane import to_pane
from tests.imaging.phantoms import write_series
from tests.journeys.conftest import Launch, Reader

RIGHT, LEFT, MIDDLE = Qt.MouseButton.RightButton, Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


@pytest.fixture
def reader(launch: Launch, ct: Path) -> Reader:
    reader = launch(ct)
    reader.until_open()
    return reader


def voi(reader: Reader) -> Window:
    assert reader.program.view is not None
    window = reader.program.view.state.voi
    assert isinstance(window, Window)
    return window


def test_left_drag_right_is_wider_and_up_is_brighter(reader: Reader) -> None:
    before, dark = voi(reader), reader.pixels().mean()
    reader.drag(LEFT, 60, 0)
    wider = voi(reader)
    assert wider.width > before.width
    assert wider.centre == before.centre
    reader.drag(LEFT, 0, -80)
    assert voi(reader).centre < wider.centre
    assert voi(reader).width == wider.width
    assert reader.pixels().mean() > dark


def test_keys_of_the_window(reader: Reader) -> None:
    automatic = voi(reader)
    reader.key(Qt.Key.Key_2)
    assert (voi(reader).centre, voi(reader).width) == (40, 400)
    assert "W 400  C 40" in reader.corner
    reader.key(Qt.Key.Key_3)
    assert (voi(reader).centre, voi(reader).width) == (-600, 1500)
    reader.key(Qt.Key.Key_0)
    assert voi(reader) == automatic


def test_ct_presets_are_for_hounsfield_units_alone(launch: Launch, pictures: Path) -> None:
    reader = launch(pictures)
    reader.until_open()
    before = voi(reader)
    reader.key(Qt.Key.Key_2)
    assert voi(reader) == before
    assert not reader.window.menus.actions["preset_2"].isEnabled()


def test_the_files_windows_take_turns(launch: Launch, tmp_path: Path) -> None:
    named = {"WindowCenter": [40, -600], "WindowWidth": [400, 1500], "WindowCenterWidthExplanation": ["SOFT", "LUNG"]}
    write_series(tmp_path / "ct", **named)
    reader = launch(tmp_path / "ct")
    reader.until_open()
    assert "SOFT" in reader.corner
    seen = []
    for _ in range(3):
        reader.key(Qt.Key.Key_1)
        seen.append(voi(reader).explanation)
    assert seen == ["LUNG", "SOFT", "LUNG"]


def test_invert_is_the_exact_complement_inside_the_slice(reader: Reader) -> None:
    assert reader.pane.picture is not None
    before = reader.pane.picture.frame
    reader.key(Qt.Key.Key_I)
    assert np.array_equal(reader.pane.picture.frame, 255 - before)


def test_letters_follow_every_turn_and_flip(reader: Reader) -> None:
    def letters() -> str:
        assert reader.pane.picture is not None
        shown = reader.pane.picture.letters
        assert shown is not None
        return shown.left + shown.top + shown.right + shown.bottom

    seen = [letters()]
    for key, modifiers in (
        (Qt.Key.Key_R, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier),
        (Qt.Key.Key_H, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_V, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_R, Qt.KeyboardModifier.NoModifier),
    ):
        reader.key(key, modifiers)
        seen.append(letters())
    assert seen == ["RALP", "PRAL", "RALP", "LARP", "LPRA", "ALPR"]
    reader.key(Qt.Key.Key_Escape)
    assert letters() == "RALP"


def test_a_flip_turns_the_picture_with_its_letters(reader: Reader) -> None:
    reader.key(Qt.Key.Key_End)
    before = reader.pixels()
    reader.key(Qt.Key.Key_H)
    letters = reader.pane.picture.letters if reader.pane.picture is not None else None
    assert letters is not None
    assert letters.left == "L"
    flipped = reader.pixels()
    # A band without letters; at the edges of pixels the painter may round to either side.
    band = slice(before.shape[0] // 4, before.shape[0] // 3)
    assert (before[band, ::-1] != flipped[band]).mean() < 0.02
    assert (before[band] != flipped[band]).mean() > 0.05


def test_the_other_side_by_one_switch(reader: Reader) -> None:
    reader.window.menus.actions["radiological"].trigger()
    assert reader.pane.picture is not None
    assert reader.pane.picture.letters is not None
    assert reader.pane.picture.letters.left == "L"
    assert "Neurological" in reader.corner


def test_zoom_stays_under_the_cursor_and_f_fits(reader: Reader) -> None:
    pane = reader.pane
    before = pane.viewport
    assert before is not None
    under = before.to_slice(pane.width() / 2, pane.height() / 2)
    reader.wheel(120, modifiers=Qt.KeyboardModifier.ControlModifier)
    after = pane.viewport
    assert after is not None
    assert after.zoom == pytest.approx(before.zoom * 1.2)
    assert after.to_slice(pane.width() / 2, pane.height() / 2) == pytest.approx(under)
    reader.key(Qt.Key.Key_F)
    assert pane.picture is not None
    assert pane.picture.camera == FIT


def test_pan_and_right_drag(reader: Reader) -> None:
    pane = reader.pane
    place = pane.viewport
    assert place is not None
    row, column = to_pane(place, 3, 3)
    reader.drag(MIDDLE, 40, 20)
    moved = pane.viewport
    assert moved is not None
    assert to_pane(moved, 3, 3) == pytest.approx((row + 40, column + 20))
    reader.drag(RIGHT, 0, -30)
    zoomed = pane.viewport
    assert zoomed is not None
    assert zoomed.zoom > moved.zoom


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
def test_a_right_click_that_does_not_travel_opens_the_menu(reader: Reader) -> None:
    reader.qtbot.mouseClick(reader.pane, RIGHT, pos=reader.pane.rect().center())
    menu = QApplication.activePopupWidget()
    assert menu is not None
    titles = [action.text() for action in menu.actions()]
    assert "Invert" in titles
    menu.close()


def test_the_probe_tells_value_place_and_millimetres(reader: Reader) -> None:
    view = reader.pane.viewport
    assert view is not None
    x, y = to_pane(view, 3, 12)
    reader.key(Qt.Key.Key_End)
    said: list[str] = []
    assert reader.program.view is not None
    reader.program.view.probed.connect(said.append)
    reader.qtbot.mouseMove(reader.pane, QPoint(0, 0))
    reader.qtbot.mouseMove(reader.pane, QPoint(round(x), round(y)))
    slice_ = reader.program.view.slice
    assert slice_ is not None
    value = f"{slice_.values[3, 12]:.0f}".replace("-", "−")
    assert said[-1].startswith(f"{value} HU   row 3, column 12")
    assert said[-1].endswith("mm")


def test_the_window_stays_while_scrolling(reader: Reader) -> None:
    reader.drag(LEFT, 60, 0)
    chosen = voi(reader)
    reader.wheel(-120)
    assert voi(reader) == chosen


def test_colour_has_no_window(launch: Launch, tmp_path: Path) -> None:
    from PIL import Image

    red = np.zeros((30, 40, 3), dtype=np.uint8)
    red[..., 0] = 200
    Image.fromarray(red).save(tmp_path / "red.png")
    reader = launch(tmp_path / "red.png")
    reader.until_open()
    assert tuple(reader.pixels()[reader.pane.height() // 2, reader.pane.width() // 2]) == (200, 0, 0)
    assert not reader.window.menus.actions["auto"].isEnabled()
    assert "Colour" in reader.corner


def test_every_key_of_the_table_is_in_the_help(reader: Reader) -> None:
    from PySide6.QtWidgets import QLabel

    reader.window.menus.actions["keys"].trigger()
    sheet = reader.dialog(KeysDialog)
    assert sheet is not None
    assert sheet.isVisible()
    shown = {label.text() for label in sheet.findChildren(QLabel)}
    assert {"Wheel", "Ctrl+Enter", "I", "PgDn", "Shift+↑"} <= shown
    sheet.close()


def test_larger_text_gets_wider_panels_and_smaller_text_gives_it_back(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    reader.window.resize(1600, 900)
    reader.qtbot.wait(1)
    widths = [reader.window.series.width(), reader.window.model.width()]
    points = reader.window.series.font().pointSizeF()
    for _ in range(2):
        reader.window.menus.actions["larger"].trigger()
    reader.qtbot.wait(1)
    assert reader.window.series.font().pointSizeF() == pytest.approx(points * 1.5)
    assert [reader.window.series.width(), reader.window.model.width()] == pytest.approx(
        [1.5 * width for width in widths], abs=6
    )
    for _ in range(2):
        reader.window.menus.actions["smaller"].trigger()
    reader.qtbot.wait(1)
    assert [reader.window.series.width(), reader.window.model.width()] == pytest.approx(widths, abs=4)
