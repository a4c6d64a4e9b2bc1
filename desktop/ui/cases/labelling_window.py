"""The window of labelling: one case after the other, one key a label. Nothing of the main window is on screen with it.

It shows `LabellingFacts` and nothing else beside the picture, so that it cannot show a score that it was not given.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QProgressBar, QPushButton, QToolButton, QWidget

from desktop.state.cases.labelling import LabellingFacts
from desktop.state.texts.language import tr
from desktop.ui.slice_view.slice_view import SliceView
from desktop.ui.widgets.controls import make_column, make_holder, make_row, make_scroll_area, set_up_button
from desktop.ui.widgets.labels import SteadyLabel, clear_layout, text_label
from desktop.ui.widgets.theme import units
from imaging.base.english import english

_PANEL_WIDTH = 310
_KEYS = english(
    "Backspace takes back · Space pauses · F2 remark · PgUp, PgDn other cases · wheel, arrows slices · "
    "F fit · I invert · R, H, V turn · W window · Esc ends; all is kept"
)
_STUDY_KEYS = english(
    "Space pauses · F2 remark · wheel, arrows slices · F fit · I invert · R, H, V turn · W window · "
    "Esc ends; all is kept"
)
_NOTICE = english("Research use only. Not for diagnosis.")
_NEEDS_ENTER = english("Each key chooses a label or leaves it again; Enter says that these are all.")
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
_SLICES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1}
_CASES = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
_RETURNS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class LabellingWindow(QDialog):
    """Shows a case and what is said of it; sends what the reader says."""

    answered = Signal(str, str)  # a label, a rating or "cannot tell", and the remark
    confirmed = Signal(str)  # the labels that are chosen are all; the remark
    remarked = Signal(str)
    take_back_requested = Signal()
    step_requested = Signal(int)  # cases to go on
    pause_requested = Signal()
    closed = Signal()
    slice_key_pressed = Signal(str)  # fit, invert, rotate, flip_h, flip_v, window

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(tr("Labelling"))
        self.setWindowModality(Qt.WindowModality.ApplicationModal)
        self.pane = SliceView()
        self.progress = SteadyLabel(3, role="heading")
        self.bar = QProgressBar()
        self.bar.setProperty("role", "thin")
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Cases that are done"))
        self.labels = make_holder()
        make_column(holder=self.labels, spacing=4)
        self.buttons: dict[str, QPushButton] = {}
        """The button of each answer."""
        self._answers_by_key: dict[str, str] = {}
        self._shown_keys: tuple[tuple[str, str, str], ...] = ()
        self._case = ""
        self.enter = text_label(tr(_NEEDS_ENTER), role="small")
        self.remark = QLineEdit(placeholderText=tr("Remark (F2)"))
        self.remark.setAccessibleName(tr("Remark on this case"))
        self.remark.returnPressed.connect(self._leave_remark)
        self.others, self.model, self.before = SteadyLabel(2), SteadyLabel(2), SteadyLabel(2, role="small")
        self.problem = SteadyLabel(2)
        self.pause = set_up_button(
            QToolButton(), self.pause_requested, tip=tr("Covers the case; the time stands still")
        )
        self.back = set_up_button(QToolButton(), self.take_back_requested, tip=tr("Goes back to the last answer"))
        self.back.setText(tr("Take back"))
        self.end = set_up_button(
            QToolButton(), self.close, tip=tr("All that was said is kept; it can go on another day")
        )
        self.end.setText(tr("End"))
        self.hint = text_label(role="small")
        for button in (self.pause, self.back, self.end):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scrolled = make_scroll_area(self.labels, tr("Labels"))
        self._scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        panel = self._lay_out_panel()
        make_row((self.pane, 1), panel, holder=self, spacing=0)
        self.pane.setFocus()

    def _lay_out_panel(self) -> QWidget:
        panel = make_holder("panel")
        panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        panel.setFixedWidth(units(_PANEL_WIDTH))
        make_column(
            self.progress, self.bar, (self._scrolled, 1), self.enter, self.remark, self.others, self.model,
            self.problem, self.before, make_row(self.pause, self.back, self.end, 1, spacing=6), self.hint,
            text_label(tr(_NOTICE), role="small"),
            holder=panel, margins=(12,), spacing=8,
        )  # fmt: skip
        return panel

    # --- facts ---

    def show_facts(self, facts: LabellingFacts) -> None:
        """Show where the reader is, what may be answered, what was."""
        self.progress.set_text("\n".join(facts.progress))
        self.bar.setRange(0, facts.total)
        self.bar.setValue(facts.done)
        if facts.keys != self._shown_keys:
            self._offer(facts.keys)
        for said, button in self.buttons.items():
            button.setChecked(said in facts.chosen)
            button.setEnabled(not facts.is_paused)
        self.enter.setVisible(facts.needs_confirmation)
        if facts.progress[0] != self._case:
            # Of the same case, what is being typed stays.
            self._case = facts.progress[0]
            self.remark.setText(facts.remark)
        self.others.set_text(facts.others)
        self.others.setVisible(bool(facts.others))
        self.model.set_text(facts.model)
        self.before.set_text(facts.before)
        over = tr("All cases are done.") if facts.is_over else ""
        reading = "" if facts.is_read or facts.problem else tr("Reading the case…")
        self.problem.set_text(
            facts.problem or (tr("Paused; Space goes on.") if facts.is_paused else "") or reading or over
        )
        self.pause.setText(tr("Go on") if facts.is_paused else tr("Pause"))
        self.back.setVisible(not facts.is_study)
        self.hint.setText(tr(_STUDY_KEYS) if facts.is_study else tr(_KEYS))

    def set_private(self, private: bool) -> None:
        """Hide names in the corners of the slice, or show them again."""
        self.pane.set_private(private)

    def _offer(self, keys: tuple[tuple[str, str, str], ...]) -> None:
        """Put a button for each answer on the panel."""
        clear_layout(self.labels)
        self._shown_keys = keys
        self._answers_by_key = {key: said for key, _, said in keys if key}
        self.buttons = {}
        for key, words, said in keys:
            button = QPushButton(f"{key}   {words}".replace("&", "&&"), autoDefault=False)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setStyleSheet("text-align: left")
            button.clicked.connect(lambda _, said=said: self._answer(said))
            self.buttons[said] = button
            self.labels.layout().addWidget(button)  # type: ignore[union-attr]
        make_room = self.labels.layout()
        make_room.addStretch(1)  # type: ignore[union-attr]

    # --- requests ---

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys of answers, of cases and of the slice; a key that is held answers once."""
        key, plain = Qt.Key(event.key()), event.modifiers() in _PLAIN
        if plain and key in _SLICES:
            self.pane.stepped.emit(_SLICES[key])
        elif not event.isAutoRepeat():
            self._press(event, key, plain=plain)

    def _press(self, event: QKeyEvent, key: Qt.Key, *, plain: bool) -> None:
        is_undo = key == Qt.Key.Key_Z and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        shifted = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        if is_undo or (plain and key == Qt.Key.Key_Backspace):
            self.take_back_requested.emit()
        elif plain and key in _CASES:
            self.step_requested.emit(_CASES[key])
        elif plain and key in _RETURNS:
            self.confirmed.emit(self.remark.text())
        elif plain and key == Qt.Key.Key_Space:
            self.pause_requested.emit()
        elif plain and key == Qt.Key.Key_F2:
            self.remark.setFocus()
        elif key == Qt.Key.Key_Escape and self.remark.hasFocus():
            self.pane.setFocus()
        elif key == Qt.Key.Key_Escape:
            self.close()
        elif plain and (said := self._answers_by_key.get(event.text().upper())) is not None:
            self._answer(said)
        elif (plain or shifted) and event.text():
            self.slice_key_pressed.emit(("Shift+" if shifted else "") + event.text().upper())

    def _answer(self, said: str) -> None:
        self._scrolled.ensureWidgetVisible(self.buttons[said])
        self.answered.emit(said, self.remark.text())

    def _leave_remark(self) -> None:
        self.remarked.emit(self.remark.text())
        self.pane.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that the reader ends."""
        self.closed.emit()
        super().closeEvent(event)
