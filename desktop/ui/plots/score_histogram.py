"""How scores are spread from 0 to 1, with a threshold to drag."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget

from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import make_column
from desktop.ui.widgets.theme import units

_TICKS = (0, 10, 100, 1000, 10_000, 100_000)


class ScoreHistogram(QWidget):
    """Bars of counts, and a line at the threshold; empty until there is something to draw."""

    threshold_changed = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("How scores are spread"))
        self.setFixedHeight(units(150))
        self._layout = make_column(holder=self)
        self._bars: Any = None
        self._line: Any = None
        self.box: Any = None
        self.threshold = 0.5

    def show_counts(self, counts: NDArray[np.intp]) -> None:
        """Draw bars; every one is of the same width."""
        if self.box is None:
            self._build()
        edges = np.linspace(0.0, 1.0, len(counts) + 1)
        # A logarithm of what may be 0: few high scores must be seen beside thousands of low ones.
        self._bars.setOpts(x0=edges[:-1], height=np.log10(counts + 1.0), width=1.0 / len(counts))

    def set_threshold(self, threshold: float) -> None:
        """Put the line at a threshold."""
        self.threshold = threshold
        if self._line is not None and self._line.value() != threshold:
            self._line.setValue(threshold)

    def _build(self) -> None:
        import pyqtgraph  # by then imported in the background

        palette = self.palette()
        ink = palette.color(QPalette.ColorRole.WindowText)
        drawn = pyqtgraph.GraphicsView(background=palette.color(QPalette.ColorRole.Base))
        cells = pyqtgraph.GraphicsLayout()
        drawn.setCentralItem(cells)
        # No plot item: it would bring menus with it that outlive the window.
        self.box = cells.addViewBox(row=0, col=1, enableMenu=False, enableMouse=False)
        self.box.setXRange(0.0, 1.0, padding=0.02)
        for side, row, column in (("left", 0, 0), ("bottom", 1, 1)):
            axis = pyqtgraph.AxisItem(side, linkView=self.box, textPen=ink, pen=ink)
            cells.addItem(axis, row=row, col=column)
            if side == "left":
                axis.setTicks([[(np.log10(count + 1.0), str(count)) for count in _TICKS]])
        self._bars = pyqtgraph.BarGraphItem(
            x0=[0.0], height=[0.0], width=1.0, brush=palette.color(QPalette.ColorRole.Link), pen=None
        )
        self._line = pyqtgraph.InfiniteLine(
            pos=self.threshold, angle=90, movable=True, bounds=(0.0, 1.0), label="{value:.2f}",
            labelOpts={"color": ink, "position": 0.85},
            pen=pyqtgraph.mkPen(ink, width=2, style=Qt.PenStyle.DashLine),
        )  # fmt: skip
        self._line.sigPositionChanged.connect(self._moved)
        self.box.addItem(self._bars)
        self.box.addItem(self._line)
        self._layout.addWidget(drawn)

    def _moved(self, line: Any) -> None:
        self.threshold = float(line.value())
        self.threshold_changed.emit(self.threshold)
