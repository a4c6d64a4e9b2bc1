"""The panes: which layout they stand in, which one is active, and the facts of that one for all who follow it."""

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import QObject, Signal, SignalInstance

from desktop.controllers.view import PlaneView, RotatingView, SliceKey, ViewController
from desktop.jobs.jobs import Jobs
from desktop.render.colour_maps import Levels
from desktop.state.layout import MPR, PLANE_PANES, PROJECTION_PANE, Arrangement, beside_projection, find_layout
from imaging.volume.volume import Slice


class PanesController(QObject):
    """Owns a `ViewController` for every pane that was ever on screen; each keeps its series and its state.

    Signals with a slice, a series or a state speak of the active pane: they come again when another one becomes that.
    """

    arrangement_changed = Signal(object)  # an `Arrangement`
    opened = Signal(object)  # the `ViewController` of a pane that came on screen for the first time
    slice_changed = Signal(object)
    view_changed = Signal(object)
    shown_changed = Signal(object)
    picture_changed = Signal(object)
    slice_missing = Signal(object)  # the `ViewController` of any pane whose slice is not read yet

    def __init__(self, parent: QObject | None = None, *, radiological: bool = True, jobs: Jobs | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._radiological = radiological
        self._views: dict[int, ViewController] = {}
        self.arrangement = Arrangement()
        self._behind = self.arrangement
        """How panes stood before MPR or a projection."""
        self._open(self.arrangement.active)

    def __iter__(self) -> Iterator[ViewController]:
        """Yield the panes on screen, the active one first."""
        shown = sorted(self.arrangement.shown, key=lambda pane: pane != self.arrangement.active)
        return (self._views[pane] for pane in shown)

    @property
    def all(self) -> tuple[ViewController, ...]:
        """Every pane, also those that the layout leaves out."""
        return tuple(self._views.values())

    @property
    def active(self) -> ViewController:
        """The pane that keys, menus and panels speak of."""
        return self._views[self.arrangement.active]

    @property
    def stored_slice(self) -> Slice | None:
        """The slice of the active pane, which models speak of; None for a plane of MPR or a projection."""
        return None if isinstance(self.active, PlaneView) else self.active.slice

    @property
    def filled(self) -> ViewController:
        """The active one of the panes that a person fills: on screen, or behind MPR or a projection."""
        return self._views[self.filled_arrangement.active]

    def receiver(self, pane: int | None = None) -> ViewController:
        """Return the pane that takes a series (None: the active one); MPR, whose panes take none, is left for it."""
        self.leave_planes()
        return self.active if pane is None or pane in (*PLANE_PANES, PROJECTION_PANE) else self._views[pane]

    @property
    def filled_arrangement(self) -> Arrangement:
        """How the panes stand that a person fills: on screen, or behind MPR or a projection."""
        return self._behind if self._is_derived else self.arrangement

    @property
    def _is_derived(self) -> bool:
        return bool(self.arrangement.derived)

    # --- requests ---

    def set_layout(self, layout_id: str) -> None:
        """Divide the middle of the window in another way; the active pane stays on screen."""
        self._arrange(self.filled_arrangement.with_layout(find_layout(layout_id)))

    def restore(self, arrangement: Arrangement) -> None:
        """Let the panes stand as they did in an earlier session."""
        self._arrange(arrangement)

    def show_planes(self) -> tuple[PlaneView, ...]:
        """Put the three panes of MPR on screen, and return them."""
        if not self.arrangement.is_mpr:
            self._behind = self.arrangement
            self._arrange(MPR)
        return tuple(view for view in self.all if isinstance(view, PlaneView) and view.number in PLANE_PANES)

    def show_projection(self) -> RotatingView:
        """Put the active pane on screen with the pane of a projection beside it, and return that one."""
        self._behind = self.arrangement
        self._arrange(beside_projection(self.arrangement.active))
        view = self.active
        assert isinstance(view, RotatingView)
        return view

    def leave_planes(self) -> None:
        """Put the panes back as they stood before MPR or a projection."""
        if self._is_derived:
            self._arrange(self._behind)

    def activate(self, pane: int) -> None:
        """Let keys, menus and panels speak of this pane."""
        if pane in self.arrangement.shown:
            self._arrange(self.arrangement.activated(pane))

    def step(self, panes: int) -> None:
        """Activate the pane so many further on."""
        self._arrange(self.arrangement.stepped(panes))

    def switch_alone(self) -> None:
        """Show the active pane alone, or again all of them."""
        self._arrange(self.arrangement.switched())

    def set_radiological(self, radiological: bool) -> None:
        """Choose which side of the patient is on the left, in every pane."""
        self._radiological = radiological
        for view in self.all:
            view.set_radiological(radiological)

    def set_overlay(self, key: SliceKey, levels: Levels | None) -> None:
        """Show the heatmap of a slice wherever that is on screen, or take it away."""
        for view in self.all:
            view.set_overlay(key, levels)

    def _arrange(self, arrangement: Arrangement) -> None:
        before, self.arrangement = self.arrangement, arrangement
        if arrangement == before:
            return
        for pane in arrangement.shown:
            if pane not in self._views:
                self._open(pane)
        self.arrangement_changed.emit(arrangement)
        if arrangement.active != before.active:
            self._tell_active()

    def _tell_active(self) -> None:
        view = self.active
        self.shown_changed.emit(view.series)
        self.view_changed.emit(view.state)
        self.slice_changed.emit(self.stored_slice)
        self.picture_changed.emit(view.picture)

    def _open(self, pane: int) -> None:
        kind = PlaneView if pane in PLANE_PANES else RotatingView if pane == PROJECTION_PANE else ViewController
        view = kind(self, radiological=self._radiological, jobs=self._jobs, number=pane)
        self._views[pane] = view
        for fact, passed_on in (
            (view.slice_changed, self.slice_changed),
            (view.view_changed, self.view_changed),
            (view.shown_changed, self.shown_changed),
            (view.picture_changed, self.picture_changed),
        ):
            fact.connect(partial(self._pass_on, view, passed_on))
        view.slice_missing.connect(partial(self.slice_missing.emit, view))
        self.opened.emit(view)

    def _pass_on(self, view: ViewController, passed_on: SignalInstance, fact: object) -> None:
        if view is self.active:
            passed_on.emit(fact)
