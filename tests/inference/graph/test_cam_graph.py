"""Class maps of heads with several layers, over flattened and pooled maps, against torch's and captum's own."""

from collections.abc import Sequence

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from inference.classify.onnx_session import OnnxSession
from inference.graph.cam_graph import MOST_PRODUCTS, list_mapped_graphs
from inference.graph.walk import parse_graph

torch = pytest.importorskip("torch", reason="this edition has no torch")
from captum.attr import LayerGradientXActivation  # noqa: E402 - where torch is
from torch import nn  # noqa: E402

CHANNELS, ROWS, COLUMNS, LABELS = 5, 3, 4, 3
FLAT = CHANNELS * ROWS * COLUMNS
HEADS: dict[str, tuple[str, ...]] = {
    "one layer": ("flatten", f"out:{FLAT}:{LABELS}"),
    "one layer, turned": ("flatten", f"in:{FLAT}:{LABELS}", "softmax"),
    "VGG": ("flatten", f"out:{FLAT}:16", "relu", "dropout", "out:16:12", "relu", "dropout", f"out:12:{LABELS}"),
    "turned": ("flatten", f"in:{FLAT}:16", "relu", f"in:16:{LABELS}", "sigmoid"),
    "mixed": ("flatten", f"in:{FLAT}:16", "relu", "out:16:12", "relu", f"in:12:{LABELS}"),
    "two layers without a ReLU": ("flatten", f"out:{FLAT}:8", f"in:8:{LABELS}"),
    "with batch norm": ("flatten", f"out:{FLAT}:16", "relu", "norm:16", f"out:16:{LABELS}"),
    "with a factor": ("flatten", f"out:{FLAT}:16", "relu", "mul:16", f"in:16:{LABELS}"),
    "Keras, a ReLU behind": ("last_relu", f"in:{FLAT}:16", "relu", f"in:16:{LABELS}"),
    "Keras": ("last", f"in:{FLAT}:16", "relu", f"in:16:{LABELS}", "softmax"),
    "pooled": ("pool", f"out:{CHANNELS}:16", "relu", f"out:16:{LABELS}"),
    "pooled, a ReLU first": ("pool", "relu", f"in:{CHANNELS}:{LABELS}"),
    "pooled, channels last": ("pool_last", f"in:{CHANNELS}:16", "relu", f"in:16:{LABELS}", "softmax"),
    "MobileNetV3 of torchvision": ("pool", f"out:{CHANNELS}:16", "swish", f"out:16:{LABELS}"),
    "MobileNetV3 of timm": ("pool_maps", f"conv:{CHANNELS}:16", "swish", "flatten", f"out:16:{LABELS}"),
    "VGG of timm": ("whole:16", "relu", "conv:16:12", "relu", "pool_maps", "flatten", f"out:12:{LABELS}"),
    "written out": ("pool_maps", f"conv:{CHANNELS}:16", "gated", "flatten", f"in:16:{LABELS}"),
    "two convolutions": ("pool_maps", f"conv:{CHANNELS}:16", "relu", "conv:16:12", "flatten", f"out:12:{LABELS}"),
    "pooled, channels last, one layer": ("pool_last", f"in:{CHANNELS}:{LABELS}"),
}


class Head:
    """The same head twice: as nodes of a graph, and as layers of torch."""

    def __init__(self, parts: Sequence[str], *, opset: int = 17, kind: int = TensorProto.FLOAT) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, NDArray[np.float32 | np.int64]] = {}
        self.layers: list[nn.Module] = []
        self.opset, self.kind = opset, kind
        self._random = np.random.default_rng(7)
        kernel = self._weight(CHANNELS, 1, 3, 3)
        self.first = nn.Conv2d(1, CHANNELS, 3)
        self.first.weight.data = torch.from_numpy(kernel)
        self.first.bias.data.zero_()  # type: ignore[union-attr]
        self.constants["kernel"] = kernel
        self._node("Conv", "x", "kernel")
        self._node("Relu")
        self.maps = self.name
        for part in parts:
            word, *numbers = part.split(":")
            getattr(self, f"add_{word}")(*map(int, numbers))
        ends_with = 1 if parts[-1] in ("softmax", "sigmoid") else 0
        self.whole = nn.Sequential(self.first, nn.ReLU(), *self.layers[: len(self.layers) - ends_with]).eval()

    def model(self) -> bytes:
        scores = [helper.make_tensor_value_info(self.name, self.kind, ["N", LABELS])]
        given = [helper.make_tensor_value_info("x", self.kind, ["N", 1, ROWS + 2, COLUMNS + 2])]
        types = {TensorProto.FLOAT: np.float32, TensorProto.FLOAT16: np.float16}
        weights = [
            numpy_helper.from_array(one.astype(types[self.kind]) if one.dtype == np.float32 else one, name)
            for name, one in self.constants.items()
        ]
        graph = helper.make_graph(self.nodes, "g", given, scores, weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)
        onnx.checker.check_model(model)
        return model.SerializeToString()

    @property
    def name(self) -> str:
        return self.nodes[-1].output[0]

    def add_flatten(self) -> None:
        self._node("Flatten", axis=1)
        self.layers.append(nn.Flatten())

    def add_last(self) -> None:
        self._node("Transpose", perm=[0, 2, 3, 1])
        self._node("Reshape", self.name, self._constant(np.array([-1, FLAT], np.int64)))
        self.layers += [Turned(), nn.Flatten()]

    def add_last_relu(self) -> None:
        self._node("Transpose", perm=[0, 2, 3, 1])
        self._node("Relu")
        self._node("Reshape", self.name, self._constant(np.array([-1, FLAT], np.int64)))
        self.layers += [Turned(), nn.Flatten()]

    def add_pool(self) -> None:
        self._node("GlobalAveragePool")
        self.add_flatten()
        self.layers.insert(-1, nn.AdaptiveAvgPool2d(1))

    def add_pool_maps(self) -> None:
        self._node("GlobalAveragePool")
        self.layers.append(nn.AdaptiveAvgPool2d(1))

    def add_conv(self, taken: int, given: int) -> None:
        self._convolution(given, taken, 1, 1)

    def add_whole(self, given: int) -> None:
        self._convolution(given, CHANNELS, ROWS, COLUMNS)

    def add_swish(self) -> None:
        if self.opset < 14:
            self.add_gated()
            return
        self._node("HardSwish")
        self.layers.append(nn.Hardswish())

    def add_gated(self) -> None:
        taken = self.name
        self._node("HardSigmoid", alpha=1 / 6, beta=0.5)
        self._node("Mul", taken, self.name)
        self.layers.append(nn.Hardswish())

    def add_pool_last(self) -> None:
        self._node("Transpose", perm=[0, 2, 3, 1])
        self._node("ReduceMean", axes=[1, 2], keepdims=0)
        self.layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]

    def add_out(self, taken: int, given: int) -> None:
        weight, bias = self._weight(given, taken), self._weight(given)
        self._node("Gemm", self.name, self._constant(weight), self._constant(bias), transB=1)
        self._linear(weight, bias)

    def add_in(self, taken: int, given: int) -> None:
        weight, bias = self._weight(given, taken), self._weight(given)
        self._node("MatMul", self.name, self._constant(weight.T.copy()))
        self._node("Add", self.name, self._constant(bias))
        self._linear(weight, bias)

    def add_norm(self, units: int) -> None:
        numbers = [self._weight(units) + 1, self._weight(units), self._weight(units), self._weight(units) ** 2 + 0.5]
        self._node("BatchNormalization", self.name, *(self._constant(one) for one in numbers))
        norm = nn.BatchNorm1d(units)
        norm.weight.data, norm.bias.data, norm.running_mean, norm.running_var = map(torch.from_numpy, numbers)
        self.layers.append(norm)

    def add_mul(self, units: int) -> None:
        factors = self._weight(1, units)
        self._node("Mul", self._constant(factors), self.name)
        self.layers.append(Times(torch.from_numpy(factors)))

    def add_relu(self) -> None:
        self._node("Relu")
        self.layers.append(nn.ReLU())

    def add_dropout(self) -> None:
        self._node("Dropout")
        self.layers.append(nn.Dropout())

    def add_softmax(self) -> None:
        self._node("Softmax")
        self.layers.append(nn.Softmax(dim=1))

    def add_sigmoid(self) -> None:
        self._node("Sigmoid")
        self.layers.append(nn.Sigmoid())

    def _convolution(self, given: int, taken: int, *kernel: int) -> None:
        weight, bias = self._weight(given, taken, *kernel), self._weight(given)
        self._node("Conv", self.name, self._constant(weight), self._constant(bias))
        layer = nn.Conv2d(taken, given, (kernel[0], kernel[1]))
        layer.weight.data, layer.bias.data = torch.from_numpy(weight), torch.from_numpy(bias)  # type: ignore[union-attr]
        self.layers.append(layer)

    def _linear(self, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        layer = nn.Linear(weight.shape[1], weight.shape[0])
        layer.weight.data, layer.bias.data = torch.from_numpy(weight), torch.from_numpy(bias)
        self.layers.append(layer)

    def _weight(self, *shape: int) -> NDArray[np.float32]:
        return self._random.normal(0.0, 0.4, shape).astype(np.float32)

    def _constant(self, value: NDArray[np.float32 | np.int64]) -> str:
        name = f"w{len(self.constants)}"
        self.constants[name] = value
        return name

    def _node(self, kind: str, *inputs: str, **attributes: object) -> None:
        given = list(inputs) or [self.name]
        self.nodes.append(helper.make_node(kind, given, [f"v{len(self.nodes)}"], **attributes))


class Turned(nn.Module):
    """Channels last."""

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return maps.permute(0, 2, 3, 1)


class Times(nn.Module):
    """Each unit times a number."""

    def __init__(self, factors: torch.Tensor) -> None:
        super().__init__()
        self.factors = factors

    def forward(self, units: torch.Tensor) -> torch.Tensor:
        return units * self.factors


def inputs(count: int = 2) -> NDArray[np.float32]:
    return np.random.default_rng(3).normal(size=(count, 1, ROWS + 2, COLUMNS + 2)).astype(np.float32)


def expected_maps(head: Head, x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Gradient times activation at the last maps, by captum, summed over channels: [N, L, h, w]."""
    attribution = LayerGradientXActivation(head.whole, head.whole[1])
    given = torch.from_numpy(x)
    maps = [attribution.attribute(given, target=label).sum(dim=1) for label in range(LABELS)]
    return np.asarray(torch.stack(maps, dim=1).detach())


@pytest.mark.parametrize("parts", HEADS.values(), ids=HEADS.keys())
@pytest.mark.parametrize("opset", [12, 17])
def test_maps_are_gradient_times_activation(parts: tuple[str, ...], opset: int) -> None:
    head = Head(parts, opset=opset)
    model = head.model()
    method = "grad_cam" if parts[0].startswith("pool") else "hires_cam"
    mapped = next((one for one in list_mapped_graphs(parse_graph(model)) if one.method == method), None)
    assert mapped is not None
    onnx.checker.check_model(mapped.proto)
    session = OnnxSession(mapped.proto.SerializeToString())
    x = inputs()
    scores, cams, features = session.run("x", x, [head.name, "cams", "features"])
    assert scores == pytest.approx(OnnxSession(model).run("x", x, [head.name])[0], abs=1e-6)
    assert cams.shape == (2, LABELS, ROWS, COLUMNS)
    assert features.shape[0] == 2
    wanted = expected_maps(head, x)
    # The factor 1 / (h·w) of a pooling falls out of the min-max.
    factor = ROWS * COLUMNS if mapped.method == "grad_cam" else 1
    assert cams / factor == pytest.approx(wanted, abs=1e-5 * float(np.abs(wanted).max()) + 1e-6)


def test_the_positions_of_one_layer_add_up_to_its_logit_without_the_bias() -> None:
    head = Head(HEADS["one layer"])
    mapped = next(list_mapped_graphs(parse_graph(head.model())), None)
    assert mapped is not None
    x = inputs()
    scores, cams = OnnxSession(mapped.proto.SerializeToString()).run("x", x, [head.name, "cams"])
    spare = scores - cams.sum(axis=(2, 3))
    assert spare[0] == pytest.approx(spare[1], abs=1e-5)


def test_half_precision_has_the_same_maps() -> None:
    head = Head(HEADS["VGG"], kind=TensorProto.FLOAT16)
    mapped = next(list_mapped_graphs(parse_graph(head.model())), None)
    assert mapped is not None
    x = inputs(1)
    cams = OnnxSession(mapped.proto.SerializeToString()).run("x", x.astype(np.float16), ["cams"])[0]  # type: ignore[arg-type]
    wanted = expected_maps(head, x)
    assert cams.dtype == np.float32
    assert cams == pytest.approx(wanted, abs=0.02 * float(np.abs(wanted).max()))


def test_a_head_whose_maps_would_cost_more_than_the_network_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    proto = parse_graph(Head(HEADS["VGG"]).model())
    assert MOST_PRODUCTS > 10**9
    monkeypatch.setattr("inference.graph.cam_graph.MOST_PRODUCTS", LABELS * (16 * 12 + FLAT * 16) - 1)
    assert next(list_mapped_graphs(proto), None) is None
    monkeypatch.setattr("inference.graph.cam_graph.MOST_PRODUCTS", LABELS * (16 * 12 + FLAT * 16))
    assert next(list_mapped_graphs(proto), None) is not None
