"""The card of a model in a window of its own: what it is for, what it was trained on, its figures and limits."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QWidget

from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import make_close_buttons, make_column, make_scroll_area
from desktop.ui.widgets.labels import add_widgets, clear_layout, text_label
from desktop.ui.widgets.theme import resize_within_screen, units
from imaging.base.english import Text
from inference.classify.finding_words import format_percent
from inference.contract.wording import CHANGE_WORDS, QUALITY_WORDS, describe_unknown

if TYPE_CHECKING:
    from inference.contract.contract import Contract, Evaluation
    from inference.contract.storage import Assumption


class ModelCardDialog(QDialog):
    """The card to read and scroll beside the main window, which goes on meanwhile; it follows the model in use."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("About this model"))
        self.card = ModelCard()
        area = make_scroll_area(self.card, tr("Card of the model"))
        make_column((area, 1), make_close_buttons(self), holder=self, margins=(12,), spacing=8)
        resize_within_screen(self, 560, 620)


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
            add_widgets(self, text_label(tr("No model is chosen."), role="quiet"))
            return
        assumed = tuple(map(say_assumption, self._assumed))
        for heading, lines in (*(((tr("Assumed"), assumed),) if assumed else ()), *card_sections(contract)):
            self._column.addSpacing(units(6))
            add_widgets(self, text_label(heading, role="section"), *map(text_label, lines))


def say_assumption(one: "Assumption") -> str:
    """Return what is assumed of a model, its value and why."""
    said = tr(Text("{what}: {value} ({why})", facts={"what": one.what, "value": one.value, "why": one.why}))
    return said[:1].upper() + said[1:]


def card_sections(contract: "Contract") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (heading, lines) of the card, in the order a careful reader asks."""
    use = contract.intended_use
    yield tr("What it is for"), (use.use,)
    yield tr("What it is not for"), (use.not_for,)
    yield tr("Trained on"), (_population(contract), tr("Data: {data}", data=contract.provenance.data))
    if use.limits:
        yield tr("Known limits"), tuple(f"• {one}" for one in use.limits)
    for evaluation in contract.evaluation:
        heading = tr(
            "Figures on “{split}”, {n} cases, grouped by {grouped_by}",
            split=evaluation.split,
            n=evaluation.n,
            grouped_by=evaluation.grouped_by,
        )
        yield heading, tuple(figure_lines(evaluation, contract))
    if contract.calibration is not None:
        tuned = contract.calibration
        error = tr(
            "calibration error {ece_before:.3f} before, {ece_after:.3f} after",
            ece_before=tuned.ece_before,
            ece_after=tuned.ece_after,
        )
        yield (
            tr("Calibration"),
            (
                tr(
                    "{cases} cases, temperature {temperature:.3g}, {error}",
                    cases=tuned.cases,
                    temperature=tuned.temperature,
                    error=error,
                ),
            ),
        )
    if contract.qualities:
        yield tr("The same cases in other qualities"), (tr(describe_qualities(contract)),)
    if refusals := tuple(refusal_lines(contract)):
        yield tr("Called unlike its training cases"), refusals
    if unknown := describe_unknown(contract):
        yield tr("Not known"), (tr(unknown),)
    yield tr("Expects"), (_expects(contract),)
    yield (
        tr("Licences"),
        (
            tr("Weights: {weights_licence}", weights_licence=contract.weights_licence),
            tr("Data: {data_licence}", data_licence=contract.data_licence),
        ),
    )
    made = f"{', '.join(contract.authors)} · {contract.created}"
    yield tr("Made by"), (made, tr("{id}, version {version}", id=contract.id, version=contract.version))


def figure_lines(evaluation: "Evaluation", contract: "Contract") -> Iterator[str]:
    """Yield the figures of a split, then those of each label, each with its 95 % interval."""
    from inference.statistics.bootstrap import interval_text  # it brings pydantic, which is there once a model is

    yield tr("(each with its 95 % interval)")
    overall = ((tr("Accuracy"), evaluation.accuracy), (tr("Macro F1"), evaluation.macro_f1), ("AUC", evaluation.auc))
    yield "\n".join(f"{name} {tr(interval_text(value))}" for name, value in overall if value is not None)
    shown = {label.name: label.display for label in contract.task.labels}
    for name, one in evaluation.labels.items():
        named = ((tr("precision"), one.precision), (tr("recall"), one.recall), ("F1", one.f1), ("AUC", one.auc))
        lines = [f"    {title} {tr(interval_text(value))}" for title, value in named if value is not None]
        yield "\n".join([f"{shown.get(name, name)} (n = {one.n})", *lines])


def describe_qualities(contract: "Contract") -> str:
    """Return a line for each quality in which the test cases were judged: what is right, flipped, refused."""
    lines = []
    for name, one in contract.qualities.items():
        shares = ((tr("right"), one.accuracy), (tr("flipped"), one.flipped), (tr("refused"), one.refused))
        said = ", ".join(f"{word} {format_percent(share.value)}" for word, share in shares if share is not None)
        lines.append(f"{tr(QUALITY_WORDS[name])} (n = {one.n}): {said}")
    return "\n".join(lines)


def refusal_lines(contract: "Contract") -> Iterator[str]:
    """Yield the shares refused of each label's own test cases, then of copies that were turned or inverted."""
    rule = contract.out_of_distribution
    if rule is not None and rule.refused_by_label:
        shown = {label.name: label.display for label in contract.task.labels}
        shares = (f"{shown[name]} {format_percent(share)}" for name, share in rule.refused_by_label.items())
        yield tr("Of its own test cases: {shares}", shares=", ".join(shares))
    if rule is not None and rule.orientation is not None:
        shares = (
            f"{tr(CHANGE_WORDS.get(change, change.replace('_', ' ')))} {format_percent(share)}"
            for change, share in rule.orientation.caught.items()
        )
        yield tr("Of copies that were changed: {shares}", shares=", ".join(shares))


def _population(contract: "Contract") -> str:
    who = contract.intended_use.population
    ages = (
        tr("unknown")
        if who.age_years is None
        else tr("{low:g} to {high:g} years", low=who.age_years[0], high=who.age_years[1])
    )
    description = f"{who.description.rstrip('. ')}."
    return tr("{description} Ages: {ages}.", description=description, ages=ages)


def _expects(contract: "Contract") -> str:
    wanted = contract.input
    modality = tr(" or ").join(wanted.modality) or tr("any modality")
    part = ", ".join(tr(name.lower()) for name in wanted.body_part) or tr("any body part")
    return tr(
        "{modality}; {part}; {plane} slices; {rows} × {columns} pixels",
        modality=modality,
        part=part,
        plane=tr(wanted.plane),
        rows=wanted.size[0],
        columns=wanted.size[1],
    )
