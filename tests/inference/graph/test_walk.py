from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from imaging.base.errors import Refusal
from inference.bundle.provisional import open_onnx
from inference.classify.onnx_session import OnnxSession
from inference.contract.codes import ModelCode
from inference.graph.cam_graph import list_mapped_graphs
from inference.graph.walk import find_contract_faults, find_safety_faults, parse_graph, read_graph
from tests.inference.factory import labels, make_contract, tiny_model

RNG = np.random.default_rng(7)
FEATURES, CLASSES = 5, 3
WEIGHT = RNG.normal(size=(CLASSES, FEATURES)).astype(np.float32)
BIAS = RNG.normal(size=CLASSES).astype(np.float32)

Nodes = list[tuple[str, list[str], str, dict[str, Any]]]
# Heads as exporters write them, from the feature map `maps` to `logits`.
HEADS: dict[str, Nodes] = {
    "Gemm, transposed weight": [
        ("GlobalAveragePool", ["maps"], "pool", {}),
        ("Flatten", ["pool"], "flat", {"axis": 1}),
        ("Gemm", ["flat", "W", "b"], "logits", {"transB": 1}),
    ],
    "Gemm with alpha": [
        ("GlobalAveragePool", ["maps"], "pool", {}),
        ("Flatten", ["pool"], "flat", {"axis": 1}),
        ("Gemm", ["flat", "W_T", "b"], "logits", {"alpha": 0.5}),
    ],
    "ReduceMean, MatMul and Add": [
        ("ReduceMean", ["maps", "axes"], "flat", {"keepdims": 0}),
        ("MatMul", ["flat", "W_T"], "product", {}),
        ("Add", ["b", "product"], "logits", {}),
    ],
    "ReduceMean with dropout and a transposed constant": [
        ("ReduceMean", ["maps", "axes"], "pool", {"keepdims": 1}),
        ("Reshape", ["pool", "shape"], "flat", {}),
        ("Dropout", ["flat"], "kept", {}),
        ("Transpose", ["W"], "turned", {"perm": [1, 0]}),
        ("MatMul", ["kept", "turned"], "logits", {}),
    ],
    "1×1 convolution behind the pooling": [
        ("GlobalAveragePool", ["maps"], "pool", {}),
        ("Conv", ["pool", "W_4", "b"], "scores", {}),
        ("Flatten", ["scores"], "logits", {"axis": 1}),
    ],
    "channels of the map are the classes": [
        ("Conv", ["maps", "W_4", "b"], "class_maps", {}),
        ("GlobalAveragePool", ["class_maps"], "pool", {}),
        ("Flatten", ["pool"], "logits", {"axis": 1}),
    ],
}
OTHER_HEADS: dict[str, Nodes] = {
    "a unit that is no ReLU": [
        ("GlobalAveragePool", ["maps"], "pool", {}),
        ("Flatten", ["pool"], "flat", {"axis": 1}),
        ("Sigmoid", ["flat"], "bent", {}),
        ("Gemm", ["bent", "W", "b"], "logits", {"transB": 1}),
    ],
    "greatest instead of mean": [
        ("GlobalMaxPool", ["maps"], "pool", {}),
        ("Flatten", ["pool"], "flat", {"axis": 1}),
        ("Gemm", ["flat", "W", "b"], "logits", {"transB": 1}),
    ],
    "no layer": [("Flatten", ["maps"], "logits", {"axis": 1})],
}


def graph_with(nodes: Nodes, tail: str | None = None) -> bytes:
    kernels = np.random.default_rng(1).normal(size=(FEATURES, 3, 3, 3)).astype(np.float32)
    constants = {
        "kernels": kernels,
        "W": WEIGHT,
        "W_T": WEIGHT.T.copy(),
        "W_4": WEIGHT[:, :, None, None].copy(),
        "b": BIAS,
        "axes": np.array([-1, -2]),
        "shape": np.array([0, -1]),
    }
    made = [helper.make_node("Conv", ["x", "kernels"], ["edges"]), helper.make_node("Relu", ["edges"], ["maps"])]
    made += [helper.make_node(kind, inputs, [output], **attributes) for kind, inputs, output, attributes in nodes]
    if tail is not None:
        made.append(helper.make_node(tail, ["logits"], ["score"]))
    used = {name for node in made for name in node.input}
    graph = helper.make_graph(
        made,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, 8, 8])],
        [helper.make_tensor_value_info("score" if tail else "logits", TensorProto.FLOAT, ["N", CLASSES])],
        [numpy_helper.from_array(value, name) for name, value in constants.items() if name in used],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


@pytest.mark.parametrize("tail", [None, "Softmax", "Sigmoid"])
@pytest.mark.parametrize("head", sorted(HEADS))
def test_class_maps_are_grad_cam_of_the_last_feature_map(head: str, tail: str | None) -> None:
    """The mean of a map is its logit without the bias: that is what makes it the exact gradient-weighted sum."""
    model = graph_with(HEADS[head], tail)
    added = next(list_mapped_graphs(parse_graph(model)), None)
    assert added is not None
    assert added.method == "grad_cam"
    mapped = added.proto
    onnx.checker.check_model(mapped)
    session = OnnxSession(mapped.SerializeToString())
    x = np.random.default_rng(2).normal(size=(2, 3, 8, 8)).astype(np.float32)
    score, cams, features = session.run("x", x, [mapped.graph.output[0].name, "cams", "features"])
    assert cams.shape == (2, CLASSES, 6, 6)
    assert features.shape == (2, CLASSES if head.startswith("channels") else FEATURES)
    logits = np.log(score / (1 - score)) if tail == "Sigmoid" else np.log(score) if tail == "Softmax" else score
    spare = logits - cams.mean(axis=(2, 3))
    if tail == "Softmax":
        spare = spare - spare[:, :1]
    assert spare[0] == pytest.approx(spare[1], abs=1e-4)
    assert score == pytest.approx(OnnxSession(model).run("x", x, [mapped.graph.output[0].name])[0], abs=1e-6)


@pytest.mark.parametrize("head", sorted(OTHER_HEADS))
def test_any_other_head_gets_no_class_maps(head: str) -> None:
    assert next(list_mapped_graphs(parse_graph(graph_with(OTHER_HEADS[head]))), None) is None


def test_read_graph_tells_inputs_outputs_and_what_they_are_computed_from() -> None:
    for tail in (None, "Softmax", "Sigmoid"):
        facts = read_graph(parse_graph(graph_with(HEADS["Gemm with alpha"], tail)))
        assert [port.name for port in facts.inputs] == ["x"]
        assert facts.inputs[0].shape == (None, 3, 8, 8)
        assert facts.outputs[0].shape == (None, CLASSES)
        assert facts.outputs[0].kind == "float32"
        assert facts.sources == {facts.outputs[0].name: frozenset()}


@pytest.mark.parametrize("content", [b"", b"text", b"\x00" * 100, b"PK\x03\x04"])
def test_what_is_no_graph_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        parse_graph(content)
    assert refused.value.code is ModelCode.GRAPH


# --- safety ---------------------------------------------------------------------------------------------------------


def _outside(name: str = "hidden") -> TensorProto:
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[1], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="secret.bin")
    return tensor


def _inner(node: onnx.NodeProto) -> onnx.NodeProto:
    """An If whose branches hold `node`."""
    out = [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    branch = helper.make_graph([node], "branch", [], out)
    return helper.make_node("If", ["c"], ["z"], then_branch=branch, else_branch=branch)


HIDING_PLACES = {
    "initializer": lambda model: model.graph.initializer.append(_outside()),
    "constant": lambda model: model.graph.node.append(helper.make_node("Constant", [], ["y"], value=_outside())),
    "branch": lambda model: model.graph.node.append(_inner(helper.make_node("Constant", [], ["y"], value=_outside()))),
    "branch of a branch": lambda model: model.graph.node.append(
        _inner(_inner(helper.make_node("Constant", [], ["y"], value=_outside())))
    ),
    "function": lambda model: model.functions.append(
        helper.make_function(
            "",
            "f",
            [],
            ["y"],
            [helper.make_node("Constant", [], ["y"], value=_outside())],
            [helper.make_opsetid("", 17)],
        )
    ),
    "sparse": lambda model: model.graph.sparse_initializer.append(onnx.SparseTensorProto(values=_outside())),
}


@pytest.mark.parametrize("place", sorted(HIDING_PLACES))
def test_external_data_is_found_wherever_it_hides(place: str) -> None:
    model = parse_graph(tiny_model(make_contract()))
    HIDING_PLACES[place](model)
    assert [fault.code for fault in find_safety_faults(model)] == [ModelCode.EXTERNAL_DATA]


def test_operators_outside_the_standard_are_found_wherever_they_hide() -> None:
    odd = helper.make_node("Odd", [], ["y"], domain="com.example")
    for spoil in (
        lambda model: model.graph.node.append(odd),
        lambda model: model.graph.node.append(_inner(odd)),
        lambda model: model.opset_import.append(helper.make_opsetid("com.example", 1)),
        lambda model: model.functions.append(
            helper.make_function("com.example", "f", [], ["y"], [], [helper.make_opsetid("", 17)])
        ),
    ):
        model = parse_graph(tiny_model(make_contract()))
        assert find_safety_faults(model) == []
        spoil(model)
        faults = find_safety_faults(model)
        assert [fault.code for fault in faults] == [ModelCode.CUSTOM_DOMAIN]
        assert "com.example" in faults[0].sentence


# --- against a contract ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "key_path"),
    [
        ({"output": {"input": "x"}}, "output.input"),
        ({"output": {"logits": "score"}}, "output.logits"),
        ({"output": {"cams": "maps_of_mine"}}, "output.cams"),
        ({"output": {"features": "pooled_of_mine"}}, "output.features"),
        ({"task": {"labels": labels("a", "b", "c")}}, "output.logits"),
        ({"input": {"size": [48, 32]}}, "input.size"),
        ({"input": {"layout": "NHWC"}}, "input.size"),
        ({"input": {"colour": "grey_to_rgb", "mean": [0.0] * 3, "std": [1.0] * 3}}, "input.size"),
    ],
)
def test_a_graph_that_is_not_what_the_contract_says(changes: dict[str, Any], key_path: str) -> None:
    facts = read_graph(parse_graph(tiny_model(make_contract())))
    assert find_contract_faults(facts, make_contract()) == []
    assert key_path in [fault.key_path for fault in find_contract_faults(facts, make_contract(**changes))]


def test_a_graph_for_several_slices_at_a_time_is_not_what_the_contract_says() -> None:
    facts = read_graph(parse_graph(tiny_model(make_contract(), batch=4)))
    assert [fault.key_path for fault in find_contract_faults(facts, make_contract())] == ["output.input"]
    assert find_contract_faults(read_graph(parse_graph(tiny_model(make_contract(), batch=1))), make_contract()) == []


def test_a_bare_graph_keeps_its_own_outputs(tmp_path: Path) -> None:
    path = tmp_path / "own.onnx"
    path.write_bytes(tiny_model(make_contract()))
    bundle = open_onnx(path)
    output = bundle.contract.output
    assert (output.logits, output.cams, output.features) == ("logits", "cams", "features")
    assert bundle.read("model.onnx") == path.read_bytes()
