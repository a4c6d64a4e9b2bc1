"""The head of a classifier, found in its graph: from the scores up to the last feature maps.

Known heads are linear layers with ReLUs and batch norms between them, behind a global average pooling or behind maps
that are flattened. For a given input such a head is linear, so that its gradient is a product of its weights. Behind a
pooling, where the gradient alone is asked for, there may be hard swishes too, as in MobileNetV3.

Imports `onnx`, which takes 0.2 s: import this module only when a graph is to be changed.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from inference.graph.graph_values import GraphValues
from inference.graph.versions import STANDARD_DOMAINS

_PASSING = frozenset({"Identity", "Flatten", "Reshape", "Squeeze", "Dropout"})
_AFTER_SCORES = _PASSING | {"Softmax", "Sigmoid", "LogSoftmax", "Cast"}
_MAKING_MAPS = frozenset({"Conv", "MaxPool", "AveragePool", "BatchNormalization", "Concat"})
_OF_EACH_VALUE = frozenset(
    {"Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Sigmoid", "Tanh", "Clip", "HardSwish", "HardSigmoid", "Softplus"}
    | {"Add", "Mul", "Sub", "Div", "Identity", "Dropout", "Cast"}
)
_CHANNELS_LAST = [0, 2, 3, 1]
_MOST_STEPS = 32


@dataclass(frozen=True, eq=False)
class LinearStep:
    """A linear layer: its weight by name, and what it takes."""

    weight: str
    input: str
    shape: tuple[int, ...]
    """(outputs, inputs)."""
    is_out_first: bool = True
    """Whether the weight is [outputs, inputs], or the other way round."""
    factor: float = 1.0
    """The number that its products are multiplied by."""
    kernel: tuple[int, ...] = ()
    """Of a convolution of one position, rows and columns of its weight [outputs, channels, rows, columns]."""

    @property
    def takes_maps(self) -> bool:
        """Return whether it is a convolution of whole maps, and not of what is one position already."""
        return self.kernel not in ((), (1, 1))


@dataclass(frozen=True)
class ReluStep:
    """A ReLU, by the name of what comes out of it."""

    output: str


@dataclass(frozen=True, eq=False)
class ScaleStep:
    """A multiplication of each unit by a number, as batch norm does."""

    factors: NDArray[Any]


@dataclass(frozen=True)
class HardSwishStep:
    """A hard swish, x · min(max(x / 6 + 1/2, 0), 1), by the name of what goes into it."""

    input: str


HeadStep = LinearStep | ReluStep | ScaleStep | HardSwishStep


@dataclass(frozen=True, eq=False)
class ClassifierHead:
    """The steps from the scores up to the maps, the last one of the network first."""

    steps: tuple[HeadStep, ...]
    maps: str
    """The last feature maps [N, K, h, w]; with `is_channels_last`, [N, h, w, K]."""
    pooled: str
    """What the lowest step takes: the maps pooled or flattened."""
    is_pooled: bool
    is_channels_last: bool = False

    @property
    def linear(self) -> tuple[LinearStep, ...]:
        """Return the linear layers alone."""
        return tuple(step for step in self.steps if isinstance(step, LinearStep))


_OF_MAPS_TOO = (ReluStep, ScaleStep, HardSwishStep)
"""Steps that a network has between its maps as well, and not only in its head."""


def find_heads(graph: onnx.GraphProto, scores: str) -> tuple[ClassifierHead, ...]:
    """Return what the head above the scores may be, in the order to be tried; nothing for one that is not known.

    Where what is pooled has one position, a convolution above it is a dense layer of whole maps; only a run tells.
    """
    values = GraphValues(graph)
    steps: list[HeadStep] = []
    name, below, is_flat = scores, "", False
    flattened: ClassifierHead | None = None
    while (node := values.producers.get(name)) is not None and len(steps) <= _MOST_STEPS:
        if node.domain not in STANDARD_DOMAINS:
            return ()
        pool = find_global_pool(node, values)
        if pool is not None:
            pooled = _whole(ClassifierHead(tuple(steps), node.input[0], below or name, True, pool))
            convolved = None if pool else _find_convolved(steps, node.input[0], values)
            return tuple(head for head in (pooled, convolved) if head is not None)
        if node.op_type in (_PASSING if steps else _AFTER_SCORES):
            is_flat = is_flat or (bool(steps) and node.op_type in ("Flatten", "Reshape"))
            name = node.input[0]
            continue
        found = _read_step(node, values)
        if found is not None and isinstance(found[0], LinearStep) and found[0].takes_maps:
            found = None
        is_dense = found is not None and not isinstance(found[0], _OF_MAPS_TOO) and node.op_type != "Conv"
        if is_flat and steps and not is_dense:
            # Above what flattens stand the maps, unless another layer of the head or a pooling does.
            flattened = flattened or _flattened_head(steps, name, below, values)
            is_flat = False
        if found is None:
            break
        step, name = found
        if step is not None:
            steps.append(step)
            below, is_flat = name, False
    head = flattened or (_flattened_head(steps, name, below, values) if is_flat and steps else None)
    return () if head is None else (head,)


def _find_convolved(steps: list[HeadStep], name: str, values: GraphValues) -> ClassifierHead | None:
    """Return a head whose lowest layer is a convolution of whole maps, above a pooling of what is one position then."""
    steps = list(steps)
    while (node := values.producers.get(name)) is not None and len(steps) <= _MOST_STEPS:
        if node.op_type in ("Identity", "Dropout"):
            name = node.input[0]
            continue
        found = _read_step(node, values)
        if found is None:
            return None
        step, name = found
        steps += [] if step is None else [step]
        if isinstance(step, LinearStep) and step.kernel != (1, 1):
            return _whole(ClassifierHead(tuple(steps), name, name, False)) if step.takes_maps else None
    return None


def _flattened_head(steps: list[HeadStep], maps: str, below: str, values: GraphValues) -> ClassifierHead | None:
    is_last = _is_channels_last(maps, values)
    return None if is_last is None else _whole(ClassifierHead(tuple(steps), maps, below, False, is_last))


def _is_channels_last(name: str, values: GraphValues) -> bool | None:
    """Return whether maps have their channels last, by what made them; None for what makes no maps of positions."""
    while (node := values.producers.get(name)) is not None:
        if node.op_type in _MAKING_MAPS:
            return False
        if node.op_type == "Transpose":
            order = next((list(one.ints) for one in node.attribute if one.name == "perm"), [])
            return True if order == _CHANNELS_LAST else None
        if node.op_type not in _OF_EACH_VALUE:
            return None
        left = node.input[0]
        name = node.input[1] if len(node.input) == 2 and values.constant(left) is not None else left
    return None


def _whole(head: ClassifierHead) -> ClassifierHead | None:
    """Return a head if its gradient can be computed from it: it begins with a layer, and what needs pooling has it."""
    is_layered = not head.steps or isinstance(head.steps[0], LinearStep)
    # What stands behind a convolution of whole maps is one position, as what is pooled.
    is_one_position = head.is_pooled or any(step.takes_maps for step in head.linear)
    is_known = is_one_position or not any(step.kernel for step in head.linear)
    is_known = is_known and (head.is_pooled or not any(isinstance(step, HardSwishStep) for step in head.steps))
    return head if is_layered and is_known and all(step.factor > 0 for step in head.linear) else None


def find_global_pool(node: onnx.NodeProto, values: GraphValues) -> bool | None:
    """Return whether a node averages maps with the channels last; None if it does not average whole maps."""
    if node.op_type == "GlobalAveragePool":
        return False
    if node.op_type != "ReduceMean":
        return None
    axes = next((list(attribute.ints) for attribute in node.attribute if attribute.name == "axes"), None)
    if axes is None and len(node.input) > 1:
        constant = values.constant(node.input[1])
        axes = None if constant is None or constant.dtype.kind not in "iu" else [int(axis) for axis in constant.ravel()]
    return {(2, 3): False, (1, 2): True}.get(tuple(sorted(axis % 4 for axis in axes or ())))


def _read_step(node: onnx.NodeProto, values: GraphValues) -> tuple[HeadStep | None, str] | None:
    """Return what a node does to the gradient (None: nothing) and the name above it; None for any other node."""
    if node.op_type == "Relu":
        return ReluStep(node.output[0]), node.input[0]
    if node.op_type == "HardSwish":
        return HardSwishStep(node.input[0]), node.input[0]
    if node.op_type in ("Gemm", "MatMul", "Conv"):
        linear = _read_linear(node, values)
        return None if linear is None else (linear, linear.input)
    if node.op_type == "BatchNormalization" and len(node.input) == 5:
        scale, variance = values.constant(node.input[1]), values.constant(node.input[4])
        if scale is None or variance is None:
            return None
        epsilon = next((one.f for one in node.attribute if one.name == "epsilon"), 1e-5)
        factors = scale / np.sqrt(variance + variance.dtype.type(epsilon))
        return ScaleStep(factors.astype(scale.dtype)), node.input[0]
    if node.op_type in ("Add", "Mul") and len(node.input) == 2:
        left, right = (values.constant(one) for one in node.input)
        constant, other = (left, node.input[1]) if left is not None else (right, node.input[0])
        if constant is not None and constant.ndim <= 2 and constant.size == max((1, *constant.shape)):
            return None if node.op_type == "Add" else ScaleStep(constant.ravel()), other
    if node.op_type == "Mul" and len(node.input) == 2:
        return _read_written_out_hard_swish(node, values)
    return None


def _read_written_out_hard_swish(node: onnx.NodeProto, values: GraphValues) -> tuple[HardSwishStep, str] | None:
    """Return the hard swish that a product is, as exporters write it before opset 14; None for another product."""
    for one, other in (node.input, reversed(node.input)):
        gate = values.producers.get(one)
        if gate is not None and gate.op_type == "HardSigmoid" and gate.input[0] == other:
            numbers = {attribute.name: attribute.f for attribute in gate.attribute}
            shape = numbers.get("alpha", 0.2), numbers.get("beta", 0.5)
            return (HardSwishStep(other), other) if np.allclose(shape, (1 / 6, 0.5), atol=1e-6) else None
    return None


def _read_linear(node: onnx.NodeProto, values: GraphValues) -> LinearStep | None:
    """Return a Gemm, a MatMul or a convolution of one position with a constant weight, or None."""
    weight = values.constant(node.input[1])
    attributes = {attribute.name: attribute for attribute in node.attribute}
    if weight is None or weight.dtype.kind != "f":
        return None
    if node.op_type == "Conv":
        return _read_convolution(node, weight)
    if weight.ndim != 2 or ("transA" in attributes and attributes["transA"].i):
        return None
    is_out_first = "transB" in attributes and bool(attributes["transB"].i)
    shape = weight.shape if is_out_first else weight.shape[::-1]
    factor = attributes["alpha"].f if "alpha" in attributes else 1.0
    return LinearStep(node.input[1], node.input[0], shape, is_out_first=is_out_first, factor=factor)


def _read_convolution(node: onnx.NodeProto, weight: NDArray[Any]) -> LinearStep | None:
    """Return a convolution that is a dense layer of one position: without groups, and without rows of zeros around."""
    attributes = {attribute.name: attribute for attribute in node.attribute}
    groups = attributes["group"].i if "group" in attributes else 1
    is_padded = any(attributes["pads"].ints) if "pads" in attributes else False
    is_plain = "auto_pad" not in attributes or attributes["auto_pad"].s in (b"", b"NOTSET", b"VALID")
    is_spread = any(one != 1 for one in attributes["dilations"].ints) if "dilations" in attributes else False
    if weight.ndim != 4 or groups != 1 or is_padded or not is_plain or is_spread:
        return None
    kernel = weight.shape[2:]
    # Maps of one row would be spread over a gradient of several, and no run would tell.
    if kernel != (1, 1) and min(kernel) < 2:
        return None
    shape = len(weight), int(np.prod(weight.shape[1:]))
    return LinearStep(node.input[1], node.input[0], shape, kernel=kernel)
