"""Class maps added to an ONNX graph without torch: how much each position of the last maps gives to each score.

The head above the maps is linear for a given input (`inference.graph.classifier_head`): the gradient of logit c at what
it takes is the product of its weights, with the units that a ReLU shuts left out,

    g[c] = W_n[c] · [h_n-1 > 0] · W_n-1 · … · [h_1 > 0] · W_1

(for a hard swish, its derivative in the place of [h > 0]),
and a position gives the sum over its channels of g · A, A being the maps. Behind a global average pooling g is the same
everywhere, and that is Grad-CAM (Selvaraju et al. 2017, section 3.1; with one layer, CAM, Zhou et al. 2016). Behind
flattened maps each position has weights of its own; that is HiResCAM (Draelos and Carin 2020), and the positions of one
linear layer add up to its logit without the bias. Grad-CAM would average those weights over the positions first.

Imports `onnx`, which takes 0.2 s: import this module only when a graph is to be changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray

from inference.graph.classifier_head import ClassifierHead, HardSwishStep, LinearStep, ReluStep, find_heads
from inference.graph.graph_values import GraphValues

MOST_PRODUCTS = 4_000_000_000
"""The most multiplications that class maps may cost in each run, besides the network's own: a quarter of a VGG16."""
BEFORE_AXES_AS_INPUT = 13
"""The first opset whose operators take their axes as an input."""


@dataclass(frozen=True, eq=False)
class MappedGraph:
    """A graph with class maps [N, L, h, w] and features [N, D] as its last two outputs, and what the maps are."""

    proto: onnx.ModelProto
    method: Literal["grad_cam", "hires_cam"]


def list_mapped_graphs(proto: onnx.ModelProto, scores: str | None = None) -> Iterator[MappedGraph]:
    """Yield a graph with class maps and features as its last two outputs, for each head that its own may be.

    `scores` is the output that has a score for each class, the first one by default. Maps are in single precision,
    whatever the graph computes with; factors that are the same everywhere may be missing, as they fall out of the
    min-max. A graph whose head is another one fails when it is run.
    """
    for head in find_heads(proto.graph, scores or proto.graph.output[0].name):
        if _count_products(head) <= MOST_PRODUCTS:
            yield _add_maps(proto, head)


def _add_maps(proto: onnx.ModelProto, head: ClassifierHead) -> MappedGraph:
    result = onnx.ModelProto()
    result.CopyFrom(proto)
    graph = result.graph
    cams, features = free_name("cams", graph), free_name("features", graph)
    if not head.steps:
        graph.node.append(onnx.helper.make_node("Identity", [head.maps], [f"{cams}_exact"]))
    elif head.is_pooled and len(head.steps) == 1 and not head.is_channels_last:
        _add_convolution(graph, head, cams)
    else:
        _MapNodes(graph, cams, opset_of(proto)).add(head)
    taken = head.linear[0].input if head.steps else head.pooled
    graph.node.append(onnx.helper.make_node("Flatten", [taken], [f"{features}_exact"], axis=1))
    for name, rank in ((cams, 4), (features, 2)):
        graph.node.append(onnx.helper.make_node("Cast", [f"{name}_exact"], [name], to=onnx.TensorProto.FLOAT))
        graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [None] * rank))
    return MappedGraph(result, "grad_cam" if head.is_pooled else "hires_cam")


def opset_of(proto: onnx.ModelProto) -> int:
    """Return the version of ONNX's operators that a graph is written in."""
    return max((one.version for one in proto.opset_import if one.domain in ("", "ai.onnx")), default=1)


def free_name(wish: str, graph: onnx.GraphProto) -> str:
    """Return the wished name, lengthened until nothing in the graph has it, nor it with `_` and one word behind it."""
    taken = {name for node in graph.node for name in (*node.input, *node.output)}
    taken |= {value.name for value in (*graph.input, *graph.initializer, *graph.output)}
    taken |= {name.rpartition("_")[0] for name in taken}
    while wish in taken:
        wish += "_"
    return wish


def _count_products(head: ClassifierHead) -> int:
    """Return how many multiplications the gradient of all logits takes."""
    layers = head.linear
    return sum(layers[0].shape[0] * step.shape[0] * step.shape[1] for step in layers[1:])


def _add_convolution(graph: onnx.GraphProto, head: ClassifierHead, cams: str) -> None:
    """Add the maps of one linear layer on pooled maps: a 1×1 convolution with its weights."""
    (step,) = head.linear
    weight = GraphValues(graph).constant(step.weight)
    assert weight is not None
    weight = weight if step.is_out_first else weight.T
    kernel = (weight * weight.dtype.type(step.factor)).reshape(*step.shape, 1, 1)
    graph.initializer.append(onnx.numpy_helper.from_array(kernel.copy(), f"{cams}_weight"))
    graph.node.append(onnx.helper.make_node("Conv", [head.maps, f"{cams}_weight"], [f"{cams}_exact"]))


class _MapNodes:
    """Adds the nodes of `g · A` to a graph. No weight is copied or turned: the large ones have hundreds of megabytes.

    The gradient is kept as [N or 1, L, D], or turned as [N or 1, D, L] if a weight lies that way.
    """

    def __init__(self, graph: onnx.GraphProto, name: str, opset: int) -> None:
        self._graph, self._name, self._opset = graph, name, opset
        self._count = 0

    def add(self, head: ClassifierHead) -> None:
        """Add everything up to `NAME_exact`, the maps [N, L, h, w]."""
        labels = head.linear[0].shape[0]
        gradient = self._turned(*self._add_gradient(head, labels), wanted=False)
        if head.is_pooled:
            maps = self._node("Transpose", head.maps, perm=[0, 3, 1, 2]) if head.is_channels_last else head.maps
            rows = self._reshaped(maps, [0, 0, -1])
            self._ended("Reshape", self._node("MatMul", gradient, rows), self._shape_behind(labels, maps, [2, 3]))
            return
        # What is flattened is looked at as it was before; its dimensions tell where a position's channels lie.
        products = self._node("Mul", gradient, self._reshaped(head.pooled, [0, 1, -1]))
        spread = self._node("Reshape", products, self._shape_behind(labels, head.maps, [1, 2, 3]))
        axis = 4 if head.is_channels_last else 2
        if self._opset < BEFORE_AXES_AS_INPUT:
            self._ended("ReduceSum", spread, axes=[axis], keepdims=0)
        else:
            self._ended("ReduceSum", spread, self._constant(np.array([axis], np.int64)), keepdims=0)

    def _add_gradient(self, head: ClassifierHead, labels: int) -> tuple[str, bool]:
        """Add the gradient of the logits at what the lowest step takes; return its name, and whether it is turned."""
        first = head.linear[0]
        is_turned = not first.is_out_first
        gradient = self._reshaped(first.weight, [1, -1, labels] if is_turned else [1, labels, -1])
        for step in head.steps[1:]:
            if isinstance(step, LinearStep) and step.takes_maps:
                units = self._reshaped(self._turned(gradient, is_turned, wanted=False), [-1, step.shape[0], 1, 1])
                spread = self._node("ConvTranspose", units, step.weight)
                gradient, is_turned = self._reshaped(spread, [-1, labels, step.shape[1]]), False
            elif isinstance(step, LinearStep):
                is_out_first = step.is_out_first
                gradient = self._turned(gradient, is_turned, wanted=not is_out_first)
                is_turned = not is_out_first
                weight = self._reshaped(step.weight, [0, -1]) if step.kernel else step.weight
                pair = (gradient, weight) if is_out_first else (weight, gradient)
                gradient = self._node("MatMul", *pair)
            elif isinstance(step, ReluStep):
                mask = self._reshaped(self._node("Sign", step.output), [0, -1, 1] if is_turned else [0, 1, -1])
                gradient = self._node("Mul", gradient, mask)
            elif isinstance(step, HardSwishStep):
                slope = self._add_hard_swish_slope(step.input, first.weight)
                gradient = self._node("Mul", gradient, self._reshaped(slope, [0, -1, 1] if is_turned else [0, 1, -1]))
            else:
                factors = step.factors.reshape((1, -1, 1) if is_turned else (1, 1, -1))
                gradient = self._node("Mul", gradient, self._constant(factors))
        return gradient, is_turned

    def _add_hard_swish_slope(self, taken: str, weight: str) -> str:
        """Add the derivative of a hard swish at `taken`: x / 3 + 1/2 from -3 to 3, 0 below, 1 above.

        It computes with the type of the weight.
        """
        value = GraphValues(self._graph).constant(weight)
        assert value is not None
        dtype, kind = value.dtype, onnx.helper.np_dtype_to_tensor_dtype(value.dtype)
        third, half, three = (self._constant(np.array(number, dtype)) for number in (1 / 3, 0.5, 3.0))
        is_outside = self._node("Greater", self._node("Abs", taken), three)
        inside = self._node("Cast", self._node("Not", is_outside), to=kind)
        above = self._node("Cast", self._node("Greater", taken, three), to=kind)
        line = self._node("Add", self._node("Mul", taken, third), half)
        return self._node("Add", self._node("Mul", line, inside), above)

    def _turned(self, gradient: str, is_turned: bool, *, wanted: bool) -> str:
        return gradient if is_turned == wanted else self._node("Transpose", gradient, perm=[0, 2, 1])

    def _shape_behind(self, labels: int, maps: str, axes: list[int]) -> str:
        """Return the name of the shape [N, L, …] with those dimensions of the maps."""
        sizes = self._node("Gather", self._node("Shape", maps), self._constant(np.array(axes, np.int64)), axis=0)
        return self._node("Concat", self._constant(np.array([0, labels], np.int64)), sizes, axis=0)

    def _reshaped(self, name: str, shape: list[int]) -> str:
        return self._node("Reshape", name, self._constant(np.array(shape, np.int64)))

    def _constant(self, value: NDArray[Any]) -> str:
        name = self._next()
        self._graph.initializer.append(onnx.numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = self._next()
        self._graph.node.append(onnx.helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def _ended(self, kind: str, *inputs: str, **attributes: Any) -> None:
        self._graph.node.append(onnx.helper.make_node(kind, list(inputs), [f"{self._name}_exact"], **attributes))

    def _next(self) -> str:
        self._count += 1
        return f"{self._name}_step{self._count}"
