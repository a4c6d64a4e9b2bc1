"""Values in a graph that depend on no input, and who computes each name. Imports `onnx`, which takes 0.2 s."""

from typing import Any

import onnx
from numpy.typing import NDArray

from inference.graph.walk import nodes_by_output

_NUMBERS = frozenset(
    {onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.DOUBLE, onnx.TensorProto.INT64}
)


class GraphValues:
    """Producers of each name of a graph, and the values of names that depend on no input."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.producers = nodes_by_output(graph)
        self._weights = {tensor.name: tensor for tensor in graph.initializer}

    def constant(self, name: str) -> "NDArray[Any] | None":
        """Return a weight, a constant, or one of two dimensions that is transposed; else None."""
        is_turned = False
        tensor = self._weights.get(name)
        node = self.producers.get(name)
        while tensor is None and node is not None and node.op_type == "Transpose":
            is_turned = not is_turned
            tensor, node = self._weights.get(node.input[0]), self.producers.get(node.input[0])
        if tensor is None and node is not None and node.op_type == "Constant":
            tensor = next((one.t for one in node.attribute if one.name == "value" and one.HasField("t")), None)
        if tensor is None or tensor.data_type not in _NUMBERS or tensor.HasField("segment"):
            return None
        value = onnx.numpy_helper.to_array(tensor)
        if not is_turned:
            return value
        return value.T if value.ndim == 2 else None
