"""An ONNX graph, read and not run: its inputs and outputs, whether it is safe to open, whether it fits its contract.

`onnx` is imported inside `parse_graph`: it takes 0.2 s and no other step needs it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imaging.base.english import english
from imaging.base.errors import Refusal
from inference.contract.codes import Fault, ModelCode
from inference.contract.contract import Contract
from inference.graph.structure import EXTERNAL, check_structure, shown
from inference.graph.versions import STANDARD_DOMAINS
from inference.graph.wire_format import DAMAGED, check_wire_format

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto, ValueInfoProto

MODEL_FILE = "model.onnx"
# onnx.TensorProto.FLOAT and so on.
_KINDS = {1: "float32", 10: "float16", 11: "float64"}
_KINDS |= {2: "uint8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64"}
_MOST_OUTPUTS = 32


@dataclass(frozen=True)
class Port:
    """An input or output of a graph. A dimension that the graph leaves open is None."""

    name: str
    kind: str
    """The kind of its numbers as NumPy calls it (`float32`); empty for what no picture or score is made of."""
    shape: tuple[int | None, ...] | None

    @property
    def is_float32(self) -> bool:
        """Return whether it is of single precision."""
        return self.kind == "float32"


@dataclass(frozen=True)
class GraphFacts:
    """The inputs and outputs of a graph, and from which other outputs each one (of the first 32) is computed."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    sources: Mapping[str, frozenset[str]]

    def output(self, name: str) -> Port | None:
        """Return the output of that name, or None."""
        return next((port for port in self.outputs if port.name == name), None)


def parse_graph(model: bytes) -> "ModelProto":
    """Parse a graph and find it sound, reading nothing outside `model`. Raises `Refusal` (GRAPH)."""
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it ships no types

    check_wire_format(model)
    try:
        proto = onnx.load_model_from_string(model)
    except DecodeError:
        proto = None
    if proto is None or not proto.graph.output:
        raise Refusal(ModelCode.GRAPH, DAMAGED)
    check_structure(proto)
    return proto


def read_graph(proto: "ModelProto") -> GraphFacts:
    """Read inputs and outputs off a parsed graph."""
    weights = {tensor.name for tensor in proto.graph.initializer}
    inputs = tuple(_read_port(value) for value in proto.graph.input if value.name not in weights)
    outputs = tuple(_read_port(value) for value in proto.graph.output)
    names = [port.name for port in outputs[:_MOST_OUTPUTS]]
    producers = nodes_by_output(proto.graph)
    sources = {name: frozenset(_names_behind(name, producers) & set(names)) for name in names}
    return GraphFacts(inputs, outputs, sources)


def _names_behind(name: str, producers: "Mapping[str, NodeProto]") -> set[str]:
    """Return the names from which a name is computed."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        node = producers.get(waiting.pop())
        fresh = set(() if node is None else node.input) - found
        found |= fresh
        waiting.extend(fresh)
    return found


def find_safety_faults(proto: "ModelProto", domains_allowed: frozenset[str] = STANDARD_DOMAINS) -> list[Fault]:
    """Find why a graph must not be opened whatever its contract says: data outside the file, operators not of ONNX."""
    faults = []
    parts = (proto.graph, *proto.functions)
    tensors = (tensor for part in parts for tensor in find_messages(part, "TensorProto"))
    if any(tensor.data_location == EXTERNAL or tensor.external_data for tensor in tensors):
        sentence = english("The graph refers to data in another file; all of it must stand in the graph itself.")
        faults.append(Fault(ModelCode.EXTERNAL_DATA, MODEL_FILE, sentence))
    domains = {opset.domain for opset in proto.opset_import} | {function.domain for function in proto.functions}
    domains |= {node.domain for part in parts for node in find_messages(part, "NodeProto")}
    for domain in sorted(domains - domains_allowed):
        sentence = english(
            "The graph uses operators of the domain `{domain}`, which is not part of the ONNX standard.",
            domain=shown(domain),
        )
        faults.append(Fault(ModelCode.CUSTOM_DOMAIN, MODEL_FILE, sentence))
    return faults


def find_contract_faults(facts: GraphFacts, contract: Contract) -> list[Fault]:
    """Find inputs and outputs of the graph that are not those of the contract."""
    return [*_input_faults(facts, contract), *_output_faults(facts, contract)]


def _read_port(value: "ValueInfoProto") -> Port:
    tensor = value.type.tensor_type
    shape: tuple[int | None, ...] | None = None
    if tensor.HasField("shape"):
        # Some exporters write 0 or -1 for what they leave open.
        shape = tuple(size.dim_value if size.dim_value > 0 else None for size in tensor.shape.dim)
    return Port(value.name, _KINDS.get(tensor.elem_type, ""), shape)


def find_messages(message: Any, kind: str) -> Iterator[Any]:
    """Yield every message of a kind (`NodeProto`, `TensorProto`) within another one, wherever the format allows one."""
    name = message.DESCRIPTOR.name
    if name == kind:
        yield message
    # No more is in a tensor than its values.
    for field, value in message.ListFields() if name != "TensorProto" else ():
        if field.message_type is not None:
            for inner in [value] if hasattr(value, "DESCRIPTOR") else value:
                yield from find_messages(inner, kind)


def _input_faults(facts: GraphFacts, contract: Contract) -> Iterator[Fault]:
    spec, name = contract.input, contract.output.input
    if [port.name for port in facts.inputs] != [name]:
        yield _fault("output.input", english("The graph must have exactly one input, named `{name}`.", name=name))
        return
    port = facts.inputs[0]
    if not port.is_float32:
        yield _fault("output.input", english("The graph's input is not float32."))
    if port.shape and port.shape[0] not in (None, 1):
        yield _fault("output.input", english("The graph insists on more than one slice at a time."))
    expected = (spec.channels, *spec.size) if spec.layout == "NCHW" else (*spec.size, spec.channels)
    if not _fits(port.shape, (None, *expected)):
        sizes = ", ".join(map(str, expected))
        yield _fault("input.size", english("The graph's input is not [N, {sizes}].", sizes=sizes))


def _output_faults(facts: GraphFacts, contract: Contract) -> Iterator[Fault]:
    wanted = contract.output
    logits = contract.task.logits
    maps = logits if contract.task.kind != "binary" else None
    for key, name, shape, what in (
        ("output.logits", wanted.logits, (None, logits), f"[N, {logits}]"),
        ("output.cams", wanted.cams, (None, maps, None, None), f"[N, {logits}, h, w]"),
        ("output.features", wanted.features, (None, None), "[N, D]"),
        ("output.members", wanted.members, (None, None, logits), f"[N, members, {logits}]"),
    ):
        if name is None:
            continue
        port = facts.output(name)
        if port is None:
            yield _fault(key, english("The graph has no output named `{name}`.", name=name))
        elif not port.is_float32:
            yield _fault(key, english("The graph's output `{name}` is not float32.", name=name))
        elif not _fits(port.shape, shape):
            yield _fault(key, english("The graph's output `{name}` is not {what}.", name=name, what=what))


def _fits(have: tuple[int | None, ...] | None, want: tuple[int | None, ...]) -> bool:
    """Return whether nothing in a shape contradicts the wanted one; None is an open dimension."""
    if have is None:
        return True
    return len(have) == len(want) and all(a is None or b is None or a == b for a, b in zip(have, want, strict=True))


def _fault(key: str, sentence: str) -> Fault:
    return Fault(ModelCode.GRAPH, key, sentence)


def nodes_by_output(graph: "GraphProto") -> "dict[str, NodeProto]":
    """Return the node that computes each name."""
    return {name: node for node in graph.node for name in node.output}
