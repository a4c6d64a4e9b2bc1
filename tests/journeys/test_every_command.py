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
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QMenu

from desktop.state.commands import COMMANDS, MENUS, PRESETS, Command, Need
from desktop.state.picture import Picture
from desktop.state.view import Turn
from desktop.ui.dialogs.help import AboutDialog, KeysDialog
from desktop.ui.dialogs.settings import SettingsDialog
from desktop.ui.widgets.theme import scale_of_app
from inference.bundle.catalog import user_models_folder
from tests.imaging.phantoms import l_values, write_series
from tests.inference.factory import make_bundle
from tests.journeys.conftest import Launch, Reader

Effect = Callable[[Reader], Iterator[None]]
"""Prepares, yields where the command is triggered, then asserts what a person sees."""
Dialog = TypeVar("Dialog", bound=QDialog)
EFFECTS: dict[str, Effect] = {}

FOR_GOOD = {"open_file", "open_folder", "quit"}
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


@effect_of("settings")
def _settings(reader: Reader) -> Iterator[None]:
    yield
    assert dialog_of(reader, SettingsDialog).corners.currentData() == reader.pane.text_level


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


@effect_of("why")
def _why(reader: Reader) -> Iterator[None]:
    assert not reader.window.why.isVisible()
    yield
    reader.until(lambda: "Rescale Slope" in reader.window.why.text())


@effect_of("text")
def _text(reader: Reader) -> Iterator[None]:
    following = {"all": "some", "some": "none", "none": "all"}[reader.pane.text_level]
    yield
    assert reader.pane.text_level == following


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


# --- Model ---


@effect_of("analyse")
def _analyse(reader: Reader) -> Iterator[None]:
    reader.wheel(-120)
    assert not reader.window.model.finding.decision.isVisible()
    yield
    reader.until(reader.window.model.finding.decision.isVisible)
    reader.until_ready()
    assert reader.window.model.finding.decision.text() in ("Normal", "Bright spot", "Ambiguous")


@effect_of("live")
def _live(reader: Reader) -> Iterator[None]:
    was_live = reader.window.model.live.isChecked()
    yield
    assert reader.window.model.live.isChecked() is not was_live
    reader.until_ready()
    reader.wheel(-120)
    if was_live:
        assert not reader.window.model.finding.decision.isVisible()
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
    """A CT series with two windows and drawings of its own."""
    named = {
        "WindowCenter": [300, 500],
        "WindowWidth": [900, 1100],
        "WindowCenterWidthExplanation": ["FIRST", "SECOND"],
    }
    values = l_values(SLICES) + 30 * np.arange(SLICES, dtype=np.int16)[:, None, None]
    write_series(tmp_path / "scan", values=values, edit=add_overlay, **named)
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
    """Put the series on screen that a command is about."""
    rows = reader.window.series.rows
    has_phases = [series.phases > 1 for series in rows.series]
    wanted = row.need is Need.PHASES or row.id == "previous_series"
    number = has_phases.index(True) if row.need is Need.PHASES else int(wanted)
    reader.window.series.series_requested.emit(rows.series[number].id)
    reader.until(lambda: rows.shown.row() == number)
    reader.until_open()


def choose_entry(reader: Reader, row: Command) -> None:
    """Choose the entry as a person finds it: in the menu of that name, by its title."""
    [title] = [title for title, rows in MENUS.items() if row in rows]
    [menu] = [one.menu() for one in reader.window.menuBar().actions() if one.text() == title]
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
    entries = [one for one in offered.actions() if not one.isSeparator()]
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
        panel.disclosure.set_open(True)
        written = [label.text() for label in panel.card.findChildren(QLabel)]
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
