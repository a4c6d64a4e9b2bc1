"""What the benchmarks of the window share: the real program offscreen, notches of the wheel, the end of a paint."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from desktop.app import Program, start
from desktop.state.launch_request import LaunchRequest
from desktop.state.picture import Picture
from desktop.state.settings import Settings
from desktop.ui.slice_view.slice_view import SliceView
from inference.classify.onnx_session import OnnxSession
from inference.classify.preprocess import prepare
from inference.graph.walk import MODEL_FILE
from tests.imaging.phantoms import write_series

PATIENCE_SECONDS = 120.0
NOTCH = 120
SHARED_CT = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "dicom" / "abdomen_ct"


class Painted(QObject):
    """Watches the pane: `picture` is what it painted last, whole."""

    def __init__(self, view: SliceView) -> None:
        super().__init__(view)
        self._view = view
        self.picture: Picture | None = None
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the pane paint, and note what it painted once that is done."""
        if watched is not self._view or event.type() != QEvent.Type.Paint:
            return False
        self._view.event(event)
        self.picture = self._view.picture
        return True


class Screen:
    """The program with a series on screen, and somebody at its wheel."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.view = program.main_window.slice_view
        self.painted = Painted(self.view)
        self._step = 1

    @property
    def index(self) -> int:
        """The slice that is asked for."""
        assert self.program.view is not None
        return self.program.view.state.index

    @property
    def slices(self) -> int:
        """How many there are."""
        assert self.program.view is not None
        assert self.program.view.series is not None
        return self.program.view.series.slices

    def notch(self) -> None:
        """Post one notch of the wheel: on, and back again at the end of the series."""
        if not 0 <= self.index + self._step < self.slices:
            self._step = -self._step
        at = QPointF(self.view.width() / 2, self.view.height() / 2)
        event = QWheelEvent(
            at, self.view.mapToGlobal(at), QPoint(), QPoint(0, -NOTCH * self._step), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.postEvent(self.view, event)

    def scroll(self) -> None:
        """One notch, until the pane has painted the slice that it leads to and the window is up to date."""
        before, was = self.painted.picture, self.index
        self.notch()
        spin_until(lambda: self.painted.picture is not before)
        assert abs(self.index - was) == 1


@contextmanager
def opened(path: Path, *, size: tuple[int, int] = (1280, 800)) -> Iterator[Screen]:
    """The window on a series, every slice of it read and nothing left to do in the background."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    program = start(LaunchRequest(paths=(path,), size=size), Settings({}))
    try:
        wait_until(lambda: program.view is not None and program.view.volume is not None)
        wait_until(lambda: program.model is not None and not program.jobs.is_busy())
        assert program.view is not None
        assert program.view.volume is not None
        assert program.view.volume.is_complete
        yield Screen(program)
    finally:
        program.shut_down()
        program.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def spin_until(seen: Callable[[], bool], *, rest: bool = False) -> None:
    """Let Qt work until something is seen; it is looked at after every round of the event loop. Raises TimeoutError.

    With `rest` the loop sleeps until Qt has something to do, as the program's own does: threads get the processor.
    """
    flags = QEventLoop.ProcessEventsFlag.WaitForMoreEvents if rest else QEventLoop.ProcessEventsFlag.AllEvents
    watchdog = QTimer()
    watchdog.start(1000)
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        QCoreApplication.processEvents(flags)
        if seen():
            return
        if time.monotonic() > ends:
            raise TimeoutError


def wait_until(seen: Callable[[], bool]) -> None:
    """The same where time does not matter and it may be seen already."""
    if not seen():
        spin_until(seen, rest=True)


def choose_model(screen: Screen, named: str) -> None:
    """Choose a model anew, so that nothing is remembered."""
    model = screen.program.model
    assert model is not None
    model.set_live(False)
    model.choose(named)
    wait_until(lambda: not screen.program.jobs.is_busy())
    if model.contract is None or model.contract.id != named:
        raise SystemExit(f"There is no model {named} to measure.")


def bare_graph(screen: Screen) -> Callable[[], object]:
    """Return a call that runs the graph of the model in use on a prepared slice, and does nothing else."""
    model, view = screen.program.model, screen.program.view
    assert model is not None
    assert model.classifier is not None
    assert view is not None
    assert view.slice is not None
    bundle, output = model.classifier.bundle, model.classifier.contract.output
    session = OnnxSession(bundle.read(MODEL_FILE))
    tensor = prepare(view.slice, bundle.contract.input).tensor
    names = [name for name in (output.logits, output.cams, output.features) if name is not None]
    return lambda: session.run(output.input, tensor, names)


def body(side: int, slices: int) -> NDArray[np.int16]:
    """A CT-like stack [slice, row, column]: an ellipse of tissue with noise in air, different in every slice."""
    random = np.random.default_rng(0)
    rows, columns = np.ogrid[:side, :side]
    values = np.full((slices, side, side), -1000, dtype=np.int16)
    for number, plane in enumerate(values):
        wide = (0.3 + 0.1 * number / slices) * side
        inside = ((rows - side / 2) / (0.8 * wide)) ** 2 + ((columns - side / 2) / wide) ** 2 < 1
        plane[inside] = random.integers(-80, 180, int(inside.sum()))
    return values


def write_body(folder: Path, side: int, slices: int) -> Path:
    """`body` as a DICOM series with a soft tissue window; its folder."""
    write_series(folder, values=body(side, slices), WindowCenter=40, WindowWidth=400, RescaleType="HU")
    return folder
