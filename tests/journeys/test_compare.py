"""Panes side by side: scrolled together by position or by number, windowed together, and the lines where each cuts."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from desktop.ui.slice_view.slice_view import SliceView
from tests.imaging.phantoms import SAGITTAL, l_values, write_series
from tests.journeys.conftest import Launch, Reader

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def write(folder: Path, number: int, slices: int, **facts: object) -> None:
    elements = {
        "SeriesInstanceUID": f"1.2.3.{number}",
        "SeriesNumber": number,
        "SeriesDescription": f"Series {number}",
        "FrameOfReferenceUID": "1.2.3.4",
        "RescaleSlope": 1,
        "RescaleIntercept": 0,
    } | facts
    write_series(folder / str(number), values=l_values(slices), **elements)  # type: ignore[arg-type]


def two_panes(launch: Launch, folder: Path) -> tuple[Reader, SliceView, SliceView]:
    reader = launch(folder)
    reader.until_open()
    reader.until(lambda: reader.window.series.rows.rowCount() == 2)
    reader.until_ready()
    reader.pane.setFocus()
    reader.key(Qt.Key.Key_2, CTRL)
    left, right = reader.window.panes.shown
    reader.key(Qt.Key.Key_Tab)
    reader.window.series.series_requested.emit(reader.window.series.rows.series[1].id)
    reader.until(lambda: right.picture is not None)
    reader.until_ready()
    left.setFocus()
    assert reader.pane is left
    return reader, left, right


def number(view: SliceView) -> int:
    """Which slice a pane shows, counted from 0."""
    assert view.picture is not None
    assert view.picture.corners is not None
    return int(view.picture.corners.bottom_left[0].split()[1].split("/")[0]) - 1


def test_slices_go_together_by_their_position(launch: Launch, tmp_path: Path) -> None:
    # 5 mm from slice to slice beside 2.5 mm, from 10 mm further up.
    write(tmp_path / "ct", 1, 10, step=5.0, origin=(-8.0, -12.0, 100.0))
    write(tmp_path / "ct", 2, 20, step=2.5, origin=(-8.0, -12.0, 110.0))
    reader, left, right = two_panes(launch, tmp_path / "ct")
    before = number(right)
    reader.wheel(-120)
    assert number(right) == before
    reader.key(Qt.Key.Key_K)
    for notches in (1, 1, -1):
        reader.wheel(-120 * notches)
        assert 100 + 5 * number(left) == 110 + 2.5 * number(right)
    reader.key(Qt.Key.Key_Home)
    assert (number(left), number(right)) == (0, 0)
    right.setFocus()
    reader.key(Qt.Key.Key_End)
    assert (number(left), number(right)) == (9, 19)
    reader.key(Qt.Key.Key_K)
    reader.wheel(120)
    assert (number(left), number(right)) == (9, 18)


def test_without_a_common_frame_of_reference_they_go_by_number(launch: Launch, tmp_path: Path) -> None:
    write(tmp_path / "ct", 1, 10)
    write(tmp_path / "ct", 2, 20, FrameOfReferenceUID="1.2.3.5", origin=(-8.0, -12.0, -500.0))
    reader, left, right = two_panes(launch, tmp_path / "ct")
    reader.wheel(-120)
    apart = number(right) - number(left)
    reader.key(Qt.Key.Key_K)
    reader.wheel(-120)
    reader.wheel(-120)
    assert number(right) - number(left) == apart
    reader.key(Qt.Key.Key_End)
    reader.key(Qt.Key.Key_Up)
    assert number(right) - number(left) == apart


def marks(*views: SliceView) -> list[str]:
    """What each pane says about its offset, by what a person can read of it."""
    return [view.writing.link for view in views]


def test_an_offset_is_kept_on_request_and_said_on_the_pane(launch: Launch, tmp_path: Path) -> None:
    write(tmp_path / "ct", 1, 10, step=5.0, origin=(-8.0, -12.0, 100.0))
    write(tmp_path / "ct", 2, 20, step=2.5, origin=(-8.0, -12.0, 100.0))
    reader, left, right = two_panes(launch, tmp_path / "ct")
    reader.key(Qt.Key.Key_K)
    reader.wheel(-120)
    assert (number(left), number(right)) == (6, 12)
    assert marks(left, right) == ["", ""]
    reader.key(Qt.Key.Key_K)
    right.setFocus()
    for _ in range(3):
        reader.wheel(-120)
    left.setFocus()
    reader.key(Qt.Key.Key_K, Qt.KeyboardModifier.AltModifier)
    assert marks(left, right) == ["", "Linked: +3 slices"]
    reader.wheel(120)
    assert (number(left), number(right)) == (5, 13)
    right.setFocus()
    reader.wheel(120)
    reader.wheel(120)
    assert (number(left), number(right)) == (4, 11)
    assert reader.window.menus.actions["link_scroll"].isChecked()
    assert reader.window.menus.actions["link_offset"].isChecked()
    reader.key(Qt.Key.Key_K, Qt.KeyboardModifier.AltModifier)
    assert marks(left, right) == ["", ""]
    left.setFocus()
    reader.wheel(-120)
    assert (number(left), number(right)) == (5, 10), "by position alone again"
    reader.key(Qt.Key.Key_K)
    assert not reader.window.menus.actions["link_scroll"].isChecked()


def test_another_series_in_a_pane_has_no_offset(launch: Launch, tmp_path: Path) -> None:
    write(tmp_path / "ct", 1, 10)
    write(tmp_path / "ct", 2, 10)
    reader, left, right = two_panes(launch, tmp_path / "ct")
    reader.key(Qt.Key.Key_Home)
    reader.key(Qt.Key.Key_K, Qt.KeyboardModifier.AltModifier)
    assert marks(left, right) == ["", "Linked: +5 slices"]
    right.setFocus()
    reader.window.series.series_requested.emit(reader.window.series.rows.series[0].id)
    reader.until(lambda: marks(left, right) == ["", ""])
    reader.until_ready()
    assert not reader.window.menus.actions["link_offset"].isChecked()


def test_panes_that_go_by_number_say_how_far_they_stand(launch: Launch, tmp_path: Path) -> None:
    write(tmp_path / "ct", 1, 10)
    write(tmp_path / "ct", 2, 10, FrameOfReferenceUID="1.2.3.5")
    reader, left, right = two_panes(launch, tmp_path / "ct")
    reader.wheel(-120)
    reader.key(Qt.Key.Key_K)
    assert marks(left, right) == ["", "Linked: −1 slice"]
    reader.key(Qt.Key.Key_K)
    assert marks(left, right) == ["", ""]


def test_window_and_zoom_are_shared_on_request(launch: Launch, tmp_path: Path) -> None:
    write(tmp_path / "ct", 1, 10, spacing=(1.0, 1.0))
    write(tmp_path / "ct", 2, 10, spacing=(0.5, 0.5))
    reader, left, right = two_panes(launch, tmp_path / "ct")
    reader.key(Qt.Key.Key_3)
    assert right.picture is not None
    assert right.picture.corners is not None
    assert not any("W 1500" in line for line in right.picture.corners.bottom_left)
    reader.key(Qt.Key.Key_K, SHIFT)
    assert any("W 1500" in line for line in right.picture.corners.bottom_left)
    reader.wheel(240, modifiers=CTRL)
    assert left.viewport is not None
    assert right.viewport is not None
    # As many screen pixels to the millimetre.
    assert right.viewport.zoom == pytest.approx(left.viewport.zoom / 2)
    reader.key(Qt.Key.Key_I)
    assert any("inverted" in line for line in right.picture.corners.bottom_left)


def test_each_pane_shows_where_the_other_cuts_it(launch: Launch, tmp_path: Path) -> None:
    write(tmp_path / "ct", 1, 10, step=2.0, origin=(-8.0, -12.0, 100.0))
    write(tmp_path / "ct", 2, 10, step=1.0, orientation=SAGITTAL, origin=(4.0, -12.0, 121.0))
    reader, left, right = two_panes(launch, tmp_path / "ct")
    assert left.picture is not None
    assert right.picture is not None
    [line] = left.picture.annotations
    ends = np.array(line.paths[0])
    # Slice k of the sagittal series lies at x = 4 - k, so at column 12 - k of the axial one.
    assert ends[:, 1] == pytest.approx(12 - number(right))
    assert line.lines == (f"{number(right) + 1}",)
    [line] = right.picture.annotations
    # Slice k of the axial series lies at z = 100 + 2k, and rows of the sagittal one go down from 121.
    assert np.array(line.paths[0])[:, 0] == pytest.approx(121 - (100 + 2 * number(left)))
    reader.wheel(-120)
    assert np.array(right.picture.annotations[0].paths[0])[:, 0] == pytest.approx(121 - (100 + 2 * number(left)))
    reader.key(Qt.Key.Key_X)
    assert right.picture.annotations == ()
    reader.key(Qt.Key.Key_X)
    reader.key(Qt.Key.Key_1, CTRL)
    assert reader.pane.picture is not None
    assert reader.pane.picture.annotations == ()


def test_an_offset_is_kept_from_within_mpr_too(launch: Launch, tmp_path: Path) -> None:
    write(tmp_path / "ct", 1, 10)
    write(tmp_path / "ct", 2, 10)
    reader, left, right = two_panes(launch, tmp_path / "ct")
    reader.key(Qt.Key.Key_End)
    reader.key(Qt.Key.Key_M)
    reader.until(lambda: reader.pane not in (left, right) and reader.pane.picture is not None)
    reader.until_ready()
    assert reader.window.sliders.looked_at.text() == "", "planes are no stored slices"
    reader.key(Qt.Key.Key_Tab)
    reader.key(Qt.Key.Key_End)
    reader.until_ready()
    assert reader.window.sliders.slices.value() == 15, "more planes than slices"
    reader.key(Qt.Key.Key_K, Qt.KeyboardModifier.AltModifier)
    reader.key(Qt.Key.Key_M)
    assert (number(left), marks(left, right)[0]) == (9, "")
    assert "Linked" in marks(left, right)[1]
