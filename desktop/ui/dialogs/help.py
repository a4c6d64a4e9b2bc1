"""The pages of the Help menu: the sheet of keys and gestures (`?`), and About."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.startup.build_info import NOTICE
from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import make_close_buttons, make_column, make_holder, make_row, make_scroll_area
from desktop.ui.widgets.labels import Mark, text_label
from desktop.ui.widgets.theme import SCREEN_SHARE, resize_within_screen, set_margins, units
from imaging.base.english import english

if TYPE_CHECKING:
    from desktop.startup.build_info import Edition, LicensedPart, ListedModel

MOST_COLUMNS = 3
_TITLE = "key_title"
_WRAPPED = 0.72
"""The part of its width that a sheet of keys can do with if its titles are broken."""


class KeysDialog(QDialog):
    """Every key and gesture, by group. `rows` are (keys, title, group); several keys stand apart by ` / `."""

    def __init__(self, rows: Iterable[tuple[str, str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keys and gestures"))
        groups: dict[str, list[tuple[str, str]]] = {}
        for keys, title, group in rows:
            groups.setdefault(group, []).append((keys, title))
        room = self.screen().availableSize() * SCREEN_SHARE
        for columns in range(MOST_COLUMNS, 0, -1):
            sheet = _sheet(groups, columns)
            wanted = sheet.sizeHint() + QSize(units(50), units(80))
            if wanted.width() * _WRAPPED <= room.width():
                break
        if wanted.width() > room.width():
            for words in sheet.findChildren(QLabel, _TITLE):
                words.setWordWrap(True)
        area = make_scroll_area(sheet, tr("Keys and gestures"))
        make_column(area, make_close_buttons(self), holder=self, margins=(10,), spacing=8)
        self.resize(wanted.boundedTo(room))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let `?` close what `?` opened; Esc does anyway."""
        if event.text() == "?":
            self.close()
            return
        super().keyPressEvent(event)


def _sheet(groups: dict[str, list[tuple[str, str]]], columns: int) -> QWidget:
    """Return the sheet with the groups in so many columns, in the sizes of the theme."""
    sheet = make_holder("panel_body")
    spread = spread_groups({name: len(lines) for name, lines in groups.items()}, columns)
    laid_out = (_column({name: groups[name] for name in names}) for names in spread)
    make_row(*laid_out, 0, holder=sheet, margins=(18, 14, 18, 14), spacing=28)
    for label in sheet.findChildren(QLabel):
        label.ensurePolished()
    return sheet


def spread_groups(sizes: dict[str, int], count: int) -> list[list[str]]:
    """Spread groups over so many columns in their order, each with about the same number of lines."""
    share = sum(size + 2 for size in sizes.values()) / count
    columns: list[list[str]] = [[] for _ in range(count)]
    begun = 0
    for name, size in sizes.items():
        # A group stands where its middle falls.
        columns[int((begun + size / 2 + 1) / share)].append(name)
        begun += size + 2
    return [names for names in columns if names]


def _column(groups: dict[str, list[tuple[str, str]]]) -> QVBoxLayout:
    """Lay out groups below each other, with their keys and titles in line."""
    grid = QGridLayout()
    set_margins(grid, 0, spacing=7)
    grid.setColumnStretch(1, 1)
    for name, lines in groups.items():
        if grid.count():
            grid.setRowMinimumHeight(grid.rowCount(), units(8))
        grid.addWidget(text_label(name, role="section", wrap=False), grid.rowCount(), 0, 1, 2)
        for keys, title in lines:
            row = grid.rowCount()
            caps = (text_label(key.strip(), role="keycap", wrap=False) for key in keys.split(" / "))
            grid.addLayout(make_row(*caps, 0, spacing=4), row, 0, Qt.AlignmentFlag.AlignVCenter)
            words = text_label(title, wrap=False)
            words.setObjectName(_TITLE)
            grid.addWidget(words, row, 1)
    return make_column(grid, 0)


_WHAT = english(
    "Slicelens shows radiology slices, lets a local classifier score them, and shows where it looked. "
    "It works offline: nothing leaves this computer, and nothing is written beside your files."
)
_HASH_SHOWN = 16


class AboutDialog(QDialog):
    """Version, models and licences. `Copy` puts all of it on the clipboard with whole hashes, for a hospital's IT."""

    def __init__(
        self,
        edition: "Edition",
        *,
        system: str,
        models: "tuple[ListedModel, ...]",
        licences: "tuple[LicensedPart, ...]",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("About Slicelens"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._text = about_text(edition, system=system, models=models, licences=licences)
        pages = QTabWidget()
        pages.setAccessibleName(tr("Models and licences"))
        pages.addTab(_models(models), tr("Models"))
        pages.addTab(_licences(licences), tr("Licences"))
        buttons = make_close_buttons(self)
        buttons.addButton(tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole).clicked.connect(self.copy)
        parts = (_head(edition, system), (pages, 1), buttons)
        make_column(*parts, holder=self, margins=(18, 16, 18, 12), spacing=12)
        resize_within_screen(self, 700, 560)

    def copy(self) -> None:
        """Put the page on the clipboard as plain text."""
        QGuiApplication.clipboard().setText(self._text)


def about_text(
    edition: "Edition", *, system: str, models: "tuple[ListedModel, ...]", licences: "tuple[LicensedPart, ...]"
) -> str:
    """Return the page as plain text."""
    return "\n".join(
        [
            edition.line(), system, tr(NOTICE), "",
            *(f"{model.id} {model.version}  {model.sha256}  {model.licence}" for model in models), "",
            *(f"{part.name} {part.version}  {part.licence}" for part in licences),
        ]
    )  # fmt: skip


def _head(edition: "Edition", system: str) -> QGridLayout:
    grid = QGridLayout()
    set_margins(grid, 0, spacing=4)
    grid.setColumnMinimumWidth(0, units(72))
    grid.setColumnStretch(1, 1)
    made = tr(", sources of {made}", made=edition.made) if edition.made else ""
    facts = {"name": tr(edition.name), "build": tr(edition.build), "made": made}
    lines = (
        text_label(f"Slicelens {edition.version}", role="title"),
        text_label(tr("Edition {name}, build {build}{made}", **facts)),
        text_label(system, role="quiet"),
        text_label(tr(_WHAT)),
        text_label(tr(NOTICE), role="heading"),
    )
    grid.addWidget(Mark("slicelens", 56), 0, 0, len(lines), 1, Qt.AlignmentFlag.AlignTop)
    for row, line in enumerate(lines):
        line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(line, row, 1)
    return grid


def _models(models: "tuple[ListedModel, ...]") -> QTreeWidget:
    table = _table(tr("Models"), (tr("Model"), tr("Version"), "SHA-256", tr("Licence of the weights")))
    for model in models:
        row = QTreeWidgetItem([model.id, model.version, f"{model.sha256[:_HASH_SHOWN]}…", model.licence])
        row.setFont(2, QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        row.setToolTip(2, model.sha256)
        table.addTopLevelItem(row)
    if not models:
        table.addTopLevelItem(QTreeWidgetItem([tr("No model is installed.")]))
    return table


def _licences(licences: "tuple[LicensedPart, ...]") -> QWidget:
    """List the parts of the program; a double click or Enter opens a part's text."""
    table = _table(tr("Parts and their licences"), (tr("Part"), tr("Version"), tr("Licence")))
    for part in licences:
        row = QTreeWidgetItem([part.name, part.version, part.licence])
        row.setToolTip(2, part.licence)
        table.addTopLevelItem(row)

    def open_text(row: QTreeWidgetItem) -> None:
        chosen = licences[table.indexOfTopLevelItem(row)]
        if chosen.texts:
            show_text(tr("Licence of {name}", name=chosen.name), chosen.text(), table)

    table.itemActivated.connect(open_text)
    page = QWidget()
    column = make_column((table, 1), holder=page, spacing=6)
    if any(part.texts for part in licences):
        column.addWidget(text_label(tr("Enter or a double click shows the whole text."), role="small"))
    return page


def _table(name: str, columns: tuple[str, ...]) -> QTreeWidget:
    table = QTreeWidget()
    table.setAccessibleName(name)
    table.setHeaderLabels(columns)
    table.setRootIsDecorated(False)
    table.setUniformRowHeights(True)
    table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    return table


def show_text(title: str, text: str, parent: QWidget) -> QDialog:
    """Show a long plain text to read and copy."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    body = QPlainTextEdit(text, readOnly=True)
    body.setAccessibleName(title)
    body.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    make_column(body, make_close_buttons(dialog), holder=dialog, margins=(12,), spacing=8)
    resize_within_screen(dialog, 760, 520)
    dialog.show()
    return dialog
