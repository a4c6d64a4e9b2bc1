"""The strip at the bottom: a hint or a problem at the left, what runs with its cancel, and the ledger's counts."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QProgressBar, QPushButton, QSizePolicy, QToolButton, QWidget

from desktop.render.privacy import HIDDEN
from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import make_row, set_up_button, settle_key_focus
from desktop.ui.widgets.labels import Mark, SteadyLabel, text_label
from desktop.ui.widgets.theme import bound_width, set_icon, units

if TYPE_CHECKING:
    from imaging.base.errors import Refusal
    from imaging.base.progress import Progress


class ProgressStrip(QWidget):
    """One line that never changes its height, so that the picture above it does not jump."""

    cancel_requested = Signal()
    ledger_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("progress_strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._mark = Mark("error", 16)
        self.message = SteadyLabel()
        self.dismiss = set_up_button(
            QToolButton(),
            self._dismiss,
            name=tr("Dismiss this message"),
            tip=tr("Dismiss"),
            role="flat",
        )
        set_icon(self.dismiss, "close")
        self._doing = text_label(role="quiet", wrap=False)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("Progress"))
        self.cancel = set_up_button(
            QPushButton(tr("Cancel")), self.cancel_requested, name=tr("Cancel what runs"), tip="Esc"
        )
        tip = tr("What was opened, what was skipped and why")
        self.ledger = set_up_button(QPushButton(), self.ledger_requested, tip=tip, role="flat")
        self._hint = ""
        self._lasting: Refusal | None = None
        self._private = text_label(tr(HIDDEN), role="heading", wrap=False)
        self._private.hide()
        parts = (
            self._mark,
            (self.message, 1),
            self.dismiss,
            self._doing,
            self.bar,
            self.cancel,
            self._private,
            self.ledger,
        )
        make_row(*parts, holder=self, margins=(10, 3, 8, 3), spacing=8)
        bound_width(self.bar, least_width=170, most_width=170)
        settle_key_focus(self)
        self.show_problem(None)
        self.show_progress(None)
        self.set_ledger_summary("")

    def show_progress(self, progress: "Progress | None") -> None:
        """Show how far what runs has come; None hides it."""
        for part in (self._doing, self.bar, self.cancel):
            part.setVisible(progress is not None)
        if progress is None:
            return
        self._doing.setText(tr(progress.doing))
        if progress.total:
            self.bar.setRange(0, progress.total)
            self.bar.setValue(min(progress.done, progress.total))
            self.bar.setFormat(tr("{done} of {total}", done=progress.done, total=progress.total))
        else:
            self.bar.setRange(0, 0)
        self.bar.setAccessibleDescription(f"{tr(progress.doing)}, {progress.done}")

    def set_ledger_summary(self, summary: str) -> None:
        """Show the ledger's one line, which opens the ledger; empty hides it."""
        self.ledger.setText(summary)
        self.ledger.setVisible(bool(summary))
        self.ledger.setAccessibleName(tr("Ledger: {summary}", summary=summary))

    def show_first(self, refusal: "Refusal") -> None:
        """Show what is wrong from the start: it outlasts the first opening, which clears what was said before."""
        self.show_problem(refusal)
        self._lasting = refusal

    def _dismiss(self) -> None:
        self._lasting = None
        self.show_problem(None)

    def show_problem(self, refusal: "Refusal | None") -> None:
        """Show what went wrong, with its code, in place of the hint until it is dismissed; None clears it."""
        if refusal is None:
            refusal, self._lasting = self._lasting, None
        self._mark.setVisible(refusal is not None)
        self.dismiss.setVisible(refusal is not None)
        self.message.set_text(self._hint if refusal is None else f"{tr(refusal.message)} ({refusal.code.value})")
        self.message.setAccessibleName(
            tr("Hint") if refusal is None else tr("Problem: {text}", text=self.message.text_whole)
        )

    def set_private(self, private: bool) -> None:
        """Say that patient data is hidden; a sentence that is there may name somebody, and goes."""
        self._private.setVisible(private)
        if private:
            self.show_problem(None)
            self.set_hint("")

    def set_hint(self, hint: str) -> None:
        """Set one line of help, shown while there is no problem."""
        self._hint = hint
        if self._mark.isHidden():
            self.message.set_text(hint)

    def sizeHint(self) -> QSize:
        """Return the height of its highest part, shown or not."""
        return QSize(super().sizeHint().width(), self.cancel.sizeHint().height() + units(8))
