"""Why the slice on screen looks as it does: each fact with its value and its source in the file."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import (
    make_column,
    make_holder,
    make_row,
    make_scroll_area,
    set_up_button,
    settle_key_focus,
)
from desktop.ui.widgets.labels import clear_layout, text_label
from desktop.ui.widgets.theme import set_margins, units
from desktop.ui.widgets.watched_panel import WatchedPanel
from imaging.base.english import english

Row = tuple[str, str, str]
"""(what, value, where it comes from)."""
COLUMNS = (english("What"), english("Value"), english("Where it comes from"))


class ProvenancePanel(WatchedPanel):
    """A table that stays readable beside the slice. Rows are copied as tab-separated text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Row, ...] = ()
        self._heading = text_label(role="heading")
        name = tr("Copy why the slice looks as it does")
        self.copy_button = set_up_button(QPushButton(tr("Copy all")), self.copy_all, name=name)
        self._sheet = make_holder("panel_body")
        self._grid = QGridLayout(self._sheet)
        set_margins(self._grid, 10, 4, 10, 10, spacing=8)
        self._grid.setColumnMinimumWidth(0, units(130))
        self._grid.setColumnStretch(1, 2)
        self._grid.setColumnStretch(2, 3)
        area = make_scroll_area(self._sheet, tr("Why the slice looks as it does"))
        head = make_row((self._heading, 1), self.copy_button)
        make_column(head, (area, 1), holder=self, margins=(10,), spacing=8)
        settle_key_focus(self)
        self.set_rows(tr("Open a series first."), ())

    def set_rows(self, heading: str, rows: Sequence[Row]) -> None:
        """Show these rows in place of those before."""
        self._heading.setText(heading)
        self.copy_button.setEnabled(bool(rows))
        if tuple(rows) == self._rows:
            return
        self._rows = tuple(rows)
        clear_layout(self._sheet)
        for line, (what, value, source) in enumerate(self._rows):
            cells = (text_label(what, role="quiet"), text_label(value), text_label(source, role="small"))
            for column, cell in enumerate(cells):
                cell.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                self._grid.addWidget(cell, line, column, Qt.AlignmentFlag.AlignTop)
                self._grid.setRowStretch(line, 0)
                cell.show()
        self._grid.setRowStretch(len(self._rows), 1)

    def text(self) -> str:
        """Return all rows as tab-separated text with a header."""
        return "\n".join("\t".join(cells) for cells in (tuple(map(tr, COLUMNS)), *self._rows)) + "\n"

    def copy_all(self) -> None:
        """Put every row on the clipboard."""
        QGuiApplication.clipboard().setText(self.text())
