"""The page of settings and the window: what it shows, and who does what is chosen there."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from desktop.state.settings import CORNER_TEXT, MEMORY, SCALE, Settings
from desktop.ui.dialogs.settings import Preferences
from desktop.ui.widgets.theme import SCALES, scale_place
from imaging.base.memory_budget import free_bytes, set_budget


@dataclass(frozen=True)
class Doers:
    """What the window already does by keys and menus, and the page does through the same hands."""

    scale_by: Callable[[int], object]
    """Larger or smaller by so many steps of `SCALES`."""
    set_corner_text: Callable[[str], object]
    side: QAction
    """The command that turns the radiological side."""


def show_preferences(window: QWidget, settings: Settings, doers: Doers) -> Preferences:
    """Put the page on screen, or to the front where it is there already."""
    page = window.findChild(Preferences) or _made(window, settings, doers)
    page.set_state(
        scale=settings.get(SCALE), corner_text=settings.get(CORNER_TEXT), radiological=doers.side.isChecked()
    )
    page.show()
    page.raise_()
    page.activateWindow()
    return page


def _made(window: QWidget, settings: Settings, doers: Doers) -> Preferences:
    page = Preferences(memory=settings.get(MEMORY), free=free_bytes(), parent=window)

    def set_memory(mebibytes: int) -> None:
        settings.set(MEMORY, mebibytes)
        set_budget(mebibytes * 2**20 or None)

    def set_scale(scale: float) -> None:
        doers.scale_by(SCALES.index(scale) - scale_place(settings.get(SCALE)))

    def set_side(wanted: bool) -> None:
        if doers.side.isChecked() != wanted:
            doers.side.trigger()
        # Before there is anything to turn, the command is not there either.
        page.side.setChecked(doers.side.isChecked())

    page.memory_changed.connect(set_memory)
    page.scale_changed.connect(set_scale)
    page.corner_text_changed.connect(doers.set_corner_text)
    page.radiological_changed.connect(set_side)
    # Keys and menus change it too, while the page is there.
    doers.side.toggled.connect(page.side.setChecked)
    return page
