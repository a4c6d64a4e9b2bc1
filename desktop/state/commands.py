"""What a person can do, as rows of two tables: commands with keys and menus, and gestures of the mouse. No Qt here.

Menus, shortcuts and the sheet of keys (`?`) are all drawn from these rows. A command's handler is named by its target
and method (`view.step`); `wiring` looks them up once, at start, so that a wrong name cannot wait for a click.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto


class Need(Enum):
    """What must be there for a command to make sense; without it the menu entry is grey."""

    NOTHING = auto()
    SERIES = auto()
    """A series is open."""
    WINDOW = auto()
    """The series has grey levels to window (not colour)."""
    HU = auto()
    """The series is CT in Hounsfield units."""
    PHASES = auto()
    """The series has more than one phase."""
    SEVERAL = auto()
    """More than one series is open."""
    DRAWINGS = auto()
    """The series' files draw over their pictures."""
    SIDES = auto()
    """The series knows its orientation."""
    MODEL = auto()
    """A series is open and a model is chosen."""


class Menu(Enum):
    """The menus, in the order in which they stand; `NONE` is for keys alone."""

    FILE = "&File"
    SLICE = "&Slice"
    VIEW = "&View"
    WINDOW = "&Window"
    MODEL = "&Model"
    HELP = "&Help"
    NONE = ""


@dataclass(frozen=True)
class Command:
    """One thing that can be done. `keys` are Qt's names, the first one is shown in the menu."""

    id: str
    title: str
    handler: str
    argument: int | float | str | tuple[float, float] | None = None
    keys: tuple[str, ...] = ()
    menu: Menu = Menu.NONE
    group: str = ""
    need: Need = Need.SERIES
    checkable: bool = False
    repeats: bool = False
    """True where holding the key repeats it."""
    begins_section: bool = False


@dataclass(frozen=True)
class Gesture:
    """What the mouse does over the slice; for the sheet of keys."""

    keys: str
    title: str
    group: str = "Mouse"


@dataclass(frozen=True)
class Preset:
    """A CT window in Hounsfield units."""

    key: str
    name: str
    width: float
    centre: float


PRESETS = (
    Preset("2", "Soft tissue", 400, 40),
    Preset("3", "Lung", 1500, -600),
    Preset("4", "Bone", 2500, 480),
    Preset("5", "Brain", 80, 40),
    Preset("6", "Mediastinum", 400, 80),
    Preset("7", "Liver", 150, 90),
)

_FILES, _SLICES, _WINDOWS, _VIEWS, _MODELS = "Files", "Slices", "Window (contrast)", "View", "Model"

_FILE = (
    Command("open_file", "Open file…", "window.ask_for_files", None, ("Ctrl+O",), Menu.FILE, _FILES, Need.NOTHING),
    Command("open_folder", "Open folder…", "window.ask_for_folder", None, ("Ctrl+Shift+O",), Menu.FILE, _FILES,
            Need.NOTHING),
    Command("ledger", "What was opened and skipped", "window.show_ledger", None, ("Ctrl+L",), Menu.FILE, _FILES,
            Need.NOTHING, begins_section=True),
    Command("settings", "Settings…", "window.show_settings", None, ("Ctrl+,",), Menu.FILE, _FILES, Need.NOTHING,
            begins_section=True),
    Command("quit", "Quit", "window.close_program", None, ("Ctrl+Q",), Menu.FILE, _FILES, Need.NOTHING,
            begins_section=True),
)  # fmt: skip

_SLICE = (
    Command("previous", "Previous slice", "view.step", -1, ("Up", "Left"), Menu.SLICE, _SLICES, repeats=True),
    Command("next", "Next slice", "view.step", 1, ("Down", "Right"), Menu.SLICE, _SLICES, repeats=True),
    Command("back_ten", "Ten slices back", "view.step", -10, ("Shift+Up",), Menu.SLICE, _SLICES, repeats=True),
    Command("on_ten", "Ten slices on", "view.step", 10, ("Shift+Down",), Menu.SLICE, _SLICES, repeats=True),
    Command("first", "First slice", "view.step", -(10**9), ("Home",), Menu.SLICE, _SLICES),
    Command("last", "Last slice", "view.step", 10**9, ("End",), Menu.SLICE, _SLICES),
    Command("previous_phase", "Previous phase", "view.step_phase", -1, (",",), Menu.SLICE, _SLICES, Need.PHASES,
            repeats=True, begins_section=True),
    Command("next_phase", "Next phase", "view.step_phase", 1, (".",), Menu.SLICE, _SLICES, Need.PHASES,
            repeats=True),
    Command("previous_series", "Previous series", "document.step_series", -1, ("PgUp",), Menu.SLICE, _SLICES,
            Need.SEVERAL, begins_section=True),
    Command("next_series", "Next series", "document.step_series", 1, ("PgDown",), Menu.SLICE, _SLICES, Need.SEVERAL),
)  # fmt: skip

_WINDOW = (
    Command("auto", "Automatic", "view.window_automatically", None, ("0",), Menu.WINDOW, _WINDOWS, Need.WINDOW),
    Command("file", "The file's own (again: its next)", "view.window_of_file", None, ("1",), Menu.WINDOW, _WINDOWS,
            Need.WINDOW),
    *(
        Command(f"preset_{one.key}", f"{one.name}  {one.width:g} / {one.centre:g}".replace("-", "−"),
                "view.window_preset", (one.centre, one.width), (one.key,), Menu.WINDOW, _WINDOWS, Need.HU,
                begins_section=one.key == "2")
        for one in PRESETS
    ),
    Command("invert", "Invert", "view.invert", None, ("I",), Menu.WINDOW, _WINDOWS, begins_section=True),
)  # fmt: skip

_VIEW = (
    Command("fit", "Fit to the pane", "view.fit", None, ("F",), Menu.VIEW, _VIEWS),
    Command("right", "Rotate right", "view.rotate", 1, ("R",), Menu.VIEW, _VIEWS, begins_section=True),
    Command("left", "Rotate left", "view.rotate", -1, ("Shift+R",), Menu.VIEW, _VIEWS),
    Command("flip_h", "Flip left and right", "view.flip", "horizontally", ("H",), Menu.VIEW, _VIEWS),
    Command("flip_v", "Flip top and bottom", "view.flip", "vertically", ("V",), Menu.VIEW, _VIEWS),
    Command("radiological", "Radiological side (patient's right on the left)", "view.set_radiological", None, (),
            Menu.VIEW, _VIEWS, Need.NOTHING, checkable=True, begins_section=True),
    Command("drawings", "The file's own drawings over the slice", "view.set_drawings", None, ("G",), Menu.VIEW,
            _VIEWS, Need.DRAWINGS, checkable=True),
    Command("why", "Why does it look like this?", "window.show_why", None, ("W",), Menu.VIEW, _VIEWS),
    Command("text", "Corner text: all, some, none", "window.cycle_corner_text", None, ("T",), Menu.VIEW, _VIEWS,
            Need.NOTHING),
    Command("larger", "Larger text and controls", "window.scale_by", 1, ("Ctrl++", "Ctrl+="), Menu.VIEW, _VIEWS,
            Need.NOTHING, begins_section=True),
    Command("smaller", "Smaller text and controls", "window.scale_by", -1, ("Ctrl+-",), Menu.VIEW, _VIEWS,
            Need.NOTHING),
    Command("escape", "Cancel what runs; then reset the view", "window.escape", None, ("Esc",), Menu.VIEW, _VIEWS,
            Need.NOTHING, begins_section=True),
)  # fmt: skip

_MODEL = (
    Command("analyse", "Analyse this slice", "model.analyse", None, ("Ctrl+Return", "Ctrl+Enter"), Menu.MODEL,
            _MODELS, Need.MODEL),
    Command("live", "Live: the finding follows the wheel", "model.set_live", None, ("Shift+L",), Menu.MODEL, _MODELS,
            Need.MODEL, checkable=True),
    Command("heat", "Heatmap (hold the key: peek underneath)", "model.set_heat_visible", None, ("E",), Menu.MODEL,
            _MODELS, Need.MODEL, checkable=True),
    Command("open_bundle", "Open a model…", "window.ask_for_bundle", None, (), Menu.MODEL, _MODELS, Need.NOTHING,
            begins_section=True),
)  # fmt: skip

_HELP = (
    Command("keys", "Keys and gestures", "window.show_keys", None, ("?", "F1"), Menu.HELP, "Help", Need.NOTHING),
    Command("about", "About Slicelens", "window.show_about", None, (), Menu.HELP, "Help", Need.NOTHING),
)

COMMANDS: tuple[Command, ...] = (*_FILE, *_SLICE, *_VIEW, *_WINDOW, *_MODEL, *_HELP)

GESTURES = (
    Gesture("Left drag", "Window: right is wider, up is brighter"),
    Gesture("Middle drag / Shift+left drag", "Pan"),
    Gesture("Right drag / Ctrl+wheel", "Zoom at the cursor"),
    Gesture("Wheel", "One slice a notch"),
    Gesture("Right click", "Menu"),
)

_NAMES = {"Return": "Enter", "Up": "↑", "Down": "↓", "Left": "←", "Right": "→", "PgDown": "PgDn"}
_UNLISTED = {"Ctrl+Enter", "Ctrl+="}


def command(command_id: str) -> Command:
    """The row of a command."""
    return next(row for row in COMMANDS if row.id == command_id)


def key_rows() -> Iterator[tuple[str, str, str]]:
    """(keys, title, group) of every gesture and of every command that has a key, for the sheet of keys."""
    for gesture in GESTURES:
        yield gesture.keys, gesture.title, gesture.group
    for row in COMMANDS:
        keys = " / ".join(shown_key(key) for key in row.keys if key not in _UNLISTED)
        if keys:
            yield keys, row.title, row.group


def shown_key(key: str) -> str:
    """A key as it stands on the keyboard: `Ctrl+Return` as `Ctrl+Enter`, `PgDown` as `PgDn`."""
    before, joined, last = key.rpartition("+")
    if not last:
        return key
    return f"{before}{joined}{_NAMES.get(last, last)}"
