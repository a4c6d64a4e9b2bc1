"""Rows, columns, buttons and scrolled areas, each made in one expression; lengths are units that follow the scale."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.widgets.theme import set_margins

Part = QWidget | QLayout | tuple[QWidget | QLayout, int] | int
"""A widget or a layout, alone or with its stretch; or a number: empty room that stretches by that factor."""
Button = TypeVar("Button", bound=QAbstractButton)


def make_column(
    *parts: Part, holder: QWidget | None = None, margins: tuple[int, ...] = (0,), spacing: int | None = None
) -> QVBoxLayout:
    """Return parts below each other, as the layout of `holder` if there is one; without `spacing`, as Qt spaces."""
    column = QVBoxLayout() if holder is None else QVBoxLayout(holder)
    _fill(column, parts, margins, spacing)
    return column


def make_row(
    *parts: Part, holder: QWidget | None = None, margins: tuple[int, ...] = (0,), spacing: int | None = None
) -> QHBoxLayout:
    """Return parts beside each other, like `make_column`."""
    row = QHBoxLayout() if holder is None else QHBoxLayout(holder)
    _fill(row, parts, margins, spacing)
    return row


def _fill(layout: QBoxLayout, parts: tuple[Part, ...], margins: tuple[int, ...], spacing: int | None) -> None:
    if spacing is not None:
        set_margins(layout, *margins, spacing=spacing)
    for part in parts:
        item, stretch = part if isinstance(part, tuple) else (part, 0)
        if isinstance(item, QWidget):
            layout.addWidget(item, stretch)
        elif isinstance(item, QLayout):
            layout.addLayout(item, stretch)
        else:
            layout.addStretch(item)


def make_holder(name: str = "bare") -> QWidget:
    """Return an empty widget that `theme.qss` knows by this name."""
    holder = QWidget()
    holder.setObjectName(name)
    return holder


def style_as_panel(widget: QWidget) -> None:
    """Give a widget the ground of a panel."""
    widget.setObjectName("panel")
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)


def set_up_button(
    button: Button, clicked: Callable[..., object] | SignalInstance, *, name: str = "", tip: str = "", role: str = ""
) -> Button:
    """Return a button with its slot, its name for a screen reader, its tooltip and its role in `theme.qss`."""
    button.clicked.connect(clicked)
    if name:
        button.setAccessibleName(name)
    if tip:
        button.setToolTip(tip)
    if role:
        button.setProperty("role", role)
    return button


def make_scroll_area(content: QWidget, name: str) -> QScrollArea:
    """Return an area that scrolls its content and is as wide as that; `name` is for a screen reader."""
    area = QScrollArea()
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.setAccessibleName(name)
    return area


def make_close_buttons(dialog: QDialog) -> QDialogButtonBox:
    """Return the row of a dialog's buttons with `Close` in it."""
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    return buttons
