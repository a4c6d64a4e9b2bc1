"""The card of a model in a window of its own: what it is for, what it was trained on, its figures and limits."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QWidget

from desktop.ui.widgets.controls import make_close_buttons, make_column, make_scroll_area
from desktop.ui.widgets.labels import add_widgets, clear_layout, text_label
from desktop.ui.widgets.theme import units
from inference.contract.wording import QUALITY_WORDS, describe_unknown

if TYPE_CHECKING:
    from inference.contract.contract import Contract, Evaluation
    from inference.contract.storage import Assumption


class ModelCardDialog(QDialog):
    """The card to read and scroll beside the main window, which goes on meanwhile; it follows the model in use."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About this model")
        self.card = ModelCard()
        area = make_scroll_area(self.card, "Card of the model")
        make_column((area, 1), make_close_buttons(self), holder=self, margins=(12,), spacing=8)
        self.resize(units(560), units(620))


class ModelCard(QWidget):
    """Headed paragraphs. Everything is plain text: a stranger's bundle cannot put markup on the screen.

    Its many labels are made when it is opened: made at every change of the model they would hold up the main window.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bare")
        self._column = make_column(holder=self, margins=(8, 2, 0, 6), spacing=2)
        self._contract: Contract | None = None
        self._assumed: Sequence[Assumption] = ()
        self._is_written = False

    def set_contract(self, contract: "Contract | None", assumed: "Sequence[Assumption]" = ()) -> None:
        """Show the card of a model, with what is assumed of one without a contract; or that there is none."""
        self._contract, self._assumed = contract, assumed
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
        assumed = tuple(f"{one.what.capitalize()}: {one.value} ({one.why})" for one in self._assumed)
        for heading, lines in (*((("Assumed", assumed),) if assumed else ()), *card_sections(contract)):
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
