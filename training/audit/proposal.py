"""A first recipe for a stranger's folder: what the audit's guess of classes, a few opened files and the names tell."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from imaging.base.errors import Refusal, Skipped
from imaging.base.progress import Job, Progress
from imaging.volume.series import Format
from imaging.volume.volume import Slice
from training.audit.survey import GuessedCases, guess_cases, name_part
from training.data.dataset import Case, list_cases, slices_of
from training.data.forms import guess_delimiter
from training.data.persons import ToldBy, count_persons, describe_persons
from training.data.split import PARTS, Split, hash_cases, make_split
from training.recipe.recipe import Recipe, SplitPart, TrainingCode

_OPENED = 48
_MOST_FOLDERS = 6
_SHOWINGS = 12_000
_DISTANCES, _ENOUGH_GROUPS = (4, 2, 0), 12
_PERSONS = (
    r"(?i)(?:^|[_\-. ])((?:person|patient|pat|subject|subj|sub|volunteer|proband|case)[_\- ]?\d+)",
    # All up to the last number, if there is a number in it: IM-0115-0001.jpeg, GA25-z067.png.
    r"^(.*\d)[_\-. ]+[^\d]*\d+\.\w+$",
)
_NORMAL = re.compile(r"(?i)(normal|healthy|negative|controls?|no[ _-]?(tumou?r|findings?|disease|pneumonia))")
_LABEL_COLUMNS = re.compile(r"(?i)(label|class|diagnosis|dx|target|category|finding|age|grade)s?")
_PERSON_COLUMNS = re.compile(r"(?i)(patient|person|subject|proband)s?([_ -]?(id|nr|no|number))?")
_ROWS_READ = 5000


@dataclass(frozen=True)
class Proposal:
    """The facts of a folder that a first recipe states."""

    folder: str
    told_by: str
    """How the classes were told, in words."""
    counts: dict[str, int]
    """Label -> its pictures, in the order of labels."""
    source: dict[str, Any]
    """`cases.source`."""
    persons: tuple[str, ...]
    """Patterns that seem to tell whom a picture shows."""
    persons_said: str
    parts: dict[str, str]
    """`split.published`, if folders tell train and test."""
    modality: tuple[str, ...]
    body_part: tuple[str, ...]
    opened: int
    """Files that were looked into."""
    are_volumes: bool
    side: int
    epochs: int
    batch: int
    skipped: tuple[Skipped, ...]

    @property
    def normal(self) -> str | None:
        """The label that seems to say that nothing was found."""
        return next((label for label in self.counts if _NORMAL.fullmatch(label)), None)

    @property
    def pictures(self) -> int:
        """How many there are."""
        return sum(self.counts.values())


def propose(folder: Path, levels: Sequence[str] = (), label: str = "", persons: Sequence[str] = ()) -> Job[Proposal]:
    """Look at a folder: by its table if no folders tell the classes. Raises `Refusal` as `guess_cases` does."""
    folder = folder.absolute()  # as in `list_cases`
    try:
        guess = yield from guess_cases(folder, levels=levels, label=label, persons=persons)
    except Refusal as refusal:
        found = _guess_table(folder) if refusal.code is TrainingCode.CASES and not levels else None
        if found is None:
            raise
        source, counts, paths = found
        return (
            yield from _proposal(folder, counts, source, f"the table {source['file']}", paths, _table_person(source))
        )
    counts = Counter(case.label for case in guess.cases)
    source = {"form": "levels", "levels": list(levels), "label": label} if levels else _source_of(guess)
    told = _persons(guess, persons, len(counts))
    paths = {name: [case.path for case in guess.cases if case.label == name] for name in counts}
    made = yield from _proposal(folder, dict(sorted(counts.items())), source, guess.said, paths, told, guess)
    return made


def _proposal(
    folder: Path,
    counts: dict[str, int],
    source: dict[str, Any],
    told_by: str,
    paths: dict[str, list[Path]],
    persons: tuple[tuple[str, ...], str],
    guess: GuessedCases | None = None,
) -> Job[Proposal]:
    opened: list[Slice] = yield from _open_some(paths)
    if not opened:
        raise Refusal(TrainingCode.EMPTY_CLASS, f"{folder}: none of the pictures that were tried can be read.")
    learnt = round(0.7 * sum(counts.values()))
    return Proposal(
        folder=folder.resolve().name,
        told_by=told_by,
        counts=counts,
        source=source,
        persons=persons[0],
        persons_said=persons[1],
        parts={} if guess is None else _parts([case.name for case in guess.cases]),
        modality=tuple(sorted({one.series.modality.upper() for one in opened} - {""})),
        body_part=tuple(sorted({one.series.acquisition.body_part.upper() for one in opened} - {""})),
        opened=len(opened),
        are_volumes=any(one.series.format is not Format.RASTER and one.series.slices > 1 for one in opened),
        side=128 if max(max(one.stored.shape[:2]) for one in opened) <= 128 else 224,
        epochs=min(40, max(8, -(-_SHOWINGS // max(1, learnt)))),
        batch=next(size for size, least in ((32, 640), (16, 160), (8, 0)) if learnt >= least),
        skipped=() if guess is None else guess.skipped,
    )


@dataclass(frozen=True)
class SplitTrial:
    """How the cases of a folder can be divided as a first recipe says."""

    distance: int
    """`split.duplicate_distance`: the widest of those tried that leaves enough groups of every label."""
    groups: int
    grouped_by: str
    tests: dict[str, int]
    """Label -> its test cases; empty if there is no way to divide them."""
    refusal: str
    """Why there is none; else empty."""
    skipped: tuple[Skipped, ...]


def try_split(folder: Path, recipe: Recipe) -> Job[SplitTrial]:
    """Divide the cases, if need be at smaller distances: smooth pictures are all near-duplicates of each other."""
    cases, hashes, skipped = yield from hash_cases(list_cases(folder, recipe), recipe)
    found: SplitTrial | None = None
    refusal = ""
    for distance in _DISTANCES:
        rule = recipe.split.model_copy(update={"duplicate_distance": distance})
        yield Progress(f"Trying a split at distance {distance}", 1, 1)
        try:
            split = make_split(cases, hashes, rule=rule, seed=recipe.fit.seed)
        except Refusal as refused:
            refusal = refusal or refused.message
            continue
        tests = Counter(one.label for one in split.cases if one.part == "test")
        by_label = {label: tests[label] for label in recipe.task.names}
        found = SplitTrial(distance, split.counts["groups"], split.grouped_by, by_label, "", skipped)
        if found.groups >= _ENOUGH_GROUPS and _is_fair(split, rule):
            break
    return found or SplitTrial(_DISTANCES[0], 0, "", {}, refusal, skipped)


def _is_fair(split: Split, rule: SplitPart) -> bool:
    """Tell whether every part has at least half of what it should have of each label."""
    held = Counter((one.part, one.label) for one in split.cases)
    totals = Counter(one.label for one in split.cases)
    return all(held[part, label] >= getattr(rule, part) * totals[label] / 2 for part in PARTS for label in totals)


def _open_some(paths: dict[str, list[Path]]) -> Job[list[Slice]]:
    """Read a few files of every class, as evenly as they come."""
    each = max(1, _OPENED // max(1, len(paths)))
    tried = [path for of_label in paths.values() for path in of_label[:: max(1, len(of_label) // each)][:each]][
        :_OPENED
    ]
    cases = [Case(path, path.name, (), path.name, "") for path in tried]
    opened = []
    for done, (_, slice_) in enumerate(slices_of(cases), start=1):
        if not isinstance(slice_, Refusal):
            opened.append(slice_)
        yield Progress("Looking into some files", done, len(cases))
    return opened


def _source_of(guess: GuessedCases) -> dict[str, Any]:
    """Return `cases.source`: a folder or a few for each label, or, where there are many, a pattern of paths."""
    folders: dict[str, set[str]] = {}
    for case in guess.cases:
        inside = PurePosixPath(case.name).parts[: guess.level + 1]
        folders.setdefault(case.label, set()).add("/".join(inside))
    if all(found == {label} for label, found in folders.items()):
        return {"form": "folders"}
    if max(map(len, folders.values())) > _MOST_FOLDERS:
        before = "[^/]+/" * guess.level
        return {"form": "names", "patterns": {label: f"^{before}{re.escape(label)}/" for label in sorted(folders)}}
    return {"form": "folders", "folders": {label: sorted(found) for label, found in sorted(folders.items())}}


def _persons(guess: GuessedCases, given: Sequence[str], classes: int) -> tuple[tuple[str, ...], str]:
    """Return patterns of persons, and in words how sure that is."""
    if given:
        return tuple(given), "as given"
    counts = count_persons([(case.person, case.told_by, case.label) for case in guess.cases])
    by_file = f"the files tell it: {describe_persons(counts).removeprefix('of ')}" if counts["persons"] else ""
    if all(case.told_by in (ToldBy.PATIENT, ToldBy.STUDY) for case in guess.cases):
        return (), by_file
    names = [PurePosixPath(case.name) for case in guess.cases]
    # A person's folder lies below the class's, or the class's in the person's.
    folders = ("^" + "[^/]+/" * level + "([^/]+)/" for level in (guess.level + 1, *range(guess.level)))
    for patterns in (*((one,) for one in folders), _PERSONS):
        matches = [_first_match(patterns, name) for name in names]
        told = Counter(one for one in matches if one)
        # One name for nearly all, or for each its own, tells nobody; nor do the folders of the classes.
        is_telling = told.total() > 0.8 * len(names) and 3 * classes <= len(told) < 0.9 * told.total()
        if is_telling and max(told.values()) < 0.25 * len(names):
            example = next(name for name, one in zip(names, matches, strict=True) if one)
            said = f"guessed: {len(told):,} persons, for example {_first_match(patterns, example)} of {example}"
            return tuple(one for one in patterns if any(_first_match((one,), name) for name in names)), said
    return (), by_file


def _first_match(patterns: Sequence[str], name: PurePosixPath) -> str:
    found = (re.search(one, str(name) if "/" in one else name.name) for one in patterns)
    return next((match[1] for match in found if match), "")


def _parts(names: Sequence[str]) -> dict[str, str]:
    """Return `split.published` if the outermost folders are the parts of a split."""
    outermost = {PurePosixPath(name).parts[0] for name in names}
    told = {one: name_part(one) for one in sorted(outermost)}
    if None in told.values() or not {"train", "test"} <= set(told.values()):
        return {}
    return {part: f"^{re.escape(one)}/" for one, part in told.items() if part is not None}


def _guess_table(folder: Path) -> tuple[dict[str, Any], dict[str, int], dict[str, list[Path]]] | None:
    """Return source, counts and paths of the folder's one CSV table, if it names pictures and few labels."""
    tables = sorted(folder.glob("*.csv"))
    if len(tables) != 1:
        return None
    try:
        text = tables[0].read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    rows = list(csv.DictReader(text.splitlines(), delimiter=guess_delimiter(text)))[:_ROWS_READ]
    columns = [column for column in (rows[0] if rows else {}) if column]
    path = next((one for one in columns if all((folder / (row[one] or "\0")).is_file() for row in rows[:20])), None)
    label = next((one for one in columns if _LABEL_COLUMNS.fullmatch(one) and one != path), None)
    if path is None or label is None:
        return None
    counts = Counter(row[label] for row in rows if row[label])
    person = next((one for one in columns if _PERSON_COLUMNS.fullmatch(one)), None)
    source = {"form": "table", "file": tables[0].name, "path": path, "labels": [label]}
    source |= {} if person is None else {"person": person}
    paths = {name: [folder / row[path] for row in rows if row[label] == name] for name in counts}
    return source, dict(sorted(counts.items())), paths


def _table_person(source: dict[str, Any]) -> tuple[tuple[str, ...], str]:
    return (), f"the column {source['person']} of the table" if "person" in source else ""
