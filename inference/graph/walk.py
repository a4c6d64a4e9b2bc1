"""What an ONNX graph says of itself, whether it is safe to open, and class maps added to it without torch.

`onnx` is imported inside the functions: it takes 0.2 s and no other step of the line needs it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from imaging.base.errors import Refusal
from inference.contract.contract import Contract
from inference.contract.model_codes import Fault, ModelCode

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto

MODEL_FILE = "model.onnx"
STANDARD_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml"})


@dataclass(frozen=True)
class Port:
    """An input or output of a graph. A dimension that the graph leaves open is None."""

    name: str
    is_float32: bool
    shape: tuple[int | None, ...] | None


@dataclass(frozen=True)
class GraphFacts:
    """What the graph says of itself; `ends_with` is the activation that its first output went through already."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    ends_with: Literal["softmax", "sigmoid", "none"]

    def output(self, name: str) -> Port | None:
        """The output of that name."""
        return next((port for port in self.outputs if port.name == name), None)


def parse(model: bytes) -> "ModelProto":
    """The graph as onnx's own object, nothing outside `model` read. Raises `Refusal` (GRAPH)."""
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it ships no types

    try:
        proto = onnx.load_model_from_string(model)
    except DecodeError:
        raise Refusal(ModelCode.GRAPH, "This is not an ONNX file, or it is damaged.") from None
    if not proto.graph.output:
        raise Refusal(ModelCode.GRAPH, "This is not an ONNX file, or it is damaged.")
    return proto


def read_graph(proto: "ModelProto") -> GraphFacts:
    """The facts of a parsed graph."""
    weights = {tensor.name for tensor in proto.graph.initializer}
    inputs = tuple(_port(value) for value in proto.graph.input if value.name not in weights)
    last = _producers(proto.graph).get(proto.graph.output[0].name)
    while last is not None and last.op_type in ("Identity", "Cast", "Flatten", "Reshape", "Squeeze"):
        last = _producers(proto.graph).get(last.input[0])
    ends: Literal["softmax", "sigmoid", "none"] = "none"
    if last is not None and last.op_type == "Softmax":
        ends = "softmax"
    elif last is not None and last.op_type == "Sigmoid":
        ends = "sigmoid"
    return GraphFacts(inputs, tuple(_port(value) for value in proto.graph.output), ends)


def safety_faults(proto: "ModelProto") -> list[Fault]:
    """Why the graph must not be opened, whatever its contract says: data outside the file, or operators not of ONNX."""
    faults = []
    if any(_is_external(tensor) for tensor in _tensors(proto)):
        sentence = "The graph refers to data in another file; all of it must stand in the graph itself."
        faults.append(Fault(ModelCode.EXTERNAL_DATA, MODEL_FILE, sentence))
    domains = {entry.domain for entry in proto.opset_import} | {function.domain for function in proto.functions}
    domains |= {node.domain for node in _nodes(proto)}
    for domain in sorted(domains - STANDARD_DOMAINS):
        sentence = f"The graph uses operators of the domain `{domain}`, which is not part of the ONNX standard."
        faults.append(Fault(ModelCode.CUSTOM_DOMAIN, MODEL_FILE, sentence))
    return faults


def contract_faults(facts: GraphFacts, contract: Contract) -> list[Fault]:
    """Where the graph's inputs and outputs are not what the contract says."""
    return [*_input_faults(facts, contract), *_output_faults(facts, contract)]


def with_cams(proto: "ModelProto") -> "ModelProto | None":
    """The graph with class maps [N, L, h, w] and pooled features as its last two outputs; None for another head.

    The head must be global average pooling and one linear layer. Then the gradient of logit c with respect to channel k
    of the last feature map A is W[c, k] / (h·w) at every place, and Grad-CAM's weighted sum is a 1×1 convolution of A
    with W (Zhou et al. 2016, CAM; Selvaraju et al. 2017, section 3.1). The factor 1 / (h·w) falls out of the min-max.
    """
    import onnx

    result = onnx.ModelProto()
    result.CopyFrom(proto)
    head = _linear_head(result.graph)
    if head is None:
        return None
    maps, weight, pooled = head
    graph = result.graph
    cams, features = _free_name("cams", graph), _free_name("features", graph)
    if weight is None:
        graph.node.append(onnx.helper.make_node("Identity", [maps], [cams]))
    else:
        kernel = onnx.numpy_helper.from_array(weight[:, :, None, None].copy(), f"{cams}_weight")
        graph.initializer.append(kernel)
        graph.node.append(onnx.helper.make_node("Conv", [maps, kernel.name], [cams]))
    graph.node.append(onnx.helper.make_node("Flatten", [pooled], [features], axis=1))
    for name, rank in ((cams, 4), (features, 2)):
        graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [None] * rank))
    return result


def _free_name(wish: str, graph: "GraphProto") -> str:
    """The name wished for, lengthened until nothing in the graph bears it."""
    taken = {name for node in graph.node for name in (*node.input, *node.output)}
    taken |= {value.name for value in (*graph.input, *graph.initializer, *graph.output)}
    while wish in taken or f"{wish}_weight" in taken:
        wish += "_"
    return wish


def _port(value: "ValueInfoProto") -> Port:
    import onnx

    tensor = value.type.tensor_type
    shape: tuple[int | None, ...] | None = None
    if tensor.HasField("shape"):
        # Some exporters write 0 or -1 for what they leave open.
        shape = tuple(entry.dim_value if entry.dim_value > 0 else None for entry in tensor.shape.dim)
    return Port(value.name, tensor.elem_type == onnx.TensorProto.FLOAT, shape)


def _is_external(tensor: "TensorProto") -> bool:
    return tensor.data_location == 1 or bool(tensor.external_data)


def _graphs(proto: "ModelProto") -> "Iterator[GraphProto]":
    """The main graph and every graph inside a node (of If, Loop, Scan, and of functions)."""
    waiting = [proto.graph]
    waiting.extend(graph for function in proto.functions for graph in _inner_graphs(function.node))
    while waiting:
        graph = waiting.pop()
        yield graph
        waiting.extend(_inner_graphs(graph.node))


def _inner_graphs(nodes: Any) -> "Iterator[GraphProto]":
    for node in nodes:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield attribute.g
            yield from attribute.graphs


def _nodes(proto: "ModelProto") -> "Iterator[NodeProto]":
    for graph in _graphs(proto):
        yield from graph.node
    for function in proto.functions:
        yield from function.node


def _tensors(proto: "ModelProto") -> "Iterator[TensorProto]":
    """Every constant of the model, wherever the format allows one."""
    for graph in _graphs(proto):
        yield from graph.initializer
        for sparse in graph.sparse_initializer:
            yield from (sparse.values, sparse.indices)
    for node in _nodes(proto):
        for attribute in node.attribute:
            yield attribute.t
            yield from attribute.tensors
            for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
                yield from (sparse.values, sparse.indices)


def _input_faults(facts: GraphFacts, contract: Contract) -> Iterator[Fault]:
    spec, name = contract.input, contract.output.input
    if [port.name for port in facts.inputs] != [name]:
        yield _fault("output.input", f"The graph must have exactly one input, named `{name}`.")
        return
    port = facts.inputs[0]
    if not port.is_float32:
        yield _fault("output.input", "The graph's input is not float32.")
    if port.shape and port.shape[0] not in (None, 1):
        yield _fault("output.input", "The graph insists on more than one slice at a time.")
    expected = (spec.channels, *spec.size) if spec.layout == "NCHW" else (*spec.size, spec.channels)
    if not _fits(port.shape, (None, *expected)):
        yield _fault("input.size", f"The graph's input is not [N, {', '.join(map(str, expected))}].")


def _output_faults(facts: GraphFacts, contract: Contract) -> Iterator[Fault]:
    wanted = contract.output
    logits = contract.task.logits
    maps = logits if contract.task.kind != "binary" else None
    for key, name, shape, what in (
        ("output.logits", wanted.logits, (None, logits), f"[N, {logits}]"),
        ("output.cams", wanted.cams, (None, maps, None, None), f"[N, {logits}, h, w]"),
        ("output.features", wanted.features, (None, None), "[N, D]"),
    ):
        if name is None:
            continue
        port = facts.output(name)
        if port is None:
            yield _fault(key, f"The graph has no output named `{name}`.")
        elif not port.is_float32:
            yield _fault(key, f"The graph's output `{name}` is not float32.")
        elif not _fits(port.shape, shape):
            yield _fault(key, f"The graph's output `{name}` is not {what}.")


def _fits(have: tuple[int | None, ...] | None, want: tuple[int | None, ...]) -> bool:
    """True where nothing that the graph says of its shape contradicts what is wanted."""
    if have is None:
        return True
    return len(have) == len(want) and all(a is None or b is None or a == b for a, b in zip(have, want, strict=True))


def _fault(key: str, sentence: str) -> Fault:
    return Fault(ModelCode.GRAPH, key, sentence)


def _producers(graph: "GraphProto") -> "dict[str, NodeProto]":
    return {name: node for node in graph.node for name in node.output}


_AFTER_LINEAR = frozenset({"Softmax", "Sigmoid", "LogSoftmax", "Identity", "Flatten", "Reshape", "Squeeze", "Dropout"})
_AFTER_POOL = frozenset({"Identity", "Flatten", "Reshape", "Squeeze", "Dropout"})


def _linear_head(graph: "GraphProto") -> tuple[str, Any, str] | None:
    """(last feature map, weight [L, K] or None where its channels are the logits, pooled features), walking upward."""
    producers = _producers(graph)
    name = graph.output[0].name
    weight, has_weight = None, False
    pooled = ""
    while (node := producers.get(name)) is not None:
        if node.domain not in STANDARD_DOMAINS:
            return None
        if _is_global_pool(node, graph):
            return node.input[0], weight, pooled or name
        if not has_weight and node.op_type == "Add":
            left, right = node.input
            name = right if _constant(left, graph) is not None else left
        elif not has_weight and node.op_type in ("Gemm", "MatMul", "Conv"):
            weight = _linear_weight(node, graph)
            if weight is None:
                return None
            has_weight, name, pooled = True, node.input[0], node.input[0]
        elif node.op_type in (_AFTER_POOL if has_weight else _AFTER_LINEAR):
            name = node.input[0]
        else:
            return None
    return None


def _linear_weight(node: "NodeProto", graph: "GraphProto") -> Any:
    """The weight [L, K] of a Gemm, a MatMul or a 1×1 convolution of pooled features, or None."""
    weight = _constant(node.input[1], graph)
    attributes = {attribute.name: attribute for attribute in node.attribute}
    if weight is None:
        return None
    if node.op_type == "Conv":
        whole = weight.ndim == 4 and weight.shape[2:] == (1, 1) and _groups(attributes) == 1
        return weight[:, :, 0, 0] if whole else None
    if weight.ndim != 2 or ("transA" in attributes and attributes["transA"].i):
        return None
    if "transB" not in attributes or not attributes["transB"].i:
        weight = weight.T
    return weight * attributes["alpha"].f if "alpha" in attributes else weight


def _groups(attributes: dict[str, Any]) -> int:
    return int(attributes["group"].i) if "group" in attributes else 1


def _is_global_pool(node: "NodeProto", graph: "GraphProto") -> bool:
    if node.op_type == "GlobalAveragePool":
        return True
    if node.op_type != "ReduceMean":
        return False
    axes = next((list(attribute.ints) for attribute in node.attribute if attribute.name == "axes"), None)
    if axes is None and len(node.input) > 1:
        constant = _constant(node.input[1], graph)
        axes = None if constant is None else [int(axis) for axis in constant.ravel()]
    return axes is not None and {axis % 4 for axis in axes} == {2, 3}


def _constant(name: str, graph: "GraphProto") -> Any:
    """The value of a name that does not depend on the input: a weight, a Constant node, or one of them transposed."""
    import onnx

    for tensor in graph.initializer:
        if tensor.name == name:
            return onnx.numpy_helper.to_array(tensor)
    node = _producers(graph).get(name)
    if node is not None and node.op_type == "Constant" and node.attribute[0].HasField("t"):
        return onnx.numpy_helper.to_array(node.attribute[0].t)
    if node is not None and node.op_type == "Transpose":
        inner = _constant(node.input[0], graph)
        return None if inner is None or inner.ndim != 2 else inner.T
    return None
