"""Which class each picture of a stranger's folder belongs to, guessed where no recipe says it; and its published part.

The class is the deepest level of folders whose names come again under most parents (modality/age), so that folders of
single patients are not taken for classes.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from imaging.base.errors import Code, Refusal, Skipped
from imaging.base.progress import Job, Progress
from training.data.dataset import Case, case_of
from training.data.forms import Found, files_below, is_picture
from training.recipe.codes import TrainingCode

_MOST_CLASSES = 60
_MOST_COLLECTIONS = 12
_PART = re.compile(r"(?i)(?:^|(?<=[/_\-. ]))(train(?:ing)?|val(?:id(?:ation)?)?|test(?:ing)?)(?=[/_\-. ]|$)")


@dataclass(frozen=True)
class GuessedCases:
    """What was guessed of a folder."""

    cases: tuple[Case, ...]
    said: str
    """How the classes were told, for the report."""
    skipped: tuple[Skipped, ...]
    """Pictures outside of every class."""
    others: int
    """Files that are no pictures and were left alone."""


def guess_cases(
    folder: Path, *, levels: Sequence[str] = (), label: str = "", persons: Sequence[str] = ()
) -> Job[GuessedCases]:
    """The pictures of a folder with their classes, by the named levels or by a guess.

    Raises `Refusal`: MISSING for a folder that is not there, CASES where nothing can be guessed, EMPTY_CLASS where
    there are not two classes with pictures.
    """
    if not folder.is_dir():
        raise Refusal(Code.MISSING, f"{folder}: there is no such folder.")
    pictures: list[Path] = []
    others = 0
    for number, path in enumerate(files_below(folder), start=1):
        if is_picture(path):
            pictures.append(path)
        else:
            others += 1
        yield Progress("Looking for pictures", number)
    folders = [path.relative_to(folder).parts[:-1] for path in pictures]
    place, said = _named_level(folder, folders, levels, label) if levels else _guessed_level(folder, folders)
    cases: list[Case] = []
    skipped: list[Skipped] = []
    digests: dict[Path, str] = {}
    for number, (path, parts) in enumerate(zip(pictures, folders, strict=True), start=1):
        if len(parts) <= place:
            name = path.relative_to(folder).as_posix()
            skipped.append(Skipped(name, TrainingCode.CASES, "The picture lies in no class's folder."))
            continue
        facts = tuple(zip(levels, parts, strict=True)) if levels else ()
        cases.append(case_of(Found(path, (parts[place],), facts=facts), folder, persons, digests))
        yield Progress("Reading files", number, len(pictures))
    if len({case.label for case in cases}) < 2:
        raise Refusal(TrainingCode.EMPTY_CLASS, f"{folder}: there is one class only, and it takes two to compare.")
    ordered = tuple(sorted(cases, key=lambda case: (case.label, case.name)))
    return GuessedCases(ordered, said, tuple(skipped), others)


def _named_level(
    folder: Path, folders: Sequence[tuple[str, ...]], levels: Sequence[str], label: str
) -> tuple[int, str]:
    """The level that the user names, and the sentence that says so."""
    if label not in levels:
        raise Refusal(TrainingCode.CASES, f"--label must be one of the levels: {', '.join(levels)}.")
    depths = {len(parts) for parts in folders}
    if depths - {len(levels)}:
        there = " and ".join(map(str, sorted(depths)))
        raise Refusal(TrainingCode.CASES, f"{folder}: pictures lie {there} folders deep, not {len(levels)}.")
    return levels.index(label), f"the level {label} of {'/'.join(levels)}"


def _guessed_level(folder: Path, folders: Sequence[tuple[str, ...]]) -> tuple[int, str]:
    """The level (from 0) whose folder names are most likely the classes, and the sentence that says so."""
    deep = Counter(len(parts) for parts in folders)
    common = max(deep, key=lambda depth: (deep[depth], depth), default=0)
    place = None
    for level in range(common):
        below = [parts[: level + 1] for parts in folders if len(parts) > level]
        if all(_PART.fullmatch(parts[-1]) for parts in below):
            continue
        if not _is_crossed(below):
            break
        place = level
    if place is None:
        there = "the folders do not tell the classes" if folders else "there are no pictures in this folder"
        raise Refusal(
            TrainingCode.CASES,
            f"{folder}: {there}. Give a folder for each class, or say how with --levels or --recipe.",
        )
    names = sorted({parts[place] for parts in folders if len(parts) > place})
    return place, f"guessed from the folders at level {place + 1}: {', '.join(names)}"


def _is_crossed(folders: Sequence[tuple[str, ...]]) -> bool:
    """True where the last level has the same few names under most of its parents."""
    parents = {parts[:-1] for parts in folders}
    under = Counter(name for _, name in {(parts[:-1], parts[-1]) for parts in folders})
    return 2 <= len(under) <= _MOST_CLASSES and all(count * 2 > len(parents) for count in under.values())


def find_collections(names: Sequence[str]) -> list[tuple[str, str]] | None:
    """(collection, part) of each picture as its path tells it, for example ("sartaj-training", "train").

    None where the paths tell no train and test, or more than a dozen collections.
    """
    found: list[tuple[str, str]] = []
    for name in names:
        match = _PART.search(name)
        if match is None:
            return None
        start = name.rfind("/", 0, match.start()) + 1
        found.append((name[start : match.end()], _part(match[1])))
    parts = {part for _, part in found}
    return found if {"train", "test"} <= parts and len(set(found)) <= _MOST_COLLECTIONS else None


def _part(word: str) -> str:
    return next(part for part in ("train", "validation", "test") if part.startswith(word.lower()[:3]))
