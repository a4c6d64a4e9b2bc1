from pathlib import Path
from typing import Any

import pytest

from imaging.base.errors import Refusal
from inference.bundle.bundle import load_bundle
from inference.bundle.model_questions import MOST_QUESTIONS, answer_questions, answered_bundle, ask_questions
from inference.bundle.provisional import UNTRAINED, open_onnx, save_completed_bundle
from inference.classify.decision import decide_by_rule
from inference.contract.contract import Contract
from inference.contract.model_answers import ACTIVATIONS, FITS, LAYOUTS, OWN_SCALE, RANGES, SCALES, ModelAnswers
from inference.contract.storage import Bundle
from tests.inference.factory import make_contract, tiny_model


def opened(tmp_path: Path, *, tail: Any = (), **changes: Any) -> Bundle:
    path = tmp_path / "net.onnx"
    path.write_bytes(tiny_model(make_contract(**changes), tail=tail, maps=False))
    return open_onnx(path)


def answered(bundle: Bundle, **answers: Any) -> Contract:
    return answer_questions(bundle.contract, ModelAnswers(**answers))


SINGLE: dict[str, Any] = {"task": {"kind": "binary"}, "output": {"activation": "sigmoid"}}
COLOURED: dict[str, Any] = {"input": {"colour": "grey_to_rgb", "mean": [0.0] * 3, "std": [1.0] * 3}}


def test_at_most_six_questions_and_the_presets_change_nothing(tmp_path: Path) -> None:
    for changes in ({}, SINGLE, COLOURED):
        bundle = opened(tmp_path, **changes)
        asked = ask_questions(bundle)
        assert len(asked.questions) == MOST_QUESTIONS
        assert all(question.title and question.why for question in asked.questions)
        again = answer_questions(bundle.contract, asked.presets)
        assert again.input == bundle.contract.input
        assert again.output == bundle.contract.output
        assert again.task.kind == bundle.contract.task.kind


def test_a_scale_of_ones_own(tmp_path: Path) -> None:
    bundle = opened(tmp_path, **COLOURED)
    contract = answered(bundle, own_scale=(0.1307, 0.3081))
    assert (contract.input.mean, contract.input.std) == ((0.1307,) * 3, (0.3081,) * 3)
    presets = ask_questions(answered_bundle(bundle, contract)).presets
    assert (presets.scale, presets.own_scale) == (OWN_SCALE, (0.1307, 0.3081))
    assert answered(bundle, scale="signed", own_scale=(0.1, 0.2)).input.mean == (0.5,) * 3
    with pytest.raises(Refusal, match="needs its mean"):
        answered(bundle, scale=OWN_SCALE)


def test_names_of_the_classes(tmp_path: Path) -> None:
    bundle = opened(tmp_path)
    contract = answered(bundle, labels=("normal", "Bright spot"))
    assert [(one.name, one.display) for one in contract.task.labels] == [
        ("normal", "normal"),
        ("Bright_spot", "Bright spot"),
    ]
    assert contract.task.normal == "normal"
    assert answered(bundle, labels=("a", "b"), normal="b").task.normal == "b"
    assert answered(bundle, labels=("normal", "b"), normal="").task.normal is None
    for given, says in ((("a",), "Give 2 names"), (("a", "a"), "same name"), (("a", "b", "c"), "these are 3")):
        with pytest.raises(Refusal, match=says):
            answered(bundle, labels=given)
    with pytest.raises(Refusal, match="one of the classes"):
        answered(bundle, labels=("a", "b"), normal="c")


def test_a_single_score_has_two_answers(tmp_path: Path) -> None:
    bundle = opened(tmp_path, **SINGLE)
    assert answered(bundle, labels=("tumour",)).task.names == ("no_tumour", "tumour")
    contract = answered(bundle, labels=("normal", "tumour"), threshold=0.3)
    for probability, decision in ((0.29, "normal"), (0.3, "tumour"), (0.9, "tumour")):
        found, _ = decide_by_rule(contract.decision, contract.task, [1 - probability, probability])  # type: ignore[arg-type]
        assert found == decision
    with pytest.raises(Refusal, match="softmax"):
        answered(bundle, activation="softmax")


@pytest.mark.parametrize(
    ("tail", "activation", "kind"),
    [
        ((), "softmax", "multiclass"),
        ((), "sigmoid", "multilabel"),
        (("Softmax",), "none", "multiclass"),
        (("Sigmoid",), "none", "multilabel"),
    ],
)
def test_the_activation_says_what_kind_of_task_it_is(tail: Any, activation: str, kind: str, tmp_path: Path) -> None:
    contract = answered(opened(tmp_path, tail=tail), activation=activation, threshold=0.7)
    assert (contract.task.kind, contract.output.activation) == (kind, activation)
    assert contract.decision.model_dump() == {"rule": "thresholds", "values": {"class_0": 0.7, "class_1": 0.7}}


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("changes", [{}, COLOURED])
def test_a_scale_is_a_mean_and_a_spread_for_each_channel(scale: str, changes: Any, tmp_path: Path) -> None:
    bundle = opened(tmp_path, **changes)
    spec = answered(bundle, scale=scale).input
    assert len(spec.mean) == len(spec.std) == spec.channels
    ends = [((end - spec.mean[-1]) / spec.std[-1]) for end in (0.0, 1.0)]
    wanted = {"0..1": (0, 1), "0..255": (0, 255), "signed": (-1, 1), "xrv": (-1024, 1024)}
    if scale in wanted:
        assert ends == pytest.approx(wanted[scale], abs=1e-9)
    assert ask_questions(answered_bundle(bundle, answered(bundle, scale=scale))).presets.scale == scale


def test_ranges_fits_and_the_rest(tmp_path: Path) -> None:
    bundle = opened(tmp_path)
    assert answered(bundle, range="window", window=(40.0, 400.0)).input.intensity.model_dump() == {
        "method": "window", "centre": 40.0, "width": 400.0,
    }  # fmt: skip
    for word in set(RANGES) - {"window"}:
        contract = answered(bundle, range=word)
        assert ask_questions(answered_bundle(bundle, contract)).presets.range == word
    for word in FITS:
        assert ask_questions(answered_bundle(bundle, answered(bundle, fit=word))).presets.fit == word
    with pytest.raises(Refusal, match="centre"):
        answered(bundle, range="window")
    contract = answered(bundle, modality=("cr", "DX"), name="My Net 2", use="Tests.")
    assert (contract.input.modality, contract.id, contract.intended_use.use) == (("CR", "DX"), "my-net-2", "Tests.")
    assert set(ACTIVATIONS) == {"softmax", "sigmoid", "none"}
    assert set(LAYOUTS) == {"NCHW", "NHWC"}


def test_what_was_answered_is_assumed_no_more(tmp_path: Path) -> None:
    bundle = opened(tmp_path)
    left = answered_bundle(bundle, answered(bundle, labels=("a", "b")))
    assert left.assumptions == (UNTRAINED,)
    assert {"labels", "scale", "fit"}.isdisjoint(one.what for one in left.assumed)
    assert {"scores", "colour"} <= {one.what for one in left.assumed}


def test_a_bundle_in_one_file(tmp_path: Path) -> None:
    bundle = opened(tmp_path)
    contract = answered(bundle, labels=("normal", "bright"))
    path = tmp_path / "folder" / "net.slb"
    saved = save_completed_bundle(bundle, contract, path)
    before = path.read_bytes()
    assert save_completed_bundle(bundle, contract, path).sha256 == saved.sha256
    assert path.read_bytes() == before
    assert load_bundle(path).contract.task.names == ("normal", "bright")
    other = tmp_path / "other.slb"
    other.write_text("something else")
    with pytest.raises(Refusal, match="something else"):
        save_completed_bundle(bundle, contract, other)
    assert other.read_text() == "something else"
