import json
from typing import Any

import pytest

from inference.contract.contract_check import read_contract
from tests.inference.factory import document


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
        (lambda whole: whole.update(schema_version=2), "schema_version"),
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
