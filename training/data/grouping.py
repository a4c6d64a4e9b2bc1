"""Groups: pictures that must not be torn apart, and what it costs when a split does so.

A group is a person, and persons who share a near-duplicate picture are one group. Near-duplicates are looked for among
the different hashes only, so that ten thousand black pictures are one hash and not fifty million pairs.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from training.data.dataset import Case
from training.data.perceptual_hash import near_pairs


def group_cases(cases: Sequence[Case], alike: "Alike") -> tuple[list[int], dict[str, int]]:
    """The group number of each case, and what was counted on the way."""
    parent = list(range(len(cases)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    first_of_person: dict[str, int] = {}
    for number, case in enumerate(cases):
        parent[root(number)] = root(first_of_person.setdefault(case.person, number))
    for members in alike.members:
        for number in members[1:]:
            parent[root(number)] = root(members[0])
    for first, second in alike.near:
        parent[root(alike.members[first][0])] = root(alike.members[second][0])
    roots = [root(number) for number in range(len(cases))]
    numbers = {one: number for number, one in enumerate(dict.fromkeys(roots))}
    sizes = Counter(roots)
    counts = {
        "cases": len(cases),
        "persons": len(first_of_person),
        "near_duplicate_pairs": alike.pairs(lambda _: None),
        "pairs_across_persons": alike.pairs_across(lambda number: cases[number].person),
        "pairs_across_labels": alike.pairs_across(lambda number: cases[number].label),
        "groups": len(numbers),
        "largest_group": max(sizes.values(), default=0),
    }
    return [numbers[one] for one in roots], counts


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


def count_leaks(cases: Sequence[Case], alike: Alike, parts: Sequence[str]) -> dict[str, int]:
    """What of the same stands on several sides of a split: files, near-duplicates, persons; and how much of the test.

    `parts[i]` is the part of case i. A test case leaks where train or validation holds its like.
    """
    seen = ("train", "validation")
    same_file: defaultdict[str, list[int]] = defaultdict(list)
    of_person: defaultdict[str, list[int]] = defaultdict(list)
    for number, case in enumerate(cases):
        same_file[case.sha256 or f"unread {number}"].append(number)
        of_person[case.person].append(number)
    held = [{parts[position] for position in members} for members in alike.members]
    near_test = 0
    for number, near in enumerate(alike.neighbours()):
        if any(part in held[one] for one in near for part in seen):
            near_test += sum(parts[position] == "test" for position in alike.members[number])
    return {
        "leak_same_file_pairs": _pairs_across(same_file.values(), parts),
        "leak_near_duplicate_pairs": alike.pairs_across(lambda number: parts[number]),
        "leak_persons": sum(len({parts[number] for number in members}) > 1 for members in of_person.values()),
        "test_cases_same_file_seen": _test_seen(same_file.values(), parts),
        "test_cases_near_duplicate_seen": near_test,
        "test_cases_person_seen": _test_seen(of_person.values(), parts),
    }


def _pairs_across(groups: Iterable[Sequence[int]], parts: Sequence[str]) -> int:
    """Pairs within a group that stand in different parts."""
    held = [Counter(parts[number] for number in members) for members in groups]
    return sum(one * other for keys in held for one, other in combinations(keys.values(), 2))


def _test_seen(groups: Iterable[Sequence[int]], parts: Sequence[str]) -> int:
    """Test cases of whose group something was seen before the test."""
    count = 0
    for members in groups:
        held = Counter(parts[number] for number in members)
        count += held["test"] if held["train"] or held["validation"] else 0
    return count
