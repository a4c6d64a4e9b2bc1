"""Whether a graph can be computed at all: any order of its nodes will do, circles will not, and claims are counted."""

import random
from contextlib import suppress

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from imaging.base.errors import Refusal
from inference.contract.codes import ModelCode
from inference.graph.cam_graph import list_mapped_graphs
from inference.graph.structure import MAX_NESTING, MAX_NODES, check_structure
from inference.graph.versions import newest_format, newest_opset
from inference.graph.walk import parse_graph, read_graph
from inference.graph.wire_format import MAX_FIELDS, MAX_NUMBERS, check_wire_format
from tests.hostile import graphs
from tests.inference.factory import make_contract, tiny_model


def refusal_of(content: bytes) -> str:
    with pytest.raises(Refusal) as refused:
        parse_graph(content)
    assert refused.value.code is ModelCode.GRAPH
    assert refused.value.message.endswith(".")
    return refused.value.message


@given(st.integers(2, 30), st.integers(0, 2**31))
def test_nodes_may_stand_in_any_order_but_not_in_a_circle(count: int, seed: int) -> None:
    """A graph whose nodes each use earlier ones is sound however they are shuffled; with one edge back it is not."""
    chance = random.Random(seed)
    names = ["logits", *(f"v{number}" for number in range(count))]
    uses = [chance.sample(names[: number + 1], min(2, number + 1)) for number in range(count)]
    nodes = [helper.make_node("Sum", used, [names[number + 1]]) for number, used in enumerate(uses)]
    chance.shuffle(nodes)
    model = graphs.small_model()
    graphs.ending_with(*nodes, output=names[-1])(model)
    check_structure(model)
    # An ancestor that waits for what is made of it.
    by_output = {node.output[0]: node for node in model.graph.node if node.op_type == "Sum"}
    last = first = by_output[names[-1]]
    while (before := [name for name in first.input if name in by_output]) and chance.random() < 0.8:
        first = by_output[chance.choice(before)]
    first.input.append(last.output[0])
    with pytest.raises(Refusal, match="circle"):
        check_structure(model)


@pytest.mark.parametrize(
    ("nodes", "says"),
    [
        ([helper.make_node("Identity", ["b"], ["a"]), helper.make_node("Identity", ["a"], ["b"])], "circle"),
        ([helper.make_node("Identity", ["nothing"], ["a"])], "`nothing`, which nothing computes"),
        ([helper.make_node("Identity", [], ["a"])], "has 0 inputs"),
        ([helper.make_node("Add", ["logits"], ["a"])], "`Add` at `a` has 1 inputs"),
        ([helper.make_node("Gamm", ["logits"], ["a"])], "`Gamm`, which opset 17 of ai.onnx does not have"),
        ([helper.make_node("Relu", ["logits"], ["a"]), helper.make_node("Relu", ["flat"], ["a"])], "value `a`"),
        ([graphs.if_node(graphs.branch([helper.make_node("Neg", ["end"], ["inner"])]), "a")], "which nothing computes"),
    ],
)
def test_the_reason_is_named(nodes: list[onnx.NodeProto], says: str) -> None:
    assert says in refusal_of(graphs.classifier(graphs.ending_with(*nodes, output="a")))


def test_what_a_branch_takes_from_around_it_counts() -> None:
    for inside, sound in (("logits", True), ("end", False), ("nothing", False)):
        branch = graphs.branch([helper.make_node("Neg", [inside], ["inner"])])
        content = graphs.classifier(graphs.with_truth(graphs.if_node(branch)))
        if sound:
            parse_graph(content)
        else:
            refusal_of(content)


@pytest.mark.parametrize(
    ("change", "sound"),
    [
        (graphs.nested(MAX_NESTING - 2), True),
        (graphs.nested(MAX_NESTING + 1), False),
        (graphs.ending_with(*graphs.chain("Relu", MAX_NODES - 3)), True),
        (graphs.ending_with(*graphs.chain("Relu", MAX_NODES - 2)), False),
        (graphs.calling(("f", ["g"] * 100), ("g", ["Relu"] * 400)), True),
        (graphs.calling(("f", ["g"] * 100), ("g", ["Relu"] * 600)), False),
        (graphs.attributes(90), True),
        (graphs.attributes(101), False),
        (graphs.sparse([2048]), True),
        (graphs.sparse([2**40]), False),
        (graphs.weight(dims=[3]), False),
        (graphs.weight(raw_data=None, float_data=[4.0, -4.0]), True),
        (graphs.weight(raw_data=None, float_data=[4.0]), False),
    ],
)
def test_bounds(change: graphs.Change, sound: bool) -> None:
    content = graphs.classifier(change)
    if sound:
        parse_graph(content)
    else:
        refusal_of(content)


def test_every_kind_of_number_that_onnx_writes_is_counted_as_it_is_written() -> None:
    for kind in (np.float16, np.float32, np.float64, np.int8, np.uint8, np.int32, np.int64, np.bool_, np.complex64):
        model = graphs.small_model()
        for number, values in enumerate((np.ones((3, 5), kind), np.ones((), kind), np.ones((0, 2), kind))):
            model.graph.initializer.append(numpy_helper.from_array(values, f"raw{number}"))
            tensor = helper.make_tensor(f"list{number}", model.graph.initializer[-1].data_type, values.shape, values)
            model.graph.initializer.append(tensor)
        check_structure(model)
    for name in ("INT4", "UINT4", "FLOAT4E2M1"):
        model = graphs.small_model()
        kind = getattr(TensorProto, name)
        model.graph.initializer.append(helper.make_tensor("odd", kind, [3], [1, 1, 1]))
        check_structure(model)


@pytest.mark.parametrize(
    ("change", "number"),
    [
        (graphs.opsets(("", 9999)), "9999"),
        (lambda model: setattr(model, "ir_version", 77), "77"),
        (graphs.opsets(("", 17), ("ai.onnx.ml", 88)), "88"),
    ],
)
def test_what_is_too_new_is_named_with_its_number_and_with_what_is_read(change: graphs.Change, number: str) -> None:
    said = refusal_of(graphs.classifier(change))
    assert number in said
    assert "reads up to " in said


def test_the_newest_versions_are_those_that_onnx_runtime_opens() -> None:
    parse_graph(graphs.classifier(graphs.opsets(("", newest_opset()))))
    assert str(newest_opset()) in refusal_of(graphs.classifier(graphs.opsets(("", newest_opset() + 1))))
    assert newest_opset() >= 21
    assert newest_format() >= 10


# --- bytes ---


@pytest.mark.parametrize(
    "more",
    [
        graphs.field(1, b"") * (MAX_FIELDS + 1),
        graphs.field(1, graphs.field(1, b"") * (MAX_FIELDS + 1)),
        graphs.field(5, graphs.field(7, b"\1" * (MAX_NUMBERS + 1))),
        graphs.field(2, b"\xff"),
        b"\x0a\x05",
        b"\x0b",
    ],
)
def test_what_would_become_too_much_is_refused_before_it_is_parsed(more: bytes) -> None:
    with pytest.raises(Refusal):
        check_wire_format(graphs.in_graph(more))


def test_a_file_that_ends_anywhere_is_refused_or_whole() -> None:
    """Cut at any byte, a graph is refused in our words, or whole with a field less; anything else fails here."""
    content = tiny_model(make_contract())
    check_wire_format(content)
    for end in range(0, len(content), 7):
        with suppress(Refusal):
            parse_graph(content[:end])


# --- what follows names from node to node ---


@pytest.mark.parametrize("operator", ["Identity", "Flatten", "Cast"])
def test_long_chains_are_followed_to_their_end(operator: str) -> None:
    attributes = {"to": TensorProto.FLOAT} if operator == "Cast" else {}
    proto = parse_graph(graphs.classifier(graphs.ending_with(*graphs.chain(operator, 20_000, **attributes))))
    assert [port.name for port in read_graph(proto).outputs] == ["end"]
    assert next(list_mapped_graphs(proto), None) is not None


def test_weights_that_are_turned_thousands_of_times_are_read() -> None:
    nodes = graphs.chain("Transpose", 20_001, "W", "turned", perm=[1, 0])
    last = helper.make_node("Gemm", ["flat", "turned"], ["end"])
    proto = parse_graph(graphs.classifier(graphs.ending_with(*nodes, last)))
    assert next(list_mapped_graphs(proto), None) is not None
