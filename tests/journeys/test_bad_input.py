"""What cannot be opened, and what is stopped: the session on screen stays as it was."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt

from desktop.startup import crash_reports
from imaging.base.errors import Refusal
from imaging.formats.dicom import reader as dicom
from imaging.volume.series import Series
from tests.imaging.phantoms import l_values, write_series
from tests.journeys.conftest import Launch, Reader


def empty(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_text("no picture\n" * 40)


def nifti_of_nothing(path: Path) -> None:
    path.write_bytes(b"\x5c\x01\0\0" + b"\xff" * 340 + b"n+1\0" + b"\0" * 40)


def half_a_png(path: Path) -> None:
    from PIL import Image

    noise = np.random.default_rng(0).integers(0, 255, (80, 80), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:2000])


def missing(path: Path) -> None:
    assert not path.exists()


@pytest.mark.parametrize(
    ("name", "spoil", "code"),
    [
        ("nothing.dcm", empty, "E_EMPTY"),
        ("notes.txt", text, "E_UNKNOWN_FORMAT"),
        ("broken.nii", nifti_of_nothing, "E_HEADER"),
        ("half.png", half_a_png, "E_TRUNCATED"),
        ("gone.dcm", missing, "E_MISSING"),
    ],
)
def test_a_bad_file_keeps_the_session(
    launch: Launch, ct: Path, tmp_path: Path, name: str, spoil: Callable[[Path], None], code: str
) -> None:
    reader = launch(ct)
    reader.until_open()
    reader.key(Qt.Key.Key_End)
    before = reader.pixels()
    spoil(tmp_path / name)
    reader.open(tmp_path / name)
    message = reader.window.strip.message.text_whole
    assert code in message
    assert reader.place == (9, 0)
    assert np.array_equal(reader.pixels(), before)
    assert reader.program.document is not None
    assert len(reader.program.document.series) == 1
    assert "1 skipped" in reader.window.strip.ledger.text()


def test_the_rest_opens_and_the_ledger_names_what_did_not(launch: Launch, ct: Path) -> None:
    text(ct / "notes.txt")
    empty(ct / "IM9999.dcm")
    reader = launch(ct)
    reader.until_open()
    assert "Slice 6/10" in reader.corner
    assert reader.window.strip.ledger.text() == "10 opened, 2 skipped"
    reader.window.strip.ledger.click()
    assert reader.window.ledger.isVisible()
    assert reader.program.document is not None
    assert sorted(row.code.value for row in reader.program.document.ledger.skipped) == ["E_EMPTY", "E_UNKNOWN_FORMAT"]


def test_a_truncated_slice_among_good_ones_says_so_in_its_place(launch: Launch, ct: Path) -> None:
    last = sorted(ct.iterdir())[-1]
    whole = last.read_bytes()
    last.write_bytes(whole[: len(whole) - 200])
    reader = launch(ct)
    reader.until_open()
    assert "1 skipped" in reader.window.strip.ledger.text()


class Slow:
    """A reader that waits for leave before each frame; it stands before the real one."""

    def __init__(self, real: Callable[[Series, Sequence[int], Any, Any], Iterator[Any]]) -> None:
        self._real = real
        self.leave = 0
        self.served: list[int] = []
        self.closed = 0
        self.asked = 0

    def __call__(
        self, series: Series, wanted: Sequence[int], room: Any, policy: Any
    ) -> Iterator[tuple[int, NDArray[Any] | Refusal | None] | None]:
        self.asked += 1
        try:
            for number in wanted:
                while self.leave <= 0:
                    yield None
                self.leave -= 1
                self.served.append(number)
                yield from self._real(series, [number], room, policy)
        except GeneratorExit:
            self.closed += 1
            raise


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    slow = Slow(dicom.read_into)
    monkeypatch.setattr(dicom, "read_into", slow)
    return slow


def test_cancel_stops_a_load_and_keeps_what_is_there(launch: Launch, ct: Path, slow: Slow) -> None:
    reader = launch(ct)
    slow.leave = 4
    reader.until(lambda: reader.program.view is not None and reader.program.view.volume is not None)
    reader.until(lambda: slow.leave == 0)
    assert reader.program.document is not None
    reader.until(lambda: reader.window.strip.cancel.isVisible())
    reader.window.strip.cancel.click()
    reader.until_ready()
    assert not reader.window.strip.cancel.isVisible()
    assert "Slice 6/10" in reader.corner
    assert slow.served[0] == 5
    assert len(slow.served) == 4
    # What was cancelled would take the leave that is meant for the last slice.
    reader.until(lambda: slow.closed == 1)
    slow.leave = 1
    reader.key(Qt.Key.Key_End)
    reader.until(lambda: reader.program.view is not None and reader.program.view.slice is not None)
    assert slow.served[-1] == 9
    # Whoever asks for planes wants the rest after all; Esc ends the waiting as well.
    for _ in range(2):
        reader.window.menus.actions["mpr"].trigger()
        assert "begins when all are there" in reader.window.strip.message.text_whole
        reader.key(Qt.Key.Key_Escape)
        reader.until_ready()
        assert not reader.program.panes.arrangement.is_mpr
    reader.window.menus.actions["mpr"].trigger()
    slow.leave = 100
    reader.until(lambda: reader.program.panes.arrangement.is_mpr)


def test_cancel_before_the_first_picture_keeps_the_session(
    launch: Launch, ct: Path, tmp_path: Path, slow: Slow
) -> None:
    slow.leave = 100
    reader = launch(ct)
    reader.until_open()
    slow.leave = 0
    other = tmp_path / "other"
    write_series(other, values=l_values(4))
    before = slow.asked
    reader.window.paths_requested.emit([other])
    reader.until(lambda: slow.asked > before)
    reader.key(Qt.Key.Key_Escape)
    reader.until(lambda: slow.closed == 1)
    assert "Slice 6/10" in reader.corner


def test_the_slice_that_is_scrolled_to_is_read_first(launch: Launch, tmp_path: Path, slow: Slow) -> None:
    folder = tmp_path / "long"
    write_series(folder, values=l_values(60))
    reader = launch(folder)
    slow.leave = 2
    reader.until(lambda: reader.program.view is not None and reader.program.view.volume is not None)
    reader.key(Qt.Key.Key_Home)
    assert reader.pane.picture is not None
    assert reader.pane.picture.message.startswith("Reading slice 1")
    slow.leave = 1000
    reader.until(lambda: reader.program.view is not None and reader.program.view.slice is not None)
    reader.until_ready()
    assert slow.served.index(0) < 20
    assert len(slow.served) == 60


def test_a_fault_of_ours_is_shown_and_the_program_goes_on(
    launch: Launch, ct: Path, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    reader: Reader = launch(ct)
    reader.until_open()

    def fails(series: Series, wanted: Sequence[int], room: Any, policy: Any) -> Iterator[Any]:
        raise KeyError("Doe^John")

    monkeypatch.setattr(dicom, "read_into", fails)
    reader.open(ct)
    assert "E_INTERNAL" in reader.window.strip.message.text_whole
    assert "Doe" not in reader.window.strip.message.text_whole
    assert "Slice 6/10" in reader.corner
    (report,) = crash_reports.find_unseen()
    assert "Doe" not in report.text
    crash_reports.delete(report)
