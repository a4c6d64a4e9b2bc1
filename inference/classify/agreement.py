"""Whether two models agree about a slice or a series, and in which words that is said."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imaging.base.english import english
from inference.classify.finding import Analysis
from inference.classify.finding_words import describe_decision

if TYPE_CHECKING:
    # At run time this would bring pydantic into the panels.
    from inference.contract.contract import Contract

Opinion = tuple[Analysis, "Contract"]
"""What a model said, and its contract."""


def answer_same_question(first: "Contract", second: "Contract") -> bool:
    """Return whether two models decide among the same labels, so that their decisions can be compared."""
    return set(first.task.names) == set(second.task.names)


def describe_agreement(first: Opinion, second: Opinion) -> str:
    """Return how the answers of A (`first`) and B stand to each other; no class of one that is out of contract."""
    silent = [name for name, (analysis, _) in (("A", first), ("B", second)) if analysis.is_withheld]
    if silent:
        if len(silent) > 1:
            return english(
                "Nothing to compare: {first} and {second} are not scored.", first=silent[0], second=silent[1]
            )
        return english("Nothing to compare: {silent} is not scored.", silent=silent[0])
    decisions = [_decision_of(one) for one in (first, second)]
    shown = [describe_decision(name, contract) for name, (_, contract) in zip(decisions, (first, second), strict=True)]
    if not answer_same_question(first[1], second[1]):
        return english(
            "They answer different questions: A says {shown}, B says {shown_2}.", shown=shown[0], shown_2=shown[1]
        )
    if decisions[0] == decisions[1]:
        return english("Both say {shown}.", shown=shown[0])
    return english("They disagree: A says {shown}, B says {shown_2}.", shown=shown[0], shown_2=shown[1])


def count_disagreements(first: Sequence[str], second: Sequence[str]) -> tuple[int, int]:
    """Return on how many slices two models disagree, of how many; empty decisions are not compared."""
    both = [(a, b) for a, b in zip(first, second, strict=True) if a and b]
    return sum(a != b for a, b in both), len(both)


def _decision_of(opinion: Opinion) -> str:
    finding = opinion[0].finding
    return "" if finding is None else finding.decision
