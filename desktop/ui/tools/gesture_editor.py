"""The table in which gestures of the mouse are changed; whoever hears `changed` keeps them."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHeaderView, QPushButton, QTreeWidget, QTreeWidgetItem, QWidget

from desktop.state.commands import GESTURES, MOUSE_MODIFIERS, MOUSE_WORDS, Gesture, shown_gesture
from desktop.state.key_bindings import GestureBindings
from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import make_column, make_row
from desktop.ui.widgets.labels import text_label
from imaging.base.english import english

_GESTURE_ID = Qt.ItemDataRole.UserRole
_HOW = english("Choose a row, then by what it is to be done, then “Use this gesture”. Clicks mean what they always do.")
_NO_WHEEL = english("The wheel goes in steps; this needs a drag.")


class GestureEditor(QWidget):
    """The gestures over a slice with what they do; whatever has one already is named before it loses it."""

    changed = Signal(object)  # the `GestureBindings` that hold now

    def __init__(self, bindings: GestureBindings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bare")
        self.bindings = bindings
        self.table = QTreeWidget()
        self.table.setHeaderLabels([tr("Over the slice"), tr("Gesture")])
        self.table.setRootIsDecorated(False)
        self.table.setAccessibleName(tr("Gestures of the mouse"))
        self.modifiers = QComboBox()
        for modifiers in MOUSE_MODIFIERS:
            self.modifiers.addItem(f"{modifiers} +" if modifiers else tr("No key"), modifiers)
        self.modifiers.setAccessibleName(tr("Keys held with it"))
        self.part = QComboBox()
        for part in MOUSE_WORDS:
            self.part.addItem(shown_gesture(part), part)
        self.part.setAccessibleName(tr("Button or wheel"))
        self.use = QPushButton(tr("Use this gesture"))
        self.remove = QPushButton(tr("No gesture"))
        self.reset = QPushButton(tr("As it was at first"))
        self.told = text_label(tr(_HOW), role="small")
        self._items = {row.id: QTreeWidgetItem(self.table, [tr(row.title)]) for row in GESTURES}
        for name, item in self._items.items():
            item.setData(0, _GESTURE_ID, name)
        self._show_gestures()
        header = self.table.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(False)
        row = make_row(self.modifiers, (self.part, 1), self.use, self.remove, self.reset, spacing=8)
        make_column((self.table, 1), row, self.told, holder=self, margins=(0, 10, 0, 0), spacing=10)
        self.table.currentItemChanged.connect(self._tell)
        for choice in (self.modifiers, self.part):
            choice.currentIndexChanged.connect(self._tell)
        self.use.clicked.connect(self._use)
        self.remove.clicked.connect(lambda: self._change(self.bindings.without_key))
        self.reset.clicked.connect(lambda: self._change(self.bindings.with_default))
        self._tell()

    @property
    def chosen(self) -> Gesture | None:
        """The gesture whose row is chosen."""
        item = self.table.currentItem()
        name = None if item is None else item.data(0, _GESTURE_ID)
        return next((row for row in GESTURES if row.id == name), None)

    def choose(self, gesture_id: str, by: str) -> None:
        """Choose the row of a gesture, and what it is to be done by (`Ctrl+Left`)."""
        self.table.setCurrentItem(self._items[gesture_id])
        modifiers, _, part = by.rpartition("+")
        self.modifiers.setCurrentIndex(self.modifiers.findData(modifiers))
        self.part.setCurrentIndex(self.part.findData(part))

    def take(self, bindings: GestureBindings) -> None:
        """Let these hold from now on."""
        self.bindings = bindings
        self._show_gestures()
        self._tell()
        self.changed.emit(bindings)

    def _show_gestures(self) -> None:
        for row in GESTURES:
            mark = "   " + tr("(changed)") if row.id in self.bindings.changed else ""
            self._items[row.id].setText(1, " / ".join(map(shown_gesture, self.bindings.keys_of(row))) + mark)

    @property
    def _wanted(self) -> str:
        return "+".join(filter(None, (self.modifiers.currentData(), self.part.currentData())))

    def _tell(self) -> None:
        """Say what “Use this gesture” would do."""
        row, wanted = self.chosen, self._wanted
        owner = self.bindings.owner_of(wanted)
        is_possible = row is not None and self.bindings.can_have(row, wanted)
        for button in (self.remove, self.reset):
            button.setEnabled(row is not None)
        self.use.setEnabled(is_possible)
        if row is None:
            self.told.setText(tr(_HOW))
        elif not is_possible:
            self.told.setText(tr(_NO_WHEEL))
        elif owner is None:
            self.told.setText(tr("{gesture} is free.", gesture=shown_gesture(wanted)))
        elif owner.id == row.id:
            self.told.setText(tr("{gesture} does this already.", gesture=shown_gesture(wanted)))
        else:
            self.told.setText(
                tr(
                    "{gesture} belongs to “{owner}”, which could not be done by it any more.",
                    gesture=shown_gesture(wanted),
                    owner=tr(owner.title),
                )
            )

    def _use(self) -> None:
        row = self.chosen
        if row is not None and self.bindings.can_have(row, self._wanted):
            self.take(self.bindings.with_key(row, self._wanted))

    def _change(self, change: Callable[[Gesture], GestureBindings]) -> None:
        row = self.chosen
        if row is not None:
            self.take(change(row))
