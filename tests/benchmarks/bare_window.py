"""What `bench frozen` compares with: the least that shows a picture with PySide6 and pyqtgraph. It tells when and ends.

Its clock is the program's own (`desktop.startup.timings`), which imports nothing of ours.
"""

import os
import sys

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

from desktop.startup import timings


class _FirstPaint(QObject):
    """Ends the program at the first paint of what fills the window: the viewer's mark stands at the same event."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            timings.mark("window painted")
            watched.removeEventFilter(self)
            QTimer.singleShot(0, _tell)
        return False


def _tell() -> None:
    sys.stdout.write("\n".join([*timings.lines(), ""]))
    sys.stdout.flush()
    # As the viewer does: Qt and Python need not take the window apart.
    os._exit(0)


def main() -> None:
    """One window with a grey ramp in it."""
    app = QApplication(["bare"])
    window = QMainWindow()
    view = pyqtgraph.GraphicsView()
    box = pyqtgraph.ViewBox()
    view.setCentralItem(box)
    box.addItem(pyqtgraph.ImageItem(np.add.outer(np.arange(512.0), np.arange(512.0))))
    window.setCentralWidget(view)
    window.resize(1280, 800)
    first = _FirstPaint()
    # The view is opaque and fills the window, which therefore never paints itself.
    view.viewport().installEventFilter(first)
    window.show()
    timings.mark("window shown")
    app.exec()


if __name__ == "__main__":
    main()
