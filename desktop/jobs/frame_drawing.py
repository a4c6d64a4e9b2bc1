"""The frames of one pane: small slices at once, large ones reduced first and whole in the background."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from PySide6.QtCore import Qt, QTimer

from desktop.jobs.jobs import Jobs, Lane
from desktop.render.colour_maps import Levels
from desktop.render.frame import Grey, draw_frame, is_large
from desktop.render.picture_builder import PictureBuilder
from desktop.state.picture import DrawnShape, ModelMarks, Picture
from desktop.state.view import ViewState
from imaging.volume.volume import Slice
from imaging.volume.windowing import VoiTable, Window

_HOLD_MS = 16
"""One picture of a display: so long a frame may wait for what will be drawn over it."""

_Wanted = tuple[Slice, Window | VoiTable | None, bool]


class FrameDrawer:
    """Composes the pictures of a pane; `repaint` is called when there is one to compose.

    That is when a whole frame has come of what was composed last, or when what held the picture back is over.
    """

    def __init__(self, jobs: Jobs | None, pane: int, repaint: Callable[[], None]) -> None:
        self._jobs = jobs
        self._pane = pane
        self._repaint = repaint
        self._builder = PictureBuilder()
        self._shown: _Wanted | None = None
        self._drawing: _Wanted | None = None
        self._gathering = 0
        self._hold = QTimer(singleShot=True, interval=_HOLD_MS, timerType=Qt.TimerType.PreciseTimer)
        self._hold.timeout.connect(repaint)

    @property
    def is_waiting(self) -> bool:
        """Whether a picture would only be composed again: more is about to be said of what it shows."""
        return self._gathering > 0 or self._hold.isActive()

    @contextmanager
    def gather(self) -> Iterator[None]:
        """Compose one picture of all that changes within, at its end."""
        self._gathering += 1
        try:
            yield
        finally:
            self._gathering -= 1
            self._repaint()

    def hold(self) -> None:
        """Wait for the heatmap of a slice that is about to come, one picture of the display at most."""
        if not self._hold.isActive():
            self._hold.start()

    def release(self) -> bool:
        """Wait no longer; return whether a picture was held back."""
        was_held = self._hold.isActive()
        self._hold.stop()
        return was_held

    def forget(self) -> None:
        """Let go of the slice that was composed last, and so of its volume."""
        self._builder = PictureBuilder()
        self._shown = self._drawing = None
        self._hold.stop()

    def keep_frame(self, slice_: Slice, voi: Window | VoiTable | None, *, inverted: bool, frame: Grey) -> None:
        """Take a frame that was drawn elsewhere."""
        self._builder.keep_frame(slice_, voi, inverted=inverted, frame=frame)

    def compose(
        self,
        slice_: Slice,
        state: ViewState,
        levels: Levels | None,
        *,
        marks: ModelMarks,
        annotations: tuple[DrawnShape, ...],
        is_dragging: bool,
    ) -> Picture:
        """Return the picture; while the window is dragged a large slice stays reduced."""
        self._shown = slice_, state.voi, state.inverted
        is_slow = self._jobs is not None and is_large(slice_)
        reduced = is_slow and not self._builder.has_frame(slice_, state)
        if reduced and not is_dragging:
            self._draw_whole(self._shown)
        return self._builder.compose(slice_, state, levels, marks=marks, annotations=annotations, reduced=reduced)

    def _draw_whole(self, wanted: _Wanted) -> None:
        """Draw the whole frame in the background; of several states that are wanted meanwhile the newest is drawn."""
        if self._jobs is None or _is_same(wanted, self._drawing):
            return
        self._drawing = wanted
        slice_, voi, inverted = wanted
        work, drawn = partial(draw_frame, slice_, voi, inverted=inverted), partial(self._drawn, wanted)
        self._jobs.start_latest((Lane.FRAME, self._pane), work, returned=drawn, refused=lambda _: None)

    def _drawn(self, wanted: _Wanted, frame: Grey) -> None:
        if self._drawing is wanted:
            self._drawing = None
        if _is_same(wanted, self._shown):
            slice_, voi, inverted = wanted
            self._builder.keep_frame(slice_, voi, inverted=inverted, frame=frame)
            self._repaint()


def _is_same(one: _Wanted, other: _Wanted | None) -> bool:
    return other is not None and all(a is b for a, b in zip(one, other, strict=True))
