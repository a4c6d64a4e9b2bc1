"""A stranger's folder: which class each picture belongs to, and one look at every picture.

Without a recipe the class is guessed: it is the deepest level of folders whose names come again under most parents
(modality/age), so that folders of single patients are not taken for classes.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imaging.base.errors import Code, Refusal, Skipped
from imaging.base.progress import Job, Progress
from imaging.volume.volume import Slice
from inference.contract.contract import InputSpec
from training.audit.features import Value, grey_picture, measure_features
from training.data.dataset import Case, case_of, prepared_tensor, slices_of
from training.data.forms import FoundPicture, files_below, is_picture
from training.data.perceptual_hash import Hashes, hash_turns
from training.recipe.codes import TrainingCode

LEAST_SIDE = 100
"""Pictures with a shorter side are called low-resolution."""
_MOST_CLASSES = 60
_MOST_COLLECTIONS = 12
_PART = re.compile(r"(?i)(?:^|(?<=[/_\-. ]))(train(?:ing)?|val(?:id(?:ation)?)?|test(?:ing)?)(?=[/_\-. ]|$)")


@dataclass(frozen=True)
class GuessedCases:
    """The pictures of a folder with the classes that were guessed."""

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
    """List the pictures of a folder with their classes, by the named levels or by a guess.

    Raises `Refusal`: MISSING for a folder that does not exist, CASES if nothing can be guessed, EMPTY_CLASS if
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
    position, said = _named_level(folder, folders, levels, label) if levels else _guessed_level(folder, folders)
    cases: list[Case] = []
    skipped: list[Skipped] = []
    digests: dict[Path, str] = {}
    for number, (path, parts) in enumerate(zip(pictures, folders, strict=True), start=1):
        if len(parts) <= position:
            name = path.relative_to(folder).as_posix()
            skipped.append(Skipped(name, TrainingCode.CASES, "The picture lies in no class's folder."))
            continue
        facts = tuple(zip(levels, parts, strict=True)) if levels else ()
        cases.append(case_of(FoundPicture(path, (parts[position],), facts=facts), folder, persons, digests))
        yield Progress("Reading files", number, len(pictures))
    if len({case.label for case in cases}) < 2:
        raise Refusal(TrainingCode.EMPTY_CLASS, f"{folder}: there is one class only, and it takes two to compare.")
    ordered = tuple(sorted(cases, key=lambda case: (case.label, case.name)))
    return GuessedCases(ordered, said, tuple(skipped), others)


def _named_level(
    folder: Path, folders: Sequence[tuple[str, ...]], levels: Sequence[str], label: str
) -> tuple[int, str]:
    """Return the level that the user names, and the sentence that says so."""
    if label not in levels:
        raise Refusal(TrainingCode.CASES, f"--label must be one of the levels: {', '.join(levels)}.")
    depths = {len(parts) for parts in folders}
    if depths - {len(levels)}:
        there = " and ".join(map(str, sorted(depths)))
        raise Refusal(TrainingCode.CASES, f"{folder}: pictures lie {there} folders deep, not {len(levels)}.")
    return levels.index(label), f"the level {label} of {'/'.join(levels)}"


def _guessed_level(folder: Path, folders: Sequence[tuple[str, ...]]) -> tuple[int, str]:
    """Return the level (from 0) whose folder names are most likely the classes, and the sentence that says so."""
    deep = Counter(len(parts) for parts in folders)
    common = max(deep, key=lambda depth: (deep[depth], depth), default=0)
    position = None
    for level in range(common):
        below = [parts[: level + 1] for parts in folders if len(parts) > level]
        if all(_PART.fullmatch(parts[-1]) for parts in below):
            continue
        if not _is_crossed(below):
            break
        position = level
    if position is None:
        there = "the folders do not tell the classes" if folders else "there are no pictures in this folder"
        raise Refusal(
            TrainingCode.CASES,
            f"{folder}: {there}. Give a folder for each class, or say how with --levels or --recipe.",
        )
    names = sorted({parts[position] for parts in folders if len(parts) > position})
    return position, f"guessed from the folders at level {position + 1}: {', '.join(names)}"


def _is_crossed(folders: Sequence[tuple[str, ...]]) -> bool:
    """Return whether the last level has the same few names under most of its parents."""
    parents = {parts[:-1] for parts in folders}
    under = Counter(name for _, name in {(parts[:-1], parts[-1]) for parts in folders})
    return 2 <= len(under) <= _MOST_CLASSES and all(count * 2 > len(parents) for count in under.values())


def find_collections(names: Sequence[str]) -> list[tuple[str, str]] | None:
    """Return (collection, part) of each picture as its path tells it, for example ("sartaj-training", "train").

    None if the paths tell no train and test, or more than a dozen collections.
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


@dataclass(frozen=True)
class SurveyedPicture:
    """One picture that could be read."""

    case: Case
    rows: int
    columns: int
    pixels_sha256: str
    """Of the stored pixels: equal if two files hold the same picture, however it is wrapped."""
    hashes: Hashes
    """The 64-bit DCT hashes of the slice as the model sees it, under each flip and turn."""
    features: dict[str, Value]

    @property
    def is_small(self) -> bool:
        """Whether the shorter side is below `LEAST_SIDE` pixels."""
        return min(self.rows, self.columns) < LEAST_SIDE

    @property
    def is_blank(self) -> bool:
        """Whether every pixel has the same value."""
        return self.features["contrast"] == 0.0


@dataclass(frozen=True)
class Survey:
    """All pictures of a folder."""

    seen: tuple[SurveyedPicture, ...]
    skipped: tuple[Skipped, ...]


def survey_pictures(cases: Sequence[Case], spec: InputSpec) -> Job[Survey]:
    """Look at every case; one that cannot be read is a row of `skipped`."""
    seen: list[SurveyedPicture] = []
    skipped: list[Skipped] = []
    for done, (case, slice_) in enumerate(slices_of(cases), start=1):
        try:
            if isinstance(slice_, Refusal):
                raise slice_
            seen.append(_seen(case, slice_, spec))
        except Refusal as refusal:
            skipped.append(Skipped.because(case.name, refusal))
        yield Progress("Looking at pictures", done, len(cases))
    return Survey(tuple(seen), tuple(skipped))


def _seen(case: Case, slice_: Slice, spec: InputSpec) -> SurveyedPicture:
    stored = np.ascontiguousarray(slice_.stored)
    digest = hashlib.sha256(f"{stored.dtype.str} {stored.shape}".encode())
    digest.update(stored.tobytes())
    return SurveyedPicture(
        case=case,
        rows=stored.shape[0],
        columns=stored.shape[1],
        pixels_sha256=digest.hexdigest(),
        hashes=hash_turns(prepared_tensor(slice_, spec)[0]),
        features=measure_features(case.path, slice_, grey_picture(slice_)),
    )
