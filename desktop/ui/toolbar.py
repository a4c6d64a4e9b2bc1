"""The bar of icons: commands that many hands look for, each a row of the table of commands with an icon of Lucide."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolBar, QToolButton, QWidget

from desktop.state.commands import command
from desktop.state.key_bindings import KeyBindings
from desktop.state.texts.language import tr
from desktop.ui.widgets.theme import icon, units

GROUPS = (
    (("open_file", "images", "Open"), ("open_folder", "folder-open", "Folder")),
    (("fit", "maximize", "Fit"), ("right", "rotate-cw", "Turn"), ("flip_h", "flip-horizontal", "Flip"),
     ("invert", "contrast", "Invert")),
    (("tool_length", "ruler", "Length"), ("tool_angle", "triangle-right", "Angle"),
     ("tool_area", "square-dashed", "Area"), ("tool_point", "crosshair", "Probe")),
    (("layout_1x1", "square", "One"), ("layout_1x2", "columns-2", "Two"), ("layout_2x2", "layout-grid", "Four")),
    (("analyse", "scan-search", "Analyse"), ("heat", "flame", "Heatmap")),
    (("report", "file-text", "Report"), ("print", "printer", "Print"), ("hide_patient", "eye-off", "Hide")),
)  # fmt: skip
"""(command, icon, the word below it) of each button, in groups."""
_ICON = 18


class Toolbar(QToolBar):
    """Buttons of the actions that the menus have; what is grey there is grey here."""

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(tr("Toolbar"), parent, movable=False, floatable=False)
        self.setObjectName("toolbar")
        self._actions = actions
        for number, group in enumerate(GROUPS):
            if number:
                self.addSeparator()
            for command_id, _, word in group:
                action = actions[command_id]
                action.setIconText(tr(word))
                action.setIconVisibleInMenu(False)
                self.addAction(action)
                button = self.widgetForAction(action)
                if isinstance(button, QToolButton):
                    # By Tab only: after a click, the keys still belong to the slice.
                    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
                    button.setAccessibleName(tr(command(command_id).title))
        self._draw()

    def set_level(self, level: str) -> None:
        """Show icons, icons with a word below each (`named`), or no bar (`none`)."""
        below = Qt.ToolButtonStyle.ToolButtonTextUnderIcon
        self.setToolButtonStyle(below if level == "named" else Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.setVisible(level != "none")

    def set_keys(self, bindings: KeyBindings) -> None:
        """Name the key of each button beside its title."""
        for group in GROUPS:
            for command_id, _, _ in group:
                row = command(command_id)
                key = bindings.shown_key_of(row)
                self._actions[command_id].setToolTip(f"{tr(row.title)}   {key}" if key else tr(row.title))

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icons anew: a theme comes with a palette, a scale with a font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._draw()

    def _draw(self) -> None:
        self.setIconSize(QSize(units(_ICON), units(_ICON)))
        for group in GROUPS:
            for command_id, name, _ in group:
                self._actions[command_id].setIcon(icon(f"toolbar/{name}"))
