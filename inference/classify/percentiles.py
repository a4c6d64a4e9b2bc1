"""Percentiles of a slice's values and tables over them; of short stored integers, which have few different values."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.volume.series import Rescale
from imaging.volume.volume import Slice, modality_values

_EXACT_IN_FLOAT32 = 2**24
"""Up to here OpenCV's counts, which are float32, are exact."""


def find_percentiles(
    slice_: Slice, values: NDArray[np.float32], counted: NDArray[np.bool_] | None, percents: tuple[float, float]
) -> tuple[float, float]:
    """Return two percentiles of a slice's `values`, of those that are `counted` (None: of all).

    They are those of `numpy.percentile` (linear: Hyndman and Fan 1996, type 7), bit for bit.
    """
    if not _can_be_counted(slice_):
        low, high = np.percentile(values if counted is None else values[counted], percents)
        return float(low), float(high)
    stored = (slice_.stored if counted is None else slice_.stored[counted]).ravel()
    least, counts = _count_values(stored)
    upto = np.cumsum(counts)
    positions = [(stored.size - 1) * (percent / 100) for percent in percents]
    wanted = [number for at in positions for number in (int(at), min(int(at) + 1, stored.size - 1))]
    found = (np.searchsorted(upto, wanted, side="right") + least).astype(stored.dtype)
    a, b, c, d = modality_values(found, slice_.modality)
    return _interpolate(a, b, positions[0] % 1), _interpolate(c, d, positions[1] % 1)


@dataclass(frozen=True, eq=False)
class PossibleValues:
    """All values from the least to the greatest of a slice's short stored integers, each once."""

    slice: Slice
    every: NDArray[Any]
    """[n], ascending, of the stored type."""
    modality: NDArray[np.float32]
    """[n] modality values of those; finite."""

    def look_up(self, mapped: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what each of the values [n] was mapped to, for every pixel of the slice [row, column]."""
        bits, size = f"u{self.every.itemsize}", 256**self.every.itemsize
        table = np.empty(size, dtype=np.float32)
        table[self.every.view(bits)] = mapped
        stored = np.ascontiguousarray(self.slice.stored).view(bits)
        return np.asarray(cv2.LUT(stored, table), dtype=np.float32)


def list_possible_values(slice_: Slice) -> PossibleValues | None:
    """Return the values that a slice of short integers may have; None if that is no fewer than it has pixels.

    None too with padding, which is no value, and where the modality mapping leaves what single precision holds.
    """
    if not _can_be_counted(slice_) or slice_.padding is not None or slice_.stored.size == 0:
        return None
    least, most = int(slice_.stored.min()), int(slice_.stored.max())
    if most - least >= slice_.stored.size:
        return None
    every = np.arange(least, most + 1).astype(slice_.stored.dtype)
    modality = modality_values(every, slice_.modality)
    return PossibleValues(slice_, every, modality) if np.isfinite(modality).all() else None


def _can_be_counted(slice_: Slice) -> bool:
    """Return whether modality values come from at most 65,536 stored ones, in the same order."""
    stored, modality = slice_.stored, slice_.modality
    is_short = stored.dtype.kind in "iu" and stored.dtype.itemsize <= 2
    return is_short and not slice_.is_colour and isinstance(modality, Rescale) and modality.slope > 0


def _count_values(stored: NDArray[Any]) -> tuple[int, NDArray[np.intp]]:
    """Return the least of short integers, and how many there are of it and of every value up to the greatest."""
    shift = 2 ** (8 * stored.dtype.itemsize - 1) if stored.dtype.kind == "i" else 0
    # OpenCV counts unsigned values, three times as fast as numpy.bincount.
    raised = stored.astype(f"u{stored.dtype.itemsize}", copy=False)
    raised = raised ^ raised.dtype.type(shift) if shift else raised
    least, most = int(raised.min()), int(raised.max())
    if stored.size < _EXACT_IN_FLOAT32:
        # As one row: of a column OpenCV takes each value for a row of its own, which lasts six times as long.
        row = raised.reshape(1, -1)
        counts = cv2.calcHist([row], [0], None, [most - least + 1], [float(least), most + 1.0]).ravel()
    else:
        counts = np.bincount(raised.astype(np.intp) - least)
    return least - shift, counts.astype(np.intp)


def _interpolate(before: np.float32, after: np.float32, share: float) -> float:
    """Interpolate from the nearer end, the difference in single precision, the rest in double: as numpy does."""
    difference = float(after - before)
    return float(before) + difference * share if share < 0.5 else float(after) - difference * (1 - share)
