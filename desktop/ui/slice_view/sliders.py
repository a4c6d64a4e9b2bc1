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
        self._grid = QGridLayout(self)
        set_margins(self._grid, 10, 3, 10, 3, spacing=6)
        self.slices = self._row(0, "Slice")
        self.phases = self._row(1, "Phase")
        self.slices.valueChanged.connect(self.index_requested)
        self.phases.valueChanged.connect(self.phase_requested)
        self.set_counts(1, 1)

    def set_counts(self, slices: int, phases: int) -> None:
        """Set how many there are; the slider of a single one is hidden (the slice's keeps its room)."""
        for row, (slider, count) in enumerate(((self.slices, slices), (self.phases, phases))):
            with QSignalBlocker(slider):
                slider.setRange(0, count - 1)
            slider.setEnabled(count > 1)
            slider.setPageStep(max(1, count // 10))
            for column in range(3):
                item = self._grid.itemAtPosition(row, column)
                widget = None if item is None else item.widget()
                if widget is not None:
                    widget.setVisible(row == 0 or count > 1)

    def set_position(self, index: int, phase: int) -> None:
        """Show which slice and phase are on screen."""
        for row, (slider, value) in enumerate(((self.slices, index), (self.phases, phase))):
            with QSignalBlocker(slider):
                slider.setValue(value)
            item = self._grid.itemAtPosition(row, 2)
            label = None if item is None else item.widget()
            if isinstance(label, QLabel):
                label.setText(f"{value + 1}/{slider.maximum() + 1}")

    def _row(self, row: int, name: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        # Arrows, Home and End belong to the slices whatever was touched last.
        slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        slider.setAccessibleName(name)
        count = QLabel()
        count.setMinimumWidth(units(64))
        count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(QLabel(name), row, 0)
        self._grid.addWidget(slider, row, 1)
        self._grid.addWidget(count, row, 2)
        return slider
