"""The page about the program: version, build, edition, models with their hashes, licences, and what it is not for."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHeaderView,
    QPlainTextEdit,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.startup.build_info import Edition
from desktop.startup.inventory import Licensed, Model
from desktop.ui.widgets.labels import RESEARCH_ONLY, Mark, words
from desktop.ui.widgets.theme import pad, units

_WHAT = (
    "Slicelens shows radiology slices, lets a local classifier score them, and shows where it looked. "
    "It works offline: nothing leaves this computer, and nothing is written beside your files."
)
_HASH_SHOWN = 16


class About(QDialog):
    """What this program is. `Copy` puts all of it on the clipboard with whole hashes, as a hospital's IT files it."""

    def __init__(
        self,
        edition: Edition,
        *,
        system: str,
        models: tuple[Model, ...],
        licences: tuple[Licensed, ...],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Slicelens")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._text = as_text(edition, system=system, models=models, licences=licences)
        column = QVBoxLayout(self)
        pad(column, 18, 16, 18, 12, spacing=12)
        column.addLayout(_head(edition, system))
        pages = QTabWidget()
        pages.setAccessibleName("Models and licences")
        pages.addTab(_models(models), "Models")
        pages.addTab(_licences(licences), "Licences")
        column.addWidget(pages, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self.copy)
        buttons.rejected.connect(self.close)
        column.addWidget(buttons)
        room = self.screen().availableSize()
        self.resize(min(units(700), round(room.width() * 0.95)), min(units(560), round(room.height() * 0.9)))

    def copy(self) -> None:
        """Put the page on the clipboard as plain text."""
        QGuiApplication.clipboard().setText(self._text)


def as_text(edition: Edition, *, system: str, models: tuple[Model, ...], licences: tuple[Licensed, ...]) -> str:
    """The page as plain text."""
    return "\n".join(
        [
            edition.line(), system, RESEARCH_ONLY, "",
            *(f"{model.id} {model.version}  {model.sha256}  {model.licence}" for model in models), "",
            *(f"{part.name} {part.version}  {part.licence}" for part in licences),
        ]
    )  # fmt: skip


def _head(edition: Edition, system: str) -> QGridLayout:
    grid = QGridLayout()
    pad(grid, 0, spacing=4)
    grid.setColumnMinimumWidth(0, units(72))
    grid.setColumnStretch(1, 1)
    made = f", sources of {edition.made}" if edition.made else ""
    lines = (
        words(f"Slicelens {edition.version}", role="title"),
        words(f"Edition {edition.name}, build {edition.build}{made}"),
        words(system, role="quiet"),
        words(_WHAT),
        words(RESEARCH_ONLY, role="heading"),
    )
    grid.addWidget(Mark("slicelens", 56), 0, 0, len(lines), 1, Qt.AlignmentFlag.AlignTop)
    for row, line in enumerate(lines):
        line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(line, row, 1)
    return grid


def _models(models: tuple[Model, ...]) -> QTreeWidget:
    table = _table("Models", ("Model", "Version", "SHA-256", "Licence of the weights"))
    for model in models:
        row = QTreeWidgetItem([model.id, model.version, f"{model.sha256[:_HASH_SHOWN]}…", model.licence])
        row.setFont(2, QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        row.setToolTip(2, model.sha256)
        table.addTopLevelItem(row)
    if not models:
        table.addTopLevelItem(QTreeWidgetItem(["No model is installed."]))
    return table


def _licences(licences: tuple[Licensed, ...]) -> QWidget:
    """The parts of the program; a double click or Enter opens a part's text."""
    table = _table("Parts and their licences", ("Part", "Version", "Licence"))
    for part in licences:
        row = QTreeWidgetItem([part.name, part.version, part.licence])
        row.setToolTip(2, part.licence)
        table.addTopLevelItem(row)
    table.itemActivated.connect(lambda row, _: _show_text(licences[table.indexOfTopLevelItem(row)], table))
    page = QWidget()
    column = QVBoxLayout(page)
    pad(column, 0, spacing=6)
    column.addWidget(table, 1)
    if any(part.texts for part in licences):
        column.addWidget(words("Enter or a double click shows the whole text.", role="small"))
    return page


def _table(name: str, columns: tuple[str, ...]) -> QTreeWidget:
    table = QTreeWidget()
    table.setAccessibleName(name)
    table.setColumnCount(len(columns))
    table.setHeaderLabels(columns)
    table.setRootIsDecorated(False)
    table.setUniformRowHeights(True)
    header = table.header()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setStretchLastSection(True)
    return table


def _show_text(part: Licensed, parent: QWidget) -> None:
    if part.texts:
        show_text(f"Licence of {part.name}", part.text(), parent)


def show_text(title: str, text: str, parent: QWidget) -> QDialog:
    """A window with a long plain text to read and copy."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    body = QPlainTextEdit(text)
    body.setReadOnly(True)
    body.setAccessibleName(title)
    body.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    column = QVBoxLayout(dialog)
    pad(column, 12, spacing=8)
    column.addWidget(body)
    column.addWidget(buttons)
    dialog.resize(units(760), units(520))
    dialog.show()
    return dialog
