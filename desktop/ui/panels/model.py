"""The model panel at the right: choice of the model, Analyse, the finding, the heatmap."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QProgressBar, QPushButton, QScrollArea, QToolButton, QVBoxLayout, QWidget

from desktop.startup.build_info import NOTICE
from desktop.state.commands import command
from desktop.state.key_bindings import KeyBindings
from desktop.state.texts.language import tr
from desktop.ui.panels.comparison import ComparisonView
from desktop.ui.panels.finding import NOTHING_YET, FindingDetails, FindingView
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
from imaging.base.english import english

if TYPE_CHECKING:
    from imaging.base.errors import Refusal
    from inference.classify.finding import Analysis
    from inference.contract.contract import Contract

NO_MODEL = english("Choose a model above, or open a bundle.")
NO_SLICE = english("Open a series first; the model scores the slice on screen.")
LIVE_MS = 80
"""The least time between two findings in live mode: the eye needs no more, and the wheel goes on meanwhile."""
BUSY_AFTER_MS = 150
"""Work shorter than this shows no sign of being busy: in live mode it would flicker at every slice."""


class ModelPanel(QWidget):
    """A pure view: setters show and emit nothing; every signal is a request. The research notice is always in sight."""

    model_requested = Signal(str)
    open_bundle_requested = Signal()
    analyse_requested = Signal()
    live_requested = Signal(bool)
    card_requested = Signal()
    reveal_requested = Signal(bool)  # show the number of a slice that stands out of contract, or hide it again

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        style_as_panel(self)
        self._analyse_text = tr("Analyse")
        self._has_model = self._has_slice = False
        self._offered: Contract | None = None
        self._latest: Callable[[], None] | None = None
        self._build()
        self.notice = text_label(tr(NOTICE), role="notice")
        parts = (self._head(), self.busy, thin_line(), (self._body(), 1), self.notice)
        make_column(*parts, holder=self, spacing=0)
        settle_key_focus(self)
        self.set_models(())
        self.set_current(None)
        self.set_offer(None)
        self.show_busy(False)
        self.set_error(None)

    # --- setters ---

    def set_keys(self, bindings: KeyBindings) -> None:
        """Name the keys of what has one."""
        key = bindings.shown_key_of(command("analyse"))
        self._analyse_text = tr("Analyse   {key}", key=key) if key else tr("Analyse")
        self._look_busy(self.busy.maximum() == 0)
        self.heat.set_key(bindings.shown_key_of(command("heat")))

    def set_models(self, contracts: "Sequence[Contract]") -> None:
        """Offer these models; the choice stays if its model is still there."""
        chosen = self.choice.currentData()
        self.choice.clear()
        for contract in contracts:
            self.choice.addItem(contract.name, contract.id)
            detail = tr("{name}\n{id}, version {version}", name=contract.name, id=contract.id, version=contract.version)
            self.choice.setItemData(self.choice.count() - 1, plain_tooltip(detail), Qt.ItemDataRole.ToolTipRole)
        self.choice.setCurrentIndex(self.choice.findData(chosen))
        self.choice.setEnabled(bool(contracts))
        self.choice.setPlaceholderText(tr("Choose a model") if contracts else tr("No model is installed"))

    def set_current(self, contract: "Contract | None") -> None:
        """Show the bundle in use: its choice and its labels."""
        self.choice.setCurrentIndex(-1 if contract is None else self.choice.findData(contract.id))
        if contract is not None and self.choice.currentIndex() < 0:
            self.choice.setPlaceholderText(contract.name)
        # An answer that waits is that of another model.
        self._pause.stop()
        self._latest = None
        self.finding.set_contract(contract)
        self.details.show_analysis(None, contract)
        self.more.setVisible(contract is not None)
        if contract is not None:
            self.set_offer(None)
        self.about.setEnabled(contract is not None)
        self.heat.set_contract(contract)
        self.heat.setVisible(contract is not None)
        self.comparison.setVisible(contract is not None)
        self._has_model = contract is not None
        self._offer()

    def set_offer(self, contract: "Contract | None", subject: str = "") -> None:
        """Offer the model whose training cases, of that subject, the slice is most like; None takes the offer away."""
        self._offered = contract
        if contract is not None:
            self.offer_text.setText(tr("Looks like {subject}: use “{name}”?", subject=subject, name=contract.name))
        self.offer.setVisible(contract is not None)

    def show_unfitting(self, refusal: "Refusal") -> None:
        """Say, in place of an offer, why there is none."""
        self.finding.set_hint(tr(refusal.message))

    def set_has_slice(self, has_slice: bool) -> None:
        """Say whether there is a slice to score."""
        self._has_slice = has_slice
        self._offer()

    def show_analysis(
        self, analysis: "Analysis | None", contract: "Contract | None", *, what: str, revealed: bool = False
    ) -> None:
        """Show one answer, or none; `what` names series, slice n of N and file; `revealed` as in `FindingView`.

        In live mode not more often than anybody reads: of answers that follow each other faster the last one comes.
        """

        def show() -> None:
            self.finding.show_analysis(analysis, contract, what=what, revealed=revealed)
            self.details.show_analysis(analysis, contract)
            self.heat.set_withheld(analysis is not None and analysis.is_withheld and not revealed)

        self._latest = show
        if not self._pause.isActive():
            self._show_latest()

    def _show_latest(self) -> None:
        """Show the answer that came last, unless it is shown; in live mode another one follows after a pause."""
        latest, self._latest = self._latest, None
        if latest is not None:
            latest()
            if self.live.isChecked():
                self._pause.start()

    def lines(self, *, is_private: bool) -> tuple[str, ...]:
        """Return the finding with its caveats in words, for a copy of the pane."""
        return (*self.finding.lines(is_private=is_private), *self.heat.lines, tr(NOTICE))

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
        if not live:
            self._pause.stop()
            self._show_latest()

    def set_error(self, refusal: "Refusal | None") -> None:
        """Show why a bundle or a run was refused; None takes it away."""
        clear_layout(self._errors)
        if refusal is not None:
            said = explain_problem(refusal.message, refusal.code)
            add_widgets(self._errors, Remark("error", tr("The model cannot be used"), said))
        self._errors.setVisible(refusal is not None)

    # --- making ---

    def _build(self) -> None:
        self.choice = ElidingComboBox(tr("Model"))
        self.choice.activated.connect(lambda index: self.model_requested.emit(self.choice.itemData(index)))
        tip = tr("Open a model bundle: a folder, a .slb file or an ONNX file")
        self.open_bundle = set_up_button(
            QToolButton(), self.open_bundle_requested, name=tr("Open a model bundle"), tip=tip
        )
        self.open_bundle.setText(tr("Open…"))
        name = tr("Analyse the slice on screen")
        self.analyse = set_up_button(QPushButton(), self.analyse_requested, name=name, role="primary")
        name, tip = tr("Live: the finding follows the wheel"), tr("The finding and the heatmap follow the wheel")
        self.live = set_up_button(QPushButton(tr("Live")), self.live_requested, name=name, tip=tip)
        self.live.setCheckable(True)
        self.busy = QProgressBar(textVisible=False)
        self.busy.setAccessibleName(tr("The model runs"))
        tip = tr("What it is for, what it was trained on, its figures and limits")
        self.about = set_up_button(QToolButton(), self.card_requested, name=tr("About this model"), tip=tip)
        self.about.setText(tr("Card…"))
        self._lay_out_offer()
        self.comparison = ComparisonView()
        self.finding = FindingView()
        self.finding.reveal_requested.connect(self.reveal_requested)
        self.heat = HeatmapControls()
        self.details = FindingDetails()
        self.more = Disclosure(tr("All that is said of it"), self.details)
        self._errors = make_holder()
        make_column(holder=self._errors, spacing=0)
        self._patience = QTimer(self, singleShot=True, interval=BUSY_AFTER_MS)
        self._patience.timeout.connect(self._look_busy)
        self._pause = QTimer(self, singleShot=True, interval=LIVE_MS)
        self._pause.timeout.connect(self._show_latest)

    def _lay_out_offer(self) -> None:
        self.offer = QFrame()
        self.offer.setProperty("role", "unknown")
        self.offer_text = text_label()
        self.accept_offer = set_up_button(
            QPushButton(tr("Use it")), self._take_offer, name=tr("Use the model that is offered")
        )
        make_row((self.offer_text, 1), self.accept_offer, holder=self.offer, margins=(9, 7, 9, 8), spacing=8)

    def _take_offer(self) -> None:
        if self._offered is not None:
            self.model_requested.emit(self._offered.id)

    def _head(self) -> QVBoxLayout:
        # The room of the busy line is kept while it is hidden, so that nothing below it jumps.
        policy = self.busy.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.busy.setSizePolicy(policy)
        self.busy.setProperty("role", "thin")
        first = make_row((self.choice, 1), self.about, self.open_bundle, spacing=6)
        second = make_row((self.analyse, 1), self.live, spacing=6)
        return make_column(first, second, margins=(12, 10, 12, 7), spacing=8)

    def _body(self) -> QScrollArea:
        body = make_holder("panel_body")
        parts = (self.offer, self._errors, self.finding, self.comparison, self.heat, self.more)
        make_column(*parts, 0, holder=body, margins=(12, 6, 12, 12), spacing=10)
        area = make_scroll_area(body, tr("Finding and heatmap"))
        area.setObjectName("scrolled")
        # So that what is below can be read from the keyboard.
        area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return area

    def _offer(self) -> None:
        """Offer Analyse and Live if there are a model and a slice; else say what is missing."""
        with_model = tr(NOTHING_YET) if self._has_slice else tr(NO_SLICE)
        self.finding.set_hint(with_model if self._has_model else tr(NO_MODEL))
        for control in (self.analyse, self.live):
            control.setEnabled(self._has_model and self._has_slice)

    def _look_busy(self, busy: bool = True) -> None:
        self.analyse.setText(tr("Analysing…") if busy else self._analyse_text)
        self.busy.setRange(0, 0 if busy else 1)
        self.busy.setVisible(busy)
