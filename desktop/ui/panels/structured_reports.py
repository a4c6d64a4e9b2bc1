"""Structured reports as text beside the picture: which one, and its measurements and findings row by row."""

from PySide6.QtCore import QItemSelection, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QComboBox, QHeaderView, QPushButton, QTableView, QWidget

from desktop.jobs.report_reading import FoundReport
from desktop.render.privacy import HIDDEN
from desktop.state.texts.dates import format_date
from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import make_column, make_row, set_up_button, set_up_table, settle_key_focus
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.text_rows import TextRows, copy_all_rows, copy_selected_rows
from desktop.ui.widgets.theme import units
from desktop.ui.widgets.watched_panel import WatchedPanel
from imaging.base.english import english
from imaging.base.errors import Refusal, error_line
from imaging.volume.structured_report import ReportItem, StructuredReport

COLUMNS = (english("What"), english("Value"))
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_INDENT = "    "


class StructuredReportsPanel(WatchedPanel):
    """A choice of the reports, those on the study on screen first, and the items of the chosen one as a table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: tuple[tuple[FoundReport, bool], ...] = ()
        self._count = 0
        self._is_private = False
        self.choice = QComboBox()
        self.choice.setAccessibleName(tr("Report"))
        self.choice.currentIndexChanged.connect(self._show_chosen)
        self.heading = text_label(role="quiet")
        self.detail = text_label()
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.rows = ReportRows()
        self.table = _table(self.rows)
        self.table.selectionModel().selectionChanged.connect(self._show_detail)
        copy = self.table.addAction(tr("Copy the selected rows"), QKeySequence.StandardKey.Copy, self.copy_selected)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.copy_button = set_up_button(
            QPushButton(tr("Copy all")), self.copy_all, name=tr("Copy the whole report as text")
        )
        head = make_row((self.choice, 1), self.copy_button)
        make_column(head, self.heading, (self.table, 1), self.detail, holder=self, margins=(10,), spacing=8)
        settle_key_focus(self)
        self.set_reports((), 0)

    def set_reports(self, found: tuple[tuple[FoundReport, bool], ...], count: int) -> None:
        """Show these reports, each with whether it is on the study on screen; `count` are among the files."""
        kept = self.choice.currentData()
        self._found, self._count = found, count
        found = () if self._is_private else found
        self.choice.blockSignals(True)
        self.choice.clear()
        for one, is_here in found:
            self.choice.addItem(_title(one, is_here), one.name)
        self.choice.setCurrentIndex(max(0, self.choice.findData(kept)) if found else -1)
        self.choice.blockSignals(False)
        self.choice.setEnabled(len(found) > 1)
        self.choice.setToolTip(
            tr("The first {found} of {count} reports.", found=len(found), count=count) if 0 < len(found) < count else ""
        )
        if found:
            self._show_chosen(self.choice.currentIndex())
        elif self._is_private:
            self._show((), tr("{hidden}: reports are patient data.", hidden=tr(HIDDEN)))
        else:
            self._show(
                (), tr("Reading the reports…") if count else tr("There is no structured report among the open files.")
            )

    def set_private(self, private: bool) -> None:
        """Show no report while patient data is hidden, or show them again."""
        self._is_private = private
        self.set_reports(self._found, self._count)

    def copy_selected(self) -> None:
        """Put the selected rows on the clipboard."""
        copy_selected_rows(self.table, self.rows)

    def copy_all(self) -> None:
        """Put every row on the clipboard."""
        copy_all_rows(self.rows)

    def _show_chosen(self, index: int) -> None:
        if not 0 <= index < len(self._found):
            return
        found = self._found[index][0].found
        if isinstance(found, Refusal):
            self._show((), error_line(tr(found.message), found.code))
        else:
            self._show(found.items, _describe(found))

    def _show(self, items: tuple[ReportItem, ...], heading: str) -> None:
        self.heading.setText(heading)
        self.detail.setText("")
        self.rows.set_items(items)
        self.table.setVisible(bool(items))
        self.copy_button.setEnabled(bool(items))

    def _show_detail(self, chosen: QItemSelection) -> None:
        if chosen.indexes():
            what, value = self.rows.cells(chosen.indexes()[0].row())
            self.detail.setText(f"{what.strip()}: {value}" if value else what.strip())


class ReportRows(TextRows):
    """Items of a report for a table; any number of them costs the same to show."""

    def __init__(self) -> None:
        super().__init__()
        self._items: tuple[ReportItem, ...] = ()

    def set_items(self, items: tuple[ReportItem, ...]) -> None:
        """Replace all rows."""
        if items is not self._items:
            self.beginResetModel()
            self._items = items
            self.endResetModel()

    def cells(self, row: int) -> tuple[str, str]:
        """Return what an item is, further in the deeper it lies, and its value with the unit."""
        item = self._items[row]
        return f"{_INDENT * item.depth}{item.concept or item.kind.capitalize()}", item.text

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(map(tr, COLUMNS))

    def count(self) -> int:
        """Return how many rows there are."""
        return len(self._items)


def _title(one: FoundReport, is_here: bool) -> str:
    if isinstance(one.found, Refusal):
        return tr("A report that cannot be read")
    words = [one.found.title, format_date(one.found.date), tr("this study") if is_here else tr("another study")]
    return ", ".join(word for word in words if word)


def _describe(report: StructuredReport) -> str:
    """Return in a line what kind of report it is, who made it, and what it says of its own worth."""
    template = tr("template {template}", template=report.template) if report.template else tr("no template stated")
    made = tr("made with {maker}", maker=report.maker) if report.maker else ""
    worth = ", ".join(
        (
            tr("complete") if report.is_complete else tr("partial"),
            tr("verified") if report.is_verified else tr("not verified"),
        )
    )
    return ", ".join(part for part in (report.kind, template, made, worth) if part) + "."


def _table(rows: ReportRows) -> QTableView:
    table = QTableView()
    height = table.fontMetrics().lineSpacing() + units(9)
    set_up_table(table, tr("Items of the report"), row_height=height, is_list=True).setModel(rows)
    head = table.horizontalHeader()
    for section in range(len(COLUMNS)):
        head.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
    return table
