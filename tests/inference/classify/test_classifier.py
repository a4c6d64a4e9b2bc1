from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper

from imaging.base.errors import Refusal
from inference.bundle.bundle import load_bundle
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier, probabilities_of
from inference.classify.finding import Status
from inference.classify.preprocess import prepare
from inference.contract.codes import ModelCode
from inference.contract.contract import Contract
from inference.contract.phantoms import make_phantoms
from inference.contract.storage import Bundle, BundleInMemory, sha256_of
from tests.inference.factory import (
    ensemble_model,
    labels,
    make_bundle,
    make_contract,
    moody_model,
    spot_slice,
    tiny_model,
)


def classifier_of(contract: Contract, model: bytes) -> Classifier:
    """A classifier around a graph that no check has seen: what a bundle may still do after it was loaded."""
    named = contract.model_copy(update={"files": {"model.onnx": sha256_of(model)}})
    return Classifier(Bundle(Path("none"), named, "", BundleInMemory({"model.onnx": model})))


KINDS: dict[str, dict[str, Any]] = {
    "multiclass": {"task": {"labels": labels("a", "b", "c")}},
    "multilabel": {"task": {"kind": "multilabel", "labels": labels("a", "b")}, "output": {"activation": "sigmoid"}},
    "binary": {"task": {"kind": "binary"}, "output": {"activation": "sigmoid"}},
    "several outputs": {
        "task": {"kind": "several_outputs", "labels": labels("a", "b", "c"), "heads": [["a"], ["b", "c"]]},
    },
    "rgb, channels last": {"input": {"layout": "NHWC", "colour": "grey_to_rgb", "mean": [0.5] * 3, "std": [0.2] * 3}},
    "tempered": {"calibration": {"temperature": 2.5, "ece_before": 0.1, "ece_after": 0.02, "cases": 100}},
}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_task_makes_a_bundle_that_loads_and_answers(tmp_path: Path, kind: str) -> None:
    bundle = load_bundle(make_bundle(tmp_path, **KINDS[kind]))
    analysis = analyse(spot_slice(), Classifier(bundle))
    assert analysis.status is Status.OK
    assert analysis.finding is not None
    assert analysis.raw is not None
    count = len(bundle.contract.task.labels)
    assert len(analysis.finding.scores) == count
    assert analysis.raw.cams is not None
    assert analysis.raw.cams.shape == (count, 8, 8)
    assert analysis.raw.features is not None
    assert analysis.raw.features.shape == (4,)


def test_probabilities_by_hand() -> None:
    softmax = make_contract(task={"labels": labels("a", "b", "c")})
    assert probabilities_of(np.float32([0, np.log(2), np.log(5)]), softmax) == pytest.approx([1 / 8, 2 / 8, 5 / 8])
    sigmoid = make_contract(task={"kind": "binary"}, output={"activation": "sigmoid"})
    assert probabilities_of(np.float32([np.log(3)]), sigmoid) == pytest.approx([0.25, 0.75])
    heads = make_contract(**KINDS["several outputs"])
    assert probabilities_of(np.float32([np.log(3), 0, np.log(4)]), heads) == pytest.approx([0.75, 0.2, 0.8])
    tempered = make_contract(**KINDS["tempered"])
    assert probabilities_of(np.float32([0, 2.5 * np.log(3)]), tempered) == pytest.approx([0.25, 0.75])
    ready = make_contract(output={"activation": "none"})
    assert probabilities_of(np.float32([0.25, 0.75]), ready) == pytest.approx([0.25, 0.75])
    one = make_contract(task={"kind": "binary"}, output={"activation": "none"})
    assert probabilities_of(np.float32([0.75]), one) == pytest.approx([0.25, 0.75])


@given(st.lists(st.floats(-(2.0**99), 2.0**99, width=32), min_size=3, max_size=3))
def test_extreme_logits_give_probabilities_and_no_overflow(logits: list[float]) -> None:
    for kind in ("multiclass", "several outputs"):
        values = probabilities_of(np.float32(logits), make_contract(**KINDS[kind]))
        assert ((values >= 0) & (values <= 1)).all()
    total = probabilities_of(np.float32(logits), make_contract(**KINDS["multiclass"])).sum()
    assert total == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(
    ("kind", "values"), [("multiclass", [0.5, 0.9]), ("multiclass", [-0.2, 1.2]), ("binary", [1.5])]
)
def test_ready_probabilities_that_are_none_are_a_model_error(kind: str, values: list[float]) -> None:
    contract = make_contract(task={"kind": kind}, output={"activation": "none"})
    with pytest.raises(Refusal) as refused:
        probabilities_of(np.float32(values), contract)
    assert refused.value.code is ModelCode.MODEL_ERROR


def test_ready_probabilities_of_a_graph() -> None:
    contract = make_contract(output={"activation": "none"})
    plain = classifier_of(make_contract(), tiny_model(make_contract()))
    ready = classifier_of(contract, tiny_model(contract, tail=["Softmax"]))
    input_ = prepare(spot_slice(), contract.input)
    assert ready.run(input_).probabilities == pytest.approx(plain.run(input_).probabilities, abs=1e-6)


def test_the_negative_label_of_one_logit_gets_the_negated_map() -> None:
    contract = make_contract(**KINDS["binary"])
    raw = classifier_of(contract, tiny_model(contract)).run(prepare(spot_slice(), contract.input))
    assert raw.logits.shape == (1,)
    assert raw.cams is not None
    assert np.array_equal(raw.cams[0], -raw.cams[1])
    assert raw.probabilities.sum() == pytest.approx(1.0)


# --- answers that are none ------------------------------------------------------------------------------------------


def _constant_graph(contract: Contract, value: float, shape: list[int], kind: int = onnx.TensorProto.FLOAT) -> bytes:
    """A graph that answers with a constant of any shape and type, whatever it is shown."""
    size = int(np.prod(shape)) if shape else 1
    tensor = helper.make_tensor("constant", kind, shape, [value] * size)
    graph = helper.make_graph(
        [helper.make_node("Identity", ["constant"], ["logits"])],
        "constant",
        [helper.make_tensor_value_info("image", onnx.TensorProto.FLOAT, ["N", 1, *contract.input.size])],
        [helper.make_tensor_value_info("logits", kind, None)],
        [tensor],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()


@pytest.mark.parametrize(
    ("value", "shape", "kind"),
    [
        (float("nan"), [1, 2], onnx.TensorProto.FLOAT),
        (float("inf"), [1, 2], onnx.TensorProto.FLOAT),
        (float("-inf"), [1, 2], onnx.TensorProto.FLOAT),
        (0.0, [1, 3], onnx.TensorProto.FLOAT),
        (0.0, [1, 1], onnx.TensorProto.FLOAT),
        (0.0, [2], onnx.TensorProto.FLOAT),
        (0.0, [2, 2], onnx.TensorProto.FLOAT),
        (0.0, [1, 2, 1, 1], onnx.TensorProto.FLOAT),
        (0.0, [], onnx.TensorProto.FLOAT),
        (0.0, [0, 2], onnx.TensorProto.FLOAT),
        (1, [1, 2], onnx.TensorProto.INT64),
        (1.0, [1, 2], onnx.TensorProto.DOUBLE),
    ],
)
def test_an_answer_that_is_none_is_a_model_error_and_never_a_number(value: float, shape: list[int], kind: int) -> None:
    contract = make_contract(output={"cams": None, "features": None}, explanation={"method": "none"})
    classifier = classifier_of(contract, _constant_graph(contract, value, shape, kind))
    with pytest.raises(Refusal) as refused:
        classifier.run(prepare(spot_slice(), contract.input))
    assert refused.value.code is ModelCode.MODEL_ERROR
    analysis = analyse(spot_slice(), classifier)
    assert (analysis.status, analysis.finding, analysis.raw) == (Status.MODEL_ERROR, None, None)
    assert analysis.code == "E_MODEL_ERROR"
    assert analysis.message


def test_a_graph_that_fails_while_it_runs_is_a_model_error() -> None:
    contract = make_contract(input={"size": [32, 32]})
    # The graph says that it takes any size, and then cannot reshape what it gets.
    model = onnx.load_model_from_string(tiny_model(contract))
    for dimension in model.graph.input[0].type.tensor_type.shape.dim[2:]:
        dimension.dim_param = "any"
    model.graph.initializer.append(helper.make_tensor("wrong", onnx.TensorProto.INT64, [2], [7, 3]))
    model.graph.node.append(helper.make_node("Reshape", ["logits", "wrong"], ["failed"]))
    model.graph.output[0].name = "failed"
    failing = contract.model_copy(update={"output": contract.output.model_copy(update={"logits": "failed"})})
    analysis = analyse(spot_slice(), classifier_of(failing, model.SerializeToString()))
    assert analysis.status is Status.MODEL_ERROR


def test_a_graph_that_cannot_be_opened_is_refused() -> None:
    contract = make_contract()
    for model in (b"", b"rubbish", tiny_model(contract)[:-40]):
        with pytest.raises(Refusal) as refused:
            classifier_of(contract, model)
        assert refused.value.code is ModelCode.GRAPH


def test_a_model_that_answers_nan_for_one_slice_only_answers_the_others(tmp_path: Path) -> None:
    bundle = load_bundle(make_bundle(tmp_path, model=moody_model(make_contract())))
    classifier = Classifier(bundle)
    assert analyse(spot_slice(), classifier).status is Status.MODEL_ERROR
    assert analyse(make_phantoms(bundle.contract)[0].slice, classifier).status is Status.OK


# --- the same again -------------------------------------------------------------------------------------------------


def test_any_order_and_any_number_of_threads_give_the_same_bits() -> None:
    contract = make_contract(input={"size": [64, 64]})
    model = tiny_model(contract)
    inputs = [prepare(phantom.slice, contract.input) for phantom in make_phantoms(contract)]
    inputs.append(prepare(spot_slice(), contract.input))
    one = classifier_of(contract, model)
    alone = [one.run(input_) for input_ in inputs]
    backwards = [one.run(input_) for input_ in inputs[::-1]][::-1]
    for threads in (1, 2):
        named = contract.model_copy(update={"files": {"model.onnx": sha256_of(model)}})
        other = Classifier(Bundle(Path("none"), named, "", BundleInMemory({"model.onnx": model})), threads=threads)
        for first, second, third in zip(alone, backwards, [other.run(input_) for input_ in inputs], strict=True):
            assert first.logits.tobytes() == second.logits.tobytes() == third.logits.tobytes()
            assert first.cams is not None
            assert second.cams is not None
            assert third.cams is not None
            assert first.cams.tobytes() == second.cams.tobytes() == third.cams.tobytes()


@pytest.mark.parametrize("batch", [1, "N"])
def test_a_variant_is_answered_as_a_slice_is(batch: int | str) -> None:
    contract = make_contract()
    classifier = classifier_of(contract, tiny_model(contract, batch=batch))
    for one in (prepare(phantom.slice, contract.input) for phantom in make_phantoms(contract)):
        assert classifier.run_variant(one.tensor).tolist() == classifier.run(one).probabilities.tolist()


def test_the_members_of_an_ensemble_come_with_its_answer(tmp_path: Path) -> None:
    changes: dict[str, Any] = {"output": {"members": "members"}}
    graph = ensemble_model(make_contract(**changes), (0.5, 1.0, 2.0))
    classifier = Classifier(load_bundle(make_bundle(tmp_path, model=graph, **changes)))
    analysis = analyse(spot_slice(), classifier)
    assert analysis.raw is not None
    assert analysis.raw.members is not None
    assert analysis.raw.members.shape == (3, 2)
    np.testing.assert_allclose(analysis.raw.members[1], analysis.raw.probabilities, atol=1e-6)
    assert analysis.finding is not None
    assert analysis.finding.votes is not None
    assert analysis.finding.votes.alike == 3, "however sharp, the same label is the most probable"


def test_members_that_are_no_probabilities_are_a_model_error() -> None:
    contract = make_contract(output={"members": "cams"})
    with pytest.raises(Refusal) as refused:
        classifier_of(contract, tiny_model(contract)).run(prepare(spot_slice(), contract.input))
    assert refused.value.code is ModelCode.MODEL_ERROR
