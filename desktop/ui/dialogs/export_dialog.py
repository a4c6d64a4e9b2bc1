"""The dialog of an export: which format, which slices, with or without texts; it shows what will be in the files."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QPushButton,
    QSpinBox,
    QWidget,
)

from desktop.state.export_options import ENDINGS, EXPORT_FORMATS, FILMS, ExportOptions, describe_export, describe_figure
from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import make_column, make_row, settle_key_focus
from desktop.ui.widgets.forms import make_form
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.pixmaps import pixmap_of
from desktop.ui.widgets.theme import units
from imaging.base.english import english

_TITLES = {
    "nifti": english("NIfTI (.nii.gz)"),
    "png": english("Pictures (PNG)"),
    "gif": english("Film (GIF)"),
    "webp": english("Film (WebP, without loss)"),
    "avi": english("Film (AVI, Motion JPEG)"),
    "dicom-sc": "DICOM Secondary Capture",
    "gsps": english("DICOM presentation state (measurements, window)"),
}
_FIGURES = {english("Figure for publication, 300 dpi"): 300, english("Figure for publication, 600 dpi"): 600}
_PICTURES = ("png", "dicom-sc")
_THIS, _ALL, _TOGETHER = (
    english("The slice on screen"),
    english("Every slice, a file each"),
    english("Every slice, in one file"),
)
_PREVIEW = 220


class ExportDialog(QDialog):
    """Asks what leaves; the main window goes on meanwhile."""

    export_requested = Signal(object)  # `ExportOptions`, whose `index`, if there is one, is the slice on screen
    preview_requested = Signal(object)  # the same
    figure_requested = Signal(object, int)  # the same, of a figure of the slice on screen, and its dots per inch

    def __init__(self, parent: QWidget | None = None, *, private: bool = False, has_model: bool = False) -> None:
        """Ask while patient data is shown, or hidden (`private`); `has_model` says whether there can be heatmaps."""
        super().__init__(parent)
        self.setWindowTitle(tr("Export"))
        self._is_private = private
        self.format = QComboBox()
        self.format.addItems([*(tr(_TITLES[one]) for one in EXPORT_FORMATS), *map(tr, _FIGURES)])
        self.format.setCurrentIndex(EXPORT_FORMATS.index("png"))
        self.slices = QComboBox()
        self.slices.addItems([tr(_THIS), tr(_ALL)])
        self.rate = QSpinBox(minimum=1, maximum=60, value=10, suffix=tr(" a second"))
        self.with_text = QCheckBox(tr("With the texts of the corners"))
        self.with_marks = QCheckBox(tr("With the measurements"))
        self.with_map = QCheckBox(tr("With the heatmap of the model"))
        self._has_model = has_model
        self.picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.picture.setAccessibleName(tr("The slice on screen as it would be exported"))
        self.picture.setFixedSize(units(_PREVIEW), units(_PREVIEW))
        self.says = text_label(role="quiet")
        # Five lines: the dialog must not change its size, nor cut off what is in the files.
        self.says.setMinimumHeight(units(92))
        buttons = QDialogButtonBox()
        self.export: QPushButton = buttons.addButton(tr("Export…"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._ask_where)
        buttons.rejected.connect(self.reject)
        self._lay_out(buttons)
        self.format.currentIndexChanged.connect(self.settle)
        self.slices.currentIndexChanged.connect(self.settle)
        for box in (self.with_text, self.with_marks, self.with_map):
            box.toggled.connect(self.settle)
        self.setMinimumWidth(units(600))
        settle_key_focus(self)

    def set_private(self, private: bool) -> None:
        """Leave out whatever could name the patient, as it is hidden."""
        self._is_private = private
        self.settle()

    def options(self, out: Path = Path()) -> ExportOptions:
        """Return what was chosen."""
        format_ = "png" if self.figure_dpi else EXPORT_FORMATS[self.format.currentIndex()]
        is_this = format_ in (*_PICTURES, "gsps") and self.slices.currentIndex() == 0
        return ExportOptions(
            format=format_,
            out=out,
            index=0 if is_this else None,
            with_text=self.with_text.isChecked() and self.with_text.isEnabled(),
            with_marks=format_ == "gsps" or (self.with_marks.isChecked() and self.with_marks.isEnabled()),
            with_map=self.with_map.isChecked() and self.with_map.isEnabled(),
            private=self._is_private,
            rate=self.rate.value(),
        )

    @property
    def figure_dpi(self) -> int:
        """The dots per inch of the figure that is chosen; 0 if none is."""
        return dict(enumerate(_FIGURES.values(), len(EXPORT_FORMATS))).get(self.format.currentIndex(), 0)

    def settle(self) -> None:
        """Show what belongs to the format, and what will be in the files."""
        chosen, is_figure = self.options(), bool(self.figure_dpi)
        is_state = chosen.format == "gsps"
        self.slices.setEnabled((chosen.format in _PICTURES or is_state) and not is_figure)
        self.slices.setItemText(1, tr(_TOGETHER) if is_state else tr(_ALL))
        self.rate.setEnabled(chosen.format in FILMS)
        is_picture = chosen.format not in ("nifti", "gsps")
        self.with_text.setEnabled(is_picture and not is_figure)
        self.with_marks.setEnabled(is_picture)
        self.with_map.setEnabled(is_picture and self._has_model)
        chosen = self.options()
        self.says.setText(describe_figure(chosen) if is_figure else describe_export(chosen))
        self.preview_requested.emit(chosen)

    def show_picture(self, picture: NDArray[np.uint8]) -> None:
        """Show the slice as it would be exported."""
        self.picture.setPixmap(pixmap_of(picture, units(_PREVIEW)))

    def _ask_where(self) -> None:
        if self.figure_dpi:
            self._ask_for_figure()
            return
        chosen = self.options()
        ending = ENDINGS[chosen.format][0]
        if chosen.format in _PICTURES and chosen.index is None:
            name = QFileDialog.getExistingDirectory(self, tr("Export the slices into"))
        else:
            suggested = f"{'slice' if chosen.index is not None else 'series'}{ending}"
            name, _ = QFileDialog.getSaveFileName(self, tr("Export as"), suggested, f"{chosen.format} (*{ending})")
            name = name if not name or name.lower().endswith(ENDINGS[chosen.format]) else f"{name}{ending}"
        if name:
            self.export_requested.emit(self.options(Path(name)))
            self.accept()

    def _ask_for_figure(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Write the figure as"), "figure.png", tr("PNG (*.png);;TIFF (*.tif)")
        )
        if name:
            path = Path(name)
            ending = path.suffix.lower() in (".png", ".tif", ".tiff")
            self.figure_requested.emit(self.options(path if ending else Path(f"{name}.png")), self.figure_dpi)
            self.accept()

    def _lay_out(self, buttons: QDialogButtonBox) -> None:
        rows: dict[str, QWidget] = {
            tr("Format"): self.format,
            tr("Slices"): self.slices,
            tr("Pictures of a film"): self.rate,
        }
        grid = make_form(rows)
        boxes = make_column(self.with_text, self.with_marks, self.with_map, spacing=4)
        choices = make_column(grid, boxes, self.says, 1, spacing=10)
        make_column(make_row(self.picture, (choices, 1), spacing=14), buttons, holder=self, margins=(14,), spacing=10)
