"""The curve of a series with axes, in a window of its own. Imported when it is first wanted: pyqtgraph is large."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from desktop.state.probability_curve import ProbabilityCurve
from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import make_column
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.theme import colours, resize_within_screen, units
from inference.classify.finding_words import format_limit

_SIGNS = "AB"
_LINES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DotLine)


class CurveWindow(QDialog):
    """Probability over slices for one model or two, their thresholds, the slice on screen. A click goes to a slice."""

    index_requested = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Probability over the series"))
        self.plot = pyqtgraph.PlotWidget(enableMenu=False)
        self.plot.setAccessibleName(tr("Probability over the slices"))
        # Keys go to the slices; the plot scrolls and zooms nothing.
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.hideButtons()
        self.plot.scene().sigMouseClicked.connect(lambda event: self._click(event.scenePos()))
        self._here = pyqtgraph.InfiniteLine(angle=90)
        self._count = 0
        self.said = text_label()
        make_column((self.plot, 1), self.said, holder=self, margins=(10,), spacing=8)
        resize_within_screen(self, 720, 420)

    # --- setters ---

    def set_curves(self, curves: Sequence[ProbabilityCurve], said: str) -> None:
        """Draw these curves, and say in words what they show."""
        self.said.setText(said or tr("The series was not analysed."))
        self.plot.setAccessibleDescription(said)
        self._set_up_axes()
        self._count = len(curves[0].values) if curves else 0
        for number, curve in enumerate(curves):
            self._draw(curve, number, name=f"{_SIGNS[number]}: {curve.model}, {curve.label}")
        self._here.setPen(pyqtgraph.mkPen(colours().text, width=1))
        self.plot.addItem(self._here, ignoreBounds=True)
        self.plot.setXRange(0.5, max(1, self._count) + 0.5, padding=0)
        # Above 100 % there is room for the legend.
        self.plot.setYRange(-2, 114, padding=0)

    def set_index(self, index: int) -> None:
        """Show which slice is on screen."""
        self._here.setValue(index + 1)

    # --- drawing ---

    def _set_up_axes(self) -> None:
        self.plot.clear()
        self.plot.setBackground(colours().field)
        legend = self.plot.addLegend(offset=(-10, 2), labelTextColor=colours().text)
        legend.clear()
        for side, title in (("bottom", tr("Slice")), ("left", tr("Probability, %"))):
            axis = self.plot.getAxis(side)
            axis.setPen(colours().border)
            axis.setTextPen(colours().text)
            self.plot.setLabel(side, title, color=colours().text)

    def _draw(self, curve: ProbabilityCurve, number: int, *, name: str) -> None:
        colour = colours().bar if curve.is_doubtful else (colours().accent, colours().warning)[number]
        slices, values = np.arange(1, len(curve.values) + 1), curve.values * 100
        pen = pyqtgraph.mkPen(colour, width=units(2), style=_LINES[number])
        self.plot.plot(slices, values, pen=pen, name=name, connect="finite")
        peaks = list(curve.peaks)
        marks = pyqtgraph.ScatterPlotItem(
            slices[peaks], values[peaks], symbol="t", size=units(9), brush=colour, pen=None
        )
        self.plot.addItem(marks)
        if curve.threshold is not None:
            limit = pyqtgraph.InfiniteLine(
                curve.threshold * 100,
                angle=0,
                pen=pyqtgraph.mkPen(colour, width=1, style=Qt.PenStyle.DashLine),
                label=tr("{sign} from {threshold}", sign=_SIGNS[number], threshold=format_limit(curve.threshold)),
                labelOpts={"position": 0.06 + 0.2 * number, "color": colours().text},
            )
            self.plot.addItem(limit)

    def _click(self, at: QPointF) -> None:
        index = round(self.plot.plotItem.vb.mapSceneToView(at).x()) - 1
        if 0 <= index < self._count:
            self.index_requested.emit(index)
