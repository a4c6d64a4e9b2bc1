"""From modality values to 8-bit grey: DICOM's VOI functions, and the window to begin with if a file has none.

The formulas are PS3.3 C.11.2.1.2 (LINEAR, with c - 0.5 and w - 1) and C.11.2.1.3 (LINEAR_EXACT, SIGMOID), mapped to
0…255. Padding is drawn as background and never counted.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BLOCK = 65536


class VoiFunction(StrEnum):
    """How a window turns values into grey (VOI LUT Function, 0028,1056)."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


@dataclass(frozen=True)
class Window:
    """Window centre and width in modality units. LINEAR needs width ≥ 1, the others width > 0 (C.11.2.1.2)."""

    centre: float
    width: float
    function: VoiFunction = VoiFunction.LINEAR
    explanation: str = ""


@dataclass(frozen=True, eq=False)
class VoiTable:
    """A VOI LUT (C.11.2.1.1): `entries[i]` is the grey for modality value `first + i`; `bits` is its depth."""

    first: int
    bits: int
    entries: NDArray[np.uint16]
    explanation: str = ""


@dataclass(frozen=True)
class PaddingRange:
    """Stored values from `low` to `high` (both included) stand for "no picture here" (C.7.5.1.1.2)."""

    low: float
    high: float


def window_bounds(window: Window) -> tuple[float, float]:
    """The modality values that a linear window draws black and white (the ramp's two ends)."""
    if window.function is VoiFunction.LINEAR:
        middle, half = window.centre - 0.5, max(window.width - 1, 0.0) / 2
    else:
        middle, half = window.centre, max(window.width, 0.0) / 2
    return middle - half, middle + half


def to_unit(values: NDArray[np.float32], window: Window) -> NDArray[np.float32]:
    """Values through the window's function, as float32 in 0…1; NaN becomes 0."""
    if window.function is VoiFunction.SIGMOID and window.width > 0:
        with np.errstate(over="ignore"):
            steepness = np.clip(-4.0 * (values - window.centre) / window.width, -80.0, 80.0)
        unit = 1.0 / (1.0 + np.exp(steepness))
        return np.asarray(np.nan_to_num(unit, nan=0.0), dtype=np.float32)
    low, high = window_bounds(window)
    if high <= low:
        # Width 1 is a step: C.11.2.1.2 draws x <= c - 0.5 black and all above it white.
        return np.asarray(values > low, dtype=np.float32)
    with np.errstate(over="ignore"):
        unit = (values - np.float32(low)) * np.float32(1.0 / (high - low))
    return np.asarray(np.clip(np.nan_to_num(unit, nan=0.0), 0.0, 1.0), dtype=np.float32)


def to_grey(values: NDArray[np.float32], voi: Window | VoiTable) -> NDArray[np.uint8]:
    """Modality values [row, column] as 8-bit grey, rounded to the nearest level; NaN is black."""
    if isinstance(voi, VoiTable):
        return _through_table(values, voi)
    low, high = window_bounds(voi)
    if voi.function is VoiFunction.SIGMOID or high <= low:
        return np.asarray(np.rint(to_unit(values, voi) * np.float32(255.0)), dtype=np.uint8)
    return _ramp(values, low, high)


def _through_table(values: NDArray[np.float32], table: VoiTable) -> NDArray[np.uint8]:
    last = len(table.entries) - 1
    unknown = np.isnan(values)
    index = np.clip(np.where(unknown, 0, values - table.first), 0, last).astype(np.intp)
    levels = table.entries[index].astype(np.float32) * np.float32(255.0 / (2**table.bits - 1))
    return np.asarray(np.where(unknown, 0, np.clip(np.rint(levels), 0, 255)), dtype=np.uint8)


def _ramp(values: NDArray[np.float32], low: float, high: float) -> NDArray[np.uint8]:
    """A line from black at `low` to white at `high`, in blocks that stay in the processor's cache."""
    import cv2  # whoever reads files without drawing them, child processes above all, starts sooner without

    grey = np.empty(values.size, dtype=np.uint8)
    flat = values.reshape(-1)
    for start in range(0, flat.size, _BLOCK):
        with np.errstate(over="ignore"):
            above = flat[start : start + _BLOCK] - np.float32(low)
        # Cut at both ends first: convertScaleAbs takes absolute values, and rounds what no integer holds to black.
        np.clip(above, 0, np.float32(high - low), out=above)
        grey[start : start + _BLOCK] = cv2.convertScaleAbs(above, alpha=255.0 / (high - low)).reshape(-1)
    return grey.reshape(values.shape)


def auto_window(values: NDArray[np.float32], *, ignore: NDArray[np.bool_] | None = None) -> Window:
    """A window from the 0.5 to the 99.5 percentile of the values; `ignore` (padding) and NaN are not counted.

    An empty or constant picture gets a window of width 1 above its value, and is drawn black.
    """
    counted: NDArray[Any] = values[~ignore] if ignore is not None else values.ravel()
    counted = counted[np.isfinite(counted)]
    if counted.size == 0:
        return Window(0.5, 1.0, VoiFunction.LINEAR_EXACT)
    low, high = (float(edge) for edge in np.percentile(counted, (0.5, 99.5)))
    if high <= low:
        low, high = float(counted.min()), float(counted.max())
    if high <= low:
        high = low + 1.0
    return Window((low + high) / 2, high - low, VoiFunction.LINEAR_EXACT)
