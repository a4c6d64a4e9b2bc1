"""Every row of the table of commands, once through its menu entry and once by each of its keys, on the real window.

`EFFECTS` says by command id what a person sees. A row without an effect, or an effect without a row, fails.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeySequence, QMouseEvent
from PySide6.QtPrintSupport import QPrintPreviewWidget
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QMenu

from desktop.jobs.session import session_file
from desktop.render.privacy import HIDDEN
from desktop.state.annotations.drawing import TOOLS
from desktop.state.colour_tables import COLOUR_TABLES
from desktop.state.commands import COMMANDS, MENUS, PRESETS, Command, Need
from desktop.state.layout import PANE_LAYOUTS, Layout
from desktop.state.picture import Picture
from desktop.state.view import Turn
from desktop.ui.annotation_pages import AnnotationPages
from desktop.ui.cases.labelling_dialog import LabellingDialog
from desktop.ui.dialogs.batch_dialog import BatchDialog
from desktop.ui.dialogs.deidentify import DeidentifyDialog
from desktop.ui.dialogs.export_dialog import ExportDialog
from desktop.ui.dialogs.help import AboutDialog, KeysDialog
from desktop.ui.dialogs.key_editor import KeyEditor
from desktop.ui.dialogs.model_card import ModelCardDialog
from desktop.ui.dialogs.model_wizard_dialog import ModelWizardDialog
from desktop.ui.dialogs.result_table import ResultTableDialog
from desktop.ui.dialogs.save_report import ReportDialog
from desktop.ui.dialogs.settings import SettingsDialog
from desktop.ui.dialogs.shape_label import ShapeLabelDialog
from desktop.ui.layout_print import LayoutPreview
from desktop.ui.widgets.theme import scale_of_app
from imaging.annotations.shape_files import parse_shapes, write_json
from imaging.annotations.shapes import Shape, ShapeType
from inference.bundle.catalog import user_models_folder
from tests.imaging.phantoms import l_values, number_item, save, structured_report, write_series
from tests.inference.cases.table_files import make_rows, write_table
from tests.inference.factory import make_bundle, make_contract, tiny_model
from tests.journeys.conftest import Launch, Reader, end_window_beside

Effect = Callable[[Reader], Iterator[None]]
"""Prepares, yields where the command is triggered, then asserts what a person sees."""
Dialog = TypeVar("Dialog", bound=QDialog)
EFFECTS: dict[str, Effect] = {}

FOR_GOOD = {"open_file", "open_folder", "close_study", "quit"}
"""Commands after which the window shows something else, or is gone."""
SLICES = 24
MIDDLE = SLICES // 2


def effect_of(*command_ids: str) -> Callable[[Effect], Effect]:
    def enter(effect: Effect) -> Effect:
        EFFECTS.update(dict.fromkeys(command_ids, effect))
        return effect

    return enter


def picture(reader: Reader) -> Picture:
    assert reader.pane.picture is not None
    return reader.pane.picture


def zoom(reader: Reader) -> float:
    assert reader.pane.viewport is not None
    return reader.pane.viewport.zoom


def enlarge(reader: Reader) -> None:
    before = zoom(reader)
    reader.wheel(240, modifiers=Qt.KeyboardModifier.ControlModifier)
    assert zoom(reader) > 1.3 * before


def letters(reader: Reader) -> str:
    shown = picture(reader).letters
    assert shown is not None
    return shown.left + shown.top + shown.right + shown.bottom


def dialog_of(reader: Reader, kind: type[Dialog]) -> Dialog:
    found = [one for one in reader.window.findChildren(kind) if one.isVisible()]
    assert len(found) == 1
    return found[0]


# --- File ---


def chooses(monkeypatch: pytest.MonkeyPatch, question: str, answer: object) -> list[object]:
    """Answer Qt's file dialog; the list fills with the titles under which it asked."""
    asked: list[object] = []

    def answered(*arguments: object) -> object:
        asked.append(arguments[1])
        return answer

    monkeypatch.setattr(QFileDialog, question, answered)
    return asked


def elsewhere() -> Path:
    """A folder of nothing that is open: beside the person's own models, which the tests keep in a folder of each."""
    return user_models_folder().parent / "elsewhere"


def picture_elsewhere() -> Path:
    """A picture in a folder of its own, which is not open yet."""
    path = elsewhere() / "picture.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.arange(2400, dtype=np.uint8).reshape(40, 60)).save(path)
    return path


@effect_of("open_file")
def _open_file(reader: Reader) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        asked = chooses(patch, "getOpenFileNames", ([str(picture_elsewhere())], ""))
        yield
        assert asked == ["Open files"]
    reader.until(lambda: picture(reader).frame.shape == (40, 60))


@effect_of("open_folder")
def _open_folder(reader: Reader) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        asked = chooses(patch, "getExistingDirectory", str(picture_elsewhere().parent))
        yield
        assert asked == ["Open a folder"]
    reader.until(lambda: picture(reader).frame.shape == (40, 60))


@effect_of("ledger")
def _ledger(reader: Reader) -> Iterator[None]:
    assert not reader.window.ledger.isVisible()
    yield
    assert reader.window.ledger.isVisible()


@effect_of("start")
def _start(reader: Reader) -> Iterator[None]:
    yield
    assert reader.window.start_page.isVisible()
    assert not reader.pane.isVisible()
    reader.window.menus.actions["start"].trigger()
    assert reader.pane.isVisible()


@effect_of("settings")
def _settings(reader: Reader) -> Iterator[None]:
    yield
    assert dialog_of(reader, SettingsDialog).corners.currentData() == reader.pane.writing.level


@effect_of("input")
def _input(reader: Reader) -> Iterator[None]:
    was_shown = reader.window.input.isVisible()
    yield
    assert reader.window.input.isVisible() is not was_shown
    reader.until(lambda: bool(picture(reader).input_frame) is not was_shown)


@effect_of("card")
def _card(reader: Reader) -> Iterator[None]:
    bars = reader.window.model.finding.bars
    place = bars.mapTo(reader.window, bars.rect().topLeft())
    yield
    lines = [label.text() for label in dialog_of(reader, ModelCardDialog).findChildren(QLabel)]
    assert "What it is for" in lines
    assert bars.mapTo(reader.window, bars.rect().topLeft()) == place


@effect_of("print")
def _print(reader: Reader) -> Iterator[None]:
    yield
    assert dialog_of(reader, ReportDialog).windowTitle() == "Print a report"


@effect_of("export")
def _export(reader: Reader) -> Iterator[None]:
    yield
    dialog = dialog_of(reader, ExportDialog)
    assert not dialog.picture.pixmap().isNull()
    dialog.reject()


@effect_of("deidentify")
def _deidentify(reader: Reader) -> Iterator[None]:
    yield
    dialog = dialog_of(reader, DeidentifyDialog)
    assert dialog.picture.width() > 100
    dialog.reject()


@effect_of("copy")
def _copy(reader: Reader) -> Iterator[None]:
    clipboard = QApplication.clipboard()
    clipboard.clear()
    yield
    assert clipboard.image().width() == reader.pane.width()
    assert clipboard.text().endswith("Research use only. Not for diagnosis.")


@effect_of("copy_layout")
def _copy_layout(reader: Reader) -> Iterator[None]:
    clipboard = QApplication.clipboard()
    clipboard.clear()
    yield
    assert clipboard.image().width() == reader.window.panes.width()
    assert clipboard.text().endswith("Research use only. Not for diagnosis.")


@effect_of("print_layout")
def _print_layout(reader: Reader) -> Iterator[None]:
    yield
    preview = dialog_of(reader, LayoutPreview)
    assert preview.findChild(QPrintPreviewWidget).pageCount() == 1
    preview.reject()


@effect_of("report")
def _report(reader: Reader) -> Iterator[None]:
    yield
    assert dialog_of(reader, ReportDialog).save.isEnabled()


@effect_of("new_window")
def _new_window(reader: Reader) -> Iterator[None]:
    yield
    assert "--new-window" in end_window_beside(reader)


@effect_of("close_study")
def _close_study(reader: Reader) -> Iterator[None]:
    rows = reader.window.series.rows
    before = rows.shown.row()
    shown, count = rows.series[before].patient.study, len(rows.series)
    yield
    assert count - len(rows.series) > 0
    assert all(series.patient.study != shown for series in rows.series)


@effect_of("find_series")
def _find_series(reader: Reader) -> Iterator[None]:
    yield
    assert reader.window.series.filter.hasFocus()
    QTest.keyClick(reader.window.series.filter, Qt.Key.Key_Escape)
    assert reader.pane.hasFocus()


@effect_of("restore")
def _restore(reader: Reader) -> Iterator[None]:
    reader.window.strip.set_hint("")
    yield
    # Nothing is kept unless a person allows it; tests/journeys/test_session.py is about what is.
    assert "Keep what is open" in reader.window.strip.message.text_whole


@effect_of("keep_session")
def _keep_session(reader: Reader) -> Iterator[None]:
    yield
    reader.until(lambda: session_file.find_session_file().is_file())
    reader.window.menus.actions["keep_session"].trigger()
    reader.until(lambda: not session_file.find_session_file().exists())


@effect_of("change_keys")
def _change_keys(reader: Reader) -> Iterator[None]:
    yield
    dialog_of(reader, KeyEditor).close()


@effect_of("quit")
def _quit(reader: Reader) -> Iterator[None]:
    yield
    assert not reader.window.isVisible()


# --- Slice ---


def moves(steps: int) -> Effect:
    def effect(reader: Reader) -> Iterator[None]:
        reader.window.sliders.slices.setValue(MIDDLE)
        before, shown = reader.place[0], picture(reader).frame
        yield
        expected = min(max(before + steps, 0), SLICES - 1)
        assert expected != before == MIDDLE
        assert reader.place[0] == expected
        assert f"Slice {expected + 1}/{SLICES}" in reader.corner
        assert not np.array_equal(picture(reader).frame, shown)

    return effect


effect_of("previous")(moves(-1))
effect_of("next")(moves(1))
effect_of("back_ten")(moves(-10))
effect_of("on_ten")(moves(10))
effect_of("first")(moves(-SLICES))
effect_of("last")(moves(SLICES))


def changes_phase(step: int) -> Effect:
    def effect(reader: Reader) -> Iterator[None]:
        reader.window.sliders.phases.setValue(1)
        before = reader.place[1]
        yield
        assert reader.place == (reader.place[0], before + step)
        reader.until(lambda: f"{before + step + 1}/3" in reader.corner)

    return effect


effect_of("previous_phase")(changes_phase(-1))
effect_of("next_phase")(changes_phase(1))


def changes_series(step: int) -> Effect:
    def effect(reader: Reader) -> Iterator[None]:
        before = reader.window.series.rows.shown.row()
        yield
        reader.until(lambda: reader.window.series.rows.shown.row() == before + step)
        reader.until_open()

    return effect


effect_of("previous_series")(changes_series(-1))
effect_of("next_series")(changes_series(1))


def runs(reader: Reader) -> Iterator[None]:
    was_running, before = reader.window.menus.actions["cine"].isChecked(), reader.place
    yield
    assert reader.window.menus.actions["cine"].isChecked() is not was_running
    if not was_running:
        reader.until(lambda: reader.place != before)


effect_of("cine")(runs)
effect_of("cine_pause")(runs)


@effect_of("cine_sweep")
def _cine_sweep(reader: Reader) -> Iterator[None]:
    was_swept = reader.window.menus.actions["cine_sweep"].isChecked()
    yield
    assert reader.window.menus.actions["cine_sweep"].isChecked() is not was_swept


def changes_rate(expected: str) -> Effect:
    def effect(reader: Reader) -> Iterator[None]:
        reader.window.menus.actions["cine"].trigger()
        before = reader.window.strip.message.text_whole
        yield
        assert reader.window.strip.message.text_whole != before
        assert expected in reader.window.strip.message.text_whole
        reader.window.menus.actions["cine"].trigger()

    return effect


effect_of("cine_faster")(changes_rate("chosen here"))
effect_of("cine_slower")(changes_rate("chosen here"))


# --- View ---


@effect_of("fit")
def _fit(reader: Reader) -> Iterator[None]:
    fitted = zoom(reader)
    enlarge(reader)
    yield
    assert zoom(reader) == fitted


def turns(change: Callable[[Turn], Turn]) -> Effect:
    def effect(reader: Reader) -> Iterator[None]:
        before, written = picture(reader).turn, letters(reader)
        yield
        assert picture(reader).turn == change(before)
        assert letters(reader) != written

    return effect


effect_of("right")(turns(lambda turn: turn.rotated(1)))
effect_of("left")(turns(lambda turn: turn.rotated(-1)))
effect_of("flip_h")(turns(Turn.flipped_horizontally))
effect_of("flip_v")(turns(Turn.flipped_vertically))


@effect_of("radiological")
def _radiological(reader: Reader) -> Iterator[None]:
    other = {"R": "L", "L": "R"}[letters(reader)[0]]
    yield
    assert letters(reader)[0] == other
    assert ("Neurological" in reader.corner) is (other == "L")


@effect_of("drawings")
def _drawings(reader: Reader) -> Iterator[None]:
    were_shown = picture(reader).graphics is not None
    yield
    assert (picture(reader).graphics is not None) is not were_shown


@effect_of("smooth")
def _smooth(reader: Reader) -> Iterator[None]:
    # Very large pixels are squares in any case.
    for _ in range(5):
        reader.wheel(-120, modifiers=Qt.KeyboardModifier.ControlModifier)
    was_smooth, before = picture(reader).smooth, reader.pixels()
    yield
    assert picture(reader).smooth is not was_smooth
    assert not np.array_equal(reader.pixels(), before)


@effect_of("magnifier")
def _magnifier(reader: Reader) -> Iterator[None]:
    reader.qtbot.mouseMove(reader.pane, reader.pane.rect().center())
    before = reader.pixels()
    yield
    assert not np.array_equal(reader.pixels(), before)


@effect_of("magnification")
def _magnification(reader: Reader) -> Iterator[None]:
    reader.qtbot.mouseMove(reader.pane, reader.pane.rect().center())
    before = reader.pixels()
    yield
    assert not np.array_equal(reader.pixels(), before)
    assert reader.window.menus.actions["magnifier"].isChecked()


@effect_of("scale_bar")
def _scale_bar(reader: Reader) -> Iterator[None]:
    # There is no scale bar in a small pane.
    reader.window.set_left_shown(False)
    reader.window.set_right_shown(False)
    reader.until(lambda: reader.pane.width() > 400)
    before = reader.pane.grab().toImage()
    yield
    assert reader.pane.grab().toImage() != before


@effect_of("why")
def _why(reader: Reader) -> Iterator[None]:
    assert not reader.window.why.isVisible()
    yield
    reader.until(lambda: "Rescale Slope" in reader.window.why.text())


@effect_of("tags")
def _tags(reader: Reader) -> Iterator[None]:
    yield
    reader.until(lambda: reader.window.tags.rows.rowCount() > 0)
    reader.window.show_tags()
    assert not reader.window.tags.isVisible()


@effect_of("structured_reports")
def _structured_reports(reader: Reader) -> Iterator[None]:
    assert not reader.window.reports.isVisible()
    yield
    reader.until(lambda: reader.window.reports.rows.rowCount() == 1)
    assert "Diameter\t5 mm" in reader.window.reports.rows.text([0])


@effect_of("full_screen")
def _full_screen(reader: Reader) -> Iterator[None]:
    was_full = reader.window.isFullScreen()
    yield
    reader.until(lambda: reader.window.isFullScreen() is not was_full)


def folds(side: str) -> Effect:
    def effect(reader: Reader) -> Iterator[None]:
        panel = reader.window.series if side == "left" else reader.window.model
        was_shown, width = panel.isVisible(), reader.pane.width()
        yield
        assert panel.isVisible() is not was_shown
        reader.until(lambda: (reader.pane.width() > width) is was_shown)

    return effect


effect_of("left_panel")(folds("left"))
effect_of("right_panel")(folds("right"))


@effect_of("hide_patient")
def _hide_patient(reader: Reader) -> Iterator[None]:
    reader.window.menus.actions["show_patient"].trigger()
    yield
    assert any(label.text() == HIDDEN and label.isVisible() for label in reader.window.strip.findChildren(QLabel))


@effect_of("show_patient")
def _show_patient(reader: Reader) -> Iterator[None]:
    reader.window.menus.actions["hide_patient"].trigger()
    yield
    assert not any(label.text() == HIDDEN and label.isVisible() for label in reader.window.strip.findChildren(QLabel))


@effect_of("toolbar")
def _toolbar(reader: Reader) -> Iterator[None]:
    bar = reader.window.toolbar
    before = (bar.isVisible(), bar.toolButtonStyle())
    yield
    assert (bar.isVisible(), bar.toolButtonStyle()) != before


@effect_of("text")
def _text(reader: Reader) -> Iterator[None]:
    following = {"all": "some", "some": "none", "none": "all"}[reader.pane.writing.level]
    yield
    assert reader.pane.writing.level == following


def scales(larger: bool) -> Effect:
    def effect(reader: Reader) -> Iterator[None]:
        if not larger:
            QTest.keyClick(reader.pane, Qt.Key.Key_Equal, Qt.KeyboardModifier.ControlModifier)
        before, height = scale_of_app(), reader.window.model.analyse.sizeHint().height()
        yield
        assert (scale_of_app() > before) is larger
        assert (reader.window.model.analyse.sizeHint().height() > height) is larger

    return effect


effect_of("larger")(scales(larger=True))
effect_of("smaller")(scales(larger=False))


@effect_of("escape")
def _escape(reader: Reader) -> Iterator[None]:
    fitted, turn = zoom(reader), picture(reader).turn
    enlarge(reader)
    QTest.keyClick(reader.pane, Qt.Key.Key_R)
    assert picture(reader).turn != turn
    yield
    assert (zoom(reader), picture(reader).turn) == (fitted, turn)


# --- Layout ---


def divides(layout: Layout) -> Effect:
    def effect(reader: Reader) -> Iterator[None]:
        other = "1x1" if layout.id != "1x1" else "2x2"
        reader.window.menus.actions[f"layout_{other}"].trigger()
        assert len(reader.window.panes.shown) != len(layout.cells)
        shown = picture(reader)
        yield
        assert len(reader.window.panes.shown) == len(layout.cells)
        assert all(view.isVisible() for view in reader.window.panes.shown)
        assert picture(reader) is shown

    return effect


for layout in PANE_LAYOUTS:
    effect_of(f"layout_{layout.id}")(divides(layout))


@effect_of("alone")
def _alone(reader: Reader) -> Iterator[None]:
    before, active = len(reader.window.panes.shown), reader.pane
    yield
    assert {before, len(reader.window.panes.shown)} == {1, 2}
    assert reader.pane is active


def links(command_id: str) -> Effect:
    def effect(reader: Reader) -> Iterator[None]:
        was_linked = reader.window.menus.actions[command_id].isChecked()
        yield
        assert reader.window.menus.actions[command_id].isChecked() is not was_linked

    return effect


for linked in ("link_scroll", "link_offset", "link_view", "lines"):
    effect_of(linked)(links(linked))


@effect_of("mpr")
def _mpr(reader: Reader) -> Iterator[None]:
    before = len(reader.window.panes.shown)
    yield
    assert {before, len(reader.window.panes.shown)} == {1, 3}
    reader.until_ready()
    assert reader.pane.picture is not None
    assert bool(reader.pane.picture.annotations) is (before == 1)


def changes_slab(before: str, after: str) -> Effect:
    def effect(reader: Reader) -> Iterator[None]:
        if before:
            reader.window.menus.actions["thicker"].trigger()
            reader.until(lambda: before in reader.corner)
        yield
        reader.until_ready()
        assert after in reader.corner
        while "Slab" in reader.corner:
            reader.window.menus.actions["thinner"].trigger()
            reader.until_ready()

    return effect


effect_of("thicker")(changes_slab("", "Slab 2 mm"))
effect_of("thinner")(changes_slab("Slab 2 mm", "Axial"))


@effect_of("projection")
def _projection(reader: Reader) -> Iterator[None]:
    reader.window.menus.actions["thicker"].trigger()
    reader.until(lambda: "Slab" in reader.corner)
    before = reader.corner
    yield
    reader.until(lambda: reader.corner != before)


@effect_of("next_pane")
def _next_pane(reader: Reader) -> Iterator[None]:
    active = reader.pane
    yield
    assert reader.pane is not active
    assert reader.pane.hasFocus()
    assert active.isVisible()


# --- Window ---


@effect_of("auto")
def _automatic(reader: Reader) -> Iterator[None]:
    QTest.keyClick(reader.pane, Qt.Key.Key_3)
    assert "W 1500  C −600" in reader.corner
    yield
    assert not any(f"W {width}  C {centre}".replace("-", "−") in reader.corner for _, _, width, centre in PRESETS)


@effect_of("file")
def _file(reader: Reader) -> Iterator[None]:
    other = "SECOND" if "FIRST" in reader.corner else "FIRST"
    yield
    assert other in reader.corner


def presets(width: float, centre: float) -> Effect:
    def effect(reader: Reader) -> Iterator[None]:
        expected = f"W {width:g}  C {centre:g}".replace("-", "−")
        QTest.keyClick(reader.pane, Qt.Key.Key_0)
        assert expected not in reader.corner
        yield
        assert expected in reader.corner

    return effect


for key, _, width, centre in PRESETS:
    effect_of(f"preset_{key}")(presets(width, centre))


@effect_of("invert")
def _invert(reader: Reader) -> Iterator[None]:
    before = picture(reader).frame
    yield
    assert np.array_equal(picture(reader).frame, 255 - before)


def colours(table_id: str) -> Effect:
    def effect(reader: Reader) -> Iterator[None]:
        other = "inferno" if table_id != "inferno" else "bone"
        reader.window.menus.actions[f"colours_{other}"].trigger()
        yield
        assert picture(reader).frame.ndim == (2 if table_id == "grey" else 3)
        checked = [one.id for one in COLOUR_TABLES if reader.window.menus.actions[f"colours_{one.id}"].isChecked()]
        assert checked == [table_id]

    return effect


for table in COLOUR_TABLES:
    effect_of(f"colours_{table.id}")(colours(table.id))


@effect_of("region_window")
def _region_window(reader: Reader) -> Iterator[None]:
    reader.window.menus.actions["auto"].trigger()
    yield
    assert reader.pane.cursor().shape() == Qt.CursorShape.CrossCursor
    stroke(reader, (0.4, 0.4), (0.6, 0.5))
    assert "of a region" in reader.corner
    assert "0.5 to 99.5 percentile" in reader.window.strip.message.text_whole
    assert not reader.window.menus.actions["region_window"].isChecked()


# --- Tools ---


def stroke(reader: Reader, *shares: tuple[float, float]) -> None:
    """Press, drag and let go over the middle of the pane, by shares of its width and height."""
    pane = reader.pane
    places = [QPoint(round(pane.width() * right), round(pane.height() * down)) for right, down in shares]
    reader.qtbot.mousePress(pane, Qt.MouseButton.LeftButton, pos=places[0])
    for place in places:
        event = QMouseEvent(
            QEvent.Type.MouseMove, QPointF(place), QPointF(pane.mapToGlobal(place)), Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(pane, event)
    reader.qtbot.mouseRelease(pane, Qt.MouseButton.LeftButton, pos=places[-1])


def annotation_pages(reader: Reader) -> AnnotationPages:
    pages = reader.window.findChild(AnnotationPages)
    assert isinstance(pages, AnnotationPages)
    return pages


def draw_length(reader: Reader) -> None:
    """One length on an empty slice, selected."""
    for shape in [*picture(reader).annotations]:
        stroke(reader, (0.9, 0.9), (0.95, 0.95))
        annotation_pages(reader).panel.jump_requested.emit(shape.uid)
        reader.window.menus.actions["delete_shape"].trigger()
    reader.window.menus.actions["tool_length"].trigger()
    stroke(reader, (0.45, 0.45), (0.55, 0.55))
    assert len(picture(reader).annotations) == 1


def draws(shape: ShapeType) -> Effect:
    def effect(reader: Reader) -> Iterator[None]:
        before = len(picture(reader).annotations)
        yield
        assert reader.pane.cursor().shape() == Qt.CursorShape.CrossCursor
        hint = reader.window.strip.message.text_whole
        assert hint == next(f"{tool.title}: {tool.hint}" for tool in TOOLS if tool.type is shape)
        for corners in (((0.4, 0.4), (0.6, 0.45)), ((0.42, 0.5), (0.6, 0.6))):
            stroke(reader, *corners, *(((0.4, 0.6),) if shape is ShapeType.FREEHAND else ()))
        if shape is ShapeType.TEXT:
            dialog = dialog_of(reader, ShapeLabelDialog)
            dialog.line.setText("here")
            dialog.accept()
        assert len(picture(reader).annotations) == before + 1
        reader.window.menus.actions["delete_shape"].trigger()

    return effect


for tool in TOOLS:
    effect_of(f"tool_{tool.type}")(draws(tool.type))
effect_of("tool_area")(draws(ShapeType.RECTANGLE))


@effect_of("undo")
def _undo(reader: Reader) -> Iterator[None]:
    draw_length(reader)
    yield
    assert picture(reader).annotations == ()


@effect_of("redo")
def _redo(reader: Reader) -> Iterator[None]:
    draw_length(reader)
    reader.window.menus.actions["undo"].trigger()
    yield
    assert len(picture(reader).annotations) == 1


@effect_of("copy_shape")
def _copy_shape(reader: Reader) -> Iterator[None]:
    draw_length(reader)
    yield
    reader.window.menus.actions["paste_shape"].trigger()
    assert len(picture(reader).annotations) == 2


@effect_of("paste_shape")
def _paste_shape(reader: Reader) -> Iterator[None]:
    draw_length(reader)
    reader.window.menus.actions["copy_shape"].trigger()
    yield
    assert len(picture(reader).annotations) == 2


@effect_of("label_shape")
def _label_shape(reader: Reader) -> Iterator[None]:
    draw_length(reader)
    yield
    dialog = dialog_of(reader, ShapeLabelDialog)
    dialog.line.setText("here")
    dialog.accept()
    assert picture(reader).annotations[0].lines[0] == "here"


@effect_of("delete_shape")
def _delete_shape(reader: Reader) -> Iterator[None]:
    draw_length(reader)
    yield
    assert picture(reader).annotations == ()


@effect_of("list_shapes")
def _list_shapes(reader: Reader) -> Iterator[None]:
    panel = annotation_pages(reader).panel
    assert not panel.isVisible()
    yield
    assert panel.isVisible()


@effect_of("show_shapes")
def _show_shapes(reader: Reader) -> Iterator[None]:
    action = reader.window.menus.actions["show_shapes"]
    if not action.isChecked():
        action.trigger()
    draw_length(reader)
    yield
    assert picture(reader).annotations == ()


@effect_of("export_shapes")
def _export_shapes(reader: Reader) -> Iterator[None]:
    draw_length(reader)
    elsewhere().mkdir(parents=True, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        asked = chooses(patch, "getSaveFileName", (str(elsewhere() / "shapes.json"), ""))
        yield
        assert asked == ["Export measurements"]
    reader.until_ready()
    assert parse_shapes((elsewhere() / "shapes.json").read_bytes())


@effect_of("import_shapes")
def _import_shapes(reader: Reader) -> Iterator[None]:
    draw_length(reader)
    elsewhere().mkdir(parents=True, exist_ok=True)
    point = Shape(ShapeType.POINT, ((3.0, 4.0),), reader.place[0])
    (elsewhere() / "given.json").write_bytes(write_json([point]))
    with pytest.MonkeyPatch.context() as patch:
        asked = chooses(patch, "getOpenFileName", (str(elsewhere() / "given.json"), ""))
        yield
        assert asked == ["Import measurements"]
    reader.until(lambda: len(picture(reader).annotations) == 2)


@effect_of("report_shapes")
def _report_shapes(reader: Reader) -> Iterator[None]:
    yield
    said = reader.window.strip.message
    reader.until(lambda: "no structured reports" in said.text_whole or "imported" in said.text_whole)


@effect_of("mip")
def _mip(reader: Reader) -> Iterator[None]:
    before = reader.pane
    yield
    reader.until(lambda: reader.pane is not before and reader.pane.picture is not None)
    assert len(reader.window.panes.shown) == 2
    assert "Projection 1/72" in reader.corner


# --- Model ---


@effect_of("analyse")
def _analyse(reader: Reader) -> Iterator[None]:
    reader.wheel(-120)
    assert reader.window.model.finding.decision.text() == ""
    yield
    reader.until(reader.window.model.finding.decision.text)
    reader.until_ready()
    assert reader.window.model.finding.decision.text() in ("Normal", "Bright spot", "Ambiguous")


@effect_of("switch_models")
def _switch_models(reader: Reader) -> Iterator[None]:
    if reader.program.comparison is not None and reader.program.comparison.classifier is None:
        make_bundle(elsewhere(), id="second", name="Second one")
        reader.program.comparison.choose(str(elsewhere() / "second"))
        reader.until_ready()
    before = reader.window.model.finding.model.text_whole
    yield
    assert reader.window.model.finding.model.text_whole != before
    assert {before.split()[0], reader.window.model.finding.model.text_whole.split()[0]} == {"Tiny", "Second"}


@effect_of("analyse_series")
def _analyse_series(reader: Reader) -> Iterator[None]:
    yield
    reader.until(lambda: "mean" in reader.window.sliders.said.text_whole)
    reader.until_ready()
    assert "slices scored" not in reader.window.sliders.said.text_whole


@effect_of("curve")
def _curve(reader: Reader) -> Iterator[None]:
    reader.window.menus.actions["analyse_series"].trigger()
    reader.until_ready()
    yield
    reader.until_ready()
    windows = [one for one in reader.window.findChildren(QDialog) if one.isVisible()]
    assert [one.windowTitle() for one in windows] == ["Probability over the series"]


def goes_to_peak(step: int) -> Effect:
    def effect(reader: Reader) -> Iterator[None]:
        reader.window.menus.actions["analyse_series"].trigger()
        reader.until_ready()
        assert reader.program.scoring is not None
        peaks = reader.program.scoring.curves[0].peaks
        QTest.keyClick(reader.pane, Qt.Key.Key_Home if step > 0 else Qt.Key.Key_End)
        here = reader.place[0]
        yield
        assert reader.place[0] != here
        assert reader.place[0] == (peaks[0] if step > 0 else peaks[-1])

    return effect


effect_of("next_peak")(goes_to_peak(1))
effect_of("previous_peak")(goes_to_peak(-1))


@effect_of("live")
def _live(reader: Reader) -> Iterator[None]:
    was_live = reader.window.model.live.isChecked()
    yield
    assert reader.window.model.live.isChecked() is not was_live
    reader.until_ready()
    reader.wheel(-120)
    if was_live:
        assert reader.window.model.finding.decision.text() == ""
        return
    position = f"slice {reader.place[0] + 1}/{SLICES}"
    reader.until(lambda: position in reader.window.model.finding.what.text().lower())


@effect_of("heat")
def _heat(reader: Reader) -> Iterator[None]:
    was_shown = picture(reader).overlay is not None
    yield
    reader.until(lambda: (picture(reader).overlay is not None) is not was_shown)
    assert reader.window.model.heat.toggle.isChecked() is not was_shown


@effect_of("open_bundle")
def _open_bundle(reader: Reader) -> Iterator[None]:
    folder = make_bundle(elsewhere(), id="another", name="Another one")
    with pytest.MonkeyPatch.context() as patch:
        asked = chooses(patch, "getOpenFileName", (str(folder / "bundle.json"), ""))
        yield
        assert asked == ["Open a model"]
    choice = reader.window.model.choice
    reader.until(lambda: "Another one" in (choice.currentText(), choice.placeholderText()))


@effect_of("batch")
def _batch(reader: Reader) -> Iterator[None]:
    yield
    dialog = dialog_of(reader, BatchDialog)
    assert dialog.paths.count() == 2
    assert dialog.models.count() >= 1
    dialog.close()


@effect_of("label")
def _label(reader: Reader) -> Iterator[None]:
    yield
    dialog = dialog_of(reader, LabellingDialog)
    assert "cases of the series that are open" in dialog.said.text_whole
    assert not dialog.start.isEnabled()
    dialog.close()


@effect_of("results")
def _results(reader: Reader) -> Iterator[None]:
    path = elsewhere() / "results.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(path, make_rows(3))
    with pytest.MonkeyPatch.context() as patch:
        asked = chooses(patch, "getOpenFileName", (str(path), ""))
        yield
        assert asked == ["Open a table of results"]
    dialog = reader.until_asked(ResultTableDialog)
    reader.until(lambda: dialog.rows.rowCount() == 3)
    reader.until_ready()
    dialog.close()


@effect_of("wizard")
def _wizard(reader: Reader) -> Iterator[None]:
    path = elsewhere() / "bare.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(tiny_model(make_contract(), maps=False))
    with pytest.MonkeyPatch.context() as patch:
        chooses(patch, "getOpenFileName", (str(path), ""))
        yield
        dialog = reader.until_asked(ModelWizardDialog)
    dialog.reject()


# --- Help ---


@effect_of("keys")
def _keys(reader: Reader) -> Iterator[None]:
    yield
    dialog_of(reader, KeysDialog)


@effect_of("about")
def _about(reader: Reader) -> Iterator[None]:
    yield
    dialog_of(reader, AboutDialog)


# --- the table, row by row ---


def add_overlay(made: Dataset, _index: int) -> None:
    """Let the file draw two lines of its own over the slice (PS3.3 C.9.2)."""
    bits = np.zeros((24, 16), bool)
    bits[4:20, [3, 12]] = True
    for element, vr, value in (
        (0x0010, "US", 24), (0x0011, "US", 16), (0x0040, "CS", "G"), (0x0050, "SS", [1, 1]), (0x0100, "US", 1),
        (0x0102, "US", 0), (0x3000, "OW", np.packbits(bits.ravel(), bitorder="little").tobytes()),
    ):  # fmt: skip
        made.add_new((0x6000, element), vr, value)


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A CT series with two windows and drawings of its own, and a structured report."""
    named = {
        "WindowCenter": [300, 500],
        "WindowWidth": [900, 1100],
        "WindowCenterWidthExplanation": ["FIRST", "SECOND"],
    }
    values = l_values(SLICES) + 30 * np.arange(SLICES, dtype=np.int16)[:, None, None]
    write_series(tmp_path / "scan", values=values, edit=add_overlay, **named)
    save(structured_report(number_item("Diameter", 5)), tmp_path / "scan" / "report.dcm")
    return tmp_path / "scan"


@pytest.fixture
def begin(launch: Launch, scan: Path, head: Path) -> Callable[[], Reader]:
    """Starts the program with all that any command needs: a CT series, a series with phases, a model."""

    def started() -> Reader:
        reader = launch(scan, head, "--model", "tiny")
        reader.until_open()
        reader.until(lambda: reader.window.series.rows.rowCount() == 2)
        return reader

    make_bundle(user_models_folder())
    return started


def settle(reader: Reader) -> None:
    """Wait until nothing runs, away with dialogs, and the keys go to the slice."""
    reader.until_ready()
    for dialog in reader.window.findChildren(QDialog):
        dialog.close()
    reader.window.activateWindow()
    reader.until(lambda: QApplication.focusWidget() is reader.pane)


def show_series_for(reader: Reader, row: Command) -> None:
    """Put the series on screen that a command is about, and a second pane beside it if it is about panes."""
    assert reader.program.panes is not None
    if row.need is Need.MPR:
        show_planes(reader)
        return
    if row.need is Need.PANES and reader.program.panes.arrangement.layout.id == "1x1":
        reader.window.menus.actions["layout_1x2"].trigger()
    rows = reader.window.series.rows
    has_phases = [series.phases > 1 for series in rows.series]
    wanted = row.need is Need.PHASES or row.id == "previous_series"
    number = has_phases.index(True) if row.need is Need.PHASES else int(wanted)
    reader.window.series.series_requested.emit(rows.series[number].id)
    reader.until(lambda: rows.shown.row() == number)
    reader.until_open()


def show_planes(reader: Reader) -> None:
    """Go to MPR of the first series."""
    if len(reader.window.panes.shown) == 1:
        reader.window.menus.actions["mpr"].trigger()
        reader.until_ready()
        reader.until(lambda: reader.pane.picture is not None)
        reader.pane.setFocus()


def choose_entry(reader: Reader, row: Command) -> None:
    """Choose the entry as a person finds it: in the menu of that name, by its title."""
    [title] = [title for title, rows in MENUS.items() if row in rows]
    [menu] = [one.menu() for one in reader.window.menuBar().actions() if one.text() == title]
    assert isinstance(menu, QMenu)
    if row.submenu:
        [menu] = [one.menu() for one in menu.actions() if one.text() == row.submenu]
        assert isinstance(menu, QMenu)
    [entry] = [one for one in menu.actions() if one.text().replace("&&", "&") == row.title]
    assert entry.isVisible()
    assert entry.isEnabled()
    entry.trigger()


def press(key: str) -> None:
    """Press a key on whatever has the focus."""
    sequence = QKeySequence(key)[0]
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, sequence.key(), sequence.keyboardModifiers())


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.id)
def test_a_command_does_what_it_says(begin: Callable[[], Reader], row: Command) -> None:
    reader = begin()
    for way in ("menu", *row.keys):
        if way != "menu" and row.id in FOR_GOOD:
            reader.program.shut_down()
            reader = begin()
        settle(reader)
        show_series_for(reader, row)
        steps = EFFECTS[row.id](reader)
        next(steps)
        choose_entry(reader, row) if way == "menu" else press(way)
        assert next(steps, None) is None, way


def test_there_are_effects_of_every_command_and_of_no_other() -> None:
    assert sorted(EFFECTS) == sorted(row.id for row in COMMANDS)


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
def test_a_right_click_offers_commands_that_can_be_done(begin: Callable[[], Reader]) -> None:
    reader = begin()
    reader.qtbot.mouseClick(reader.pane, Qt.MouseButton.RightButton)
    reader.until(lambda: QApplication.activePopupWidget() is not None)
    offered = QApplication.activePopupWidget()
    assert isinstance(offered, QMenu)
    titles = {row.title for row in (*MENUS["&Window"], *MENUS["&View"]) if row.need is not Need.NOTHING}
    direct = [one for one in offered.actions() if not one.isSeparator()]
    entries = [entry for one in direct for entry in (one.menu().actions() if one.menu() is not None else [one])]  # type: ignore[attr-defined]
    assert {one.text() for one in entries} == titles
    shown = picture(reader).frame
    [invert] = [one for one in entries if one.text() == "Invert"]
    offered.hide()
    invert.trigger()
    assert np.array_equal(picture(reader).frame, 255 - shown)


def test_each_model_that_is_offered_can_be_chosen(begin: Callable[[], Reader]) -> None:
    for number in range(2):
        make_bundle(user_models_folder(), id=f"more-{number}", name=f"One more {number}")
    reader = begin()
    panel = reader.window.model
    reader.until(lambda: panel.choice.count() >= 3)
    panel.choice.setFocus()
    QTest.keyClick(panel.choice, Qt.Key.Key_Home)
    for number in range(panel.choice.count()):
        reader.until_ready()
        assert panel.choice.currentIndex() == number
        reader.window.model_pages.show_card()
        written = [label.text() for label in dialog_of(reader, ModelCardDialog).findChildren(QLabel)]
        assert any(text.startswith(f"{panel.choice.currentData()}, version") for text in written)
        QTest.keyClick(panel.choice, Qt.Key.Key_Down)


def test_each_label_that_is_offered_has_its_heatmap(begin: Callable[[], Reader]) -> None:
    reader = begin()
    settle(reader)
    press("End")
    press("E")
    reader.until(lambda: picture(reader).overlay is not None)
    reader.until_ready()
    choice = reader.window.model.heat.label
    choice.setFocus()
    maps = []
    for number in range(choice.count()):
        reader.until_ready()
        assert choice.currentIndex() == number
        overlay = picture(reader).overlay
        assert overlay is not None
        maps.append(overlay.levels.tobytes())
        QTest.keyClick(choice, Qt.Key.Key_Down)
    # Of the decision's label and of each label: the first is one of the others.
    assert len(maps) == 3
    assert len(set(maps)) == 2
