"""The list of series at the left: patients, studies and series as a tree whose headings fold, and a filter above it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QListView, QMenu, QWidget

from desktop.state.texts.language import tr
from desktop.ui.panels.series_painting import SeriesDelegate, heading_at
from desktop.ui.panels.series_rows import HEADING_ROLE, SERIES_ROLE, SeriesRows
from desktop.ui.panels.series_tree import Heading
from desktop.ui.widgets.controls import make_column, settle_key_focus, style_as_panel
from desktop.ui.widgets.labels import text_label

if TYPE_CHECKING:
    from imaging.volume.series import Series

_LAID_OUT_AT_ONCE = 300
"""Rows have heights of their own, and a folder may hold thousands."""


class SeriesPanel(QWidget):
    """The series that are open. A click, Enter or Space asks for one; the arrows only move the focus."""

    series_requested = Signal(str)
    close_requested = Signal(tuple)  # the ids of the series of a study
    show_requested = Signal()  # it is folded away, and somebody wants to filter
    left = Signal()  # the keys go back to the slice

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        style_as_panel(self)
        self.rows = SeriesRows(self)
        self._heading = text_label(tr("Series"), role="section", wrap=False)
        self._empty = text_label(tr("Nothing is open yet. What you open or drop appears here."), role="quiet")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.filter = FilterField()
        self.filter.left.connect(self.left)
        self.filter.textChanged.connect(self._find)
        self.list = SeriesList()
        self.list.setModel(self.rows)
        self.list.setItemDelegate(SeriesDelegate(self.list))
        self.list.asked.connect(lambda index: self.series_requested.emit(self.rows.series_at(index).id))
        self.list.fold_requested.connect(self._fold)
        self.list.close_requested.connect(self.close_requested)
        self.filter.returnPressed.connect(lambda: self.list.setFocus(Qt.FocusReason.TabFocusReason))
        self._heading.setBuddy(self.list)
        head = make_column(self._heading, self._empty, self.filter, margins=(10, 0, 10, 0), spacing=6)
        make_column(head, (self.list, 1), 0, holder=self, margins=(0, 8, 0, 0), spacing=6)
        settle_key_focus(self)
        self.set_series(())

    def set_series(self, series: "tuple[Series, ...]") -> None:
        """Show these series, in this order; thumbnails and the mark of the shown one stay with their ids."""
        self.rows.set_series(series)
        self._empty.setVisible(not series)
        self.list.setVisible(bool(series))
        self.filter.setVisible(bool(series))
        self._tell_count()
        self._go_to_shown()

    def set_current(self, series_id: str | None) -> None:
        """Mark the series that is on screen (None: none)."""
        self.rows.set_shown(series_id)
        self._go_to_shown()

    def set_wanted(self, series_id: str | None) -> None:
        """Mark the series that was asked for and is still read (None: none)."""
        self.rows.set_wanted(series_id)

    def set_private(self, private: bool) -> None:
        """Empty the filter when patient data is hidden: a name may stand in it."""
        if private:
            self.filter.clear()

    def start_filter(self) -> None:
        """Let the keys go to the filter."""
        if not self.isVisible():
            self.show_requested.emit()
        if self.filter.isVisible():
            self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.filter.selectAll()

    def _find(self, text: str) -> None:
        self.rows.set_filter(text)
        self._tell_count()
        self._go_to_shown()

    def _fold(self, heading: Heading, folded: bool) -> None:
        self.rows.fold(heading, folded)
        for row in range(self.rows.rowCount()):
            index = self.rows.index(row, 0)
            if any(one.ids[:1] == heading.ids[:1] for one in index.data(HEADING_ROLE)):
                self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
                self.list.scrollTo(index)
                return

    def _tell_count(self) -> None:
        count, found = len(self.rows.series), self.rows.found
        number = str(count) if found == count else tr("{found} of {count}", found=found, count=count)
        self._heading.setText(tr("Series ({number})", number=number) if count else tr("Series"))

    def _go_to_shown(self) -> None:
        index = self.rows.shown
        if index.isValid():
            self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.list.scrollTo(index)


class FilterField(QLineEdit):
    """A line of words to find series by. Escape empties it and gives the keys back."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__(placeholderText=tr("Filter: name, date, CT…"), clearButtonEnabled=True)
        self.setAccessibleName(tr("Filter of the series"))

    def event(self, event: QEvent) -> bool:
        """Keep Escape, which cancels what runs elsewhere, for the field."""
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Empty the field on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        else:
            super().keyPressEvent(event)


class SeriesList(QListView):
    """A list in which a click, Enter or Space asks for a row or folds a heading, and the focus may rest on any."""

    asked = Signal(QModelIndex)
    fold_requested = Signal(object, bool)  # a `Heading`, and whether it is to be folded
    close_requested = Signal(tuple)  # the ids of the series of a study

    def __init__(self) -> None:
        super().__init__(resizeMode=QListView.ResizeMode.Adjust)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(_LAID_OUT_AT_ONCE)
        self.setAccessibleName(tr("Series"))
        self.setAccessibleDescription(tr("Arrow keys move, left and right fold, Enter opens"))
        self.setMouseTracking(True)
        # By Tab only: after a click, the arrows still belong to the slice.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        # What is dragged must be selected; that is not shown, the marks of rows are their own.
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._pressed = QPoint()
        self.clicked.connect(self._take_click)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember which line of a row is meant."""
        self._pressed = event.position().toPoint()
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask for the focused row on Enter and Space; fold and unfold its headings with left and right."""
        index = self.currentIndex()
        if index.isValid() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if index.data(SERIES_ROLE):
                self.asked.emit(index)
            else:
                self._fold(index, folded=False)
        elif index.isValid() and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._fold(index, folded=event.key() == Qt.Key.Key_Left)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the study under the pointer, or with that of the focused row."""
        is_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if is_key else self.indexAt(event.pos())
        model = self.model()
        if index.isValid() and isinstance(model, SeriesRows):
            ids = model.study_of(index)
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction(tr("Close this study")).triggered.connect(lambda: self.close_requested.emit(ids))
            menu.popup(event.globalPos())

    def _take_click(self, index: QModelIndex) -> None:
        line = QFontMetrics(self.font()).lineSpacing()
        heading = heading_at(index.data(HEADING_ROLE), line, self._pressed.y() - self.visualRect(index).top())
        if heading is not None:
            self.fold_requested.emit(heading, not heading.is_folded)
        elif index.data(SERIES_ROLE):
            self.asked.emit(index)

    def _fold(self, index: QModelIndex, *, folded: bool) -> None:
        """Fold the innermost heading over a row that is not folded yet, or unfold the one that it stands for."""
        row = index.row()
        while row > 0 and not self.model().index(row, 0).data(HEADING_ROLE):
            row -= 1
        headings: tuple[Heading, ...] = self.model().index(row, 0).data(HEADING_ROLE)
        fitting = [one for one in headings if one.is_folded is not folded]
        if fitting:
            self.fold_requested.emit(fitting[-1], folded)
