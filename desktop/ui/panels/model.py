"""The model panel at the right: choice and card of the model, Analyse, the finding, the heatmap."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QProgressBar, QPushButton, QScrollArea, QToolButton, QVBoxLayout, QWidget

from desktop.startup.build_info import NOTICE
from desktop.state.commands import command, shown_key
from desktop.ui.panels.finding import NOTHING_YET, FindingView
from desktop.ui.panels.heatmap_controls import ElidingComboBox, HeatmapControls
from desktop.ui.widgets.controls import (
    make_column,
    make_holder,
    make_row,
    make_scroll_area,
    set_up_button,
    settle_key_focus,
    style_as_panel,
)
from desktop.ui.widgets.labels import (
    Disclosure,
    Remark,
    add_widgets,
    clear_layout,
    explain_problem,
    plain_tooltip,
    text_label,
    thin_line,
)
from desktop.ui.widgets.theme import units
from inference.contract.wording import QUALITY_WORDS, describe_unknown

if TYPE_CHECKING:
    from imaging.base.errors import Refusal
    from inference.classify.finding import Analysis
    from inference.contract.contract import Contract, Evaluation

NO_MODEL = "Choose a model above, or open a bundle."
NO_SLICE = "Open a series first; the model scores the slice on screen."
BUSY_AFTER_MS = 150
"""Work shorter than this shows no sign of being busy: in live mode it would flicker at every slice."""


class ModelPanel(QWidget):
    """A pure view: setters show and emit nothing; every signal is a request. The research notice is always in sight."""

    model_requested = Signal(str)
    open_bundle_requested = Signal()
    analyse_requested = Signal()
    live_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        style_as_panel(self)
        self._analyse_text = f"Analyse   {shown_key(command('analyse').keys[0])}"
        self._has_model = self._has_slice = False
        self._has_answer = False
        self._build()
        self.notice = text_label(NOTICE, role="notice")
        parts = (self._head(), self.busy, thin_line(), (self._body(), 1), self.notice)
        make_column(*parts, holder=self, spacing=0)
        settle_key_focus(self)
        self.set_models(())
        self.set_current(None)
        self.show_busy(False)
        self.set_error(None)

    # --- setters ---

    def set_models(self, contracts: "Sequence[Contract]") -> None:
        """Offer these models; the choice stays if its model is still there."""
        chosen = self.choice.currentData()
        self.choice.clear()
        for contract in contracts:
            self.choice.addItem(contract.name, contract.id)
            detail = f"{contract.name}\n{contract.id}, version {contract.version}"
            self.choice.setItemData(self.choice.count() - 1, plain_tooltip(detail), Qt.ItemDataRole.ToolTipRole)
        self.choice.setCurrentIndex(self.choice.findData(chosen))
        self.choice.setEnabled(bool(contracts))
        self.choice.setPlaceholderText("Choose a model" if contracts else "No model is installed")

    def set_current(self, contract: "Contract | None") -> None:
        """Show the bundle in use: its choice, card, labels."""
        self.choice.setCurrentIndex(-1 if contract is None else self.choice.findData(contract.id))
        if contract is not None and self.choice.currentIndex() < 0:
            self.choice.setPlaceholderText(contract.name)
        self.card.set_contract(contract)
        self.disclosure.setVisible(contract is not None)
        self.heat.set_contract(contract)
        self.heat.setVisible(contract is not None)
        self._has_model = contract is not None
        self._offer()

    def set_has_slice(self, has_slice: bool) -> None:
        """Say whether there is a slice to score."""
        self._has_slice = has_slice
        self._offer()

    def show_analysis(self, analysis: "Analysis | None", contract: "Contract | None", *, what: str) -> None:
        """Show one answer, or none; `what` names the model, the series and slice n of N that was scored."""
        if analysis is not None and not self._has_answer:
            # Open, the card would push the finding that was just asked for out of sight.
            self.disclosure.set_open(False)
        self._has_answer = analysis is not None
        self.finding.show_analysis(analysis, contract, what=what)

    def show_busy(self, busy: bool) -> None:
        """Say that the model runs, once it runs long enough to be noticed."""
        if busy:
            self._patience.start()
        else:
            self._patience.stop()
            self._look_busy(False)

    def set_live(self, live: bool) -> None:
        """Show whether the finding follows the wheel."""
        self.live.setChecked(live)

    def set_error(self, refusal: "Refusal | None") -> None:
        """Show why a bundle or a run was refused; None takes it away."""
        clear_layout(self._errors)
        if refusal is not None:
            said = explain_problem(refusal.message, refusal.code)
            add_widgets(self._errors, Remark("error", "The model cannot be used", said))
        self._errors.setVisible(refusal is not None)

    # --- making ---

    def _build(self) -> None:
        self.choice = ElidingComboBox("Model")
        self.choice.activated.connect(lambda index: self.model_requested.emit(self.choice.itemData(index)))
        tip = "Open a model bundle: a folder, a .slb file or an ONNX file"
        self.open_bundle = set_up_button(QToolButton(), self.open_bundle_requested, name="Open a model bundle", tip=tip)
        self.open_bundle.setText("Open…")
        name = "Analyse the slice on screen"
        self.analyse = set_up_button(QPushButton(), self.analyse_requested, name=name, role="primary")
        name, tip = "Live: the finding follows the wheel", "The finding and the heatmap follow the wheel"
        self.live = set_up_button(QPushButton("Live"), self.live_requested, name=name, tip=tip)
        self.live.setCheckable(True)
        self.busy = QProgressBar(textVisible=False)
        self.busy.setAccessibleName("The model runs")
        self.card = ModelCard()
        self.disclosure = Disclosure("About this model", self.card)
        self.finding = FindingView()
        self.heat = HeatmapControls(key=shown_key(command("heat").keys[0]))
        self._errors = make_holder()
        make_column(holder=self._errors, spacing=0)
        self._patience = QTimer(self, singleShot=True, interval=BUSY_AFTER_MS)
        self._patience.timeout.connect(self._look_busy)

    def _head(self) -> QVBoxLayout:
        # The room of the busy line is kept while it is hidden, so that nothing below it jumps.
        policy = self.busy.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.busy.setSizePolicy(policy)
        self.busy.setProperty("role", "thin")
        first = make_row((self.choice, 1), self.open_bundle, spacing=6)
        second = make_row((self.analyse, 1), self.live, spacing=6)
        return make_column(first, second, margins=(12, 10, 12, 7), spacing=8)

    def _body(self) -> QScrollArea:
        body = make_holder("panel_body")
        parts = (self.disclosure, self._errors, self.finding, self.heat)
        make_column(*parts, 0, holder=body, margins=(12, 6, 12, 12), spacing=10)
        area = make_scroll_area(body, "Model card, finding and heatmap")
        area.setObjectName("scrolled")
        # So that a long card can be read from the keyboard.
        area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return area

    def _offer(self) -> None:
        """Offer Analyse and Live if there are a model and a slice; else say what is missing."""
        without_model = NOTHING_YET if self._has_slice else NO_SLICE
        self.finding.set_hint(without_model if self._has_model else NO_MODEL)
        for control in (self.analyse, self.live):
            control.setEnabled(self._has_model and self._has_slice)

    def _look_busy(self, busy: bool = True) -> None:
        self.analyse.setText("Analysing…" if busy else self._analyse_text)
        self.busy.setRange(0, 0 if busy else 1)
        self.busy.setVisible(busy)


class ModelCard(QWidget):
    """Headed paragraphs. Everything is plain text: a stranger's bundle cannot put markup on the screen.

    Its many labels are made when it is opened: made at every change of the model they would hold up the main window.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bare")
        self._column = make_column(holder=self, margins=(8, 2, 0, 6), spacing=2)
        self._contract: Contract | None = None
        self._is_written = False

    def set_contract(self, contract: "Contract | None") -> None:
        """Show the card of a model, or that there is none."""
        self._contract = contract
        self._is_written = False
        clear_layout(self)
        if self.isVisible():
            self._write()

    def showEvent(self, event: QShowEvent) -> None:
        """Write the card when it is first looked at."""
        if not self._is_written:
            self._write()
        super().showEvent(event)

    def _write(self) -> None:
        self._is_written = True
        contract = self._contract
        if contract is None:
            add_widgets(self, text_label("No model is chosen.", role="quiet"))
            return
        for heading, lines in card_sections(contract):
            self._column.addSpacing(units(6))
            add_widgets(self, text_label(heading, role="section"), *map(text_label, lines))


def card_sections(contract: "Contract") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (heading, lines) of the card, in the order a careful reader asks."""
    use = contract.intended_use
    yield "What it is for", (use.use,)
    yield "What it is not for", (use.not_for,)
    yield "Trained on", (_population(contract), f"Data: {contract.provenance.data}")
    if use.limits:
        yield "Known limits", tuple(f"• {one}" for one in use.limits)
    for evaluation in contract.evaluation:
        heading = f"Figures on “{evaluation.split}”, {evaluation.n} cases, grouped by {evaluation.grouped_by}"
        yield heading, tuple(figure_lines(evaluation, contract))
    if contract.calibration is not None:
        tuned = contract.calibration
        error = f"calibration error {tuned.ece_before:.3f} before, {tuned.ece_after:.3f} after"
        yield "Calibration", (f"{tuned.cases} cases, temperature {tuned.temperature:.3g}, {error}",)
    if contract.qualities:
        yield "The same cases in other qualities", (describe_qualities(contract),)
    if refusals := tuple(refusal_lines(contract)):
        yield "Called unlike its training cases", refusals
    if unknown := describe_unknown(contract):
        yield "Not known", (unknown,)
    yield "Expects", (_expects(contract),)
    yield "Licences", (f"Weights: {contract.weights_licence}", f"Data: {contract.data_licence}")
    made = f"{', '.join(contract.authors)} · {contract.created}"
    yield "Made by", (made, f"{contract.id}, version {contract.version}")


def figure_lines(evaluation: "Evaluation", contract: "Contract") -> Iterator[str]:
    """Yield the figures of a split, then those of each label, each with its 95 % interval."""
    from inference.statistics.bootstrap import interval_text  # it brings pydantic, which is there once a model is

    yield "(each with its 95 % interval)"
    overall = (("Accuracy", evaluation.accuracy), ("Macro F1", evaluation.macro_f1), ("AUC", evaluation.auc))
    yield "\n".join(f"{name} {interval_text(value)}" for name, value in overall if value is not None)
    shown = {label.name: label.display for label in contract.task.labels}
    for name, one in evaluation.labels.items():
        named = (("precision", one.precision), ("recall", one.recall), ("F1", one.f1), ("AUC", one.auc))
        lines = [f"    {title} {interval_text(value)}" for title, value in named if value is not None]
        yield "\n".join([f"{shown.get(name, name)} (n = {one.n})", *lines])


def describe_qualities(contract: "Contract") -> str:
    """Return a line for each quality in which the test cases were judged: what is right, flipped, refused."""
    lines = []
    for name, one in contract.qualities.items():
        shares = (("right", one.accuracy), ("flipped", one.flipped), ("refused", one.refused))
        said = ", ".join(f"{word} {share.value:.1%}" for word, share in shares if share is not None)
        lines.append(f"{QUALITY_WORDS[name]} (n = {one.n}): {said}")
    return "\n".join(lines)


def refusal_lines(contract: "Contract") -> Iterator[str]:
    """Yield the shares refused of each label's own test cases, then of copies that were turned or inverted."""
    rule = contract.out_of_distribution
    if rule is not None and rule.refused_by_label:
        shown = {label.name: label.display for label in contract.task.labels}
        shares = (f"{shown[name]} {share:.1%}" for name, share in rule.refused_by_label.items())
        yield f"Of its own test cases: {', '.join(shares)}"
    if rule is not None and rule.orientation is not None:
        shares = (f"{change.replace('_', ' ')} {share:.1%}" for change, share in rule.orientation.caught.items())
        yield f"Of copies that were changed: {', '.join(shares)}"


def _population(contract: "Contract") -> str:
    who = contract.intended_use.population
    ages = "unknown" if who.age_years is None else "{:g} to {:g} years".format(*who.age_years)
    return f"{who.description} Ages: {ages}."


def _expects(contract: "Contract") -> str:
    wanted = contract.input
    modality = " or ".join(wanted.modality) or "any modality"
    part = ", ".join(wanted.body_part).lower() or "any body part"
    return f"{modality}; {part}; {wanted.plane} slices; {wanted.size[0]} × {wanted.size[1]} pixels"
