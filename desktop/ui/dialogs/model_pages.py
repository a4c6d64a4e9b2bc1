"""Pages about the model and its finding beside the main window: its card, and its report."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.ui.dialogs.model_card import ModelCardDialog
from desktop.ui.dialogs.save_report import ReportDialog

if TYPE_CHECKING:
    from inference.contract.contract import Contract
    from inference.contract.storage import Assumption


class ModelPages(QObject):
    """Shows the pages; the main window goes on meanwhile."""

    report_requested = Signal(object)  # the report to save on the slice on screen, as `ReportOptions`
    print_requested = Signal(object)  # the same, to be printed

    def __init__(self, main_window: QWidget, is_private: Callable[[], bool]) -> None:
        """`is_private` says whether patient data is hidden."""
        super().__init__(main_window)
        self._main_window = main_window
        self._is_private = is_private
        self.card = ModelCardDialog(main_window)

    def set_contract(self, contract: "Contract | None", assumed: "Sequence[Assumption]" = ()) -> None:
        """Show the card of this model from now on; `assumed` is what stands in for a contract."""
        self.card.card.set_contract(contract, assumed)

    def show_card(self) -> None:
        """Show the card of the model in use, or bring it to the front."""
        self.card.show()
        self.card.raise_()
        self.card.activateWindow()

    def ask_for_report(self) -> None:
        """Ask what a report on the slice on screen is to hold, and its folder."""
        dialog = ReportDialog(self._main_window, private=self._is_private())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.save_requested.connect(self.report_requested)
        dialog.show()

    def ask_for_print(self) -> None:
        """Ask what a report on the slice on screen is to hold before it is printed."""
        dialog = ReportDialog(self._main_window, is_printed=True, private=self._is_private())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.print_requested.connect(self.print_requested)
        dialog.show()
