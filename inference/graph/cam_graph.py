"""Class maps added to an ONNX graph without torch: Grad-CAM's sum as one more output.

Imports `onnx`, which takes 0.2 s: import this module only when a graph is to be changed.
"""

from typing import Any

import onnx

from inference.graph.walk import STANDARD_DOMAINS, nodes_by_output

_AFTER_LINEAR = frozenset({"Softmax", "Sigmoid", "LogSoftmax", "Identity", "Flatten", "Reshape", "Squeeze", "Dropout"})
_AFTER_POOL = frozenset({"Identity", "Flatten", "Reshape", "Squeeze", "Dropout"})


def add_class_maps(proto: onnx.ModelProto) -> onnx.ModelProto | None:
    """Add class maps [N, L, h, w] and pooled features as the last two outputs of a graph; None for another head.

    The head must be global average pooling and one linear layer. Then the gradient of logit c with respect to channel k
    of the last feature map A is W[c, k] / (h·w) everywhere, and Grad-CAM's weighted sum is a 1×1 convolution with W
    (Zhou et al. 2016, CAM; Selvaraju et al. 2017, section 3.1). The factor 1 / (h·w) falls out of the min-max.
    """
    result = onnx.ModelProto()
    result.CopyFrom(proto)
    head = _find_linear_head(result.graph)
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


def _free_name(wish: str, graph: onnx.GraphProto) -> str:
    """Return the wished name, lengthened until nothing in the graph has it."""
    taken = {name for node in graph.node for name in (*node.input, *node.output)}
    taken |= {value.name for value in (*graph.input, *graph.initializer, *graph.output)}
    while wish in taken or f"{wish}_weight" in taken:
        wish += "_"
    return wish


def _find_linear_head(graph: onnx.GraphProto) -> tuple[str, Any, str] | None:
    """Find (last feature map, weight [L, K], pooled features) upward from the logits.

    The weight is None if the channels of the map are the logits already.
    """
    producers = nodes_by_output(graph)
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
            name = right if _read_constant(left, graph) is not None else left
        elif not has_weight and node.op_type in ("Gemm", "MatMul", "Conv"):
            weight = _read_linear_weight(node, graph)
            if weight is None:
                return None
            has_weight, name, pooled = True, node.input[0], node.input[0]
        elif node.op_type in (_AFTER_POOL if has_weight else _AFTER_LINEAR):
            name = node.input[0]
        else:
            return None
    return None


def _read_linear_weight(node: onnx.NodeProto, graph: onnx.GraphProto) -> Any:
    """Return the weight [L, K] of a Gemm, a MatMul or a 1×1 convolution of pooled features, or None."""
    weight = _read_constant(node.input[1], graph)
    attributes = {attribute.name: attribute for attribute in node.attribute}
    if weight is None:
        return None
    if node.op_type == "Conv":
        groups = attributes["group"].i if "group" in attributes else 1
        return weight[:, :, 0, 0] if weight.ndim == 4 and weight.shape[2:] == (1, 1) and groups == 1 else None
    if weight.ndim != 2 or ("transA" in attributes and attributes["transA"].i):
        return None
    if "transB" not in attributes or not attributes["transB"].i:
        weight = weight.T
    return weight * attributes["alpha"].f if "alpha" in attributes else weight


def _is_global_pool(node: onnx.NodeProto, graph: onnx.GraphProto) -> bool:
    if node.op_type == "GlobalAveragePool":
        return True
    if node.op_type != "ReduceMean":
        return False
    axes = next((list(attribute.ints) for attribute in node.attribute if attribute.name == "axes"), None)
    if axes is None and len(node.input) > 1:
        constant = _read_constant(node.input[1], graph)
        axes = None if constant is None else [int(axis) for axis in constant.ravel()]
    return axes is not None and {axis % 4 for axis in axes} == {2, 3}


def _read_constant(name: str, graph: onnx.GraphProto) -> Any:
    """Return the value of a name that does not depend on the input: a weight, a constant, or one transposed."""
    for tensor in graph.initializer:
        if tensor.name == name:
            return onnx.numpy_helper.to_array(tensor)
    node = nodes_by_output(graph).get(name)
    if node is not None and node.op_type == "Constant" and node.attribute[0].HasField("t"):
        return onnx.numpy_helper.to_array(node.attribute[0].t)
    if node is not None and node.op_type == "Transpose":
        inner = _read_constant(node.input[0], graph)
        return None if inner is None or inner.ndim != 2 else inner.T
    return None
