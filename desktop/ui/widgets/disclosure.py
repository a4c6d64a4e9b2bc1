"""A heading that opens and closes what stands below it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop.ui.widgets.theme import icon, pad


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
        pad(column, 0, spacing=4)
        column.addWidget(self.button)
        column.addWidget(content)

    def set_open(self, is_open: bool) -> None:
        """Show or hide the content."""
        self.button.setChecked(is_open)
        self.button.setIcon(icon("down" if is_open else "right"))
        self.content.setVisible(is_open)
