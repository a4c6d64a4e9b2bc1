"""Measuring with mouse and keys: every tool, moves, undo, the list, files, and finding it all again tomorrow."""

import json
import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from desktop.cli import run
from desktop.state.picture import DrawnShape
from desktop.state.pointer import place_on_pane
from desktop.ui.annotation_pages import AnnotationPages
from desktop.ui.dialogs.shape_label import ShapeLabelDialog
from imaging.annotations.store import default_store_path
from tests.imaging.phantoms import write_series
from tests.journeys.conftest import Launch, Reader
from tests.reading import POOL

LEFT = Qt.MouseButton.LeftButton
NONE, SHIFT, CONTROL = (
    Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
)  # fmt: skip
SPACING = (2.0, 1.0)
Point = tuple[float, float]


class Measurer(Reader):
    """A person who draws: points are (row, column) of the slice."""

    @property
    def drawn(self) -> tuple[DrawnShape, ...]:
        assert self.pane.picture is not None
        return self.pane.picture.annotations

    @property
    def value(self) -> str:
        """The text beside the only shape."""
        (shape,) = self.drawn
        return "\n".join(shape.lines)

    @property
    def pages(self) -> AnnotationPages:
        """The list and the dialogs."""
        found = self.window.findChild(AnnotationPages)
        assert isinstance(found, AnnotationPages)
        return found

    @property
    def said(self) -> str:
        """The line at the bottom of the window."""
        return self.window.strip.message.text_whole

    def at(self, point: Point) -> QPoint:
        viewport = self.pane.viewport
        assert viewport is not None
        x, y = place_on_pane(viewport, point)
        return QPoint(round(x), round(y))

    def stroke(self, *points: Point, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Press at the first point, drag through the others, let go at the last."""
        places = [self.at(point) for point in points]
        self.qtbot.mousePress(self.pane, LEFT, modifiers, places[0])
        for begin, end in pairwise(places):
            for share in (0.3, 0.6, 1.0):
                self.move(begin + (end - begin) * share, LEFT, modifiers)
        self.qtbot.mouseRelease(self.pane, LEFT, modifiers, places[-1])

    def move(self, place: QPoint, buttons: Qt.MouseButton, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Move the pointer; QTest's own move carries neither buttons nor keys."""
        event = QMouseEvent(
            QEvent.Type.MouseMove, QPointF(place), QPointF(self.pane.mapToGlobal(place)),
            Qt.MouseButton.NoButton, buttons, modifiers,
        )  # fmt: skip
        QApplication.sendEvent(self.pane, event)

    def click(self, point: Point) -> None:
        self.move(self.at(point), Qt.MouseButton.NoButton)
        self.qtbot.mouseClick(self.pane, LEFT, NONE, self.at(point))

    def answer(self, text: str) -> None:
        dialog = self.until_asked(ShapeLabelDialog)
        dialog.line.setText(text)
        dialog.accept()
        self.until(lambda: self.dialog(ShapeLabelDialog) is None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A CT series of 10 slices of 48 × 40 pixels, 2 mm high and 1 mm wide; each value is its own."""
    values = np.random.default_rng(1).integers(0, 500, (10, 48, 40)).astype(np.int16)
    write_series(tmp_path / "ct", values=values, spacing=SPACING, PatientID="A 1", SeriesInstanceUID="1.2.3.4")
    return tmp_path / "ct"


@pytest.fixture
def person(launch: Launch, folder: Path) -> Callable[..., Measurer]:
    def start(path: Path = folder) -> Measurer:
        reader = launch(path)
        reader.until_open()
        return Measurer(reader.program, reader.qtbot)

    return start


def test_a_length_by_its_key_and_a_drag(person: Callable[..., Measurer]) -> None:
    one = person()
    one.key(Qt.Key.Key_L)
    one.stroke((10, 10), (20, 25))
    (shape,) = one.drawn
    assert one.value.endswith(" mm")
    assert float(one.value.split()[0]) == pytest.approx(math.hypot(20, 15), abs=1.0)
    assert np.allclose(shape.handles, ((10, 10), (20, 25)), atol=0.3)
    assert shape.is_selected
    # The tool is put away: a drag beside it windows again, and lets go of it.
    before = one.pane.picture
    one.stroke((40, 5), (30, 8))
    assert one.pane.picture is not before
    assert [shape.is_selected for shape in one.drawn] == [False]
    assert one.program.view is not None
    assert one.program.view.state.voi != one.program.view.home.voi


def test_two_clicks_are_a_length_too_and_shift_keeps_the_direction(person: Callable[..., Measurer]) -> None:
    one = person()
    one.key(Qt.Key.Key_L)
    one.click((10, 10))
    one.move(one.at((30, 12)), Qt.MouseButton.NoButton)
    assert "mm" in "".join(one.drawn[0].lines)
    one.click((30, 12))
    assert float(one.value.split()[0]) == pytest.approx(math.hypot(40, 2), abs=1.0)
    one.key(Qt.Key.Key_Delete)
    assert one.drawn == ()
    one.key(Qt.Key.Key_L)
    one.stroke((10, 10), (10.6, 30), modifiers=SHIFT)
    ((begin, end),) = (shape.handles for shape in one.drawn)
    assert begin[0] == pytest.approx(end[0], abs=1e-9)


def test_angles(person: Callable[..., Measurer]) -> None:
    one = person()
    one.key(Qt.Key.Key_A)
    for point in ((10, 20), (20, 20), (20, 30)):
        one.click(point)
    assert float(one.value.rstrip("°")) == pytest.approx(90, abs=2)
    one.key(Qt.Key.Key_Delete)
    one.program.main_window.menus.actions["tool_cobb"].trigger()
    one.stroke((5, 5), (5, 25))
    one.stroke((20, 5), (30, 25))
    # 10 rows of 2 mm over 20 columns of 1 mm.
    assert float(one.value.rstrip("°")) == pytest.approx(45, abs=2)


@pytest.mark.parametrize(("presses", "corners"), [(1, 4), (2, 96), (3, 0)])
def test_areas_by_one_key(person: Callable[..., Measurer], presses: int, corners: int) -> None:
    one = person()
    for _ in range(presses):
        one.key(Qt.Key.Key_O)
    if presses < 3:
        one.stroke((10, 10), (30, 30))
    else:
        one.stroke((10, 10), (10, 30), (30, 30), (30, 10), (10, 10))
    (shape,) = one.drawn
    assert not corners or len(shape.paths[0]) == corners + 1
    area = 20 * 20 * 2 * (math.pi / 4 if presses == 2 else 1)
    assert float(shape.lines[0].split()[0]) == pytest.approx(area, rel=0.06)
    assert "mm²" in shape.lines[0]
    assert shape.lines[1].startswith("mean ")
    assert " HU" in shape.lines[1]


def test_probe_arrow_and_text(person: Callable[..., Measurer]) -> None:
    one = person()
    one.key(Qt.Key.Key_P)
    one.click((12, 13))
    assert one.program.view is not None
    assert one.program.view.slice is not None
    assert one.value.startswith(f"{one.program.view.slice.values[12, 13]:.0f} HU")
    shown = int(one.program.view.picture.frame[12, 13])
    assert f"shown {shown}" in one.drawn[0].lines[0]
    one.key(Qt.Key.Key_I)
    assert f"shown {255 - shown}" in one.drawn[0].lines[0]
    one.key(Qt.Key.Key_I)
    one.key(Qt.Key.Key_Delete)
    actions = one.program.main_window.menus.actions
    actions["tool_arrow"].trigger()
    one.stroke((10, 10), (20, 20))
    assert [shape.has_head for shape in one.drawn] == [True]
    one.key(Qt.Key.Key_Delete)
    actions["tool_text"].trigger()
    one.click((30, 20))
    one.answer("lesion?")
    assert one.value == "lesion?"
    actions["tool_text"].trigger()
    one.click((10, 20))
    one.until_asked(ShapeLabelDialog).reject()
    assert len(one.drawn) == 1


def test_a_shape_is_moved_by_hand_and_keys_and_back(person: Callable[..., Measurer]) -> None:
    one = person()
    one.key(Qt.Key.Key_O)
    one.stroke((10, 10), (20, 20))

    def corners() -> np.ndarray:
        return np.array(one.drawn[0].handles)

    drawn = corners()
    one.stroke((10, 15), (18, 19))
    assert np.allclose(corners(), drawn + np.array((8, 4)), atol=0.35)
    moved = corners()
    one.stroke((moved[1][0], moved[1][1]), (38, 34))
    assert np.allclose(corners(), (moved[0], (38, 34)), atol=0.35)
    stretched, place = corners(), one.place
    one.key(Qt.Key.Key_Down)
    one.key(Qt.Key.Key_Right, CONTROL)
    assert np.allclose(corners() - stretched, (1, min(10, 39.499 - stretched[1][1])), atol=1e-6)
    assert one.place == place
    for expected in (stretched + np.array((1, 0)), stretched, moved, drawn):
        one.key(Qt.Key.Key_Z, CONTROL)
        assert np.allclose(corners(), expected)
    one.key(Qt.Key.Key_Z, CONTROL)
    assert one.drawn == ()
    one.key(Qt.Key.Key_Y, CONTROL)
    one.key(Qt.Key.Key_Y, CONTROL)
    assert np.allclose(corners(), moved)
    # Nobody pulls it off the slice.
    top, left = corners()[0]
    one.stroke((top, left + 2), (-60, -60))
    assert corners().min() >= -0.5


def test_arrows_go_through_slices_while_nothing_is_selected(person: Callable[..., Measurer]) -> None:
    one = person()
    one.key(Qt.Key.Key_L)
    one.stroke((10, 10), (20, 25))
    one.key(Qt.Key.Key_Escape)
    before = one.place
    one.key(Qt.Key.Key_Down)
    assert one.place == (before[0] + 1, before[1])
    assert one.drawn == ()
    # Undo goes to where it undoes.
    one.key(Qt.Key.Key_Z, CONTROL)
    assert one.place == before


def test_escape_cancels_the_drawing_then_puts_the_tool_away(person: Callable[..., Measurer]) -> None:
    one = person()
    one.key(Qt.Key.Key_L)
    one.click((10, 10))
    assert len(one.drawn) == 1
    one.key(Qt.Key.Key_Escape)
    assert one.drawn == ()
    assert one.pane.cursor().shape() == Qt.CursorShape.CrossCursor
    one.key(Qt.Key.Key_Escape)
    assert one.pane.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_a_copy_is_pasted_on_another_slice(person: Callable[..., Measurer]) -> None:
    one = person()
    one.key(Qt.Key.Key_L)
    one.stroke((10, 10), (20, 25))
    kept = one.drawn[0].handles
    one.key(Qt.Key.Key_C, CONTROL | SHIFT)
    one.key(Qt.Key.Key_Escape)
    one.wheel(-120)
    one.key(Qt.Key.Key_V, CONTROL)
    assert one.drawn[0].handles == kept
    one.key(Qt.Key.Key_V, CONTROL)
    assert len(one.drawn) == 2
    assert np.allclose(one.drawn[1].handles, np.array(kept) + 8)


def test_shapes_stay_on_what_they_measure_through_turns_and_zoom(person: Callable[..., Measurer]) -> None:
    one = person()
    for key in (None, Qt.Key.Key_R, Qt.Key.Key_H, Qt.Key.Key_V, Qt.Key.Key_R):
        if key is not None:
            one.key(key)
        one.wheel(120, modifiers=CONTROL)
        one.key(Qt.Key.Key_L)
        one.stroke((22, 18), (27, 23))
        (shape,) = one.drawn
        assert np.allclose(shape.handles, ((22, 18), (27, 23)), atol=0.3)
        assert float(one.value.split()[0]) == pytest.approx(math.hypot(10, 5), abs=0.8)
        # What is painted lies along the line between them.
        painted = one.pixels()
        middle = one.at((24.5, 20.5))
        around = painted[middle.y() - 3 : middle.y() + 4, middle.x() - 3 : middle.x() + 4].astype(int)
        assert around.max() > 230
        one.key(Qt.Key.Key_Delete)


def test_it_is_there_tomorrow_wherever_the_study_lies(
    person: Callable[..., Measurer], folder: Path, tmp_path: Path
) -> None:
    one = person()
    one.key(Qt.Key.Key_L)
    one.stroke((10, 10), (20, 25))
    one.wheel(-120)
    one.key(Qt.Key.Key_P)
    one.click((12, 13))
    place, value = one.place, one.value
    one.until_ready()
    one.program.shut_down()
    assert b"A 1" not in default_store_path().read_bytes()
    folder.rename(tmp_path / "moved")
    for name in ("IM0000.dcm", "IM0009.dcm"):
        (tmp_path / "moved" / name).unlink()
    again = person(tmp_path / "moved")
    again.until(lambda: again.program.view is not None and again.program.view.slice is not None)
    again.program.view.go(place[0] - 1)  # type: ignore[union-attr]
    again.until(lambda: again.drawn)
    assert again.value == value
    again.wheel(120)
    assert "mm" in again.value


def test_what_was_not_saved_is_saved_at_the_end(person: Callable[..., Measurer]) -> None:
    one = person()
    one.key(Qt.Key.Key_L)
    one.stroke((10, 10), (20, 25))
    one.program.shut_down()
    again = person()
    again.until(lambda: again.drawn)


def test_the_list_goes_to_what_it_names(person: Callable[..., Measurer]) -> None:
    one = person()
    one.key(Qt.Key.Key_L)
    one.stroke((10, 10), (20, 25))
    place = one.place
    one.key(Qt.Key.Key_Escape)
    one.key(Qt.Key.Key_End)
    one.key(Qt.Key.Key_O)
    # Between pixels: wherever the pane's own pixels lie, these are inside.
    one.stroke((9.6, 9.6), (20.4, 20.4))
    one.key(Qt.Key.Key_M, CONTROL)
    panel = one.pages.panel
    one.until(panel.isVisible)
    rows = panel.rows.rows
    assert [(row.what, row.where) for row in rows] == [("Length", f"Slice {place[0] + 1}"), ("Rectangle", "Slice 10")]
    assert all("mm" in row.value for row in rows)
    panel.table.selectRow(1)
    assert panel.histogram.isVisible()
    assert sum(panel.histogram.spread.counts) == 121
    assert "skewness" in panel.histogram.accessibleDescription()
    panel.table.selectRow(0)
    assert not panel.histogram.isVisible()
    panel.go_to.click()
    assert one.place == place
    assert one.drawn[0].is_selected
    panel.colour.setCurrentIndex(2)
    panel.colour.activated.emit(2)
    assert one.drawn[0].colour == panel.colour.itemData(2)
    panel.label.click()
    one.answer("= L1")
    assert one.drawn[0].lines[0] == "= L1"
    assert panel.rows.setData(panel.rows.index(0, 0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert one.drawn == ()
    panel.delete.click()
    assert [row.what for row in panel.rows.rows] == ["Rectangle"]


def test_the_planes_of_mpr_are_measured_and_marked_as_interpolated(person: Callable[..., Measurer]) -> None:
    one = person()
    one.key(Qt.Key.Key_M)
    one.until(lambda: one.pane.picture is not None and not one.pane.picture.message and one.pane.viewport is not None)
    one.until_ready()

    before = {shape.uid: shape.paths for shape in one.drawn}

    def own() -> list[DrawnShape]:
        return [shape for shape in one.drawn if shape.uid not in before]

    one.key(Qt.Key.Key_L)
    one.stroke((5, 5), (15, 8))
    (shape,) = own()
    assert np.allclose(shape.handles, ((5, 5), (15, 8)), atol=0.3)
    assert one.program.view is not None
    slice_ = one.program.panes.active.slice if one.program.panes is not None else None
    assert slice_ is not None
    assert slice_.spacing is not None
    expected = math.hypot(10 * slice_.spacing[0], 3 * slice_.spacing[1])
    assert float(shape.lines[0].split()[0]) == pytest.approx(expected, rel=0.06)
    assert "interpolated" in shape.lines[0]
    # The crosshair stayed where it was, and goes on being moved.
    assert {shape.uid: shape.paths for shape in one.drawn if shape.uid in before} == before
    one.stroke((5, 5), (8, 9))
    assert not np.allclose(own()[0].handles, shape.handles, atol=0.3)
    one.key(Qt.Key.Key_Escape)
    one.wheel(-120)
    one.until(lambda: not own())
    one.wheel(120)
    one.until(own)
    one.key(Qt.Key.Key_M)
    one.until_ready()
    assert not own()


def test_both_panes_of_a_series_show_what_is_drawn_in_one(person: Callable[..., Measurer]) -> None:
    one = person()
    one.key(Qt.Key.Key_L)
    one.stroke((10, 10), (20, 25))
    value = one.value
    one.key(Qt.Key.Key_2, CONTROL)
    other = one.window.panes.shown[1]
    one.window.series.series_requested.emit(one.window.series.rows.series[0].id)
    one.until_ready()
    shown = [pane.picture.annotations for pane in one.window.panes.shown if pane.picture is not None]
    assert value in ["".join(shape.lines) for drawn in shown for shape in drawn]
    assert other is not None


def test_the_strip_marks_slices_that_hold_shapes(person: Callable[..., Measurer]) -> None:
    one = person()
    told: list[frozenset[int]] = []
    assert one.program.coverage is not None
    one.program.coverage.coverage_changed.connect(lambda coverage: told.append(coverage.marked))
    place = one.place[0]
    one.key(Qt.Key.Key_L)
    one.stroke((10, 10), (20, 25))
    assert told[-1] == {place}
    one.key(Qt.Key.Key_Z, CONTROL)
    assert told[-1] == frozenset()


def test_files_of_measurements(
    person: Callable[..., Measurer], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = person()
    one.key(Qt.Key.Key_L)
    one.stroke((10, 10), (20, 25))
    value = one.value
    pages = one.pages
    for ending, chosen in (
        ("json", "JSON, without patient data (*.json)"),
        ("csv", "CSV, a table without patient data (*.csv)"),
        ("dcm", "DICOM report, in the patient's study and with the name (*.dcm)"),
    ):
        name = tmp_path / "out" / "marks"
        name.parent.mkdir(exist_ok=True)
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, n=name, c=chosen: (str(n), c))
        pages.ask_for_export()
        one.until_ready()
        path = tmp_path / "out" / f"marks.{ending}"
        assert path.is_file()
        one.key(Qt.Key.Key_Delete)
        assert one.drawn == ()
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, p=path: (str(p), ""))
        pages.ask_for_import()
        one.until(lambda: one.drawn)
        assert one.value == value
        one.window.menus.actions["list_shapes"].trigger()
        pages.panel.table.selectRow(0)
        pages.panel.go_to.click()
        one.window.menus.actions["list_shapes"].trigger()
        one.window.activateWindow()
        one.until(lambda: QApplication.focusWidget() is one.pane)
    document = json.loads((tmp_path / "out" / "marks.json").read_bytes())
    assert "A 1" not in str(document)
    document["shapes"][0]["points"][0] = [900, 0]
    (tmp_path / "out" / "marks.json").write_text(json.dumps(document))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "out" / "marks.json"), ""))
    pages.ask_for_import()
    one.until(lambda: "Shape 1" in one.said)
    assert len(one.drawn) == 1


def test_the_command_line_measures_the_same(
    person: Callable[..., Measurer], folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = person()
    one.key(Qt.Key.Key_R)
    one.key(Qt.Key.Key_O)
    one.stroke((10, 10), (30, 25))
    lines = one.drawn[0].lines
    one.pages.export_requested.emit(tmp_path / "shapes.json")
    one.until(lambda: "written: 1" in one.said)
    assert run(["measure", str(folder), "--shapes", str(tmp_path / "shapes.json")], POOL) == 0
    said = capsys.readouterr().out
    assert all(part in said for line in lines for part in (line.split("  ")[0],)), (said, lines)


def test_a_file_that_has_changed_is_another_one(launch: Launch, tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    Image.fromarray(np.arange(2400, dtype=np.uint8).reshape(40, 60)).save(path)
    reader = launch(path)
    reader.until_open()
    one = Measurer(reader.program, reader.qtbot)
    one.key(Qt.Key.Key_L)
    one.stroke((10, 10), (20, 34))
    one.until_ready()
    one.program.shut_down()
    kept = path.read_bytes()
    for content, is_there in ((b"", False), (kept, True)):
        if content:
            path.write_bytes(content)
        else:
            Image.fromarray(np.arange(2400, dtype=np.uint8).reshape(40, 60)[::-1]).save(path)
        again = launch(path)
        again.until_open()
        assert bool(Measurer(again.program, again.qtbot).drawn) is is_there
        again.program.shut_down()


def test_reports_among_the_files_are_drawn(person: Callable[..., Measurer], folder: Path) -> None:
    one = person()
    one.window.menus.actions["report_shapes"].trigger()
    assert "no structured reports" in one.said
    one.key(Qt.Key.Key_L)
    one.stroke((10, 10), (20, 25))
    value = one.value
    one.pages.export_requested.emit(folder / "report.dcm")
    one.until(lambda: "written: 1" in one.said)
    one.key(Qt.Key.Key_Delete)
    one.until_ready()
    one.program.shut_down()
    again = person()
    assert again.drawn == ()
    again.window.menus.actions["report_shapes"].trigger()
    again.until(lambda: again.drawn)
    assert again.value == value
    again.window.menus.actions["report_shapes"].trigger()
    again.until_ready()
    assert len(again.drawn) == 1


def test_a_picture_has_no_dicom_report(launch: Launch, pictures: Path) -> None:
    reader = launch(pictures)
    reader.until_open()
    one = Measurer(reader.program, reader.qtbot)
    one.key(Qt.Key.Key_L)
    one.stroke((10, 10), (20, 34))
    one.pages.export_requested.emit(pictures / "report.dcm")
    one.until(lambda: "JSON or CSV" in one.said)
    assert not (pictures / "report.dcm").exists()


def test_a_store_that_cannot_be_used_is_said_and_nothing_is_lost(person: Callable[..., Measurer]) -> None:
    path = default_store_path()
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no store" * 4000)
    one = person()
    one.until(lambda: "damaged" in one.said)
    assert len(list(path.parent.glob("damaged-*"))) == 1
    one.key(Qt.Key.Key_L)
    one.stroke((10, 10), (20, 25))
    one.until_ready()
    one.program.shut_down()
    again = person()
    again.until(lambda: again.drawn)


def test_marks_of_what_is_not_open_are_kept_and_said(
    person: Callable[..., Measurer], folder: Path, tmp_path: Path
) -> None:
    one = person()
    one.key(Qt.Key.Key_End)
    one.key(Qt.Key.Key_L)
    one.stroke((10, 10), (20, 25))
    one.program.shut_down()
    last = folder / "IM0009.dcm"
    last.rename(tmp_path / "last.dcm")
    again = person()
    again.until(lambda: "not open" in again.said)
    again.program.shut_down()
    (tmp_path / "last.dcm").rename(last)
    whole = person()
    whole.key(Qt.Key.Key_End)
    whole.until(lambda: whole.drawn)


def test_two_windows_on_one_study_keep_what_each_has_drawn(person: Callable[..., Measurer]) -> None:
    one, other = person(), person()
    for each, points in ((one, ((10, 10), (20, 25))), (other, ((30, 5), (30, 25)))):
        each.window.activateWindow()
        each.pane.setFocus()
        each.until(each.pane.hasFocus)
        each.key(Qt.Key.Key_L)
        each.stroke(*points)
        each.until(lambda each=each: each.drawn)
    one.program.shut_down()
    other.program.shut_down()
    again = person()
    again.until(lambda: len(again.drawn) == 2)


def test_a_series_without_uids_has_no_dicom_report(
    person: Callable[..., Measurer], folder: Path, tmp_path: Path
) -> None:
    for path in folder.iterdir():
        made = pydicom.dcmread(path)
        del made.SOPInstanceUID
        del made.file_meta.MediaStorageSOPInstanceUID
        made.save_as(path, enforce_file_format=False)
    one = person()
    one.key(Qt.Key.Key_L)
    one.stroke((10, 10), (20, 25))
    one.pages.export_requested.emit(tmp_path / "report.dcm")
    one.until(lambda: "no UIDs" in one.said)
    assert not (tmp_path / "report.dcm").exists()
    one.pages.export_requested.emit(tmp_path / "shapes.json")
    one.until((tmp_path / "shapes.json").exists)


def test_two_thousand_shapes_paint_only_those_of_the_slice(
    person: Callable[..., Measurer], folder: Path, tmp_path: Path
) -> None:
    shapes = [
        {"type": "length", "slice": number % 10, "points": [[1, 1], [number % 40 + 5, number % 30 + 5]]}
        for number in range(2000)
    ]
    path = tmp_path / "many.json"
    path.write_text(json.dumps({"version": 1, "shapes": shapes}))
    one = person()
    one.pages.import_requested.emit(path)
    one.until(lambda: len(one.drawn) == 200)
    one.until_ready()
    one.program.shut_down()
    again = person()
    again.until(lambda: len(again.drawn) == 200)


def test_colour_and_no_geometry_are_measured_in_pixels(launch: Launch, pictures: Path) -> None:
    reader = launch(pictures)
    reader.until_open()
    one = Measurer(reader.program, reader.qtbot)
    one.key(Qt.Key.Key_L)
    one.stroke((10, 10), (20, 34))
    assert one.value.endswith(" px")
    assert float(one.value.split()[0]) == pytest.approx(26, abs=0.5)
