"""Classifiers as other people export them, each of another layout, with what their makers know of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from inference.contract.model_answers import ModelAnswers

SIDE, CHANNELS = 32, 6
Values = NDArray[Any]


@dataclass(frozen=True)
class Foreign:
    """A model's bytes, what its maker answers, and how its maker would feed it and read it."""

    model: bytes
    answers: ModelAnswers
    feed: Callable[[NDArray[np.float64]], Values]
    """From a slice in 0…1 [row, column] to the tensor that the graph takes."""
    read: Callable[[Values], NDArray[np.float64]]
    """From the row of scores to probabilities of the labels."""
    output: str = "scores"
    method: str = "grad-cam"
    tolerance: float = 1e-5


@dataclass
class Net:
    """A network that is put together from its input to its scores."""

    shape: list[int | str]
    kind: int = TensorProto.FLOAT
    opset: int = 17
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: dict[str, Values] = field(default_factory=dict)
    name: str = "image"
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(11))

    def add(self, operator: str, *rest: Values, first: bool = False, **attributes: Any) -> "Net":
        """Add a node that takes what came before, and constants behind (or before) it."""
        names = [f"c{len(self.weights) + number}" for number in range(len(rest))]
        self.weights |= dict(zip(names, rest, strict=True))
        given = [*names, self.name] if first else [self.name, *names]
        self.name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, given, [self.name], **attributes))
        return self

    def weight(self, *shape: int, spread: float = 0.3) -> Values:
        """A weight of random numbers."""
        return self.random.normal(0.0, spread, shape).astype(np.float32)

    def body(self, channels: int) -> "Net":
        """A convolution of stride 4 with its ReLU."""
        return self.add("Conv", self.weight(CHANNELS, channels, 4, 4), strides=[4, 4]).add("Relu")

    def pooled(self, labels: int) -> "Net":
        """A global average pooling and one layer."""
        self.add("GlobalAveragePool").add("Flatten", axis=1)
        return self.add("Gemm", self.weight(labels, CHANNELS, spread=2.0), self.weight(labels), transB=1)

    def dense(self, labels: int, *, units: int = 16) -> "Net":
        """Two layers with a ReLU between them, over flattened maps."""
        flat = CHANNELS * (SIDE // 4) ** 2
        self.add("Flatten", axis=1).add("Gemm", self.weight(units, flat), self.weight(units), transB=1).add("Relu")
        return self.add("Gemm", self.weight(labels, units), self.weight(labels), transB=1)

    def model(self, labels: Any, *, outputs: dict[str, list[Any]] | None = None, names: str = "") -> bytes:
        """The file; `outputs` are other outputs by name with their shapes, before the scores."""
        self.nodes[-1].output[0] = "scores"
        whole = {**(outputs or {}), "scores": labels if isinstance(labels, list) else ["N", labels]}
        score_kind = TensorProto.FLOAT if self.kind in (TensorProto.UINT8, TensorProto.INT32) else self.kind
        graph = helper.make_graph(
            self.nodes,
            "foreign",
            [helper.make_tensor_value_info("image", self.kind, self.shape)],
            [helper.make_tensor_value_info(name, score_kind, shape) for name, shape in whole.items()],
            [numpy_helper.from_array(value, name) for name, value in self.weights.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)
        if names:
            model.metadata_props.add(key="names", value=names)
        onnx.checker.check_model(model)
        return model.SerializeToString()


def planes(unit: Values, count: int, mean: Any = 0.0, std: Any = 1.0) -> Values:
    """[1, count, row, column], single precision, of a slice in 0…1."""
    one = np.repeat(unit.astype(np.float32)[np.newaxis, np.newaxis], count, axis=1)
    mean, std = (np.broadcast_to(np.asarray(value, np.float32), (count,)).reshape(1, -1, 1, 1) for value in (mean, std))
    return ((one - mean) / std).astype(np.float32)


def last(tensor: Values) -> Values:
    """The same with its channels last."""
    return np.ascontiguousarray(tensor.transpose(0, 2, 3, 1))


def softmax(row: Values) -> NDArray[np.float64]:
    raised = np.exp(row.astype(np.float64) - row.max())
    return np.asarray(raised / raised.sum())


def sigmoid(row: Values) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-row.astype(np.float64))))


def as_it_is(row: Values) -> NDArray[np.float64]:
    return row.astype(np.float64)


def two(row: Values) -> NDArray[np.float64]:
    return np.array([1 - float(row[0]), float(row[0])])


IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
NHWC: dict[str, Any] = {"perm": [0, 3, 1, 2]}
BACK: dict[str, Any] = {"perm": [0, 2, 3, 1]}


def classifiers() -> dict[str, Foreign]:
    """All of them, by what is particular to each."""
    return _plain() | _particular() | _other_numbers() | _other_ranks()


def _plain() -> dict[str, Foreign]:
    grey: list[int | str] = ["N", 1, SIDE, SIDE]
    colour: list[int | str] = ["N", 3, SIDE, SIDE]
    channels_last: list[int | str] = [1, SIDE, SIDE, 3]
    keras = Net(channels_last).add("Mul", np.float32(1 / 255)).add("Transpose", **NHWC).body(3)
    keras.add("Transpose", **BACK).add("Reshape", np.array([-1, CHANNELS * 64], np.int64))
    keras.add("MatMul", keras.weight(CHANNELS * 64, 8)).add("Add", keras.weight(8)).add("Relu")
    keras.add("MatMul", keras.weight(8, 3)).add("Add", keras.weight(3)).add("Softmax", axis=-1)
    return {
        "one channel, logits": Foreign(
            Net(grey).body(1).pooled(2).model(2),
            ModelAnswers(labels=("normal", "spot")),
            lambda unit: planes(unit, 1),
            softmax,
        ),
        "VGG, ImageNet": Foreign(
            Net(colour).body(3).dense(3).model(3),
            ModelAnswers(labels=("a", "b", "c"), scale="imagenet"),
            lambda unit: planes(unit, 3, *IMAGENET),
            softmax,
            method="hires-cam",
        ),
        "Keras: channels last, 0 to 255, softmax done": Foreign(
            keras.model([1, 3]),
            ModelAnswers(labels=("a", "b", "c")),
            lambda unit: last(planes(unit, 3)) * np.float32(255),
            as_it_is,
            method="hires-cam",
        ),
        "several at once, a sigmoid done, torchxrayvision's scale": Foreign(
            Net(grey).add("Mul", np.float32(1 / 1024)).body(1).pooled(4).add("Sigmoid").model(4),
            ModelAnswers(labels=("a", "b", "c", "d"), scale="xrv", threshold=0.3),
            lambda unit: planes(unit, 1) * np.float32(2048) - np.float32(1024),
            as_it_is,
        ),
        "a mean and a spread of its own": Foreign(
            Net(grey).body(1).pooled(3).model(3),
            ModelAnswers(labels=("a", "b", "c"), own_scale=(0.1307, 0.3081)),
            lambda unit: planes(unit, 1, 0.1307, 0.3081),
            softmax,
        ),
        "one score, squeezed": Foreign(
            Net(grey).body(1).pooled(1).add("Sigmoid").add("Squeeze", np.array([1])).model(["N"]),
            ModelAnswers(labels=("no", "yes")),
            lambda unit: planes(unit, 1),
            two,
        ),
        "several at once, a sigmoid to do": Foreign(
            Net(grey).body(1).pooled(4).model(4),
            ModelAnswers(labels=("a", "b", "c", "d"), activation="sigmoid"),
            lambda unit: planes(unit, 1),
            sigmoid,
        ),
        "one score, a sigmoid done": Foreign(
            Net([1, SIDE, SIDE, 1]).add("Transpose", **NHWC).body(1).pooled(1).add("Sigmoid").model([1, 1]),
            ModelAnswers(labels=("tumour",), threshold=0.4, scale="signed"),
            lambda unit: last(planes(unit, 1, 0.5, 0.5)),
            two,
        ),
        "one score, a sigmoid to do": Foreign(
            Net(grey).body(1).dense(1).model(1),
            ModelAnswers(labels=("no", "yes")),
            lambda unit: planes(unit, 1),
            lambda row: two(sigmoid(row)),
            method="hires-cam",
        ),
    }


def _particular() -> dict[str, Foreign]:
    featured = Net(["N", 3, SIDE, SIDE]).body(3).add("GlobalAveragePool").add("Flatten", axis=1)
    featured.nodes[-1].output[0] = featured.name = "embedding"
    featured.add("Gemm", featured.weight(2, CHANNELS, spread=2.0), featured.weight(2), transB=1)
    convolved = Net(["N", 3, SIDE, SIDE]).body(3).add("GlobalAveragePool")
    convolved.add("Conv", convolved.weight(2, CHANNELS, 1, 1))
    timm = Net(["N", 3, SIDE, SIDE]).body(3)
    timm.add("Conv", timm.weight(12, CHANNELS, 8, 8), timm.weight(12)).add("Relu")
    timm.add("Conv", timm.weight(10, 12, 1, 1), timm.weight(10)).add("Relu").add("GlobalAveragePool")
    timm.add("Flatten", axis=1).add("Gemm", timm.weight(2, 10), timm.weight(2), transB=1)
    mobile = Net(["N", 3, SIDE, SIDE]).body(3).add("GlobalAveragePool")
    mobile.add("Conv", mobile.weight(12, CHANNELS, 1, 1), mobile.weight(12)).add("HardSwish").add("Flatten", axis=1)
    mobile.add("Gemm", mobile.weight(2, 12), mobile.weight(2), transB=1)
    gelu = Net(["N", 1, SIDE, SIDE]).body(1).add("Flatten", axis=1)
    gelu.add("Gemm", gelu.weight(8, CHANNELS * 64), gelu.weight(8), transB=1).add("Tanh")
    gelu.add("Gemm", gelu.weight(2, 8), gelu.weight(2), transB=1)
    return {
        "two outputs, features first": Foreign(
            featured.model(2, outputs={"embedding": ["N", CHANNELS]}),
            ModelAnswers(labels=("a", "b"), scale="0..255"),
            lambda unit: planes(unit, 3) * np.float32(255),
            softmax,
        ),
        "batch and size left open": Foreign(
            Net(["N", 3, "rows", "columns"]).body(3).pooled(2).model(["N", "classes"]),
            ModelAnswers(labels=("a", "b"), size=(SIDE, SIDE)),
            lambda unit: planes(unit, 3),
            softmax,
        ),
        "size left open before a dense layer": Foreign(
            Net(["N", 1, "rows", "columns"]).body(1).dense(2).model(2),
            ModelAnswers(labels=("a", "b")),
            lambda unit: planes(unit, 1),
            softmax,
            method="hires-cam",
        ),
        "all dimensions left open": Foreign(
            Net(["a", "b", "c", "d"]).body(1).pooled(2).model(["N", "classes"]),
            ModelAnswers(labels=("a", "b"), size=(SIDE, SIDE)),
            lambda unit: planes(unit, 1),
            softmax,
        ),
        "a convolution for a layer, scores [N, L, 1, 1]": Foreign(
            convolved.model(["N", 2, 1, 1]),
            ModelAnswers(labels=("a", "b"), fit="letterbox"),
            lambda unit: planes(unit, 3),
            softmax,
        ),
        "VGG of timm: convolutions of whole maps": Foreign(
            timm.model(2),
            ModelAnswers(labels=("a", "b")),
            lambda unit: planes(unit, 3),
            softmax,
            method="hires-cam",
        ),
        "MobileNetV3: a hard swish behind the pooling": Foreign(
            mobile.model(2), ModelAnswers(labels=("a", "b")), lambda unit: planes(unit, 3), softmax
        ),
        "another head": Foreign(
            gelu.model(2),
            ModelAnswers(labels=("a", "b")),
            lambda unit: planes(unit, 1),
            softmax,
            method="occlusion",
        ),
        "named by itself, an old opset": Foreign(
            Net([1, 1, SIDE, SIDE], opset=11).body(1).pooled(2).model([1, 2], names='["normal", "effusion"]'),
            ModelAnswers(use="Tests."),
            lambda unit: planes(unit, 1),
            softmax,
        ),
    }


def _other_numbers() -> dict[str, Foreign]:
    bytes_ = Net([1, SIDE, SIDE, 3], kind=TensorProto.UINT8).add("Cast", to=TensorProto.FLOAT)
    bytes_.add("Transpose", **NHWC).add("Div", np.float32(255)).body(3).pooled(2)
    half = Net(["N", 1, SIDE, SIDE]).body(1).pooled(2)
    half.kind = TensorProto.FLOAT16
    half.weights = {name: value.astype(np.float16) for name, value in half.weights.items()}
    return {
        "whole numbers of 8 bits": Foreign(
            bytes_.model([1, 2]),
            ModelAnswers(labels=("a", "b"), range="8-bit"),
            lambda unit: np.rint(last(planes(unit, 3)) * 255).astype(np.uint8),
            softmax,
        ),
        "half precision": Foreign(
            half.model(2),
            ModelAnswers(labels=("a", "b")),
            lambda unit: planes(unit, 1).astype(np.float16),
            softmax,
            # ONNX Runtime rounds between other nodes where there is another output.
            tolerance=1e-3,
        ),
    }


def _other_ranks() -> dict[str, Foreign]:
    two_labels = ModelAnswers(labels=("a", "b"))
    first = np.array([0], np.int64)
    without_channel = Net(["N", SIDE, SIDE]).add("Unsqueeze", np.array([1], np.int64)).body(1).pooled(2)
    without_batch = Net([3, SIDE, SIDE]).add("Unsqueeze", first).body(3).pooled(2).add("Squeeze", first)
    bare = Net([SIDE, SIDE], opset=11).add("Unsqueeze", axes=[0, 1]).body(1).pooled(2)
    deep = Net(["N", 1, 1, SIDE, SIDE], kind=TensorProto.INT32).add("Cast", to=TensorProto.FLOAT)
    deep.add("Squeeze", np.array([2], np.int64)).add("Div", np.float32(255)).body(1).pooled(2)
    return {
        "no channel": Foreign(without_channel.model(2), two_labels, lambda unit: planes(unit, 1)[:, 0], softmax),
        "no batch, on either side": Foreign(
            without_batch.model([2]), two_labels, lambda unit: planes(unit, 3)[0], softmax
        ),
        "rows and columns alone, an old opset": Foreign(
            bare.model(2), two_labels, lambda unit: planes(unit, 1)[0, 0], softmax
        ),
        "a depth of 1, whole numbers": Foreign(
            deep.model(2),
            two_labels,
            lambda unit: np.rint(planes(unit, 1)[:, np.newaxis] * 255).astype(np.int32),
            softmax,
        ),
    }
