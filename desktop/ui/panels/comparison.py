"""The second model: its choice, what it says of the slice beside the first, and whether both agree."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QToolButton, QWidget

from desktop.state.texts.language import tr
from desktop.ui.panels.heatmap_controls import ElidingComboBox
from desktop.ui.widgets.controls import make_column, make_row, set_up_button, settle_key_focus
from desktop.ui.widgets.labels import SteadyLabel, text_label
from imaging.base.english import english
from inference.classify.agreement import describe_agreement
from inference.classify.finding_words import describe_headline, format_percent

if TYPE_CHECKING:
    from inference.classify.finding import Analysis
    from inference.contract.contract import Contract

NO_SECOND = english("No second model")


class ComparisonView(QWidget):
    """A is the model in use, B the second. Without a second model there is only the choice. Setters emit nothing."""

    second_requested = Signal(str)  # the id of a model; empty: none
    switch_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bare")
        self._first: Contract | None = None
        self._second: Contract | None = None
        self.choice = ElidingComboBox(tr("Second model"))
        self.choice.activated.connect(lambda index: self.second_requested.emit(self.choice.itemData(index)))
        self.switch = set_up_button(QToolButton(), self.switch_requested, name=tr("Exchange first and second model"))
        self.switch.setText("A/B")
        self.said, self.agreement = SteadyLabel(2), SteadyLabel(2, role="heading")
        choosing = make_row(text_label(tr("Compare"), wrap=False), (self.choice, 1), self.switch, spacing=6)
        make_column(choosing, self.said, self.agreement, holder=self, spacing=4)
        settle_key_focus(self)
        self.set_models(())
        self.set_second(None)

    def set_models(self, contracts: "Sequence[Contract]") -> None:
        """Offer these models beside none."""
        self.choice.clear()
        self.choice.addItem(tr(NO_SECOND), "")
        for contract in contracts:
            self.choice.addItem(contract.name, contract.id)
        self.set_second(self._second)

    def set_first(self, contract: "Contract | None") -> None:
        """Take note of the model in use."""
        self._first = contract

    def set_second(self, contract: "Contract | None") -> None:
        """Show which model is the second, None for none."""
        self._second = contract
        self.choice.setCurrentIndex(self.choice.findData("" if contract is None else contract.id))
        if contract is not None and self.choice.currentIndex() < 0:
            self.choice.setPlaceholderText(contract.name)
        for part in (self.switch, self.said, self.agreement):
            part.setVisible(contract is not None)
        self.show_answers(None, None)

    def show_answers(self, first: "Analysis | None", second: "Analysis | None") -> None:
        """Show what B says of the slice on screen, and how that stands to A; None is not asked yet."""
        self.said.set_text("" if second is None or self._second is None else describe_second(second, self._second))
        both = first is not None and second is not None and self._first is not None and self._second is not None
        self.agreement.set_text(
            tr(describe_agreement((first, self._first), (second, self._second)))
            if both and first and second and self._first and self._second
            else ""
        )


def describe_second(analysis: "Analysis", contract: "Contract") -> str:
    """Return the answer of B in a line: the decision and its probability, or why there is none and no number."""
    said, finding = tr(describe_headline(analysis, contract)), analysis.finding
    decided = [] if finding is None or analysis.is_withheld else finding.scores
    shares = [format_percent(one.probability) for one in decided if finding and one.name in finding.decision.split("+")]
    return f"B, {contract.name} {contract.version}: {said}" + (f", {' and '.join(shares)}" if shares else "")
