"""Keys and gestures as kept, and the two pages about them: the sheet of keys, and the one that changes them."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.state.commands import key_rows
from desktop.state.key_bindings import GestureBindings, KeyBindings
from desktop.state.settings import GESTURES, KEYS, Settings
from desktop.ui.dialogs.help import KeysDialog


class KeyPages(QObject):
    """Keeps the bindings in the settings and shows their pages over the main window."""

    changed = Signal(object)  # the `KeyBindings`
    gestures_changed = Signal(object)  # the `GestureBindings`

    def __init__(self, settings: Settings, main_window: QWidget) -> None:
        super().__init__(main_window)
        self._settings = settings
        self._main_window = main_window
        self.bindings = KeyBindings.read(settings.get(KEYS))
        self.gestures = GestureBindings.read(settings.get(GESTURES))

    def show_sheet(self) -> None:
        """Show every key and gesture; a page that is there already comes to the front."""
        page = self._main_window.findChild(KeysDialog)
        if page is None:
            page = KeysDialog(tuple(key_rows(self.bindings.keys_of, self.gestures.keys_of)), self._main_window)
            page.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        page.show()
        page.raise_()

    def show_editor(self) -> None:
        """Show the tables in which keys and gestures are changed."""
        from desktop.ui.dialogs.key_editor import KeyEditor  # rarely wanted, and not on the way to the window

        page = self._main_window.findChild(KeyEditor)
        if page is None:
            page = KeyEditor(self.bindings, self.gestures, self._main_window)
            page.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            page.changed.connect(self._keep)
            page.gestures_changed.connect(self._keep_gestures)
        page.show()
        page.raise_()

    def _keep(self, bindings: KeyBindings) -> None:
        self.bindings = bindings
        self._settings.set(KEYS, bindings.format())
        self.changed.emit(bindings)

    def _keep_gestures(self, gestures: GestureBindings) -> None:
        self.gestures = gestures
        self._settings.set(GESTURES, gestures.format())
        self.gestures_changed.emit(gestures)
