"""ONNX graphs as no exporter would write them: circles, claims, names, versions, weights that lie elsewhere."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import onnx
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

SIDE = 32
Change = Callable[[ModelProto], Any]


def classifier(*changes: Change) -> bytes:
    """A small classifier that opens, but for the changes."""
    model = small_model()
    for change in changes:
        change(model)
    return model.SerializeToString()


def small_model() -> ModelProto:
    """image -> pooled -> flat -> logits [N, 2]: global average pooling and one linear layer."""
    graph = helper.make_graph(
        [
            helper.make_node("GlobalAveragePool", ["image"], ["pooled"]),
            helper.make_node("Flatten", ["pooled"], ["flat"], axis=1),
            helper.make_node("Gemm", ["flat", "W", "B"], ["logits"], transB=1),
        ],
        "g",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, SIDE, SIDE])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 2])],
        [
            numpy_helper.from_array(np.array([[4.0], [-4.0]], np.float32), "W"),
            numpy_helper.from_array(np.array([-1.0, 1.0], np.float32), "B"),
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def ending_with(*nodes: NodeProto, output: str = "end") -> Change:
    """More nodes, the last of which computes the only output."""

    def change(model: ModelProto) -> None:
        model.graph.node.extend(nodes)
        model.graph.output[0].name = output

    return change


def chain(operator: str, count: int, start: str = "logits", end: str = "end", **attributes: Any) -> list[NodeProto]:
    """Nodes of one kind, one behind another."""
    names = [start, *(f"v{number}" for number in range(count - 1)), end]
    return [helper.make_node(operator, [one], [other], **attributes) for one, other in pairwise(names)]


def circle(length: int) -> Change:
    """Identity nodes in a circle, the last of which is the output."""
    names = [f"v{number}" for number in range(length)]
    nodes = [helper.make_node("Identity", [names[number - 1]], [name]) for number, name in enumerate(names)]
    return ending_with(*nodes, output=names[-1])


def branch(nodes: Iterable[NodeProto], output: str = "inner", name: str = "branch") -> GraphProto:
    return helper.make_graph(list(nodes), name, [], [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)])


def if_node(inside: GraphProto, output: str = "end") -> NodeProto:
    """An If on a constant that is true."""
    otherwise = branch([helper.make_node("Identity", ["logits"], ["inner"])])
    return helper.make_node("If", ["truth"], [output], then_branch=inside, else_branch=otherwise)


def with_truth(*nodes: NodeProto, output: str = "end") -> Change:
    truth = numpy_helper.from_array(np.array(True), "truth")

    def change(model: ModelProto) -> None:
        model.graph.initializer.append(truth)
        ending_with(*nodes, output=output)(model)

    return change


def nested(depth: int) -> Change:
    """Ifs within one another."""
    inside = branch([helper.make_node("Identity", ["logits"], ["inner"])])
    for _ in range(depth):
        inside = branch([if_node(inside, "inner")])
    return with_truth(if_node(inside))


def calling(*functions: tuple[str, Sequence[str]]) -> Change:
    """Functions of our own, each of which calls the operators or functions named, one behind another."""

    def change(model: ModelProto) -> None:
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ours", 1)]
        known = {name for name, _ in functions}
        for name, called in functions:
            steps = ["a", *(f"s{number}" for number in range(len(called) - 1)), "b"]
            nodes = [
                helper.make_node(one, [steps[n]], [steps[n + 1]], domain="ours" if one in known else "")
                for n, one in enumerate(called)
            ]
            model.functions.append(helper.make_function("ours", name, ["a"], ["b"], nodes, opsets))
        model.opset_import.append(helper.make_opsetid("ours", 1))
        ending_with(helper.make_node(functions[0][0], ["logits"], ["end"], domain="ours"))(model)

    return change


def weight(name: str = "W", **fields: Any) -> Change:
    """Fields of a weight, without its bytes where `raw_data` is None."""

    def change(model: ModelProto) -> None:
        tensor = next(one for one in model.graph.initializer if one.name == name)
        for key, value in fields.items():
            if value is None:
                tensor.ClearField(key)
            elif isinstance(value, list):
                del getattr(tensor, key)[:]
                getattr(tensor, key).extend(value)
            else:
                setattr(tensor, key, value)

    return change


def outside(location: str, *, name: str = "W", **entries: object) -> Change:
    """A weight whose bytes lie in another file."""

    def change(model: ModelProto) -> None:
        tensor = next(one for one in model.graph.initializer if one.name == name)
        put_outside(tensor, location, **entries)

    return change


def put_outside(tensor: TensorProto, location: str, **entries: object) -> TensorProto:
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, **entries}.items():
        tensor.external_data.add(key=key, value=str(value))
    return tensor


def sparse(dims: Sequence[int]) -> Change:
    """A sparse weight of one value that claims to be large."""

    def change(model: ModelProto) -> None:
        values = numpy_helper.from_array(np.array([1.0], np.float32), "S")
        indices = numpy_helper.from_array(np.array([0], np.int64), "S_indices")
        model.graph.sparse_initializer.append(onnx.SparseTensorProto(values=values, indices=indices, dims=list(dims)))

    return change


def opsets(*pairs: tuple[str, int]) -> Change:
    def change(model: ModelProto) -> None:
        del model.opset_import[:]
        model.opset_import.extend(helper.make_opsetid(*pair) for pair in pairs)

    return change


def attributes(count: int) -> Change:
    """A node of that many attributes."""

    def change(model: ModelProto) -> None:
        node = model.graph.node[1]
        node.attribute.extend(
            AttributeProto(name=f"a{number}", type=AttributeProto.INT, i=1) for number in range(count)
        )

    return change


# --- bytes that no library writes ---


def field(number: int, content: bytes) -> bytes:
    """A field of bytes as protobuf writes it."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def in_graph(more: bytes) -> bytes:
    """The small classifier with more bytes in its graph (field 7 of a model)."""
    model = small_model()
    graph = model.graph.SerializeToString()
    model.ClearField("graph")
    return model.SerializeToString() + field(7, graph + more)
