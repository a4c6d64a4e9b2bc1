"""Two models about one slice: what is said, and what is not said of one that is out of contract."""

from collections.abc import Sequence
from typing import Any

import pytest

from inference.classify.agreement import count_disagreements, describe_agreement
from inference.classify.finding import Analysis, Concern, ConcernKind, Finding, LabelScore, Milliseconds, Status
from inference.contract.contract import Contract
from tests.inference.factory import make_contract

MISMATCH = Concern("modality", ConcernKind.MISMATCH, "The modality is CT.")


def opinion(decision: str, *, concerns: Sequence[Concern] = (), labels: Any = None) -> tuple[Analysis, Contract]:
    contract = make_contract()
    if labels is not None:
        shown = tuple(
            label.model_copy(update={"name": name, "display": name.title()})
            for label, name in zip(contract.task.labels, labels, strict=True)
        )
        contract = contract.model_copy(update={"task": contract.task.model_copy(update={"labels": shown})})
    scores = tuple(LabelScore(label.name, label.display, 0.5, None) for label in contract.task.labels)
    finding = Finding(scores, decision, "")
    return Analysis(Status.OK, tuple(concerns), Milliseconds(0, 0), finding=finding), contract


def test_agreement_and_disagreement_are_said_in_the_words_of_the_labels() -> None:
    assert describe_agreement(opinion("normal"), opinion("normal")) == "Both say Normal."
    said = describe_agreement(opinion("bright"), opinion("normal"))
    assert said == "They disagree: A says Bright spot, B says Normal."


def test_models_of_other_questions_are_not_said_to_disagree() -> None:
    said = describe_agreement(opinion("normal"), opinion("glioma", labels=("none", "glioma")))
    assert said == "They answer different questions: A says Normal, B says Glioma."


@pytest.mark.parametrize("who", ["A", "B", "A and B"])
def test_of_one_out_of_contract_no_class_is_named(who: str) -> None:
    both = [opinion("bright", concerns=[MISMATCH] if name in who else []) for name in "AB"]
    said = describe_agreement(both[0], both[1])
    assert said == f"Nothing to compare: {who} {'are' if ' ' in who else 'is'} not scored."


def test_only_slices_that_both_have_decided_are_compared() -> None:
    assert count_disagreements(["a", "b", "", "a"], ["a", "a", "b", ""]) == (1, 2)
