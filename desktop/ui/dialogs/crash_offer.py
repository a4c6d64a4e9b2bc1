"""After a run that ended where it should not: what it left behind is offered, never sent anywhere."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from desktop.startup.crash_reports import Report, delete, mark_seen
from desktop.ui.dialogs.about import show_text

_SAYS = (
    "An earlier run of Slicelens met a fault of its own. It left a report on this computer: the program's versions and "
    "where in its code it was. No names, no paths that were opened and no pixels are in it, and it is sent to nobody."
)


def offer(reports: tuple[Report, ...], parent: QWidget) -> QMessageBox:
    """Ask what is to become of the reports; the window goes on meanwhile. Closing the question keeps them."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, "A report of a fault", _SAYS, parent=parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowModality(Qt.WindowModality.NonModal)
    show = box.addButton("Show it", QMessageBox.ButtonRole.AcceptRole)
    remove = box.addButton("Delete it", QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton("Keep it", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    show.clicked.connect(partial(_show, reports, parent))
    remove.clicked.connect(partial(_each, delete, reports))
    keep.clicked.connect(partial(_each, mark_seen, reports))
    box.show()
    return box


def _each(do: Callable[[Report], None], reports: tuple[Report, ...]) -> None:
    for report in reports:
        do(report)


def _show(reports: tuple[Report, ...], parent: QWidget) -> None:
    text = "\n\n".join(f"{report.path}\n\n{report.text}" for report in reports)
    _each(mark_seen, reports)
    show_text("Report of a fault", text, parent)
