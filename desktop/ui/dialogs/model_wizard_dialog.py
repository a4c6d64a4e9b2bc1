"""The wizard of a model without a contract: what its graph says, six questions at most, what it answers meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from desktop.state.texts.language import tr
from desktop.ui.dialogs.model_card import say_assumption
from desktop.ui.dialogs.model_preview import PreviewPanel
from desktop.ui.widgets.controls import make_column, make_row, make_scroll_area, set_up_button, settle_key_focus
from desktop.ui.widgets.labels import SteadyLabel, text_label, thin_line
from desktop.ui.widgets.theme import resize_within_screen, set_role, units
from imaging.base.english import english
from imaging.base.errors import Refusal, error_line
from inference.contract.label_names import find_normal, parse_label_names
from inference.contract.model_answers import ACTIVATIONS, FITS, LAYOUTS, OWN_SCALE, RANGES, SCALE_WORDS, ModelAnswers

if TYPE_CHECKING:
    # At run time this would bring onnxruntime into every dialog.
    from desktop.jobs.model_wizard import BareModel
    from inference.contract.storage import Assumption

WIDTH, HEIGHT = 980, 620
_SAYS = english(
    "An ONNX file does not say all that a model needs. Each question has the assumed answer in it; change what you "
    "know better, and watch what the model answers on the right. Nothing is written until you save."
)
_PAUSE_MS = 250
_SAVING = english("The bundle is being written, and read back.")
_MOST_CHOICES = 1000
_NO_NORMAL = english("none of them")
_BUNDLES = english("Bundle in one file (*.slb)")


class ModelWizardDialog(QDialog):
    """Asks; the main window goes on meanwhile, and the preview follows its slice."""

    preview_requested = Signal(object)  # `ModelAnswers`, a moment after the last change
    names_requested = Signal(object)  # the `Path` of a file with names of classes
    use_requested = Signal(object)  # `ModelAnswers`
    save_requested = Signal(object, object)  # `ModelAnswers` and the `Path` of the bundle

    def __init__(self, bare: "BareModel", folder: Path, parent: QWidget | None = None) -> None:
        """Ask about a model; `folder` is where bundles are saved unless the person says otherwise."""
        super().__init__(parent)
        self.setWindowTitle(tr("A model without a contract"))
        self._asked, self._folder = bare.asked, folder
        self._keys = {question.key for question in bare.asked.questions}
        self._make_controls()
        self._set_presets(bare.asked.presets)
        self.preview = PreviewPanel()
        self.said = SteadyLabel(2, role="quiet")
        buttons = QDialogButtonBox()
        self.save: QPushButton = buttons.addButton(tr("Save as a bundle…"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.use: QPushButton = buttons.addButton(tr("Use without saving"), QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        set_up_button(self.use, lambda: self._hand_on(self.use_requested.emit))
        buttons.accepted.connect(self._ask_for_path)
        buttons.rejected.connect(self.reject)
        self._lay_out(bare, buttons)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._try)
        self._listen()
        self._settle()
        settle_key_focus(self)
        self.labels.setFocus()

    # --- facts to show ---

    def set_names(self, names: Sequence[str]) -> None:
        """Show the names of the classes that a file has."""
        self.labels.setPlainText("\n".join(names))

    def show_failure(self, refusal: Refusal) -> None:
        """Say why what was asked for was not done; everything can be tried again."""
        self._say(error_line(tr(refusal.message), refusal.code), is_error=True)
        self.save.setEnabled(True)

    # --- answers ---

    def answers(self) -> ModelAnswers:
        """Return what is answered now. Raises `Refusal` if the names of the classes are none."""
        is_window = self.range.currentData() == "window"
        threshold = self.threshold.value()
        return ModelAnswers(
            labels=parse_label_names(self.labels.toPlainText()),
            normal=self.normal.currentData() or "",
            activation=self.activation.currentData(),
            threshold=threshold if threshold > 0 else None,
            scale=self.scale.currentData(),
            own_scale=(self.mean.value(), self.spread.value()) if self.scale.currentData() == OWN_SCALE else None,
            range=self.range.currentData(),
            window=(self.centre.value(), self.width_.value()) if is_window else None,
            fit=self.fit.currentData(),
            size=(self.rows.value(), self.columns.value()) if self._asked.size_is_open else None,
            layout=self.layout_.currentData() if "layout" in self._keys else None,
            modality=tuple(self.modality.text().split(",")) if "modality" in self._keys else None,
            name=self.name.text().strip() or None,
        )

    def _hand_on(self, request: Callable[..., object], *rest: object) -> None:
        try:
            answers = self.answers()
        except Refusal as refusal:
            self.show_failure(refusal)
            return
        self._say(tr(_SAVING) if rest else "")
        request(answers, *rest)

    def _try(self) -> None:
        self.preview.show_trying()
        self._hand_on(self.preview_requested.emit)

    def _ask_for_path(self) -> None:
        suggested = self._folder / f"{self.name.text().strip() or 'model'}.slb"
        name, _ = QFileDialog.getSaveFileName(self, tr("Save the model as a bundle"), str(suggested), tr(_BUNDLES))
        if name:
            path = Path(name)
            self.save.setEnabled(False)
            self._hand_on(self.save_requested.emit, path if path.suffix.lower() == ".slb" else Path(f"{path}.slb"))

    def _ask_for_names(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Names of the classes"))
        if name:
            self.names_requested.emit(Path(name))

    # --- controls ---

    def _make_controls(self) -> None:
        self.labels = QPlainTextEdit()
        self.labels.setTabChangesFocus(True)
        self.labels.setFixedHeight(units(84))
        self.names_file = set_up_button(QPushButton(tr("From a file…")), self._ask_for_names)
        self.normal = QComboBox()
        single = {word: says for word, says in ACTIVATIONS.items() if word != "softmax"}
        self.activation = _choices(ACTIVATIONS if self._asked.scores > 1 else single)
        self.threshold = QDoubleSpinBox(maximum=1.0, singleStep=0.05, decimals=3)
        self.threshold.setSpecialValueText(tr("not given"))
        self.scale = _choices(SCALE_WORDS)
        self.mean = QDoubleSpinBox(minimum=-1000.0, maximum=1000.0, decimals=4, singleStep=0.05)
        self.spread = QDoubleSpinBox(minimum=0.0001, maximum=1000.0, decimals=4, singleStep=0.05)
        self.mean.setPrefix(tr("mean") + " ")
        self.spread.setPrefix(tr("spread") + " ")
        self.range = _choices(RANGES)
        self.centre = QDoubleSpinBox(minimum=-1e6, maximum=1e6, decimals=1, prefix=tr("centre") + " ")
        self.width_ = QDoubleSpinBox(minimum=2.0, maximum=1e6, decimals=1, prefix=tr("width") + " ")
        self.fit = _choices(FITS)
        self.rows = QSpinBox(minimum=1, maximum=4096, suffix=" " + tr("rows"))
        self.columns = QSpinBox(minimum=1, maximum=4096, suffix=" " + tr("columns"))
        for spin in self._numbers():
            spin.lineEdit().setTextMargins(units(7), 0, units(7), 0)
        self.layout_ = _choices({word: f"{word}: {tr(says)}" for word, says in LAYOUTS.items()})
        self.modality = QLineEdit()
        self.modality.setPlaceholderText(tr("any; for example CR, DX"))
        self.name = QLineEdit()

    def _set_presets(self, presets: ModelAnswers) -> None:
        self.labels.setPlainText("\n".join(presets.labels or ()))
        for box, word in (
            (self.activation, presets.activation),
            (self.scale, presets.scale),
            (self.range, presets.range),
            (self.fit, presets.fit),
            (self.layout_, presets.layout),
        ):
            box.setCurrentIndex(max(0, box.findData(word)))
        mean, spread = presets.own_scale or (0.0, 1.0)
        self.mean.setValue(mean)
        self.spread.setValue(spread)
        self.centre.setValue(presets.window[0] if presets.window else 40.0)
        self.width_.setValue(presets.window[1] if presets.window else 400.0)
        rows, columns = presets.size or (224, 224)
        self.rows.setValue(rows)
        self.columns.setValue(columns)
        self.modality.setText(", ".join(presets.modality or ()))
        self.name.setText(presets.name or "")
        self._list_names()

    def _listen(self) -> None:
        self.labels.textChanged.connect(self._list_names)
        changed = (
            self.labels.textChanged,
            *(box.currentIndexChanged for box in self._boxes()),
            *(spin.valueChanged for spin in self._numbers()),
        )
        for signal in changed:
            signal.connect(self._settle)
            signal.connect(self._pause.start)

    def _boxes(self) -> tuple[QComboBox, ...]:
        return (self.normal, self.activation, self.scale, self.range, self.fit, self.layout_)

    def _numbers(self) -> tuple[QDoubleSpinBox | QSpinBox, ...]:
        pairs = (self.mean, self.spread, self.centre, self.width_, self.rows, self.columns)
        return (self.threshold, *pairs)

    def _settle(self, *_: object) -> None:
        is_window = self.range.currentData() == "window"
        self.centre.setVisible(is_window)
        self.width_.setVisible(is_window)
        is_own = self.scale.currentData() == OWN_SCALE
        self.mean.setVisible(is_own)
        self.spread.setVisible(is_own)
        for spin in (self.rows, self.columns):
            spin.setEnabled(self._asked.size_is_open)

    def _list_names(self) -> None:
        """Offer the names as the normal answer; the one that was chosen stays, if it is still there."""
        try:
            names = parse_label_names(self.labels.toPlainText())
        except Refusal:
            names = ()
        chosen = self.normal.currentData() or find_normal(names) or ""
        self.normal.blockSignals(True)
        self.normal.clear()
        self.normal.addItem(tr(_NO_NORMAL), "")
        for name in names[:_MOST_CHOICES]:
            self.normal.addItem(name, name)
        self.normal.setCurrentIndex(max(0, self.normal.findData(chosen)))
        self.normal.blockSignals(False)

    def _say(self, text: str, *, is_error: bool = False) -> None:
        set_role(self.said, "error" if is_error else "quiet")
        self.said.set_text(text)

    # --- places ---

    def _lay_out(self, bare: "BareModel", buttons: QDialogButtonBox) -> None:
        rows: dict[str, tuple[QWidget, ...]] = {
            "labels": (self.labels, self.names_file, self.normal),
            "activation": (self.activation, self.threshold),
            "scale": (self.scale, self.mean, self.spread),
            "range": (self.range, self.centre, self.width_),
            "fit": (self.fit, self.rows, self.columns),
            "layout": (self.layout_,),
            "modality": (self.modality,),
        }
        beside = {
            self.normal: tr("Which of them says that nothing was found?"),
            self.threshold: tr("A label is decided from"),
            self.mean: tr("Mean of the scale"),
            self.spread: tr("Spread of the scale"),
            self.centre: tr("Centre of the window"),
            self.width_: tr("Width of the window"),
            self.rows: tr("Rows"),
            self.columns: tr("Columns"),
        }
        pairs: dict[QWidget, QWidget] = {
            self.mean: self.spread,
            self.centre: self.width_,
            self.rows: self.columns,
        }
        parts: list[QWidget] = [
            text_label(tr(_SAYS), role="quiet"),
            text_label(tr("What the graph says"), role="section"),
            *_assumption_labels(bare.told),
            text_label(tr("What is assumed"), role="section"),
            *_assumption_labels(bare.assumed),
            thin_line(),
        ]
        for number, question in enumerate(bare.asked.questions, 1):
            parts.append(text_label(f"{number}. {tr(question.title)}", role="heading"))
            for control in rows[question.key]:
                title = beside.get(control, tr(question.title))
                control.setAccessibleName(title)
                if control in (self.normal, self.threshold):
                    parts.append(_named_row(title, control))
                elif control in pairs:
                    parts.append(_row(control, pairs[control]))
                elif control not in pairs.values():
                    parts.append(control)
            parts.append(text_label(tr("Assumed, because {why}.", why=tr(question.why)), role="small"))
        for hidden in {"layout", "modality"} - self._keys:
            rows[hidden][0].hide()
        questions = QWidget()
        make_column(*parts, 1, holder=questions, margins=(2, 2, 12, 2), spacing=6)
        self.area = make_scroll_area(questions, tr("Questions about the model"))
        self.name.setAccessibleName(tr("Name of the model"))
        named = make_row(text_label(tr("Name"), wrap=False), (self.name, 1), spacing=10)
        middle = make_row((self.area, 3), (self.preview, 2), spacing=14)
        make_column((middle, 1), self.said, named, buttons, holder=self, margins=(14,), spacing=10)
        resize_within_screen(self, WIDTH, HEIGHT)


def _choices(words: Mapping[str, str]) -> QComboBox:
    box = QComboBox()
    for word, says in ((word, tr(says)) for word, says in words.items()):
        box.addItem(f"{says[:1].upper()}{says[1:]}", word)
    # A long choice is no demand on the width of the dialog.
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(20)
    return box


def _named_row(title: str, control: QWidget) -> QWidget:
    label = text_label(title, wrap=False)
    label.setBuddy(control)
    return _row(label, control)


def _row(*parts: QWidget) -> QWidget:
    row = QWidget()
    make_row(*parts, 1, holder=row, spacing=10)
    return row


def _assumption_labels(rows: Sequence["Assumption"]) -> list[QWidget]:
    labels: list[QWidget] = []
    for one in rows:
        label = text_label(say_assumption(one).replace("`", ""), role="small")
        label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        labels.append(label)
    return labels
