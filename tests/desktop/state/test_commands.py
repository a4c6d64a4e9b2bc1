"""The table of commands: its keys, its handlers, its place in menus and help."""

from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence

from desktop.controllers.annotations.commands import ShapeCommands
from desktop.controllers.annotations.drawing import ShapeDrawing
from desktop.controllers.annotations.shapes_of_series import AnnotationController
from desktop.controllers.compare.cine import CineController
from desktop.controllers.compare.links import PaneLinks
from desktop.controllers.comparison import ComparisonController
from desktop.controllers.document import DocumentController
from desktop.controllers.explanation import ExplanationController
from desktop.controllers.findings.model_input import ModelInputController
from desktop.controllers.model import ModelController
from desktop.controllers.multiplanar.mpr import MprController
from desktop.controllers.multiplanar.rotating_projection import RotatingProjection
from desktop.controllers.panes import PanesController
from desktop.controllers.picture.colour_choice import ColourChoice
from desktop.controllers.picture.interpolation import InterpolationController
from desktop.controllers.picture.region_choice import RegionChoice
from desktop.controllers.series.series_scoring import SeriesScoringController
from desktop.controllers.series.studies import StudyController
from desktop.controllers.session.session_keeping import SessionController
from desktop.controllers.session.windows import WindowController
from desktop.controllers.view import ViewController
from desktop.state.commands import COMMANDS, FIXED_GESTURES, GESTURES, PRESETS, Command, command, key_rows, shown_key
from desktop.ui.annotation_pages import AnnotationPages
from desktop.ui.cases.labelling_pages import LabellingPages
from desktop.ui.dialogs.case_pages import CasePages
from desktop.ui.dialogs.model_pages import ModelPages
from desktop.ui.dialogs.sending_pages import SendingPages
from desktop.ui.key_pages import KeyPages
from desktop.ui.layout_pages import LayoutPages
from desktop.ui.main_window import MainWindow
from desktop.ui.panels.series import SeriesPanel
from desktop.wiring.picture_wiring import PictureWiring
from desktop.wiring.privacy_wiring import PrivacyWiring

TARGETS = {
    "sending": SendingPages,
    "layout_pages": LayoutPages,
    "case_pages": CasePages,
    "labelling_pages": LabellingPages,
    "privacy": PrivacyWiring,
    "main_window": MainWindow,
    "keys": KeyPages,
    "session": SessionController,
    "windows": WindowController,
    "series": SeriesPanel,
    "studies": StudyController,
    "annotation_pages": AnnotationPages,
    "shapes": AnnotationController,
    "shape_commands": ShapeCommands,
    "drawing": ShapeDrawing,
    "document": DocumentController,
    "view": ViewController,
    "panes": PanesController,
    "mpr": MprController,
    "mip": RotatingProjection,
    "links": PaneLinks,
    "cine": CineController,
    "picture": PictureWiring,
    "colours": ColourChoice,
    "interpolation": InterpolationController,
    "region": RegionChoice,
    "model": ModelController,
    "model_input": ModelInputController,
    "model_pages": ModelPages,
    "explanation": ExplanationController,
    "comparison": ComparisonController,
    "scoring": SeriesScoringController,
}


def test_ids_and_keys_are_used_once() -> None:
    for what in ([row.id for row in COMMANDS], [key for row in COMMANDS for key in row.keys]):
        assert [name for name, count in Counter(what).items() if count > 1] == []


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.id)
def test_every_handler_is_there(row: Command) -> None:
    target, _, method = row.handler.partition(".")
    assert callable(getattr(TARGETS[target], method))


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.id)
def test_every_key_is_one_that_qt_knows(row: Command) -> None:
    for key in row.keys:
        assert not QKeySequence(key).isEmpty()
        assert "Unknown" not in QKeySequence(key).toString()


def test_the_reading_rooms_keys() -> None:
    keys = {key for row in COMMANDS for key in row.keys}
    assert keys >= set("0123456IRHVEFLAOP?,.") | {"Shift+R", "Up", "Down", "Left", "Right", "Shift+Up", "Shift+Down"}
    assert keys >= {
        "PgUp",
        "PgDown",
        "Home",
        "End",
        "Ctrl+Return",
        "Esc",
        "Tab",
        "M",
        *(f"Ctrl+{n}" for n in range(1, 5)),
    }


def test_presets_are_those_of_the_reading_room() -> None:
    assert [(width, centre) for _, _, width, centre in PRESETS] == [
        (400, 40), (1500, -600), (2500, 480), (80, 40), (400, 80), (150, 90),
    ]  # fmt: skip
    assert command("preset_3").argument == (-600, 1500)


def test_help_shows_every_command_with_a_key_and_every_gesture() -> None:
    rows = list(key_rows(lambda row: row.keys, lambda row: row.keys))
    assert len(rows) == len(GESTURES) + len(FIXED_GESTURES) + sum(1 for row in COMMANDS if row.keys)
    assert all(keys and title and group for keys, title, group in rows)


@pytest.mark.parametrize(
    ("key", "shown"), [("PgDown", "PgDn"), ("Ctrl+Return", "Ctrl+Enter"), ("Shift+Up", "Shift+↑"), ("Ctrl++", "Ctrl++")]
)
def test_keys_as_they_stand_on_the_keyboard(key: str, shown: str) -> None:
    assert shown_key(key) == shown
