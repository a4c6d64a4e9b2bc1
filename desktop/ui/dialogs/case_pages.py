"""Pages about many cases beside the main window: the batch, the table of its results, its validation, a training."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from desktop.state.texts.language import tr
from desktop.ui.dialogs.batch_dialog import BatchDialog
from desktop.ui.dialogs.result_table import ResultTableDialog
from desktop.ui.plots.training_window import TrainingWindow
from desktop.ui.plots.validation_window import ValidationWindow
from imaging.base.english import english

_TABLES = english("Tables of results (*.csv);;All files (*)")


class CasePages(QObject):
    """Shows the pages; the main window goes on meanwhile."""

    open_requested = Signal(object)  # the `Path` of a table

    def __init__(
        self,
        main_window: QWidget,
        list_models: Callable[[], tuple[Sequence[tuple[str, str]], str | None]],
        list_paths: Callable[[], Sequence[Path]],
    ) -> None:
        """Be told how to find the models (id, name) with the one in use, and the paths that are open."""
        super().__init__(main_window)
        self._main_window = main_window
        self._list_models = list_models
        self._list_paths = list_paths
        self.batch = BatchDialog(main_window)
        self.table = ResultTableDialog(main_window)
        self.validation = ValidationWindow(main_window)
        self.training = TrainingWindow(main_window)
        self.validation.training_requested.connect(self.training.ask_for)
        self.batch.table_requested.connect(self.open_requested)

    def ask_for_batch(self) -> None:
        """Ask for a batch, or show the one that runs."""
        if not self.batch.isVisible() and not self.batch.is_running:
            self.batch.set_models(*self._list_models())
            self.batch.set_paths(self._list_paths())
        _bring_up(self.batch)

    def ask_for_table(self) -> None:
        """Ask for a table of results, and open it."""
        name, _ = QFileDialog.getOpenFileName(self._main_window, tr("Open a table of results"), "", tr(_TABLES))
        if name:
            self.open_requested.emit(Path(name))

    def show_validation(self) -> None:
        """Bring the validation up."""
        _bring_up(self.validation)

    def show_table(self) -> None:
        """Bring the table up."""
        _bring_up(self.table)


def _bring_up(dialog: QDialog) -> None:
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
