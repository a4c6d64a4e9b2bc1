"""Where a new user's hand came to nothing: mouse, wheel, keys held down, drops, each as a real event on the window."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMenu, QToolButton, QWidget

from desktop.render.text import describe_pixel
from desktop.startup.samples import list_samples
from inference.bundle.catalog import user_models_folder
from tests.desktop.pane import to_pane
from tests.imaging.phantoms import l_values, write_series
from tests.inference.factory import make_bundle
from tests.journeys.conftest import Launch, Reader

NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


def turn_wheel(over: QWidget, angle: int) -> None:
    """Turn the wheel over a widget; -120 is one notch toward the person."""
    at = QPointF(over.rect().center())
    nothing = (Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase)
    QApplication.sendEvent(over, QWheelEvent(at, over.mapToGlobal(at), QPoint(), QPoint(0, angle), *nothing, False))


# --- A1: menus that are filled while the program runs ---


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
def test_a_sample_is_opened_with_the_mouse_through_its_menu(launch: Launch) -> None:
    if not list_samples():
        pytest.skip("no samples are installed")
    reader = launch()
    reader.until_ready()
    bar = reader.window.menuBar()
    [file] = [action for action in bar.actions() if action.text() == "&File"]
    reader.qtbot.mouseClick(bar, LEFT, pos=bar.actionGeometry(file).center())
    menu = file.menu()
    assert isinstance(menu, QMenu)
    reader.until(menu.isVisible)
    samples = reader.window.menus.samples
    reader.qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(samples.menuAction()).center())
    reader.until(samples.isVisible)
    reader.qtbot.mouseClick(samples, LEFT, pos=samples.actionGeometry(samples.actions()[0]).center())
    reader.until_open()
    assert reader.program.document is not None
    assert reader.program.document.paths == list_samples()[0].paths


# --- A2: the probe ---


def point_at(reader: Reader, row: int, column: int) -> None:
    view = reader.pane.viewport
    assert view is not None
    x, y = to_pane(view, row, column)
    reader.qtbot.mouseMove(reader.pane, QPoint(round(x), round(y)))
    assert reader.pane.pixel_under_cursor == (row, column)


def true_probe(reader: Reader) -> str:
    view = reader.program.view
    assert view is not None
    pixel = reader.pane.pixel_under_cursor
    return "" if pixel is None or view.slice is None else describe_pixel(view.slice, *pixel)


def test_the_probe_tells_the_value_of_whatever_comes_under_the_cursor(launch: Launch, ct: Path, head: Path) -> None:
    reader = launch(ct, head)
    reader.until_open()
    point_at(reader, 23, 0)
    said = [reader.pane.writing.probe]
    assert "905 HU" in said[0]
    reader.wheel(-120)
    said.append(reader.pane.writing.probe)
    assert "906 HU" in said[1]
    for key in (Qt.Key.Key_End, Qt.Key.Key_Home, Qt.Key.Key_PageDown, Qt.Key.Key_Period, Qt.Key.Key_Down):
        if key == Qt.Key.Key_PageDown:
            point_at(reader, 12, 8)
        reader.key(key)
        reader.until_ready()
        assert reader.pane.writing.probe == true_probe(reader)
        said.append(reader.pane.writing.probe)
    assert len(set(said)) == len(said), "each of these puts another value under the cursor"
    turn_wheel(reader.window.sliders.slices, 120)
    assert reader.pane.writing.probe == true_probe(reader) != said[-1]


def test_the_probe_follows_a_pane_that_moves_beneath_the_cursor(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    point_at(reader, 10, 8)
    before = reader.pane.writing.probe
    reader.key(Qt.Key.Key_BracketLeft)
    reader.until(lambda: reader.pane.writing.probe != before)
    assert reader.pane.writing.probe == true_probe(reader)


# --- A6: what a drag can do ---


def test_a_drag_that_does_nothing_is_not_offered(launch: Launch, ct: Path, tmp_path: Path) -> None:
    Image.fromarray(np.full((30, 40, 3), (200, 10, 10), dtype=np.uint8)).save(tmp_path / "red.png")
    reader = launch(ct)
    reader.until_open()
    hint = reader.window.strip.message
    assert "Left drag: window" in hint.text_whole
    assert "Wheel: slices" in hint.text_whole
    reader.open(tmp_path / "red.png")
    shown = reader.pixels()
    reader.drag(LEFT, 60, 40)
    assert np.array_equal(reader.pixels(), shown)
    assert "Left drag" not in hint.text_whole
    assert "Wheel" not in hint.text_whole
    assert "Right drag: zoom" in hint.text_whole


@pytest.mark.parametrize("ending", ["jpg", "png"])
def test_a_grey_picture_that_is_stored_as_colour_is_windowed_by_the_hand(
    launch: Launch, tmp_path: Path, ending: str
) -> None:
    grey = np.tile(np.arange(0, 240, 4, dtype=np.uint8), (40, 1))
    Image.fromarray(np.stack([grey] * 3, axis=-1)).save(tmp_path / f"film.{ending}")
    reader = launch(tmp_path / f"film.{ending}")
    reader.until_open()
    assert "Left drag: window" in reader.window.strip.message.text_whole
    shown = reader.pixels()
    reader.drag(LEFT, 60, 40)
    assert not np.array_equal(reader.pixels(), shown)


# --- phases by what they are ---


def test_the_slider_says_what_a_phase_is(launch: Launch, tmp_path: Path) -> None:
    for turn, value in enumerate((1000.0, 0.0)):
        write_series(
            tmp_path / str(turn), values=l_values(4), DiffusionBValue=value, AcquisitionTime=f"10000{turn}",
            InstanceNumber=turn, Modality="MR",
        )  # fmt: skip
    reader = launch(tmp_path)
    reader.until_open()

    def said() -> str:
        return " ".join(label.text() for label in reader.window.sliders.findChildren(QLabel))

    assert "b 0   1/2" in said()
    turn_wheel(reader.window.sliders.phases, -120)
    assert "b 1000   2/2" in said()
    reader.key(Qt.Key.Key_Comma)
    assert "b 0   1/2" in said(), "by value, not by the time of taking"


# --- B1: the wheel over the sliders ---


def test_the_wheel_over_a_slider_goes_one_as_it_does_over_the_slice(launch: Launch, head: Path) -> None:
    reader = launch(head)
    reader.until_open()
    index, phase = reader.place
    for notch in (-120, -120, 120):
        reader.wheel(notch)
        over_pane = reader.place
        reader.wheel(-notch)
        turn_wheel(reader.window.sliders.slices, notch)
        assert reader.place == over_pane
    assert reader.place == (index + 1, phase)
    turn_wheel(reader.window.sliders.phases, -120)
    assert reader.place == (index + 1, phase + 1)
    turn_wheel(reader.window.sliders.slices, -40)
    assert reader.place == (index + 1, phase + 1), "a third of a notch is none"


# --- B2: drop-downs ---


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
@pytest.mark.parametrize("opening", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_F4])
def test_a_drop_down_is_opened_walked_and_chosen_from_by_keys(
    launch: Launch, ct: Path, tiny_model: str, opening: Qt.Key
) -> None:
    make_bundle(user_models_folder(), id="tiny-2", name="Tiny, the second")
    reader = launch(ct, "--model", tiny_model)
    reader.until_open()
    index, choice = reader.place, reader.window.model.choice
    for _ in range(12):
        if QApplication.focusWidget() is choice:
            break
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert choice.hasFocus(), "Tab leads to it"
    QTest.keyClick(choice, opening)
    reader.until(lambda: QApplication.activePopupWidget() is not None)
    wanted = choice.findData("tiny-2")
    step = Qt.Key.Key_Down if wanted > choice.currentIndex() else Qt.Key.Key_Up
    for _ in range(abs(wanted - choice.currentIndex())):
        QTest.keyClick(choice.view(), step)
    QTest.keyClick(choice.view(), Qt.Key.Key_Return)
    reader.until(lambda: reader.program.model and reader.program.model.contract.id == "tiny-2")
    assert QApplication.activePopupWidget() is None
    assert reader.place == index, "the keys belonged to the drop-down"


# --- B3: drops ---


@pytest.mark.parametrize("offered", ["move", "move or copy", "link or move"])
def test_a_drop_is_answered_copy_whatever_was_proposed(launch: Launch, ct: Path, offered: str) -> None:
    actions = {"move": Qt.DropAction.MoveAction, "copy": Qt.DropAction.CopyAction, "link": Qt.DropAction.LinkAction}
    possible = Qt.DropAction.IgnoreAction
    for word in offered.split(" or "):
        possible |= actions[word]
    reader = launch()
    reader.until_ready()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(ct))])
    at = QPointF(reader.window.rect().center())
    for kind, where in ((QDragEnterEvent, at.toPoint()), (QDragMoveEvent, at.toPoint()), (QDropEvent, at)):
        event = kind(where, possible, data, LEFT, NONE)
        event.setDropAction(Qt.DropAction.MoveAction)
        QApplication.sendEvent(reader.window, event)
        assert event.isAccepted()
    # A source that cannot but move hears that nothing was done.
    answers = (Qt.DropAction.CopyAction,) if "copy" in offered else (Qt.DropAction.IgnoreAction,)
    assert event.dropAction() in answers
    reader.until_open()
    assert all(path.exists() for path in ct.iterdir())


# --- B4: a key that is held ---


@pytest.mark.parametrize("kind", ["told apart", "as X11 sends them"])
def test_a_held_key_peeks_steadily_while_the_system_repeats_it(
    launch: Launch, ct: Path, tiny_model: str, kind: str
) -> None:
    reader = launch(ct, "--model", tiny_model)
    reader.until_open()
    reader.key(Qt.Key.Key_End)
    reader.key(Qt.Key.Key_E)
    reader.until(lambda: reader.pane.picture and reader.pane.picture.overlay)
    reader.until_ready()
    seen: list[bool] = []
    assert reader.program.view is not None
    reader.program.view.picture_changed.connect(lambda picture: seen.append(picture.overlay is not None))
    reader.qtbot.keyPress(reader.pane, Qt.Key.Key_E)
    for _ in range(15):
        reader.qtbot.wait(30)
        if kind == "as X11 sends them":
            reader.qtbot.keyRelease(reader.pane, Qt.Key.Key_E)
            reader.qtbot.keyPress(reader.pane, Qt.Key.Key_E)
    assert seen
    assert not any(seen), "the map is away for as long as the key is down"
    reader.qtbot.keyRelease(reader.pane, Qt.Key.Key_E)
    reader.until(lambda: seen[-1])
    assert reader.window.model.heat.toggle.isChecked()
    assert reader.window.menus.actions["heat"].isChecked()


# --- small ---


def test_return_opens_a_file_from_the_start_page(launch: Launch, ct: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = launch()
    reader.until_ready()
    chosen = ([str(path) for path in sorted(ct.iterdir())], "")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: chosen)
    reader.until(lambda: QApplication.focusWidget() is reader.window.start_page.open_file)
    QTest.keyClick(reader.window.start_page.open_file, Qt.Key.Key_Return)
    reader.until_open()
    assert reader.pane.isVisible()
    assert QApplication.focusWidget() is reader.pane


def test_there_is_a_way_back_to_the_start_page_and_from_there_to_the_slice(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    page = reader.window.start_page
    for way_back in ("key", "escape", "series"):
        reader.key(Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
        assert page.isVisible()
        assert not reader.pane.isVisible()
        if way_back == "series":
            rows = reader.window.series.list
            reader.qtbot.mouseClick(rows.viewport(), LEFT, pos=rows.visualRect(rows.model().index(0, 0)).center())
        elif way_back == "key":
            QTest.keyClick(page.open_file, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
        else:
            QTest.keyClick(page.open_file, Qt.Key.Key_Escape)
        assert reader.pane.isVisible(), way_back
        assert not page.isVisible()


def test_the_ledger_lists_every_file(launch: Launch, ct: Path) -> None:
    (ct / "notes.txt").write_text("no picture")
    reader = launch(ct)
    reader.until_open()
    reader.key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    table = reader.window.ledger.table
    reader.until(table.isVisible)
    rows = [table.model().index(row, 0).data() for row in range(table.model().rowCount())]
    assert sorted(Path(name).name for name in rows) == sorted(path.name for path in ct.iterdir())
    said = [table.model().index(row, 1).data() for row in range(len(rows))]
    assert sum(words.startswith("Opened") for words in said) == 10


def test_the_file_dialog_of_qt_has_icons_in_its_buttons(launch: Launch) -> None:
    reader = launch()
    reader.until_ready()
    dialog = QFileDialog(reader.window)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.show()
    reader.until(dialog.isVisible)
    buttons = [one for one in dialog.findChildren(QToolButton) if one.isVisible() and not one.icon().isNull()]
    assert len(buttons) >= 4
    for button in buttons:
        button.setEnabled(True)
        drawn = button.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
        edge = 4
        inner = drawn.copy(edge, edge, drawn.width() - 2 * edge, drawn.height() - 2 * edge)
        grey = [inner.pixelColor(x, y).value() for x in range(inner.width()) for y in range(inner.height())]
        assert max(grey) - min(grey) > 40, button.objectName()
    dialog.close()
    dialog.deleteLater()


def test_menus_and_the_sheet_of_keys_spell_a_key_alike(launch: Launch, ct: Path) -> None:
    from PySide6.QtWidgets import QStyleOptionMenuItem

    from desktop.state.commands import COMMANDS, shown_key
    from desktop.ui.menus import CommandMenu

    reader = launch(ct)
    reader.until_ready()
    for row in COMMANDS:
        action = reader.window.menus.actions[row.id]
        # Some stand in a menu within a menu.
        menus = [one for one in reader.window.findChildren(CommandMenu) if action in one.actions()]
        option = QStyleOptionMenuItem()
        menus[0].initStyleOption(option, action)
        assert option.text.partition("\t")[2] == (shown_key(row.keys[0]) if row.keys else "")
