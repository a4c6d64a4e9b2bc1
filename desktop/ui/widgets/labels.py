"""Text on panels. Always plain: what a file or a stranger's bundle says is never taken for markup."""

from html import escape

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop.ui.widgets.theme import icon, set_margins, units


def text_label(text: str = "", *, role: str = "", wrap: bool = True) -> QLabel:
    """Return a label of plain text in a role of `theme.qss`, such as title, heading, quiet, small."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    if role:
        label.setProperty("role", role)
    if wrap:
        # A wrapped label gets as narrow as its panel: its longest word is no demand. Its height follows its width.
        policy = label.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
        label.setSizePolicy(policy)
    return label


def plain_tooltip(text: str) -> str:
    """Return plain text as a tooltip: Qt would guess whether it is markup."""
    return f"<qt>{escape(text).replace(chr(10), '<br>')}</qt>" if text else ""


def thin_line() -> QFrame:
    """Return a thin line between parts."""
    line = QFrame()
    line.setProperty("role", "rule")
    return line


class Mark(QLabel):
    """An icon of ours of a given size in units; drawn anew when the scale changes."""

    def __init__(self, name: str, size: int) -> None:
        super().__init__()
        self._icon, self._size = icon(name), size
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """Draw anew: a new scale comes with a new font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._draw()

    def _draw(self) -> None:
        self.setPixmap(self._icon.pixmap(units(self._size), units(self._size)))


def add_widgets(holder: QWidget, *widgets: QWidget) -> None:
    """Put widgets at the end of a holder's layout, to be seen at once if the holder is."""
    layout = holder.layout()
    for widget in widgets:
        if layout is not None:
            layout.addWidget(widget)
        widget.show()


def clear_layout(holder: QWidget) -> None:
    """Take every widget out of a holder's layout and let go of it at once, so that nothing old shows for one frame."""
    layout = holder.layout()
    while layout is not None and layout.count():
        item = layout.takeAt(0)
        widget = None if item is None else item.widget()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()


class Disclosure(QWidget):
    """A button with an arrow and a heading; its content is shown while it is open. It starts closed."""

    def __init__(self, heading: str, content: QWidget) -> None:
        super().__init__()
        self.button = QToolButton()
        self.button.setProperty("role", "disclosure")
        self.button.setText(heading)
        self.button.setCheckable(True)
        self.button.setIcon(icon("right"))
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.setAccessibleName(heading)
        self.button.toggled.connect(self.set_open)
        self.content = content
        content.hide()
        column = QVBoxLayout(self)
        set_margins(column, 0, spacing=4)
        column.addWidget(self.button)
        column.addWidget(content)

    def set_open(self, is_open: bool) -> None:
        """Show or hide the content."""
        self.button.setChecked(is_open)
        self.button.setIcon(icon("down" if is_open else "right"))
        self.content.setVisible(is_open)
