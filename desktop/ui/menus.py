"""Menus and shortcuts, drawn from the table of commands."""

import math
import time
from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QStyleOptionMenuItem, QWidget

from desktop.state.commands import COMMANDS, MENUS, Command, Need, shown_key
from desktop.state.key_bindings import KeyBindings
from desktop.state.texts.language import tr

_CONTEXT = ("&Window", "&View")
_HOLD_SECONDS = 0.35
_REPEAT_MS = 60
"""Under X11 a key that is held is let go and pressed again many times a second; a hand takes longer than this."""


class Menus:
    """The actions of the main window, one for each command, and the menus made of them."""

    def __init__(self, main_window: QMainWindow, bindings: KeyBindings, panes: QWidget) -> None:
        """`panes` is the widget for keys that mean something else everywhere else, as Tab."""
        menus = {title: CommandMenu(tr(title), main_window) for title in MENUS}
        for menu in menus.values():
            main_window.menuBar().addMenu(menu)
        self.actions: dict[str, QAction] = {}
        for title, rows in MENUS.items():
            for row in rows:
                self.actions[row.id] = action = _make_action(row, main_window)
                if row.in_panes:
                    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                elif row.everywhere:
                    action.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)
                (panes if row.in_panes else main_window).addAction(action)
                if row.begins_section:
                    menus[title].addSeparator()
                _menu_within(menus[title], row).addAction(action)
        self.recent = QMenu(tr("&Recent"), main_window)
        self.samples = QMenu(tr("S&amples"), main_window)
        for filled in (self.recent, self.samples):
            menus["&File"].insertMenu(self.actions["ledger"], filled)
        self.recent.setEnabled(False)
        self._presses = {row.id: _Press(self.actions[row.id], main_window) for row in COMMANDS if row.held}
        self._handled: set[str] = set()
        self.set_bindings(bindings)
        self.set_available(frozenset({Need.NOTHING}))

    def connect(self, targets: Mapping[str, object]) -> None:
        """Tie commands to the methods that the table names; raises AttributeError for one that is not there."""
        for row in COMMANDS:
            target, _, method = row.handler.partition(".")
            if target in targets:
                self.actions[row.id].triggered.connect(self._slot(row, getattr(targets[target], method)))
                self._handled.add(row.id)
        self.set_available(self._available)

    def follow(self, target: str, current: Callable[[], object], kind: type) -> None:
        """Tie a target's commands to whatever object it is when they are triggered, as the active pane.

        The object is of this kind. Raises AttributeError for a method that the kind does not have.
        """
        for row in COMMANDS:
            named, _, method = row.handler.partition(".")
            if named == target:
                getattr(kind, method)

                def call(*arguments: object, method: str = method) -> object:
                    return getattr(current(), method)(*arguments)

                self.actions[row.id].triggered.connect(self._slot(row, call))
                self._handled.add(row.id)
        self.set_available(self._available)

    def set_bindings(self, bindings: KeyBindings) -> None:
        """Give every command its keys."""
        for row in COMMANDS:
            self.actions[row.id].setShortcuts([QKeySequence(key) for key in bindings.keys_of(row)])

    def set_available(self, available: frozenset[Need]) -> None:
        """Grey out what cannot be done now, and what has no handler yet."""
        self._available = available
        for row in COMMANDS:
            self.actions[row.id].setEnabled(row.need in available and row.id in self._handled)

    def release(self, key: int) -> None:
        """Trigger the `held` command of a key once more if the key was let go after a long press: that was a peek."""
        for row in COMMANDS:
            if row.held and QKeySequence(key) in self.actions[row.id].shortcuts():
                self._presses[row.id].let_go()

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
        menu = CommandMenu("", parent)
        for title in _CONTEXT:
            menu.addSection(tr(title).replace("&", ""))
            for row in MENUS[title]:
                if self.actions[row.id].isEnabled() and row.need is not Need.NOTHING:
                    _menu_within(menu, row).addAction(self.actions[row.id])
        return menu

    def _slot(self, row: Command, call: Callable[..., object]) -> Callable[[bool], None]:
        """Return an action's slot: it passes the row's argument, else the new state if the command can be on or off."""

        press = self._presses.get(row.id)

        def triggered(checked: bool) -> None:
            if press is not None and press.goes_on():
                return
            call(*(row.argument,) if row.argument is not None else (checked,) if row.checkable else ())
            if press is not None:
                press.begin()

        return triggered


class CommandMenu(QMenu):
    """A menu that names keys as the sheet of keys does: Qt says `PgDown` and `Return`, keyboards say PgDn and Enter."""

    def initStyleOption(self, option: QStyleOptionMenuItem, action: QAction) -> None:  # noqa: N802
        """Write our name of the key behind the title."""
        super().initStyleOption(option, action)
        title, tab, _ = option.text.partition("\t")
        if tab:
            portable = QKeySequence.SequenceFormat.PortableText
            option.text = f"{title}\t{shown_key(action.shortcut().toString(portable))}"


class _Press:
    """How long the key of a `held` command is down. Only a release that no press follows at once ends it."""

    def __init__(self, action: QAction, parent: QMainWindow) -> None:
        self._action = action
        self._since = math.inf
        self._until = 0.0
        self._ending = QTimer(parent, singleShot=True, interval=_REPEAT_MS)
        self._ending.timeout.connect(self._end)

    def goes_on(self) -> bool:
        """Take a press; tell whether it is a repeated one, which changes nothing."""
        if not self._ending.isActive():
            return False
        self._ending.stop()
        # Qt has checked or unchecked it already.
        self._action.setChecked(not self._action.isChecked())
        return True

    def begin(self) -> None:
        """Count from now on: while the command is carried out, a release cannot be heard."""
        self._since = time.monotonic()

    def let_go(self) -> None:
        """Take a release."""
        self._until = time.monotonic()
        self._ending.start()

    def _end(self) -> None:
        was_held = self._until - self._since > _HOLD_SECONDS
        if was_held:
            self._action.trigger()
        self._since = math.inf


def _menu_within(menu: QMenu, row: Command) -> QMenu:
    """Return the menu that a command stands in: this one, or the one within it, which is made at its first command."""
    if not row.submenu:
        return menu
    within = [one.menu() for one in menu.actions() if one.text() == tr(row.submenu)]
    if within and isinstance(within[0], QMenu):
        return within[0]
    made = CommandMenu(tr(row.submenu), menu)
    menu.addMenu(made)
    return made


def _make_action(row: Command, main_window: QMainWindow) -> QAction:
    action = QAction(tr(row.title).replace("&", "&&"), main_window, checkable=row.checkable, autoRepeat=row.repeats)
    # The role by which macOS would move entries by their words ("Quit", "About") is left to our table.
    action.setMenuRole(QAction.MenuRole.NoRole)
    return action


def _plainly(chosen: Callable[[], object]) -> Callable[[], None]:
    """Return the slot of an entry: from a `partial` PySide does not see how many arguments it takes."""

    def triggered() -> None:
        chosen()

    return triggered
