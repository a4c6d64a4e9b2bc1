"""Messages between the program and its children: tasks and policies one way, answers the other, and nothing else."""

import io
import pickle
from dataclasses import dataclass
from enum import Enum, StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Code


@dataclass(frozen=True)
class WorkerTask:
    """Work for one child: `call(common, items, policy)` is a generator of `(number of the item, answer)`, or of None.

    None is a sign of life and a point to stop at. An answer is an array, a `Refusal`, or a value made of the rooms' own
    records, numbers and text. All of it is pickled on the way there; keep `common` small.
    """

    call: str
    """`module:function`, of any room: `imaging.remote_read:_identify_task`."""
    items: tuple[Any, ...]
    common: Any = None
    """What its items have in common. Arrays that stand in a tuple here cross in shared memory if there is room."""
    together: bool = False
    """True if the items are parts of one thing: a child that dies over one has failed at all the rest."""
    fault: Code = Code.DECODE
    """The code for an item at which a child died, or raised what is no `Refusal`."""
    memory: int = 0
    """Bytes that the child may use beyond what every task may; on the way there, beyond those of its start."""
    limit: int | None = None
    """Bytes that the child may use in all, instead of what every task may with `memory`."""
    key: Any = None
    """The caller's own note; it does not travel."""


@dataclass(frozen=True, eq=False)
class TaskAnswer:
    """The answer to `task.items[number]`: an array, a value, or the `Refusal` that says why there is none."""

    task: WorkerTask
    number: int
    value: Any


@dataclass(frozen=True)
class SharedArray:
    """An array that the program put into shared memory for a child, which may read it until its task is done."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    size: int
    written: int


STOP = b"stop"
"""The bytes that the program sends to a child that is at work: come to an end."""


class MessageKind(StrEnum):
    """The first word of each message of a child; what follows it stands here."""

    READY = "ready"
    LIFE = "life"
    PART = "part"
    """start, size, written: a part of an array too large for one."""
    PIXELS = "pixels"
    """number, dtype, shape, start, size, written: an array, or its last part."""
    VALUE = "value"
    """number, value or `Refusal`."""
    DONE = "done"


def pack_message(message: object) -> bytes:
    """Return a message as bytes."""
    content = io.BytesIO()
    _Plain(content, protocol=pickle.HIGHEST_PROTOCOL).dump(message)
    return content.getvalue()


def unpack_message(content: bytes) -> Any:
    """Return the message that a child sent. Raises `pickle.UnpicklingError` for what only a broken child could send."""
    return _Strict(io.BytesIO(content)).load()


class _Plain(pickle.Pickler):
    """Names nothing but classes of this room and the makers below, so that no version of Python writes another name.

    A path would name `pathlib` or `pathlib._local`, an array private functions of NumPy, and a member of an enumeration
    `getattr` on Python 3.11.0 to 3.11.3 (Debian 12 has 3.11.2).
    """

    def reducer_override(self, thing: Any) -> Any:
        """Return how to make again what pickle would do by those names; the rest is pickle's own."""
        if isinstance(thing, Path):
            return _path, (str(thing),)
        if isinstance(thing, Enum):
            return type(thing), (thing.value,)
        if isinstance(thing, np.dtype) and thing.kind not in "OV":
            return _dtype, (thing.str,)
        if isinstance(thing, np.ndarray | np.generic) and thing.dtype.kind not in "OV":
            flat = np.ascontiguousarray(thing).reshape(-1).view(np.uint8)
            facts = (thing.dtype.str, thing.shape, pickle.PickleBuffer(flat.data))
            return (_array if isinstance(thing, np.ndarray) else _scalar), facts
        return NotImplemented


def _path(text: str) -> Path:
    return Path(text)


def _dtype(text: str) -> "np.dtype[Any]":
    return np.dtype(text)


def _array(dtype: str, shape: tuple[int, ...], content: bytes | bytearray) -> NDArray[Any]:
    return np.frombuffer(content, np.dtype(dtype)).reshape(shape)


def _scalar(dtype: str, _shape: tuple[int, ...], content: bytes | bytearray) -> Any:
    return np.frombuffer(content, np.dtype(dtype))[0]


class _Strict(pickle.Unpickler):
    """Makes records of this room, arrays, paths and plain values, and calls nothing else: a child may be broken."""

    def find_class(self, module: str, name: str) -> Any:
        """Return the class or maker of that name. Raises `pickle.UnpicklingError` if it is none of those allowed."""
        if (module, name) in _MAKERS:
            return super().find_class(module, name)
        if module.startswith("imaging.") and "." not in name:
            found = getattr(import_module(module), name, None)
            if isinstance(found, type):
                return found
        raise pickle.UnpicklingError("not a record of ours")


_MAKERS = {(__name__, maker.__name__) for maker in (_path, _dtype, _array, _scalar)}
