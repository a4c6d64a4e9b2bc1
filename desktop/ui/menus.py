"""Menus and shortcuts, drawn from the table of commands."""

import math
import time
from collections.abc import Callable, Iterable, Mapping

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from desktop.state.commands import COMMANDS, MENUS, Command, Need

_CONTEXT = ("&Window", "&View")
_HOLD_SECONDS = 0.35


class Menus:
    """The actions of the main window, one for each command, and the menus made of them."""

    def __init__(self, main_window: QMainWindow) -> None:
        menus = {title: main_window.menuBar().addMenu(title) for title in MENUS}
        self.actions: dict[str, QAction] = {}
        for title, rows in MENUS.items():
            for row in rows:
                self.actions[row.id] = action = _make_action(row, main_window)
                main_window.addAction(action)
                if row.begins_section:
                    menus[title].addSeparator()
                menus[title].addAction(action)
        self.recent = QMenu("&Recent", main_window)
        self.samples = QMenu("S&amples", main_window)
        for filled in (self.recent, self.samples):
            menus["&File"].insertMenu(self.actions["ledger"], filled)
        self.recent.setEnabled(False)
        self._pressed: dict[str, float] = {}
        self._handled: set[str] = set()
        self.set_available(frozenset({Need.NOTHING}))

    def connect(self, targets: Mapping[str, object]) -> None:
        """Tie commands to the methods that the table names; raises AttributeError for one that is not there."""
        for row in COMMANDS:
            target, _, method = row.handler.partition(".")
            if target in targets:
                self.actions[row.id].triggered.connect(self._slot(row, getattr(targets[target], method)))
                self._handled.add(row.id)
        self.set_available(self._available)

    def set_available(self, available: frozenset[Need]) -> None:
        """Grey out what cannot be done now, and what has no handler yet."""
        self._available = available
        for row in COMMANDS:
            self.actions[row.id].setEnabled(row.need in available and row.id in self._handled)

    def release(self, key: int) -> None:
        """Trigger the `held` command of a key once more if the key was let go after a long press: that was a peek."""
        for row in COMMANDS:
            if row.held and QKeySequence(key) in self.actions[row.id].shortcuts():
                if time.monotonic() - self._pressed.get(row.id, math.inf) > _HOLD_SECONDS:
                    self.actions[row.id].trigger()
                self._pressed.pop(row.id, None)

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
        for title in _CONTEXT:
            menu.addSection(title.replace("&", ""))
            for row in MENUS[title]:
                if self.actions[row.id].isEnabled() and row.need is not Need.NOTHING:
                    menu.addAction(self.actions[row.id])
        return menu

    def _slot(self, row: Command, call: Callable[..., object]) -> Callable[[bool], None]:
        """Return an action's slot: it passes the row's argument, or the new state if the command can be on or off."""

        def triggered(checked: bool) -> None:
            self._pressed[row.id] = time.monotonic()
            call(*(checked,) if row.checkable else () if row.argument is None else (row.argument,))

        return triggered


def _make_action(row: Command, main_window: QMainWindow) -> QAction:
    action = QAction(row.title.replace("&", "&&"), main_window, checkable=row.checkable, autoRepeat=row.repeats)
    action.setShortcuts([QKeySequence(key) for key in row.keys])
    # The role by which macOS would move entries by their words ("Quit", "About") is left to our table.
    action.setMenuRole(QAction.MenuRole.NoRole)
    return action


def _plainly(chosen: Callable[[], object]) -> Callable[[], None]:
    """Return the slot of an entry: from a `partial` PySide does not see how many arguments it takes."""

    def triggered() -> None:
        chosen()

    return triggered
