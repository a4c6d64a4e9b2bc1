"""The list of measurements, cell by cell, as eyes and screen readers have it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from desktop.state.annotations.rows import AnnotationRow
from desktop.ui.panels.annotation_list import AnnotationRows

Role = Qt.ItemDataRole


def test_each_cell_says_what_it_shows(qapp: object) -> None:
    shown = AnnotationRow("1", "Length", "Slice 3", "Lesion", "12 mm", "#6fd36f", is_visible=True, is_selected=False)
    hidden = AnnotationRow("2", "Angle", "Slice 4", "", "90°", "", is_visible=False, is_selected=False)
    table = AnnotationRows()
    table.set_rows((shown, hidden))
    assert table.rowCount() == 2
    cells = [[table.data(table.index(row, column)) for column in range(table.columnCount())] for row in range(2)]
    assert cells == [["", "Length", "Slice 3", "Lesion", "12 mm"], ["", "Angle", "Slice 4", "", "90°"]]
    heads = [table.headerData(column, Qt.Orientation.Horizontal) for column in range(table.columnCount())]
    assert heads == ["Shown", "What", "Slice", "Label", "Value"]
    said = [[table.data(table.index(row, column), Role.AccessibleTextRole) for column in (0, 1)] for row in range(2)]
    assert said == [["Length, shown", None], ["Angle, hidden", None]]
    checked = [table.data(table.index(row, 0), Role.CheckStateRole) for row in range(2)]
    assert checked == [Qt.CheckState.Checked, Qt.CheckState.Unchecked]
    colours = [table.data(table.index(row, 1), Role.DecorationRole) for row in range(2)]
    assert colours == [QColor("#6fd36f"), QColor("#ffd24a")]
