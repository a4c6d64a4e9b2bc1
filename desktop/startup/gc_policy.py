"""Python's cyclic garbage is collected in the GUI thread only.

A collection runs in whichever thread happens to allocate next. One that meets a dead window in a thread of the pool
takes it apart there, and Qt then crashes, now or at the next window. It also comes at a moment of its own choosing, and
takes 60 ms among all that pydantic and onnx define. So the automatic collector is switched off while the program runs,
and a timer of the GUI thread does what it would have done, the long part of it while the picture stands still.
"""

import gc
import time

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 500
# A look among the headers of 10,000 files takes 46 ms, which somebody who scrolls would see.
_STILL_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 60.0


class GarbageCollector(QObject):
    """Collects in the GUI thread from `settle` until `stop`, which leaves Python as it found it.

    Before `settle` nothing is collected: while libraries come in next to nothing is garbage, and the look is long.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        self._is_stopped = False
        self._moved = self._looked_far = float("-inf")
        gc.disable()
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.collect_due)

    def picture_moved(self) -> None:
        """Look only among what is young for a second, a minute at most: somebody scrolls, or a cine runs."""
        self._moved = time.monotonic()

    def collect_due(self) -> None:
        """Collect the oldest generation whose count has passed Python's own threshold, if any has."""
        counted = enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
        due = [generation for generation, (count, threshold) in counted if count > threshold > 0]
        if not due:
            return
        now = time.monotonic()
        is_moving = now - self._moved < _STILL_SECONDS and now - self._looked_far < _LONGEST_WAIT_SECONDS
        if max(due) > 0 and not is_moving:
            self._looked_far = now
        gc.collect(0 if is_moving else max(due))

    def settle(self) -> None:
        """Never look among what is alive now: libraries stay, and take long to look through."""
        gc.freeze()
        self._looked_far = time.monotonic()
        self._timer.start()

    def stop(self) -> None:
        """Collect what is left, and give the work back to Python. May be called twice."""
        if self._is_stopped:
            return
        self._is_stopped = True
        self._timer.stop()
        gc.unfreeze()
        gc.collect()
        if self._was_enabled:
            gc.enable()
