"""Perceptual hashes: which pictures are the same picture, saved again.

The 64-bit DCT hash: the picture as 32×32 by area averaging, its two-dimensional DCT-II, of that the 8×8 lowest
frequencies; each bit says whether a coefficient is above their median. Two pictures are near-duplicates when few bits
differ.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE = 32
_LOW = 8
_BITS = 64
_FARTHEST_BY_BANDS = 7
_AT_ONCE = 2**22


def phash(grey: NDArray[np.float32]) -> int:
    """The hash of a grey picture [row, column] as an integer below 2**64."""
    small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    low = cv2.dct(np.asarray(small, dtype=np.float32))[:_LOW, :_LOW].ravel()
    bits = low > np.median(low)
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def near_pairs(hashes: NDArray[np.uint64], distance: int) -> NDArray[np.intp]:
    """All pairs (i < j) of hashes [N] that differ in at most `distance` bits, as [pairs, 2] in ascending order.

    Cut into distance + 1 bands of bits, two near hashes are equal in one band at least (pigeonhole; multi-index
    hashing, Norouzi 2012). Only hashes that share a band are compared, so that memory follows the pairs and not N².
    Beyond 7 bits the bands become so short that a plain search is as fast.
    """
    if distance > _FARTHEST_BY_BANDS:
        return _compared(hashes, distance)
    edges = np.linspace(0, _BITS, distance + 2).astype(np.uint64)
    found = [_near_in_band(hashes, band, distance) for band in pairwise(edges)]
    return np.unique(np.concatenate(found), axis=0)


def _near_in_band(hashes: NDArray[np.uint64], band: tuple[np.uint64, np.uint64], distance: int) -> NDArray[np.intp]:
    """The near pairs among hashes that are equal in bits `band[0]` up to `band[1]`."""
    width = int(band[1] - band[0])
    keys = (hashes >> band[0]) & np.uint64(2**width - 1)
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    # Where each run of equal keys ends; in a run, every one is compared with the one `step` behind it, for each step.
    ends = np.searchsorted(keys, keys, side="right")
    here = np.arange(len(keys))
    found = [np.zeros((0, 2), dtype=np.intp)]
    step = 1
    while len(here := here[here + step < ends[here]]):
        one, other = order[here], order[here + step]
        near = np.bitwise_count(hashes[one] ^ hashes[other]) <= distance
        pairs = np.stack([one[near], other[near]], axis=1)
        found.append(np.sort(pairs, axis=1))
        step += 1
    return np.concatenate(found)


def _compared(hashes: NDArray[np.uint64], distance: int) -> NDArray[np.intp]:
    """The near pairs by comparing all with all, some millions at a time."""
    found = [np.zeros((0, 2), dtype=np.intp)]
    rows = max(1, _AT_ONCE // max(len(hashes), 1))
    for start in range(0, len(hashes), rows):
        bits = np.bitwise_count(hashes[start : start + rows, np.newaxis] ^ hashes[np.newaxis, :])
        first, second = np.nonzero(bits <= distance)
        first = first + start
        found.append(np.stack([first, second], axis=1)[first < second])
    return np.concatenate(found)


class Alike:
    """Which of N hashes are equal, and which are near each other.

    `members[u]` holds the positions of the u-th different hash, `near` the pairs (u, v) within the distance, u < v.
    """

    def __init__(self, hashes: Sequence[int], distance: int) -> None:
        different, place = np.unique(np.array(hashes, dtype=np.uint64), return_inverse=True)
        self.members: list[list[int]] = [[] for _ in different]
        for position, number in enumerate(place.tolist()):
            self.members[number].append(position)
        self.near: list[tuple[int, int]] = [(one, other) for one, other in near_pairs(different, distance).tolist()]
        self._hashes: NDArray[np.uint64] = different

    def pairs(self, key: Callable[[int], Hashable]) -> int:
        """How many near pairs of positions have the same key."""
        held = [Counter(key(position) for position in members) for members in self.members]
        same = sum(count * (count - 1) // 2 for keys in held for count in keys.values())
        return same + sum(
            count * held[second][one] for first, second in self.near for one, count in held[first].items()
        )

    def pairs_across(self, key: Callable[[int], Hashable]) -> int:
        """How many near pairs of positions have different keys."""
        return self.pairs(lambda _: None) - self.pairs(key)

    def neighbours(self) -> list[list[int]]:
        """For each different hash, the numbers of those near it, itself among them."""
        near = [[number] for number in range(len(self.members))]
        for first, second in self.near:
            near[first].append(second)
            near[second].append(first)
        return near

    def bits_between(self, first: int, second: int) -> int:
        """In how many bits the hashes with those numbers differ."""
        return int(np.bitwise_count(self._hashes[first] ^ self._hashes[second]))
