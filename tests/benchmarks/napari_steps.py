"""A volume in three orthogonal views of napari, whose crosshair is stepped: runs under napari's own interpreter.

Nothing of Slicelens is imported here. Each view is a `QtViewer` of its own, as in napari's example of several viewers,
without its sliders, so that the canvas has all of the size that is asked for.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from napari.components import ViewerModel
from napari.qt import QtViewer, get_qapp
from qtpy.QtWidgets import QWidget
from vispy.gloo import gl

from tests.benchmarks.stopwatch import serve

WINDOW = -160, 240
ORDERS = (0, 1, 2), (2, 0, 1), (1, 0, 2)
"""Axes of (slice, row, column) in the axial, sagittal and coronal view, the one that it is scrolled along first."""
PATIENCE_SECONDS = 120.0


class Views:
    """Three views on one volume [slice, row, column]; `sizes` are the (width, height) of their canvases."""

    def __init__(self, values: np.ndarray, sizes: Sequence[tuple[int, int]]) -> None:
        self._app = get_qapp()
        self._window = QWidget()
        self._models: list[ViewerModel] = []
        self._drawn = [0] * len(ORDERS)
        left = 0
        for number, (order, (width, height)) in enumerate(zip(ORDERS, sizes, strict=True)):
            model = ViewerModel()
            model.add_image(values, contrast_limits=WINDOW)
            model.dims.order = order
            view = QtViewer(model)
            view.dims.hide()
            view.setParent(self._window)
            view.setGeometry(left, 0, width, height)
            view.canvas.events.draw.connect(self._counter(number), position="last")
            self._models.append(model)
            left += width
        self._window.resize(left, max(height for _, height in sizes))
        self._window.show()
        self._spin_until(lambda: all(self._drawn))
        self.renderer = str(gl.glGetParameter(gl.GL_RENDERER))

    def step(self, row: int, column: int) -> tuple[float, float]:
        """Move the crosshair within its axial slice; milliseconds until the other two views were drawn.

        The second figure is the part before anything is drawn, which no graphics card makes shorter.
        """
        # What the step before has left to do is not part of this one.
        for _ in range(5):
            self._app.processEvents()
        before = list(self._drawn)
        start = time.perf_counter()
        self._models[1].dims.set_current_step(2, column)
        self._models[2].dims.set_current_step(1, row)
        sliced = time.perf_counter()
        self._spin_until(lambda: self._drawn[1] > before[1] and self._drawn[2] > before[2])
        return (time.perf_counter() - start) * 1000.0, (sliced - start) * 1000.0

    def _counter(self, number: int) -> Callable[[object], None]:
        def count(_: object) -> None:
            # OpenGL's calls return before the picture is there.
            gl.glFinish()
            self._drawn[number] += 1

        return count

    def _spin_until(self, seen: Callable[[], bool]) -> None:
        ends = time.monotonic() + PATIENCE_SECONDS
        while not seen():
            self._app.processEvents()
            if time.monotonic() > ends:
                raise TimeoutError


def main() -> None:
    """Build the views as the first line of standard input says, then step as each further line says."""
    views: list[Views] = []

    def work(what: str, *arguments: Any) -> object:
        if what == "open":
            path, sizes = arguments
            views.append(Views(np.load(path), sizes))
            return views[0].renderer
        return views[0].step(*arguments)

    serve(work)
