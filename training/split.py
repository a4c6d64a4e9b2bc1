"""The split: which case serves for what, decided once for whole groups and kept as a file with a hash.

A group is a person, and persons who share a near-duplicate picture are one group: nobody is on both sides of a split.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imaging.refusal import Refusal
from training.dataset import Case, manifest_sha256
from training.files import write_atomically
from training.phash import near_pairs
from training.recipe import SplitPart
from training.training_codes import TrainingCode

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Assigned:
    """One case in the split."""

    name: str
    label: str
    group: str
    part: str


@dataclass(frozen=True)
class Split:
    """All cases with their group and part, how they were grouped, and the hash of the file that says so."""

    seed: int
    grouped_by: str
    manifest_sha256: str
    counts: dict[str, int]
    """What grouping found: persons, groups, near-duplicate pairs, those across persons, the largest group."""
    cases: tuple[Assigned, ...]

    def to_bytes(self) -> bytes:
        """The file's content: one line a case, so that a diff of two splits can be read."""
        head = {
            "version": 1,
            "seed": self.seed,
            "grouped_by": self.grouped_by,
            "manifest_sha256": self.manifest_sha256,
            "counts": self.counts,
        }
        rows = ",\n".join(json.dumps([case.name, case.label, case.group, case.part]) for case in self.cases)
        return (json.dumps(head, indent=1)[:-2] + ',\n "cases": [\n' + rows + "\n]}\n").encode()

    @property
    def sha256(self) -> str:
        """SHA-256 of the file's content."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def indices(self, part: str, cases: Sequence[Case]) -> NDArray[np.int64]:
        """Positions in `cases` of those that belong to a part."""
        parts = {case.name: case.part for case in self.cases}
        return np.array([number for number, case in enumerate(cases) if parts.get(case.name) == part], dtype=np.int64)

    def groups(self) -> dict[str, str]:
        """Case name -> group."""
        return {case.name: case.group for case in self.cases}


def make_split(cases: Sequence[Case], hashes: Sequence[int], *, rule: SplitPart, seed: int) -> Split:
    """Group cases by person and near-duplicate, and deal the groups out so that each part gets its share of each label.

    `hashes` holds the perceptual hash of each case. Raises `Refusal` (SPLIT) where a label is missing from a part.
    """
    group_of, counts = group_cases(cases, hashes, rule.duplicate_distance)
    part_of = _deal(cases, group_of, rule, seed)
    assigned = tuple(
        Assigned(case.name, case.label, f"g{group:05d}", part_of[group])
        for case, group in zip(cases, group_of, strict=True)
    )
    present = {(case.part, case.label) for case in assigned}
    wanted = [part for part in PARTS if getattr(rule, part) > 0]
    for label in sorted({case.label for case in cases}):
        for part in wanted:
            if (part, label) not in present:
                raise Refusal(TrainingCode.SPLIT, f"There are too few groups of {label} to give the {part} part one.")
    return Split(
        seed=seed,
        grouped_by=f"person, joined by 64-bit DCT hash at distance {rule.duplicate_distance} or less",
        manifest_sha256=manifest_sha256(cases),
        counts=counts,
        cases=assigned,
    )


def group_cases(cases: Sequence[Case], hashes: Sequence[int], distance: int) -> tuple[list[int], dict[str, int]]:
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
    pairs = near_pairs(np.array(hashes, dtype=np.uint64), distance)
    across = across_labels = 0
    for first, second in pairs.tolist():
        across += cases[first].person != cases[second].person
        across_labels += cases[first].label != cases[second].label
        parent[root(first)] = root(second)
    roots = [root(number) for number in range(len(cases))]
    numbers = {one: number for number, one in enumerate(dict.fromkeys(roots))}
    sizes = Counter(roots)
    counts = {
        "cases": len(cases),
        "persons": len(first_of_person),
        "near_duplicate_pairs": len(pairs),
        "pairs_across_persons": across,
        "pairs_across_labels": across_labels,
        "groups": len(numbers),
        "largest_group": max(sizes.values(), default=0),
    }
    return [numbers[one] for one in roots], counts


def _deal(cases: Sequence[Case], group_of: Sequence[int], rule: SplitPart, seed: int) -> dict[int, str]:
    """Greatest groups first, each to the part that lacks most of its labels; ties in an order drawn by the seed."""
    content: dict[int, Counter[str]] = {}
    for case, group in zip(cases, group_of, strict=True):
        content.setdefault(group, Counter())[case.label] += 1
    totals = Counter(case.label for case in cases)
    shares = {part: float(getattr(rule, part)) for part in PARTS}
    lacking = {part: {label: shares[part] * count for label, count in totals.items()} for part in PARTS}
    drawn = np.random.default_rng(seed).permutation(len(content))
    order = sorted(content, key=lambda group: (-sum(content[group].values()), drawn[group]))
    part_of: dict[int, str] = {}
    for group in order:
        held = content[group]

        def need(part: str, held: Counter[str] = held) -> float:
            return sum(
                count * lacking[part][label] / max(shares[part] * totals[label], 1e-9) for label, count in held.items()
            )

        best = max((part for part in PARTS if shares[part] > 0), key=need)
        part_of[group] = best
        for label, count in held.items():
            lacking[best][label] -= count
    return part_of


def save_split(split: Split, path: Path) -> None:
    """Write the split's file."""
    write_atomically(path, split.to_bytes())


def load_split(path: Path) -> Split:
    """A split from its file. Raises `Refusal` (SPLIT) for a file that is damaged or not one of ours."""
    try:
        content = json.loads(path.read_bytes())
        return Split(
            seed=int(content["seed"]),
            grouped_by=str(content["grouped_by"]),
            manifest_sha256=str(content["manifest_sha256"]),
            counts={str(key): int(value) for key, value in content["counts"].items()},
            cases=tuple(Assigned(*map(str, row)) for row in content["cases"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise Refusal(TrainingCode.SPLIT, f"{path}: the split file cannot be read.") from None
