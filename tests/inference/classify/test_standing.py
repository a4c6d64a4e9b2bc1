"""The standing of a finding, and the colour of its headline: decided by what is known, not by the number."""

from typing import Any

import numpy as np
import pytest

from inference.classify.decision import decide
from inference.classify.finding import (
    Analysis,
    Concern,
    ConcernKind,
    FindingColour,
    Milliseconds,
    OutOfDistributionScore,
    Standing,
    Status,
    choose_colour,
    judge_applicability,
)
from inference.contract.contract import Contract
from tests.inference.factory import labels, make_contract

ADULT = Concern("age", ConcernKind.MISMATCH, "A sentence.", "64.5 years, made for 1 to 5")
NO_AGE = Concern("age", ConcernKind.UNKNOWN, "A sentence.", "not stated, made for 1 to 5 years")
NEAR = OutOfDistributionScore(1.2, refused=False, limit=1.5)
FAR = OutOfDistributionScore(2.1, refused=True, limit=1.5)
BARELY = OutOfDistributionScore(1.51, refused=True, limit=1.5)
TURNED = OutOfDistributionScore(1.2, refused=True, turned=True, limit=1.5)


@pytest.mark.parametrize(
    ("concerns", "unlike", "standing", "reasons"),
    [
        ((), None, Standing.IN_CONTRACT, ()),
        ((), NEAR, Standing.IN_CONTRACT, ()),
        ((NO_AGE,), NEAR, Standing.UNVERIFIED, ("age: not stated, made for 1 to 5 years",)),
        ((NO_AGE, ADULT), NEAR, Standing.OUT_OF_CONTRACT, ("age: 64.5 years, made for 1 to 5",)),
        ((NO_AGE,), FAR, Standing.OUT_OF_CONTRACT, ("unlike the training cases (1.4 times the limit)",)),
        ((NO_AGE,), BARELY, Standing.OUT_OF_CONTRACT, ("unlike the training cases (just above the limit)",)),
        (
            (ADULT,),
            TURNED,
            Standing.OUT_OF_CONTRACT,
            (
                "age: 64.5 years, made for 1 to 5",
                "looks turned, upside down or inverted against the training cases",
            ),
        ),
        ((Concern("plane", ConcernKind.UNKNOWN, "A sentence."),), None, Standing.UNVERIFIED, ("plane: A sentence.",)),
    ],
)
def test_what_contradicts_comes_before_what_is_not_stated(
    concerns: tuple[Concern, ...], unlike: OutOfDistributionScore | None, standing: Standing, reasons: tuple[str, ...]
) -> None:
    found = judge_applicability(concerns, unlike)
    assert (found.standing, found.reasons) == (standing, reasons)


def answered(contract: Contract, *probabilities: float, concerns: tuple[Concern, ...] = ()) -> Analysis:
    finding = decide(contract, np.float32(probabilities))
    return Analysis(Status.OK, concerns, Milliseconds(1, 1), finding)


NORMAL: dict[str, Any] = {"schema_version": 2, "task": {"normal": "normal"}}
THREE: dict[str, Any] = {"schema_version": 2, "task": {"normal": "a", "labels": labels("a", "b", "c")}}
SEVERAL: dict[str, Any] = {
    "task": {"kind": "multilabel", "labels": labels("a", "b")},
    "output": {"activation": "sigmoid"},
}
BANDS: dict[str, Any] = {
    **NORMAL,
    "decision": {
        "rule": "bands",
        "label": "bright",
        "bands": [
            {"low": low, "decision": decision, "sentence": "A sentence."}
            for low, decision in ((0.0, "normal"), (0.2, "normal"), (0.4, "bright"), (0.6, "bright"), (0.8, "bright"))
        ],
    },
}
PROMISED: dict[str, Any] = {**NORMAL, "conformal": {"rule": "aps", "q_hat": {"0.1": 0.85}, "cases": 100}}
UNSURE: dict[str, Any] = {**NORMAL, "decision": {"rule": "thresholds", "values": {"normal": 0.8, "bright": 0.8}}}


@pytest.mark.parametrize(
    ("changes", "probabilities", "concerns", "colour"),
    [
        (NORMAL, (0.9, 0.1), (), FindingColour.GREEN),
        (NORMAL, (0.1, 0.9), (), FindingColour.RED),
        (NORMAL, (0.1, 0.9), (NO_AGE,), FindingColour.RED),
        (NORMAL, (0.9, 0.1), (ADULT,), FindingColour.GREY),
        (THREE, (0.4, 0.3, 0.3), (), FindingColour.YELLOW),
        (UNSURE, (0.7, 0.3), (), FindingColour.YELLOW),
        (UNSURE, (0.85, 0.15), (), FindingColour.GREEN),
        (BANDS, (0.9, 0.1), (), FindingColour.GREEN),
        (BANDS, (0.7, 0.3), (), FindingColour.YELLOW),
        (BANDS, (0.5, 0.5), (), FindingColour.YELLOW),
        (BANDS, (0.3, 0.7), (), FindingColour.RED),
        (BANDS, (0.3, 0.7), (ADULT,), FindingColour.GREY),
        (PROMISED, (0.9, 0.1), (), FindingColour.GREEN),
        # The promise does not rule out the other answer.
        (PROMISED, (0.8, 0.2), (), FindingColour.YELLOW),
        ({}, (0.1, 0.9), (), FindingColour.GREY),
        (SEVERAL, (0.1, 0.2), (), FindingColour.GREEN),
        (SEVERAL, (0.9, 0.8), (), FindingColour.RED),
    ],
)
def test_the_colour_is_that_of_the_decision_where_it_may_be_said(
    changes: dict[str, Any], probabilities: tuple[float, ...], concerns: tuple[Concern, ...], colour: FindingColour
) -> None:
    contract = make_contract(**changes)
    assert choose_colour(answered(contract, *probabilities, concerns=concerns), contract) is colour


def test_without_a_finding_there_is_no_colour() -> None:
    refused = Analysis(Status.REFUSED, (), Milliseconds(1, 0), code="E_EMPTY_SLICE", message="Empty.")
    assert choose_colour(refused, make_contract()) is FindingColour.GREY
    assert refused.applicability.standing is Standing.IN_CONTRACT
