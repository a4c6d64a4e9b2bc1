"""The pane of a maximum intensity projection: turned by hand, and a job that projects the volume as it stands then.

While a hand drags, and while steps follow each other, it is projected at half its resolution; whole once it rests. Of
several directions that are wanted meanwhile the newest is projected, and a whole projection ends early for it.
"""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.controllers.document import DocumentController
from desktop.controllers.multiplanar.subject import VolumeSubject
from desktop.controllers.multiplanar.volume_panes import VolumePanes
from desktop.controllers.panes import PanesController
from desktop.controllers.view import RotatingView
from desktop.jobs.jobs import Jobs, Lane
from desktop.state.multiplanar.rotation import STEPS, Rotation
from desktop.state.texts.language import tr
from imaging.base.english import english
from imaging.volume.projection import Projector
from imaging.volume.volume import Slice

HINT = english("Drag: turn   Wheel: 5° on   Shift+drag: pan   Ctrl+drag: window of a region   C: turns by itself")


@dataclass(frozen=True, eq=False)
class _Projected:
    """A projection of one phase, and what it was made with."""

    phase: int
    projector: Projector
    slice: Slice
    rotation: Rotation
    is_half: bool


class RotatingProjection(VolumePanes):
    """Enters and leaves the projection of the active pane's series, and keeps how it is turned."""

    said = Signal(str)

    def __init__(
        self, document: DocumentController, panes: PanesController, jobs: Jobs, parent: QObject | None = None
    ) -> None:
        super().__init__(document, panes, jobs, english("the projection"), parent)
        self._view: RotatingView | None = None
        self._rotation = Rotation()
        self._shown: _Projected | None = None
        self._is_held = False
        self._is_whole_on_its_way = False

    @property
    def is_ready(self) -> bool:
        """Whether the projection on screen is whole and the newest."""
        shown = self._shown
        if shown is None or shown.is_half or self._subject is None:
            return False
        return (shown.phase, shown.rotation) == (self._subject.phase, self._rotation)

    # --- requests ---

    def _begin(self, subject: VolumeSubject) -> None:
        self._rotation = Rotation()
        self._view = self._panes.show_projection()

    def _make(self) -> None:
        self._ask(is_half=True)

    def turn(self, right: float, down: float) -> None:
        """Turn the volume after its front, which was dragged by so many pixels of the screen."""
        if self._view is None:
            return
        self._is_held = True
        (a, b), (c, d) = self._view.state.turn.matrix()
        # A picture that was turned or flipped on the screen is turned as it is seen.
        self._set(self._rotation.dragged(a * right + c * down, b * right + d * down))

    def let_go(self) -> None:
        """Project it whole: the hand rests. What is on its way at half the resolution comes first, and asks for it."""
        self._is_held = False
        if self._subject is not None and not self.is_ready and not self._jobs.is_busy(Lane.PROJECTION):
            self._ask(is_half=False)

    def face(self) -> None:
        """Turn it back to the front."""
        self._set(Rotation())

    def step(self, steps: int) -> None:
        """Turn it by so many steps of five degrees."""
        self._set(self._rotation.stepped(steps))

    def go(self, index: int) -> None:
        """Turn it to one of these steps by its number."""
        self.step(index - self._rotation.index)

    # --- projecting ---

    def _set(self, rotation: Rotation) -> None:
        if self._subject is not None and rotation != self._rotation:
            self._rotation = rotation
            self._ask(is_half=True)

    def _ask(self, *, is_half: bool) -> None:
        subject, before = self._subject, self._shown
        if subject is None:
            return
        work = partial(_project, subject, self._rotation, before, is_half=is_half)
        came = partial(self._came, subject)
        # A hand does not wait for a whole projection that it has turned away from.
        start = self._jobs.start if self._is_whole_on_its_way else self._jobs.start_latest
        self._is_whole_on_its_way = not is_half
        start(Lane.PROJECTION, work, returned=came, refused=self.refused.emit)

    def _came(self, subject: VolumeSubject, projected: _Projected) -> None:
        if subject is not self._subject or self._view is None:
            return
        is_first, self._shown = self._shown is None, projected
        self._view.present(projected.slice, subject.volume, subject.voi)
        if is_first:
            # After what is said of any series that comes on screen.
            self.said.emit(tr(HINT))
        if projected.is_half and not self._is_held and projected.rotation == self._rotation:
            self._ask(is_half=False)

    def _follow(self, _: object) -> None:
        """Let go of everything when the projection has left the screen."""
        if self._subject is None or self._panes.arrangement.is_projection:
            return
        self._jobs.cancel(Lane.PROJECTION)
        self._subject = self._shown = None
        self._is_held = False
        if self._view is not None:
            self._view.clear()
        self._view = None


def _project(subject: VolumeSubject, rotation: Rotation, before: _Projected | None, *, is_half: bool) -> _Projected:
    """Project in the background; the volume is made ready for it once."""
    is_same = before is not None and before.phase == subject.phase
    projector = before.projector if before is not None and is_same else Projector(subject.volume, subject.phase)
    plane = projector.plan(rotation.directions(), index=rotation.index, count=STEPS)
    slice_ = projector.project(plane, is_half=is_half, title=rotation.describe())
    return _Projected(subject.phase, projector, slice_, rotation, is_half)
