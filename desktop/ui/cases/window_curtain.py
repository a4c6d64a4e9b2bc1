"""Keeps windows off the screen while a reader labels: those that are there, and those that are opened meanwhile."""

from PySide6.QtCore import QChildEvent, QEvent, QObject, Qt
from PySide6.QtWidgets import QDialog, QMainWindow, QWidget


class WindowCurtain(QObject):
    """Hides the main window with its dialogs. One that is shown meanwhile, as when a validation is done, waits."""

    def __init__(self, main_window: QMainWindow, but: QWidget) -> None:
        """`but` is the one window that stays."""
        super().__init__(main_window)
        self._main_window = main_window
        self._but = but
        self._hidden: list[QDialog] = []
        self._waiting: list[QDialog] = []

    def draw(self) -> None:
        """Take everything off the screen."""
        self._main_window.installEventFilter(self)
        for dialog in self._main_window.findChildren(QDialog):
            if dialog is self._but:
                continue
            if dialog.isVisible():
                self._hidden.append(dialog)
                dialog.hide()
            dialog.installEventFilter(self)
        self._main_window.hide()

    def open(self) -> None:
        """Put everything back, and what was to be shown meanwhile."""
        self._main_window.removeEventFilter(self)
        for dialog in self._main_window.findChildren(QDialog):
            dialog.removeEventFilter(self)
        self._main_window.show()
        # Of those that were closed for good meanwhile there is none among the children.
        for dialog in self._main_window.findChildren(QDialog):
            if dialog in self._waiting:
                dialog.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen, False)
                if dialog.isVisible():
                    # It thinks that it is on screen.
                    dialog.hide()
                    self._hidden.append(dialog)
            if dialog in self._hidden:
                dialog.show()
        self._hidden, self._waiting = [], []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep a dialog off the screen: Qt asks for the attribute after this event, and before it maps the window."""
        if event.type() == QEvent.Type.ChildPolished and isinstance(event, QChildEvent):
            # A dialog that was made meanwhile; it is polished just before it is shown.
            if watched is self._main_window and isinstance(event.child(), QDialog):
                event.child().installEventFilter(self)
        elif event.type() == QEvent.Type.Show and isinstance(watched, QDialog) and watched not in self._waiting:
            watched.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
            self._waiting.append(watched)
        return False
