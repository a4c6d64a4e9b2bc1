"""The bar of icons: each button is a command's own action, by its title and key."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from desktop.state.commands import COMMANDS, command
from desktop.state.key_bindings import KeyBindings
from desktop.state.settings import TOOLBAR, Settings
from desktop.ui.main_window import MainWindow
from desktop.ui.toolbar import GROUPS
from desktop.ui.widgets.theme import icons_folder


def window(qtbot: QtBot, **kept: str) -> MainWindow:
    made = MainWindow(Settings(dict(kept)))
    qtbot.addWidget(made)
    made.show()
    return made


def test_every_button_is_a_command_with_an_icon_in_both_colours() -> None:
    buttons = [button for group in GROUPS for button in group]
    assert len({command_id for command_id, _, _ in buttons}) == len(buttons)
    assert {command_id for command_id, _, _ in buttons} <= {row.id for row in COMMANDS}
    for _, name, word in buttons:
        assert word
        for folder in (icons_folder(), icons_folder() / "light"):
            assert (folder / "toolbar" / f"{name}.svg").is_file()


def test_a_button_does_what_its_entry_does(themed: object, qtbot: QtBot) -> None:
    made = window(qtbot)
    bar, action = made.toolbar, made.menus.actions["hide_patient"]
    done = []
    action.setEnabled(True)
    action.triggered.connect(lambda: done.append(1))
    button = bar.widgetForAction(action)
    assert isinstance(button, QToolButton)
    assert not button.icon().isNull()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == [1]


def test_buttons_name_their_keys_also_changed_ones(themed: object, qtbot: QtBot) -> None:
    made = window(qtbot)
    invert = made.menus.actions["invert"]
    assert invert.toolTip() == "Invert   I"
    made.toolbar.set_keys(KeyBindings().with_key(command("invert"), "F"))
    assert invert.toolTip() == "Invert   F"
    made.toolbar.set_keys(KeyBindings().without_key(command("invert")))
    assert invert.toolTip() == "Invert"


def test_the_level_is_kept(themed: object, qtbot: QtBot) -> None:
    assert not window(qtbot, **{TOOLBAR.name: "none"}).toolbar.isVisible()
    named = window(qtbot, **{TOOLBAR.name: "named"}).toolbar
    assert named.isVisible()
    assert named.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextUnderIcon
    icons = window(qtbot).toolbar
    assert icons.height() < named.height() < 70
