"""A whole audit: survey, duplicates and shortcuts of one data folder, and its content as JSON and CSV."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from imaging.base.errors import Refusal, Skipped
from imaging.base.progress import Job, Progress
from training.audit.duplicates import DISTANCE, Duplicates, Pair, find_duplicates
from training.audit.shortcuts import FoldedCases, Shortcut, combine_features, deal_folds, judge_feature
from training.audit.survey import FEATURES, HASHED, Survey, find_collections, guess_cases, survey_pictures
from training.data.dataset import Case, list_cases
from training.data.persons import ToldBy, number_persons
from training.recipe.recipe import Recipe, TrainingCode

_NOT_TOGETHER = {"size", "jpeg_tables"}
_COLUMNS = ("name", "class", "person", "group", "height", "width", "sha256", "pixels_sha256", "phash")


@dataclass(frozen=True)
class FolderHints:
    """Where the classes are if no recipe says it: named folder levels, and patterns of persons in names."""

    levels: tuple[str, ...] = ()
    label: str = ""
    persons: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Audit:
    """Everything that was found of a data folder."""

    name: str
    classes_told_by: str
    labels: tuple[str, ...]
    survey: Survey
    skipped: tuple[Skipped, ...]
    """Files that could not be read, and pictures outside of every class."""
    others: int
    """Files that are no pictures."""
    parts: tuple[tuple[str, str], ...] | None
    """(collection, part) of each picture if paths tell a published split."""
    duplicates: Duplicates
    shortcuts: tuple[Shortcut, ...]
    """Strongest first; empty if a class is too small to judge."""
    combined: Shortcut | None
    distance: int


def audit_folder(folder: Path, recipe: Recipe | None = None, hints: FolderHints = FolderHints()) -> Job[Audit]:
    """Audit by a recipe's labels and input or by a guess; what cannot be read is skipped. Raises `Refusal`."""
    folder = folder.absolute()  # as in `list_cases`
    outside: tuple[Skipped, ...] = ()
    others = 0
    if recipe is None:
        guess = yield from guess_cases(folder, levels=hints.levels, label=hints.label, persons=hints.persons)
        cases, said, outside, others = guess.cases, guess.said, guess.skipped, guess.others
    else:
        cases, said = list_cases(folder, recipe), f"the recipe {recipe.bundle.id} ({recipe.cases.source.form})"
    found = yield from survey_pictures(cases, HASHED if recipe is None else recipe.input)
    if not found.seen:
        raise Refusal(TrainingCode.EMPTY_CLASS, f"{folder}: none of the {len(cases)} pictures can be read.")
    seen = [one.case for one in found.seen]
    labels = tuple(recipe.task.names) if recipe is not None else tuple(sorted({case.label for case in seen}))
    parts = _parts(seen, recipe)
    distance = DISTANCE if recipe is None else recipe.split.duplicate_distance
    yield Progress("Looking for duplicates", 0, None)
    duplicates = find_duplicates(found.seen, parts, distance)
    shortcuts, combined = yield from _shortcuts(found, duplicates, labels)
    return Audit(
        name=folder.resolve().name,
        classes_told_by=said,
        labels=labels,
        survey=found,
        skipped=(*outside, *found.skipped),
        others=others,
        parts=None if parts is None else tuple(parts),
        duplicates=duplicates,
        shortcuts=tuple(sorted(shortcuts, key=lambda one: -one.best_auc.low)),
        combined=combined,
        distance=distance,
    )


def _parts(cases: Sequence[Case], recipe: Recipe | None) -> list[tuple[str, str]] | None:
    """Return (collection, part) of each picture, by the collections that paths show, else by the recipe's patterns."""
    names = [case.name for case in cases]
    if shown := find_collections(names):
        return shown
    patterns = {} if recipe is None else {part: re.compile(text) for part, text in recipe.split.published.items()}
    told = [next((part for part, pattern in patterns.items() if pattern.search(name)), None) for name in names]
    return [(part, part) for part in told if part is not None] if patterns and None not in told else None


def _shortcuts(
    found: Survey, duplicates: Duplicates, labels: Sequence[str]
) -> Job[tuple[list[Shortcut], Shortcut | None]]:
    cases = _fold_cases(found, duplicates, labels)
    if cases is None:
        return [], None
    values = {name: [one.features[name] for one in found.seen] for name in FEATURES}
    shortcuts: list[Shortcut] = []
    for done, (name, column) in enumerate(values.items(), start=1):
        if (one := judge_feature(name, column, cases)) is not None:
            shortcuts.append(one)
        yield Progress("Judging what gives the class away", done, len(values))
    telling = {one.feature: values[one.feature] for one in shortcuts if one.feature not in _NOT_TOGETHER}
    return shortcuts, combine_features(telling, cases) if telling else None


def _fold_cases(found: Survey, duplicates: Duplicates, labels: Sequence[str]) -> FoldedCases | None:
    """Deal the cases of the classes that are there; a case of several labels counts under all of them joined."""
    held = Counter(one.case.label for one in found.seen)
    names = [label for label in labels if label in held] + sorted(held.keys() - set(labels))
    number = {name: position for position, name in enumerate(names)}
    of_case = np.array([number[one.case.label] for one in found.seen], dtype=np.int64)
    return deal_folds(of_case, duplicates.groups, names)


def audit_json(found: Audit) -> bytes:
    """Return the findings as JSON: counts, skipped files, leaks, pairs across classes and parts, shortcuts."""
    seen = found.survey.seen

    def rows(pairs: Sequence[Pair]) -> list[dict[str, object]]:
        named = ((pair, [seen[number].case.name for number in (pair.first, pair.second)]) for pair in pairs)
        return [
            {"pictures": names, "kind": pair.kind, "bits": pair.distance, "turn": pair.turn} for pair, names in named
        ]

    content = {
        "version": 1,
        "folder": found.name,
        "classes_told_by": found.classes_told_by,
        "pictures": len(seen),
        "by_class": dict(Counter(one.case.label for one in seen)),
        "not_pictures": found.others,
        "skipped": [{"path": row.path, "code": row.code.value, "message": row.message} for row in found.skipped],
        "low_resolution": [one.case.name for one in seen if one.is_small],
        "blank": [one.case.name for one in seen if one.is_blank],
        "duplicates": {"distance": found.distance, **found.duplicates.counts},
        "across_classes": rows(found.duplicates.across_classes),
        "across_parts": rows(found.duplicates.across_parts),
        "leaks": [asdict(leak) for leak in found.duplicates.leaks],
        "shortcuts": [_shortcut(one) for one in found.shortcuts],
        "all_features_together": None if found.combined is None else _shortcut(found.combined),
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def _shortcut(one: Shortcut) -> dict[str, object]:
    plain = {name: getattr(one, name) for name in ("feature", "strength", "best_label")}
    intervals = {name: getattr(one, name).model_dump() for name in ("best_auc", "auc", "balanced_accuracy")}
    return {**plain, **intervals, "by_class": one.by_class}


def audit_csv(found: Audit) -> bytes:
    """Return one row a picture: name, class, group, sizes, hashes, every feature, path, folder levels that have names.

    It can be the table of a recipe: `path` with `class`, or with the level that is the class.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    own = (*_COLUMNS, *FEATURES, "path")
    levels = [level for one in found.survey.seen for level, _ in one.case.facts if level not in own]
    levels = list(dict.fromkeys(levels))
    writer.writerow([*own, *levels])
    persons = number_persons(one.case.person for one in found.survey.seen)
    for one, group, person in zip(found.survey.seen, found.duplicates.groups, persons, strict=True):
        case = one.case
        person = "" if case.told_by is ToldBy.NOTHING else person
        features = [f"{value:.6g}" if isinstance(value, float) else value for value in one.features.values()]
        known = [case.name, case.label, person, f"g{group:05d}", case.sha256, one.pixels_sha256]
        # A name ends with what tells a slice from others of its file.
        path = "/".join(case.path.parts[-1 - case.name.count("/") :])
        facts = dict(case.facts)
        told = [path, *(facts.get(level, "") for level in levels)]
        writer.writerow([*known[:4], one.rows, one.columns, *known[4:], f"{one.hashes[0]:016x}", *features, *told])
    return stream.getvalue().encode()
