"""The size and place of the main window: on a screen that is there, and no larger than it. No Qt here."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rectangle:
    """A part of the desktop, in device-independent pixels."""

    left: int
    top: int
    width: int
    height: int

    def shared_with(self, other: "Rectangle") -> int:
        """Return the area that both cover."""
        across = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        down = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        return max(0, across) * max(0, down)

    def moved(self, step: int) -> "Rectangle":
        """Return it so far to the right and down."""
        return Rectangle(self.left + step, self.top + step, self.width, self.height)

    def held_in(self, screen: "Rectangle") -> "Rectangle":
        """Return it moved onto a screen, and made smaller if it is larger than that."""
        width, height = min(self.width, screen.width), min(self.height, screen.height)
        left = min(max(self.left, screen.left), screen.left + screen.width - width)
        top = min(max(self.top, screen.top), screen.top + screen.height - height)
        return Rectangle(left, top, width, height)


def place_window(kept: Rectangle, screens: Sequence[Rectangle]) -> Rectangle:
    """Return where a window goes that was last at `kept`: the screen with most of it, the first if none has any."""
    return kept.held_in(max(screens, key=kept.shared_with))


def read_numbers(text: str, count: int) -> tuple[int, ...] | None:
    """Return so many whole numbers that stand in a setting, parted by commas; None if they are not there."""
    parts = text.split(",")
    if len(parts) != count or not all(part.removeprefix("-").isdecimal() for part in parts):
        return None
    return tuple(map(int, parts))


def write_numbers(*numbers: int) -> str:
    """Return whole numbers as a setting."""
    return ",".join(map(str, numbers))
