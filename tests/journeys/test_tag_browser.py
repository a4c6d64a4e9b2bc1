"""The header of the slice on screen in its window: searched, folded, copied, compared, followed."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from desktop.ui.panels.tag_browser import TagBrowserPanel, TagRows
from imaging.volume.header_rows import HeaderRow
from tests.journeys.conftest import Launch, Reader

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def reader(launch: Launch, ct: Path) -> Reader:
    reader = launch(ct)
    reader.until_open()
    reader.window.resize(1024, 700)
    return reader


def opened(reader: Reader) -> TagBrowserPanel:
    reader.key(Qt.Key.Key_T, Qt.KeyboardModifier.ShiftModifier)
    panel = reader.window.tags
    reader.until(lambda: panel.rows.rowCount() > 0)
    reader.until_ready()
    return panel


def names(panel: TagBrowserPanel) -> list[str]:
    return [panel.rows.cells(row)[1].strip() for row in range(panel.rows.rowCount())]


def heading(panel: TagBrowserPanel) -> str:
    return next(label.text() for label in panel.findChildren(QLabel) if label.text().startswith("Slice "))


def test_it_is_searched_and_copied(reader: Reader) -> None:
    panel = opened(reader)
    assert heading(panel) == f"Slice {reader.place[0] + 1} of 10"
    assert "Patient's Name" in names(panel)
    assert panel.search.hasFocus()
    QTest.keyClicks(panel.search, "patientname")
    assert names(panel) == ["Patient's Name"]
    panel.table.setFocus()
    panel.table.selectRow(0)
    assert panel.detail.text_whole == "(0010,0010) Patient's Name: Roe^Jane"
    QTest.keyClick(panel.table, Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == (
        "Number\tName\tKind\tValue\n(0010,0010)\tPatient's Name\tPN\tRoe^Jane\n"
    )
    panel.search.clear()
    QTest.keyClicks(panel.search, "0028,0010")
    assert names(panel) == ["Rows"]
    QTest.mouseClick(panel.copy_button, Qt.MouseButton.LeftButton)
    assert "(0028,0010)\tRows\tUS\t" in QGuiApplication.clipboard().text()
    assert "Roe" not in reader.window.windowTitle() + panel.window().windowTitle()


def test_it_follows_the_slice_and_compares(reader: Reader, ct: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = opened(reader)
    reader.wheel(-120)
    reader.until(lambda: heading(panel) == f"Slice {reader.place[0] + 1} of 10")
    other = sorted(ct.iterdir())[0]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(other), ""))
    QTest.mouseClick(panel.compare, Qt.MouseButton.LeftButton)
    reader.until(lambda: panel.rows.is_compared)
    assert "against" in heading(panel)
    assert "Patient's Name" not in names(panel)
    QTest.mouseClick(panel.back, Qt.MouseButton.LeftButton)
    reader.until(lambda: not panel.rows.is_compared)
    reader.until_ready()
    assert "Patient's Name" in names(panel)


def test_a_file_without_a_header_is_refused(reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = opened(reader)
    (tmp_path / "text.txt").write_text("no header")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "text.txt"), ""))
    QTest.mouseClick(panel.compare, Qt.MouseButton.LeftButton)
    reader.until(lambda: any("E_UNKNOWN_FORMAT" in label.text() for label in panel.findChildren(QLabel)))
    assert panel.rows.rowCount() == 0


def test_it_is_empty_while_patient_data_is_hidden(reader: Reader) -> None:
    panel = opened(reader)
    reader.window.menus.actions["hide_patient"].trigger()
    assert panel.rows.rowCount() == 0
    reader.window.menus.actions["show_patient"].trigger()
    assert "Patient's Name" in names(panel)


def test_escape_or_the_command_again_closes_it(reader: Reader) -> None:
    panel = opened(reader)
    QTest.keyClick(panel.search, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    reader.window.show_tags()
    assert panel.isVisible()
    reader.window.show_tags()
    assert not panel.isVisible()


def test_rows_are_folded() -> None:
    rows = TagRows()
    inside = [HeaderRow(1, "", f"Item {number}") for number in range(120)]
    rows.set_rows([HeaderRow(0, "(0040,0275)", "Sequence"), *inside, HeaderRow(0, "(0040,0280)", "Comments")])
    assert rows.rowCount() == 2
    assert rows.cells(0)[1] == "▸ Sequence"
    rows.fold(0)
    assert rows.rowCount() == 122
    assert rows.cells(0)[1] == "▾ Sequence"
    rows.fold(0, True)
    assert rows.rowCount() == 2
    rows.search("item 7")
    assert [rows.cells(row)[1].strip() for row in range(3)] == ["▾ Sequence", "Item 7", "Item 70"]
    rows.search("")
    assert rows.rowCount() == 2


def test_five_thousand_rows_are_searched(qtbot: QtBot) -> None:
    panel = TagBrowserPanel()
    qtbot.addWidget(panel)
    panel.show()
    panel.rows.set_rows([HeaderRow(0, f"(0011,{n:04X})", f"Element {n}", value="x" * 40) for n in range(5000)])
    QTest.keyClicks(panel.search, "element 4999")
    assert names(panel) == ["Element 4999"]
