"""The theme: contrast, dark from the first moment, one scale for all of it."""

import re
from collections.abc import Iterator
from dataclasses import asdict

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QPlainTextEdit, QTableWidget, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.state.settings import THEME
from desktop.ui.widgets.theme import (
    SCALES,
    THEMES,
    Colours,
    apply_theme,
    colours,
    icon,
    icons_folder,
    palette,
    set_icon,
    style_sheet,
)

SURFACES = ("window", "panel", "field", "raised", "hover", "selected")
TEXTS = ("text", "quiet")


@pytest.fixture(params=THEMES)
def theme(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[Colours]:
    """Each theme in use, one after the other."""
    apply_theme(qapp, theme=request.param)
    yield colours()
    apply_theme(qapp, theme="dark")


def test_every_theme_can_be_chosen() -> None:
    assert tuple(THEMES) == THEME.choices


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    shares = [channel / 255 for channel in QColor(colour).getRgb()[:3]]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("text", TEXTS)
def test_text_is_readable_on_every_surface(theme: Colours, text: str, surface: str) -> None:
    named = asdict(theme)
    assert contrast(named[text], named[surface]) >= 4.5


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("text", "action"),
        ("text", "action_hover"),
        ("text", "warning_surface"),
        ("text", "error_surface"),
        ("disabled", "panel"),
        ("disabled", "raised"),
        ("disabled", "window"),
        ("disabled", "field"),
        ("image_text", "image"),
    ],
)
def test_text_is_readable_where_else_it_stands(theme: Colours, text: str, surface: str) -> None:
    named = asdict(theme)
    assert contrast(named[text], named[surface]) >= 4.5


@pytest.mark.parametrize(
    ("mark", "surface"),
    [
        *(("accent", surface) for surface in (*SURFACES, "action")),
        ("border", "panel"),
        ("border", "window"),
        ("border", "field"),
        ("bar", "field"),
        ("warning", "warning_surface"),
        ("warning", "panel"),
        ("warning", "selected"),
        ("error", "error_surface"),
    ],
)
def test_edges_focus_rings_and_marks_can_be_seen(theme: Colours, mark: str, surface: str) -> None:
    named = asdict(theme)
    assert contrast(named[mark], named[surface]) >= 3.0


@pytest.mark.parametrize("name", ["image", "window", "panel", "field", "raised", "hover", "line", "border", "text"])
def test_the_chrome_is_neutral(theme: Colours, name: str) -> None:
    assert QColor(asdict(theme)[name]).hslSaturation() == 0


def test_slices_stand_on_pure_black(theme: Colours) -> None:
    assert QColor(theme.image).getRgb()[:3] == (0, 0, 0)


@pytest.mark.parametrize("scale", SCALES)
def test_the_style_sheet_is_filled_in(scale: float) -> None:
    rules = re.sub(r"/\*.*?\*/", "", style_sheet(scale=scale), flags=re.DOTALL)
    assert "@" not in rules
    assert not re.search(r"\d[uf]\b(?![0-9a-f])", re.sub(r"#[0-9a-f]{6}", "", rules))


def test_colours_survive_the_scaling(theme: Colours) -> None:
    named = set(re.findall(r"#[0-9a-f]{6}\b", style_sheet(scale=1.5)))
    assert named <= set(asdict(theme).values())
    assert {theme.panel, theme.text, theme.action_hover} <= named


def test_every_picture_that_the_style_sheet_names_exists() -> None:
    named = set(re.findall(r'url\("icons:([^"]+)"\)', style_sheet()))
    assert named
    assert all((icons_folder() / name).is_file() for name in named)


@pytest.mark.parametrize("name", sorted(path.stem for path in icons_folder().glob("*.svg")))
def test_every_icon_can_be_drawn(theme: Colours, name: str) -> None:
    picture = icon(name).pixmap(64, 64).toImage()
    painted = sum(picture.pixelColor(x, y).alpha() > 0 for x in range(0, 64, 2) for y in range(0, 64, 2))
    assert painted > 20


def test_the_programs_icon_is_there() -> None:
    assert (icons_folder() / "slicelens.svg").is_file()


@pytest.mark.parametrize("kind", [QWidget, QListWidget, QTableWidget, QPlainTextEdit, QLineEdit])
def test_nothing_starts_out_white(qapp: QApplication, qtbot: QtBot, kind: type[QWidget]) -> None:
    apply_theme(qapp)
    widget = kind()
    qtbot.addWidget(widget)
    widget.resize(120, 80)
    picture = widget.grab().toImage()
    brightest = max(picture.pixelColor(x, y).lightness() for x in range(8, 112, 4) for y in range(8, 72, 4))
    assert brightest < 80


def test_the_palette_is_dark_in_every_group() -> None:
    colours = palette()
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive, QPalette.ColorGroup.Disabled):
        for role in (QPalette.ColorRole.Window, QPalette.ColorRole.Base, QPalette.ColorRole.Button):
            assert colours.color(group, role).lightness() < 80


def test_systems_are_told_that_the_window_is_dark(qapp: QApplication) -> None:
    apply_theme(qapp)
    assert qapp.styleHints().colorScheme() in (Qt.ColorScheme.Dark, Qt.ColorScheme.Unknown)
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(THEMES["dark"].window)


def test_scaling_twice_does_not_add_up(qapp: QApplication) -> None:
    apply_theme(qapp, scale=1.0)
    points = qapp.font().pointSizeF()
    for _ in range(3):
        apply_theme(qapp, scale=1.5)
    assert qapp.font().pointSizeF() == pytest.approx(points * 1.5)
    apply_theme(qapp, scale=1.0)
    assert qapp.font().pointSizeF() == pytest.approx(points)


def test_the_light_theme_has_every_icon_of_its_own_but_the_programs() -> None:
    drawn = {path.name for path in icons_folder().glob("*.svg")} - {"slicelens.svg"}
    assert {path.name for path in (icons_folder() / "light").glob("*.svg")} == drawn


def test_a_button_takes_the_icon_of_another_theme(qapp: QApplication, qtbot: QtBot) -> None:
    apply_theme(qapp, theme="dark")
    button = QToolButton()
    qtbot.addWidget(button)
    set_icon(button, "close")
    bright = middle(button)
    apply_theme(qapp, theme="light")
    dark = middle(button)
    apply_theme(qapp, theme="dark")
    assert dark + 60 < bright
    assert middle(button) == bright


def middle(button: QToolButton) -> int:
    """The lightness in the middle of a button's icon, where the strokes of the cross meet."""
    return button.icon().pixmap(32, 32).toImage().pixelColor(16, 16).lightness()
