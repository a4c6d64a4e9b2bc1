"""Qt's application; macOS tells it of the files that a person opens with the program in Finder."""

from pathlib import Path

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """An application that asks for paths to be opened: `paths_requested(list[Path])`. Other systems pass arguments."""

    paths_requested = Signal(list)

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self._handed: list[Path] = []

    def event(self, event: QEvent) -> bool:
        """Take a file that the system hands over; the rest is Qt's."""
        if isinstance(event, QFileOpenEvent) and event.file():
            # The slices of a series that were chosen together come one by one, in one go.
            if not self._handed:
                QTimer.singleShot(0, self._ask)
            self._handed.append(Path(event.file()))
            return True
        return super().event(event)

    def _ask(self) -> None:
        handed, self._handed = self._handed, []
        self.paths_requested.emit(handed)
