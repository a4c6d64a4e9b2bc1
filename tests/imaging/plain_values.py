"""Headers and series as values that can be compared."""

import dataclasses
from typing import Any

import numpy as np


def as_plain_values(value: Any) -> Any:
    """A header as values that can be compared: arrays as bytes, NaN as a word."""
    if isinstance(value, np.ndarray):
        return (value.dtype.str, value.shape, value.tobytes())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_plain_values(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [as_plain_values(one) for one in value]
    return "NaN" if value != value else value
