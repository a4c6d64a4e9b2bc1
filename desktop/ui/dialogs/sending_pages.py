"""Dialogs of what leaves the program, over the main window, joined with the controller that does it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QWidget

from desktop.ui.dialogs.deidentify import DeidentifyDialog
from desktop.ui.dialogs.export_dialog import ExportDialog

if TYPE_CHECKING:
    from desktop.controllers.sending import SendingController


class SendingPages(QObject):
    """Shows the dialogs; the main window goes on meanwhile."""

    def __init__(self, main_window: QWidget, sending: "SendingController") -> None:
        super().__init__(main_window)
        self._main_window = main_window
        self._sending = sending

    def ask_for_export(self) -> None:
        """Ask what of the series on screen is to leave, and as what."""
        sending = self._sending
        dialog = ExportDialog(self._main_window, private=sending.is_private(), has_model=sending.has_model())
        dialog.preview_requested.connect(self._sending.preview)
        self._sending.previewed.connect(dialog.show_picture)
        dialog.export_requested.connect(self._sending.export)
        dialog.figure_requested.connect(self._sending.write_figure)
        dialog.settle()
        self._show(dialog)

    def ask_for_copies(self) -> None:
        """Ask how what is open is to be copied without identity."""
        dialog = DeidentifyDialog(self._main_window)
        shown = self._sending.stored_frame()
        if shown is None:
            dialog.hide_picture()
        else:
            dialog.picture.set_picture(*shown)
            self._sending.letters_found.connect(dialog.set_suggested)
            self._sending.look_for_letters()
        dialog.copies_requested.connect(self._sending.deidentify)
        self._show(dialog)

    def _show(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()
