"""What was open comes back after a crash or on request, if the person allows it, and from paths alone."""

import json
import os
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from desktop.jobs.session.session_file import find_session_file
from desktop.state.settings import SESSION
from imaging.volume.windowing import Window
from tests.imaging.phantoms import l_values, write_series
from tests.journeys.conftest import Launch, Reader

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALLOWED = {SESSION.name: "True"}


@pytest.fixture
def studies(tmp_path: Path) -> list[Path]:
    """Two folders with a CT series each."""
    for number in range(2):
        write_series(
            tmp_path / f"study{number}", values=l_values(), SeriesInstanceUID=f"1.2.3.{number}", SeriesNumber=number,
            PatientName="Roe^Jane", PatientID="4711", SeriesDescription="Thorax",
        )  # fmt: skip
    return [tmp_path / f"study{number}" for number in range(2)]


def kept() -> dict[str, object]:
    path = find_session_file()
    found: dict[str, object] = json.loads(path.read_bytes()) if path.is_file() else {}
    return found


def look_around(reader: Reader) -> None:
    """Two panes with a series each, both at another slice and window than at first."""
    reader.until_open()
    reader.until(lambda: reader.window.series.rows.rowCount() == 2)
    reader.pane.setFocus()
    reader.key(Qt.Key.Key_2, CTRL)
    reader.key(Qt.Key.Key_Tab)
    reader.window.series.series_requested.emit(reader.window.series.rows.series[1].id)
    reader.until(lambda: reader.pane.picture is not None)
    reader.until_ready()
    reader.key(Qt.Key.Key_Home)
    reader.key(Qt.Key.Key_3)
    reader.key(Qt.Key.Key_I)


def seen(reader: Reader) -> list[tuple[int, int, bool, tuple[float, float]]]:
    """(series number, slice, whether it is inverted, window) of each pane on screen, the active one first."""
    assert reader.program.panes is not None
    found = []
    for view in reader.program.panes:
        assert view.series is not None
        assert isinstance(view.state.voi, Window)
        window = view.state.voi.centre, view.state.voi.width
        found.append((view.series.number or 0, view.state.index, view.state.inverted, window))
    return found


def end_badly(reader: Reader) -> None:
    """End the program, and leave the file as it was while the program ran: as a crash leaves it."""
    content = find_session_file().read_bytes()
    reader.program.shut_down()
    find_session_file().write_bytes(content)


def until_asked(reader: Reader) -> QMessageBox:
    reader.until(lambda: reader.window.findChildren(QMessageBox))
    (box,) = reader.window.findChildren(QMessageBox)
    return box


def answer(box: QMessageBox, text: str) -> None:
    next(button for button in box.buttons() if button.text() == text).click()


def test_after_a_crash_it_is_offered_and_comes_back(launch: Launch, studies: list[Path]) -> None:
    reader = launch(*studies, kept=dict(ALLOWED))
    look_around(reader)
    before = seen(reader)
    assert [one[:3] for one in before] == [(1, 0, True), (0, 5, False)]
    reader.until(lambda: len(kept().get("panes", ())) == 2 and kept()["panes"][1]["inverted"])  # type: ignore[arg-type, index]
    text = find_session_file().read_text(encoding="utf-8")
    assert not any(secret in text for secret in ("Roe", "Jane", "4711", "Thorax", "1.2.3."))
    end_badly(reader)
    again = launch(kept=dict(ALLOWED))
    answer(until_asked(again), "Open again")
    again.until(lambda: len(again.window.panes.shown) == 2)
    again.until(lambda: all(view.series is not None for view in again.program.panes or ()))
    again.until(lambda: seen(again) == before)
    again.until_ready()


def test_what_was_not_wanted_is_not_offered_again_but_is_there_on_request(launch: Launch, ct: Path) -> None:
    reader = launch(ct, kept=dict(ALLOWED))
    reader.until_open()
    reader.until(lambda: kept().get("panes"))
    end_badly(reader)
    again = launch(kept=dict(ALLOWED))
    answer(until_asked(again), "Not now")
    again.until(lambda: kept()["owner"] is None)
    assert again.program.view is not None
    assert again.program.view.series is None
    again.program.shut_down()
    third = launch(kept=dict(ALLOWED))
    third.until_ready()
    assert third.window.findChildren(QMessageBox) == []
    third.key(Qt.Key.Key_R, CTRL | SHIFT)
    third.until_open()


@pytest.mark.parametrize(("derived", "panes"), [("mpr", 3), ("mip", 2)])
def test_mpr_and_the_projection_come_back(launch: Launch, ct: Path, derived: str, panes: int) -> None:
    reader = launch(ct, kept=dict(ALLOWED))
    reader.until_open()
    reader.window.menus.actions[derived].trigger()
    reader.until(lambda: len(reader.window.panes.shown) == panes)
    reader.program.shut_down()
    assert kept()["derived"] == derived
    again = launch(kept=dict(ALLOWED))
    again.until_ready()
    again.window.menus.actions["restore"].trigger()
    again.until(lambda: len(again.window.panes.shown) == panes)
    again.until_ready()


def test_nothing_is_kept_unless_a_person_allows_it(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    reader.program.shut_down()
    assert not find_session_file().exists()


def test_it_is_said_that_it_is_kept_and_taking_it_back_takes_the_file_away(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    switch = reader.window.menus.actions["keep_session"]
    switch.trigger()
    assert str(find_session_file()) in reader.window.strip.message.text_whole
    reader.until(lambda: kept().get("paths") == [str(ct)])
    switch.trigger()
    reader.until(lambda: not find_session_file().exists())
    reader.program.shut_down()
    assert not find_session_file().exists()


def test_a_damaged_file_is_set_aside_and_said(launch: Launch, ct: Path) -> None:
    find_session_file().parent.mkdir(parents=True, exist_ok=True)
    find_session_file().write_bytes(b'{"format": 1, "paths": 7}')
    reader = launch(kept=dict(ALLOWED))
    aside = find_session_file().with_suffix(".damaged.json")
    reader.until(lambda: str(aside) in reader.window.strip.message.text_whole)
    assert aside.read_bytes() == b'{"format": 1, "paths": 7}'
    reader.open(ct)
    reader.until(lambda: kept().get("paths") == [str(ct)])


def test_a_path_that_is_gone_is_a_sentence_and_the_others_open(launch: Launch, studies: list[Path]) -> None:
    reader = launch(*studies, kept=dict(ALLOWED))
    reader.until_open()
    reader.until_ready()
    reader.program.shut_down()
    gone = studies[0].rename(studies[0].with_name("elsewhere"))
    again = launch(kept=dict(ALLOWED))
    again.until_ready()
    again.window.menus.actions["restore"].trigger()
    again.until_open()
    again.until(lambda: f"1 of the 2 files or folders that were open is not there any more: {studies[0]}"
                in again.window.strip.message.text_whole)  # fmt: skip
    assert again.window.series.rows.rowCount() == 1
    again.program.shut_down()
    gone.rename(studies[0])
    for one in studies:
        one.rename(one.with_name(f"{one.name}-away"))
    third = launch(kept=dict(ALLOWED))
    third.until_ready()
    third.window.menus.actions["restore"].trigger()
    third.until(lambda: "not there any more" in third.window.strip.message.text_whole)
    assert third.program.view is not None
    assert third.program.view.series is None


def test_the_file_belongs_to_the_window_that_was_there_first(launch: Launch, ct: Path) -> None:
    other = psutil.Process(os.getppid())
    reader = launch(ct, kept=dict(ALLOWED))
    reader.until_open()
    reader.until(lambda: kept().get("panes"))
    end_badly(reader)
    theirs = json.dumps(kept() | {"owner": {"pid": other.pid, "began": other.create_time()}}).encode()
    find_session_file().write_bytes(theirs)
    second = launch(ct, kept=dict(ALLOWED))
    second.until_open()
    assert second.window.findChildren(QMessageBox) == []
    second.program.shut_down()
    assert find_session_file().read_bytes() == theirs


def test_a_series_of_two_openings_comes_back_whole(launch: Launch, studies: list[Path]) -> None:
    later = studies[0].parent / "later"
    later.mkdir()
    first = sorted(studies[0].iterdir())[0]
    first.rename(later / first.name)
    reader = launch(studies[0], kept=dict(ALLOWED))
    reader.until_open()
    reader.window.paths_dropped.emit([later])
    reader.until(lambda: reader.window.series.rows.series[0].slices == 10)
    reader.until(lambda: kept().get("paths") == [str(studies[0]), str(later)])
