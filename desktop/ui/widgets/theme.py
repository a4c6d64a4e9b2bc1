"""The look of the chrome: neutral greys in three themes, for a dim room, any room and a lit one. Slices stand on black.

The style sheet is `resources/theme.qss`. In it `@name` is a colour of `Colours`, `12u` a length in our units
(device-independent pixels times our scale), and `1.2f` a size of text in multiples of the base font, so that one factor
scales all of it.
"""

import re
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QDir, QSize, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QLayout, QWidget

LEAST_POINTS = 10.0
"""Smallest base font at scale 1: what some systems default to (9 pt) is too small at reading distance."""
SCREEN_SHARE = 0.92
"""The part of a screen, across and down, that a window beside the main window may take."""
SCALES = (0.9, 1.0, 1.25, 1.5, 1.75, 2.0)
"""What the menu may offer."""


def nearest_scale_index(scale: float) -> int:
    """Return the index in `SCALES` of the one nearest to a scale."""
    return min(range(len(SCALES)), key=lambda index: abs(SCALES[index] - scale))


@dataclass(frozen=True)
class Colours:
    """Neutral greys, so that the chrome does not tint the grey levels beside it, and few colours with a meaning."""

    image: str = "#000000"
    image_text: str = "#a0a0a0"
    image_gap: str = "#303030"
    window: str = "#1d1d1d"
    panel: str = "#252525"
    field: str = "#161616"
    raised: str = "#343434"
    hover: str = "#404040"
    line: str = "#3c3c3c"
    border: str = "#7d7d7d"
    text: str = "#e6e6e6"
    quiet: str = "#b9b9b9"
    disabled: str = "#a0a0a0"
    bar: str = "#9a9a9a"
    accent: str = "#74b6f2"
    action: str = "#1f5f99"
    action_hover: str = "#2568a3"
    selected: str = "#26445f"
    warning: str = "#f2c14e"
    warning_surface: str = "#3a3017"
    error: str = "#ff9d91"
    error_surface: str = "#432624"
    finding_green: str = "#7fd18b"
    finding_red: str = "#ff8a7d"


THEMES = {
    "dark": Colours(),
    "dim": Colours(
        window="#101010", panel="#161616", field="#0a0a0a", raised="#202020", hover="#282828", line="#2a2a2a",
        border="#707070", text="#b4b4b4", quiet="#9c9c9c", disabled="#8c8c8c", bar="#747474",
        accent="#5f9bd0", action="#143f66", action_hover="#17476f", selected="#182c3d",
        warning="#c39b3f", warning_surface="#2a2310", error="#d98279", error_surface="#321c1a",
        finding_green="#67a871", finding_red="#d9766b",
    ),
    "light": Colours(
        window="#e6e6e6", panel="#f2f2f2", field="#ffffff", raised="#dcdcdc", hover="#d0d0d0", line="#c4c4c4",
        border="#6c6c6c", text="#1a1a1a", quiet="#404040", disabled="#5c5c5c", bar="#7a7a7a",
        accent="#14568f", action="#a9cff2", action_hover="#9cc5ec", selected="#c3ddf5",
        warning="#855800", warning_surface="#fbeecb", error="#b3261e", error_surface="#fbe0dd",
        finding_green="#1d7035", finding_red="#b3261e",
    ),
}  # fmt: skip
"""The colours of each theme by its name, which is a choice of the setting `THEME`."""
_ROLES = {
    "image": "Shadow", "window": "Window", "panel": "AlternateBase", "field": "Base Dark", "hover": "Midlight",
    "raised": "Button ToolTipBase", "line": "Mid", "border": "Light", "disabled": "PlaceholderText",
    "text": "WindowText Text ButtonText ToolTipText HighlightedText", "accent": "Accent Link LinkVisited",
    "selected": "Highlight", "error": "BrightText",
}  # fmt: skip
"""Colours and the roles of Qt's palette that they fill."""


def colours() -> Colours:
    """Return the colours of the theme in use."""
    app = QApplication.instance()
    return THEMES[(None if app is None else app.property("theme")) or "dark"]


def apply_theme(app: QApplication, *, scale: float = 1.0, theme: str | None = None) -> None:
    """Give the program its palette, base font and style sheet: before the first widget shows, or again to change it.

    `theme` is a name of `THEMES`, None for the one in use.
    """
    theme = theme or app.property("theme") or "dark"
    if app.property("base_points") is None:
        app.setProperty("base_points", max(LEAST_POINTS, app.font().pointSizeF()))
    app.setProperty("scale", scale)
    app.setProperty("theme", theme)
    QGuiApplication.styleHints().setColorScheme(Qt.ColorScheme.Light if theme == "light" else Qt.ColorScheme.Dark)
    # The style sheet finds its icons by this path, and so does `icon`: those of a theme come before those of all.
    QDir.setSearchPaths("icons", [str(icons_folder() / theme), str(icons_folder())])
    app.setStyle("Fusion")
    app.setPalette(palette())
    points = float(app.property("base_points"))
    font = QFont(app.font())
    font.setPointSizeF(points * scale)
    app.setFont(font)
    app.setStyleSheet(style_sheet(scale=scale, points=points))
    for widget in app.allWidgets():
        _apply_width(widget)
        _apply_icon(widget)
    for window in app.topLevelWidgets():
        for layout in window.findChildren(QLayout):
            _apply_units(layout)


def style_sheet(*, scale: float = 1.0, points: float = LEAST_POINTS) -> str:
    """Return `resources/theme.qss` with colours and lengths filled in."""
    text = files("resources").joinpath("theme.qss").read_text(encoding="utf-8")
    # Lengths first: the digits of a colour must not be taken for one.
    text = re.sub(r"(\d+(?:\.\d+)?)u\b", lambda m: f"{max(1, round(float(m[1]) * scale))}px", text)
    text = re.sub(r"(\d+(?:\.\d+)?)f\b", lambda m: f"{float(m[1]) * points * scale:.2f}pt", text)
    # The longest name first, so that @action does not eat the start of @action_hover.
    for name, colour in sorted(asdict(colours()).items(), key=lambda pair: -len(pair[0])):
        text = text.replace(f"@{name}", colour)
    return text


def palette() -> QPalette:
    """Return the palette for all that the style sheet does not name, Qt's own dialogs among it."""
    result = QPalette()
    for colour, roles in _ROLES.items():
        for name in roles.split():
            result.setColor(QPalette.ColorRole[name], QColor(getattr(colours(), colour)))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours().disabled))
    return result


def scale_of_app() -> float:
    """Return our own scale factor, which stands on top of the system's."""
    app = QApplication.instance()
    scale = None if app is None else app.property("scale")
    return 1.0 if scale is None else float(scale)


def units(length: float) -> int:
    """Return a length of ours in device-independent pixels at the present scale."""
    return round(length * scale_of_app())


def resize_within_screen(window: QWidget, width: float, height: float) -> None:
    """Give a window a size in our units, or what its screen has room for if that is less."""
    window.resize(QSize(units(width), units(height)).boundedTo(window.screen().availableSize() * SCREEN_SHARE))


def set_margins(layout: QLayout, *margins: int, spacing: int) -> None:
    """Set margins (left, top, right, bottom, or one for all) and spacing in units that follow the scale."""
    around = margins * 4 if len(margins) == 1 else margins
    layout.setProperty("units", [*around, spacing])
    _apply_units(layout)


def bound_width(widget: QWidget, *, least_width: float = 0, most_width: float) -> None:
    """Bound a widget's width, in units that follow the scale."""
    widget.setProperty("width_units", [least_width, most_width])
    _apply_width(widget)


def set_icon(button: QAbstractButton, name: str) -> None:
    """Give a button an icon of ours, which follows the theme."""
    button.setProperty("icon_name", name)
    _apply_icon(button)


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget another role of `theme.qss`, to be seen at once."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def icons_folder() -> Path:
    """Return the folder of the icons."""
    return Path(str(files("resources").joinpath("icons")))


def icon(name: str) -> QIcon:
    """Return an icon of ours by its name, in the theme in use."""
    app = QApplication.instance()
    return _read_icon(name, str(None if app is None else app.property("theme")))


def forget_icons() -> None:
    """Drop what is kept for painting: it may not outlive the application."""
    _read_icon.cache_clear()


@cache
def _read_icon(name: str, theme: str) -> QIcon:
    """Return an icon that is kept: lists paint it for every row."""
    own = icons_folder() / theme / f"{name}.svg"
    return QIcon(str(own if own.is_file() else icons_folder() / f"{name}.svg"))


def _apply_width(widget: QWidget) -> None:
    bounds = widget.property("width_units")
    if bounds is not None:
        widget.setMinimumWidth(units(float(bounds[0])))
        widget.setMaximumWidth(units(float(bounds[1])))


def _apply_icon(widget: QWidget) -> None:
    name = widget.property("icon_name")
    if name is not None and isinstance(widget, QAbstractButton):
        widget.setIcon(icon(str(name)))


def _apply_units(layout: QLayout) -> None:
    lengths = layout.property("units")
    if lengths is not None:
        left, top, right, bottom, spacing = (units(float(length)) for length in lengths)
        layout.setContentsMargins(left, top, right, bottom)
        layout.setSpacing(spacing)
