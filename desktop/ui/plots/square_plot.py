"""A plot over a square from 0 to 1 with a mark that moves: ROC and calibration curves of a validation."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import make_column
from desktop.ui.widgets.theme import colours, units


class SquarePlot(QWidget):
    """One curve, the diagonal, a mark; empty until there is something to draw (pyqtgraph is loaded with that)."""

    def __init__(self, x_label: str, y_label: str) -> None:
        super().__init__()
        self._words = x_label, y_label
        self.setAccessibleName(tr("{y_label} over {x_label}", y_label=y_label, x_label=x_label))
        self.setMinimumWidth(units(200))
        self.setFixedHeight(units(215))
        self._layout = make_column(holder=self)
        self._curve: Any = None
        self._mark: Any = None

    def show_curve(self, x: Sequence[float], y: Sequence[float], *, with_marks: bool = False) -> None:
        """Draw a curve."""
        if self._curve is None:
            self._build()
        self._curve.setData(list(x), list(y), symbol="o" if with_marks else None)

    def set_mark(self, x: float, y: float) -> None:
        """Put the mark there."""
        if self._mark is not None:
            self._mark.setData([x], [y])

    def _build(self) -> None:
        import pyqtgraph  # by then imported in the background

        drawn = pyqtgraph.GraphicsView(background=colours().field)
        cells = pyqtgraph.GraphicsLayout()
        drawn.setCentralItem(cells)
        # No plot item: it would bring menus with it that outlive the window.
        box = cells.addViewBox(row=0, col=1, enableMenu=False, enableMouse=False)
        box.setRange(xRange=(0, 1), yRange=(0, 1), padding=0.04)
        for side, row, column, words in (("left", 0, 0, self._words[1]), ("bottom", 1, 1, self._words[0])):
            axis = pyqtgraph.AxisItem(side, linkView=box, textPen=colours().text, pen=colours().border, text=words)
            axis.setLabel(words, color=colours().text)
            cells.addItem(axis, row=row, col=column)
        dashes = pyqtgraph.mkPen(colours().border, width=1, style=Qt.PenStyle.DashLine)
        box.addItem(pyqtgraph.PlotCurveItem([0, 1], [0, 1], pen=dashes))
        accent = colours().accent
        self._curve = pyqtgraph.PlotDataItem(
            pen=pyqtgraph.mkPen(accent, width=units(2)), symbolBrush=accent, symbolSize=7
        )
        box.addItem(self._curve)
        pen = pyqtgraph.mkPen(colours().text, width=units(2))
        self._mark = pyqtgraph.ScatterPlotItem(symbol="o", size=units(12), brush=None, pen=pen)
        box.addItem(self._mark)
        self._layout.addWidget(drawn)
