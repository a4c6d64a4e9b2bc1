from typing import Any

import numpy as np
import pytest

from inference.classify.decision import decide
from inference.classify.finding import answer_set_sentence
from inference.classify.finding_words import describe_threshold, describe_votes
from inference.contract.contract import Contract
from inference.contract.contract_check import find_contradictions
from tests.inference.factory import labels, make_contract

TUMOURS = labels("glioma", "meningioma", "no_tumor", "pituitary")
TWO_STEP = {
    "rule": "two_step",
    "normal": "no_tumor",
    "gate": 0.85,
    "values": {"glioma": 0.60, "meningioma": 0.55, "pituitary": 0.55},
}
BANDS = {
    "rule": "bands",
    "label": "sick",
    "bands": [
        {"low": 0.0, "decision": "normal", "sentence": "Unlikely."},
        {"low": 0.3, "decision": "ambiguous", "sentence": "A person must look."},
        {"low": 0.7, "decision": "sick", "sentence": "Likely."},
    ],
}


def contract_of(kind: str, names: list[dict[str, str]], decision: dict[str, Any], **task: Any) -> Contract:
    activation = {"multiclass": "softmax"}.get(kind, "sigmoid")
    return make_contract(
        task={"kind": kind, "labels": names, **task}, output={"activation": activation}, decision=decision
    )


def decision_of(contract: Contract, *probabilities: float) -> str:
    return decide(contract, np.array(probabilities, np.float32)).decision


@pytest.mark.parametrize(
    ("probabilities", "decision"),
    [
        ((0.05, 0.05, 0.85, 0.05), "no_tumor"),
        ((0.05, 0.05, 0.8499, 0.0501), "ambiguous"),
        ((0.60, 0.10, 0.20, 0.10), "glioma"),
        ((0.5999, 0.1001, 0.20, 0.10), "ambiguous"),
        ((0.20, 0.55, 0.15, 0.10), "meningioma"),
        ((0.20, 0.5499, 0.1501, 0.10), "ambiguous"),
        ((0.10, 0.20, 0.15, 0.55), "pituitary"),
        # The best of the others counts, even where a lesser one would have reached its own lower threshold.
        ((0.58, 0.57, 0.10, 0.10), "ambiguous"),
        # The normal label is the most probable but stays below its gate: the others decide.
        ((0.05, 0.10, 0.80, 0.05), "ambiguous"),
        # With equal ones the first label is asked.
        ((0.10, 0.55, 0.0, 0.55), "meningioma"),
        # The gate ends it, whatever the others say.
        ((0.90, 0.90, 0.85, 0.90), "no_tumor"),
    ],
)
def test_two_step(probabilities: tuple[float, ...], decision: str) -> None:
    assert decision_of(contract_of("multiclass", TUMOURS, TWO_STEP), *probabilities) == decision


@pytest.mark.parametrize(
    ("probabilities", "sentence"),
    [
        ((0.05, 0.05, 0.85, 0.05), "High."),
        ((0.60, 0.10, 0.20, 0.10), "Moderate."),
        # Undecided: said of the one that comes nearest.
        ((0.5999, 0.1001, 0.20, 0.10), "Low."),
        ((0.05, 0.10, 0.84, 0.01), "Low."),
    ],
)
def test_two_step_says_how_sure_the_answer_is(probabilities: tuple[float, ...], sentence: str) -> None:
    bands = [{"low": low, "sentence": said} for low, said in ((0.0, "Low."), (0.6, "Moderate."), (0.85, "High."))]
    contract = contract_of("multiclass", TUMOURS, TWO_STEP | {"confidence": bands})
    plain = decide(contract_of("multiclass", TUMOURS, TWO_STEP), np.array(probabilities, np.float32))
    finding = decide(contract, np.array(probabilities, np.float32))
    assert finding.advice == f"{plain.advice} {sentence}"
    assert finding.decision == plain.decision


def test_two_step_tells_gate_and_thresholds() -> None:
    contract = contract_of("multiclass", TUMOURS, TWO_STEP)
    finding = decide(contract, np.array([0.1, 0.1, 0.7, 0.1], np.float32))
    assert [score.threshold for score in finding.scores] == [0.60, 0.55, 0.85, 0.55]
    assert finding.scores[2].probability == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("positive", "decision", "advice"),
    [
        (0.0, "normal", "Unlikely."),
        (0.2999, "normal", "Unlikely."),
        (0.3, "ambiguous", "A person must look."),
        (0.6999, "ambiguous", "A person must look."),
        (0.7, "sick", "Likely."),
        (1.0, "sick", "Likely."),
    ],
)
def test_bands(positive: float, decision: str, advice: str) -> None:
    contract = contract_of("binary", labels("normal", "sick"), BANDS)
    finding = decide(contract, np.array([1 - positive, positive], np.float32))
    assert (finding.decision, finding.advice) == (decision, advice)


@pytest.mark.parametrize("threshold", [number / 100 for number in range(101)])
def test_a_probability_equal_to_the_threshold_has_reached_it(threshold: float) -> None:
    rule = {"rule": "thresholds", "values": {"a": threshold, "b": 1.0}}
    contract = contract_of("multilabel", labels("a", "b"), rule)
    assert decision_of(contract, threshold, 0.0) == "a"
    if threshold > 0:
        assert decision_of(contract, float(np.nextafter(np.float32(threshold), np.float32(0))), 0.0) == "none"


def test_thresholds_of_competing_labels() -> None:
    rule = {"rule": "thresholds", "values": {"a": 0.3, "b": 0.6}}
    contract = contract_of("multiclass", labels("a", "b"), rule)
    assert decision_of(contract, 0.45, 0.55) == "a"
    assert decision_of(contract, 0.35, 0.65) == "b"
    assert decision_of(contract, 0.29, 0.59) == "ambiguous"


def test_thresholds_of_independent_labels() -> None:
    rule = {"rule": "thresholds", "values": {"a": 0.3, "b": 0.6}}
    contract = contract_of("multilabel", labels("a", "b"), rule)
    assert decision_of(contract, 0.9, 0.9) == "a+b"
    assert decision_of(contract, 0.1, 0.1) == "none"


def test_argmax_and_its_ties() -> None:
    contract = contract_of("multiclass", TUMOURS, {"rule": "argmax"})
    assert decision_of(contract, 0.1, 0.2, 0.3, 0.4) == "pituitary"
    assert decision_of(contract, 0.1, 0.4, 0.1, 0.4) == "meningioma"
    binary = contract_of("binary", labels("normal", "sick"), {"rule": "argmax"})
    assert decision_of(binary, 0.5, 0.5) == "normal"


def test_argmax_of_several_outputs_is_the_winner_of_each_head() -> None:
    names = labels("pneumonia", "bacterial", "viral")
    contract = contract_of("several_outputs", names, {"rule": "argmax"}, heads=[["pneumonia"], ["bacterial", "viral"]])
    assert decision_of(contract, 0.5, 0.2, 0.8) == "pneumonia+viral"
    assert decision_of(contract, 0.4, 0.7, 0.3) == "bacterial"


def test_advice_names_what_a_person_reads() -> None:
    contract = make_contract()
    assert "Bright spot" in decide(contract, np.array([0.2, 0.8], np.float32)).advice


ETIOLOGY = {
    "heads": [["normal", "pneumonia"], ["bacterial", "viral"], ["tube"]],
    "asked_if": [None, "pneumonia", None],
}


@pytest.mark.parametrize(
    ("probabilities", "decision"),
    [
        ((0.9, 0.1, 0.8, 0.2, 0.1), "normal"),
        ((0.2, 0.8, 0.7, 0.3, 0.1), "pneumonia+bacterial"),
        ((0.2, 0.8, 0.3, 0.7, 0.6), "pneumonia+viral+tube"),
        ((0.9, 0.1, 0.3, 0.7, 0.6), "normal+tube"),
    ],
)
@pytest.mark.parametrize("rule", ["argmax", "thresholds"])
def test_a_head_is_asked_only_where_its_condition_was_decided(
    probabilities: tuple[float, ...], decision: str, rule: str
) -> None:
    names = labels("normal", "pneumonia", "bacterial", "viral", "tube")
    values = {name["name"]: 0.5 for name in names}
    chosen = {"rule": rule} if rule == "argmax" else {"rule": rule, "values": values}
    assert decision_of(contract_of("several_outputs", names, chosen, **ETIOLOGY), *probabilities) == decision


def test_a_head_that_is_not_asked_has_no_probability_and_no_figures() -> None:
    names = labels("normal", "pneumonia", "bacterial", "viral", "tube")
    contract = contract_of("several_outputs", names, {"rule": "argmax"}, **ETIOLOGY)
    normal = decide(contract, np.array((0.9, 0.1, 0.8, 0.2, 0.1), np.float32))
    assert [score.name for score in normal.scores if not score.asked] == ["bacterial", "viral"]
    assert describe_threshold(normal, contract) == "Normal; Tube."
    sick = decide(contract, np.array((0.1, 0.9, 0.2, 0.8, 0.1), np.float32))
    assert all(score.asked for score in sick.scores)
    assert describe_threshold(sick, contract) == "Pneumonia; Viral; Tube."


def test_bands_are_of_one_labels_probability_alone() -> None:
    contract = contract_of("binary", labels("normal", "sick"), BANDS)
    finding = decide(contract, np.array((0.9, 0.1), np.float32))
    assert [score.threshold for score in finding.scores] == [None, 0.7]


def test_members_of_an_ensemble_are_asked_alone() -> None:
    contract = contract_of("multiclass", TUMOURS, TWO_STEP)
    members = np.array([(0.9, 0.1, 0, 0), (0.65, 0.05, 0.2, 0.1), (0.1, 0.1, 0.7, 0.1)], np.float32)
    finding = decide(contract, np.array((0.65, 0.1, 0.2, 0.05), np.float32), members)
    assert finding.votes is not None
    assert (finding.votes.label, finding.votes.alike) == ("glioma", 2)
    said = "3 members: Glioma 10.0 % to 90.0 %, mean 55.0 %; 2 of 3 decide so alone."
    assert describe_votes(finding) == said
    assert describe_votes(decide(contract, np.array((0.65, 0.1, 0.2, 0.05), np.float32))) is None


def test_of_labels_that_compete_only_one_is_decided() -> None:
    names = labels("normal", "pneumonia")
    rule = {"rule": "thresholds", "values": {"normal": 0.3, "pneumonia": 0.4}}
    contract = contract_of("several_outputs", names, rule, heads=[["normal", "pneumonia"]])
    assert decision_of(contract, 0.55, 0.45) == "normal"
    assert decision_of(contract, 0.29, 0.39) == "none"


@pytest.mark.parametrize("asked_if", [[None], [None, "viral"], ["pneumonia", None], [None, "nothing"]])
def test_a_condition_must_be_a_label_of_an_earlier_head(asked_if: list[str | None]) -> None:
    heads = [["normal", "pneumonia"], ["bacterial", "viral"]]
    names = labels("normal", "pneumonia", "bacterial", "viral")
    contract = contract_of("several_outputs", names, {"rule": "argmax"}, heads=heads, asked_if=asked_if)
    assert any(fault.key_path.startswith("task.asked_if") for fault in find_contradictions(contract))


@pytest.mark.parametrize(
    ("rule", "limit", "answers", "said"),
    [
        ("aps", 0.7, ("sick", "normal"), "Not ruled out: Sick or Normal (95 % of 100 cases)."),
        ("score", 0.5, ("sick",), "Not ruled out: Sick (95 % of 100 cases)."),
        # Version 1 can leave none, and that is said.
        ("score", 0.2, (), "Not ruled out: no answer is ruled in (95 % of 100 cases)."),
    ],
)
def test_a_finding_says_which_answers_its_strictest_promise_leaves(
    rule: str, limit: float, answers: tuple[str, ...], said: str
) -> None:
    promised = {"rule": rule, "q_hat": {"0.1": 0.0, "0.05": limit}, "cases": 100}
    contract = make_contract(schema_version=2, task={"labels": labels("normal", "sick")}, conformal=promised)
    finding = decide(contract, np.array([0.4, 0.6], np.float32))
    assert [one.alpha for one in finding.sets] == [0.05, 0.1]
    assert finding.sets[0].answers == (answers,)
    assert answer_set_sentence(finding) == said
    assert answer_set_sentence(decide(make_contract(), np.array([0.4, 0.6], np.float32))) is None


def test_no_set_speaks_of_a_question_that_is_not_asked_or_rules_out_what_was_decided() -> None:
    names = labels("pneumonia", "bacterial", "viral")
    rule = {"rule": "thresholds", "values": {"pneumonia": 0.2, "bacterial": 0.0, "viral": 0.0}}
    contract = make_contract(
        schema_version=2,
        task={"kind": "several_outputs", "labels": names, "heads": [["pneumonia"], ["bacterial", "viral"]],
              "asked_if": [None, "pneumonia"]},
        output={"activation": "sigmoid"}, decision=rule,
        conformal={"rule": "aps", "q_hat": {"0.05": 0.0}, "cases": 100},
    )  # fmt: skip
    well, ill = (decide(contract, np.array([share, 0.3, 0.7], np.float32)) for share in (0.1, 0.3))
    assert well.sets[0].answers == (("no pneumonia",),)
    assert ill.sets[0].answers == (("no pneumonia", "pneumonia"), ("viral",))
    assert answer_set_sentence(ill) == "Not ruled out: no Pneumonia or Pneumonia; Viral (95 % of 100 cases)."
