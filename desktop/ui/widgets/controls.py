"""Controls of panels and dialogs: laid out in one expression each, and who gets keys and wheel: they or the slice.

The main window binds arrows, Home, End, PgUp, PgDn and Space to slices, series and cine. A click on a panel must not
take them from the slice, so controls get the focus by Tab alone. A control that has it must not be deaf either: a
shortcut goes before the focused control, and accepting the override event gives the key back to it. A wheel that
scrolls a panel must not change what it passes over.
"""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, Qt, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QBoxLayout,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLayout,
    QPushButton,
    QScrollArea,
    QSlider,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.widgets.theme import set_margins

Part = QWidget | QLayout | tuple[QWidget | QLayout, int] | int
"""A widget or a layout, alone or with its stretch; or a number: empty room that stretches by that factor."""
Box = TypeVar("Box", bound=QBoxLayout)
Button = TypeVar("Button", bound=QAbstractButton)
Table = TypeVar("Table", bound=QTableView)


def make_column(
    *parts: Part, holder: QWidget | None = None, margins: tuple[int, ...] = (0,), spacing: int | None = None
) -> QVBoxLayout:
    """Return parts below each other, as the layout of `holder` if there is one; without `spacing`, as Qt spaces."""
    return _filled(QVBoxLayout() if holder is None else QVBoxLayout(holder), parts, margins, spacing)


def make_row(
    *parts: Part, holder: QWidget | None = None, margins: tuple[int, ...] = (0,), spacing: int | None = None
) -> QHBoxLayout:
    """Return parts beside each other, like `make_column`."""
    return _filled(QHBoxLayout() if holder is None else QHBoxLayout(holder), parts, margins, spacing)


def _filled(layout: Box, parts: tuple[Part, ...], margins: tuple[int, ...], spacing: int | None) -> Box:
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
    return layout


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


def set_up_table(table: Table, name: str, *, row_height: int | None = None, is_list: bool = False) -> Table:
    """Return a table of whole rows that are not edited, with a name for screen readers; Tab goes on from it.

    Rows of one height, which is given, are never measured, however many there are. A list is to be read: without a
    grid, every other row shaded, and its actions as a menu.
    """
    table.setAccessibleName(name)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    # The name of a column begins where its texts do.
    table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    if row_height is not None:
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(row_height)
    if is_list:
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        table.horizontalHeader().setHighlightSections(False)
    return table


def make_scroll_area(content: QWidget, name: str) -> QScrollArea:
    """Return an area that scrolls its content and is as wide as that; `name` is for a screen reader."""
    area = QScrollArea(widgetResizable=True)
    area.setWidget(content)
    area.setAccessibleName(name)
    return area


def make_close_buttons(dialog: QDialog) -> QDialogButtonBox:
    """Return the row of a dialog's buttons with `Close` in it."""
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    return buttons


_MOVING = frozenset({
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right,
    Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
})  # fmt: skip
_PRESSING = frozenset({Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter})
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
_PRESSED = QAbstractButton | QComboBox | QSlider
_CONTROLS = _PRESSED | QAbstractItemView | QAbstractSpinBox | QScrollArea
_TURNED = QComboBox | QSlider | QAbstractSpinBox


class KeyFocusFilter(QObject):
    """An event filter for the controls of a panel."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave a focused control its own keys, and let the wheel pass by a control without focus."""
        if not isinstance(watched, QWidget):
            return False
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and watched.hasFocus():
            kept = _PRESSING if isinstance(watched, QAbstractButton) else _MOVING | _PRESSING
            if event.key() in kept and event.modifiers() in _PLAIN:
                event.accept()
                return True
        if isinstance(watched, QAbstractButton | QComboBox) and isinstance(event, QKeyEvent) and _is_return(event):
            # Outside of dialogs Qt presses a button, and opens a drop-down, by Space alone.
            watched.showPopup() if isinstance(watched, QComboBox) else watched.click()
            return True
        if event.type() == QEvent.Type.Wheel and isinstance(watched, _TURNED) and not watched.hasFocus():
            if watched.focusPolicy() == Qt.FocusPolicy.NoFocus:
                return False  # it is for the wheel alone, as the slider of phases
            event.ignore()
            return True
        return False


def _is_return(event: QKeyEvent) -> bool:
    is_pressed = event.type() == QEvent.Type.KeyPress and event.modifiers() in _PLAIN
    return is_pressed and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def leave_return_alone(dialog: QDialog) -> None:
    """Let Return do what the focused control does with it: Qt would press the first button of a dialog."""
    for button in dialog.findChildren(QPushButton):
        button.setAutoDefault(False)
        button.setDefault(False)


def settle_key_focus(panel: QWidget) -> None:
    """Settle keys, wheel and focus for every control inside a panel."""
    keeper = KeyFocusFilter(panel)
    for control in panel.findChildren(QWidget):
        if control.window() is not panel.window():
            # The list of a drop-down, which has all keys while it is open, and hears of them by the same event.
            continue
        if isinstance(control, _CONTROLS):
            control.installEventFilter(keeper)
        if isinstance(control, QAbstractSpinBox):
            # Else the wheel would give it the focus first.
            control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if isinstance(control, _PRESSED) and control.focusPolicy() & Qt.FocusPolicy.TabFocus:
            control.setFocusPolicy(Qt.FocusPolicy.TabFocus)
