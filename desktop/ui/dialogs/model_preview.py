"""A model's answers so far, side by side for the open slice and for phantoms, and the picture that the model gets."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import make_column
from desktop.ui.widgets.labels import SteadyLabel, plain_tooltip, text_label
from desktop.ui.widgets.pixmaps import pixmap_of
from desktop.ui.widgets.theme import set_role, units
from imaging.base.english import english
from imaging.base.errors import Refusal, error_line

if TYPE_CHECKING:
    from desktop.jobs.model_wizard import ModelPreview

_PICTURE = 170
_TRYING = english("The model is being tried…")
_TITLE = english("What it answers so far")
_DECISION = english("Decision")


class PreviewPanel(QWidget):
    """A table with a row for each label and a column for each slice, above the picture that the model gets."""

    def __init__(self) -> None:
        super().__init__()
        self.table = QTableWidget()
        self.table.setAccessibleName(tr("What the model answers"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setMaximumSectionSize(units(66))
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.verticalHeader().setMaximumWidth(units(150))
        self.table.setTabKeyNavigation(False)
        for corner in self.table.findChildren(QAbstractButton):
            corner.setAccessibleName(tr("Select the whole table"))
        self.said = SteadyLabel(2, role="small")
        self.picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.picture.setFixedHeight(units(_PICTURE))
        self.picture.setAccessibleName(tr("The picture that the model gets"))
        self.title = SteadyLabel(1, role="heading")
        below = text_label(tr("What it gets of the slice (of a phantom, without one)"), role="small")
        make_column(self.title, (self.table, 1), self.said, below, self.picture, holder=self, spacing=6)
        self.said.set_text(tr(_TRYING))
        self.title.set_text(tr(_TITLE))

    def show_trying(self) -> None:
        """Say that what is shown is about to be replaced."""
        self._say(tr(_TRYING))

    def show_preview(self, preview: "ModelPreview") -> None:
        """Show what came out; a slice that the model refused says why."""
        table = self.table
        table.setRowCount(len(preview.labels) + 1)
        table.setColumnCount(len(preview.tried))
        table.setVerticalHeaderLabels([tr(_DECISION), *preview.labels])
        table.setHorizontalHeaderLabels([one.what.split()[-1].capitalize() for one in preview.tried])
        for column, one in enumerate(preview.tried):
            cells = [f"{value:.3f}" for value in one.probabilities] or [""] * len(preview.labels)
            for row, text in enumerate((one.decision or "refused", *cells)):
                cell = QTableWidgetItem(text)
                cell.setToolTip(plain_tooltip(text))
                table.setItem(row, column, cell)
        first = preview.tried[0]
        self.title.set_text(f"{first.what}: {first.decision or 'refused'}")
        refused = next((one.refusal for one in preview.tried if one.refusal is not None), None)
        if refused is not None:
            self.show_refusal(refused)
        else:
            more = (
                tr(" {omitted} less probable labels are left out.", omitted=preview.omitted) if preview.omitted else ""
            )
            self._say(tr("Ramp, discs and texture are phantoms made by code.{more}", more=more))
        self.picture.setPixmap(_pixmap(preview.picture))

    def show_refusal(self, refusal: Refusal) -> None:
        """Say why there is no answer; the last one stays."""
        self._say(error_line(tr(refusal.message), refusal.code), role="error")

    def _say(self, text: str, *, role: str = "small") -> None:
        set_role(self.said, role)
        self.said.set_text(text)


def _pixmap(picture: NDArray[np.uint8] | None) -> QPixmap:
    return QPixmap() if picture is None else pixmap_of(picture, units(_PICTURE))
