"""Arrays of a safetensors file: the header is bounded before it is read, and whatever is wrong is one error."""

from typing import Any

import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

MAX_HEADER = 4 * 2**20
"""The most bytes of the list of tensors; a network of 1,000 weights has some 100,000."""
_LENGTH_BYTES = 8


def check_header_length(content: bytes) -> None:
    """Raise ValueError if the list of tensors is longer than the file, or than any real one."""
    length = int.from_bytes(content[:_LENGTH_BYTES], "little")
    if len(content) < _LENGTH_BYTES or length > min(MAX_HEADER, len(content) - _LENGTH_BYTES):
        raise ValueError("the list of tensors is too long")


def read_tensors(content: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays by name. Raises ValueError if the file is damaged, or holds what NumPy has no numbers for."""
    check_header_length(content)
    try:
        return dict(safetensors.numpy.load(content))
    except (SafetensorError, KeyError, TypeError, OverflowError, MemoryError):
        raise ValueError("the file is damaged") from None
