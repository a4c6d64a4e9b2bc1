"""The pages of labelling: its dialog, its window, the window of readers. While a reader labels, all else is hidden."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QMainWindow

from desktop.ui.cases.labelling_dialog import LabellingDialog
from desktop.ui.cases.labelling_window import LabellingWindow
from desktop.ui.cases.readers_window import ReadersWindow
from desktop.ui.cases.window_curtain import WindowCurtain


class LabellingPages(QObject):
    """Shows the pages; `begin` and `end` exchange everything that is on screen for the window of labelling, and back.

    Whatever shows a score (the finding, the strip, the table, a validation) is hidden as a whole: no part of it has to
    know that a reader must not see it.
    """

    def __init__(self, main_window: QMainWindow, open_cases: Callable[[], tuple[int, Sequence[str]]]) -> None:
        """`open_cases` tells how many series are open, and the labels of the model in use."""
        super().__init__(main_window)
        self._main_window = main_window
        self._open_cases = open_cases
        self.dialog = LabellingDialog(main_window)
        self.window = LabellingWindow(main_window)
        self.readers = ReadersWindow(main_window)
        self._curtain = WindowCurtain(main_window, self.window)

    def ask_about_open(self) -> None:
        """Ask what is labelled of the series that are open."""
        self.dialog.ask_about_open(*self._open_cases())
        self.show_dialog()

    def show_dialog(self) -> None:
        """Bring the dialog up."""
        _bring_up(self.dialog)

    def show_readers(self) -> None:
        """Bring the window of readers up."""
        _bring_up(self.readers)

    def begin(self) -> None:
        """Hide everything else, and show the window of labelling where the main window was."""
        main_window, window = self._main_window, self.window
        self.dialog.hide()
        window.setGeometry(main_window.geometry())
        window.setWindowState(main_window.windowState())
        window.show()
        window.activateWindow()
        window.pane.setFocus()
        self._curtain.draw()

    def end(self) -> None:
        """Show again what was there before, less the dialog that labelling began with."""
        self._curtain.open()
        self._main_window.activateWindow()


def _bring_up(dialog: QDialog) -> None:
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
