"""The question for the words beside a shape."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QWidget

from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import make_column
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.theme import units

_LONGEST = 200


class ShapeLabelDialog(QDialog):
    """Asks for a line of text."""

    given = Signal(str)

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Text beside the measurement"))
        self.line = QLineEdit(text)
        self.line.setMaxLength(_LONGEST)
        self.line.setAccessibleName(tr("Text"))
        self.line.selectAll()
        kinds = QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        self.buttons = QDialogButtonBox(kinds)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: self.given.emit(self.line.text().strip()))
        warning = text_label(tr("It is kept with the measurement and exported with it: name no patient."), role="small")
        make_column(self.line, warning, self.buttons, holder=self, margins=(16, 14, 16, 12), spacing=10)
        self.setMinimumWidth(units(380))
