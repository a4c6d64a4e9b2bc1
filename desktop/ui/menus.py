"""Menus and shortcuts, drawn from the table of commands."""

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from desktop.state.commands import COMMANDS, Command, Menu, Need

_CONTEXT = (Menu.WINDOW, Menu.VIEW)


class Menus:
    """The actions of the main window, one for each command, and the menus made of them."""

    def __init__(self, main_window: QMainWindow) -> None:
        self.actions: dict[str, QAction] = {}
        self._menus: dict[Menu, QMenu] = {}
        for menu in Menu:
            if menu is not Menu.NONE:
                self._menus[menu] = main_window.menuBar().addMenu(menu.value)
        for row in COMMANDS:
            self._add(main_window, row)
        self.recent = QMenu("&Recent", main_window)
        self.samples = QMenu("S&amples", main_window)
        for filled in (self.recent, self.samples):
            self._menus[Menu.FILE].insertMenu(self.actions["ledger"], filled)
        self.recent.setEnabled(False)
        self._handled: set[str] = set()
        self.set_available(frozenset({Need.NOTHING}))

    def connect(self, targets: Mapping[str, object]) -> None:
        """Tie commands to the methods that the table names; raises AttributeError for one that is not there."""
        for row in COMMANDS:
            target, _, method = row.handler.partition(".")
            if target in targets:
                call: Callable[..., object] = getattr(targets[target], method)
                self.actions[row.id].triggered.connect(_call(row, call))
                self._handled.add(row.id)
        self.set_available(self._available)

    def set_available(self, available: frozenset[Need]) -> None:
        """Grey out what cannot be done now, and what has no handler yet."""
        self._available = available
        for row in COMMANDS:
            self.actions[row.id].setEnabled(row.need in available and row.id in self._handled)

    def held_by(self, key: int) -> list[str]:
        """Return the ids of the commands that a long press of this key does for as long as it is held."""
        return [row.id for row in COMMANDS if row.held and QKeySequence(key) in self.actions[row.id].shortcuts()]

    def set_checked(self, command_id: str, checked: bool) -> None:
        """Check or uncheck a command that can be on or off."""
        self.actions[command_id].setChecked(checked)

    def fill(self, menu: QMenu, entries: Iterable[tuple[str, Callable[[], object]]]) -> None:
        """Replace the entries of `recent` or `samples`."""
        menu.clear()
        for title, chosen in entries:
            # An ampersand in a file's name is no mnemonic.
            menu.addAction(title.replace("&", "&&")).triggered.connect(_plainly(chosen))
        menu.setEnabled(not menu.isEmpty())

    def context_menu(self, parent: QMainWindow) -> QMenu:
        """Return the menu of a right click on the slice: windows, then view."""
        menu = QMenu(parent)
        for part in _CONTEXT:
            menu.addSection(part.value.replace("&", ""))
            for row in COMMANDS:
                if row.menu is part and self.actions[row.id].isEnabled() and row.need is not Need.NOTHING:
                    menu.addAction(self.actions[row.id])
        return menu

    def _add(self, main_window: QMainWindow, row: Command) -> None:
        action = QAction(row.title.replace("&", "&&"), main_window)
        action.setCheckable(row.checkable)
        action.setAutoRepeat(row.repeats)
        action.setShortcuts([QKeySequence(key) for key in row.keys])
        # The role by which macOS would move entries by their words ("Quit", "About") is left to our table.
        action.setMenuRole(QAction.MenuRole.NoRole)
        self.actions[row.id] = action
        main_window.addAction(action)
        if row.menu is not Menu.NONE:
            menu = self._menus[row.menu]
            if row.begins_section:
                menu.addSeparator()
            menu.addAction(action)


def _call(row: Command, call: Callable[..., object]) -> Callable[[bool], None]:
    """Return the slot of an action: it passes the row's argument, or the new state if the command can be on or off."""

    def triggered(checked: bool) -> None:
        if row.checkable:
            call(checked)
        elif row.argument is None:
            call()
        else:
            call(row.argument)

    return triggered


def _plainly(chosen: Callable[[], object]) -> Callable[[], None]:
    """Return the slot of an entry: from a `partial` PySide does not see how many arguments it takes."""

    def triggered() -> None:
        chosen()

    return triggered
