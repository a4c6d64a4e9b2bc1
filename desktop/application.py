"""Qt's application, which on macOS is told of the files that a person opens with the program in Finder."""

from pathlib import Path

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """Asks for paths to be opened: `paths_requested(list[Path])`. Other systems name them as arguments instead."""

    paths_requested = Signal(list)

    def event(self, event: QEvent) -> bool:
        """Take a file that the system hands over; the rest is Qt's."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self.paths_requested.emit([Path(event.file())])
            return True
        return super().event(event)
