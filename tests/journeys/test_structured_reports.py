"""Structured reports among the open files are read as text beside the picture."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QTableView

from tests.imaging.phantoms import code_item, content_item, number_item, save, structured_report, write_series
from tests.journeys.conftest import Launch, Reader


def with_reports(folder: Path) -> Path:
    """A CT with a report on it, one on another study, and one that was cut short."""
    write_series(folder)
    finding = content_item("CODE", "Finding", ConceptCodeSequence=[code_item("9", "Nodule")])
    group = content_item("CONTAINER", "Measurement Group", finding, number_item("Diameter", 5))
    own = structured_report(group, ContentDate="20260102", Manufacturer="Others")
    save(structured_report(number_item("Length", 7), StudyInstanceUID="1.2.9"), folder / "a.dcm")
    save(own, folder / "b.dcm")
    (folder / "c.dcm").write_bytes((folder / "b.dcm").read_bytes()[:-40])
    return folder


def open_reports(reader: Reader) -> None:
    QTest.keyClick(reader.window, Qt.Key.Key_W, Qt.KeyboardModifier.ShiftModifier)
    reader.until(lambda: reader.window.reports.isVisible())
    reader.until(lambda: reader.window.reports.choice.count() > 0)


def choose(box: QComboBox, row: int) -> None:
    box.showPopup()
    steps = row - box.currentIndex()
    for _ in range(abs(steps)):
        QTest.keyClick(box.view(), Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)
    QTest.keyClick(box.view(), Qt.Key.Key_Return)


def click_row(table: QTableView, row: int) -> None:
    where = table.visualRect(table.model().index(row, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)


def test_reports_stand_beside_the_picture(launch: Launch, tmp_path: Path) -> None:
    reader = launch(with_reports(tmp_path / "ct"))
    reader.until_open()
    panel = reader.window.reports
    open_reports(reader)
    # The one on the study on screen comes first.
    assert panel.choice.currentText() == "Imaging Measurement Report, 2026-01-02, this study"
    assert panel.rows.text([0, 1, 2]).splitlines() == [
        "What\tValue", "Measurement Group\t", "    Finding\tNodule", "    Diameter\t5 mm",
    ]  # fmt: skip
    assert "made with Others" in panel.heading.text()
    titles = [panel.choice.itemText(number) for number in range(panel.choice.count())]
    assert [title.endswith(", another study") for title in titles] == [False, True, False]
    choose(panel.choice, 1)
    assert panel.rows.text([0]).splitlines()[1] == "Length\t7 mm"
    choose(panel.choice, 2)
    # What was cut is said, and costs nothing else.
    assert panel.rows.rowCount() == 0
    assert "E_" in panel.heading.text()
    choose(panel.choice, 0)
    QTest.mouseClick(panel.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == panel.rows.text(list(range(panel.rows.rowCount())))
    assert reader.pane.picture is not None
    QTest.keyClick(reader.window, Qt.Key.Key_W, Qt.KeyboardModifier.ShiftModifier)
    assert not panel.isVisible()


def test_a_selected_row_is_shown_in_full(launch: Launch, tmp_path: Path) -> None:
    write_series(tmp_path / "ct")
    long = "A remark " * 60
    save(structured_report(content_item("TEXT", "Remark", TextValue=long)), tmp_path / "ct" / "report.dcm")
    reader = launch(tmp_path / "ct")
    reader.until_open()
    open_reports(reader)
    panel = reader.window.reports
    click_row(panel.table, 0)
    assert panel.detail.text() == f"Remark: {long.strip()}"


def test_without_reports_there_is_nothing_to_show(launch: Launch, tmp_path: Path) -> None:
    write_series(tmp_path / "ct")
    reader = launch(tmp_path / "ct")
    reader.until_open()
    assert not reader.window.menus.actions["structured_reports"].isEnabled()


def test_a_report_alone_is_no_picture_but_can_be_read(launch: Launch, tmp_path: Path) -> None:
    save(structured_report(number_item("Length", 7)), tmp_path / "report.dcm")
    reader = launch(tmp_path / "report.dcm")
    reader.until(lambda: "E_NOT_AN_IMAGE" in reader.window.strip.message.text_whole)
    reader.until_ready()
    open_reports(reader)
    assert reader.window.reports.rows.text([0]).splitlines()[1] == "Length\t7 mm"
