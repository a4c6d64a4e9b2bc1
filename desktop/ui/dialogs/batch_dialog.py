"""The dialog of a batch: what is scored, with which models, the file of the table, and how far it has come."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QWidget,
)

from desktop.state.cases.batch_choice import BatchChoice, BatchEnd
from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import make_column, make_row, set_up_button
from desktop.ui.widgets.forms import make_form
from desktop.ui.widgets.labels import SteadyLabel, text_label
from desktop.ui.widgets.theme import units
from imaging.base.english import english

if TYPE_CHECKING:
    from imaging.base.errors import Refusal
    from imaging.base.progress import Progress

_SAYS = english(
    "A row for each slice and model. The table holds paths and salted keys, no names; what it needs to go on stands "
    "beside it. Research use only. Not for diagnosis."
)
_TABLES = english("Tables (*.csv)")


class BatchDialog(QDialog):
    """Asks for a batch, shows its progress, and can be closed while it runs: that stops nothing."""

    start_requested = Signal(object)  # a `BatchChoice`
    stop_requested = Signal()
    table_requested = Signal(object)  # the `Path` of a table to look at

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Score folders into a table"))
        self.paths = QListWidget()
        self.paths.setAccessibleName(tr("What is scored"))
        self.models = QListWidget()
        self.models.setAccessibleName(tr("Models"))
        self.add_files = set_up_button(QPushButton(tr("Add files…")), self._ask_for_files)
        self.add_folder = set_up_button(QPushButton(tr("Add a folder…")), self._ask_for_folder)
        self.remove = set_up_button(
            QPushButton(tr("Remove")), self._remove, name=tr("Remove what is chosen from the list")
        )
        self.slices = QComboBox()
        self.slices.addItem(tr("The middle slice of each series"), "middle")
        self.slices.addItem(tr("All slices"), "all")
        self.out = QLineEdit(placeholderText="RESULTS.csv")
        self.choose_out = set_up_button(
            QPushButton(tr("Choose…")), self._ask_for_out, name=tr("Choose the table to write")
        )
        self.resume = QCheckBox(tr("Go on with a table that was begun with the same files and models"))
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("Progress of the batch"))
        self.said = SteadyLabel(2, role="small")
        self.start = set_up_button(QPushButton(tr("Start")), self._start)
        self.stop = set_up_button(QPushButton(tr("Stop")), self.stop_requested, tip=tr("What was done is kept"))
        self.show_table = set_up_button(QPushButton(tr("Show the table")), self._show_table)
        self.is_running = False
        """Whether a batch runs."""
        self._written: Path | None = None
        self._is_private = False
        self._lay_out()
        self.out.textChanged.connect(self._settle)
        self.models.itemChanged.connect(self._settle)
        self._settle()
        self.setMinimumSize(units(560), units(480))

    # --- facts ---

    def set_paths(self, paths: Sequence[Path]) -> None:
        """Put these paths into the list, unless they are there."""
        known = set(self._paths())
        for path in paths:
            if path not in known:
                item = QListWidgetItem(self.paths)
                item.setData(Qt.ItemDataRole.UserRole, str(path))
        self._settle()

    def set_private(self, private: bool) -> None:
        """Number the paths instead of naming them, or name them again."""
        self._is_private = private
        self.out.setEchoMode(QLineEdit.EchoMode.Password if private else QLineEdit.EchoMode.Normal)
        if private:
            self.said.set_text("")
        self._settle()

    def set_models(self, models: Sequence[tuple[str, str]], chosen: str | None) -> None:
        """Offer models by id and name; the chosen one is marked."""
        self.models.clear()
        for identity, name in models:
            item = QListWidgetItem(name)
            item.setData(Qt.ItemDataRole.UserRole, identity)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if identity == chosen else Qt.CheckState.Unchecked)
            self.models.addItem(item)
        self._settle()

    def show_running(self) -> None:
        """Show that a batch runs."""
        self.is_running, self._written = True, None
        self.bar.setRange(0, 0)
        self.said.set_text("")
        self._settle()

    def show_progress(self, progress: "Progress") -> None:
        """Show how far it has come."""
        self.bar.setRange(0, progress.total or 0)
        self.bar.setValue(progress.done)
        self.said.set_text(
            f"{tr(progress.doing)}: {progress.done}"
            + (tr(" of {total}", total=progress.total) if progress.total else "")
        )

    def show_end(self, end: BatchEnd) -> None:
        """Show how it ended."""
        self.is_running, self._written = False, end.out
        self.bar.setRange(0, 1)
        self.bar.setValue(0 if end.stopped else 1)
        self.said.set_text(end.sentence)
        self.resume.setChecked(end.stopped)
        self._settle()

    def show_problem(self, refusal: "Refusal") -> None:
        """Show why it could not begin or go on."""
        self.is_running = False
        self.bar.setRange(0, 1)
        self.bar.setValue(0)
        self.said.set_text(f"{tr(refusal.message)} ({refusal.code.value})")
        self._settle()

    def choice(self) -> BatchChoice:
        """Return what was chosen."""
        out = Path(self.out.text().strip())
        return BatchChoice(
            paths=self._paths(),
            models=tuple(self._checked()),
            out=out if out.suffix else out.with_suffix(".csv"),
            slices="all" if self.slices.currentData() == "all" else "middle",
            resume=self.resume.isChecked(),
        )

    # --- requests ---

    def _start(self) -> None:
        self.start_requested.emit(self.choice())

    def _show_table(self) -> None:
        if self._written is not None:
            self.table_requested.emit(self._written)

    def _ask_for_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, tr("Add files"))
        self.set_paths([Path(name) for name in names])

    def _ask_for_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Add a folder"))
        self.set_paths([Path(name)] if name else [])

    def _ask_for_out(self) -> None:
        # A table that is there is never replaced, so nobody is asked whether it may be.
        option = QFileDialog.Option.DontConfirmOverwrite
        name, _ = QFileDialog.getSaveFileName(self, tr("Table to write"), "", tr(_TABLES), options=option)
        if name:
            self.out.setText(name)

    def _remove(self) -> None:
        self.paths.takeItem(self.paths.currentRow())
        self._settle()

    def _paths(self) -> tuple[Path, ...]:
        items = (self.paths.item(row) for row in range(self.paths.count()))
        return tuple(Path(item.data(Qt.ItemDataRole.UserRole)) for item in items)

    def _checked(self) -> list[str]:
        items = (self.models.item(row) for row in range(self.models.count()))
        return [item.data(Qt.ItemDataRole.UserRole) for item in items if item.checkState() == Qt.CheckState.Checked]

    def _settle(self) -> None:
        for row, path in enumerate(self._paths()):
            self.paths.item(row).setText(tr("File {row}", row=row + 1) if self._is_private else str(path))
        missing = next(
            (
                said
                for said, is_there in (
                    (tr("Add what is to be scored."), self.paths.count()),
                    (tr("Choose a model."), self._checked()),
                    (tr("Name the table to write."), self.out.text().strip()),
                )
                if not is_there
            ),
            "",
        )
        self.start.setEnabled(not missing and not self.is_running)
        self.start.setToolTip(missing)
        self.stop.setEnabled(self.is_running)
        self.show_table.setEnabled(self._written is not None)
        self.remove.setEnabled(self.paths.count() > 0)

    def _lay_out(self) -> None:
        grid = make_form({tr("Slices"): self.slices, tr("Table to write"): self.out})
        grid.addWidget(self.choose_out, 1, 2)
        buttons = make_row(self.start, self.stop, self.show_table, 1, spacing=8)
        adding = make_row(self.add_files, self.add_folder, self.remove, 1, spacing=8)
        make_column(
            text_label(tr("What is scored"), role="heading"), (self.paths, 1), adding,
            text_label(tr("Models"), role="heading"), (self.models, 1), grid, self.resume,
            text_label(tr(_SAYS), role="quiet"), self.bar, self.said, buttons,
            holder=self, margins=(14,), spacing=8,
        )  # fmt: skip
