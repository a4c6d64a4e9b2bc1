"""All panes as they stand on the screen, to paste elsewhere or on paper, with the finding and its caveat below.

Nothing is added about the patient: what the panes do not write, neither the copy nor the page holds.
"""

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from desktop.state.texts.language import tr
from desktop.ui.main_window import MainWindow
from desktop.ui.pane_copy import copy_pane


class LayoutPages(QObject):
    """Copies and prints the whole layout; the finding is that of the active pane."""

    def __init__(self, main_window: MainWindow) -> None:
        super().__init__(main_window)
        self._main_window = main_window

    def copy(self) -> None:
        """Copy all panes as one picture with the finding and its caveat, and those as text."""
        QGuiApplication.clipboard().setMimeData(copy_pane(self._main_window.panes, self._lines()))
        self._main_window.strip.set_hint(tr("All panes are copied, with the finding."))

    def print(self) -> None:
        """Show the page of all panes as it will be printed."""
        from desktop.ui.layout_print import LayoutPreview  # Qt's printing: for who prints

        LayoutPreview(self._main_window.panes, self._lines(), self._main_window).show()

    def _lines(self) -> tuple[str, ...]:
        main_window = self._main_window
        return main_window.model.lines(is_private=main_window.panes.text_level != "all")
