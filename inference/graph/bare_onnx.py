"""Changes to a bare graph, so that it takes and gives what every classifier here does: single precision, one row.

Imports `onnx`, which takes 0.2 s: import this module only when a graph is to be changed.
"""

import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

import numpy as np
import onnx
from numpy.typing import NDArray

from imaging.base.english import Text, english
from imaging.base.errors import Refusal
from imaging.base.regular_file import open_regular
from imaging.files.file_names import leads_out
from inference.contract.codes import ModelCode
from inference.contract.label_names import parse_label_names
from inference.graph.cam_graph import BEFORE_AXES_AS_INPUT, free_name, opset_of
from inference.graph.graph_values import GraphValues
from inference.graph.picture_input import PictureInput
from inference.graph.structure import EXTERNAL, MAX_BYTES, claimed_bytes, shown
from inference.graph.walk import Port, find_messages

_NUMBER = re.compile(r"[0-9]{1,18}")
# How many times its own size the weights in one file may be: some are shared.
_SHARED = 2
# What a first step does with its constant, and whether the constant is one for values of 0 to 255 (their mean, their
# spread, or 1/255): those for 0 to 1 are around a half, a quarter, and 4.
_RANGES: dict[str, tuple[Text, Callable[[float], bool]]] = {
    "Sub": (english("the graph first subtracts {size:.4g}"), lambda size: size >= 8),
    "Div": (english("the graph first divides its input by {size:.4g}"), lambda size: size >= 8),
    "Mul": (english("the graph first multiplies its input by {size:.4g}"), lambda size: 0 < size <= 0.1),
}
_KEYS_OF_NAMES = frozenset({"names", "labels", "classes", "class_names", "label_names"})
_PASSING = frozenset({"Identity", "Cast", "Transpose", "Squeeze", "Unsqueeze"})
_BEFORE_CONVOLUTION = _PASSING | {"Sub", "Div", "Mul", "Add", "Pad", "Clip", "BatchNormalization"}
_FLOAT = onnx.TensorProto.FLOAT
WHOLE_KINDS = frozenset({"uint8", "uint16", "int16", "int32", "int64"})
"""Kinds of whole numbers that an input may have."""


def embed_external_data(proto: onnx.ModelProto, folder: Path) -> bool:
    """Take weights that lie in files of the model's own folder into the graph; return whether there were any.

    Raises `Refusal` (EXTERNAL_DATA) for any other file, for links, and for weights that the file does not hold.
    """
    taken: dict[str, int] = {}
    for part in (proto.graph, *proto.functions):
        for tensor in find_messages(part, "TensorProto"):
            if tensor.data_location == EXTERNAL or tensor.external_data:
                _embed(tensor, folder, taken)
    return bool(taken)


def take_float32(proto: onnx.ModelProto, port: Port, taken: PictureInput) -> str:
    """Let the graph take pictures of single precision in place of its input; return the input's name."""
    reshaping = [("Squeeze", taken.dropped), ("Unsqueeze", taken.added)]
    wanted = [(operator, axes) for operator, axes in reshaping if axes]
    if port.kind == "float32" and not wanted:
        return port.name
    graph = proto.graph
    (value,) = (one for one in graph.input if one.name == port.name)
    given = free_name(f"{port.name}_float32", graph)
    kind = value.type.tensor_type.elem_type
    steps: list[onnx.NodeProto] = []

    def add(operator: str, *constants: NDArray[Any], **attributes: Any) -> None:
        names = [f"{given}_constant{len(graph.initializer) + number}" for number in range(len(constants))]
        graph.initializer.extend(map(onnx.numpy_helper.from_array, constants, names))
        before = steps[-1].output[0] if steps else given
        steps.append(onnx.helper.make_node(operator, [before, *names], [f"{given}_step{len(steps)}"], **attributes))

    if port.kind in WHOLE_KINDS:
        # To the nearest whole number.
        add("Add", np.array(0.5, np.float32))
        add("Floor")
    for operator, axes in wanted:
        if opset_of(proto) < BEFORE_AXES_AS_INPUT:
            add(operator, axes=list(axes))
        else:
            add(operator, np.array(axes, np.int64))
    if port.kind != "float32":
        add("Cast", to=kind)
    steps[-1].output[0] = port.name
    nodes = [*steps, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    shape = [None if size is None else size for size in taken.shape]
    value.CopyFrom(onnx.helper.make_tensor_value_info(given, _FLOAT, shape))
    return given


def give_float32_row(proto: onnx.ModelProto, port: Port, length: int) -> str:
    """Let the graph give an output as a row [N, length] of single precision; return the output's name."""
    is_row = port.shape is not None and len(port.shape) == 2
    if is_row and port.kind == "float32":
        return port.name
    graph = proto.graph
    name = free_name("scores", graph)
    if length > 1 and port.shape is not None and len(port.shape) == 1:
        # A row without its batch: what is before its first dimension becomes one.
        graph.node.append(onnx.helper.make_node("Flatten", [port.name], [f"{name}_exact"], axis=0))
    else:
        graph.node.append(onnx.helper.make_node("Flatten", [port.name], [f"{name}_exact"], axis=1))
    graph.node.append(onnx.helper.make_node("Cast", [f"{name}_exact"], [name], to=_FLOAT))
    graph.output.append(onnx.helper.make_tensor_value_info(name, _FLOAT, [None, length]))
    return name


def find_input_range(proto: onnx.ModelProto, port: Port) -> tuple[int, Text] | None:
    """Return the greatest value that the graph expects of its input, 1 or 255, and why; None if it does not show."""
    if port.kind == "uint8":
        return 255, english("the input takes whole numbers of 8 bits")
    values, name = GraphValues(proto.graph), port.name
    users: dict[str, list[onnx.NodeProto]] = {}
    for node in proto.graph.node:
        for one in node.input:
            users.setdefault(one, []).append(node)
    while len(first := users.get(name, [])) == 1 and first[0].op_type in _PASSING:
        name = first[0].output[0]
    for node in first:
        told = _RANGES.get(node.op_type)
        constants = [values.constant(one) for one in node.input if one != name]
        numbers = next((one for one in constants if one is not None and one.dtype.kind == "f" and one.size), None)
        if told is not None and numbers is not None and np.isfinite(numbers).all():
            words, expects_bytes = told
            size = float(np.median(np.abs(numbers)))
            return 255 if expects_bytes(size) else 1, Text(words, facts={"size": size})
    whole = english("the input takes whole numbers, and those of pictures end at 255")
    return (255, whole) if port.kind in WHOLE_KINDS else None


def find_input_channels(proto: onnx.ModelProto, port: Port) -> tuple[int, bool] | None:
    """Return how many channels the first convolution takes, and whether the input has them last; None if unknown."""
    values, name, is_last = GraphValues(proto.graph), port.name, False
    users: dict[str, onnx.NodeProto] = {}
    for node in proto.graph.node:
        for one in node.input:
            users.setdefault(one, node)
    while (node := users.pop(name, None)) is not None:
        if node.op_type == "Conv":
            weight = values.constant(node.input[1])
            groups = next((one.i for one in node.attribute if one.name == "group"), 1)
            return None if weight is None or weight.ndim != 4 else (weight.shape[1] * groups, is_last)
        if node.op_type not in _BEFORE_CONVOLUTION:
            return None
        if node.op_type == "Transpose":
            is_last = [list(one.ints) for one in node.attribute if one.name == "perm"] == [[0, 3, 1, 2]]
        name = node.output[0]
    return None


def find_label_names(proto: onnx.ModelProto, count: int) -> tuple[str, ...] | None:
    """Return the names of classes that the file's metadata give to so many scores; None if they do not."""
    for prop in proto.metadata_props:
        if prop.key.lower() in _KEYS_OF_NAMES:
            with suppress(Refusal):
                names = parse_label_names(prop.value)
                if len(set(names)) == len(names) == (2 if count == 1 else count):
                    return names
    return None


def _embed(tensor: onnx.TensorProto, folder: Path, taken: dict[str, int]) -> None:
    entries = {one.key: one.value for one in tensor.external_data}
    name = entries.get("location", "").removeprefix("./")
    if not name or name != PurePosixPath(name).name or leads_out(name) or set(name) & set('\\:*?"<>|'):
        _refuse(english("The graph refers to data outside its own folder; only a file beside it is read."))
    offset, length = (entries.get(key, "") or default for key, default in (("offset", "0"), ("length", "")))
    claimed = claimed_bytes(tensor)
    if not _NUMBER.fullmatch(offset) or (length and not _NUMBER.fullmatch(length)):
        _refuse(english("The graph does not say where its data lie in `{name}`.", name=shown(name)))
    if length and int(length) != claimed:
        _refuse(english("A weight of the graph has another size than its data in `{name}`.", name=shown(name)))
    taken[name] = taken.get(name, 0) + claimed
    tensor.raw_data = _read_part(folder / name, int(offset), claimed, taken[name])
    tensor.ClearField("external_data")
    tensor.data_location = onnx.TensorProto.DEFAULT


def _read_part(path: Path, offset: int, length: int, together: int) -> bytes:
    """Return bytes of a file; `together` is what is taken from it in all."""
    name = shown(path.name)
    try:
        if os.path.islink(path):
            _refuse(english("`{name}` beside the model is a link. Put the file itself there.", name=name))
        with open_regular(path) as stream:
            size = os.fstat(stream.fileno()).st_size
            if together > min(_SHARED * size, MAX_BYTES):
                _refuse(english("`{name}` beside the model is shorter than the graph says.", name=name))
            stream.seek(offset)
            content = stream.read(length)
    except OSError:
        _refuse(english("`{name}` beside the model cannot be read.", name=name))
    except Refusal as refusal:
        if refusal.code is ModelCode.EXTERNAL_DATA:
            raise
        _refuse(
            english(
                "The graph keeps weights in `{name}`, which is no file beside it. Put both into one folder.", name=name
            )
        )
    if len(content) != length:
        _refuse(english("`{name}` beside the model is shorter than the graph says.", name=name))
    return content


def _refuse(sentence: str) -> NoReturn:
    raise Refusal(ModelCode.EXTERNAL_DATA, sentence) from None
