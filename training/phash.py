"""Perceptual hashes: which pictures are the same picture, saved again.

The 64-bit DCT hash: the picture as 32×32 by area averaging, its two-dimensional DCT-II, of that the 8×8 lowest
frequencies; each bit says whether a coefficient is above their median. Two pictures are near-duplicates when few bits
differ.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE = 32
_LOW = 8
_ROWS_AT_ONCE = 512


def phash(grey: NDArray[np.float32]) -> int:
    """The hash of a grey picture [row, column] as an integer below 2**64."""
    small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    low = cv2.dct(np.asarray(small, dtype=np.float32))[:_LOW, :_LOW].ravel()
    bits = low > np.median(low)
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def near_pairs(hashes: NDArray[np.uint64], distance: int) -> NDArray[np.intp]:
    """All pairs (i < j) of hashes [N] that differ in at most `distance` bits, as [pairs, 2]."""
    found = []
    for start in range(0, len(hashes), _ROWS_AT_ONCE):
        rows = hashes[start : start + _ROWS_AT_ONCE]
        bits = np.bitwise_count(rows[:, np.newaxis] ^ hashes[np.newaxis, :])
        first, second = np.nonzero(bits <= distance)
        first = first + start
        found.append(np.stack([first, second], axis=1)[first < second])
    return np.concatenate(found) if found else np.zeros((0, 2), dtype=np.intp)
