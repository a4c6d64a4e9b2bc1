"""Cine: the active pane runs by itself, through its phases if it has any, else through its slices.

A projection turns.
"""

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.controllers.panes import PanesController
from desktop.controllers.view import PlaneView, RotatingView, ViewController
from desktop.state.texts.language import tr

RATES = (1.0, 2.0, 5.0, 8.0, 10.0, 15.0, 20.0, 25.0, 30.0, 60.0)
"""Pictures a second that the commands go through."""
_USUAL = 10.0


class CineController(QObject):
    """Steps the pane that was active when it was begun; it ends with the series that it shows."""

    running_changed = Signal(bool)
    said = Signal(str)  # how fast it runs, and where that comes from

    def __init__(self, panes: PanesController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panes = panes
        self._view: ViewController | None = None
        self._rate: float | None = None
        """Pictures a second that a person chose; None for what the file says."""
        self._is_sweep = False
        self._direction = 1
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._step)
        panes.shown_changed.connect(lambda _: self._stop())
        panes.arrangement_changed.connect(lambda _: self._stop())

    @property
    def is_running(self) -> bool:
        """Whether pictures follow each other."""
        return self._timer.isActive()

    def set_running(self, running: bool) -> None:
        """Run, or pause on the slice that is shown."""
        view = self._panes.active
        if not running or view.series is None or self._count(view) < 2:
            self._stop()
            return
        self._view, self._direction = view, 1
        self._start()

    def switch(self) -> None:
        """Run, or pause, whichever it does not do."""
        self.set_running(not self.is_running)

    def set_sweep(self, sweep: bool) -> None:
        """Go back and forth from now on, or from the end to the beginning."""
        self._is_sweep, self._direction = sweep, 1

    def step_rate(self, steps: int) -> None:
        """Run faster or slower by so many steps."""
        now = self._rate_of(self._panes.active)
        at = min(range(len(RATES)), key=lambda number: abs(RATES[number] - now)) + steps
        self._rate = RATES[min(max(at, 0), len(RATES) - 1)]
        if self.is_running:
            self._start()

    def _start(self) -> None:
        assert self._view is not None
        rate = self._rate_of(self._view)
        self._timer.start(max(1, round(1000 / rate)))
        self.running_changed.emit(True)
        stated = self._view.series.acquisition.frames_per_second if self._view.series else None
        source = tr("chosen here") if self._rate else tr("as the file says") if stated else tr("the file names no rate")
        self.said.emit(tr("Cine: {rate:g} pictures a second ({source})", rate=rate, source=source))

    def _stop(self) -> None:
        self._timer.stop()
        self._view = None
        self.running_changed.emit(False)

    def _rate_of(self, view: ViewController) -> float:
        stated = None if view.series is None else view.series.acquisition.frames_per_second
        return self._rate or stated or _USUAL

    def _count(self, view: ViewController) -> int:
        return view.series.phases if view.series is not None and self._runs_phases(view) else view.count

    @staticmethod
    def _runs_phases(view: ViewController) -> bool:
        """Whether phases follow each other; a projection turns."""
        return view.series is not None and view.series.phases > 1 and not isinstance(view, RotatingView)

    def _step(self) -> None:
        view = self._view
        if view is None or view.series is None:
            self._stop()
            return
        if view.slice is None and not isinstance(view, PlaneView):
            # It waits for what is not read yet.
            return
        is_phases, count = self._runs_phases(view), self._count(view)
        here = view.state.phase if is_phases else view.state.index
        if self._is_sweep and not 0 <= here + self._direction < count:
            self._direction = -self._direction
        following = (here + self._direction) % count
        view.go_to_phase(following) if is_phases else view.go(following)
