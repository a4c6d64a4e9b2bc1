"""After a run that ended where it should not: the next start offers what it left."""

from PySide6.QtWidgets import QMessageBox

from desktop.startup import crash_reports
from tests.journeys.conftest import Launch


def test_the_next_start_offers_the_report_and_the_one_after_does_not(launch: Launch) -> None:
    crash_reports.write_fault(ValueError("ROE^JANE"))
    reader = launch()
    reader.until(lambda: reader.window.findChildren(QMessageBox))
    (box,) = reader.window.findChildren(QMessageBox)
    assert "report" in box.windowTitle()
    next(button for button in box.buttons() if button.text() == "Keep it").click()
    reader.until_ready()
    again = launch()
    again.until_ready()
    assert again.window.findChildren(QMessageBox) == []


def test_a_fault_in_a_slot_is_kept_for_the_next_start_and_the_window_goes_on(launch: Launch) -> None:
    reader = launch("--provoke")
    reader.until(crash_reports.find_unseen)
    reader.until_ready()
    (report,) = crash_reports.find_unseen()
    assert "ArithmeticError" in report.text
    assert "provoked" not in report.text
    crash_reports.delete(report)
    assert reader.window.isVisible()
