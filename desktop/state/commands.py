"""The tables of all that a person can do: commands with keys and menus, and gestures of the mouse. No Qt here.

Menus, shortcuts and the sheet of keys (`?`) are all drawn from these rows. A command's handler is named by its target
and method (`view.step`); `wiring` looks them up once, at start, so that a wrong name cannot wait for a click.
"""

from collections.abc import Callable, Iterator
from dataclasses import KW_ONLY, dataclass
from enum import Enum, auto

from desktop.state.annotations.drawing import TOOLS
from desktop.state.colour_tables import COLOUR_TABLES
from desktop.state.layout import PANE_LAYOUTS
from desktop.state.texts.language import tr


class Need(Enum):
    """A condition for a command to make sense; without it the menu entry is grey."""

    NOTHING = auto()
    SERIES = auto()  # a series is open
    WHOLE = auto()  # and no more files of it are being looked for
    WINDOW = auto()  # the series has grey levels to window (not colour)
    HU = auto()  # the series is CT in Hounsfield units
    PHASES = auto()  # the series has more than one phase
    SEVERAL = auto()  # more than one series is open
    DRAWINGS = auto()  # the series' files draw over their pictures
    REPORTS = auto()  # structured reports are among the files
    MPR = auto()  # the panes are the planes of MPR
    PANES = auto()  # the layout has more than one pane
    MODEL = auto()  # a series is open and a model is chosen
    SECOND = auto()  # there is a second model
    CURVE = auto()  # the series was analysed
    PEAKS = auto()  # the series was analysed, and the curve has peaks


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
    submenu: str = ""
    """The title of the menu within the menu that it stands in."""
    everywhere: bool = False
    """Its keys count in every window of the program, except where text is typed."""
    in_panes: bool = False
    """Its keys count while the keys go to a pane; elsewhere they mean what they always do."""


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
    Command("new_window", "New window", "windows.open_another", keys=("Ctrl+N",), need=Need.NOTHING),
    Command("restore", "Restore the last session", "session.restore", keys=("Ctrl+Shift+R",), need=Need.NOTHING),
    Command("close_study", "Close the study", "studies.close_active", keys=("Ctrl+W",)),
    Command("start", "Start page, and back", "main_window.switch_start_page", keys=("Ctrl+Home",), need=Need.NOTHING),
    Command("ledger", "What was opened and skipped", "main_window.show_ledger",
            keys=("Ctrl+L",), need=Need.NOTHING, begins_section=True),
    Command("export", "Export…", "sending.ask_for_export", keys=("Ctrl+E",), need=Need.WHOLE, begins_section=True),
    Command("deidentify", "De-identify…", "sending.ask_for_copies", keys=("Ctrl+Shift+E",), need=Need.WHOLE),
    Command("print", "Print…", "model_pages.ask_for_print", keys=("Ctrl+P",), need=Need.MODEL),
    Command("print_layout", "Print all panes…", "layout_pages.print", keys=("Ctrl+Alt+P",)),
    Command("copy", "Copy the pane with its finding", "main_window.copy_pane", keys=("Ctrl+C",)),
    Command("copy_layout", "Copy all panes with the finding", "layout_pages.copy", keys=("Ctrl+Alt+C",)),
    Command("settings", "Settings…", "main_window.show_settings",
            keys=("Ctrl+,",), need=Need.NOTHING, begins_section=True),
    Command("keep_session", "Keep what is open for the next start", "session.set_allowed",
            need=Need.NOTHING, checkable=True),
    Command("change_keys", "Change keys and gestures…", "keys.show_editor", need=Need.NOTHING),
    Command("quit", "Quit", "main_window.close", keys=("Ctrl+Q",), need=Need.NOTHING, begins_section=True),
)  # fmt: skip

_SLICE = (
    Command("previous", "Previous slice", "view.step", argument=-1, keys=("Up", "Left"), repeats=True),
    Command("next", "Next slice", "view.step", argument=1, keys=("Down", "Right"), repeats=True),
    Command("back_ten", "Ten slices back", "view.step", argument=-10, keys=("Shift+Up",), repeats=True),
    Command("on_ten", "Ten slices on", "view.step", argument=10, keys=("Shift+Down",), repeats=True),
    Command("first", "First slice", "view.step", argument=-(10**9), keys=("Home",)),
    Command("last", "Last slice", "view.step", argument=10**9, keys=("End",)),
    Command("next_peak", "Next peak of the curve", "scoring.step_peak",
            argument=1, keys=("N",), need=Need.PEAKS, begins_section=True),
    Command("previous_peak", "Previous peak of the curve", "scoring.step_peak",
            argument=-1, keys=("Shift+N",), need=Need.PEAKS),
    Command("previous_phase", "Previous phase", "view.step_phase",
            argument=-1, keys=(",",), need=Need.PHASES, repeats=True, begins_section=True),
    Command("next_phase", "Next phase", "view.step_phase", argument=1, keys=(".",), need=Need.PHASES, repeats=True),
    Command("cine", "Cine: run, pause", "cine.set_running",
            keys=("C",), checkable=True, begins_section=True),
    Command("cine_pause", "Cine: pause, run", "cine.switch", keys=("Space",), in_panes=True),
    Command("cine_sweep", "Cine back and forth", "cine.set_sweep", keys=("Shift+C",), checkable=True),
    Command("cine_faster", "Cine faster", "cine.step_rate", argument=1, keys=("Alt+.",)),
    Command("cine_slower", "Cine slower", "cine.step_rate", argument=-1, keys=("Alt+,",)),
    Command("previous_series", "Previous series", "document.step_series",
            argument=-1, keys=("PgUp",), need=Need.SEVERAL, begins_section=True),
    Command("next_series", "Next series", "document.step_series", argument=1, keys=("PgDown",), need=Need.SEVERAL),
    Command("find_series", "Find a series", "series.start_filter", keys=("Ctrl+F",), need=Need.SEVERAL),
)  # fmt: skip

_WINDOW = (
    Command("auto", "Automatic", "view.window_automatically", keys=("0",), need=Need.WINDOW),
    Command("file", "The file's own (again: its next)", "view.window_of_file", keys=("1",), need=Need.WINDOW),
    *(
        Command(f"preset_{key}", f"{name}  {width} / {centre}".replace("-", "−"), "view.window_preset",
                argument=(centre, width), keys=(key,), need=Need.HU, begins_section=key == "2")
        for key, name, width, centre in PRESETS
    ),
    Command("region_window", "Of a region: drag a rectangle", "region.wait",
            keys=("Q",), need=Need.WINDOW, checkable=True),
    Command("invert", "Invert", "view.invert", keys=("I",), begins_section=True),
    *(
        Command(f"colours_{table.id}", table.title, "colours.choose", argument=table.id,
                need=Need.WINDOW, checkable=True, submenu="Colours")
        for table in COLOUR_TABLES
    ),
)  # fmt: skip

_VIEW = (
    Command("fit", "Fit to the pane", "view.fit", keys=("F",)),
    Command("right", "Rotate right", "view.rotate", argument=1, keys=("R",), begins_section=True),
    Command("left", "Rotate left", "view.rotate", argument=-1, keys=("Shift+R",)),
    Command("flip_h", "Flip left and right", "view.flip", argument="horizontally", keys=("H",)),
    Command("flip_v", "Flip top and bottom", "view.flip", argument="vertically", keys=("V",)),
    Command("radiological", "Radiological side (patient's right on the left)", "panes.set_radiological",
            need=Need.NOTHING, checkable=True, begins_section=True),
    Command("drawings", "The file's own drawings over the slice", "view.set_drawings",
            keys=("G",), need=Need.DRAWINGS, checkable=True),
    Command("smooth", "Smooth between pixels", "interpolation.set_smooth",
            keys=("S",), need=Need.NOTHING, checkable=True),
    Command("magnifier", "Magnifier under the cursor (hold the key: as long as it is down)", "picture.set_magnified",
            keys=("Z",), checkable=True, held=True),
    Command("magnification", "Magnifier: 2, 3, 4 times (again: the next)", "picture.step_magnification",
            keys=("Shift+Z",)),
    Command("scale_bar", "Scale bar", "picture.set_scale_bar", keys=("Shift+S",), need=Need.NOTHING, checkable=True),
    Command("why", "Why does it look like this?", "main_window.show_why", keys=("W",)),
    Command("tags", "Tags of the slice's file", "main_window.show_tags", keys=("Shift+T",)),
    Command("structured_reports", "Reports among the files", "main_window.show_reports",
            keys=("Shift+W",), need=Need.REPORTS),
    Command("full_screen", "Full screen, and back", "main_window.switch_full_screen",
            keys=("F11",), need=Need.NOTHING, begins_section=True),
    Command("left_panel", "Panel of the series", "main_window.set_left_shown",
            keys=("[",), need=Need.NOTHING, checkable=True, begins_section=True),
    Command("right_panel", "Panel of the model", "main_window.set_right_shown",
            keys=("]",), need=Need.NOTHING, checkable=True),
    Command("hide_patient", "Hide patient data everywhere", "privacy.hide",
            keys=("D",), need=Need.NOTHING, everywhere=True, begins_section=True),
    Command("show_patient", "Show patient data again", "privacy.show",
            keys=("Shift+D",), need=Need.NOTHING, everywhere=True),
    Command("toolbar", "Toolbar: icons, with names, none", "main_window.cycle_toolbar",
            keys=("Ctrl+Shift+T",), need=Need.NOTHING),
    Command("text", "Corner text: all, some, none", "main_window.cycle_corner_text", keys=("T",), need=Need.NOTHING),
    Command("larger", "Larger text and controls", "main_window.scale_by",
            argument=1, keys=("Ctrl++", "Ctrl+="), need=Need.NOTHING, begins_section=True),
    Command("smaller", "Smaller text and controls", "main_window.scale_by",
            argument=-1, keys=("Ctrl+-",), need=Need.NOTHING),
    Command("escape", "Cancel what runs; then reset the view", "main_window.escape",
            keys=("Esc",), need=Need.NOTHING, begins_section=True),
)  # fmt: skip

_TOOLS = (
    *(Command(f"tool_{tool.type}", tool.title, "drawing.choose", argument=tool.type.value,
              keys=(tool.key,) if tool.key in ("L", "A", "P") else ()) for tool in TOOLS),
    Command("tool_area", "Area: rectangle, ellipse, freehand (again: the next)", "drawing.choose",
            argument="key O", keys=("O",)),
    Command("undo", "Undo", "shapes.undo", keys=("Ctrl+Z",), begins_section=True),
    Command("redo", "Redo", "shapes.redo", keys=("Ctrl+Y", "Ctrl+Shift+Z")),
    Command("copy_shape", "Copy the measurement", "shape_commands.copy", keys=("Ctrl+Shift+C",), begins_section=True),
    Command("paste_shape", "Paste it on this slice", "shape_commands.paste", keys=("Ctrl+V",)),
    Command("label_shape", "Text beside the measurement…", "shape_commands.ask_for_label", keys=("F2",)),
    Command("delete_shape", "Delete the measurement", "shape_commands.delete", keys=("Del",)),
    Command("list_shapes", "List of measurements", "annotation_pages.show_list",
            keys=("Ctrl+M",), begins_section=True),
    Command("show_shapes", "Show measurements", "shapes.set_all_shown", keys=("Shift+M",), checkable=True),
    Command("export_shapes", "Export measurements…", "annotation_pages.ask_for_export", begins_section=True),
    Command("import_shapes", "Import measurements…", "annotation_pages.ask_for_import"),
    Command("report_shapes", "Draw what reports among the files measured", "shape_commands.import_reported"),
)  # fmt: skip

_LAYOUT = (
    *(
        Command(f"layout_{layout.id}", f"{layout.title} ({layout.id.replace('x', ' × ')})", "panes.set_layout",
                argument=layout.id, keys=layout.keys, need=Need.NOTHING)
        for layout in PANE_LAYOUTS
    ),
    Command("link_scroll", "Scroll panes together, by position in the patient or by number", "links.set_scrolling",
            keys=("K",), need=Need.PANES, checkable=True, begins_section=True),
    Command("link_offset", "Scroll panes together at their present offset", "links.set_offset",
            keys=("Alt+K",), need=Need.PANES, checkable=True),
    Command("link_view", "The same window, zoom and pan in all panes", "links.set_viewing",
            keys=("Shift+K",), need=Need.PANES, checkable=True),
    Command("lines", "Lines where other panes cut this one", "links.set_lines",
            keys=("X",), need=Need.PANES, checkable=True),
    Command("mpr", "MPR: axial, sagittal, coronal; and back", "mpr.switch", keys=("M",), begins_section=True),
    Command("mip", "Maximum projection that turns (MIP), beside the series; and back", "mip.switch",
            keys=("Shift+P",)),
    Command("thicker", "Thicker slab", "mpr.step_thickness", argument=1, keys=("Ctrl+Up",), need=Need.MPR),
    Command("thinner", "Thinner slab", "mpr.step_thickness", argument=-1, keys=("Ctrl+Down",), need=Need.MPR),
    Command("projection", "Slab: maximum, minimum, mean (again: the next)", "mpr.step_projection",
            keys=("Ctrl+Right",), need=Need.MPR),
    Command("alone", "Active pane alone, and back", "panes.switch_alone",
            keys=("Shift+Return",), need=Need.PANES, begins_section=True),
    Command("next_pane", "Next pane", "panes.step", argument=1, keys=("Tab",), need=Need.PANES, in_panes=True),
)  # fmt: skip

_MODEL = (
    Command("analyse", "Analyse this slice", "model.analyse", keys=("Ctrl+Return", "Ctrl+Enter"), need=Need.MODEL),
    Command("analyse_series", "Analyse the series", "scoring.analyse",
            keys=("Ctrl+Shift+Return", "Ctrl+Shift+Enter"), need=Need.MODEL),
    Command("curve", "Curve of the series with axes…", "scoring.show_curve", keys=("Ctrl+G",), need=Need.CURVE),
    Command("live", "Live: the finding follows the wheel", "model.set_live",
            keys=("Shift+L",), need=Need.MODEL, checkable=True),
    Command("heat", "Heatmap (hold the key: peek underneath)", "explanation.set_heat_visible",
            keys=("E",), need=Need.MODEL, checkable=True, held=True),
    Command("switch_models", "Exchange first and second model (A/B)", "comparison.switch",
            keys=("B",), need=Need.SECOND),
    Command("input", "What the model saw", "model_input.set_shown",
            keys=("Shift+E",), need=Need.MODEL, checkable=True),
    Command("card", "About this model", "model_pages.show_card",
            keys=("Ctrl+I",), need=Need.MODEL, begins_section=True),
    Command("report", "Save a report…", "model_pages.ask_for_report",
            keys=("Ctrl+S",), need=Need.MODEL),
    Command("batch", "Score folders into a table…", "case_pages.ask_for_batch",
            keys=("Ctrl+B",), need=Need.NOTHING, begins_section=True),
    Command("results", "Open a table of results…", "case_pages.ask_for_table",
            keys=("Ctrl+Shift+B",), need=Need.NOTHING),
    Command("label", "Label what is open…", "labelling_pages.ask_about_open",
            keys=("Ctrl+Shift+L",), need=Need.WHOLE),
    Command("open_bundle", "Open a model…", "main_window.ask_for_bundle", need=Need.NOTHING, begins_section=True),
    Command("wizard", "Make a bundle of an ONNX file…", "main_window.ask_for_onnx",
            keys=("Ctrl+Shift+M",), need=Need.NOTHING),
)  # fmt: skip

_HELP = (
    Command("keys", "Keys and gestures", "keys.show_sheet", keys=("?", "F1"), need=Need.NOTHING),
    Command("about", "About Slicelens", "main_window.show_about", need=Need.NOTHING),
)

MENUS = {
    "&File": _FILE,
    "&Slice": _SLICE,
    "&View": _VIEW,
    "&Layout": _LAYOUT,
    "&Window": _WINDOW,
    "&Tools": _TOOLS,
    "&Model": _MODEL,
    "&Help": _HELP,
}
"""The menus by their titles, in the order in which they stand."""
COMMANDS: tuple[Command, ...] = tuple(row for rows in MENUS.values() for row in rows)


@dataclass(frozen=True)
class Gesture:
    """One thing that the mouse does over a slice, and by what: `Left`, `Shift+Left`, `Ctrl+Wheel`…"""

    id: str
    title: str
    keys: tuple[str, ...]
    by_wheel: bool = False
    """Whether the wheel can do it; a drag of a button can do each."""


GESTURES = (
    Gesture("window", "Window: right is wider, up is brighter", ("Left",)),
    Gesture("region", "Window of the region in the rectangle", ("Ctrl+Left",)),
    Gesture("pan", "Pan", ("Middle", "Shift+Left")),
    Gesture("zoom", "Zoom at the cursor", ("Right", "Ctrl+Wheel"), by_wheel=True),
    Gesture("slices", "Slices: one a notch, or up and down", ("Wheel",), by_wheel=True),
)
"""What the mouse does over the slice and a person may change."""
MOUSE_MODIFIERS = ("", "Shift", "Ctrl", "Alt", "Ctrl+Shift")
MOUSE_WORDS = {"Left": "Left drag", "Middle": "Middle drag", "Right": "Right drag", "Wheel": "Wheel"}
"""The parts of the mouse, and what is done with each."""

FIXED_GESTURES = (
    ("Right click", "Menu"),
    ("Double click", "One pane, all panes"),
    ("MPR: click, or drag a line", "Move the crosshair"),
    ("MPR: drag a line at its end", "Turn the planes"),
    ("MIP: left drag", "Turn the projection; the wheel by 5°"),
    ("Left drag on a measurement", "Move it, or the point it is taken by"),
    ("Double click on a measurement", "The text beside it"),
    ("Arrows, with a measurement selected", "Move it by a pixel (Ctrl: ten)"),
    ("Drag from the list", "A series into any pane"),
    ("Drop", "Opens beside what is open; with Shift: in its place"),
)
"""What it does besides, for the sheet of keys."""

HEADINGS = {"&File": "Files", "&Slice": "Slices", "&View": "View", "&Layout": "Panes", "&Window": "Window (contrast)",
             "&Tools": "Measuring", "&Model": "Model", "&Help": "Help"}  # fmt: skip
"""Headings of the sheet of keys."""
KEY_WORDS = {"Return": "Enter", "Up": "↑", "Down": "↓", "Left": "←", "Right": "→", "PgDown": "PgDn", "PgUp": "PgUp",
             "Ctrl": "Ctrl", "Shift": "Shift", "Del": "Del", "Home": "Home", "End": "End",
             "Space": "Space"}  # fmt: skip
"""Keys by Qt's names as keyboards have them, where that is another word or one that differs by language."""
_UNLISTED = {"Ctrl+Enter", "Ctrl+Shift+Enter", "Ctrl+="}


def command(command_id: str) -> Command:
    """Return the row of a command."""
    return next(row for row in COMMANDS if row.id == command_id)


def key_rows(
    keys_of: Callable[[Command], tuple[str, ...]], gestures_of: Callable[[Gesture], tuple[str, ...]]
) -> Iterator[tuple[str, str, str]]:
    """Yield (keys, title, group) of every gesture and command that can be done so, for the sheet of keys."""
    for gesture in GESTURES:
        if found := gestures_of(gesture):
            yield " / ".join(map(shown_gesture, found)), tr(gesture.title), tr("Mouse")
    for keys, title in FIXED_GESTURES:
        yield tr(keys), tr(title), tr("Mouse")
    for menu, rows in MENUS.items():
        for row in rows:
            keys = " / ".join(shown_key(key) for key in keys_of(row) if key not in _UNLISTED)
            if keys:
                yield keys, tr(row.title), tr(HEADINGS[menu])


def shown_key(key: str) -> str:
    """Return a key as it stands on the keyboard: `Ctrl+Return` as `Ctrl+Enter`, `PgDown` as `PgDn`."""
    return "+".join(tr(KEY_WORDS.get(part, part)) for part in key.split("+"))


def shown_gesture(gesture: str) -> str:
    """Return a gesture in words: `Left` as `Left drag`, `Ctrl+Wheel` as it is."""
    *modifiers, part = gesture.split("+")
    return "+".join((*(tr(KEY_WORDS.get(key, key)) for key in modifiers), tr(MOUSE_WORDS[part])))
