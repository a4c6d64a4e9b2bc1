"""The card of a model, from its contract: what for, what not for, whom it was trained on, limits, figures, licences."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.ui.widgets.labels import add_widgets, clear_layout, text_label
from desktop.ui.widgets.theme import set_margins, units

if TYPE_CHECKING:
    from inference.contract.contract import Contract, Evaluation


class ModelCard(QWidget):
    """Headed paragraphs. Everything is plain text: a stranger's bundle cannot put markup on the screen.

    Its many labels are made when it is opened: made at every change of the model they would hold up the main window.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bare")
        self._column = QVBoxLayout(self)
        set_margins(self._column, 8, 2, 0, 6, spacing=2)
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


def _population(contract: "Contract") -> str:
    who = contract.intended_use.population
    if who.age_years is None:
        return f"{who.description} Ages: unknown."
    return f"{who.description} Ages: {who.age_years[0]:g} to {who.age_years[1]:g} years."


def _expects(contract: "Contract") -> str:
    wanted = contract.input
    modality = " or ".join(wanted.modality) or "any modality"
    part = ", ".join(wanted.body_part).lower() or "any body part"
    return f"{modality}; {part}; {wanted.plane} slices; {wanted.size[0]} × {wanted.size[1]} pixels"
