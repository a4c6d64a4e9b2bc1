"""Keys and wheel: who gets them, the slice or the control in a panel.

The main window binds arrows, Home, End, PgUp, PgDn and Space to slices, series and cine. A click on a panel must not
take them from the slice, so controls get the focus by Tab alone. A control that has it must not be deaf either: a
shortcut goes before the focused control, and accepting the override event gives the key back to it. A wheel that
scrolls a panel must not change what it passes over.
"""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QScrollArea, QSlider, QWidget

_MOVING = frozenset({
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
})  # fmt: skip
_PRESSING = frozenset({Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter})
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
_PRESSED = QAbstractButton | QComboBox | QSlider
_CONTROLS = _PRESSED | QAbstractItemView | QScrollArea


class KeyFocusFilter(QObject):
    """An event filter for the controls of a panel."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave a focused control its own keys, and let the wheel pass by a control without focus."""
        if not isinstance(watched, QWidget):
            return False
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and watched.hasFocus():
            kept = _PRESSING if isinstance(watched, QAbstractButton) else _MOVING | _PRESSING
            if event.key() in kept and event.modifiers() in _PLAIN:
                event.accept()
                return True
        is_changed_by_wheel = isinstance(watched, QComboBox | QSlider)
        if event.type() == QEvent.Type.Wheel and is_changed_by_wheel and not watched.hasFocus():
            event.ignore()
            return True
        return False


def settle_key_focus(panel: QWidget) -> None:
    """Settle keys, wheel and focus for every control inside a panel."""
    keeper = KeyFocusFilter(panel)
    for control in panel.findChildren(QWidget):
        if isinstance(control, _CONTROLS):
            control.installEventFilter(keeper)
        if isinstance(control, _PRESSED) and control.focusPolicy() & Qt.FocusPolicy.TabFocus:
            control.setFocusPolicy(Qt.FocusPolicy.TabFocus)
