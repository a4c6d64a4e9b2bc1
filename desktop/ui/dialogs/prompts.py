"""Questions that do not hold up the main window: unpack large files, a password, the report of a fault."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import PurePath

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QWidget,
)

from desktop.startup.crash_reports import CrashReport, delete, mark_seen
from desktop.state.texts.language import tr
from desktop.ui.dialogs.help import show_text
from desktop.ui.widgets.controls import make_column
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.theme import units
from imaging.base.english import english

_WHY = english(
    "A damaged or malicious file can claim any size, so Slicelens asks first. Everything else stays open meanwhile."
)
_SHOWN_ROWS = 6


class UnpackDialog(QDialog):
    """Asks whether files may be unpacked that become larger than is unpacked without asking; yes or no for each."""

    given = Signal(tuple)  # the paths of those that may be unpacked, as the ledger names them

    def __init__(
        self, files: Sequence[tuple[str, int]], *, free: int, limit: int, parent: QWidget | None = None
    ) -> None:
        """Take `files` as (path, bytes when unpacked); `free` and `limit` are bytes too."""
        super().__init__(parent)
        self.setWindowTitle(tr("Unpack?"))
        self._files = files
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Files to unpack"))
        several = len(files) > 1
        if several:
            self._fill()
        unpacks = tr("Without asking, Slicelens unpacks up to {limit}.", limit=format_size(limit))
        numbers = tr("{free} of memory are free. {unpacks}", free=format_size(free), unpacks=unpacks)
        yes, no = (
            (tr("Unpack the chosen ones"), tr("Leave them")) if several else (tr("Unpack and open"), tr("Leave it"))
        )
        buttons = QDialogButtonBox()
        self.yes: QPushButton = buttons.addButton(yes, QDialogButtonBox.ButtonRole.AcceptRole)
        self.no: QPushButton = buttons.addButton(no, QDialogButtonBox.ButtonRole.RejectRole)
        # Enter, pressed in passing, unpacks nothing.
        self.no.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._heading, why = text_label(role="heading"), text_label(tr(_WHY), role="quiet")
        parts = (self._heading, *((self.list,) if several else ()), text_label(numbers), why, buttons)
        make_column(*parts, holder=self, margins=(14,), spacing=10)
        self.setMinimumWidth(units(440))
        self.accepted.connect(self._hand_on)
        self.set_private(False)

    def set_private(self, private: bool) -> None:
        """Number the files instead of naming them, or name them again."""
        names = [
            tr("File {row}", row=row) if private else PurePath(path).name
            for row, (path, _) in enumerate(self._files, 1)
        ]
        self._heading.setText(_headline(names, self._files[0][1]))
        for row in range(self.list.count()):
            self.list.item(row).setText(f"{names[row]}   {format_size(self._files[row][1])}")

    def _fill(self) -> None:
        for _ in self._files:
            QListWidgetItem(self.list).setCheckState(Qt.CheckState.Checked)
        rows = min(len(self._files), _SHOWN_ROWS)
        self.list.setFixedHeight(rows * self.list.sizeHintForRow(0) + 2 * self.list.frameWidth())

    def _hand_on(self) -> None:
        chosen = [
            path
            for row, (path, _) in enumerate(self._files)
            if self.list.count() == 0 or self.list.item(row).checkState() == Qt.CheckState.Checked
        ]
        if chosen:
            self.given.emit(tuple(chosen))


def format_size(count: int) -> str:
    """Return bytes as a person reads them: `712 MiB`, `8.6 GiB`; never broken over two lines."""
    mebibytes = count / 2**20
    number, unit = (f"{mebibytes:.0f}", "MiB") if mebibytes < 1024 else (f"{mebibytes / 1024:.1f}", "GiB")
    return f"{number}\u00a0{unit}"


def _headline(names: Sequence[str], first: int) -> str:
    if len(names) == 1:
        return tr(
            "{name} becomes {size} when it is unpacked. Open it all the same?", name=names[0], size=format_size(first)
        )
    return tr("{files} files become large when they are unpacked. Open them all the same?", files=len(names))


class PasswordDialog(QDialog):
    """Asks for a password; what is typed is not shown, is handed on once, and is not kept."""

    given = Signal(str)

    def __init__(self, count: int, *, is_again: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Password"))
        what = tr("%n file(s) in an archive (is|are)", "", count)
        wrong = tr("That password does not fit. ") if is_again else ""
        sentence = QLabel(
            tr("{wrong}{what} encrypted. The password is forgotten when you quit.", wrong=wrong, what=what),
            wordWrap=True,
        )
        self.field = QLineEdit(echoMode=QLineEdit.EchoMode.Password)
        self.field.setAccessibleName(tr("Password of the archive"))
        sentence.setBuddy(self.field)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        make_column(sentence, self.field, buttons, holder=self, margins=(14,), spacing=10)
        self.setMinimumWidth(units(360))
        self.accepted.connect(self._hand_on)

    def _hand_on(self) -> None:
        typed = self.field.text()
        self.field.clear()
        if typed:
            self.given.emit(typed)


_SAYS = english(
    "An earlier run of Slicelens met a fault of its own. It left a report on this computer: the program's versions and "
    "where in its code it was. No names, no paths that were opened and no pixels are in it, and it is sent to nobody."
)


def offer_crash_reports(reports: tuple[CrashReport, ...], parent: QWidget) -> QMessageBox:
    """Offer reports of faults to be read, kept or deleted. Closing the question keeps them."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, tr("A report of a fault"), tr(_SAYS), parent=parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowModality(Qt.WindowModality.NonModal)
    show = box.addButton(tr("Show it"), QMessageBox.ButtonRole.AcceptRole)
    remove = box.addButton(tr("Delete it"), QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton(tr("Keep it"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    show.clicked.connect(partial(_show, reports, parent))
    remove.clicked.connect(partial(_each, delete, reports))
    keep.clicked.connect(partial(_each, mark_seen, reports))
    box.show()
    return box


def offer_session(paths: int, parent: QWidget) -> QMessageBox:
    """Offer what was open before a crash: `accepted` if it is wanted, `rejected` if not."""
    what = (
        tr("The file or folder that was open")
        if paths == 1
        else tr("The {paths} files or folders that were open", paths=paths)
    )
    said = tr(
        "Slicelens did not end properly last time. {what} can be opened again, with the panes, slices and windows as "
        "they were.",
        what=what,
    )
    box = QMessageBox(QMessageBox.Icon.NoIcon, tr("The last session"), said, parent=parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowModality(Qt.WindowModality.NonModal)
    again = box.addButton(tr("Open again"), QMessageBox.ButtonRole.AcceptRole)
    later = box.addButton(tr("Not now"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(again)
    box.setEscapeButton(later)
    box.show()
    return box


def _each(do: Callable[[CrashReport], None], reports: tuple[CrashReport, ...]) -> None:
    for report in reports:
        do(report)


def _show(reports: tuple[CrashReport, ...], parent: QWidget) -> None:
    text = "\n\n".join(f"{report.path}\n\n{report.text}" for report in reports)
    _each(mark_seen, reports)
    show_text(tr("Report of a fault"), text, parent)
