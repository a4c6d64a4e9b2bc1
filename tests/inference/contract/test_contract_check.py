import json
from typing import Any, get_args

import pytest

from inference.contract.contract import QualityName
from inference.contract.contract_check import read_contract
from inference.contract.wording import QUALITY_WORDS, describe_unknown
from tests.inference.factory import document

SHARE = {"value": 0.9, "low": 0.8, "high": 1.0}
QUALITIES = {"jpeg_20": {"n": 40, "accuracy": SHARE, "flipped": SHARE, "refused": None}}
FAMILIAR = {
    "method": "mahalanobis",
    "statistics": "ood.safetensors",
    "cut_off": 3,
    "in_distribution_refused": 0.05,
    "refused_by_label": {"normal": 0.04, "odd": 0.06},
    "orientation": {"cut_off": 0.5, "in_distribution_refused": 0.03, "caught": {"half_turn": 0.97}},
}


@pytest.mark.parametrize(
    ("changes", "key_path"),
    [
        ({"task": {"kind": "binary"}, "output": {"activation": "softmax"}}, "output.activation"),
        ({"task": {"kind": "multilabel"}}, "output.activation"),
        ({"decision": {"rule": "thresholds", "values": {"normal": 0.5}}}, "decision.values.bright"),
        (
            {"decision": {"rule": "two_step", "normal": "sane", "gate": 0.5, "values": {}}},
            "decision.normal",
        ),
        (
            {"decision": {"rule": "two_step", "normal": "normal", "gate": 0.5, "values": {"bright": 0.5, "x": 0.1}}},
            "decision.values.x",
        ),
        (
            {
                "decision": {
                    "rule": "bands",
                    "label": "bright",
                    "bands": [{"low": 0.1, "decision": "a", "sentence": "b"}],
                }
            },
            "decision.bands",
        ),
        ({"input": {"intensity": {"method": "percentile", "low": 9, "high": 9}}}, "input.intensity"),
        (
            {
                "calibration": {"temperature": 2, "ece_before": 0.1, "ece_after": 0.1, "cases": 9},
                "output": {"activation": "none"},
            },
            "calibration",
        ),
        ({"output": {"cams": None}}, "output.cams"),
        (
            {
                "out_of_distribution": {
                    "method": "mahalanobis",
                    "statistics": "ood.safetensors",
                    "cut_off": 3,
                    "in_distribution_refused": 0.05,
                }
            },
            "out_of_distribution.statistics",
        ),
        ({"task": {"labels": [{"name": "a", "display": "A"}] * 2}}, "task.labels"),
        ({"task": {"kind": "several_outputs", "heads": [["bright"]]}}, "task.heads"),
        ({"schema_version": 2, "task": {"normal": "sane"}}, "task.normal"),
        ({"task": {"normal": "normal"}}, "task.normal"),
        ({"qualities": QUALITIES}, "qualities"),
        (
            {"schema_version": 2, "qualities": QUALITIES, "out_of_distribution": FAMILIAR},
            "out_of_distribution.refused_by_label.odd",
        ),
        ({"conformal": {"rule": "aps", "q_hat": {"0.1": 0.9}, "cases": 40}}, "conformal.rule"),
        ({"conformal": {"q_hat": {"often": 0.9}, "cases": 40}}, "conformal.q_hat.often"),
    ],
)
def test_parts_that_contradict_each_other_are_faults(changes: dict[str, Any], key_path: str) -> None:
    _, faults = read_contract(json.dumps(document(**changes)).encode())
    assert key_path in [found.key_path for found in faults]


@pytest.mark.parametrize(
    ("edit", "key_path"),
    [
        (lambda whole: whole["decision"].update(rule="oracle"), "decision.rule"),
        (lambda whole: whole["decision"].update(rule="two_step"), "decision.gate"),
        (lambda whole: whole["input"]["intensity"].pop("method"), "input.intensity.method"),
        (lambda whole: whole["task"]["labels"][1].pop("display"), "task.labels[1].display"),
        (lambda whole: whole["input"].update(std=[0.0]), "input.std[0]"),
        (lambda whole: whole["input"].update(mean=[float("nan")]), "input.mean[0]"),
        (lambda whole: whole["input"].update(colour="rgb"), "input"),
        (lambda whole: whole.update(id="Not An Id"), "id"),
        (lambda whole: whole.update(schema_version=3), "schema_version"),
        (lambda whole: whole.update(files={"a.md": "abc"}), "files.a.md"),
        (lambda whole: whole.update(torch={"architecture": "resnet18", "hook": "os.system"}), "torch.hook"),
        (lambda whole: whole["intended_use"].update(notice="Safe for diagnosis."), "intended_use.notice"),
    ],
)
def test_a_fault_names_the_path_of_its_key(edit: Any, key_path: str) -> None:
    whole = document()
    edit(whole)
    contract, faults = read_contract(json.dumps(whole).encode())
    assert contract is None
    assert key_path in [found.key_path for found in faults]


@pytest.mark.parametrize(
    ("edit", "key_path", "said"),
    [
        (lambda whole: whole["input"].update(size=32), "input.size", "a list of 2 whole numbers"),
        (lambda whole: whole["input"].update(modality="MR"), "input.modality", "a list of text"),
        (lambda whole: whole.pop("data_licence"), "data_licence", "text"),
        (lambda whole: whole["task"].pop("kind"), "task.kind", "'multiclass' or 'multilabel'"),
        (lambda whole: whole["task"]["labels"][0].update(title="A"), "task.labels[0].title", "knows name, display"),
        (lambda whole: whole["decision"].update(rule="two_step"), "decision.gate", "a number"),
        (lambda whole: whole["decision"].update(rule="bands", bands={}), "decision.bands", "low, decision, sentence"),
        (lambda whole: whole["intended_use"].pop("population"), "intended_use.population", "age_years, description"),
        (lambda whole: whole.update(evaluation={}), "evaluation", "split, grouped_by, n"),
        (lambda whole: whole["explanation"].update(order="relu"), "explanation.order", "['relu', 'min_max',"),
    ],
)
def test_a_fault_says_what_is_expected_in_its_place(edit: Any, key_path: str, said: str) -> None:
    whole = document()
    edit(whole)
    _, faults = read_contract(json.dumps(whole).encode())
    assert said in next(found.sentence for found in faults if found.key_path == key_path)


def test_a_bundle_names_in_one_sentence_what_it_does_not_say_of_itself() -> None:
    """Of version 1, nothing of what version 2 knows; of version 2, the parts that it lacks; all of it: no sentence."""
    old, faults = read_contract(json.dumps(document()).encode())
    assert old is not None
    assert not faults
    said = describe_unknown(old)
    assert said is not None
    assert said.startswith("The bundle (version 1) does not say how it does on pictures of other")
    assert all(word in said for word in ("normal answer", "inverted", "of each label", "by their size"))
    sizes = {"0.1": {"1": {"n": 9, "coverage": SHARE}}}
    whole = document(
        schema_version=2,
        qualities=QUALITIES,
        out_of_distribution=FAMILIAR | {"refused_by_label": {"normal": 0.04}},
        conformal={"rule": "aps", "q_hat": {"0.1": 0.9}, "cases": 40, "coverage_by_size": sizes},
        files={"ood.safetensors": "0" * 64},
    )
    full, faults = read_contract(json.dumps(whole).encode())
    assert full is not None
    assert not faults
    assert describe_unknown(full) is None
    partly = describe_unknown(full.model_copy(update={"qualities": {}}))
    assert partly is not None
    assert partly.startswith("The bundle (version 2) does not say how it does on pictures of other quality (JPEG")
    assert partly.endswith("washed out).")


def test_every_quality_has_words() -> None:
    assert tuple(QUALITY_WORDS) == get_args(QualityName)


def test_wrong_entries_are_not_told_as_a_list_that_is_too_short() -> None:
    whole = document()
    for label in whole["task"]["labels"]:
        del label["display"]
    _, faults = read_contract(json.dumps(whole).encode())
    assert {found.key_path for found in faults} == {
        f"task.labels[{number}].display" for number in range(len(whole["task"]["labels"]))
    }


def test_a_key_that_stands_twice_is_a_fault() -> None:
    text = json.dumps(document()).replace('"id":', '"id": "another", "id":', 1)
    contract, faults = read_contract(text.encode())
    assert contract is None
    assert [found.sentence for found in faults] == ["The key `id` stands twice in one object."]


@pytest.mark.parametrize(
    "text", [b"\xef\xbb\xbf{}", b"", b"null", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000, b"{" * 5_000]
)
def test_text_that_is_no_contract_is_a_fault_and_no_traceback(text: bytes) -> None:
    contract, faults = read_contract(text)
    assert contract is None
    assert faults
