"""Joins the panes with what shows them: each slice view with its controller, the sliders with the active pane.

The other half of `wiring`, which is the one place that joins signals.
"""

from functools import partial

from PySide6.QtCore import QObject, Qt

from desktop.controllers.compare.cine import CineController
from desktop.controllers.compare.links import PaneLinks
from desktop.controllers.document import DocumentController
from desktop.controllers.multiplanar.mpr import MprController
from desktop.controllers.multiplanar.rotating_projection import RotatingProjection
from desktop.controllers.panes import PanesController
from desktop.controllers.view import PlaneView, RotatingView, ViewController
from desktop.jobs.jobs import Jobs
from desktop.state.layout import MPR_LAYOUT, PLANE_PANES, PROJECTION_LAYOUT
from desktop.state.multiplanar.mpr import MPR_PLANES
from desktop.state.picture import Picture
from desktop.state.settings import HEAT_CUT, HEAT_OPACITY, Settings
from desktop.state.texts.language import tr
from desktop.ui.main_window import MainWindow
from desktop.ui.slice_view.slice_view import SliceView
from desktop.ui.tools.turn_pointer import TurnPointer
from desktop.wiring.annotation_wiring import AnnotationWiring, PointerUser
from desktop.wiring.picture_wiring import PictureWiring


class PaneWiring(QObject):
    """Connects every pane as it comes on screen for the first time."""

    def __init__(
        self,
        main_window: MainWindow,
        document: DocumentController,
        panes: PanesController,
        settings: Settings,
        annotations: AnnotationWiring,
        *,
        jobs: Jobs,
    ) -> None:
        super().__init__(main_window)
        self._main_window = main_window
        self._settings = settings
        self._annotations = annotations
        self.mpr = MprController(document, panes, jobs, self)
        self.mip = RotatingProjection(document, panes, jobs, self)
        for derived in (self.mpr, self.mip):
            derived.refused.connect(main_window.strip.show_problem)
            # Queued: by then what follows has begun, if anything does.
            document.progress_changed.connect(derived.go_on, Qt.ConnectionType.QueuedConnection)
        self.mip.said.connect(main_window.strip.set_hint)
        self.links = PaneLinks(panes, self)
        self.cine = CineController(panes, self)
        self.cine.running_changed.connect(partial(main_window.menus.set_checked, "cine"))
        self.cine.said.connect(main_window.strip.set_hint)
        main_window.menus.connect({"mpr": self.mpr, "mip": self.mip, "links": self.links, "cine": self.cine})
        main_window.menus.set_checked("lines", True)
        self.links.scrolling_changed.connect(partial(main_window.menus.set_checked, "link_scroll"))
        self.links.offset_changed.connect(partial(main_window.menus.set_checked, "link_offset"))
        self.links.marks_changed.connect(main_window.panes.set_link_marks)
        grid, sliders = main_window.panes, main_window.sliders
        grid.set_gestures(main_window.keys.gestures)
        main_window.keys.gestures_changed.connect(grid.set_gestures)
        grid.pane_touched.connect(panes.activate)
        grid.alone_requested.connect(panes.switch_alone)
        grid.series_dropped.connect(document.show_series)
        panes.arrangement_changed.connect(grid.set_arrangement)
        panes.arrangement_changed.connect(
            lambda _: sliders.set_name(tr("Angle") if isinstance(panes.active, RotatingView) else tr("Slice"))
        )
        sliders.index_requested.connect(lambda index: panes.active.go(index))
        sliders.phase_requested.connect(lambda phase: panes.active.go_to_phase(phase))
        sliders.stepped.connect(lambda slices: panes.active.step(slices))
        sliders.phase_stepped.connect(lambda phases: panes.active.step_phase(phases))
        main_window.menus.connect({"panes": panes})
        main_window.menus.follow("view", lambda: panes.active, ViewController)
        self.picture = PictureWiring(main_window, panes, settings, annotations.drawing)
        for view in panes.all:
            self._join(view)
        panes.opened.connect(self._join)

    def escape(self) -> bool:
        """Stop cine, and wait no longer for slices to cut planes through; return whether cine ran."""
        was_running = self.cine.is_running
        self.cine.set_running(False)
        self.mpr.wait_no_longer()
        self.mip.wait_no_longer()
        return was_running

    def through_volume(self, layout: str | None) -> MprController | RotatingProjection | None:
        """Return what fills a layout with planes or a projection of a whole volume; None for one of plain panes."""
        if layout == MPR_LAYOUT.id:
            return self.mpr
        return self.mip if layout == PROJECTION_LAYOUT.id else None

    def _join(self, view: ViewController) -> None:
        pane = self._main_window.panes.slice_view(view.number)
        self.picture.add_pane(view, pane)
        if isinstance(view, RotatingView):
            self._join_projection(view, pane)
        elif isinstance(view, PlaneView):
            self._join_plane(view, pane)
        else:
            self._annotations.add_pane(view, pane)
            self.links.attach(view)
        pane.stepped.connect(view.step)
        pane.drag_began.connect(view.begin_drag)
        pane.window_dragged.connect(view.drag_window)
        pane.drag_ended.connect(view.end_drag)
        pane.camera_requested.connect(view.look)
        pane.hovered.connect(view.probe)
        view.picture_changed.connect(partial(_show_picture, pane, view))
        view.probed.connect(pane.set_probe)
        view.set_heat(opacity=self._settings.get(HEAT_OPACITY), cut=self._settings.get(HEAT_CUT))

    def _join_plane(self, view: PlaneView, pane: SliceView) -> None:
        """Join a pane of MPR with the crosshair."""
        mpr, plane = self.mpr, MPR_PLANES[PLANE_PANES.index(view.number)]
        crosshair = PointerUser(partial(mpr.press, plane), partial(mpr.move, plane), partial(mpr.release, plane))
        self._annotations.add_pane(view, pane, crosshair)
        pane.clicked.connect(partial(mpr.go_to, plane))
        view.steps_requested.connect(partial(mpr.step, plane))
        view.index_requested.connect(partial(mpr.go, plane))
        view.phase_requested.connect(mpr.go_to_phase)

    def _join_projection(self, view: RotatingView, pane: SliceView) -> None:
        """Join the pane of the projection with the hand that turns it."""
        pointer = TurnPointer(pane)
        pointer.turned.connect(self.mip.turn)
        pointer.released.connect(self.mip.let_go)
        view.steps_requested.connect(self.mip.step)
        view.index_requested.connect(self.mip.go)
        view.phase_requested.connect(self.mip.go_to_phase)


def _show_picture(pane: SliceView, view: ViewController, picture: Picture | None) -> None:
    """Paint a picture, and tell anew what the cursor stands on: another value, though it did not move."""
    pane.show_picture(picture)
    view.probe(pane.pixel_under_cursor)
