"""The three planes of MPR: one crosshair, moved and turned by hand, and a job that cuts the planes through it.

While a hand drags, planes are cut at half their resolution; whole once it lets go. Of several crosshairs that are
wanted meanwhile the newest is cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from desktop.controllers.document import DocumentController
from desktop.controllers.multiplanar.subject import VolumeSubject
from desktop.controllers.multiplanar.volume_panes import VolumePanes
from desktop.controllers.panes import PanesController
from desktop.controllers.view import PlaneView
from desktop.jobs.jobs import Jobs, Lane
from desktop.render.gestures.crosshair import draw_crosshair
from desktop.state.multiplanar.mpr import MPR_PLANES, MprState
from desktop.state.picture import DrawnShape
from desktop.state.pointer import Pointer
from imaging.volume.geometry import Plane
from imaging.volume.reslice import CutPlane, Resampler, Slab, plan_plane
from imaging.volume.volume import Slice


@dataclass(frozen=True, eq=False)
class _Cut:
    """Planes of one phase, cut through one crosshair."""

    phase: int
    resampler: Resampler
    planes: tuple[CutPlane, ...]
    slices: tuple[Slice, ...]
    slab: Slab | None
    is_half: bool


class MprController(VolumePanes):
    """Enters and leaves MPR, and keeps its crosshair."""

    changed = Signal(object)  # the `MprState`, None when MPR is left

    def __init__(
        self, document: DocumentController, panes: PanesController, jobs: Jobs, parent: QObject | None = None
    ) -> None:
        super().__init__(document, panes, jobs, "MPR", parent)
        self._views: dict[Plane, PlaneView] = {}
        self._state: MprState | None = None
        self._planes: tuple[CutPlane, ...] = ()
        """The planes that were asked for last."""
        self._cut: _Cut | None = None
        self._held: tuple[MprState, NDArray[np.float64]] | None = None
        """The crosshair when a line was taken to be turned, and from where."""

    @property
    def state(self) -> MprState | None:
        """The crosshair; None outside MPR."""
        return self._state

    @property
    def is_ready(self) -> bool:
        """Whether the planes on screen are whole and the newest."""
        return self._cut is not None and not self._cut.is_half and not self._jobs.is_busy(Lane.RESLICE)

    # --- requests ---

    def _begin(self, subject: VolumeSubject) -> None:
        at = (self._panes.active.state.index, subject.shape[1] // 2, subject.shape[2] // 2, 1)
        self._state = MprState(point=(0.0, 0.0, 0.0)).moved_to((subject.grid @ at)[:3])
        self._views = dict(zip(MPR_PLANES, self._panes.show_planes(), strict=True))

    def _make(self) -> None:
        self._ask()

    def step(self, plane: Plane, steps: int) -> None:
        """Move the crosshair so many planes along the normal of one."""
        if self._state is not None:
            pixels = self._planes[MPR_PLANES.index(plane)]
            self._set(self._state.moved_along(plane, steps * float(np.linalg.norm(pixels.affine[:3, 0]))))

    def go(self, plane: Plane, index: int) -> None:
        """Move the crosshair along the normal of a plane, to one of those by its number."""
        if self._state is not None:
            self.step(plane, index - self._planes[MPR_PLANES.index(plane)].index)

    def press(self, plane: Plane, pointer: Pointer) -> None:
        """Take hold of a line of the crosshair: at one of its ends to turn it, anywhere else to move it."""
        is_end = pointer.hit is not None and pointer.hit.handle is not None
        self._held = (self._state, self._point(plane, pointer.point)) if self._state and is_end else None

    def move(self, plane: Plane, pointer: Pointer) -> None:
        """Move the crosshair under the pointer, or turn its lines toward it."""
        self._drag(plane, pointer, is_half=True)

    def release(self, plane: Plane, pointer: Pointer) -> None:
        """Let go: the planes are cut whole."""
        self._drag(plane, pointer, is_half=False)
        self._held = None

    def go_to(self, plane: Plane, place: tuple[float, float]) -> None:
        """Move the crosshair to a (row, column) of a plane that was clicked."""
        if self._state is not None:
            self._set(self._state.moved_to(self._point(plane, place)))

    def straighten(self) -> None:
        """Bring turned planes back upright; the crosshair's point stays."""
        if self._state is not None:
            self._set(self._state.straightened())

    def step_thickness(self, steps: int) -> None:
        """Make the slab thicker or thinner; the thinnest is one plane."""
        if self._state is not None:
            self._set(self._state.with_thickness(steps))

    def step_projection(self) -> None:
        """Show maximum, minimum, mean of the slab, one after the other."""
        if self._state is not None:
            self._set(self._state.with_next_projection())

    # --- cutting ---

    def _point(self, plane: Plane, place: tuple[float, float]) -> NDArray[np.float64]:
        if self._cut is None:
            return np.zeros(3)
        return self._cut.planes[MPR_PLANES.index(plane)].point_of(*place)

    def _drag(self, plane: Plane, pointer: Pointer, *, is_half: bool) -> None:
        if self._state is None or not (pointer.is_down or not is_half):
            return
        at = self._point(plane, pointer.point)
        if self._held is None:
            self._set(self._state.moved_to(at), is_half=is_half)
            return
        state, began = self._held
        normal, centre = state.normal(plane), np.array(state.point)
        one, other = began - centre, at - centre
        angle = float(np.arctan2(normal @ np.cross(one, other), one @ other))
        self._set(state.turned(plane, angle), is_half=is_half)

    def _set(self, state: MprState, *, is_half: bool = False) -> None:
        subject = self._subject
        if subject is None:
            return
        # The crosshair stays within the volume.
        index = np.linalg.solve(subject.grid, [*state.point, 1.0])[:3]
        held = np.clip(index, 0, np.array(subject.shape) - 1)
        self._state = state.moved_to((subject.grid @ [*held, 1.0])[:3])
        self._ask(is_half=is_half)

    def _ask(self, *, is_half: bool = False) -> None:
        """Have the planes through the crosshair cut; those that stay as they are, are kept."""
        state, subject = self._state, self._subject
        if state is None or subject is None:
            return
        planes = tuple(
            replace(plan_plane(subject.grid, subject.shape, state.directions(plane), state.point), plane=plane)
            for plane in MPR_PLANES
        )
        self._planes = planes
        work = partial(_cut_planes, subject, planes, state.slab, self._cut, is_half=is_half)
        came = partial(self._came, subject)
        self._jobs.start_latest(Lane.RESLICE, work, returned=came, refused=self.refused.emit)
        self.changed.emit(state)

    def _came(self, subject: VolumeSubject, cut: _Cut) -> None:
        if subject is not self._subject:
            return
        self._cut = cut
        for plane, slice_ in zip(MPR_PLANES, cut.slices, strict=True):
            view = self._views[plane]
            view.annotate = partial(self._draw, plane)
            view.present(slice_, subject.volume, subject.voi)

    def _draw(self, plane: Plane, _: Slice) -> tuple[DrawnShape, ...]:
        if self._state is None or self._cut is None:
            return ()
        return draw_crosshair(self._state, plane, self._cut.planes[MPR_PLANES.index(plane)])

    def _follow(self, _: object) -> None:
        """Let go of everything when the panes of MPR have left the screen."""
        if self._state is None or self._panes.arrangement.is_mpr:
            return
        self._jobs.cancel(Lane.RESLICE)
        self._state = self._subject = self._cut = self._held = None
        for view in self._views.values():
            view.clear()
        self.changed.emit(None)


def _cut_planes(
    subject: VolumeSubject, planes: Sequence[CutPlane], slab: Slab | None, before: _Cut | None, *, is_half: bool
) -> _Cut:
    """Cut planes in the background; one that is there already, as wanted or better, is taken over."""
    before = before if before is not None and before.phase == subject.phase else None
    resampler = Resampler(subject.volume, subject.phase) if before is None else before.resampler
    slices: list[Slice] = []
    for number, plane in enumerate(planes):
        is_there = (
            before is not None
            and before.slab == slab
            and (is_half or not before.is_half)
            and np.array_equal(before.planes[number].affine, plane.affine)
        )
        slices.append(before.slices[number] if before and is_there else resampler.cut(plane, slab, is_half=is_half))
    return _Cut(subject.phase, resampler, tuple(planes), tuple(slices), slab, is_half)
