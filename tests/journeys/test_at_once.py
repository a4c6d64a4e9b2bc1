"""Looking while more comes in: the early picture of a long scan, the slice and the series that a person asks for."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.uid import JPEG2000Lossless
from PySide6.QtCore import Qt

from desktop.controllers import document
from desktop.jobs import open
from imaging import remote_read
from imaging import scan as scanning
from imaging.base.progress import Progress
from imaging.scan import RunningScan
from imaging.volume.series import Series, Source
from imaging.volume.volume import Volume
from tests.imaging.phantoms import l_values, save, write_series
from tests.journeys.conftest import Launch, Reader

KNOWN = 12
"""How many files of a series are known when its early picture comes."""


class Gate:
    """The scan comes as far as this many files, and further once the gate is open."""

    def __init__(self) -> None:
        self.count = KNOWN
        self._open = threading.Event()
        self._real = scanning.identify_in_process

    def open(self) -> None:
        """Let all through."""
        self._open.set()

    def __call__(self, source: Source, policy: Any) -> Any:
        self.count -= 1
        if self.count < 0:
            self._open.wait(30)
        return self._real(source, policy)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A long scan: it gives its early picture when `KNOWN` files were looked at, and then waits."""
    made = Gate()
    real = RunningScan.series_so_far
    monkeypatch.setattr(scanning, "identify_in_process", made)
    monkeypatch.setattr(open, "PREVIEW_SECONDS", 0.0)
    monkeypatch.setattr(RunningScan, "series_so_far", lambda self: real(self) if made.count <= 0 else ())
    # The scan says so after every file.
    monkeypatch.setattr("imaging.scan.FILES_A_STEP", 1)
    yield made
    made.open()


class Growing:
    """What takes the early picture over into the whole series, and waits for leave."""

    def __init__(self, real: Callable[..., Any]) -> None:
        self._real = real
        self.asked = 0
        self.leave = False

    def __call__(self, volume: Volume, place: tuple[int, int], series: Sequence[Series], reading: Any) -> Any:
        self.asked += 1
        while not self.leave:
            time.sleep(0.002)
            yield Progress("Sorting slices", 0)
        return (yield from self._real(volume, place, series, reading))


@pytest.fixture
def growing(monkeypatch: pytest.MonkeyPatch) -> Growing:
    made = Growing(open.grow_volume)
    monkeypatch.setattr(document, "grow_volume", made)
    monkeypatch.setattr(open, "grow_volume", made)
    return made


def long_series(folder: Path, slices: int = 40, start: int = 0, **elements: Any) -> Path:
    """A folder in which the files stand in another order than the slices: every third one first."""
    order = [number for first in range(3) for number in range(first, slices, 3)]
    names = [f"{start + order.index(number):04d}" for number in range(slices)]
    write_series(folder, values=_numbered(slices, start), names=names, **elements)
    return folder


def _numbered(slices: int, start: int, size: int = 24) -> NDArray[np.int16]:
    """Slices each of which looks different from all others, whatever the window."""
    values = l_values(slices, rows=size, columns=size)
    for number in range(slices):
        values[number, 3 + number % 16, 2:6] = 300 + 10 * number + start
    return values


def until_seen(reader: Reader, slices: int = KNOWN) -> None:
    """Until the early picture of so many slices is on screen, and all of them were read."""
    reader.until(lambda: reader.program.view is not None and reader.program.view.volume is not None)
    reader.until(lambda: shown_volume(reader).is_complete)
    assert shown(reader).slices == slices


def shown_volume(reader: Reader) -> Volume:
    assert reader.program.view is not None
    assert reader.program.view.volume is not None
    return reader.program.view.volume


def shown(reader: Reader) -> Series:
    return shown_volume(reader).series


def file_on_screen(reader: Reader) -> Path:
    """The file whose slice is looked at."""
    index, phase = reader.place
    return shown(reader).frame(phase, index).source.path


def click(reader: Reader, row: int) -> None:
    """Click on a series of the list."""
    view = reader.window.series.list
    at = view.visualRect(view.model().index(row, 0)).center()
    reader.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)


def names(reader: Reader) -> list[str]:
    assert reader.program.document is not None
    return [series.description for series in reader.program.document.series]


def test_the_slice_looked_at_in_the_early_picture_stays(launch: Launch, tmp_path: Path, gate: Gate) -> None:
    reader = launch(long_series(tmp_path / "long"))
    until_seen(reader)
    assert "Slice 7/12" in reader.corner
    for angle in (-120, -120, 120, -120):
        reader.wheel(angle)
    assert "Slice 9/12" in reader.corner
    file, pixels = file_on_screen(reader), reader.pixels()
    gate.open()
    reader.until_ready()
    assert shown(reader).slices == 40
    assert shown_volume(reader).is_complete
    assert file_on_screen(reader) == file
    np.testing.assert_array_equal(reader.pixels(), pixels)
    assert f"Slice {reader.place[0] + 1}/40" in reader.corner
    assert reader.window.strip.ledger.text() == "40 opened"
    assert reader.window.sliders.slices.maximum() == 39


def test_whoever_has_not_looked_around_begins_at_the_middle(launch: Launch, tmp_path: Path, gate: Gate) -> None:
    reader = launch(long_series(tmp_path / "long"))
    until_seen(reader)
    gate.open()
    reader.until_ready()
    assert reader.place == (20, 0)
    assert "Slice 21/40" in reader.corner


def test_scrolling_on_while_the_series_grows_holds_too(
    launch: Launch, tmp_path: Path, gate: Gate, growing: Growing
) -> None:
    reader = launch(long_series(tmp_path / "long"))
    until_seen(reader)
    reader.wheel(-120)
    gate.open()
    reader.until(lambda: growing.asked)
    reader.key(Qt.Key.Key_End)
    file, pixels = file_on_screen(reader), reader.pixels()
    growing.leave = True
    reader.until_ready()
    assert shown(reader).slices == 40
    assert file_on_screen(reader) == file
    np.testing.assert_array_equal(reader.pixels(), pixels)


def test_looking_around_only_once_the_series_grows_holds_too(
    launch: Launch, tmp_path: Path, gate: Gate, growing: Growing
) -> None:
    reader = launch(long_series(tmp_path / "long"))
    until_seen(reader)
    gate.open()
    reader.until(lambda: growing.asked)
    reader.key(Qt.Key.Key_Home)
    reader.wheel(-120)
    file = file_on_screen(reader)
    growing.leave = True
    reader.until_ready()
    assert shown(reader).slices == 40
    assert file_on_screen(reader) == file


@pytest.mark.parametrize("key", ["mpr", "mip"])
def test_volumes_wait_for_the_files_that_are_still_being_found(
    launch: Launch, tmp_path: Path, gate: Gate, key: str
) -> None:
    reader = launch(long_series(tmp_path / "long"))
    until_seen(reader)
    actions = reader.window.menus.actions
    assert not any(actions[name].isEnabled() for name in ("export", "deidentify", "label"))
    actions[key].trigger()
    reader.until(lambda: "begins when all are there" in reader.window.strip.message.text_whole)
    gate.open()
    panes = reader.program.panes
    reader.until(lambda: (panes.arrangement.is_mpr, panes.arrangement.is_projection)[key == "mip"])
    reader.until_ready()
    assert shown_volume(reader).series.slices == 40
    assert all(actions[name].isEnabled() for name in ("export", "deidentify", "label"))
    actions[key].trigger()
    assert shown(reader).slices == 40


@pytest.fixture
def three(tmp_path: Path, gate: Gate) -> Path:
    """Three series, of which four files each stand at the front of the folder."""
    gate.count = 12
    for number in (1, 2, 3):
        elements = {"SeriesInstanceUID": f"1.2.{number}", "SeriesNumber": number, "SeriesDescription": f"S{number}"}
        write_series(tmp_path / "three", values=_numbered(10, 100 * number), names=[
            f"{'a' if place % 3 == 0 else 'b'}{number}{place:02d}" for place in range(10)
        ], **elements)  # fmt: skip
    return tmp_path / "three"


def test_a_series_clicked_on_while_the_scan_runs_is_the_one_that_stays(launch: Launch, three: Path, gate: Gate) -> None:
    reader = launch(three)
    until_seen(reader, 4)
    assert names(reader) == ["S1", "S2", "S3"]
    click(reader, 2)
    reader.until(lambda: shown(reader).description == "S3")
    reader.key(Qt.Key.Key_Home)
    file = file_on_screen(reader)
    gate.open()
    reader.until_ready()
    assert names(reader) == ["S1", "S2", "S3"]
    assert (shown(reader).description, shown(reader).slices) == ("S3", 10)
    assert file_on_screen(reader) == file


def test_a_click_that_comes_as_the_series_grow_is_followed(
    launch: Launch, three: Path, gate: Gate, growing: Growing
) -> None:
    reader = launch(three)
    until_seen(reader, 4)
    reader.wheel(-120)
    gate.open()
    reader.until(lambda: growing.asked)
    click(reader, 2)
    click(reader, 1)
    reader.qtbot.wait(30)
    growing.leave = True
    reader.until(lambda: shown(reader).slices == 10 and shown(reader).description == "S2")
    reader.until_ready()
    assert (shown(reader).description, shown(reader).slices) == ("S2", 10)
    assert reader.window.strip.ledger.text() == "30 opened"
    assert not reader.window.strip.cancel.isVisible()
    for row, name in ((0, "S1"), (2, "S3")):
        click(reader, row)
        reader.until(lambda name=name: shown(reader).description == name)
        assert shown(reader).slices == 10


class SlowFirst:
    """First pictures that wait for leave, and note what was asked for."""

    def __init__(self) -> None:
        self.real = open.read_first_picture
        self.leave = True
        self.asked: list[str] = []

    def __call__(self, series: Series, reading: Any, index: int | None = None) -> Any:
        self.asked.append(series.description)
        while not self.leave:
            time.sleep(0.002)
            yield Progress("Reading slices", 0)
        return (yield from self.real(series, reading, index))


@pytest.fixture
def slow_first(monkeypatch: pytest.MonkeyPatch) -> SlowFirst:
    made = SlowFirst()
    monkeypatch.setattr(document, "read_first_picture", made)
    return made


def test_of_several_clicks_the_last_one_holds(launch: Launch, three: Path, gate: Gate, slow_first: SlowFirst) -> None:
    gate.open()
    reader = launch(three)
    reader.until_open()
    assert shown(reader).description == "S1"
    slow_first.leave = False
    click(reader, 1)
    click(reader, 2)
    reader.qtbot.wait(30)
    assert shown(reader).description == "S1"
    slow_first.leave = True
    reader.until(lambda: shown(reader).description == "S3")
    # The second click may come before the first one's work has begun, which is then never done.
    assert slow_first.asked in (["S3"], ["S2", "S3"])
    slow_first.leave = False
    click(reader, 1)
    # In memory, and so at once.
    click(reader, 0)
    reader.until(lambda: shown(reader).description == "S1")
    slow_first.leave = True
    reader.until_ready()
    reader.qtbot.wait(30)
    assert shown(reader).description == "S1"


def test_a_click_back_on_what_is_shown_takes_the_other_one_back(
    launch: Launch, three: Path, gate: Gate, slow_first: SlowFirst
) -> None:
    gate.open()
    reader = launch(three)
    reader.until_open()
    slow_first.leave = False
    click(reader, 1)
    reader.until(lambda: slow_first.asked)
    click(reader, 0)
    slow_first.leave = True
    reader.until_ready()
    reader.qtbot.wait(30)
    assert shown(reader).description == "S1"


def test_two_steps_in_a_row_are_two_series(launch: Launch, three: Path, gate: Gate, slow_first: SlowFirst) -> None:
    gate.open()
    reader = launch(three)
    reader.until_open()
    slow_first.leave = False
    reader.key(Qt.Key.Key_PageDown)
    reader.key(Qt.Key.Key_PageDown)
    slow_first.leave = True
    reader.until(lambda: shown(reader).description == "S3")


def test_a_click_on_what_was_open_before_does_not_come_into_what_is_opened(
    launch: Launch, three: Path, gate: Gate, slow_first: SlowFirst, ct: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without an early picture.
    monkeypatch.setattr(open, "PREVIEW_SECONDS", 3600.0)
    gate.open()
    reader = launch(three)
    reader.until_open()
    slow_first.leave = False
    reader.window.paths_requested.emit([ct])
    click(reader, 1)
    reader.until(lambda: len(names(reader)) == 1)
    slow_first.leave = True
    reader.until_ready()
    reader.qtbot.wait(30)
    assert names(reader) == [shown(reader).description]
    assert shown(reader).slices == 10
    assert "Slice 6/10" in reader.corner


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """A series of 60 compressed slices."""
    for path in write_series(tmp_path / "packed", values=_numbered(60, 0, size=64)):
        read = dcmread(path)
        read.compress(JPEG2000Lossless, generate_instance_uid=False)
        save(read, path)
    return tmp_path / "packed"


def test_a_compressed_slice_that_is_scrolled_to_goes_before_all_that_waits(
    launch: Launch, packed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[tuple[int, ...], bool]] = []
    real = remote_read.read_frames
    held = threading.Event()

    def noted(series: Series, wanted: Sequence[int], reading: Any, *, urgent: bool = False) -> Any:
        asked.append((tuple(wanted), urgent))
        if len(wanted) > 1 and not held.is_set():
            # The stream has been begun, and is slow.
            while not held.wait(0.005):
                yield None
        yield from real(series, wanted, reading, urgent=urgent)

    monkeypatch.setattr(remote_read, "read_frames", noted)
    reader = launch(packed)
    reader.until(lambda: any(len(wanted) > 1 for wanted, _ in asked))
    reader.key(Qt.Key.Key_Home)
    assert reader.pane.picture is not None
    assert reader.pane.picture.message.startswith("Reading slice 1")
    reader.until(lambda: reader.program.view is not None and reader.program.view.slice is not None)
    assert ((0,), True) in asked
    assert not shown_volume(reader).is_complete
    held.set()
    reader.until_ready()
    assert shown_volume(reader).is_complete
    np.testing.assert_array_equal(shown_volume(reader).stored[0], _numbered(60, 0, size=64))


@pytest.mark.parametrize("key", ["mpr", "mip"])
def test_volumes_begin_in_the_pane_they_were_asked_for_in(launch: Launch, three: Path, gate: Gate, key: str) -> None:
    reader = launch(three)
    until_seen(reader, 4)
    panes = reader.program.panes
    panes.set_layout("1x2")
    reader.window.menus.actions[key].trigger()
    asked = shown(reader).description
    panes.step(1)
    assert panes.active.series is None, "the other pane is empty"
    gate.open()
    reader.until(lambda: panes.arrangement.derived != "")
    reader.until_ready()
    assert shown_volume(reader).series.description == asked


@pytest.mark.parametrize("key", ["mpr", "mip"])
def test_volumes_do_not_begin_once_another_series_was_chosen(launch: Launch, three: Path, gate: Gate, key: str) -> None:
    reader = launch(three)
    until_seen(reader, 4)
    reader.window.menus.actions[key].trigger()
    click(reader, 2)
    reader.until(lambda: shown(reader).description == "S3")
    gate.open()
    reader.until_ready()
    assert reader.program.panes.arrangement.derived == ""
    assert "begins when" not in reader.window.strip.message.text_whole
