"""The dialog of copies without identity: what stays, which pixels are blacked out, and the folder of the copies."""

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QFileDialog, QPushButton, QWidget

from desktop.state.texts.language import tr
from desktop.ui.widgets.box_picture import Box, BoxPicture
from desktop.ui.widgets.controls import make_column, make_row, set_up_button, settle_key_focus
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.theme import units
from imaging.base.english import english
from imaging.export.deidentify.options import DeidentifyOptions
from imaging.export.deidentify.profile_table import Option

_SAYS = english(
    "Every file of what is open is copied under names that say nothing: names, numbers, dates, places, descriptions "
    "and private attributes are removed (PS3.15 Basic Profile), and each copy is verified. Originals are not touched. "
    "Text burned into pixels is not removed by itself, and a face can be drawn from the voxels of a head."
)
_KEPT: dict[Option, str] = {
    "dates": english("Dates, all moved by the same days"),
    "uids": english("UIDs as they are"),
    "descriptions": english("Words of descriptions that name nobody"),
    "device": english("Device and station"),
}
_BOXES = english(
    "Draw boxes over text in the pixels. They are blacked out in every picture; pixels are stored uncompressed."
)
_NO_BOXES = english("To black out text in the pixels, show a slice as it was acquired, and come back.")


class DeidentifyDialog(QDialog):
    """Asks what stays and what is blacked out; the main window goes on meanwhile."""

    copies_requested = Signal(object, object)  # the folder, and `DeidentifyOptions`

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("De-identify"))
        self.kept = {option: QCheckBox(tr(_KEPT[option])) for option in get_args(Option)}
        self.picture = BoxPicture()
        self.clear = set_up_button(QPushButton(tr("Take boxes away")), self.picture.clear_boxes)
        self.suggest = set_up_button(QPushButton(tr("Box what looks like text")), self._add_suggested)
        self._suggested: tuple[Box, ...] = ()
        self.count = text_label(tr(_BOXES), role="quiet")
        buttons = QDialogButtonBox()
        self.copy: QPushButton = buttons.addButton(tr("Copy into a folder…"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._ask_for_folder)
        buttons.rejected.connect(self.reject)
        self.picture.boxes_changed.connect(self._settle)
        kept = [text_label(tr("What stays"), role="heading"), *self.kept.values()]
        texts = make_column(text_label(tr(_SAYS)), *kept, 1, spacing=8)
        boxes = make_column(self.picture, self.count, make_row(self.suggest, self.clear, 1, spacing=8), 1, spacing=8)
        make_column(make_row((texts, 1), (boxes, 1), spacing=18), buttons, holder=self, margins=(14,), spacing=12)
        self.setMinimumWidth(units(700))
        settle_key_focus(self)
        self._settle()

    def options(self) -> DeidentifyOptions:
        """Return what was chosen."""
        keep = frozenset(option for option, box in self.kept.items() if box.isChecked())
        return DeidentifyOptions(keep, tuple(self.picture.boxes))

    def set_suggested(self, boxes: Sequence[Box]) -> None:
        """Offer boxes around marks that look like letters."""
        self._suggested = tuple(boxes)
        self._settle()

    def hide_picture(self) -> None:
        """Offer no boxes: what is on screen is not as it lies in a file."""
        for part in (self.picture, self.suggest, self.clear):
            part.hide()
        self.count.setText(tr(_NO_BOXES))

    def _add_suggested(self) -> None:
        self.picture.add_boxes(self._suggested)

    def _settle(self) -> None:
        count = len(self.picture.boxes)
        said = tr("%n box(es) will be black. ", "", count) if count else ""
        found = tr("Marks like letters were found on this slice. ") if self._suggested and not count else ""
        self.count.setText(f"{said}{found}{tr(_BOXES)}")
        self.clear.setEnabled(bool(count))
        self.suggest.setEnabled(bool(self._suggested))
        self.suggest.setToolTip("" if self._suggested else tr("No marks like letters were found on this slice."))

    def _ask_for_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Copy into"))
        if folder:
            self.copies_requested.emit(Path(folder), self.options())
            self.accept()
