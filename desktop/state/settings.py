"""Settings as typed rows of a table; whoever makes `Settings` says how they are stored.

No Qt here. No path, no name and nothing else that may tell of a patient is ever a setting: recent files are remembered
until the program ends, because paths of scans often hold names (docs/decisions/0014, 0097). The one path is that of the
training program (0110).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from imaging.base.english import english
from imaging.base.errors import Code, Refusal

FORMAT = 1
"""How the settings are written. A further row needs no new number: a program that does not know it leaves it alone. The
number is raised if an older program would misread a row, or write one that the newer one misreads."""
_FORMAT_NAME = "format"

Value = TypeVar("Value", bool, int, float, str)


class SettingsStorage(Protocol):
    """Keeps settings as text by name; a dictionary does, and forgets."""

    def get(self, name: str, /) -> str | None:
        """Return the stored text, None if there is none."""

    def __setitem__(self, name: str, text: str, /) -> None: ...


@dataclass(frozen=True)
class Setting(Generic[Value]):
    """One row: its name, what it is at first, what it may be, and a sentence for the person."""

    name: str
    default: Value
    title: str
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()


SCALE = Setting("scale", 1.0, "Size of text and controls, on top of the system's", 0.9, 2.0)
THEME = Setting("theme", "dark", "The colours of the window", choices=("dark", "dim", "light"))
LANGUAGE = Setting("language", "system", "The language of the window", choices=("system", "english", "german"))
RADIOLOGICAL = Setting("radiological", True, "The patient's right is shown on the left")
CORNER_TEXT = Setting("corner_text", "all", "How much is written in the corners", choices=("all", "some", "none"))
SMOOTH = Setting("smooth", True, "Pixels are interpolated on the screen")
SCALE_BAR = Setting("scale_bar", True, "A scale bar is drawn in each pane")
MAGNIFICATION = Setting("magnification", 3, "How many times the magnifier enlarges", 2, 4)
TOOLBAR = Setting("toolbar", "icons", "The bar of icons", choices=("icons", "named", "none"))
HEAT_OPACITY = Setting("heat_opacity", 0.5, "Opacity of the heatmap", 0.0, 1.0)
HEAT_CUT = Setting("heat_cut", 0.25, "The heatmap is hidden below this share", 0.0, 1.0)
WINDOW = Setting("window", "", "Left, top, width, height of the main window, and whether it fills the screen")
PANELS = Setting("panels", "", "Widths of the panels at the left and the right")
FOLDED = Setting("folded", "none", "The panels that are folded", choices=("none", "left", "right", "both"))
MEMORY = Setting("memory_mib", 0, "MiB of memory for the pixels of one series; 0 is half of what is free", 0, 2**30)
SESSION = Setting("session", False, "The paths of what is open are kept for the next start")
TRAINER = Setting("trainer", "", "The program slicelens-train, where it is not on the PATH; it tells of no patient")
GESTURES = Setting("gestures", "", "Gestures of the mouse that a person has changed, as JSON")
KEYS = Setting("keys", "", "Keys of commands that a person has changed, as JSON")


class Settings:
    """Reads and writes settings by their rows. A stored text that is no value of its row counts as not there."""

    def __init__(self, storage: SettingsStorage) -> None:
        self._storage = storage

    def get(self, setting: Setting[Value]) -> Value:
        """Return the value of a setting."""
        text = self._storage.get(setting.name)
        value = None if text is None else _parsed(setting, text)
        return setting.default if value is None else value

    def set(self, setting: Setting[Value], value: Value) -> None:
        """Keep a value, if it is not kept already. Settings that nobody wrote before also get their format."""
        if self._storage.get(setting.name) == str(value):
            return
        if self._storage.get(_FORMAT_NAME) is None:
            self._storage[_FORMAT_NAME] = str(FORMAT)
        self._storage[setting.name] = str(value)

    def require_known(self, file: str) -> None:
        """Return if this program understands the settings kept in `file`.

        Raises `Refusal` (UNSUPPORTED) if a newer one wrote them in a way of its own; nothing is changed then.
        """
        text = self._storage.get(_FORMAT_NAME)
        if text is not None and text.isascii() and text.isdigit() and int(text) > FORMAT:
            raise Refusal(
                Code.UNSUPPORTED,
                english(
                    "A newer version of Slicelens wrote the settings (format {text}; this version reads up to "
                    "{format}). Nothing was changed. Start the newer version, or move this file away to begin with "
                    "fresh settings: {file}",
                    text=text,
                    format=FORMAT,
                    file=file,
                ),
            )


def format_settings(texts: Mapping[str, str]) -> str:
    """Return settings by name as the file that Qt reads back (`QSettings`, INI)."""
    quoted = {name: text.replace("\\", r"\\").replace('"', r"\"") for name, text in texts.items()}
    return "".join(["[General]\n", *(f'{name}="{text}"\n' for name, text in sorted(quoted.items()))])


def _parsed(setting: Setting[Value], text: str) -> Value | None:
    """Return the text as a value of the setting's own type and range, None if it is not."""
    kind = type(setting.default)
    if kind is bool:
        return kind(text == "True") if text in ("True", "False") else None
    try:
        value = kind(text)
    except ValueError:
        return None
    if setting.choices and value not in setting.choices:
        return None
    if setting.least is None or setting.most is None or isinstance(value, str):
        return value
    return value if setting.least <= value <= setting.most else None
