"""A finding in words, alike in the window and in reports: its headline, its rule, its threshold in figures."""

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from imaging.base.english import english, join_english
from inference.classify.finding import AMBIGUOUS, NONE, Analysis, Finding, FindingColour, Status, threshold_of

if TYPE_CHECKING:
    # At run time this would bring pydantic into the panels.
    from inference.contract.contract import Contract, Evaluation, Interval

COLOUR_WORDS = {
    FindingColour.GREEN: english("No finding"),
    FindingColour.RED: english("Finding"),
    FindingColour.YELLOW: english("Uncertain"),
    FindingColour.GREY: "",
}
"""The word beside each colour of a headline: a colour alone says nothing to many people."""
NOT_ASKED = english("not asked")
"""Stands where the probability of a question would, that follows from an answer which was not given."""
_DECISIONS = {AMBIGUOUS: english("Ambiguous"), NONE: english("None of the labels")}


@dataclass(frozen=True)
class StatedFigures:
    """Sensitivity and specificity for a label on the last split that the bundle states; None is not stated."""

    label: str
    split: str
    cases: int
    sensitivity: "Interval | None"
    specificity: "Interval | None"


def describe_headline(analysis: Analysis, contract: "Contract") -> str:
    """Return the decision in words; of a slice that the model is not applicable to, why, and no class."""
    if analysis.finding is None or analysis.status is not Status.OK:
        return english("Not scored: {message}", message=analysis.message)
    if analysis.is_withheld:
        return english("Not scored: {said}", said=analysis.applicability.said)
    return describe_decision(analysis.finding.decision, contract)


def describe_short_headline(analysis: Analysis, contract: "Contract") -> str:
    """Return the headline with the first of its reasons alone, to stand in large type."""
    if analysis.finding is None or analysis.status is not Status.OK or not analysis.is_withheld:
        return describe_headline(analysis, contract)
    return english("Not scored: {said}", said=analysis.applicability.first_said)


def describe_decision(decision: str, contract: "Contract") -> str:
    """Return a decision in the words of the labels: `Pneumonia`, `Ambiguous`, `Pneumonia + Bacterial`."""
    shown = {label.name: label.display for label in contract.task.labels} | _DECISIONS
    if decision in shown:
        return shown[decision]
    parts = decision.split("+")
    if all(part in shown for part in parts):
        return " + ".join(shown[part] for part in parts)
    return decision.replace("_", " ").capitalize()


def describe_rule(contract: "Contract") -> str:
    """Return the rule of decision in one or two sentences, with its thresholds in figures."""
    rule, shown = contract.decision, {label.name: label.display for label in contract.task.labels}
    if rule.rule == "bands":
        # Bands that only differ in their sentences are one.
        runs = [next(run) for _, run in groupby(rule.bands, key=lambda one: one.decision)]
        bands = (
            english(
                "{shown} from {threshold}", shown=shown.get(one.decision, one.decision), threshold=format_limit(one.low)
            )
            for one in runs
        )
        return english(
            "By the probability of {shown}: {bands}.", shown=shown[rule.label], bands=join_english(", ", bands)
        )
    if rule.rule == "argmax":
        each = english("of each question ") if contract.task.kind == "several_outputs" else ""
        if contract.task.kind == "multilabel":
            return english("Every label from 50 %.")
        return english("The most probable label {each}is decided, whatever its probability.", each=each)
    limits = join_english(
        ", ",
        (
            english("{shown} from {threshold}", shown=shown[name], threshold=format_limit(value))
            for name, value in rule.values.items()
        ),
    )
    if rule.rule == "two_step":
        return english(
            "{shown} from {gate} ends it. Else the most probable of the others counts "
            "at its own threshold ({limits}); below it the slice is ambiguous.",
            shown=shown[rule.normal],
            gate=format_limit(rule.gate),
            limits=limits,
        )
    return english("Each label counts from its own threshold: {limits}.", limits=limits)


def describe_missing_map(finding: Finding, contract: "Contract", label: str) -> str | None:
    """Return why no heatmap of a label is drawn until a person asks for one; None if it may be drawn.

    A map always has a strongest spot: that of the normal answer, or of a label that was not reached, would glow too.
    """
    shown = next(one.display for one in contract.task.labels if one.name == label)
    if label == contract.task.normal:
        return english("No map: “{shown}” is the normal answer.", shown=shown)
    limit = threshold_of(contract, label)
    if label in finding.decision.split("+") or (limit is None and finding.decision != NONE):
        return None
    if limit is None:
        return english("No map: “{shown}” does not reach its threshold.", shown=shown)
    return english("No map: “{shown}” does not reach its threshold of {limit}.", shown=shown, limit=format_limit(limit))


def describe_threshold(finding: Finding | None, contract: "Contract") -> str:
    """Return the threshold of the label at stake in figures, with what the bundle states was measured there.

    Of several questions, that of each one that is asked. Empty as long as none of several labels is at stake: there is
    no finding yet, and the most probable label counts.
    """
    if finding is None and contract.decision.rule == "argmax" and len(contract.task.names) > 2:
        return ""
    said = join_english("; ", (_describe_label(label, contract) for label in find_labels_at_stake(finding, contract)))
    return said if said.endswith(")") else english("{said}.", said=said)


def find_label_at_stake(finding: Finding | None, contract: "Contract") -> str:
    """Return the label that was decided, or the one that is not the normal answer if that was decided.

    Of several questions that of the first one.
    """
    return find_labels_at_stake(finding, contract)[0]


def find_labels_at_stake(finding: Finding | None, contract: "Contract") -> list[str]:
    """Return the label at stake of each question that is asked."""
    task, decided = contract.task, [] if finding is None else finding.decision.split("+")
    if task.kind == "several_outputs":
        unasked = set() if finding is None else {one.name for one in finding.scores if not one.asked}
        heads = [head for head in task.heads if not unasked & set(head)]
        return [next((name for name in head if name in decided), head[-1]) for head in heads]
    reached = [name for name in decided if name in task.names]
    if reached and len(task.names) > 2:
        return reached[:1]
    return [task.names[-1] if contract.decision.rule != "bands" else contract.decision.label]


def _describe_label(label: str, contract: "Contract") -> str:
    shown = next(one.display for one in contract.task.labels if one.name == label)
    threshold = threshold_of(contract, label)
    said: str = (
        english("{shown} from {threshold}", shown=shown, threshold=format_limit(threshold))
        if threshold is not None
        else english("{shown}, if most probable", shown=shown)
    )
    if len(contract.task.names) == 1 or contract.task.kind not in ("multiclass", "binary"):
        said = (
            english("{shown} from {threshold}", shown=shown, threshold=format_limit(threshold))
            if threshold is not None
            else shown
        )
    stated = find_stated_figures(contract, label)
    measured = "" if stated is None else _describe_figures(stated)
    return english("{said}: {measured}", said=said, measured=measured) if measured else said


def describe_votes(finding: Finding | None) -> str | None:
    """Return the spread, the mean and the vote of an ensemble's members in a sentence; None of a single model."""
    votes = None if finding is None else finding.votes
    if finding is None or votes is None:
        return None
    count = len(votes.probabilities)
    shown = next(one.display for one in finding.scores if one.name == votes.label)
    least, most = format_percent(min(votes.probabilities)), format_percent(max(votes.probabilities))
    spread = english(
        "{shown} {least} to {most}, mean {mean}", shown=shown, least=least, most=most, mean=format_percent(votes.mean)
    )
    return english(
        "{count} members: {spread}; {alike} of {count} decide so alone.", count=count, spread=spread, alike=votes.alike
    )


def find_stated_figures(contract: "Contract", label: str) -> StatedFigures | None:
    """Return what the bundle states of a label; None if it was judged on no split."""
    stated = [one for one in contract.evaluation if label in one.labels]
    if not stated:
        return None
    evaluation = stated[-1]
    recall, specificity = evaluation.labels[label].recall, _find_specificity(contract, evaluation, label)
    return StatedFigures(label, evaluation.split.split(" (")[0], evaluation.n, recall, specificity)


def format_limit(share: float) -> str:
    """Return a threshold as `50 %` or `37.5 %`."""
    return f"{share * 100:.1f}".removesuffix(".0") + " %"


def format_percent(share: float) -> str:
    """Return a share as `96.4 %`; never `100.0 %` or `0.0 %` for what is neither."""
    value = share * 100
    if 99.95 <= value < 100:
        return "> 99.9 %"
    if 0 < value < 0.05:
        return "< 0.1 %"
    return f"{value:.1f} %"


def _describe_figures(stated: StatedFigures) -> str:
    sensitivity, specificity = stated.sensitivity, stated.specificity
    parts = [] if sensitivity is None else [english("sensitivity {value}", value=format_percent(sensitivity.value))]
    parts += [] if specificity is None else [english("specificity {value}", value=format_percent(specificity.value))]
    return (
        english(
            "{figures} ({split}, {cases} cases)",
            figures=join_english(", ", parts),
            split=stated.split,
            cases=stated.cases,
        )
        if parts
        else ""
    )


def _find_specificity(contract: "Contract", evaluation: "Evaluation", label: str) -> "Interval | None":
    """Return the specificity, which of two labels is the other one's recall; of more, a bundle does not state it."""
    others = [name for name in contract.task.names if name != label]
    figures = evaluation.labels.get(others[0]) if len(others) == 1 else None
    return None if figures is None else figures.recall
