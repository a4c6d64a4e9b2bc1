"""The tables of the reading room's page (../shared/reading-room.md): every row has a journey with real events of Qt.

`JOURNEYS` says which. A row without one, a row that is gone, and a journey that is not there fail.
"""

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from tests.desktop.pane import to_pane
from tests.journeys.conftest import Launch, Reader

SHIFT = Qt.KeyboardModifier.ShiftModifier
EVERY = "test_every_command.py::test_a_command_does_what_it_says"

JOURNEYS = {
    "left drag": "test_look.py::test_left_drag_right_is_wider_and_up_is_brighter",
    "middle drag, Shift+left": "test_reading_room.py::test_shift_drag_and_middle_drag_pan_alike",
    "right drag, Ctrl+wheel": "test_look.py::test_zoom_stays_under_the_cursor_and_f_fits",
    "right click": "test_every_command.py::test_a_right_click_offers_commands_that_can_be_done",
    "wheel": "test_reading_room.py::test_notches_and_two_fingers_go_through_slices",
    "↑ ↓ ← →": "test_open_and_scroll.py::test_keys_move",
    "Shift+↑ ↓": "test_open_and_scroll.py::test_keys_move",
    "PgUp, PgDn": "test_open_and_scroll.py::test_going_from_series_to_series_keeps_each_ones_place",
    "Home, End": "test_open_and_scroll.py::test_keys_move",
    ", .": "test_open_and_scroll.py::test_a_4d_nifti_has_phases",
    "double click": "test_panes.py::test_double_click_brings_one_pane_to_the_front_and_back",
    "Tab": "test_panes.py::test_a_series_in_each_pane_and_each_keeps_its_state",
    "D, Shift+D": "test_privacy.py::test_every_text_is_hidden_and_comes_back",
    "M": "test_mpr.py::test_slabs_and_back_to_the_panes_before",
    "Ctrl+1…4": "test_panes.py::test_a_smaller_layout_keeps_the_active_pane",
    "0": "test_look.py::test_keys_of_the_window",
    "1": "test_look.py::test_the_files_windows_take_turns",
    "2…9": "test_look.py::test_ct_presets_are_for_hounsfield_units_alone",
    "I": "test_look.py::test_invert_is_the_exact_complement_inside_the_slice",
    "R, Shift+R": "test_look.py::test_letters_follow_every_turn_and_flip",
    "H, V": "test_look.py::test_letters_follow_every_turn_and_flip",
    "C, Space": "test_cine.py::test_slices_go_around_and_pause",
    "L A O P": EVERY,
    "Ctrl+Enter": EVERY,
    "E": "test_dead_ends.py::test_a_held_key_peeks_steadily_while_the_system_repeats_it",
    "Ctrl+Z, Ctrl+Y": EVERY,
    "Esc": "test_reading_room.py::test_escape_puts_the_tool_away_then_resets_the_view",
    "Ctrl+C": "test_copy.py::test_the_finding_its_worth_and_the_caveat_of_the_map_are_below",
    "1…9 while a case is labelled": "test_labelling.py::test_cases_are_labelled_by_one_key_each",
    "F11": EVERY,
    "N / Shift+N": "test_series_scoring.py::test_the_series_is_scored_and_its_peaks_are_a_key_away",
    "Click jumps, drag scrubs": "test_series_scoring.py::test_a_click_jumps_a_drag_scrubs_and_the_wheel_goes_one",
}
"""(row of the page: the journey that goes its way), by file and test."""
ON_THE_STRIP = {"N / Shift+N", "Click jumps, drag scrubs"}
"""Rows out of the text about the slice strip."""


def rows_of(page: str) -> set[str]:
    """The gestures and keys of the first table, and what the text about the slice strip names."""
    lines = page.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("| gesture or key"))
    found = set(ON_THE_STRIP)
    for line in lines[begin + 2 :]:
        if not line.startswith("|"):
            break
        cells = [cell.strip().replace("`", "") for cell in line.strip("|").split("|")]
        found |= {cells[0], cells[3]}
    assert all(row in page.replace("`", "") for row in ON_THE_STRIP)
    return found


def test_every_row_of_the_page_has_its_journey(shared: Path) -> None:
    page = shared.parent / "reading-room.md"
    if not page.is_file():
        pytest.skip("the page of the reading room is not beside this checkout")
    assert rows_of(page.read_text(encoding="utf-8")) == set(JOURNEYS)


def test_every_journey_that_is_named_is_there() -> None:
    here = Path(__file__).parent
    missing = []
    for journey in set(JOURNEYS.values()):
        file, _, name = journey.partition("::")
        source = ast.parse((here / file).read_text(encoding="utf-8"))
        tests = {one.name for one in source.body if isinstance(one, ast.FunctionDef)}
        missing += [journey] if name not in tests else []
    assert missing == []


@pytest.fixture
def reader(launch: Launch, ct: Path) -> Reader:
    reader = launch(ct)
    reader.until_open()
    reader.pane.setFocus()
    return reader


def two_fingers(reader: Reader, pixels: int) -> None:
    """Move two fingers on a trackpad, where the system tells pixels and no angle."""
    at = QPointF(reader.pane.rect().center())
    event = QWheelEvent(
        at, reader.pane.mapToGlobal(at), QPoint(0, pixels), QPoint(), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.ScrollUpdate, False,
    )  # fmt: skip
    QApplication.sendEvent(reader.pane, event)


def test_notches_and_two_fingers_go_through_slices(reader: Reader) -> None:
    begin = reader.place[0]
    reader.wheel(-120)
    reader.wheel(-120)
    assert reader.place[0] == begin + 2
    places = []
    for pixels in (-12, -12, -12, 4, 40, 40):
        two_fingers(reader, pixels)
        places.append(reader.place[0] - begin)
    # Thirty pixels are a slice; who turns back begins anew.
    assert places == [2, 2, 3, 3, 2, 1]


def test_shift_drag_and_middle_drag_pan_alike(reader: Reader) -> None:
    before = reader.pane.viewport
    assert before is not None
    x, y = to_pane(before, 3, 3)
    reader.drag(Qt.MouseButton.MiddleButton, 40, 20)
    moved = reader.pane.viewport
    assert moved is not None
    assert to_pane(moved, 3, 3) == pytest.approx((x + 40, y + 20))
    begin = reader.pane.rect().center()
    reader.qtbot.mousePress(reader.pane, Qt.MouseButton.LeftButton, SHIFT, begin)
    for step in (QPoint(-15, -5), QPoint(-40, -20)):
        reader.qtbot.mouseMove(reader.pane, begin + step)
    reader.qtbot.mouseRelease(reader.pane, Qt.MouseButton.LeftButton, SHIFT, begin + QPoint(-40, -20))
    back = reader.pane.viewport
    assert back is not None
    assert to_pane(back, 3, 3) == pytest.approx((x, y))
    assert reader.program.view is not None
    assert reader.program.view.state.voi == reader.program.view.home.voi


def test_escape_puts_the_tool_away_then_resets_the_view(reader: Reader) -> None:
    reader.key(Qt.Key.Key_R)
    reader.key(Qt.Key.Key_L)
    assert reader.pane.cursor().shape() == Qt.CursorShape.CrossCursor
    view = reader.program.view
    assert view is not None
    turned = view.state.turn
    reader.key(Qt.Key.Key_Escape)
    assert reader.pane.cursor().shape() != Qt.CursorShape.CrossCursor
    assert view.state.turn == turned
    reader.key(Qt.Key.Key_Escape)
    assert view.state.turn == view.home.turn
