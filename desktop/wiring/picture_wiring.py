"""Joins the commands about how pixels are drawn with the panes: interpolation, scale bar, colours.

Another part of `wiring`, which is the one place that joins signals.
"""

from PySide6.QtCore import QObject

from desktop.controllers.panes import PanesController
from desktop.controllers.picture.colour_choice import ColourChoice
from desktop.controllers.picture.interpolation import InterpolationController
from desktop.state.colour_tables import COLOUR_TABLES
from desktop.state.settings import SCALE_BAR, SMOOTH, Settings
from desktop.ui.main_window import MainWindow


class PictureWiring(QObject):
    """Connects them, and shows in the menus what holds."""

    def __init__(self, main_window: MainWindow, panes: PanesController, settings: Settings) -> None:
        super().__init__(main_window)
        self._main_window = main_window
        self._settings = settings
        colours = ColourChoice(panes, self)
        interpolation = InterpolationController(panes, settings, self)
        main_window.menus.connect({"picture": self, "colours": colours, "interpolation": interpolation})
        main_window.menus.set_checked("smooth", settings.get(SMOOTH))
        colours.changed.connect(self._show_colours)
        self._show_colours(panes.active.state.colours)
        self.set_scale_bar(settings.get(SCALE_BAR))

    def set_scale_bar(self, shown: bool) -> None:
        """Draw a scale bar in every pane that has room for it, or in none."""
        self._settings.set(SCALE_BAR, shown)
        self._main_window.panes.set_scale_bar(shown)
        self._main_window.menus.set_checked("scale_bar", shown)

    def _show_colours(self, table_id: str) -> None:
        for table in COLOUR_TABLES:
            self._main_window.menus.set_checked(f"colours_{table.id}", table.id == table_id)
