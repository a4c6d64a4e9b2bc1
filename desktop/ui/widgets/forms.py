"""Rows of named controls, as dialogs have them."""

from collections.abc import Mapping

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.theme import set_margins


def name_control(title: str, control: QWidget) -> QLabel:
    """Return the name of a control, for the eye and for a screen reader."""
    label = text_label(title, wrap=False)
    label.setBuddy(control)
    control.setAccessibleName(title)
    return label


def make_form(rows: Mapping[str, QWidget]) -> QGridLayout:
    """Lay controls out below each other, their names beside them."""
    grid = QGridLayout()
    set_margins(grid, 0, spacing=8)
    grid.setColumnStretch(1, 1)
    for row, (title, control) in enumerate(rows.items()):
        grid.addWidget(name_control(title, control), row, 0)
        grid.addWidget(control, row, 1)
    return grid
