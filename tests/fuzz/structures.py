"""Structural damage to models: fields of ONNX graphs, of `bundle.json` and of safetensors headers, not bits.

What comes out is well formed as bytes, so that it gets past the parsers to whatever trusts the fields.
"""

import json
import random
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import onnx
from google.protobuf.descriptor import FieldDescriptor

_NUMBERS = (0, 1, -1, 2, 3, 7, 255, 2**15, 2**31 - 1, -(2**31), 2**53, 2**62, -(2**62))
_TEXTS = ("", "a", "image", "logits", "Identity", "Loop", "Softmax", "../../outside", "com.microsoft", "\x00", "é" * 99)
_VALUES = (
    None, True, False, 0, -1, 1.5, 1e308, -1e308, 2**63, 10**30, "", "x" * 999, [], {}, [[]], [0] * 50, {"a": {}},
    "../x", "0" * 64, float("nan"), float("inf"),
)  # fmt: skip


def damage_graph(content: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Return what was done, and an ONNX file in which some fields are others."""
    model = onnx.load_model_from_string(content)
    names = []
    for _ in range(chance.choice((1, 1, 2, 3))):
        name, damage = chance.choice(_DAMAGES)
        # Earlier damage may have left nothing of the kind.
        with suppress(IndexError):
            damage(model, chance)
            names.append(name)
    return "+".join(names) or "none", model.SerializeToString()


def damage_json(content: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Return what was done, and a JSON document in which some values or keys are others."""
    document = json.loads(content)
    names = []
    for _ in range(chance.choice((1, 1, 2, 3))):
        parents = list(_containers(document))
        here = chance.choice(parents)
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            continue
        key, what = chance.choice(keys), chance.choice(("value", "value", "drop", "key", "copy"))
        names.append(what)
        if what == "value":
            here[key] = chance.choice(_VALUES)
        elif what == "drop":
            del here[key]
        elif isinstance(here, dict):
            here[chance.choice(_TEXTS)] = here[key] if what == "copy" else here.pop(key)
        else:
            here.append(here[key])
    return "+".join(names) or "none", json.dumps(document).encode()


def damage_tensors(content: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Return what was done, and a safetensors file whose header says something else, or is of another length."""
    (length,) = struct.unpack("<Q", content[:8])
    kind, header = damage_json(content[8 : 8 + length], chance)
    if chance.random() < 0.3:
        return f"length+{kind}", struct.pack("<Q", chance.choice(_NUMBERS) % 2**64) + header + content[8 + length :]
    return kind, struct.pack("<Q", len(header)) + header + content[8 + length :]


def _containers(value: Any) -> Any:
    if isinstance(value, dict | list):
        yield value
        for one in value.values() if isinstance(value, dict) else value:
            yield from _containers(one)


def _messages(message: Any) -> list[Any]:
    found = [message]
    for descriptor, value in message.ListFields():
        if descriptor.type == FieldDescriptor.TYPE_MESSAGE:
            for inner in [value] if hasattr(value, "DESCRIPTOR") else value:
                found += _messages(inner)
    return found


def _any_field(model: onnx.ModelProto, chance: random.Random) -> None:
    """Set, clear, repeat or shorten a field of any message."""
    message = chance.choice(_messages(model))
    fields = list(message.DESCRIPTOR.fields)
    descriptor = chance.choice([one for one, _ in message.ListFields()] or fields)
    value = getattr(message, descriptor.name)
    if hasattr(value, "append") or hasattr(value, "add"):
        _change_list(value, descriptor, chance)
    elif chance.random() < 0.3 or descriptor.type == FieldDescriptor.TYPE_MESSAGE:
        message.ClearField(descriptor.name)
    else:
        _set(message, descriptor, chance)


def _change_list(values: Any, descriptor: Any, chance: random.Random) -> None:
    if len(values) and chance.random() < 0.4:
        del values[chance.randrange(len(values))]
    elif len(values):
        one = chance.choice(list(values))
        for _ in range(chance.choice((1, 1, 50))):
            values.append(one)
        if descriptor.type != FieldDescriptor.TYPE_MESSAGE and chance.random() < 0.7:
            kind = type(one)
            values[chance.randrange(len(values))] = _value_of(kind, chance)


def _set(message: Any, descriptor: Any, chance: random.Random) -> None:
    kind = type(getattr(message, descriptor.name))
    try:
        setattr(message, descriptor.name, _value_of(kind, chance))
    except ValueError:
        # Out of the range of an enumeration or of 32 bits.
        message.ClearField(descriptor.name)


def _value_of(kind: type, chance: random.Random) -> Any:
    if kind is str:
        return chance.choice(_TEXTS)
    if kind is bytes:
        return bytes(chance.choice((0, 1, 4, 100)))
    if kind is float:
        return chance.choice((0.0, -1.0, 1e30, float("nan"), float("inf")))
    return chance.choice([one for one in _NUMBERS if -(2**31) <= one < 2**31])


def _rewire(model: onnx.ModelProto, chance: random.Random) -> None:
    """Let a node take another value: of an earlier node, a later one, its own, or none."""
    node = chance.choice(list(model.graph.node))
    names = [name for one in model.graph.node for name in one.output] + list(_TEXTS[:4])
    if len(node.input):
        node.input[chance.randrange(len(node.input))] = chance.choice(names)


def _rename_output(model: onnx.ModelProto, chance: random.Random) -> None:
    node = chance.choice(list(model.graph.node))
    names = [name for one in model.graph.node for name in one.output] + [one.name for one in model.graph.initializer]
    if len(node.output):
        node.output[0] = chance.choice(names)


def _swap_operator(model: onnx.ModelProto, chance: random.Random) -> None:
    operators = (
        "Identity",
        "Add",
        "Gemm",
        "Loop",
        "If",
        "Expand",
        "Range",
        "Reshape",
        "Constant",
        "Nothing",
        "Softmax",
    )
    chance.choice(list(model.graph.node)).op_type = chance.choice(operators)


def _shuffle_nodes(model: onnx.ModelProto, chance: random.Random) -> None:
    nodes = list(model.graph.node)
    chance.shuffle(nodes)
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _repeat_node(model: onnx.ModelProto, chance: random.Random) -> None:
    node = chance.choice(list(model.graph.node))
    model.graph.node.extend([node] * chance.choice((1, 100)))


def _claim_size(model: onnx.ModelProto, chance: random.Random) -> None:
    tensor = chance.choice(list(model.graph.initializer))
    if len(tensor.dims):
        tensor.dims[chance.randrange(len(tensor.dims))] = chance.choice(_NUMBERS)
    else:
        tensor.dims.append(chance.choice(_NUMBERS))


def _claim_shape(model: onnx.ModelProto, chance: random.Random) -> None:
    value = chance.choice([*model.graph.input, *model.graph.output])
    dims = value.type.tensor_type.shape.dim
    if len(dims):
        dims[chance.randrange(len(dims))].dim_value = chance.choice(_NUMBERS)


_DAMAGES: tuple[tuple[str, Callable[[onnx.ModelProto, random.Random], None]], ...] = (
    ("field", _any_field),
    ("field", _any_field),
    ("field", _any_field),
    ("wire", _rewire),
    ("wire", _rewire),
    ("output", _rename_output),
    ("operator", _swap_operator),
    ("order", _shuffle_nodes),
    ("repeat", _repeat_node),
    ("size", _claim_size),
    ("shape", _claim_shape),
)
