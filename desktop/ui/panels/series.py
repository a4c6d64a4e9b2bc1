"""The list of series at the left: thumbnail, description, modality, counts, and a mark where a series has notes."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QVBoxLayout, QWidget

from desktop.ui.panels.series_delegate import ENTRY, SeriesDelegate
from desktop.ui.panels.series_rows import SeriesRows
from desktop.ui.widgets.key_focus import keep_keys
from desktop.ui.widgets.labels import words
from desktop.ui.widgets.theme import pad, units

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from imaging.volume.series import Series


class SeriesPanel(QWidget):
    """The series that are open. A click, Enter or Space asks for one; the arrows only move the focus."""

    series_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.rows = SeriesRows(self)
        self._heading = words("Series", role="section", wrap=False)
        self._empty = words("Nothing is open yet. What you open or drop appears here.", role="quiet")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.list = SeriesList()
        self.list.setModel(self.rows)
        self.list.setItemDelegate(SeriesDelegate(self.list))
        self.list.asked.connect(self._ask)
        self._heading.setBuddy(self.list)
        column = QVBoxLayout(self)
        pad(column, 0, 8, 0, 0, spacing=6)
        head = QVBoxLayout()
        pad(head, 10, 0, 10, 0, spacing=6)
        head.addWidget(self._heading)
        head.addWidget(self._empty)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addStretch()
        keep_keys(self)
        self.set_series(())

    def sizeHint(self) -> QSize:
        """Wide enough for a thumbnail and a usual description."""
        return QSize(units(260), units(420))

    def set_series(self, series: "tuple[Series, ...]") -> None:
        """Show these series, in this order; thumbnails and the mark of the shown one stay with their ids."""
        self.rows.set_series(series)
        self._heading.setText(f"Series ({len(series)})" if series else "Series")
        self._empty.setVisible(not series)
        self.list.setVisible(bool(series))
        self._go_to_shown()

    def set_thumbnail(self, series_id: str, pixels: "NDArray[np.uint8]") -> None:
        """Show the thumbnail of a series: grey [h, w] or RGB [h, w, 3]. One for a series that is gone is dropped."""
        self.rows.set_thumbnail(series_id, pixels)

    def set_current(self, series_id: str | None) -> None:
        """Mark the series that is on screen (None: none)."""
        self.rows.set_shown(series_id)
        self._go_to_shown()

    def _go_to_shown(self) -> None:
        index = self.rows.shown
        if index.isValid():
            self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.list.scrollTo(index)

    def _ask(self, index: QModelIndex) -> None:
        self.series_requested.emit(index.data(ENTRY).id)


class SeriesList(QListView):
    """A list in which a click, Enter or Space asks for a row, and the focus may rest on any."""

    asked = Signal(QModelIndex)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Series")
        self.setAccessibleDescription("Arrow keys move, Enter opens")
        self.setMouseTracking(True)
        # By Tab only: after a click, the arrows still belong to the slice.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.clicked.connect(self.asked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space ask for the focused row; the rest is the list's own."""
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if event.key() in keys and self.currentIndex().isValid():
            self.asked.emit(self.currentIndex())
            return
        super().keyPressEvent(event)
