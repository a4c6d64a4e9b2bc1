"""A short run: some of the training and validation cases, in the same proportions, groups whole where that fits."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from training.data.split import Assigned, Split

_PARTS = ("train", "validation")


def limited(split: Split, limit: int, seed: int) -> frozenset[str]:
    """Names of at most `limit` cases (at least one of each part and label) out of those to learn from and judge by.

    The test part is not counted and stays whole. Same split, limit and seed: same cases.
    """
    strata: Counter[tuple[str, str]] = Counter((case.part, case.label) for case in split.cases if case.part in _PARTS)
    if limit >= strata.total():
        return frozenset(case.name for case in split.cases if case.part in _PARTS)
    left = _shares(strata, limit)
    groups: defaultdict[str, list[Assigned]] = defaultdict(list)
    for case in split.cases:
        if case.part in _PARTS:
            groups[case.group].append(case)
    names = sorted(groups)
    order = [groups[names[number]] for number in np.random.default_rng(seed % 2**64).permutation(len(names))]
    chosen = [case.name for group in order if _fits(group, left) for case in group]
    # What whole groups could not fill, single members do.
    taken = set(chosen)
    for case in (case for group in order for case in group):
        stratum = (case.part, case.label)
        if case.name not in taken and left[stratum] > 0:
            left[stratum] -= 1
            taken.add(case.name)
    return frozenset(taken)


def _shares(strata: Mapping[tuple[str, str], int], limit: int) -> dict[tuple[str, str], int]:
    """How many of each part and label: by largest remainders, one at least."""
    total = sum(strata.values())
    exact = {stratum: limit * count / total for stratum, count in sorted(strata.items())}
    shares = {stratum: max(1, int(share)) for stratum, share in exact.items()}
    for stratum in sorted(exact, key=lambda one: int(exact[one]) - exact[one])[: max(0, limit - sum(shares.values()))]:
        shares[stratum] = min(shares[stratum] + 1, strata[stratum])
    while sum(shares.values()) > limit and max(shares.values()) > 1:
        shares[max(shares, key=lambda one: shares[one])] -= 1
    return shares


def _fits(group: Sequence[Assigned], left: dict[tuple[str, str], int]) -> bool:
    """Whether the whole group is still wanted; then it is taken off what is left."""
    wanted = Counter((case.part, case.label) for case in group)
    if any(left[stratum] < count for stratum, count in wanted.items()):
        return False
    for stratum, count in wanted.items():
        left[stratum] -= count
    return True
