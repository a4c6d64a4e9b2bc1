"""Asks for the password of an encrypted archive. What is typed is handed on and kept by nobody here."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from desktop.ui.widgets.theme import pad, units

_WRONG = "That password does not fit. "


class PasswordQuestion(QDialog):
    """A sentence and a field that does not show what is typed; it does not block the window."""

    given = Signal(str)

    def __init__(self, count: int, *, is_again: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Password")
        what = "A file in an archive is" if count == 1 else f"{count} files in an archive are"
        sentence = QLabel(f"{_WRONG if is_again else ''}{what} encrypted. The password is forgotten when you quit.")
        sentence.setWordWrap(True)
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName("Password of the archive")
        sentence.setBuddy(self.field)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        pad(column, 14, spacing=10)
        for part in (sentence, self.field, buttons):
            column.addWidget(part)
        self.setMinimumWidth(units(360))
        self.accepted.connect(self._hand_on)

    def _hand_on(self) -> None:
        typed = self.field.text()
        self.field.clear()
        if typed:
            self.given.emit(typed)
