"""The losses of a training over its epochs."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import make_column
from desktop.ui.widgets.theme import colours, units


class LossPlot(QWidget):
    """Two curves, the one of the cases that choose dashed; empty until there is something to draw."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Loss over epochs: training, and validation dashed"))
        self.setFixedHeight(units(150))
        self._layout = make_column(holder=self)
        self._curves: tuple[Any, ...] = ()
        self._box: Any = None

    def show_losses(self, training: Sequence[float], validation: Sequence[float]) -> None:
        """Draw a point an epoch."""
        if not self._curves:
            self._build()
        for curve, losses in zip(self._curves, (training, validation), strict=True):
            curve.setData(list(range(1, len(losses) + 1)), list(losses))
        self._box.autoRange()
        last = {"a": f"{training[-1]:.3f}", "b": f"{validation[-1]:.3f}"} if training else None
        said = "" if last is None else tr("training {a}, validation {b}", **last)
        self.setAccessibleDescription(said)

    def _build(self) -> None:
        import pyqtgraph  # by then imported in the background

        drawn = pyqtgraph.GraphicsView(background=colours().field)
        cells = pyqtgraph.GraphicsLayout()
        drawn.setCentralItem(cells)
        # No plot item: it would bring menus with it that outlive the window.
        self._box = cells.addViewBox(row=0, col=1, enableMenu=False, enableMouse=False)
        for side, row, column, words in (("left", 0, 0, tr("loss")), ("bottom", 1, 1, tr("epoch"))):
            axis = pyqtgraph.AxisItem(side, linkView=self._box, textPen=colours().text, pen=colours().border)
            axis.enableAutoSIPrefix(False)
            axis.setLabel(words, color=colours().text)
            cells.addItem(axis, row=row, col=column)
        styles = (colours().accent, Qt.PenStyle.SolidLine), (colours().warning, Qt.PenStyle.DashLine)
        self._curves = tuple(
            pyqtgraph.PlotDataItem(
                pen=pyqtgraph.mkPen(colour, width=units(2), style=style), symbol="o", symbolSize=5, symbolBrush=colour
            )
            for colour, style in styles
        )
        for curve in self._curves:
            self._box.addItem(curve)
        self._layout.addWidget(drawn)
