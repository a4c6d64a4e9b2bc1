"""Perceptual hashes: which pictures are the same picture, saved again, mirrored, turned or inverted.

The 64-bit DCT hash: of the picture as 32×32 the 8×8 lowest frequencies of the DCT-II; each bit says whether a
coefficient is above their median. Near-duplicates differ in few bits. Flips, quarter turns and inversion change no more
than the coefficients' signs and order, so the hashes of a picture under all of them come from one DCT.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE, _LOW, _BITS, _FARTHEST_BY_BANDS = 32, 8, 64, 7
_AT_ONCE = 2**22

Hashes = tuple[int, ...]
"""The hashes of one picture, each below 2**64, under each of `TURNS`; the first is that of the picture as it is."""

_MOVES: dict[str, tuple[bool, bool, bool]] = {
    "as it is": (False, False, False),
    "mirrored": (False, False, True),
    "upside down": (False, True, False),
    "turned by 180°": (False, True, True),
    "rows for columns": (True, False, False),
    "turned by 90° clockwise": (True, False, True),
    "turned by 90° anticlockwise": (True, True, False),
    "rows for columns, turned by 180°": (True, True, True),
}
"""(rows become columns first, rows reversed, columns reversed)."""

TURNS = (*_MOVES, *(f"{move}, inverted" for move in _MOVES))
"""What may have been done to a picture: its eight flips and quarter turns, and the same with light for dark."""


def hash_turns(grey: NDArray[np.float32]) -> Hashes:
    """Return the hashes of a grey picture [row, column] under each of `TURNS`."""
    small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    low = cv2.dct(np.asarray(small, dtype=np.float32))[:_LOW, :_LOW]
    # A reversed axis negates the odd frequencies along it; inversion negates all but the mean.
    odd = np.where(np.arange(_LOW) % 2, np.float32(-1), np.float32(1))
    inverse = np.full((_LOW, _LOW), -1, dtype=np.float32)
    inverse[0, 0] = 1
    turned = [
        (low.T if across else low) * (odd[:, None] if rows else 1) * (odd if columns else 1)
        for across, rows, columns in _MOVES.values()
    ]
    return tuple(_bits(one) for one in (*turned, *(one * inverse for one in turned)))


def _bits(low: NDArray[np.float32]) -> int:
    bits = low.ravel() > np.median(low)
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def near_pairs(hashes: NDArray[np.uint64], distance: int, first: int | None = None) -> NDArray[np.intp]:
    """Return all pairs (i < j) of hashes [N] that differ in at most `distance` bits, as [pairs, 2] in ascending order.

    With `first`, only those whose i is below it. Cut into distance + 1 bands of bits, two near hashes are equal in one
    band at least (pigeonhole; multi-index hashing, Norouzi 2012). Only hashes that share a band are compared, so that
    memory follows the pairs and not N². Beyond 7 bits the bands become so short that a plain search is as fast.
    """
    first = len(hashes) if first is None else first
    if distance > _FARTHEST_BY_BANDS:
        return _compare_all(hashes, distance, first)
    edges = np.linspace(0, _BITS, distance + 2).astype(np.uint64)
    found = [_near_in_band(hashes, band, distance, first) for band in pairwise(edges)]
    return np.unique(np.concatenate(found), axis=0)


def _near_in_band(
    hashes: NDArray[np.uint64], band: tuple[np.uint64, np.uint64], distance: int, first: int
) -> NDArray[np.intp]:
    """Return the near pairs among hashes that are equal in bits `band[0]` up to `band[1]`."""
    width = int(band[1] - band[0])
    keys = (hashes >> band[0]) & np.uint64(2**width - 1)
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    # Where each run of equal keys ends; in a run, which is in ascending order, each of the first ones is compared with
    # the one `step` behind it, for each step.
    ends = np.searchsorted(keys, keys, side="right")
    here = np.flatnonzero(order < first)
    found = [np.zeros((0, 2), dtype=np.intp)]
    step = 1
    while len(here := here[here + step < ends[here]]):
        one, other = order[here], order[here + step]
        near = np.bitwise_count(hashes[one] ^ hashes[other]) <= distance
        found.append(np.stack([one[near], other[near]], axis=1))
        step += 1
    return np.concatenate(found)


def _compare_all(hashes: NDArray[np.uint64], distance: int, first: int) -> NDArray[np.intp]:
    """Return the near pairs by comparing all with all, some millions at a time."""
    found = [np.zeros((0, 2), dtype=np.intp)]
    rows = max(1, _AT_ONCE // max(len(hashes), 1))
    for start in range(0, first, rows):
        bits = np.bitwise_count(hashes[start : min(start + rows, first), np.newaxis] ^ hashes[np.newaxis, :])
        one, other = np.nonzero(bits <= distance)
        one = one + start
        found.append(np.stack([one, other], axis=1)[one < other])
    return np.concatenate(found)


class NearDuplicates:
    """Pairs under one of `TURNS`: `members[u]` holds positions of the u-th different hash, `near` the pairs u < v.

    Of pictures that come with their first hash only, the pairs as they lie. A blank picture is like no other: the
    outermost slices of two heads may both be black.
    """

    def __init__(self, hashes: Sequence[Hashes], distance: int) -> None:
        whole = np.array(hashes, dtype=np.uint64).reshape(len(hashes), len(hashes[0]) if hashes else 1)
        # Of a blank one only the mean is left; else about half of the bits are set. Each has a number of its own.
        blank = np.bitwise_count(whole[:, 0]) <= 1
        keys = np.stack([whole[:, 0], np.where(blank, np.arange(len(whole)) + 1, 0).astype(np.uint64)], axis=1)
        different, first, kind = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        self.members: list[list[int]] = [[] for _ in different]
        for position, number in enumerate(kind.reshape(-1).tolist()):
            self.members[number].append(position)
        self._turned: NDArray[np.uint64] = whole[first]
        self.near = self._near_under_turns(np.flatnonzero(~blank[first]), distance)

    def _near_under_turns(self, shown: NDArray[np.intp], distance: int) -> list[tuple[int, int]]:
        """Each picture as it is against all others however they are turned, of those that show anything."""
        # Column by column, so that the hashes of the pictures as they are come first.
        pairs = near_pairs(self._turned[shown].T.ravel(), distance, len(shown)) % max(len(shown), 1)
        pairs = np.sort(shown[pairs][pairs[:, 0] != pairs[:, 1]], axis=1)
        return [(one, other) for one, other in np.unique(pairs, axis=0).tolist()]

    def pairs(self, key: Callable[[int], Hashable]) -> int:
        """Return how many near pairs of positions have the same key."""
        held = [Counter(key(position) for position in members) for members in self.members]
        same = sum(count * (count - 1) // 2 for keys in held for count in keys.values())
        return same + sum(
            count * held[second][one] for first, second in self.near for one, count in held[first].items()
        )

    def pairs_across(self, key: Callable[[int], Hashable]) -> int:
        """Return how many near pairs of positions have different keys."""
        return self.pairs(lambda _: None) - self.pairs(key)

    def neighbours(self) -> list[list[int]]:
        """Return the numbers of the hashes near each different hash, itself among them."""
        near = [[number] for number in range(len(self.members))]
        for first, second in self.near:
            near[first].append(second)
            near[second].append(first)
        return near

    def turn_between(self, first: int, second: int) -> tuple[str, int]:
        """Return the turn of the second that brings it nearest to the first, and in how many bits they then differ."""
        bits = np.bitwise_count(self._turned[first, 0] ^ self._turned[second])
        return TURNS[int(bits.argmin())], int(bits.min())
