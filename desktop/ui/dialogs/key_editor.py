"""The page on which a person gives commands other keys. A change takes effect at once."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QKeySequenceEdit,
    QPushButton,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from desktop.state.commands import COMMANDS, MENUS, Command, shown_key
from desktop.state.key_bindings import GestureBindings, KeyBindings
from desktop.state.texts.language import tr
from desktop.ui.tools.gesture_editor import GestureEditor
from desktop.ui.widgets.controls import leave_return_alone, make_close_buttons, make_column, make_holder, make_row
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.theme import resize_within_screen
from imaging.base.english import english

_COMMAND_ID = Qt.ItemDataRole.UserRole
_HOW = english("Choose a command, press its new key in the box, then “Use this key”. Esc is always Esc.")


class KeyEditor(QDialog):
    """All commands by menu with their keys; the one that has a key already is named before it loses it."""

    changed = Signal(object)  # the `KeyBindings` that hold now
    gestures_changed = Signal(object)  # the `GestureBindings` that hold now

    def __init__(self, bindings: KeyBindings, gestures: GestureBindings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Change keys and gestures"))
        self.gestures = GestureEditor(gestures)
        self.gestures.changed.connect(self.gestures_changed)
        self.bindings = bindings
        self.table = QTreeWidget()
        self.table.setHeaderLabels([tr("Command"), tr("Key")])
        self.table.setAccessibleName(tr("Commands and their keys"))
        self.key = QKeySequenceEdit()
        self.key.setMaximumSequenceLength(1)
        # The keys go to the field within.
        for field in (self.key, self.key.focusProxy() or self.key):
            field.setAccessibleName(tr("New key"))
        self.use = QPushButton(tr("Use this key"))
        self.remove = QPushButton(tr("No key"))
        self.reset = QPushButton(tr("As it was at first"))
        self.told = text_label(tr(_HOW), role="small")
        self._items: dict[str, QTreeWidgetItem] = {}
        self._fill()
        self._lay_out()
        self.table.currentItemChanged.connect(self._tell)
        self.key.keySequenceChanged.connect(self._tell)
        self.use.clicked.connect(self._use)
        self.remove.clicked.connect(lambda: self._change(self.bindings.without_key))
        self.reset.clicked.connect(lambda: self._change(self.bindings.with_default))
        self._tell()

    @property
    def chosen(self) -> Command | None:
        """The command whose row is chosen."""
        item = self.table.currentItem()
        name = None if item is None else item.data(0, _COMMAND_ID)
        return next((row for row in COMMANDS if row.id == name), None)

    def choose(self, command_id: str) -> None:
        """Choose the row of a command."""
        self.table.setCurrentItem(self._items[command_id])

    def _fill(self) -> None:
        for title, rows in MENUS.items():
            group = QTreeWidgetItem([tr(title).replace("&", "")])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.table.addTopLevelItem(group)
            for row in rows:
                self._items[row.id] = item = QTreeWidgetItem(group, [tr(row.title)])
                item.setData(0, _COMMAND_ID, row.id)
        self._show_keys()
        self.table.expandAll()

    def _show_keys(self) -> None:
        for row in COMMANDS:
            keys = self.bindings.keys_of(row)
            mark = "   " + tr("(changed)") if row.id in self.bindings.changed else ""
            self._items[row.id].setText(1, " / ".join(map(shown_key, keys)) + mark)

    def _pressed(self) -> str:
        """Return the key in the box in Qt's name, empty if there is none."""
        return self.key.keySequence().toString(QKeySequence.SequenceFormat.PortableText)

    def _tell(self) -> None:
        """Say what “Use this key” would do."""
        row, key = self.chosen, self._pressed()
        owner = self.bindings.owner_of(key) if key else None
        for button in (self.remove, self.reset):
            button.setEnabled(row is not None)
        self.use.setEnabled(row is not None and bool(key))
        if row is None or not key:
            self.told.setText(tr(_HOW))
        elif owner is None:
            self.told.setText(tr("{key} is free.", key=shown_key(key)))
        elif owner.id == row.id:
            self.told.setText(tr("{key} is its key already.", key=shown_key(key)))
        else:
            self.told.setText(
                tr(
                    "{key} belongs to “{owner}”, which would have it no longer.",
                    key=shown_key(key),
                    owner=tr(owner.title),
                )
            )

    def _use(self) -> None:
        row, key = self.chosen, self._pressed()
        if row is not None and key:
            self._take(self.bindings.with_key(row, key))
            self.key.clear()

    def _change(self, change: Callable[[Command], KeyBindings]) -> None:
        row = self.chosen
        if row is not None:
            self._take(change(row))

    def _reset_all(self) -> None:
        self._take(KeyBindings())
        self.gestures.take(GestureBindings())

    def _take(self, bindings: KeyBindings) -> None:
        self.bindings = bindings
        self._show_keys()
        self._tell()
        self.changed.emit(bindings)

    def _lay_out(self) -> None:
        header = self.table.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(False)
        buttons = make_close_buttons(self)
        every = buttons.addButton(tr("All as at first"), QDialogButtonBox.ButtonRole.ResetRole)
        every.clicked.connect(self._reset_all)
        row = make_row((self.key, 1), self.use, self.remove, self.reset, spacing=8)
        keys = make_holder()
        make_column((self.table, 1), row, self.told, holder=keys, margins=(0, 10, 0, 0), spacing=10)
        self.pages = QTabWidget(documentMode=True)
        self.pages.addTab(keys, tr("Keys"))
        self.pages.addTab(self.gestures, tr("Mouse"))
        make_column((self.pages, 1), buttons, holder=self, margins=(16, 14, 16, 12), spacing=10)
        leave_return_alone(self)
        resize_within_screen(self, 620, 560)
