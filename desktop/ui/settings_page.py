"""The page of settings over the main window: what is set takes effect at once, wherever else it can be changed too."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QCheckBox, QWidget

from desktop.state.settings import CORNER_TEXT, LANGUAGE, MEMORY, SCALE, THEME, Settings
from desktop.ui.dialogs.settings import SettingsDialog
from desktop.ui.widgets.theme import SCALES, apply_theme, nearest_scale_index
from imaging.base.policy import free_bytes


@dataclass(frozen=True)
class SettingsTarget:
    """The parts of the main window in which settings take effect."""

    actions: Mapping[str, QAction]
    """The commands of the menus by their ids: what is on or off there is so on the page too."""
    scale_by: Callable[[int], object]
    set_corner_text: Callable[[str], object]
    set_memory: Callable[[int], object]


def show_settings_page(main_window: QWidget, settings: Settings, target: SettingsTarget) -> None:
    """Show what can be set, or bring that page to the front."""
    page = main_window.findChild(SettingsDialog) or _make_page(main_window, settings, target)
    page.set_state(
        scale=settings.get(SCALE),
        theme=settings.get(THEME),
        corner_text=settings.get(CORNER_TEXT),
        language=settings.get(LANGUAGE),
        radiological=target.actions["radiological"].isChecked(),
        keeps_session=target.actions["keep_session"].isChecked(),
    )
    page.show()
    page.raise_()
    page.activateWindow()


def _make_page(main_window: QWidget, settings: Settings, target: SettingsTarget) -> SettingsDialog:
    page = SettingsDialog(memory=settings.get(MEMORY), free=free_bytes(), parent=main_window)

    def set_scale(scale: float) -> None:
        target.scale_by(SCALES.index(scale) - nearest_scale_index(settings.get(SCALE)))

    def set_theme(theme: str) -> None:
        settings.set(THEME, theme)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, scale=settings.get(SCALE), theme=theme)

    page.memory_changed.connect(target.set_memory)
    page.scale_changed.connect(set_scale)
    page.theme_changed.connect(set_theme)
    page.corner_text_changed.connect(target.set_corner_text)
    page.language_changed.connect(lambda language: settings.set(LANGUAGE, language))
    _join(page.side, target.actions["radiological"])
    _join(page.session, target.actions["keep_session"])
    return page


def _join(box: QCheckBox, action: QAction) -> None:
    """Let a box and a command be on or off together: keys and menus change it too, while the page is there."""

    def set_action(wanted: bool) -> None:
        if action.isChecked() != wanted:
            action.trigger()
        # Before there is anything to change, the command is not there either.
        box.setChecked(action.isChecked())

    box.clicked.connect(set_action)
    action.toggled.connect(box.setChecked)
