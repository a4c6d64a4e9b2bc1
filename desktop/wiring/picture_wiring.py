"""Joins the commands about how pixels are drawn with the panes: interpolation, colours,
windows of a region, magnifier, scale bar.

Another part of `wiring`, which is the one place that joins signals.
"""

from functools import partial

from PySide6.QtCore import QObject

from desktop.controllers.annotations.drawing import ShapeDrawing
from desktop.controllers.panes import PanesController
from desktop.controllers.picture.colour_choice import ColourChoice
from desktop.controllers.picture.interpolation import InterpolationController
from desktop.controllers.picture.region_choice import HINT, RegionChoice
from desktop.controllers.view import ViewController
from desktop.state.colour_tables import COLOUR_TABLES
from desktop.state.settings import MAGNIFICATION, SCALE_BAR, SMOOTH, Settings
from desktop.ui.main_window import MainWindow
from desktop.ui.slice_view.slice_view import SliceView
from desktop.ui.tools.region_pointer import RegionPointer


class PictureWiring(QObject):
    """Connects them, and shows in the menus what holds."""

    def __init__(
        self, main_window: MainWindow, panes: PanesController, settings: Settings, drawing: ShapeDrawing
    ) -> None:
        super().__init__(main_window)
        self._main_window = main_window
        self._settings = settings
        self._drawing = drawing
        colours = ColourChoice(panes, self)
        interpolation = InterpolationController(panes, settings, self)
        self.region = RegionChoice(self)
        self.region.said.connect(main_window.strip.set_hint)
        self.region.waiting_changed.connect(self._show_waiting)
        drawing.tool_changed.connect(lambda tool: tool is None or self.escape())
        targets = {"picture": self, "colours": colours, "interpolation": interpolation, "region": self.region}
        main_window.menus.connect(targets)
        main_window.menus.set_checked("smooth", settings.get(SMOOTH))
        colours.changed.connect(self._show_colours)
        self._show_colours(panes.active.state.colours)
        self.set_scale_bar(settings.get(SCALE_BAR))

    def set_scale_bar(self, shown: bool) -> None:
        """Draw a scale bar in every pane that has room for it, or in none."""
        self._settings.set(SCALE_BAR, shown)
        self._main_window.panes.set_scale_bar(shown)
        self._main_window.menus.set_checked("scale_bar", shown)

    def add_pane(self, view: ViewController, pane: SliceView) -> None:
        """Join a pane with what is drawn over it; before those who watch it for shapes, which come first then."""
        pointer = RegionPointer(pane)
        pointer.region_dragged.connect(partial(self.region.take, view))
        self.region.waiting_changed.connect(pointer.set_waiting)

    def escape(self) -> bool:
        """Wait for a region no longer; return whether one was waited for."""
        was_waiting = self.region.is_waiting
        self.region.wait(False)
        return was_waiting

    def set_magnified(self, magnified: bool) -> None:
        """Enlarge what is under the cursor, or no longer."""
        self._main_window.panes.set_magnified(self._settings.get(MAGNIFICATION) if magnified else 1)

    def step_magnification(self) -> None:
        """Enlarge by 2, 3, 4 times, one after the other; that shows the magnifier too."""
        times = self._settings.get(MAGNIFICATION) + 1
        self._settings.set(MAGNIFICATION, 2 if times > 4 else times)
        self._main_window.menus.set_checked("magnifier", True)
        self.set_magnified(True)

    def _show_waiting(self, waiting: bool) -> None:
        self._main_window.menus.set_checked("region_window", waiting)
        if waiting:
            # One thing in hand at a time.
            self._drawing.escape()
            self._main_window.strip.set_hint(HINT)

    def _show_colours(self, table_id: str) -> None:
        for table in COLOUR_TABLES:
            self._main_window.menus.set_checked(f"colours_{table.id}", table.id == table_id)
