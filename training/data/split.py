"""The split: which case serves for what, decided once for whole groups and kept as a file with a hash.

A group is a person, and persons who share a near-duplicate picture are one group: nobody is on both sides of a split.
Other protocols are there to compare with, and count what they leak.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from imaging.base.atomic_write import write_with_folder
from imaging.base.errors import Refusal, Skipped
from imaging.base.progress import Job
from inference.contract.storage import sha256_of
from training.data.dataset import Case, manifest_sha256, map_slices, prepared_tensor
from training.data.perceptual_hash import Hashes, NearDuplicates, hash_turns
from training.data.persons import NOTHING_TELLS, ToldBy, count_persons, count_unknown, describe_groups
from training.recipe.recipe import Recipe, SplitPart, TrainingCode

PARTS = ("train", "validation", "test")
FEW_TEST_CASES = 30
"""Test cases of a class below which its figures say little, and a report says so."""
Group = TypeVar("Group", bound=Hashable)
_HASH = "64-bit DCT hash at distance {} or less, however turned, mirrored or inverted"
_GROUPED_BY = {
    "grouped": "{}",
    "grouped_upright": "person and upright 64-bit DCT hash, which knows no flips; groups told by {}",
    "random": "nothing: single pictures at random; groups told by {}",
    "published": "nothing: the published parts; groups told by {}",
}


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
    """Counts of grouping: persons, groups, near-duplicate pairs, those across persons, the largest group. For other
    protocols than `grouped` also what leaks (`count_leaks`)."""
    cases: tuple[Assigned, ...]

    def to_bytes(self) -> bytes:
        """Return the file's content: one line a case, so that a diff of two splits can be read."""
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
    def described_groups(self) -> str:
        """`grouped_by`; older versions named persons in it even where nothing told them."""
        if not self.counts or count_unknown(self.counts) < self.counts["cases"]:
            return self.grouped_by
        return re.sub(r"person(, joined by| and) (.*)", rf"\2; {NOTHING_TELLS}", self.grouped_by)

    @property
    def sha256(self) -> str:
        """SHA-256 of the file's content."""
        return sha256_of(self.to_bytes())

    def indices(self, part: str, cases: Sequence[Case]) -> NDArray[np.int64]:
        """Return the positions in `cases` of those that belong to a part."""
        parts = {case.name: case.part for case in self.cases}
        return np.array([number for number, case in enumerate(cases) if parts.get(case.name) == part], dtype=np.int64)

    def groups(self) -> dict[str, str]:
        """Return case name -> group."""
        return {case.name: case.group for case in self.cases}


def make_split(cases: Sequence[Case], hashes: Sequence[Hashes], *, rule: SplitPart, seed: int) -> Split:
    """Divide cases by the rule's protocol, so that each part gets its share of each label; their order does not matter.

    `grouped` never tears a group apart; `grouped_upright` keeps those together that are alike as they lie; `random`
    deals out single pictures; `published` keeps the parts that names tell, and cuts a missing validation part out of
    train by groups. All but the first count leaks. Raises `Refusal` (SPLIT).
    """
    ordered = sorted(zip(cases, hashes, strict=True), key=lambda pair: pair[0].name)
    cases, hashes = [case for case, _ in ordered], [hash_ for _, hash_ in ordered]
    duplicates = NearDuplicates(hashes, rule.duplicate_distance)
    group_of, counts = group_cases(cases, duplicates)
    if rule.protocol == "published":
        parts = _published(cases, group_of, rule, seed)
    else:
        units = group_of if rule.protocol == "grouped" else list(range(len(cases)))
        if rule.protocol == "grouped_upright":
            upright = NearDuplicates([turned[:1] for turned in hashes], rule.duplicate_distance)
            units = group_cases(cases, upright)[0]
        shares = {part: float(getattr(rule, part)) for part in PARTS}
        part_of = deal_groups([case.labels for case in cases], units, shares, seed)
        parts = [part_of[unit] for unit in units]
    _check_parts(cases, group_of, parts, rule)
    if rule.protocol != "grouped":
        counts |= count_leaks(cases, duplicates, parts)
    assigned = tuple(
        Assigned(case.name, case.label, f"g{group:05d}", part)
        for case, group, part in zip(cases, group_of, parts, strict=True)
    )
    return Split(
        seed=seed,
        grouped_by=_GROUPED_BY[rule.protocol].format(describe_groups(counts, _HASH.format(rule.duplicate_distance))),
        manifest_sha256=manifest_sha256(cases),
        counts=counts,
        cases=assigned,
    )


def hash_cases(cases: Sequence[Case], recipe: Recipe) -> Job[tuple[list[Case], list[Hashes], tuple[Skipped, ...]]]:
    """Return the readable cases, their hashes as the model sees them, and skipped rows; one slice is held at a time."""
    return (
        yield from map_slices(
            cases, lambda _, slice_: hash_turns(prepared_tensor(slice_, recipe.input)[0]), "Hashing slices"
        )
    )


def _published(cases: Sequence[Case], group_of: Sequence[int], rule: SplitPart, seed: int) -> list[str]:
    """Return the part of each case by its name, validation cut out of train by groups if no pattern names it."""
    patterns: dict[str, re.Pattern[str]] = {part: re.compile(text) for part, text in rule.published.items()}
    if not {"train", "test"} <= patterns.keys():
        raise Refusal(TrainingCode.SPLIT, "split.published must tell train and test from each other by a pattern each.")
    parts = [_published_part(case.name, patterns) for case in cases]
    if "validation" in patterns or rule.validation == 0:
        return parts
    inside = [number for number, part in enumerate(parts) if part == "train"]
    whole = rule.train + rule.validation
    shares = {"train": rule.train / whole, "validation": rule.validation / whole, "test": 0.0}
    labels, groups = [cases[number].labels for number in inside], [group_of[number] for number in inside]
    part_of = deal_groups(labels, groups, shares, seed)
    for number in inside:
        parts[number] = part_of[group_of[number]]
    return parts


def _published_part(name: str, patterns: Mapping[str, re.Pattern[str]]) -> str:
    parts = [part for part, pattern in patterns.items() if pattern.search(name)]
    if len(parts) == 1:
        return parts[0]
    said = f"several parts: {', '.join(parts)}" if parts else "no part"
    raise Refusal(TrainingCode.SPLIT, f"{name}: the recipe's published patterns give it {said}.")


def _check_parts(cases: Sequence[Case], group_of: Sequence[int], parts: Sequence[str], rule: SplitPart) -> None:
    """Raise `Refusal` (SPLIT) unless every part has a case of every label."""
    present = {(part, label) for case, part in zip(cases, parts, strict=True) for label in case.labels}
    wanted = [part for part in PARTS if getattr(rule, part) > 0]
    for label in sorted({label for case in cases for label in case.labels}):
        if lacking := [part for part in wanted if (part, label) not in present]:
            if rule.protocol != "grouped":
                words = f"There are no pictures of {label} to give the {' and the '.join(lacking)} part one."
                raise Refusal(TrainingCode.SPLIT, words)
            numbers = [number for number, case in enumerate(cases) if label in case.labels]
            sizes = Counter(group_of[number] for number in numbers)
            raise Refusal(TrainingCode.SPLIT, _describe_few_groups(label, [cases[n] for n in numbers], sizes, lacking))


def _describe_few_groups(label: str, cases: Sequence[Case], sizes: Counter[int], lacking: Sequence[str]) -> str:
    """Return why the groups of a label do not reach for every part, and what can be done."""
    persons = {case.person: case.told_by for case in cases}
    told = sorted(set(persons.values()) - {ToldBy.NOTHING})
    are = "one group" if len(sizes) == 1 else f"{len(sizes)} groups, the largest of {max(sizes.values())}"
    why, ways = "", ["add pictures of other persons" if told else "add other pictures"]
    if len(sizes) < len(persons):
        why = ", since near-duplicates, however turned, mirrored or inverted, are kept together"
        ways.append("lower split.duplicate_distance if they only look alike")
    elif told:
        count = "one person" if len(persons) == 1 else f"{len(persons)} persons"
        why = f", since they show {count} (told by {' and '.join(told)}) and nobody is put on two sides"
    if set(told) & {ToldBy.PATIENT, ToldBy.STUDY, ToldBy.VOLUME}:
        ways.append("say by cases.person_patterns or a table who is who if the files say it wrong")
    ways.append(f"give no share to split.{' and split.'.join(lacking)}")
    words = f"There are too few groups of {label} to give the {' and the '.join(lacking)} part one"
    return f"{words}: its {len(cases)} pictures are {are}{why}. Either {', or '.join(ways)}."


def deal_groups(
    labels: Sequence[Sequence[str]], group_of: Sequence[Group], shares: Mapping[str, float], seed: int
) -> dict[Group, str]:
    """Deal out the greatest groups first, each to the part that lacks most of its labels; the seed orders ties.

    `labels` and `group_of` are those of each case; `shares` of the parts add up to 1.
    """
    content: dict[Group, Counter[str]] = {}
    for of_case, group in zip(labels, group_of, strict=True):
        # Those without any label are dealt out evenly too.
        content.setdefault(group, Counter()).update(of_case or ("",))
    totals: Counter[str] = sum(content.values(), Counter())
    lacking = {part: {label: share * count for label, count in totals.items()} for part, share in shares.items()}
    drawn = dict(zip(content, np.random.default_rng(seed).permutation(len(content)).tolist(), strict=True))
    order = sorted(content, key=lambda group: (-sum(content[group].values()), drawn[group]))
    part_of: dict[Group, str] = {}
    for group in order:
        held = content[group]

        def need(part: str, held: Counter[str] = held) -> float:
            return sum(
                count * lacking[part][label] / max(shares[part] * totals[label], 1e-9) for label, count in held.items()
            )

        best = max((part for part, share in shares.items() if share > 0), key=need)
        part_of[group] = best
        for label, count in held.items():
            lacking[best][label] -= count
    return part_of


def save_split(split: Split, path: Path) -> None:
    """Write the split's file."""
    write_with_folder(path, split.to_bytes())


def load_split(path: Path) -> Split:
    """Return a split from its file. Raises `Refusal` (SPLIT) for a file that is damaged or not one of ours."""
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


def group_cases(cases: Sequence[Case], duplicates: NearDuplicates) -> tuple[list[int], dict[str, int]]:
    """Return the group number of each case, and the counts of grouping."""
    parent = list(range(len(cases)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    first_of_person: dict[str, int] = {}
    for number, case in enumerate(cases):
        parent[root(number)] = root(first_of_person.setdefault(case.person, number))
    for members in duplicates.members:
        for number in members[1:]:
            parent[root(number)] = root(members[0])
    for first, second in duplicates.near:
        parent[root(duplicates.members[first][0])] = root(duplicates.members[second][0])
    roots = [root(number) for number in range(len(cases))]
    numbers = {one: number for number, one in enumerate(dict.fromkeys(roots))}
    sizes = Counter(roots)
    counts = {
        **count_persons([(case.person, case.told_by, case.label) for case in cases]),
        "near_duplicate_pairs": duplicates.pairs(lambda _: None),
        "pairs_across_persons": _count_pairs_across_persons(cases, duplicates),
        "pairs_across_labels": duplicates.pairs_across(lambda number: cases[number].label),
        "groups": len(numbers),
        "largest_group": max(sizes.values(), default=0),
    }
    return [numbers[one] for one in roots], counts


def _count_pairs_across_persons(cases: Sequence[Case], duplicates: NearDuplicates) -> int:
    """Count near pairs of two persons who are known."""
    known = [case.told_by is not ToldBy.NOTHING for case in cases]
    both = duplicates.pairs(lambda number: "known" if known[number] else number)
    return both - duplicates.pairs(lambda number: cases[number].person if known[number] else number)


def count_leaks(cases: Sequence[Case], duplicates: NearDuplicates, parts: Sequence[str]) -> dict[str, int]:
    """Count files, near-duplicates and persons on several sides, and the test cases that train or validation know."""
    seen = ("train", "validation")
    same_file: defaultdict[str, list[int]] = defaultdict(list)
    of_person: defaultdict[str, list[int]] = defaultdict(list)
    for number, case in enumerate(cases):
        same_file[case.sha256 or f"unread {number}"].append(number)
        if case.told_by is not ToldBy.NOTHING:
            of_person[case.person].append(number)
    held = [{parts[position] for position in members} for members in duplicates.members]
    near_test = 0
    for number, near in enumerate(duplicates.neighbours()):
        if any(part in held[one] for one in near for part in seen):
            near_test += sum(parts[position] == "test" for position in duplicates.members[number])
    leaks = {
        "leak_same_file_pairs": _pairs_across(same_file.values(), parts),
        "leak_near_duplicate_pairs": duplicates.pairs_across(lambda number: parts[number]),
        "leak_persons": sum(len({parts[number] for number in members}) > 1 for members in of_person.values()),
        "test_cases_same_file_seen": _test_seen(same_file.values(), parts),
        "test_cases_near_duplicate_seen": near_test,
        "test_cases_person_seen": _test_seen(of_person.values(), parts),
    }
    # Where nobody is known, nobody can be counted.
    return {key: count for key, count in leaks.items() if of_person or "person" not in key}


def _pairs_across(groups: Iterable[Sequence[int]], parts: Sequence[str]) -> int:
    held = [Counter(parts[number] for number in members) for members in groups]
    return sum(one * other for keys in held for one, other in combinations(keys.values(), 2))


def _test_seen(groups: Iterable[Sequence[int]], parts: Sequence[str]) -> int:
    """Count test cases of whose group something was seen before the test."""
    count = 0
    for members in groups:
        held = Counter(parts[number] for number in members)
        count += held["test"] if held["train"] or held["validation"] else 0
    return count
