"""The ledger on screen: counts, rows, what to do, and copying them."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.ui.panels.ledger import LedgerPanel
from desktop.ui.widgets.labels import ADVICE, explain_problem
from imaging.base.errors import Code, Ledger
from inference.contract.codes import ModelCode
from tests.desktop.ui import material


@pytest.fixture
def panel(shown: Callable[[LedgerPanel], LedgerPanel]) -> LedgerPanel:
    panel = LedgerPanel()
    panel.resize(760, 260)
    panel.set_ledger(material.ledger())
    return shown(panel)


def cell(panel: LedgerPanel, row: int, column: int) -> str:
    return str(panel.table.model().index(row, column).data())


def test_shows_counts_and_a_row_for_every_skipped_file(panel: LedgerPanel) -> None:
    assert panel._summary.text() == "60 opened, 4 skipped."
    assert panel.table.model().rowCount() == 4
    assert [cell(panel, 0, column) for column in range(4)] == [
        "/media/disc/DICOM/ST0001/SE0004/IM0007",
        "The file ends before its pixels do; it is probably an incomplete copy.",
        "Copy the file again from where it came from. It is shorter than it says.",
        "E_TRUNCATED",
    ]


@pytest.mark.parametrize(
    ("ledger", "sentence"),
    [(Ledger(), "Nothing was opened yet."), (Ledger(seen=3, opened=3), "3 opened. Nothing was skipped.")],
)
def test_says_so_when_there_are_no_rows(panel: LedgerPanel, ledger: Ledger, sentence: str) -> None:
    panel.set_ledger(ledger)
    assert panel._summary.text() == sentence
    assert not panel.table.isVisible()
    assert not panel.copy_button.isVisible()


def test_opened_files_stand_below_the_skipped_ones(panel: LedgerPanel) -> None:
    listed: list[str] = []

    def opened() -> tuple[tuple[str, str], ...]:
        listed.append("once")
        return (("/media/disc/IM1", "Opened: Thorax"), ("/media/disc/IM2", "Opened: Thorax"))

    panel.hide()
    panel.set_opened(opened)
    assert listed == [], "nobody looks"
    panel.show()
    assert panel.table.model().rowCount() == 6
    assert [cell(panel, 5, column) for column in range(4)] == ["/media/disc/IM2", "Opened: Thorax", "", ""]
    panel.table.selectRow(5)
    assert panel._detail.text() == "/media/disc/IM2\nOpened: Thorax"


def test_selecting_a_row_shows_it_in_full(panel: LedgerPanel) -> None:
    panel.table.selectRow(3)
    text = panel._detail.text()
    assert "export.zip/Übersicht/IM0001" in text
    assert "E_DECODE" in text
    assert ADVICE[Code.DECODE] in text


def test_ctrl_c_copies_the_selected_rows(panel: LedgerPanel, qtbot: QtBot) -> None:
    panel.table.setFocus()
    panel.table.selectRow(1)
    qtbot.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    header, row = QGuiApplication.clipboard().text().splitlines()
    assert header.split("\t") == ["File", "What became of it", "What you can do", "Code"]
    assert row.split("\t")[0] == "/media/disc/README.txt"
    assert row.split("\t")[3] == "E_UNKNOWN_FORMAT"


def test_copy_all(panel: LedgerPanel, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel.copy_button, Qt.MouseButton.LeftButton)
    assert len(QGuiApplication.clipboard().text().splitlines()) == 5


@pytest.mark.parametrize("code", [*Code, *ModelCode])
def test_every_code_of_both_lists_has_advice(code: Code | ModelCode) -> None:
    assert ADVICE[code].endswith(".")


def test_there_is_no_advice_for_codes_that_do_not_exist() -> None:
    assert set(ADVICE) == {*Code, *ModelCode}
    assert explain_problem("It is odd.", "E_WHATEVER") == ("It is odd. (E_WHATEVER)",)
