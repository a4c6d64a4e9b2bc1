"""The page about the program, and the question after a crash."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QMessageBox, QPlainTextEdit, QTabWidget, QTreeWidget, QWidget
from pytestqt.qtbot import QtBot

from desktop.startup import crash_reports
from desktop.startup.build_info import Edition, LicensedPart, ListedModel
from desktop.ui.dialogs.help import AboutDialog
from desktop.ui.dialogs.prompts import offer_crash_reports

SHA = "ab" * 32
Show = Callable[[QWidget], QWidget]


@pytest.fixture
def page(shown: Show) -> AboutDialog:
    about = AboutDialog(
        Edition("3.1.4", "0123456789ab", "2026-11-21", "lite", True),
        system="Linux",
        models=(ListedModel("pneumonia-cxr", "1.0.0", SHA, "CC BY 4.0"),),
        licences=(LicensedPart("numpy", "2.0", "BSD-3-Clause"), LicensedPart("Qt", "6.11", "LGPL-3.0-only")),
    )
    shown(about)
    return about


def test_it_says_what_it_is_and_what_it_is_not_for(page: AboutDialog) -> None:
    page.copy()
    text = QGuiApplication.clipboard().text()
    for fact in ("3.1.4", "0123456789ab", "lite", "pneumonia-cxr", SHA, "CC BY 4.0", "numpy", "LGPL-3.0-only", "Linux"):
        assert fact in text, fact
    assert "Research use only" in text
    assert "ot for diagnosis" in text


def test_models_and_licences_have_a_page_each(page: AboutDialog) -> None:
    (pages,) = page.findChildren(QTabWidget)
    tables = page.findChildren(QTreeWidget)
    assert [pages.tabText(index) for index in range(pages.count())] == ["Models", "Licences"]
    assert sorted(table.topLevelItemCount() for table in tables) == [1, 2]
    row = next(table for table in tables if table.accessibleName() == "Models").topLevelItem(0)
    assert row is not None
    assert SHA.startswith(row.text(2).rstrip("…"))
    assert row.toolTip(2) == SHA
    part = next(table for table in tables if table.accessibleName() != "Models").topLevelItem(1)
    assert part is not None
    assert [part.text(column) for column in range(3)] == ["Qt", "6.11", "LGPL-3.0-only"]
    assert part.toolTip(2) == "LGPL-3.0-only"


@pytest.fixture
def reports(tmp_path: Path) -> tuple[crash_reports.CrashReport, ...]:
    crash_reports.write_fault(ValueError("ROE^JANE"), tmp_path)
    return crash_reports.find_unseen(tmp_path)


def asked(reports: tuple[crash_reports.CrashReport, ...], shown: Show) -> tuple[QWidget, QMessageBox]:
    window = shown(QWidget())
    return window, offer_crash_reports(reports, window)


def press(box: QMessageBox, text: str, window: QWidget, qtbot: QtBot) -> None:
    """Answer, and wait until the question is gone."""
    next(button for button in box.buttons() if button.text() == text).click()
    qtbot.waitUntil(lambda: not window.findChildren(QMessageBox))


def test_the_question_promises_and_the_window_goes_on(
    reports: tuple[crash_reports.CrashReport, ...], shown: Show, qtbot: QtBot
) -> None:
    window, box = asked(reports, shown)
    assert "sent to nobody" in box.text()
    assert not box.isModal()
    assert window.isEnabled()
    press(box, "Keep it", window, qtbot)


@pytest.mark.parametrize(("answer", "stays"), [("Keep it", True), ("Delete it", False), ("Show it", True)])
def test_each_answer_is_given_once(
    reports: tuple[crash_reports.CrashReport, ...],
    shown: Show,
    qtbot: QtBot,
    tmp_path: Path,
    *,
    answer: str,
    stays: bool,
) -> None:
    window, box = asked(reports, shown)
    press(box, answer, window, qtbot)
    assert crash_reports.find_unseen(tmp_path) == ()
    assert [path.name.endswith(".seen.txt") for path in tmp_path.iterdir()] == [True] * stays
    texts = [text for dialog in window.findChildren(QDialog) for text in dialog.findChildren(QPlainTextEdit)]
    assert [("ValueError" in text.toPlainText(), "ROE" in text.toPlainText()) for text in texts] == (
        [(True, False)] if answer == "Show it" else []
    )


def test_escape_keeps_it(
    reports: tuple[crash_reports.CrashReport, ...], shown: Show, qtbot: QtBot, tmp_path: Path
) -> None:
    window, box = asked(reports, shown)
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(QMessageBox))
    assert crash_reports.find_unseen(tmp_path) == ()
    assert len(list(tmp_path.iterdir())) == 1
