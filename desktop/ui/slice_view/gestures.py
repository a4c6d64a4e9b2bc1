"""What the mouse over a slice means: which drag, how many slices a wheel event is. Plain values, easy to test.

A click of the right button is a click as long as it did not travel; after that it is a zoom, and opens no menu.
"""

from enum import Enum, auto

from PySide6.QtCore import Qt

NOTCH = 120
"""What Qt reports for one notch of a wheel, in eighths of a degree."""
PIXELS_A_SLICE = 30
"""How far two fingers travel on a trackpad for one slice, where the system reports pixels and no angle."""
CLICK_TRAVEL = 4
"""Pixels that a click may travel and still be a click."""
ZOOM_A_NOTCH = 1.2
ZOOM_A_PIXEL = 1.01


class Drag(Enum):
    """What a pressed button does when the mouse moves."""

    WINDOW = auto()
    PAN = auto()
    ZOOM = auto()


def drag_of(button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> Drag | None:
    """Left: window, with Shift pan; middle: pan; right: zoom."""
    if button == Qt.MouseButton.LeftButton:
        return Drag.PAN if modifiers & Qt.KeyboardModifier.ShiftModifier else Drag.WINDOW
    return {Qt.MouseButton.MiddleButton: Drag.PAN, Qt.MouseButton.RightButton: Drag.ZOOM}.get(button)


class WheelSum:
    """Adds up what a wheel or a trackpad reports, and gives whole steps: exactly one for each notch."""

    def __init__(self, whole: float = NOTCH) -> None:
        self._whole = whole
        self._rest = 0.0

    def add(self, delta: float) -> int:
        """Whole steps, positive toward the person (the next slice). Turning back forgets what was left over."""
        if delta * self._rest < 0:
            self._rest = 0.0
        self._rest += delta
        steps = int(self._rest / self._whole)
        self._rest -= steps * self._whole
        return -steps
