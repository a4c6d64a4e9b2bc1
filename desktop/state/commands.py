"""The tables of all that a person can do: commands with keys and menus, and gestures of the mouse. No Qt here.

Menus, shortcuts and the sheet of keys (`?`) are all drawn from these rows. A command's handler is named by its target
and method (`view.step`); `wiring` looks them up once, at start, so that a wrong name cannot wait for a click.
"""

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from enum import Enum, auto


class Need(Enum):
    """A condition for a command to make sense; without it the menu entry is grey."""

    NOTHING = auto()
    SERIES = auto()  # a series is open
    WINDOW = auto()  # the series has grey levels to window (not colour)
    HU = auto()  # the series is CT in Hounsfield units
    PHASES = auto()  # the series has more than one phase
    SEVERAL = auto()  # more than one series is open
    DRAWINGS = auto()  # the series' files draw over their pictures
    MODEL = auto()  # a series is open and a model is chosen


@dataclass(frozen=True)
class Command:
    """One thing that can be done. `keys` are Qt's names, the first one is shown in the menu."""

    id: str
    title: str
    handler: str
    _: KW_ONLY
    argument: int | float | str | tuple[float, float] | None = None
    keys: tuple[str, ...] = ()
    need: Need = Need.SERIES
    checkable: bool = False
    repeats: bool = False
    """Holding the key repeats it."""
    held: bool = False
    """Letting the key go after a long press undoes it."""
    begins_section: bool = False


PRESETS = (
    ("2", "Soft tissue", 400, 40),
    ("3", "Lung", 1500, -600),
    ("4", "Bone", 2500, 480),
    ("5", "Brain", 80, 40),
    ("6", "Mediastinum", 400, 80),
    ("7", "Liver", 150, 90),
)
"""CT windows: key, name, width and centre in Hounsfield units."""

_FILE = (
    Command("open_file", "Open file…", "main_window.ask_for_files", keys=("Ctrl+O",), need=Need.NOTHING),
    Command("open_folder", "Open folder…", "main_window.ask_for_folder", keys=("Ctrl+Shift+O",), need=Need.NOTHING),
    Command("ledger", "What was opened and skipped", "main_window.show_ledger",
            keys=("Ctrl+L",), need=Need.NOTHING, begins_section=True),
    Command("settings", "Settings…", "main_window.show_settings",
            keys=("Ctrl+,",), need=Need.NOTHING, begins_section=True),
    Command("quit", "Quit", "main_window.close", keys=("Ctrl+Q",), need=Need.NOTHING, begins_section=True),
)  # fmt: skip

_SLICE = (
    Command("previous", "Previous slice", "view.step", argument=-1, keys=("Up", "Left"), repeats=True),
    Command("next", "Next slice", "view.step", argument=1, keys=("Down", "Right"), repeats=True),
    Command("back_ten", "Ten slices back", "view.step", argument=-10, keys=("Shift+Up",), repeats=True),
    Command("on_ten", "Ten slices on", "view.step", argument=10, keys=("Shift+Down",), repeats=True),
    Command("first", "First slice", "view.step", argument=-(10**9), keys=("Home",)),
    Command("last", "Last slice", "view.step", argument=10**9, keys=("End",)),
    Command("previous_phase", "Previous phase", "view.step_phase",
            argument=-1, keys=(",",), need=Need.PHASES, repeats=True, begins_section=True),
    Command("next_phase", "Next phase", "view.step_phase", argument=1, keys=(".",), need=Need.PHASES, repeats=True),
    Command("previous_series", "Previous series", "document.step_series",
            argument=-1, keys=("PgUp",), need=Need.SEVERAL, begins_section=True),
    Command("next_series", "Next series", "document.step_series", argument=1, keys=("PgDown",), need=Need.SEVERAL),
)  # fmt: skip

_WINDOW = (
    Command("auto", "Automatic", "view.window_automatically", keys=("0",), need=Need.WINDOW),
    Command("file", "The file's own (again: its next)", "view.window_of_file", keys=("1",), need=Need.WINDOW),
    *(
        Command(f"preset_{key}", f"{name}  {width} / {centre}".replace("-", "−"), "view.window_preset",
                argument=(centre, width), keys=(key,), need=Need.HU, begins_section=key == "2")
        for key, name, width, centre in PRESETS
    ),
    Command("invert", "Invert", "view.invert", keys=("I",), begins_section=True),
)  # fmt: skip

_VIEW = (
    Command("fit", "Fit to the pane", "view.fit", keys=("F",)),
    Command("right", "Rotate right", "view.rotate", argument=1, keys=("R",), begins_section=True),
    Command("left", "Rotate left", "view.rotate", argument=-1, keys=("Shift+R",)),
    Command("flip_h", "Flip left and right", "view.flip", argument="horizontally", keys=("H",)),
    Command("flip_v", "Flip top and bottom", "view.flip", argument="vertically", keys=("V",)),
    Command("radiological", "Radiological side (patient's right on the left)", "view.set_radiological",
            need=Need.NOTHING, checkable=True, begins_section=True),
    Command("drawings", "The file's own drawings over the slice", "view.set_drawings",
            keys=("G",), need=Need.DRAWINGS, checkable=True),
    Command("why", "Why does it look like this?", "main_window.show_why", keys=("W",)),
    Command("text", "Corner text: all, some, none", "main_window.cycle_corner_text", keys=("T",), need=Need.NOTHING),
    Command("larger", "Larger text and controls", "main_window.scale_by",
            argument=1, keys=("Ctrl++", "Ctrl+="), need=Need.NOTHING, begins_section=True),
    Command("smaller", "Smaller text and controls", "main_window.scale_by",
            argument=-1, keys=("Ctrl+-",), need=Need.NOTHING),
    Command("escape", "Cancel what runs; then reset the view", "main_window.escape",
            keys=("Esc",), need=Need.NOTHING, begins_section=True),
)  # fmt: skip

_MODEL = (
    Command("analyse", "Analyse this slice", "model.analyse", keys=("Ctrl+Return", "Ctrl+Enter"), need=Need.MODEL),
    Command("live", "Live: the finding follows the wheel", "model.set_live",
            keys=("Shift+L",), need=Need.MODEL, checkable=True),
    Command("heat", "Heatmap (hold the key: peek underneath)", "model.set_heat_visible",
            keys=("E",), need=Need.MODEL, checkable=True, held=True),
    Command("open_bundle", "Open a model…", "main_window.ask_for_bundle", need=Need.NOTHING, begins_section=True),
)  # fmt: skip

_HELP = (
    Command("keys", "Keys and gestures", "main_window.show_keys", keys=("?", "F1"), need=Need.NOTHING),
    Command("about", "About Slicelens", "main_window.show_about", need=Need.NOTHING),
)

MENUS = {"&File": _FILE, "&Slice": _SLICE, "&View": _VIEW, "&Window": _WINDOW, "&Model": _MODEL, "&Help": _HELP}
"""The menus by their titles, in the order in which they stand."""
COMMANDS: tuple[Command, ...] = tuple(row for rows in MENUS.values() for row in rows)

GESTURES = (
    ("Left drag", "Window: right is wider, up is brighter"),
    ("Middle drag / Shift+left drag", "Pan"),
    ("Right drag / Ctrl+wheel", "Zoom at the cursor"),
    ("Wheel", "One slice a notch"),
    ("Right click", "Menu"),
)
"""What the mouse does over the slice, for the sheet of keys."""

_HEADINGS = {"&File": "Files", "&Slice": "Slices", "&View": "View", "&Window": "Window (contrast)", "&Model": "Model",
             "&Help": "Help"}  # fmt: skip
"""Headings of the sheet of keys."""
_NAMES = {"Return": "Enter", "Up": "↑", "Down": "↓", "Left": "←", "Right": "→", "PgDown": "PgDn"}
_UNLISTED = {"Ctrl+Enter", "Ctrl+="}


def command(command_id: str) -> Command:
    """Return the row of a command."""
    return next(row for row in COMMANDS if row.id == command_id)


def key_rows() -> Iterator[tuple[str, str, str]]:
    """Yield (keys, title, group) of every gesture and of every command that has a key, for the sheet of keys."""
    for keys, title in GESTURES:
        yield keys, title, "Mouse"
    for menu, rows in MENUS.items():
        for row in rows:
            keys = " / ".join(shown_key(key) for key in row.keys if key not in _UNLISTED)
            if keys:
                yield keys, row.title, _HEADINGS[menu]


def shown_key(key: str) -> str:
    """Return a key as it stands on the keyboard: `Ctrl+Return` as `Ctrl+Enter`, `PgDown` as `PgDn`."""
    return "+".join(_NAMES.get(part, part) for part in key.split("+"))
