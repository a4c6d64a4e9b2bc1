"""The sliders under the slice: the slice and, for 4D, the phase."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QWidget

from desktop.ui.widgets.controls import style_as_panel
from desktop.ui.widgets.theme import set_margins, units


class Sliders(QWidget):
    """A slider for slices, one for phases, each with its count. Setters emit nothing."""

    index_requested = Signal(int)
    phase_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        style_as_panel(self)
        grid = QGridLayout(self)
        set_margins(grid, 10, 3, 10, 3, spacing=6)
        self._rows = [_make_row(name) for name in ("Slice", "Phase")]
        for row, parts in enumerate(self._rows):
            for column, part in enumerate(parts):
                grid.addWidget(part, row, column)
        self.slices, self.phases = (slider for _, slider, _ in self._rows)
        self.slices.valueChanged.connect(self.index_requested)
        self.phases.valueChanged.connect(self.phase_requested)
        self.set_counts(1, 1)

    def set_counts(self, slices: int, phases: int) -> None:
        """Set how many there are; the slider of a single one is hidden (the slice's keeps its room)."""
        for parts, count in zip(self._rows, (slices, phases), strict=True):
            slider = parts[1]
            with QSignalBlocker(slider):
                slider.setRange(0, count - 1)
            slider.setEnabled(count > 1)
            slider.setPageStep(max(1, count // 10))
            for part in parts:
                part.setVisible(slider is self.slices or count > 1)

    def set_position(self, index: int, phase: int) -> None:
        """Show which slice and phase are on screen."""
        for (_, slider, shown), value in zip(self._rows, (index, phase), strict=True):
            with QSignalBlocker(slider):
                slider.setValue(value)
            shown.setText(f"{value + 1}/{slider.maximum() + 1}")


def _make_row(name: str) -> tuple[QLabel, QSlider, QLabel]:
    slider = QSlider(Qt.Orientation.Horizontal)
    # Arrows, Home and End belong to the slices whatever was touched last.
    slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    slider.setAccessibleName(name)
    count = QLabel(alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    count.setMinimumWidth(units(64))
    return QLabel(name), slider, count
