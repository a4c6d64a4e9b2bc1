"""Under the slice: the strip of slices and, for 4D, a slider of phases."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QGridLayout, QLabel, QPushButton, QSlider, QWidget

from desktop.state.slice_coverage import SliceCoverage
from desktop.state.texts.language import tr
from desktop.ui.slice_view.slice_strip import SliceStrip
from desktop.ui.slice_view.slice_view import WheelSteps
from desktop.ui.widgets.controls import make_row, set_up_button, settle_key_focus, style_as_panel
from desktop.ui.widgets.labels import SteadyLabel
from desktop.ui.widgets.theme import set_margins, units

if TYPE_CHECKING:
    from desktop.state.probability_curve import ProbabilityCurve

_WIDEST_NAME = 200


class Sliders(QWidget):
    """The strip, what it says in words, the slider; the wheel goes as over the slice. Setters emit nothing."""

    index_requested = Signal(int)
    phase_requested = Signal(int)
    stepped = Signal(int)  # slices to go on (negative: back)
    phase_stepped = Signal(int)
    analysis_requested = Signal()  # score all slices of the series

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        style_as_panel(self)
        grid = QGridLayout(self)
        set_margins(grid, 10, 3, 10, 3, spacing=6)
        self.slices, self.phases = SliceStrip(), WheelSlider()
        self._rows = [_make_row(tr("Slice"), self.slices), _make_row(tr("Phase"), self.phases)]
        self.said, self.looked_at = SteadyLabel(2, role="small"), SteadyLabel(1, role="small")
        self.said.hide()
        grid.addWidget(self.said, 0, 0, 1, 3)
        for row, parts in ((1, self._rows[0]), (3, self._rows[1])):
            for column, part in enumerate(parts):
                is_beside = row == 1 and column != 1
                grid.addWidget(part, row, column, Qt.AlignmentFlag.AlignBottom if is_beside else Qt.AlignmentFlag(0))
        tip = tr("Score every slice, and draw the curve")
        self.analyse = set_up_button(
            QPushButton(tr("Analyse the series")), self.analysis_requested, tip=tip, role="flat"
        )
        grid.addLayout(make_row((self.looked_at, 1), self.analyse), 2, 0, 1, 3)
        self.slices.valueChanged.connect(self.index_requested)
        self.phases.valueChanged.connect(self.phase_requested)
        self._names: tuple[str, ...] = ()
        self.slices.stepped.connect(self.stepped)
        self.phases.stepped.connect(self.phase_stepped)
        settle_key_focus(self)
        self.set_counts(1, 1)

    def set_counts(self, slices: int, phases: int, names: tuple[str, ...] = ()) -> None:
        """Set how many there are, and what each phase is; the slider of one is hidden (the slice's keeps its room)."""
        self._names = names
        for parts, count in zip(self._rows, (slices, phases), strict=True):
            slider = parts[1]
            with QSignalBlocker(slider):
                slider.setRange(0, count - 1)
            slider.setEnabled(count > 1)
            slider.setPageStep(max(1, count // 10))
            for part in parts:
                part.setVisible(slider is self.slices or count > 1)
        self._fix_sizes()

    def changeEvent(self, event: QEvent) -> None:
        """Give the counts other room in another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fix_sizes()

    def _fix_sizes(self) -> None:
        """Give each count the room of its longest text: nothing moves, and Qt lays nothing out, from slice to slice."""
        metrics = self.fontMetrics()
        last = self.phases.maximum() + 1
        phases = [self._phase_text(phase) for phase in range(min(last, len(self._names)))]
        for (_, slider, shown), texts in zip(self._rows, ((), phases), strict=True):
            every = (f"{slider.maximum() + 1}/{slider.maximum() + 1}", *texts)
            width = max(metrics.horizontalAdvance(text) for text in every) + units(2)
            shown.setFixedSize(max(units(64), width), metrics.height())

    def set_name(self, name: str) -> None:
        """Name what the first slider goes through: slices, or the angles of a projection."""
        label, slider, _ = self._rows[0]
        if label.text() != name:
            label.setText(name)
            slider.setAccessibleName(name)

    def set_position(self, index: int, phase: int) -> None:
        """Show which slice and phase are on screen, the phase by what it is: `b 1000   2/3`."""
        for (_, slider, shown), value in zip(self._rows, (index, phase), strict=True):
            with QSignalBlocker(slider):
                slider.setValue(value)
            shown.setText(f"{value + 1}/{slider.maximum() + 1}")
        self._rows[1][2].setText(self._phase_text(phase))

    def set_coverage(self, coverage: SliceCoverage | None) -> None:
        """Show which slices are loaded and which were looked at."""
        self.slices.set_coverage(coverage)
        is_worth_it = coverage is not None and len(coverage.seen) > 1
        self.looked_at.set_text(coverage.describe() if coverage is not None and is_worth_it else "")

    def set_curves(self, curves: "Sequence[ProbabilityCurve]", said: str) -> None:
        """Draw the curves of an analysis above the slices, and say in words what they show."""
        self.slices.set_curves(curves)
        self.said.set_text(said)
        self.said.setVisible(bool(curves))

    def _phase_text(self, phase: int) -> str:
        count = f"{phase + 1}/{self.phases.maximum() + 1}"
        if phase >= len(self._names):
            return count
        name = self.fontMetrics().elidedText(self._names[phase], Qt.TextElideMode.ElideMiddle, units(_WIDEST_NAME))
        return f"{name}   {count}"


class WheelSlider(QSlider):
    """A slider whose wheel steps as it does over the slice: Qt would go three steps, and the other way."""

    stepped = Signal(int)

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        # Arrows, Home and End belong to the slices whatever was touched last.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._wheel = WheelSteps()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ask for whole steps."""
        event.accept()
        if steps := self._wheel.add(event):
            self.stepped.emit(steps)


def _make_row(name: str, slider: QAbstractSlider) -> tuple[QLabel, QAbstractSlider, QLabel]:
    slider.setAccessibleName(name)
    count = QLabel(alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return QLabel(name), slider, count
