"""Whether a parsed graph is one: an order in which everything can be computed, known operators, weights of their size.

A graph, its subgraphs and its functions are walked once each. Whoever looks at a graph that was found sound here may
follow names from a node to the one before it, and will come to an end.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, NoReturn

from imaging.base.english import Text, english
from imaging.base.errors import Refusal
from inference.contract.codes import ModelCode
from inference.graph.versions import ONNX, STANDARD_DOMAINS, no_opset, read_versions

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto, TensorProto

MAX_NODES = 50_000
"""The most nodes, those of subgraphs and of functions wherever they are called included."""
MAX_NESTING = 16
"""The most graphs within one another."""
MAX_ATTRIBUTES = 100
"""The most attributes of one node."""
MAX_NAME = 1000
"""The most characters of a name."""
MAX_BYTES = 2 * 2**30
"""The most bytes that all weights may claim."""
SPARSE_RATIO = 16
"""How many times the bytes that it has a sparse weight may claim."""

EXTERNAL = 1  # onnx.TensorProto.EXTERNAL
_SHOWN = 60

_Key = tuple[str, str, str]  # domain, operator and overload: what a function is called by


def check_structure(proto: "ModelProto") -> None:
    """Raise `Refusal` (GRAPH) with the first reason why a parsed graph cannot be computed."""
    _check_names((*(one.domain for one in proto.opset_import),))
    versions = read_versions(proto)
    walk = _Walk(versions, frozenset(_key(one.domain, one.name, one.overload) for one in proto.functions))
    free = walk.graph(proto.graph, 1)
    if free:
        _refuse(english("The graph uses the value `{value}`, which nothing computes.", value=shown(min(free))))
    total = walk.counts
    called: dict[_Key, Counter[_Key]] = {}
    for one in proto.functions:
        walk.counts = Counter()
        _check_names((one.name, one.domain, *one.input, *one.output))
        free = walk.scope(one.node, one.input, one.output, 1)
        if free:
            _refuse(
                english(
                    "The function `{name}` uses the value `{value}`, which nothing computes.",
                    name=shown(one.name),
                    value=shown(min(free)),
                )
            )
        key = _key(one.domain, one.name, one.overload)
        if key in called or not one.name:
            _refuse(english("The graph has two functions `{name}`.", name=shown(one.name)))
        called[key] = walk.counts
    _check_expansion(total, called)


def claimed_bytes(tensor: "TensorProto") -> int:
    """Return how many bytes the numbers of a weight are."""
    return _measure(tensor)[0]


def shown(name: str) -> str:
    """Return a name as sentences show it: of a length that a person reads."""
    return name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"


@dataclass
class _Walk:
    """One walk over all scopes; `counts` are how often each function is called, `_NODES` standing for plain nodes."""

    versions: dict[str, int]
    functions: frozenset[_Key]
    counts: "Counter[_Key]" = field(default_factory=Counter)
    bytes: int = 0

    def graph(self, graph: "GraphProto", level: int) -> set[str]:
        """Return the names that a graph takes from the graphs around it."""
        if level > MAX_NESTING:
            _refuse(english("The graphs lie too deep within one another."))
        weights = [one.name for one in graph.initializer] + [one.values.name for one in graph.sparse_initializer]
        for one in graph.initializer:
            self._tensor(one)
        for sparse in graph.sparse_initializer:
            self._sparse(sparse)
        inputs = [one.name for one in graph.input]
        _check_names((graph.name, *inputs, *weights, *(one.name for one in graph.output)))
        for names, what in ((inputs, english("inputs")), (weights, english("weights"))):
            if len(set(names)) < len(names):
                _refuse(english("Two {what} of the graph have the same name.", what=what))
        return self.scope(graph.node, {*inputs, *weights}, [one.name for one in graph.output], level)

    def scope(self, nodes: "Sequence[NodeProto]", given: Iterable[str], wanted: Iterable[str], level: int) -> set[str]:
        """Return the names that nodes use and that neither they compute nor are given; refuse what cannot be ordered.

        `level` is how deep the scope lies, from 1.
        """
        given = set(given)
        producers: dict[str, int] = {}
        uses: list[set[str]] = []
        for number, node in enumerate(nodes):
            uses.append({name for name in node.input if name} | self._node(node, level))
            for name in filter(None, node.output):
                if name in producers or name in given:
                    _refuse(english("Two parts of the graph compute the value `{name}`.", name=shown(name)))
                producers[name] = number
        order: TopologicalSorter[int] = TopologicalSorter()
        free = {name for name in wanted if name not in given and name not in producers}
        for number, names in enumerate(uses):
            order.add(number, *{producers[name] for name in names if name in producers})
            free.update(name for name in names if name not in given and name not in producers)
        try:
            order.prepare()
        except CycleError as error:
            node = nodes[error.args[1][0]]
            name = shown(node.name or next(iter(node.output), ""))
            _refuse(
                english(
                    "The graph goes round in a circle: `{name}` ({op_type}) waits for its own result.",
                    name=name,
                    op_type=shown(node.op_type),
                )
            )
        return free

    def _node(self, node: "NodeProto", level: int) -> set[str]:
        """Return the names that subgraphs of a node take from around it."""
        _check_names((node.name, node.op_type, node.domain, *node.input, *node.output))
        key = _key(node.domain, node.op_type, node.overload)
        self.counts[key if key in self.functions else _NODE] += 1
        if self.counts.total() > MAX_NODES:
            _refuse(english("The graph has more than {max_nodes:,} nodes.", max_nodes=MAX_NODES))
        if key not in self.functions:
            _check_operator(node, self.versions)
        if len(node.attribute) > MAX_ATTRIBUTES:
            _refuse(
                english(
                    "A node of the graph ({op_type}) has more than {max_attributes} attributes.",
                    op_type=shown(node.op_type),
                    max_attributes=MAX_ATTRIBUTES,
                )
            )
        free: set[str] = set()
        for one in node.attribute:
            _check_names((one.name,))
            for sparse in (*((one.sparse_tensor,) if one.HasField("sparse_tensor") else ()), *one.sparse_tensors):
                self._sparse(sparse)
            for tensor in (*((one.t,) if one.HasField("t") else ()), *one.tensors):
                self._tensor(tensor)
            for graph in (*((one.g,) if one.HasField("g") else ()), *one.graphs):
                free |= self.graph(graph, level + 1)
        return free

    def _tensor(self, tensor: "TensorProto") -> None:
        claimed, held = _measure(tensor)
        self.bytes += claimed
        if self.bytes > MAX_BYTES:
            _refuse(english("The weights of the graph claim more bytes than any real network has."))
        if held is not None and held != claimed:
            _refuse(
                english(
                    "The weight `{name}` claims {claimed} bytes and has {held}.",
                    name=shown(tensor.name),
                    claimed=claimed,
                    held=held,
                )
            )

    def _sparse(self, sparse: Any) -> None:
        """Count what a sparse weight becomes when ONNX Runtime opens it."""
        self._tensor(sparse.values)
        self._tensor(sparse.indices)
        claimed = _count(sparse.dims) * 8
        if claimed > SPARSE_RATIO * (_measure(sparse.values)[0] + 1024):
            _refuse(english("A sparse weight of the graph claims far more values than it has."))
        self.bytes += claimed


_NODE: _Key = ("", "", "")


def _check_operator(node: "NodeProto", versions: dict[str, int]) -> None:
    """Refuse an operator that ONNX does not have, or that has too few or too many inputs or outputs."""
    domain = "" if node.domain == ONNX else node.domain
    if domain not in STANDARD_DOMAINS:
        return
    version = versions.get(domain)
    if version is None:
        raise no_opset()
    bounds = _bounds_of(node.op_type, version, domain)
    if bounds is None:
        name = Text(f"`{shown(node.op_type)}`") if node.op_type else english("without a name")
        _refuse(
            english(
                "The graph uses an operator {name}, which opset {version} of {domain} does not have.",
                name=name,
                version=version,
                domain=domain or ONNX,
            )
        )
    for what, names, (least, most) in zip(
        (english("inputs"), english("outputs")), (node.input, node.output), bounds, strict=True
    ):
        if not least <= len(names) <= most:
            name = Text(shown(node.name or next(iter(node.output), "")))
            _refuse(
                english(
                    "The operator `{op_type}` at `{name}` has {count} {what}, which it cannot have.",
                    op_type=node.op_type,
                    name=name,
                    count=len(names),
                    what=what,
                )
            )


@lru_cache(maxsize=1024)
def _bounds_of(operator: str, version: int, domain: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return the least and the greatest number of inputs, and of outputs, of an operator; None if there is none."""
    import onnx  # late: it takes 0.2 s

    if not onnx.defs.has(operator, version, domain):
        return None
    schema = onnx.defs.get_schema(operator, version, domain)
    return (schema.min_input, schema.max_input), (schema.min_output, schema.max_output)


def _check_expansion(total: "Counter[_Key]", called: dict[_Key, "Counter[_Key]"]) -> None:
    """Refuse functions that call each other in a circle, or become too many nodes where they are called."""
    order: TopologicalSorter[_Key] = TopologicalSorter()
    for key, counts in called.items():
        order.add(key, *(counts.keys() & called.keys()))
    sizes: dict[_Key, int] = {_NODE: 1}
    try:
        for key in order.static_order():
            size = sum(sizes[one] * count for one, count in called[key].items())
            sizes[key] = min(size, MAX_NODES) + 1
    except CycleError as error:
        _refuse(english("The function `{name}` of the graph calls itself.", name=shown(error.args[1][0][1])))
    if sum(sizes[key] * count for key, count in total.items()) > MAX_NODES:
        _refuse(
            english(
                "The graph has more than {max_nodes:,} nodes, those of its functions included.", max_nodes=MAX_NODES
            )
        )


def _measure(tensor: "TensorProto") -> tuple[int, int | None]:
    """Return the bytes that a weight claims and those that it has; None if they lie in another file, or as texts."""
    import onnx  # late: it takes 0.2 s

    count = _count(tensor.dims)
    bits = _bits().get(tensor.data_type)
    if bits is None:
        if tensor.data_type not in onnx.TensorProto.DataType.values() or not tensor.data_type:
            _refuse(
                english("The weight `{name}` has a type of numbers that ONNX does not have.", name=shown(tensor.name))
            )
        return count, None
    claimed = -(-count * bits // 8)
    if tensor.data_location == EXTERNAL or tensor.external_data:
        return claimed, None
    if tensor.HasField("raw_data"):
        return claimed, len(tensor.raw_data)
    parts = 2 if tensor.data_type in (onnx.TensorProto.COMPLEX64, onnx.TensorProto.COMPLEX128) else 1
    held = len(getattr(tensor, onnx.helper.tensor_dtype_to_field(tensor.data_type)))
    # Less than a byte each lie in numbers of their own, or several in one.
    return claimed, held * bits // 8 // parts if bits >= 8 else None


def _count(dims: Sequence[int]) -> int:
    if any(one < 0 for one in dims):
        _refuse(english("A weight of the graph has a negative size."))
    return math.prod(dims)


@cache
def _bits() -> dict[int, int]:
    """Return how many bits a number of each type has, but for texts."""
    import onnx  # late: it takes 0.2 s

    odd = {"UINT4": 4, "INT4": 4, "FLOAT4E2M1": 4, "UINT2": 2, "INT2": 2, "FLOAT6E2M3": 6, "FLOAT6E3M2": 6}
    found = {}
    for name, number in onnx.TensorProto.DataType.items():
        if name in odd:
            found[number] = odd[name]
        elif name not in ("UNDEFINED", "STRING"):
            found[number] = onnx.helper.tensor_dtype_to_np_dtype(number).itemsize * 8
    return found


def _key(domain: str, name: str, overload: str) -> _Key:
    return "" if domain == ONNX else domain, name, overload


def _check_names(names: Iterable[str]) -> None:
    if any(len(name) > MAX_NAME for name in names):
        _refuse(english("A name in the graph has more than {max_name:,} characters.", max_name=MAX_NAME))


def _refuse(sentence: str) -> NoReturn:
    raise Refusal(ModelCode.GRAPH, sentence) from None
