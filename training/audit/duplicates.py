"""Duplicates: the same file, the same pixels, near-duplicates; across classes and across published parts."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Literal

from training.audit.survey import SurveyedPicture
from training.data.perceptual_hash import NearDuplicates
from training.data.split import group_cases

DISTANCE = 4
Kind = Literal["same file", "same pixels", "near-duplicate"]
_MOST_PAIRS = 2000


@dataclass(frozen=True)
class Pair:
    """Two like pictures: their positions, bits (of 64) that differ, and what makes the second like the first."""

    first: int
    second: int
    kind: Kind
    distance: int
    turn: str


@dataclass(frozen=True)
class Leak:
    """Counts of the pictures of one published test collection that another collection has too."""

    test: str
    pictures: int
    seen_in: str
    same_file: int
    same_pixels: int
    near_duplicate: int


@dataclass(frozen=True)
class Duplicates:
    """Counts, groups, and the pairs that are worst."""

    counts: dict[str, int]
    groups: tuple[int, ...]
    """The group number of each picture: persons, joined by near-duplicates."""
    across_classes: tuple[Pair, ...]
    across_parts: tuple[Pair, ...]
    leaks: tuple[Leak, ...]


def find_duplicates(
    seen: Sequence[SurveyedPicture], parts: Sequence[tuple[str, str]] | None, distance: int
) -> Duplicates:
    """Find everything that is there twice. `parts` holds (collection, part) of each picture if its path tells it."""
    cases = [one.case for one in seen]
    alike = NearDuplicates([one.hashes for one in seen], distance)
    groups, counts = group_cases(cases, alike)
    by_file = _group_by(one.case.sha256 for one in seen)
    by_pixels = _group_by(one.pixels_sha256 for one in seen)
    counts |= {
        "same_file_pairs": sum(len(one) * (len(one) - 1) // 2 for one in by_file.values()),
        "same_pixels_pairs": sum(len(one) * (len(one) - 1) // 2 for one in by_pixels.values()),
        "pictures_with_same_pixels": sum(len(one) for one in by_pixels.values() if len(one) > 1),
        "pictures_with_near_duplicate": _count_with_neighbour(alike),
        "same_pixels_across_classes": _count_across(by_pixels.values(), [case.label for case in cases]),
    }
    labels = [case.label for case in cases]
    across_parts: tuple[Pair, ...] = ()
    if parts is not None:
        across_parts = _worst_pairs(seen, alike, [part for _, part in parts])
        counts["near_duplicate_pairs_across_parts"] = alike.pairs_across(lambda number: parts[number][1])
    return Duplicates(
        counts=counts,
        groups=tuple(groups),
        across_classes=_worst_pairs(seen, alike, labels),
        across_parts=across_parts,
        leaks=_count_leaks(seen, alike, parts) if parts is not None else (),
    )


def _group_by(keys: Iterable[str]) -> dict[str, list[int]]:
    held: defaultdict[str, list[int]] = defaultdict(list)
    for number, key in enumerate(keys):
        held[key].append(number)
    return held


def _count_with_neighbour(alike: NearDuplicates) -> int:
    near = alike.neighbours()
    return sum(len(members) for members, others in zip(alike.members, near, strict=True) if len(members + others) > 2)


def _count_across(groups: Iterable[Sequence[int]], keys: Sequence[Hashable]) -> int:
    held = (Counter(keys[number] for number in members) for members in groups)
    return sum(one * other for counted in held for one, other in combinations(counted.values(), 2))


def _worst_pairs(seen: Sequence[SurveyedPicture], alike: NearDuplicates, keys: Sequence[str]) -> tuple[Pair, ...]:
    """Return near pairs whose keys differ, the most alike first."""
    found: list[Pair] = []
    within = [(number, number) for number in range(len(alike.members)) if len(alike.members[number]) > 1]
    for one, other in sorted(within + alike.near, key=lambda pair: alike.turn_between(*pair)[1]):
        inside = combinations(alike.members[one], 2)
        forth, back = alike.turn_between(one, other), alike.turn_between(other, one)
        for first, second in inside if one == other else product(alike.members[one], alike.members[other]):
            if keys[first] != keys[second]:
                turn, distance = forth if first < second else back
                found.append(_pair(seen, min(first, second), max(first, second), turn, distance))
        if len(found) >= _MOST_PAIRS:
            break
    order: dict[Kind, int] = {"same file": 0, "same pixels": 1, "near-duplicate": 2}
    return tuple(sorted(found, key=lambda pair: (order[pair.kind], pair.distance, pair.first, pair.second)))


def _pair(seen: Sequence[SurveyedPicture], first: int, second: int, turn: str, distance: int) -> Pair:
    one, other = seen[first], seen[second]
    kind: Kind = "near-duplicate"
    if one.case.sha256 == other.case.sha256:
        kind = "same file"
    elif one.pixels_sha256 == other.pixels_sha256:
        kind = "same pixels"
    return Pair(first, second, kind, distance, turn)


def _count_leaks(
    seen: Sequence[SurveyedPicture], alike: NearDuplicates, parts: Sequence[tuple[str, str]]
) -> tuple[Leak, ...]:
    """Count for each test collection the pictures that have their like in each collection of another part."""
    tests = sorted({one for one, part in parts if part == "test"})
    others = sorted({one for one, part in parts if part != "test"})
    collection = [one for one, _ in parts]
    files = _collections_by_key(collection, [one.case.sha256 for one in seen])
    pixels = _collections_by_key(collection, [one.pixels_sha256 for one in seen])
    near: list[set[str]] = [set() for _ in seen]
    held = [{collection[position] for position in members} for members in alike.members]
    for number, neighbours in enumerate(alike.neighbours()):
        around = set().union(*(held[one] for one in neighbours))
        for position in alike.members[number]:
            near[position] = around
    leaks = []
    for test in tests:
        inside = [number for number, one in enumerate(parts) if one == (test, "test")]
        for other in others:
            leaks.append(
                Leak(
                    test=test,
                    pictures=len(inside),
                    seen_in=other,
                    same_file=sum(other in files[number] for number in inside),
                    same_pixels=sum(other in pixels[number] for number in inside),
                    near_duplicate=sum(other in near[number] for number in inside),
                )
            )
    return tuple(leaks)


def _collections_by_key(collection: Sequence[str], keys: Sequence[str]) -> list[set[str]]:
    """Return for each picture the collections that hold something with its key."""
    held: defaultdict[str, set[str]] = defaultdict(set)
    for one, key in zip(collection, keys, strict=True):
        held[key].add(one)
    return [held[key] for key in keys]
