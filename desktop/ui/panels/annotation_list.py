"""The list of what was drawn on the series on screen: go to it, show or hide it, name, colour or delete it."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHeaderView, QPushButton, QTableView, QWidget

from desktop.state.annotations.rows import COLOURS, AnnotationRow
from desktop.state.texts.language import tr
from desktop.ui.plots.value_histogram import ValueHistogram
from desktop.ui.widgets.controls import make_column, make_row, set_up_button, set_up_table, settle_key_focus
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.watched_panel import WatchedPanel
from imaging.base.english import english

_HEADS = (english("Shown"), english("What"), english("Slice"), english("Label"), english("Value"))
_EMPTY = english(
    "Nothing is drawn on this series. The Tools menu has what to draw with: L for a length, O for an area."
)
Index = QModelIndex | QPersistentModelIndex


class AnnotationRows(QAbstractTableModel):
    """The rows as Qt's tables want them; checking the first column asks for it to be shown."""

    visible_requested = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[AnnotationRow, ...] = ()

    def set_rows(self, rows: tuple[AnnotationRow, ...]) -> None:
        """Show these rows; if there are as many as before, where they stand stays."""
        if rows and len(rows) == len(self.rows):
            self.rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(_HEADS) - 1))
        else:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many shapes there are."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return how many facts of each are shown."""
        return 0 if parent is not None and parent.isValid() else len(_HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        """Return the heading of a column."""
        is_head = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return tr(_HEADS[section]) if is_head else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a cell's text, whether it is checked, or its colour."""
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.CheckStateRole and column == 0:
            return Qt.CheckState.Checked if row.is_visible else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.AccessibleTextRole and column == 0:
            return tr("{what}, shown", what=row.what) if row.is_visible else tr("{what}, hidden", what=row.what)
        if role == Qt.ItemDataRole.DecorationRole and column == 1:
            return QColor(row.colour or "#ffd24a")
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return ("", row.what, row.where, row.label, row.value)[column]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return what can be done with a cell: the first one can be checked."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else flags

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for a shape to be shown or hidden."""
        if role != Qt.ItemDataRole.CheckStateRole or index.column() != 0:
            return False
        is_checked = Qt.CheckState(value) == Qt.CheckState.Checked
        self.visible_requested.emit(self.rows[index.row()].uid, is_checked)
        return True


class AnnotationsPanel(WatchedPanel):
    """The list, and what can be done with the chosen row. Setters emit nothing."""

    jump_requested = Signal(str)
    visible_requested = Signal(str, bool)
    colour_requested = Signal(str, str)
    label_requested = Signal()
    delete_requested = Signal()
    export_requested = Signal()
    import_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = AnnotationRows(self)
        self.table = set_up_table(QTableView(), tr("Measurements of this series"))
        self.table.setModel(self.rows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        head = self.table.horizontalHeader()
        for column in range(len(_HEADS)):
            mode = QHeaderView.ResizeMode.Interactive if column == 3 else QHeaderView.ResizeMode.ResizeToContents
            head.setSectionResizeMode(column, mode)
        head.setStretchLastSection(True)
        self.told = text_label(tr(_EMPTY), role="small")
        self.go_to = set_up_button(QPushButton(tr("Go to it")), self._jump)
        self.label = set_up_button(QPushButton(tr("Label…")), self._ask_label)
        self.colour = QComboBox()
        self.colour.setAccessibleName(tr("Colour"))
        for name, colour in COLOURS:
            self.colour.addItem(tr(name), colour)
        self.delete = set_up_button(QPushButton(tr("Delete")), self._delete)
        self.export = set_up_button(QPushButton(tr("Export…")), self.export_requested)
        self.import_ = set_up_button(QPushButton(tr("Import…")), self.import_requested)
        self.rows.visible_requested.connect(self.visible_requested)
        self.colour.activated.connect(self._colour)
        self.table.activated.connect(self._jump)
        self.table.clicked.connect(self._jump)
        self.table.selectionModel().currentChanged.connect(self._show_chosen)
        buttons = make_row(self.go_to, self.label, self.colour, self.delete, 1, self.import_, self.export, spacing=8)
        self.histogram = ValueHistogram()
        make_column(
            (self.table, 1), self.told, self.histogram, buttons, holder=self, margins=(12, 10, 12, 10), spacing=8
        )
        settle_key_focus(self)
        self.set_rows(())

    def set_rows(self, rows: tuple[AnnotationRow, ...]) -> None:
        """Show these rows, and choose that of the selected shape."""
        self.rows.set_rows(rows)
        self.told.setVisible(not rows)
        self.export.setEnabled(bool(rows))
        selected = next((number for number, row in enumerate(rows) if row.is_selected), None)
        if selected is not None and selected != self.table.currentIndex().row():
            self.table.selectRow(selected)
        self._show_chosen()

    @property
    def chosen(self) -> AnnotationRow | None:
        """The row that is chosen."""
        number = self.table.currentIndex().row()
        return self.rows.rows[number] if 0 <= number < len(self.rows.rows) else None

    def _show_chosen(self) -> None:
        row = self.chosen
        self.histogram.show_spread(None if row is None else row.spread)
        for control in (self.go_to, self.label, self.colour, self.delete):
            control.setEnabled(row is not None)
        if row is not None:
            self.colour.setCurrentIndex(max(0, self.colour.findData(row.colour)))

    def _jump(self) -> None:
        if (row := self.chosen) is not None:
            self.jump_requested.emit(row.uid)

    def _colour(self) -> None:
        if (row := self.chosen) is not None:
            self.colour_requested.emit(row.uid, self.colour.currentData())

    def _ask_label(self) -> None:
        self._jump()
        self.label_requested.emit()

    def _delete(self) -> None:
        self._jump()
        self.delete_requested.emit()
