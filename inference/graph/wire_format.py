"""The bytes of an ONNX file, counted before they become objects: two bytes can be a node, and a node a hundred bytes.

Which field is a message, a text or a list of numbers is read off onnx's own descriptors. The encoding is protobuf's
(https://protobuf.dev/programming-guides/encoding).
"""

from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn, Union

from imaging.base.english import english
from imaging.base.errors import Refusal
from inference.contract.codes import ModelCode

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor  # type: ignore[import-untyped]  # it ships no types

MAX_FIELDS = 500_000
"""The most fields of a file, those within others included; a network of 1,000 layers has some 50,000."""
MAX_NUMBERS = 32 * 2**20
"""The most bytes of numbers of variable length, each of which may become eight."""
MAX_LEVELS = 90
"""The most messages within one another; protobuf itself stops at 100."""

_TOO_MANY = english("The graph has more parts than any real network.")
DAMAGED = english("This is not an ONNX file, or it is damaged.")


class _Leaf(Enum):
    """Content of a field of bytes that is no message."""

    TEXT = "text"
    NUMBERS = "numbers"


_Fields = dict[int, Union["_Fields", _Leaf]]
_MESSAGE, _STRING = 11, 9  # google.protobuf.descriptor.FieldDescriptor.TYPE_MESSAGE, TYPE_STRING
_VARIABLE = frozenset({3, 4, 5, 8, 13, 14, 17, 18})  # its types of numbers of variable length
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5  # types on the wire
_LONGEST_VARINT = 10


def check_wire_format(content: bytes) -> None:
    """Raise `Refusal` (GRAPH) if a file is damaged, or becomes far more objects than any real network."""
    total = numbers = at = 0
    messages: list[tuple[int, _Fields]] = [(len(content), _fields_of_model())]
    while messages:
        end, fields = messages[-1]
        if at == end:
            messages.pop()
            continue
        total += 1
        if total > MAX_FIELDS:
            _refuse(_TOO_MANY)
        if len(messages) > MAX_LEVELS:
            _refuse(english("The parts of the graph lie too deep within one another."))
        key, at = _read_varint(content, at, end)
        kind = key & 7
        if kind == _VARINT:
            _, at = _read_varint(content, at, end)
        elif kind == _BYTES:
            size, at = _read_varint(content, at, end)
            inner = fields.get(key >> 3)
            if size > end - at:
                _refuse(DAMAGED)
            if isinstance(inner, dict):
                messages.append((at + size, inner))
                continue
            if inner is _Leaf.NUMBERS:
                numbers += size
                if numbers > MAX_NUMBERS:
                    _refuse(_TOO_MANY)
            elif inner is _Leaf.TEXT:
                _check_text(content[at : at + size])
            at += size
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            at += 8 if kind == _EIGHT_BYTES else 4
        else:
            _refuse(DAMAGED)
        if at > end:
            _refuse(DAMAGED)


def _read_varint(content: bytes, at: int, end: int) -> tuple[int, int]:
    """Return a number of variable length and the offset behind it."""
    value = shift = 0
    for place in range(at, min(end, at + _LONGEST_VARINT)):
        byte = content[place]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place + 1
        shift += 7
    raise Refusal(ModelCode.GRAPH, DAMAGED)


def _check_text(text: bytes) -> None:
    try:
        text.decode()
    except UnicodeDecodeError:
        _refuse(DAMAGED)


def _refuse(sentence: str) -> NoReturn:
    raise Refusal(ModelCode.GRAPH, sentence) from None


@cache
def _fields_of_model() -> _Fields:
    """Return what each field of bytes of a model holds, by its number."""
    import onnx  # late: it takes 0.2 s

    known: dict[str, _Fields] = {}
    waiting: list[Any] = [onnx.ModelProto.DESCRIPTOR]
    while waiting:
        message = waiting.pop()
        fields = known.setdefault(message.full_name, {})
        for field in _fields_with_bytes(message):
            if field.type != _MESSAGE:
                fields[field.number] = _Leaf.TEXT if field.type == _STRING else _Leaf.NUMBERS
                continue
            if field.message_type.full_name not in known:
                waiting.append(field.message_type)
            fields[field.number] = known.setdefault(field.message_type.full_name, {})
    return known[onnx.ModelProto.DESCRIPTOR.full_name]


def _fields_with_bytes(message: "Descriptor") -> Iterator[Any]:
    return (field for field in message.fields if field.type in (_MESSAGE, _STRING) or field.type in _VARIABLE)
