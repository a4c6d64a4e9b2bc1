"""The settings dialog. A choice takes effect at once; whoever hears the signals keeps it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QGridLayout, QSpinBox, QWidget

from desktop.state.texts.language import tr
from desktop.ui.dialogs.prompts import format_size
from desktop.ui.widgets.controls import make_close_buttons, make_column, make_row
from desktop.ui.widgets.forms import name_control
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.theme import SCALES, bound_width, nearest_scale_index, set_margins, units
from desktop.ui.widgets.translation import LANGUAGES
from imaging.base.english import english

_LEAST_MIB, _MOST_MIB, _STEP_MIB = 64, 2**24, 256
_MEMORY = english(
    "For the pixels of one series. One that needs more is not read whole: the slices around the one you look at stay "
    "in memory, the others are read again when you come to them. It holds for what you open next."
)
_SESSION = english(
    "On, paths, layout, slices and windows are kept in a file on this computer, so that they can be brought back after "
    "a crash or with File › Restore the last session. Names of files and folders may name patients. Off, the file goes."
)
_THEMES = {"dark": english("Dark"), "dim": english("Dim, for a dark reading room"), "light": english("Light")}
_CORNERS = {"all": english("All of it"), "some": english("Some of it"), "none": english("Nothing")}


class SettingsDialog(QDialog):
    """A row for each setting that a person may want to change; the main window goes on meanwhile."""

    memory_changed = Signal(int)  # MiB, 0 for half of what is free
    scale_changed = Signal(float)
    theme_changed = Signal(str)
    corner_text_changed = Signal(str)
    language_changed = Signal(str)  # heard at the next start

    def __init__(self, *, memory: int, free: int, parent: QWidget | None = None) -> None:
        """Take `memory` as the setting in MiB, 0 for automatic; `free` is how many bytes are free now."""
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self.memory = QComboBox()
        self.memory.addItems([tr("Half of what is free ({free} now)", free=format_size(free // 2)), tr("At most")])
        self.mebibytes = QSpinBox(suffix=" MiB", singleStep=_STEP_MIB)
        self._set_up_memory(memory, free)
        self.scale = QComboBox()
        self.scale.addItems([f"{round(scale * 100)} %" for scale in SCALES])
        self.theme = QComboBox()
        for name, title in _THEMES.items():
            self.theme.addItem(tr(title), name)
        self.corners = QComboBox()
        for level, title in _CORNERS.items():
            self.corners.addItem(tr(title), level)
        self.language = QComboBox()
        for name, own_name in LANGUAGES.items():
            self.language.addItem(tr(own_name), name)
        self.side = QCheckBox(tr("The patient's right on the left (radiological)"))
        self.session = QCheckBox(tr("Keep what is open for the next start"))
        self._lay_out()
        self.memory.activated.connect(self._memory_chosen)
        self.mebibytes.editingFinished.connect(self._memory_chosen)
        self.scale.activated.connect(lambda row: self.scale_changed.emit(SCALES[row]))
        self.theme.activated.connect(lambda: self.theme_changed.emit(self.theme.currentData()))
        self.corners.activated.connect(lambda: self.corner_text_changed.emit(self.corners.currentData()))
        self.language.activated.connect(lambda: self.language_changed.emit(self.language.currentData()))

    def set_state(
        self, *, scale: float, theme: str, corner_text: str, language: str, radiological: bool, keeps_session: bool
    ) -> None:
        """Show what holds now; keys and menus change it too."""
        self.scale.setCurrentIndex(nearest_scale_index(scale))
        self.theme.setCurrentIndex(self.theme.findData(theme))
        self.corners.setCurrentIndex(self.corners.findData(corner_text))
        self.language.setCurrentIndex(self.language.findData(language))
        self.side.setChecked(radiological)
        self.session.setChecked(keeps_session)

    def _set_up_memory(self, memory: int, free: int) -> None:
        box = self.mebibytes
        box.setRange(min(_LEAST_MIB, memory or _LEAST_MIB), _MOST_MIB)
        box.setGroupSeparatorShown(True)
        box.setKeyboardTracking(False)
        box.setValue(memory or max(_LEAST_MIB, free // 2 // 2**20 // _STEP_MIB * _STEP_MIB))
        box.setVisible(bool(memory))
        box.setAccessibleName(tr("Most memory for one series, in MiB"))
        self.memory.setCurrentIndex(1 if memory else 0)

    def _memory_chosen(self) -> None:
        is_own = self.memory.currentIndex() == 1
        self.mebibytes.setVisible(is_own)
        self.memory_changed.emit(self.mebibytes.value() if is_own else 0)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        set_margins(grid, 0, spacing=8)
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(units(16))
        grid.addWidget(name_control(tr("Memory"), self.memory), 0, 0)
        grid.addLayout(make_row((self.memory, 1), self.mebibytes, spacing=8), 0, 1)
        grid.addWidget(text_label(tr(_MEMORY), role="small"), 1, 1)
        rows = {
            tr("Text and controls"): self.scale,
            tr("Colours"): self.theme,
            tr("Corner text"): self.corners,
            tr("Language, from the next start on"): self.language,
            tr("Side"): self.side,
            tr("Session"): self.session,
        }
        for row, (title, control) in enumerate(rows.items(), 2):
            grid.addWidget(name_control(title, control), row, 0)
            grid.addWidget(control, row, 1)
        grid.addWidget(text_label(tr(_SESSION), role="small"), len(rows) + 2, 1)
        make_column(grid, 0, make_close_buttons(self), holder=self, margins=(16, 14, 16, 12), spacing=14)
        bound_width(self.mebibytes, least_width=120, most_width=120)
        bound_width(self.memory, least_width=270, most_width=600)
