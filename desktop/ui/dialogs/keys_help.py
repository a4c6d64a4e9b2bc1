"""The sheet of keys and gestures (`?`)."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.ui.widgets.labels import words
from desktop.ui.widgets.theme import pad, units

COLUMNS = 3


class KeysHelp(QDialog):
    """Every key and gesture, by group. `rows` are (keys, title, group); several keys stand apart by ` / `."""

    def __init__(self, rows: Iterable[tuple[str, str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys and gestures")
        groups: dict[str, list[tuple[str, str]]] = {}
        for keys, title, group in rows:
            groups.setdefault(group, []).append((keys, title))
        sheet = QWidget()
        sheet.setObjectName("panel_body")
        across = QHBoxLayout(sheet)
        pad(across, 18, 14, 18, 14, spacing=28)
        for names in _columns({name: len(lines) for name, lines in groups.items()}):
            across.addLayout(_column({name: groups[name] for name in names}))
        across.addStretch()
        area = QScrollArea()
        area.setWidget(sheet)
        area.setWidgetResizable(True)
        area.setAccessibleName("Keys and gestures")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        outer = QVBoxLayout(self)
        pad(outer, 10, spacing=8)
        outer.addWidget(area)
        outer.addWidget(buttons)
        self._fit(sheet)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """`?` closes what `?` opened; Esc does anyway."""
        if event.text() == "?":
            self.close()
            return
        super().keyPressEvent(event)

    def _fit(self, sheet: QWidget) -> None:
        """As large as its content, within the screen."""
        wanted = sheet.sizeHint()
        room = self.screen().availableSize()
        width = min(wanted.width() + units(50), round(room.width() * 0.95))
        self.resize(width, min(wanted.height() + units(80), round(room.height() * 0.9)))


def _columns(sizes: dict[str, int]) -> list[list[str]]:
    """Spread groups over columns in their order, each filled to about the same number of lines."""
    share = sum(size + 2 for size in sizes.values()) / COLUMNS
    columns: list[list[str]] = [[]]
    filled = 0.0
    for name, size in sizes.items():
        if columns[-1] and filled + (size + 2) / 2 > share and len(columns) < COLUMNS:
            columns.append([])
            filled = 0.0
        columns[-1].append(name)
        filled += size + 2
    return columns


def _column(groups: dict[str, list[tuple[str, str]]]) -> QVBoxLayout:
    """Groups below each other, with their keys and titles in line."""
    grid = QGridLayout()
    pad(grid, 0, spacing=7)
    grid.setColumnStretch(1, 1)
    for name, lines in groups.items():
        if grid.count():
            grid.setRowMinimumHeight(grid.rowCount(), units(8))
        grid.addWidget(words(name, role="section", wrap=False), grid.rowCount(), 0, 1, 2)
        for keys, title in lines:
            row = grid.rowCount()
            grid.addLayout(_caps(keys), row, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(words(title, wrap=False), row, 1)
    column = QVBoxLayout()
    column.addLayout(grid)
    column.addStretch()
    return column


def _caps(keys: str) -> QHBoxLayout:
    caps = QHBoxLayout()
    pad(caps, 0, spacing=4)
    for key in keys.split(" / "):
        caps.addWidget(words(key.strip(), role="keycap", wrap=False))
    caps.addStretch()
    return caps
