"""Cine: pictures follow each other at the file's rate or another one, once around or back and forth."""

from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.imaging.phantoms import l_values, write_series
from tests.journeys.conftest import Launch, Reader

SLICES = 6


@pytest.fixture
def reader(launch: Launch, tmp_path: Path) -> Reader:
    write_series(tmp_path / "ct", values=l_values(SLICES), CineRate=40)
    reader = launch(tmp_path / "ct")
    reader.until_open()
    reader.pane.setFocus()
    return reader


def places(reader: Reader, count: int) -> list[int]:
    """The slices that come on screen one after another."""
    found = [reader.place[0]]

    def note() -> bool:
        if reader.place[0] != found[-1]:
            found.append(reader.place[0])
        return len(found) > count

    reader.until(note)
    return found


def test_slices_go_around_and_pause(reader: Reader) -> None:
    reader.key(Qt.Key.Key_C)
    assert reader.window.menus.actions["cine"].isChecked()
    assert "40 pictures a second (as the file says)" in reader.window.strip.message.text_whole
    seen = places(reader, SLICES + 1)
    assert set(seen) == set(range(SLICES))
    assert {(after - before) % SLICES for before, after in pairwise(seen)} <= {1, 2}
    reader.key(Qt.Key.Key_Space)
    assert not reader.window.menus.actions["cine"].isChecked()
    stands = reader.place
    reader.qtbot.wait(120)
    assert reader.place == stands


def test_back_and_forth_at_another_rate(reader: Reader) -> None:
    reader.key(Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    reader.key(Qt.Key.Key_Period, Qt.KeyboardModifier.AltModifier)
    reader.key(Qt.Key.Key_C)
    assert "60 pictures a second (chosen here)" in reader.window.strip.message.text_whole
    seen = places(reader, 3 * SLICES)
    assert {abs(after - before) for before, after in pairwise(seen)} <= {1, 2}
    reader.key(Qt.Key.Key_C)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"FrameTime": 50}, "20 pictures a second (as the file says)"),
        ({"CineRate": 0, "FrameTime": 0}, "10 pictures a second (the file names no rate)"),
        ({"RecommendedDisplayFrameRate": 12, "CineRate": 40}, "12 pictures a second (as the file says)"),
    ],
    ids=lambda value: "" if isinstance(value, str) else "-".join(value),
)
def test_the_rate_is_the_files(launch: Launch, tmp_path: Path, facts: dict[str, int], said: str) -> None:
    write_series(tmp_path / "ct", values=l_values(SLICES), **facts)
    reader = launch(tmp_path / "ct")
    reader.until_open()
    reader.pane.setFocus()
    reader.key(Qt.Key.Key_C)
    assert said in reader.window.strip.message.text_whole
    reader.key(Qt.Key.Key_C)


def test_phases_of_a_4d_series_run(launch: Launch, head: Path) -> None:
    reader = launch(head)
    reader.until_open()
    reader.pane.setFocus()
    index = reader.place[0]
    reader.key(Qt.Key.Key_C)
    reader.until(lambda: reader.place[1] == 2)
    reader.until(lambda: reader.place[1] == 0)
    reader.key(Qt.Key.Key_C)
    assert reader.place[0] == index


def test_another_series_ends_it(reader: Reader, pictures: Path) -> None:
    reader.key(Qt.Key.Key_C)
    reader.open(pictures)
    reader.until(lambda: not reader.window.menus.actions["cine"].isChecked())


def test_escape_ends_it_and_changes_nothing_else(reader: Reader) -> None:
    reader.key(Qt.Key.Key_I)
    reader.key(Qt.Key.Key_C)
    reader.key(Qt.Key.Key_Escape)
    assert not reader.window.menus.actions["cine"].isChecked()
    assert reader.program.panes is not None
    assert reader.program.panes.active.state.inverted
    reader.key(Qt.Key.Key_Escape)
    assert not reader.program.panes.active.state.inverted
